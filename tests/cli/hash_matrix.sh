#!/usr/bin/env bash
# ctest-labels: slow
# The full matrix at 50 ms of model time: both shipped networks and the Izhikevich networks, every width, delivery, slice length and
# number of compute units, against plain C; in double precision every width and delivery.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

if ! "$striatum" devices | grep -q '^opencl:'; then
    fail "no OpenCL device: the matrix needs one"
    finish
    exit
fi
slices="1 4 32" all_units="1 2"
matrix() { # name arguments…
    local name=$1 reference got width delivery slice units
    shift
    reference=$(hash_of "$@" --device cpu)
    [ ${#reference} -eq 16 ] && pass || fail "$name: no hash on cpu: $(cat "$work/err")"
    for width in 1 4 8 16; do
        for delivery in atomic partitioned; do
            for slice in $slices; do
                for units in $all_units; do
                    got=$(hash_of "$@" --device opencl --width $width --delivery $delivery --slice "$slice" --compute-units "$units")
                    if [ -n "$got" ] && [ "$got" = "$reference" ]; then pass; else
                        fail "$name, width $width, $delivery, slice $slice, $units units: '$got', expected '$reference'; $(head -c 300 "$work/err")"
                    fi
                done
            done
        done
    done
    printf '%s: %s\n' "$name" "$reference"
}
# Both are driven hard enough to spike within 50 ms of a short settling.
matrix microcircuit "$source_dir/networks/microcircuit.yaml" --duration '50 ms' --set 'time.settle=100 ms' --set 'inputs.cortex_SPN.poisson=1500 Hz'
matrix microcircuit_paired "$source_dir/networks/microcircuit_paired.yaml" --duration '50 ms' --set 'time.settle=50 ms' --set 'inputs.cortex_SPN.poisson=2520 Hz'
for n in 1 15 16 17 1000; do
    matrix "izhikevich $n" "$source_dir/tests/networks/izhikevich_random.yaml" --duration '50 ms' --set "populations.cells.count=$n"
done
matrix given "$source_dir/tests/networks/given.yaml"
slices="1 32" all_units=2
matrix 'microcircuit, double' "$source_dir/networks/microcircuit.yaml" --duration '50 ms' --set 'time.settle=50 ms' --set 'inputs.cortex_SPN.poisson=1500 Hz' --precision double
for n in 1 17 1000; do
    matrix "izhikevich $n, double" "$source_dir/tests/networks/izhikevich_random.yaml" --duration '50 ms' --set "populations.cells.count=$n" --precision double
done
matrix 'given, double' "$source_dir/tests/networks/given.yaml" --precision double
matrix signed "$source_dir/tests/networks/signed.yaml"
matrix 'signed, double' "$source_dir/tests/networks/signed.yaml" --precision double
finish
