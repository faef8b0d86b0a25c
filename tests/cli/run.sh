#!/usr/bin/env bash
# A run leaves what docs/results.md says, and refuses what it cannot do with the right exit status.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

net=$source_dir/tests/networks/izhikevich_random.yaml
small=(--set populations.cells.count=100 --duration '50 ms')

expect 0 "run" "$striatum" run "$net" --device cpu "${small[@]}"
has "$err" "device: cpu, plain C (chosen by --device cpu)" "the device is named"
has "$out" "hash " "the table ends in the hash"
first_hash=$(tail -n 1 <<<"$out")
for file in spikes.h5 v_report.h5 u_report.h5 I_syn_report.h5 nodes.h5 node_types.csv network.yaml summary.json; do
    is_file "results/izhikevich_random/$file" "run"
done
[ -e results/izhikevich_random.partial ] && fail "the partial folder is left"
summary=$(cat results/izhikevich_random/summary.json)
for key in spikes count hash rates_hz timing_s read check plan compile build simulate write total memory_bytes host_peak device \
    backend name seed version command; do
    has "$summary" "\"$key\"" "summary.json"
done
has "$summary" '"status": "complete"' "summary.json"

expect 0 "run --json --quiet" "$striatum" run "$net" --device cpu "${small[@]}" --json --quiet
[ -z "$err" ] && pass || fail "--quiet printed: $err"
has "$out" '"hash"' "--json"
[ "${out:0:1}" = "{" ] && pass || fail "--json printed something else first"

expect 0 "the flattened network runs to the same hash" "$striatum" run results/izhikevich_random/network.yaml --device cpu -o again --quiet
[ "$(tail -n 1 <<<"$out")" = "$first_hash" ] && pass || fail "the flattened network has another hash: $out"

mkdir foreign && echo hello >foreign/notes.txt
expect 1 "a folder that is not ours" "$striatum" run "$net" --device cpu "${small[@]}" -o foreign
has "$err" "foreign" "a folder that is not ours"
is_file foreign/notes.txt "a folder that is not ours is kept"
echo x >plain
expect 1 "a folder below a file" "$striatum" run "$net" --device cpu "${small[@]}" -o plain/results
has "$err" "plain" "a folder below a file"
expect 1 "a full disk" bash -c "ulimit -f 8; trap '' XFSZ; exec \"\$@\"" bash "$striatum" run "$net" --device cpu --duration '100 ms' \
    --set 'record.traces=[{of: cells, neurons: all, every: 0.1 ms, variables: [v]}]' -o full
has "$err" "full.partial/" "a full disk: the file is named"

expect 2 "a bad --set" "$striatum" run "$net" --device cpu --set populations.celsl.count=3
has "$err" "cells" "a bad --set suggests"
expect 2 "a --set without a value" "$striatum" run "$net" --set populations.cells.count
expect 2 "a --set of the wrong type" "$striatum" run "$net" --device cpu --set populations.cells.count=many
expect 2 "a bad --seed" "$striatum" run "$net" --seed -3
expect 2 "a bad --duration" "$striatum" run "$net" --duration 5
expect 2 "a bad --width" "$striatum" run "$net" --width 3
expect 4 "an unknown device" "$striatum" run "$net" --device no-such-device
has "$err" "cpu" "an unknown device: those present are listed"

cat >nan.yaml <<'Y'
parameters: {a: 0.5 /ms}
state: {v: 1}
equations: |
  w = log(8 - t/ms)
  dv/dt = a*w*0 + a*v*0
units: none
Y
cat >nan_net.yaml <<'Y'
time: {duration: 20 ms, step: 0.1 ms}
populations: {bad: {model: nan.yaml, count: 20}}
Y
expect 1 "a model that goes to NaN" "$striatum" run nan_net.yaml --device cpu
for part in "bad" "neuron 0" "v" "t = 8"; do
    has "$err" "$part" "a model that goes to NaN"
done

expect 0 "--plot without gnuplot" env PATH=/nonexistent "$striatum" run "$net" --device cpu "${small[@]}" --plot
has "$err" "gnuplot" "--plot without gnuplot"
finish
