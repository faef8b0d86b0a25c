#!/usr/bin/env bash
# What `cmake --install` leaves is enough for a user's own C program: header, library, pkg-config file.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

build=$(dirname "$striatum")
expect 0 "cmake --install" cmake --install "$build" --prefix "$work/prefix"
for file in bin/striatum include/striatum.h share/striatum/networks/microcircuit.yaml; do
    is_file "$work/prefix/$file" "installed"
done
expect 0 "the installed program runs" "$work/prefix/bin/striatum" version
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name striatum.pc)")
export PKG_CONFIG_PATH
cat >user.c <<'C'
#include <stdio.h>
#include <striatum.h>

int main(int argc, char **argv)
{
    (void)argc;
    struct striatum *s = striatum_create();
    int status = striatum_load(s, argv[1], &(struct striatum_load_options){.duration = "10 ms"});
    if (status == STRIATUM_OK) {
        status = striatum_run(s, &(struct striatum_run_options){.device = "cpu", .output_dir = "user"});
    }
    printf("%s%s", striatum_message(s), striatum_summary_table(s));
    striatum_destroy(s);
    return status;
}
C
read -r -a flags <<<"$(pkg-config --cflags --static --libs striatum)"
# A sanitized build leaves objects that need its runtime.
case "$(sed -n 's/^CMAKE_C_FLAGS:STRING=//p' "$build/CMakeCache.txt")" in
    *sanitize*) flags+=("-fsanitize=address,undefined") ;;
esac
expect 0 "a user's program compiles" cc -std=c11 -Wall -Wextra -Werror user.c -o user_program "${flags[@]}"
expect 0 "a user's program runs" ./user_program "$source_dir/tests/networks/izhikevich_random.yaml"
has "$out" "hash " "a user's program prints the table"
finish
