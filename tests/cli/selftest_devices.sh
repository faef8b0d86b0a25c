#!/usr/bin/env bash
# ctest-labels: slow
# The bits of every model's checks are the same on plain C and on every device at every width.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

expect 0 "all models on all devices" "$striatum" selftest --all-devices
cat "$work/out"
has "$out" " w16" "a device with 16 lanes"
has "$out" ": 0 failed" "all agree"
has_not "$out" "FAIL" "all agree"
finish
