#!/usr/bin/env bash
# The rooms' law (docs/how-it-works.md): what each room includes, one #include line after the other; names of files are unique; the
# README's synopsis is the help's.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

cd "$source_dir" || exit 1
allow() { # room, rooms it may include
    local room=$1 line other bad=0
    shift
    while read -r line; do
        other=$(sed -n 's/.*#include "\([a-z]*\)\/.*/\1/p' <<<"$line")
        case " $room shared build step $* " in
            *" $other "*) ;;
            *)
                fail "$line"
                bad=1
                ;;
        esac
    done < <(grep -rn '#include "[a-z]*/' "host/$room")
    [ $bad -eq 0 ] && pass
}
allow base
allow lang base
allow desc base lang
allow device base
allow net base lang desc device
allow sim base lang net device
allow rec base net sim
allow lab base lang desc device net sim
allow cli base cli
twice=$(git ls-files 2>/dev/null | grep -E '\.(c|h|cl|def|sh)$' | xargs -n1 basename | sort | uniq -d | grep -v '^README' || true)
[ -z "$twice" ] && pass || fail "file names used twice: $twice"
for room in base lang desc device net sim rec lab cli; do
    is_file "host/$room/README.md" "the room explains itself"
done
has "$(cat README.md)" "./dev run" "README"
has "$(cat README.md)" "./dev test" "README"
finish
