#!/bin/sh
# kernel_lint.sh [TEXT…]: compiles every kernel file, and each text given, for the targets of all vendors, without a device: warnings
# are errors. Each at WIDTH 1 and 16, in single and in double precision (with 64-bit atomics and without), the shared functions in
# all division modes too; the golden step kernels behind what they are built from. A text may be a whole generated program.
# CLANG names the compiler (clang-14). Exit 0 clean, 1 findings, 77 no compiler (ctest counts it as skipped).
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
clang=${CLANG:-clang-14}
if ! command -v "$clang" >/dev/null 2>&1; then
    echo "kernel_lint: no $clang: skipped" >&2
    exit 77
fi

failed=0
compiled=0

# settings FILE WIDTH DIV_MODE: the macros as options, but for those that the text itself defines.
macros=
settings() {
    grep -q '^#define REAL_IS_DOUBLE ' "$1" || printf '%s ' "$macros"
    grep -q '^#define WIDTH ' "$1" || printf '%s ' "-DWIDTH=$2"
    grep -q '^#define DIV_MODE ' "$1" || printf '%s ' "-DDIV_MODE=$3"
}

# compile FILE WIDTH DIV_MODE TARGET…
compile() {
    file=$1 width=$2 mode=$3
    shift 3
    compiled=$((compiled + 1))
    # shellcheck disable=SC2046 # settings prints separate words
    if ! "$clang" -x cl -cl-std=CL1.2 -target "$@" -Xclang -finclude-default-header \
        -D__OPENCL_VERSION__=120 -I "$root/kernels" $(settings "$file" "$width" "$mode") \
        -Wall -Wextra -Wconversion -Wdouble-promotion -Werror -emit-llvm -c -o /dev/null "$file"; then
        echo "kernel_lint: $file: WIDTH $width, DIV_MODE $mode, target $*" >&2
        failed=$((failed + 1))
    fi
}

# targets FILE WIDTH DIV_MODE
targets() {
    compile "$@" spir64
    compile "$@" nvptx64-nvidia-cuda -Xclang -cl-ext=+cl_khr_int64_base_atomics # bare clang does not count it to the target
    compile "$@" amdgcn-amd-amdhsa -nogpulib
    compile "$@" x86_64 -mavx512f # else wide vectors warn about the calling convention
}

list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT
find "$root/kernels" -name '*.cl' | sort >"$list"
for text in "$@"; do
    printf '%s\n' "$text" >>"$list"
done
while IFS= read -r file; do
    for width in 1 16; do
        targets "$file" "$width" 0
    done
    for macros in "-DREAL_IS_DOUBLE=1 -DDELIVER_ATOMIC64=1" "-DREAL_IS_DOUBLE=1 -DDELIVER_ATOMIC64=0"; do
        for width in 1 16; do
            targets "$file" "$width" 0
        done
    done
    macros=
done <"$list"
for golden in "$root"/tests/golden/step_kernel_*.cl; do
    whole=$(mktemp --suffix=.cl) || exit 1
    case $golden in
        *_double.cl) echo "#define REAL_IS_DOUBLE 1" >"$whole" ;;
        *) echo "#define REAL_IS_DOUBLE 0" >"$whole" ;;
    esac
    # the words of a poisson() are drawn within it
    printf '#include "step/neuron.h"\n#pragma clang diagnostic ignored "-Wunused-variable"\n' >>"$whole"
    cat "$golden" >>"$whole"
    for width in 1 16; do
        targets "$whole" "$width" 0
    done
    rm -f "$whole"
done
for width in 1 4 8 16; do
    targets "$root/tests/kernels/shared/shared_functions_f64.cl" "$width" 0
    for mode in 0 1 2; do
        targets "$root/tests/kernels/shared/shared_functions.cl" "$width" "$mode"
    done
done
echo "kernel_lint: $compiled compilations, $failed failed"
[ "$failed" -eq 0 ]
