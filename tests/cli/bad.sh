#!/usr/bin/env bash
# Every bad file: exit status 3, file:line:column on standard error, nothing on standard output, nothing written.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

cp -r "$source_dir/tests/cli/bad" "$work/bad"
for file in "$work"/bad/*.yaml; do
    name=$(basename "$file")
    wanted=$(sed -n 's/^# expect: \([0-9]*:[0-9]*: [a-z]*\): .*/\1/p' "$file" | head -n 1)
    [ -n "$wanted" ] || continue
    expect 3 "check $name" "$striatum" check "$file" || continue
    has "$err" ":$wanted:" "check $name"
    expect 3 "run $name" "$striatum" run "$file" -o "$work/results"
    [ -e "$work/results" ] || [ -e "$work/results.partial" ] && fail "run $name: left a folder"
done
expect 3 "a missing file" "$striatum" run "$work/none.yaml"
has "$err" "none.yaml" "a missing file"
truncate -s 1G "$work/huge.yaml"
expect 3 "a file of 1 GB" "$striatum" check "$work/huge.yaml"
has "$err" "huge.yaml" "a file of 1 GB"
printf 'name: "a\0b"\n' >"$work/nul.yaml"
expect 3 "a NUL byte" "$striatum" check "$work/nul.yaml"
finish
