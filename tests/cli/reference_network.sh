#!/usr/bin/env bash
# ctest-labels: slow
# The striatal reference network against Brian2 (tests/golden/net_striatum_4080): rates and in-degrees over 10 seeds within 5 combined
# standard errors of its stats.csv.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

for seed in 1 2 3 4 5 6 7 8 9 10; do
    expect 0 "seed $seed" "$striatum" run "$source_dir/tests/networks/striatum_4080.yaml" --seed $seed --json --quiet -o "$work/run"
    for population in dSPN iSPN FSI; do
        sed -n '/"rates_hz"/,/}/p' <<<"$out" | sed -n "s/.*\"$population\": *\([0-9.eE+-]*\).*/$population \1/p"
    done >>"$work/rates"
    sed -n '/"synapses_by_projection"/,/}/p' <<<"$out" | sed -n 's/.*"\([A-Za-z_]*\)": *\([0-9]*\).*/\1 \2/p' >>"$work/degrees"
done
# awk: mean and standard error of ours against theirs.
compare() { # our name, file, divisor, name in stats.csv
    awk -v name="$1" -v divisor="$3" -v key="$4" '
        FNR == NR { if (split($0, c, ",") && c[1] == key) { mean = c[2]; error = c[4] } next }
        $1 == name { x = $2/divisor; n++; s += x; q += x*x }
        END {
            m = s/n; sd = sqrt((q - n*m*m)/(n - 1)); se = sqrt(sd*sd/n + error*error); z = (m - mean)/se
            printf "%-12s ours %.4f, reference %.4f, %.2f combined standard errors\n", name, m, mean, z
            exit !(n == 10 && z < 5 && z > -5)
        }' "$source_dir/tests/golden/net_striatum_4080/stats.csv" "$2" && pass || fail "$1"
}
compare dSPN "$work/rates" 1 rate_hz_dspn
compare iSPN "$work/rates" 1 rate_hz_ispn
compare FSI "$work/rates" 1 rate_hz_fsi
compare dSPN_dSPN "$work/degrees" 2000 indegree_mean_d1_d1
compare dSPN_iSPN "$work/degrees" 2000 indegree_mean_d1_d2
compare iSPN_dSPN "$work/degrees" 2000 indegree_mean_d2_d1
compare iSPN_iSPN "$work/degrees" 2000 indegree_mean_d2_d2
compare FSI_dSPN "$work/degrees" 2000 indegree_mean_fsi_d1
compare FSI_iSPN "$work/degrees" 2000 indegree_mean_fsi_d2
finish
