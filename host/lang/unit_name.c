/* What a unit is called. */
#include "lang/unit.h"

#include <stdio.h>
#include <string.h>

/* Names to try, the usual ones of the field first. */
static const char *const unit_names[] = {
    "mV",     "pA",     "nS",     "pF",     "ms",     "um",     "mM",  "Hz",   "V",    "uV",
    "nA",     "uA",     "A",      "S",      "mS",     "uS",     "nF",  "uF",   "F",    "s",
    "us",     "mm",     "nm",     "m",      "M",      "uM",     "nM",  "K",    "kHz",  "MHz",
    "uA/cm2", "mS/cm2", "uF/cm2", "pA/um2", "nS/um2", "pF/um2", "fF",  "GOhm", "MOhm", "kOhm",
    "Ohm",    "fC",     "pC",     "mV/ms",  "V/s",    "um/ms",  "m/s",
};

static bool is_close(double a, double b)
{
    const double d = a - b, most = 1e-12 * (a < 0.0 ? -a : a);
    return d <= most && d >= -most;
}

const char *unit_name(struct unit unit, char *buffer, size_t n, double *factor)
{
    *factor = 1.0;
    if (unit_is_none(unit) && (unit.to_house == 1.0 || unit.to_house == 0.0)) {
        (void)snprintf(buffer, n, "%s", "");
        return buffer;
    }
    for (size_t k = 0; k < sizeof unit_names / sizeof *unit_names; k++) {
        struct unit named;
        if (unit_parse(unit_names[k], strlen(unit_names[k]), &named) &&
            unit_same_dimension(named, unit) && is_close(named.to_house, unit.to_house)) {
            *factor = 1.0 / unit.to_house;
            (void)snprintf(buffer, n, "%s", unit_names[k]);
            return buffer;
        }
    }
    if (unit_is_none(unit)) {
        (void)snprintf(buffer, n, "%s", "");
        return buffer;
    }
    return unit_format(unit, buffer, n);
}
