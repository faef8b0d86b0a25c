#!/usr/bin/env bash
# Subnormal numbers are too small to change a spike: programs built with -cl-denorms-are-zero and without it give one hash. Synapses
# are silent for more than 80 of their time constants here, so that their conductances get there.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

if ! "$striatum" devices | grep -q '^opencl:'; then
    echo "no OpenCL device: nothing to compare"
    finish
    exit
fi
same() { # name arguments…
    local name=$1 flushed kept plain
    shift
    plain=$(hash_of "$@" --device cpu)
    flushed=$(hash_of "$@" --device opencl)
    kept=$(STRIATUM_KEEP_SUBNORMALS=1 hash_of "$@" --device opencl)
    if [ ${#plain} -eq 16 ] && [ "$plain" = "$flushed" ] && [ "$plain" = "$kept" ]; then pass; else
        fail "$name: '$plain' on cpu, '$flushed' flushed, '$kept' kept; $(head -c 300 "$work/err")"
    fi
}
quiet=(--set 'populations.cells.set.tau_exc=0.3 ms' --set 'populations.cells.set.tau_inh=0.3 ms' --set 'inputs.drive.poisson=40 Hz')
same izhikevich "$source_dir/tests/networks/izhikevich_random.yaml" --duration '150 ms' --set populations.cells.count=200 "${quiet[@]}"
same microcircuit "$source_dir/networks/microcircuit.yaml" --duration '20 ms' --set 'time.settle=20 ms'
finish
