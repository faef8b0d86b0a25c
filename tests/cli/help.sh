#!/usr/bin/env bash
# Every command explains itself, and refuses what it does not know.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

expect 0 "help" "$striatum" help
commands=$(sed -n '/^commands:/,/^$/p' <<<"$out" | awk 'NR > 1 && $1 != "" && $1 != "help" {print $1}')
for command in run check plan neuron devices models emit selftest version; do
    has "$commands" "$command" "help lists the command"
done
for command in $commands; do
    expect 0 "$command --help" "$striatum" "$command" --help
    has "$out" "usage: striatum $command" "$command --help"
    has "$out" "examples:" "$command --help"
    expect 0 "help $command" "$striatum" help "$command"
    expect 2 "$command with an unknown option" "$striatum" "$command" --no-such-option x
    has "$err" "unknown option '--no-such-option'" "$command"
done
expect 2 "no command" "$striatum"
has "$err" "usage: striatum COMMAND" "no command"
expect 2 "unknown command" "$striatum" rnu
has "$err" "did you mean 'run'?" "unknown command"
expect 0 "version" "$striatum" version
has "$out" "striatum 0." "version"
expect 0 "--version" "$striatum" --version
expect 0 "devices" "$striatum" devices
has "$out" "cpu" "devices"
expect 0 "devices --json" "$striatum" devices --json
has "$out" '"device": "cpu"' "devices --json"
expect 0 "models" "$striatum" models
has "$out" "spn_humphries_2009" "models"
expect 0 "models --show" "$striatum" models --show dspn
has "$out" "I_nmda = B * g_nmda * (E_nmda - v) * (1 + BITA1 * phi1)" "models --show"
"$striatum" models --show izhikevich_2007_rec_cur >flat.yaml
has_not "$(cat flat.yaml)" "extends" "models --show flattens"
expect 0 "a flattened model is a model" "$striatum" check flat.yaml
expect 0 "models --show --json" "$striatum" models --show flat.yaml --json
has "$out" '"I_app"' "models --show --json"
for part in '"unit": "mV"' '"range"' '"slider"' '"recordable"' '"presets"' '"equations"' '"state"'; do
    has "$("$striatum" models --json)" "$part" "models --json"
done
expect 0 "models --json" "$striatum" models --json
has "$out" '"receptors"' "models --json"
expect 3 "models --show of a missing model" "$striatum" models --show dpsn
has "$err" "dspn" "models --show suggests"
# docs/models.md is written from the model files.
expect 0 "models --page" "$striatum" models --page
if diff -q "$source_dir/docs/models.md" "$work/out" >/dev/null; then
    pass
else
    fail "docs/models.md is not current: build/striatum models --page > docs/models.md"
fi
expect 0 "emit" "$striatum" emit fsi_humphries_2009
has "$out" "__kernel" "emit shows OpenCL C"
has "$out" "block interpreter" "emit shows the interpreter"
expect 2 "emit of a wrong width" "$striatum" emit fsi --width 3
expect 0 "plan" "$striatum" plan microcircuit
has "$out" "synapses" "plan"
expect 0 "plan --json" "$striatum" plan microcircuit --json
has "$out" '"bytes"' "plan --json"
finish
