#!/usr/bin/env bash
# ctest-labels: slow
# Oclgrind runs a small network of everything that a step kernel can hold, in both precisions and deliveries, and watches each access:
# no race between work-items, no address outside a buffer, no wrong call; the spikes are those of plain C.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

if ! command -v oclgrind >/dev/null; then
    echo "skipped: no oclgrind here"
    finish
    exit
fi
export STRIATUM_CACHE_DIR=$work/cache
for precision in single double; do
    net=("$source_dir/tests/networks/given.yaml" --precision "$precision")
    reference=$(hash_of "${net[@]}" --device cpu)
    [ ${#reference} -eq 16 ] && pass || fail "$precision: no hash on cpu: $(cat "$work/err")"
    for row in "4 partitioned 3" "16 atomic 32"; do
        read -r width delivery slice <<<"$row"
        oclgrind --data-races --check-api --log "$work/log" "$striatum" run --quiet -o "$work/run" "${net[@]}" --device opencl \
            --width "$width" --delivery "$delivery" --slice "$slice" >"$work/out" 2>"$work/err"
        got=$(sed -n 's/^spikes .*hash \([0-9a-f]\{16\}\)$/\1/p' "$work/out")
        [ "$got" = "$reference" ] && pass || fail "$precision, $row: '$got', expected '$reference'; $(head -c 300 "$work/err")"
        [ ! -s "$work/log" ] && pass || fail "$precision, $row: $(head -c 1000 "$work/log")"
    done
done
finish
