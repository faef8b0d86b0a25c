/* What the host computes for a step: uniforms and the thresholds of event inputs. */
#include "sim/backend.h"

#include "lang/flush.h"
#include "shared/random.h"

#include <math.h>

void sim_courses_fill(const struct ir *ir, const struct ir_plan *plan, int64_t first,
                      uint32_t n_steps, int64_t dt_fs, enum precision precision, void *out)
{
    float *singles = out;
    double *doubles = out;
    for (uint32_t s = 0; s < n_steps; s++) {
        for (uint32_t k = 0; k < plan->n_courses; k++) {
            const double value = ir_eval(ir, plan->courses[k], first + s, dt_fs);
            if (precision == PRECISION_DOUBLE) {
                *doubles++ = value;
            } else {
                *singles++ = flush_to_f32(value);
            }
        }
    }
}

enum err_code sim_thresholds_fill(struct sim_thresholds *t,
                                  const struct step_event_input *input, double mean,
                                  struct err *e)
{
    t->n = 0;
    ERR_IF(isnan(mean), e, ERR_NUMERIC, "input '%s': its rate is not a number", input->name);
    mean = mean > 0.0 ? mean : 0.0;
    int is_complete = 1;
    switch (input->kind) {
    case STEP_TRAIN:
        ASSERT(input->kind != STEP_TRAIN); /* given events are no draws */
        break;
    case STEP_BERNOULLI:
        t->n = random_bernoulli_thresholds(mean < 1.0 ? mean : 1.0, t->value,
                                           SIM_THRESHOLDS_MAX, &is_complete);
        break;
    case STEP_POISSON:
        ERR_IF(mean > 128.0, e, ERR_NUMERIC,
               "input '%s': %g events per step are more than 128; take a shorter step, or a "
               "stimulus in place of events",
               input->name, mean);
        t->n = random_poisson_thresholds(mean, t->value, SIM_THRESHOLDS_MAX, &is_complete);
        break;
    }
    ERR_IF(is_complete == 0, e, ERR_NUMERIC,
           "input '%s': %g events per step need more than %d thresholds", input->name, mean,
           SIM_THRESHOLDS_MAX);
    return ERR_OK;
}
