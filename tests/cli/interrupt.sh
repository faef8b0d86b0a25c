#!/usr/bin/env bash
# Ctrl-C ends a run in order: what was simulated is on disk, readable, and marked.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

net=$source_dir/tests/networks/izhikevich_random.yaml
for device in cpu auto; do
    "$striatum" run "$net" --device $device --duration '1000 s' -o "long_$device" >"$work/out" 2>"$work/err" &
    pid=$!
    for _ in $(seq 100); do
        [ -s "long_$device.partial/spikes.h5" ] && break
        sleep 0.1
    done
    sleep 2
    kill -INT $pid
    wait $pid
    status=$?
    [ $status -eq 1 ] && pass || fail "$device: exit status $status, expected 1"
    [ -e "long_$device" ] && fail "$device: the final name was taken"
    has "$(cat "long_$device.partial/summary.json")" '"status": "interrupted"' "$device: summary"
    has "$(cat "$work/out")" "hash " "$device: the table is printed"
    is_file "long_$device.partial/spikes.h5" "$device"
    expect 0 "$device: an interrupted run is replaced" "$striatum" run "$net" --device $device --duration '20 ms' -o "long_$device" --quiet
done
finish
