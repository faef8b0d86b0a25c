#!/usr/bin/env bash
# One network, one seed, one hash: plain C against OpenCL over a pairwise choice of width, delivery, slice and compute units, in single
# and in double precision; and a network of given spikes and edges that ends by stop_when.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

compare() { # name reference switches…
    local name=$1 reference=$2 got
    shift 2
    got=$(hash_of "$@")
    if [ -n "$got" ] && [ "$got" = "$reference" ]; then
        pass
    else
        fail "$name: hash '$got', expected '$reference': $*; $(head -c 500 "$work/err")"
    fi
}

# Rows cover every pair of (width, delivery), (width, slice), (delivery, slice), (units, delivery).
rows=("1 atomic 1 1" "1 partitioned 32 2" "4 atomic 3 2" "4 partitioned 1 1" "8 atomic 32 1" "8 partitioned 3 2" "16 atomic 1 2"
    "16 partitioned 32 1" "16 partitioned 3 2")
if "$striatum" devices | grep -q '^opencl:'; then opencl=opencl; else opencl=; fi
for n in 1 15 16 17 1000; do
    net=("$source_dir/tests/networks/izhikevich_random.yaml" --duration '100 ms' --set "populations.cells.count=$n")
    reference=$(hash_of "${net[@]}" --device cpu --threads 1)
    [ ${#reference} -eq 16 ] && pass || fail "cells $n: no hash on cpu: $(cat "$work/err")"
    compare "cells $n" "$reference" "${net[@]}" --device cpu --threads 2 --slice 1
    [ -n "$opencl" ] || continue
    for row in "${rows[@]}"; do
        read -r width delivery slice units <<<"$row"
        [ "$n" -eq 1000 ] || [ "$width" -eq 16 ] || [ "$width" -eq 1 ] || continue
        compare "cells $n" "$reference" "${net[@]}" --device $opencl --width "$width" --delivery "$delivery" --slice "$slice" --compute-units "$units"
    done
done
for name in microcircuit microcircuit_paired; do
    for precision in single double; do
        net=("$source_dir/networks/$name.yaml" --duration '20 ms' --set 'time.settle=20 ms' --precision "$precision")
        reference=$(hash_of "${net[@]}" --device cpu)
        [ ${#reference} -eq 16 ] && pass || fail "$name, $precision: no hash on cpu: $(cat "$work/err")"
        [ -n "$opencl" ] && compare "$name, $precision" "$reference" "${net[@]}" --device $opencl
    done
done
# few rows in double: each is compiled
few=("1 atomic 2 1" "4 partitioned 32 2" "8 atomic 1 2" "16 partitioned 3 1")
for precision in single double; do
    net=("$source_dir/tests/networks/given.yaml" --precision "$precision")
    reference=$(hash_of "${net[@]}" --device cpu --threads 1)
    [ ${#reference} -eq 16 ] && pass || fail "given, $precision: no hash on cpu: $(cat "$work/err")"
    grep -q '"stopped": true' "$work/hash_run/summary.json" && pass || fail "given, $precision: stop_when did not hold"
    compare "given, $precision" "$reference" "${net[@]}" --device cpu --threads 2 --slice 1
    [ -n "$opencl" ] || continue
    for row in "${few[@]}"; do
        read -r width delivery slice units <<<"$row"
        compare "given, $precision" "$reference" "${net[@]}" --device $opencl --width "$width" --delivery "$delivery" --slice "$slice" --compute-units "$units"
        grep -q '"time_ms": 70.8' "$work/hash_run/summary.json" && pass || fail "given, $precision, $row: did not stop at 70.8 ms"
    done
done
driven=("$source_dir/networks/microcircuit.yaml" --duration '50 ms' --set 'time.settle=50 ms' --set 'inputs.cortex_SPN.poisson=1500 Hz')
single=$(hash_of "${driven[@]}" --device cpu)
double=$(hash_of "${driven[@]}" --device cpu --precision double)
[ -n "$double" ] && [ "$single" != "$double" ] && pass || fail "double precision changes nothing: '$single', '$double'"
finish
