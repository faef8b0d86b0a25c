/* build/csr.cl: all kernels of a build as one program. The generated text says which a network
 * uses (CSR_USES_…), because a driver compiles everything it is given; alone, the file has them
 * all. Host launcher: host/net/build_device.c; host mirror: host/net/build_host.c and the
 * rules' draw_rows. */
#ifndef CSR_GENERATED
#define CSR_USES_PAIRWISE 1
#define CSR_USES_INDEGREE 1
#define CSR_USES_EVEN     1
#define CSR_USES_DELAYS   1
#define CSR_USES_WEIGHTS  1
#endif
#include "build/csr_default.h"
#include "build/csr.h"
#if CSR_USES_PAIRWISE
#include "build/rule_pairwise_bernoulli.h"
#endif
#if CSR_USES_INDEGREE
#include "build/rule_fixed_indegree.h"
#endif
#if CSR_USES_EVEN
#include "build/rule_one_to_one.h"
#include "build/rule_all_to_all.h"
#endif
#if CSR_USES_DELAYS
#include "build/csr_delays.h"
#endif
#include "build/csr_sums.h"
#if CSR_USES_WEIGHTS
#include "build/csr_weights.h"
#endif
