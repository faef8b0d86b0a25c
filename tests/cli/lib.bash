# tests/cli/lib.bash: what the command-line tests share. Each script is called with the program and the source folder.
set -u
striatum=$(realpath "$1")
source_dir=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
n_failed=0
n_passed=0

fail() { printf 'FAILED: %s\n' "$*"; n_failed=$((n_failed + 1)); }
pass() { n_passed=$((n_passed + 1)); }

# expect STATUS "what" command…: runs it, keeps its output in $out and $err, compares the exit status.
expect() {
    local wanted=$1 what=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    local got=$?
    out=$(cat "$work/out")
    err=$(cat "$work/err")
    if [ $got -ne "$wanted" ]; then
        fail "$what: exit status $got, expected $wanted: $*"
        printf '%s\n' "--- standard output" "$(head -c 2000 "$work/out")" "--- standard error" "$(head -c 2000 "$work/err")"
        return 1
    fi
    pass
}
# has "text" "part" "what"
has() {
    case "$1" in
        *"$2"*) pass ;;
        *) fail "$3: '$2' is not in: ${1:0:1500}" ;;
    esac
}
has_not() {
    case "$1" in
        *"$2"*) fail "$3: '$2' is in: ${1:0:1500}" ;;
        *) pass ;;
    esac
}
is_file() { if [ -s "$1" ]; then pass; else fail "$2: no file $1"; fi; }
# The spike hash of a run, or nothing. The folder is written anew each time.
hash_of() { "$striatum" run --quiet -o "$work/hash_run" "$@" 2>"$work/err" | sed -n 's/^spikes .*hash \([0-9a-f]\{16\}\)$/\1/p'; }
# value KEY < json: the first number or string after "KEY":
value() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^,\"}]*\).*/\1/p" | head -n 1; }
finish() {
    printf '%d passed, %d failed\n' "$n_passed" "$n_failed"
    [ "$n_failed" -eq 0 ]
}
