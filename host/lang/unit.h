/* lang/unit.h: physical units. House units: ms, mV, pA, nS, pF, um, mM, K and their products
 * (so 1/ms for a rate); value_in_house = value * unit.to_house. Base dimensions: length, time,
 * voltage, current, amount, temperature. Sees: base. */
#ifndef LANG_UNIT_H
#define LANG_UNIT_H

#include "base/err.h"
#include <stddef.h>

enum unit_base {
    UNIT_LENGTH,
    UNIT_TIME,
    UNIT_VOLTAGE,
    UNIT_CURRENT,
    UNIT_AMOUNT,
    UNIT_TEMPERATURE,
    UNIT_BASES
};

struct unit {
    double to_house;
    signed char power[UNIT_BASES];
};

extern const struct unit unit_none; /* 1, dimensionless */
extern const struct unit unit_ms, unit_mv, unit_um, unit_per_ms;

/* Is this identifier (n bytes) a unit with an optional SI prefix ("mV", "nS", "Hz", "um", "µm",
 * "mm3" is um with power 3)? Fills *out (may be NULL). A trailing integer is a power: mm3, cm2.
 */
bool unit_find(const char *name, size_t n, struct unit *out);
/* Parses "nS/mV", "1/ms", "/mm3", "uA/cm^2", "pA*ms", "nS mV-1". false: not a unit. */
bool unit_parse(const char *text, size_t n, struct unit *out);
struct unit unit_multiply(struct unit a, struct unit b);
struct unit unit_divide(struct unit a, struct unit b);
bool unit_power(struct unit a, int n, struct unit *out);
bool unit_same_dimension(struct unit a, struct unit b);
bool unit_is_none(struct unit a); /* no dimension */
/* A conductance: current by voltage, also per area or time (nS, mS/cm2, nS/ms). */
bool unit_is_conductance(struct unit a);
/* value (written in a) in house units, and back. Where a is smaller than the house unit this
 * divides by the power of ten, which is exact, so that 475 Hz is the double nearest to 0.475
 * /ms. */
double unit_to_house(double value, struct unit a);
double unit_from_house(double value, struct unit a);
/* Writes a readable name of the dimension in house units ("mV", "nS/mV", "1/ms", "no unit").
 * Returns buf. */
const char *unit_format(struct unit a, char *buf, size_t n);
/* Writes what people call a unit ("Hz", "uA/cm2"; "" for none) and gives the factor from house
 * units to it. A unit without a name of its own is shown in house units, where the factor is 1,
 * so that text and numbers always agree. Returns buf. */
const char *unit_name(struct unit unit, char *buffer, size_t n, double *factor);

#endif
