/* tests/support/step_test.h: the stage that tests of step programs share: one model, one
 * request, one cell. */
#ifndef SUPPORT_STEP_TEST_H
#define SUPPORT_STEP_TEST_H

#include "support/step_fixture.h"

#define DT_FS INT64_C(100000000000) /* 0.1 ms */

static struct lang_fixture f;
static struct step_program program;
static struct step_request request;
static struct step_fixture_cell cell;

static inline double draw(uint32_t stream, uint32_t k)
{
    return 0.1 * (double)stream + 0.01 * (double)(k + 1);
}

static inline int step_test_setup(void **state)
{
    (void)state;
    lang_fixture_init(&f);
    request = (struct step_request){.arena = f.arena, .population = "cells", .dt_fs = DT_FS};
    return 0;
}

static inline int step_test_teardown(void **state)
{
    (void)state;
    lang_fixture_fini(&f);
    return 0;
}

static inline void begin(void)
{
    cell = (struct step_fixture_cell){.program = &program, .dt_fs = DT_FS, .draw = draw};
}

/* Builds the program of the model; what else the request says must stand in it. */
static inline void build(const struct step_fixture_model *text)
{
    request.model = step_fixture_model(&f, text);
    const bool is_sound = step_build(&request, &program, &f.d);
    step_fixture_expect_sound(&f);
    EXPECT_TRUE(is_sound);
    begin();
}

static inline void expect_fault(const struct step_fixture_model *text, const char *part)
{
    request.model = step_fixture_model(&f, text);
    EXPECT_TRUE(!step_build(&request, &program, &f.d));
    EXPECT_TRUE(f.d.n_errors > 0);
    EXPECT_CONTAINS(f.d.items[f.d.n - 1].text, part);
    EXPECT_EQ_I64(f.d.items[f.d.n - 1].severity, DIAG_ERROR);
}

/* An expression of the network: checked where t and i are known, and the model's names too. */
static inline struct ast *expression(const char *text)
{
    return lang_fixture_expression(&f, request.model != NULL ? &request.model->scope : &f.names,
                                   text, false);
}

__attribute__((unused)) static const struct step_fixture_model two_currents = {
    .parameters = "tau = 5; I_ext = 0; E = -70",
    .states = "v = -70; g = 0",
    .receptors = {"AMPA", "g", "NMDA", "g"},
    .equations = "I = 2*g + I_ext\n"
                 "dg/dt = -g/tau\n"
                 "dv/dt = (E - v)/20 + I\n",
};

#endif
