#!/usr/bin/env bash
# striatum selftest: all shipped models on plain C and on the default device; what fails is told.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

expect 0 "all models" "$striatum" selftest --quick
has "$out" ": 0 failed" "all hold"
has "$out" "izhikevich_2003 " "the table has every model"
n=$("$striatum" models | wc -l)
[ "$(grep -cE ' [0-9a-f]{16}  [0-9a-f]{16}  *ok' <<<"$out")" -eq "$n" ] && pass || fail "a row for each of $n models"
# Every model has a check of its own.
[ "$(grep -cE '^[a-z0-9_]+ +0  ' <<<"$out")" -eq 0 ] && pass || fail "a model without a check: $(grep -E '^[a-z0-9_]+ +0  ' <<<"$out")"

cat >wrong.yaml <<'END'
name: wrong
units: none
parameters: {tau: 10 ms}
state: {v: 1}
equations: tau*dv/dt = -v
selfcheck:
  - {name: grows, duration: 10 ms, expect: {final: {v: [2, 3]}}}
END
expect 1 "a check that fails" "$striatum" selftest --device cpu wrong.yaml
has "$out" "wrong.yaml, grows, cpu: final v: 0.3" "says what came out"
has "$out" "expected from 2 to 3" "says what was expected"
expect 3 "a model that is not there" "$striatum" selftest --device cpu no_such_model
expect 4 "a device that is not there" "$striatum" selftest --device opencl:9.9 fsi
finish
