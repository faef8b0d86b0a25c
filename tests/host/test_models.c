/* The shipped neuron models: documented throughout, complete, with checks that stay short, and
 * with the defaults of CompNeuroPy where they come from there. (`striatum selftest` runs the
 * checks.) */
#include "support/expect.h"

#include "support/csv_table.h"
#include "desc/description.h"
#include "desc/selfcheck.h"

#include <stdlib.h>

struct loaded {
    struct arena *arena;
    struct diag_list d;
    struct model *m;
};

static void load(struct loaded *l, const char *name)
{
    struct err e = {.code = ERR_OK};
    EXPECT_EQ_I64(arena_create(&l->arena, &e), ERR_OK);
    diag_init(&l->d, l->arena);
    const enum err_code code =
        desc_load_model(&l->m, name, (struct pos){.file = name}, &l->d, &e);
    if (code != ERR_OK) {
        struct text t = {0};
        diag_print(&l->d, 0, &t);
        print_error("%s: %s\n%s\n", name, e.msg, text_string(&t));
        text_fini(&t);
    }
    EXPECT_EQ_I64(code, ERR_OK);
}

/* The files that a user may look for, by family. */
static const char *const wanted[] = {
    "integrator_neuron",
    "integrator_neuron_simple",
    "poisson_neuron",
    "poisson_neuron_up_down",
    "poisson_neuron_sin",
    "hh_neuron_bischop",
    "hh_neuron_bischop_syn",
    "hh_neuron_corbit",
    "hh_neuron_corbit_syn",
    "hh_neuron_corbit_voltage_clamp",
    "izhikevich_2003_fixed_noisy_ampa",
    "izhikevich_2003_noisy_ampa",
    "izhikevich_2003_noisy_ampa_nonlin",
    "izhikevich_2003_noisy_ampa_oscillating",
    "izhikevich_2003_noisy_base",
    "izhikevich_2003_noisy_base_nonlin",
    "izhikevich_2007",
    "izhikevich_2007_rec_cur",
    "izhikevich_2007_voltage_clamp",
    "izhikevich_2007_syn",
    "izhikevich_2007_noisy_ampa",
    "izhikevich_2007_noisy_base",
    "izhikevich_2007_fsi_noisy_ampa",
    "izhikevich_2007_corbit_fsi_noisy_ampa",
    "izhikevich_2007_corbit_fsi_noisy_base",
    "izhikevich_2007_noisy_ampa_oscillating",
    "izhikevich_2003_noisy_base_snr",
    "izhikevich_golomb",
    "perfect_integrator",
    "leaky_integrate_and_fire",
    "izhikevich_2003",
    "hodgkin_huxley_traub",
    "dspn",
    "ispn",
    "fsi",
    "spn_humphries_2009",
    "spn_humphries_2009_nn",
    "fsi_humphries_2009",
    "lif_cond_exp",
    "lif_psc_exp",
    "lif_psc_alpha",
    "lif_psc_delta",
    "hh_traub_coba",
    "hh_cond_exp_traub",
};

static void every_model_when_wanted_then_shipped(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++) {
        bool is_shipped = false;
        for (uint32_t j = 0; j < desc_n_shipped_models; j++) {
            is_shipped = is_shipped || strcmp(desc_shipped_models[j].name, wanted[k]) == 0;
        }
        if (!is_shipped) {
            print_error("%s is not shipped\n", wanted[k]);
        }
        EXPECT_TRUE(is_shipped);
    }
}

static bool is_text(const char *text)
{
    return text != NULL && strlen(text) > 3;
}

/* Number of things a reader would miss. */
static int missing(const struct model *m)
{
    int n = 0;
    if (!is_text(m->name) || !is_text(m->doc) || !is_text(m->source)) {
        print_error("%s: name, doc or source is missing\n", m->stem);
        n++;
    }
    for (uint32_t k = 0; k < m->n_parameters; k++) {
        if (!is_text(m->parameters[k].doc)) {
            print_error("%s: parameter '%s' has no doc\n", m->stem, m->parameters[k].name);
            n++;
        }
    }
    const struct model_selfcheck_list *const checks = desc_model_selfchecks(m);
    if (checks->n == 0) {
        print_error("%s: no check\n", m->stem);
        n++;
    }
    for (uint32_t k = 0; k < checks->n; k++) {
        n += is_text(checks->items[k].name) && checks->items[k].n_expect > 0 ? 0 : 1;
    }
    return n;
}

static void every_model_when_shipped_then_documented_and_checked(void **state)
{
    (void)state;
    int n_missing = 0;
    for (uint32_t k = 0; k < desc_n_shipped_models; k++) {
        struct loaded l;
        load(&l, desc_shipped_models[k].name);
        n_missing += missing(l.m);
        arena_destroy(l.arena);
    }
    EXPECT_EQ_I64(n_missing, 0);
}

/* A quantity of a check, in ms or cells; what stands there is a plain number and a unit. */
static double number_of(const struct yaml *node, double otherwise)
{
    char *end;
    if (node == NULL) {
        return otherwise;
    }
    const double value = strtod(node->text, &end);
    return strcmp(end, " s") == 0 ? 1000.0 * value : value;
}

/* The checks run on every device of a machine, some of them slow: all of them together stay
 * below 3 million steps of a cell. */
static void every_check_when_summed_up_then_short(void **state)
{
    (void)state;
    double steps = 0.0;
    for (uint32_t k = 0; k < desc_n_shipped_models; k++) {
        struct loaded l;
        load(&l, desc_shipped_models[k].name);
        const struct model_selfcheck_list *const checks = desc_model_selfchecks(l.m);
        for (uint32_t j = 0; j < checks->n; j++) {
            const struct model_selfcheck *const c = &checks->items[j];
            const double protocol = desc_model_protocol(l.m, NULL)->step_ms;
            const double step = number_of(c->step, protocol > 0.0 ? protocol : 0.1);
            steps += (number_of(c->settle, 0.0) + number_of(c->duration, 0.0)) / step *
                     number_of(c->count, 1.0);
        }
        arena_destroy(l.arena);
    }
    EXPECT_TRUE(steps > 1e5);
    EXPECT_TRUE(steps < 3e6);
}

static const struct model_preset *preset_of(const struct model *m, const char *name)
{
    for (uint32_t k = 0; k < m->n_presets; k++) {
        if (strcmp(m->presets[k].name, name) == 0) {
            return &m->presets[k];
        }
    }
    return NULL;
}

/* What `name` is under the preset: its value there, else the model's own. In the declared unit;
 * NaN where that is no constant. */
static double value_under(const struct model *m, const struct model_preset *p, const char *name)
{
    const int parameter = model_find_parameter(m, name), at = model_find_state(m, name);
    const struct ast *value = parameter >= 0 ? m->parameters[parameter].value
                              : at >= 0      ? m->states[at].initial
                                             : NULL;
    for (uint32_t k = 0; k < p->n; k++) {
        value = strcmp(p->names[k], name) == 0 ? p->values[k] : value;
    }
    double number;
    if (value == NULL || !lang_constant(value, &number)) {
        return nan("");
    }
    const struct unit unit =
        parameter >= 0 ? m->parameters[parameter].unit : m->states[at].unit;
    const bool is_declared = parameter >= 0 ? unit.to_house > 0.0 : m->states[at].has_unit;
    return m->no_units || !is_declared ? number : unit_from_house(number, unit);
}

/* tests/golden/compneuropy_defaults.csv: the documented defaults of CompNeuroPy 1.0.4. */
static void compneuropy_defaults_when_chosen_then_those_of_its_documentation(void **state)
{
    (void)state;
    struct csv_table t;
    int n_wrong = 0, n_models = 0;
    EXPECT_TRUE(csv_table_read(&t, TEST_SOURCE_DIR "/tests/golden/compneuropy_defaults.csv"));
    for (size_t row = 0; row < t.n_rows;) {
        const char *const name = csv_table_text(&t, row, 0);
        struct loaded l;
        load(&l, name);
        const struct model_preset *const p = preset_of(l.m, "compneuropy_defaults");
        EXPECT_TRUE(p != NULL);
        uint32_t n_names = 0;
        for (; row < t.n_rows && strcmp(csv_table_text(&t, row, 0), name) == 0; row++) {
            const double value = value_under(l.m, p, csv_table_text(&t, row, 1));
            const double expected = csv_table_number(&t, row, 2);
            n_names++;
            if (!(fabs(value - expected) <= 1e-14 * fabs(expected))) {
                print_error("%s: %s is %.17g, expected %.17g\n", name,
                            csv_table_text(&t, row, 1), value, expected);
                n_wrong++;
            }
        }
        /* Nothing that the preset sets is missing from the table. */
        EXPECT_TRUE(p->n <= n_names + 2);
        n_models++;
        arena_destroy(l.arena);
    }
    csv_table_free(&t);
    EXPECT_EQ_I64(n_models, 28);
    EXPECT_EQ_I64(n_wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_when_wanted_then_shipped),
        cmocka_unit_test(every_model_when_shipped_then_documented_and_checked),
        cmocka_unit_test(every_check_when_summed_up_then_short),
        cmocka_unit_test(compneuropy_defaults_when_chosen_then_those_of_its_documentation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
