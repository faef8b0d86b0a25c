/* host/lang/emit_cl.c: golden text. That the text computes what the interpreter computes is
 * test_readers.c. */
#include "support/expect.h"

#include <stdlib.h>

#include "lang/emit_cl.h"

struct fixture {
    struct arena *arena;
    struct ir *ir;
    enum precision precision;
};

static void fixture_init(struct fixture *f)
{
    struct err e = {0};
    f->precision = PRECISION_SINGLE;
    EXPECT_OK(arena_create(&f->arena, &e));
    f->ir = ir_create(f->arena);
    EXPECT_TRUE(f->ir != NULL);
}

static uint32_t number(struct fixture *f, double x)
{
    return ir_const(f->ir, x);
}

/* Plans roots, marks them as kept and prints the block. */
static const char *emit(struct fixture *f, const uint32_t *roots, uint32_t n_roots,
                        const char **names)
{
    struct err e = {0};
    struct ir_plan plan = {0};
    struct text text = {0};
    uint8_t *const done = arena_alloc(f->arena, f->ir->n, 1), *const keep = arena_alloc(
                                                                  f->arena, f->ir->n, 1);
    struct emit_names *const known = emit_names_create(f->ir, f->precision, f->arena);
    EXPECT_TRUE(done != NULL && keep != NULL && known != NULL);
    EXPECT_OK(ir_plan_add(f->ir, roots, n_roots, done, f->arena, &plan, &e));
    for (uint32_t k = 0; k < n_roots; k++) {
        keep[roots[k]] = 1;
    }
    EXPECT_OK(emit_cl_block(f->ir, &plan, 0, keep, known, "    ", &text, &e));
    for (uint32_t k = 0; names != NULL && k < n_roots; k++) {
        names[k] = emit_cl_name(known, f->ir, &plan, roots[k]);
    }
    const char *const copy = arena_copy(f->arena, text_string(&text), text.length);
    text_fini(&text);
    return copy;
}

static void model_step_when_emitted_then_text_is_as_written_here(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct ir *const ir = f.ir;
    const uint32_t v = ir_var(ir, IR_VAR_STATE, 0), g = ir_var(ir, IR_VAR_STATE, 1),
                   in = ir_var(ir, IR_VAR_ARRIVAL, 0);
    const uint32_t arrived = ir_op2(ir, IR_ADD, g, in);
    const uint32_t current =
        ir_op2(ir, IR_MUL, arrived, ir_op2(ir, IR_SUB, number(&f, -60), v));
    ir_name(ir, current, "I_gaba");
    const uint32_t drive = ir_op2(ir, IR_ADD, current, ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE));
    const uint32_t v_next = ir_op2(
        ir, IR_ADD, v,
        ir_op2(ir, IR_MUL, number(&f, 0.1), ir_op2(ir, IR_DIV, drive, number(&f, 15.2))));
    ir_name(ir, v_next, "v");
    const uint32_t g_next = ir_op2(
        ir, IR_MUL, arrived, ir_op1(ir, IR_EXP, ir_op2(ir, IR_DIV, v_next, number(&f, -4))));
    const uint32_t spike = ir_op2(ir, IR_LE, number(&f, 40), v_next);
    const uint32_t reset = ir_op3(ir, IR_SELECT, spike, number(&f, -55), v_next);
    const uint32_t roots[4] = {reset, g_next, spike, current};
    const char *names[4];
    EXPECT_STR(emit(&f, roots, 4, names),
               "    const f32v n3 = v1 + v2;\n"
               "    const f32v I_gaba_6 = n3 * ((-60.0f) - v0);\n"
               "    const f32v v_13 = v0 + (0.1f * f32_div((I_gaba_6 + c0), F32V(15.2f)));\n"
               "    const f32v n17 = n3 * f32_exp(f32_div(v_13, F32V(-4.0f)));\n"
               "    const i32v n19 = 40.0f <= v_13;\n"
               "    const f32v n21 = n19 ? F32V(-55.0f) : v_13;\n");
    EXPECT_STR(names[0], "n21");
    EXPECT_STR(names[2], "n19");
    EXPECT_STR(names[3], "I_gaba_6");
    arena_destroy(f.arena);
}

static void literals_when_printed_then_read_back_as_the_same_float(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0,                    "0.0f"                 },
        {-0.0,                   "(-0.0f)"              },
        {1.0,                    "1.0f"                 },
        {0.1,                    "0.1f"                 },
        {-1.5,                   "(-1.5f)"              },
        {1e30,                   "1e+30f"               },
        {16777216.0,             "16777216.0f"          },
        {1.0 / 3.0,              "0.33333334f"          },
        {3.4028234663852886e38,  "3.4028235e+38f"       },
        {1.1754943508222875e-38, "1.1754944e-38f"       },
        {1e-40,                  "0.0f"                 },
        {-1e-40,                 "(-0.0f)"              },
        {1e39,                   "as_float(0x7f800000u)"},
        {-1e39,                  "as_float(0xff800000u)"},
        {(double)NAN,            "as_float(0x7fc00000u)"}
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const uint32_t node = number(&f, cases[k].value);
        const char *name;
        EXPECT_STR(emit(&f, &node, 1, &name), "");
        EXPECT_STR(name, cases[k].text);
    }
    uint64_t x = 1;
    for (int k = 0; k < 20000; k++) {
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        const uint32_t bits = (uint32_t)(x >> 32);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (!(fabsf(value) >= 1.1754944e-38f && fabsf(value) < INFINITY)) {
            continue;
        }
        const uint32_t node = number(&f, (double)value);
        const char *name;
        (void)emit(&f, &node, 1, &name);
        EXPECT_SAME_F32(strtof(name[0] == '(' ? name + 1 : name, NULL), value);
        if (k % 500 == 0) {
            arena_destroy(f.arena);
            fixture_init(&f);
        }
    }
    arena_destroy(f.arena);
}

static void model_step_when_double_then_types_and_literals_are_double(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.precision = PRECISION_DOUBLE;
    struct ir *const ir = f.ir;
    const uint32_t v = ir_var(ir, IR_VAR_STATE, 0), t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    const uint32_t late = ir_op2(ir, IR_LT, number(&f, 500), t);
    const uint32_t next =
        ir_op2(ir, IR_ADD, ir_op2(ir, IR_MUL, ir_op1(ir, IR_EXP, v), number(&f, 0.1)), t);
    const uint32_t spike =
        ir_op2(ir, IR_AND, late, ir_op2(ir, IR_LE, number(&f, 1.0 / 3.0), next));
    ir->trunc = ++ir->n_trunc;
    const uint32_t u = ir_leaf(ir, IR_U01, 0, 0);
    ir->trunc = 0;
    const uint32_t drawn = ir_op3(ir, IR_TRUNC, u, number(&f, 0.25), v);
    const uint32_t roots[2] = {ir_op3(ir, IR_SELECT, spike, number(&f, -55), next), drawn};
    EXPECT_STR(
        emit(&f, roots, 2, NULL),
        "    const f64v n7 = (f64_exp(v0) * 0.1) + c0;\n"
        "    f64v n13 = F64V(as_double(0x7ff8000000000000ul));\n"
        "    i64v wanted13 = F64V(0.0) == F64V(0.0);\n"
        "    for (u32 retry13 = 0u; retry13 < 1000u && MASK_ANY(wanted13); retry13++) {\n"
        "        const f64v value13 = f64_u01(DRAW(0, 0, retry13));\n"
        "        const i64v takes13 = wanted13 & (F64V(0.25) <= value13) & (value13 <= v0);\n"
        "        n13 = takes13 ? value13 : n13;\n"
        "        wanted13 = wanted13 & !takes13;\n"
        "    }\n"
        "    TRUNC_FAILED(wanted13);\n"
        "    const f64v n15 = ((F64V(c1) != F64V(0.0)) && (as_double(0x3fd5555555555555ul) <= "
        "n7)) ? "
        "F64V(-55.0) : n7;\n");
    arena_destroy(f.arena);
}

static void check_double_literal(const char *name, double value)
{
    const char *const text = name[0] == '(' ? name + 1 : name;
    double again;
    if (strncmp(text, "as_double(0x", 12) == 0) {
        const uint64_t bits = strtoull(text + 12, NULL, 16);
        memcpy(&again, &bits, sizeof again);
    } else {
        again = strtod(text, NULL);
    }
    EXPECT_SAME_F64(again, value);
}

static void literals_when_double_then_read_back_as_the_same_double(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    f.precision = PRECISION_DOUBLE;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0,               "0.0"                            },
        {-0.0,              "(-0.0)"                         },
        {1.0,               "1.0"                            },
        {0.1,               "0.1"                            },
        {-1.5,              "(-1.5)"                         },
        {15.2,              "15.2"                           },
        {1e22,              "1e+22"                          },
        {1.25e-10,          "1.25e-10"                       },
        {123456789012345.0, "123456789012345.0"              },
        {1e23,              "as_double(0x44b52d02c7e14af6ul)"}, /* ten to the 23 is no double */
        {1.0 / 3.0,         "as_double(0x3fd5555555555555ul)"},
        {-1e-310,           "as_double(0x800012688b70e62bul)"}, /* kept */
        {(double)INFINITY,  "as_double(0x7ff0000000000000ul)"},
        {(double)-INFINITY, "as_double(0xfff0000000000000ul)"},
        {(double)NAN,       "as_double(0x7ff8000000000000ul)"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const uint32_t node = number(&f, cases[k].value);
        const char *name;
        EXPECT_STR(emit(&f, &node, 1, &name), "");
        EXPECT_STR(name, cases[k].text);
    }
    uint64_t x = 1;
    for (int k = 0; k < 20000; k++) {
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        double value;
        memcpy(&value, &x, sizeof value);
        value = k % 2 == 0 ? value : (double)(int64_t)(x >> 34) / 1024.0 / 1000.0;
        const uint32_t node = number(&f, value);
        const char *name;
        (void)emit(&f, &node, 1, &name);
        if (value - value == 0.0) {
            check_double_literal(name, value);
        }
        if (k % 500 == 0) {
            arena_destroy(f.arena);
            fixture_init(&f);
            f.precision = PRECISION_DOUBLE;
        }
    }
    arena_destroy(f.arena);
}

static void names_when_odd_then_become_words(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    static const char *const given[4] = {
        "a.b", "\xc2\xb5m", "2x", "a_name_that_is_far_longer_than_forty_characters_in_all"};
    static const char *const expected[4] = {"a_b_1", "__m_2", "n2x_3",
                                            "a_name_that_is_far_longer_than_forty_cha_4"};
    const uint32_t v = ir_var(f.ir, IR_VAR_STATE, 0);
    const enum ir_op ops[4] = {IR_EXP, IR_LOG, IR_SIN, IR_COS};
    uint32_t roots[4];
    for (int k = 0; k < 4; k++) {
        roots[k] = ir_op1(f.ir, ops[k], v);
        ir_name(f.ir, roots[k], given[k]);
    }
    const char *names[4];
    (void)emit(&f, roots, 4, names);
    for (int k = 0; k < 4; k++) {
        EXPECT_STR(names[k], expected[k]);
    }
    arena_destroy(f.arena);
}

static void courses_and_masks_when_scalars_then_are_spread(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct ir *const ir = f.ir;
    const uint32_t v = ir_var(ir, IR_VAR_STATE, 0), t = ir_leaf(ir, IR_TIME, IR_NONE, IR_NONE);
    const uint32_t late = ir_op2(ir, IR_LT, number(&f, 500), t);
    const uint32_t roots[3] = {ir_op3(ir, IR_SELECT, late, v, t),
                               ir_op2(ir, IR_AND, late, ir_op2(ir, IR_LT, v, t)), late};
    const char *names[3];
    EXPECT_STR(emit(&f, roots, 3, names),
               "    const f32v n4 = (F32V(c0) != F32V(0.0f)) ? v0 : F32V(c1);\n"
               "    const i32v n6 = (F32V(c0) != F32V(0.0f)) && (v0 < c1);\n");
    EXPECT_STR(names[2], "(F32V(c0) != F32V(0.0f))");
    arena_destroy(f.arena);
}

static void node_when_its_text_is_long_then_gets_a_name(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    uint32_t x = ir_var(f.ir, IR_VAR_STATE, 0);
    for (uint32_t k = 0; k < 60; k++) {
        x = ir_op2(f.ir, IR_ADD, x, number(&f, 1.0 / (k + 3.0)));
    }
    const char *const text = emit(&f, &x, 1, NULL);
    size_t longest = 0, lines = 0;
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1, lines++) {
        const size_t length = (size_t)(strchr(line, '\n') - line);
        longest = length > longest ? length : longest;
    }
    EXPECT_TRUE(longest > 80 && longest <= 200);
    EXPECT_TRUE(lines > 5 && lines < 20);
    arena_destroy(f.arena);
}

static void truncated_when_emitted_then_is_a_loop_with_its_retry(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct ir *const ir = f.ir;
    const uint32_t twice =
        ir_op2(ir, IR_ADD, ir_var(ir, IR_VAR_STATE, 0), ir_var(ir, IR_VAR_STATE, 0));
    ir->trunc = ++ir->n_trunc;
    const uint32_t u = ir_leaf(ir, IR_U01, 0, 3);
    const uint32_t value = ir_op2(ir, IR_MUL, ir_poisson(ir, u, 2, 5), twice);
    ir->trunc = 0;
    const uint32_t low = number(&f, -1), high = ir_op2(ir, IR_MUL, twice, twice);
    const uint32_t trunc = ir_op3(ir, IR_TRUNC, value, low, high);
    ir_name(ir, trunc, "w");
    const uint32_t root = ir_op2(ir, IR_ADD, trunc, ir_leaf(ir, IR_EVENTS, 1, IR_NONE));
    EXPECT_STR(
        emit(&f, &root, 1, NULL),
        "    const f32v n1 = v0 + v0;\n"
        "    const f32v n6 = n1 * n1;\n"
        "    f32v w_7 = F32V(as_float(0x7fc00000u));\n"
        "    i32v wanted7 = F32V(0.0f) == F32V(0.0f);\n"
        "    for (u32 retry7 = 0u; retry7 < 1000u && MASK_ANY(wanted7); retry7++) {\n"
        "        const f32v value7 = (POISSON(2, 5, retry7, f32_u01(DRAW(0, 3, retry7))) * "
        "n1);\n"
        "        const i32v takes7 = wanted7 & (F32V(-1.0f) <= value7) & (value7 <= n6);\n"
        "        w_7 = takes7 ? value7 : w_7;\n"
        "        wanted7 = wanted7 & !takes7;\n"
        "    }\n"
        "    TRUNC_FAILED(wanted7);\n"
        "    const f32v n9 = w_7 + e1;\n");
    arena_destroy(f.arena);
}

static void second_block_when_added_then_goes_on_from_the_first(void **state)
{
    (void)state;
    struct err e = {0};
    struct fixture f;
    fixture_init(&f);
    const uint32_t v = ir_var(f.ir, IR_VAR_STATE, 0);
    const uint32_t first = ir_op1(f.ir, IR_EXP, v), second = ir_op2(f.ir, IR_ADD, first, v);
    struct ir_plan plan = {0};
    struct text text = {0};
    uint8_t *const done = arena_alloc(f.arena, f.ir->n, 1), *const keep = arena_alloc(
                                                                f.arena, f.ir->n, 1);
    struct emit_names *const names = emit_names_create(f.ir, PRECISION_SINGLE, f.arena);
    keep[first] = 1;
    EXPECT_OK(ir_plan_add(f.ir, &first, 1, done, f.arena, &plan, &e));
    EXPECT_OK(emit_cl_block(f.ir, &plan, 0, keep, names, "", &text, &e));
    text_add(&text, "--\n");
    const uint32_t from = plan.n_order;
    EXPECT_OK(ir_plan_add(f.ir, &second, 1, done, f.arena, &plan, &e));
    EXPECT_OK(emit_cl_block(f.ir, &plan, from, NULL, names, "\t", &text, &e));
    EXPECT_STR(text_string(&text),
               "const f32v n1 = f32_exp(v0);\n--\n\tconst f32v n2 = n1 + v0;\n");
    (void)ir_op1(f.ir, IR_LOG, v);
    EXPECT_ERR(emit_cl_block(f.ir, &plan, 0, keep, names, "", &text, &e), ERR_ARG, "grown");
    text_fini(&text);
    arena_destroy(f.arena);
}

static void block_when_memory_runs_out_then_says_so(void **state)
{
    (void)state;
    struct err e = {0};
    struct fixture f;
    fixture_init(&f);
    const uint32_t root = ir_op1(f.ir, IR_EXP, ir_var(f.ir, IR_VAR_STATE, 0));
    struct ir_plan plan = {0};
    uint8_t *const done = arena_alloc(f.arena, f.ir->n, 1);
    struct emit_names *const names = emit_names_create(f.ir, PRECISION_SINGLE, f.arena);
    EXPECT_OK(ir_plan_add(f.ir, &root, 1, done, f.arena, &plan, &e));
    struct text text = {0};
    (void)mem_fail_at(1);
    EXPECT_ERR(emit_cl_block(f.ir, &plan, 0, NULL, names, "", &text, &e), ERR_NOMEM, "memory");
    (void)mem_fail_at(0);
    text_fini(&text);
    arena_destroy(f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_step_when_double_then_types_and_literals_are_double),
        cmocka_unit_test(literals_when_double_then_read_back_as_the_same_double),
        cmocka_unit_test(model_step_when_emitted_then_text_is_as_written_here),
        cmocka_unit_test(literals_when_printed_then_read_back_as_the_same_float),
        cmocka_unit_test(names_when_odd_then_become_words),
        cmocka_unit_test(courses_and_masks_when_scalars_then_are_spread),
        cmocka_unit_test(node_when_its_text_is_long_then_gets_a_name),
        cmocka_unit_test(truncated_when_emitted_then_is_a_loop_with_its_retry),
        cmocka_unit_test(second_block_when_added_then_goes_on_from_the_first),
        cmocka_unit_test(block_when_memory_runs_out_then_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
