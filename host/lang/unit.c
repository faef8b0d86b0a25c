#include "lang/unit.h"

#include <stdio.h>
#include <string.h>

const struct unit unit_none = {
    1.0, {0, 0, 0, 0, 0, 0}
};
const struct unit unit_ms = {
    1.0, {0, 1, 0, 0, 0, 0}
};
const struct unit unit_mv = {
    1.0, {0, 0, 1, 0, 0, 0}
};
const struct unit unit_um = {
    1.0, {1, 0, 0, 0, 0, 0}
};
const struct unit unit_per_ms = {
    1.0, {0, -1, 0, 0, 0, 0}
};

/* Every unit is a power of ten of its house unit, so scales are kept as exact powers: a product
 * of two rounded ones (1e-3 * 1e-9) is moved to the double nearest to the true power. */
enum { UNIT_TEN_MOST = 90 };

/* 10^|n| by repeated multiplication is exact up to 22; above it the error is far below what is
 * snapped together. */
static double unit_ten(int n)
{
    double value = 1.0;
    for (int k = 0; k < (n < 0 ? -n : n); k++) {
        value *= 10.0;
    }
    return n < 0 ? 1.0 / value : value;
}

/* The power of ten nearest to scale, or scale itself where it is none. */
static double unit_snap(double scale)
{
    if (!(scale > 0.0)) {
        return scale;
    }
    int n = 0;
    double rest = scale;
    while (rest >= 5.0 && n < UNIT_TEN_MOST) {
        rest /= 10.0;
        n++;
    }
    while (rest < 0.5 && n > -UNIT_TEN_MOST) {
        rest *= 10.0;
        n--;
    }
    return rest > 1.0 - 1e-9 && rest < 1.0 + 1e-9 ? unit_ten(n) : scale;
}

struct unit_row {
    const char *name;
    struct unit unit;
    bool has_prefix;
};

static const struct unit_row unit_rows[] = {
    {"m",    {1e6, {1, 0, 0, 0, 0, 0}},   true },
    {"s",    {1e3, {0, 1, 0, 0, 0, 0}},   true },
    {"V",    {1e3, {0, 0, 1, 0, 0, 0}},   true },
    {"A",    {1e12, {0, 0, 0, 1, 0, 0}},  true },
    {"S",    {1e9, {0, 0, -1, 1, 0, 0}},  true },
    {"F",    {1e12, {0, 1, -1, 1, 0, 0}}, true },
    {"C",    {1e15, {0, 1, 0, 1, 0, 0}},  true },
    {"Ohm",  {1e-9, {0, 0, 1, -1, 0, 0}}, true },
    {"Hz",   {1e-3, {0, -1, 0, 0, 0, 0}}, true },
    {"J",    {1e18, {0, 1, 1, 1, 0, 0}},  true },
    {"mol",  {1e18, {0, 0, 0, 0, 1, 0}},  true },
    {"amol", {1.0, {0, 0, 0, 0, 1, 0}},   false},
    {"M",    {1e3, {-3, 0, 0, 0, 1, 0}},  true },
    {"K",    {1.0, {0, 0, 0, 0, 0, 1}},   true },
};

struct unit_prefix {
    const char *text;
    int power;
};

/* All of the SI, with three spellings of micro: u, U+00B5 and the Greek letter U+03BC. */
static const struct unit_prefix unit_prefixes[] = {
    {"f",        -15},
    {"p",        -12},
    {"n",        -9 },
    {"u",        -6 },
    {"\xc2\xb5", -6 },
    {"\xce\xbc", -6 },
    {"m",        -3 },
    {"c",        -2 },
    {"d",        -1 },
    {"da",       1  },
    {"h",        2  },
    {"k",        3  },
    {"M",        6  },
    {"G",        9  },
    {"T",        12 },
    {"P",        15 },
    {"E",        18 },
    {"Z",        21 },
    {"Y",        24 },
    {"a",        -18},
    {"z",        -21},
    {"y",        -24},
};

static bool unit_find_base(const char *name, size_t n, struct unit *out)
{
    for (size_t k = 0; k < sizeof unit_rows / sizeof unit_rows[0]; k++) {
        const struct unit_row *const row = &unit_rows[k];
        const size_t length = strlen(row->name);
        if (n < length || memcmp(name + n - length, row->name, length) != 0) {
            continue;
        }
        if (n == length) {
            *out = row->unit;
            return true;
        }
        for (size_t p = 0;
             row->has_prefix && p < sizeof unit_prefixes / sizeof unit_prefixes[0]; p++) {
            const struct unit_prefix *const prefix = &unit_prefixes[p];
            if (strlen(prefix->text) == n - length &&
                memcmp(name, prefix->text, n - length) == 0) {
                *out = row->unit;
                out->to_house = unit_snap(out->to_house * unit_ten(prefix->power));
                return true;
            }
        }
    }
    return false;
}

bool unit_find(const char *name, size_t n, struct unit *out)
{
    struct unit found;
    size_t letters = n;
    while (letters > 0 && name[letters - 1] >= '0' && name[letters - 1] <= '9') {
        letters--;
    }
    if (letters == 0 || n - letters > 1 || (n > letters && name[letters] == '0') ||
        !unit_find_base(name, letters, &found)) {
        return false;
    }
    if (n > letters && !unit_power(found, name[letters] - '0', &found)) {
        return false;
    }
    if (out != NULL) {
        *out = found;
    }
    return true;
}

struct unit unit_multiply(struct unit a, struct unit b)
{
    for (int k = 0; k < UNIT_BASES; k++) {
        const int power = a.power[k] + b.power[k];
        a.power[k] = (signed char)(power > 100 ? 100 : power < -100 ? -100 : power);
    }
    a.to_house = unit_snap(a.to_house * b.to_house);
    return a;
}

struct unit unit_divide(struct unit a, struct unit b)
{
    for (int k = 0; k < UNIT_BASES; k++) {
        b.power[k] = (signed char)-b.power[k];
    }
    b.to_house = unit_snap(1.0 / b.to_house);
    return unit_multiply(a, b);
}

bool unit_power(struct unit a, int n, struct unit *out)
{
    if (n < -20 || n > 20) {
        *out = a;
        return unit_is_none(a) && a.to_house >= 1.0 && a.to_house <= 1.0;
    }
    struct unit result = unit_none;
    for (int k = 0; k < UNIT_BASES; k++) {
        const int power = a.power[k] * n;
        if (power < -100 || power > 100) {
            return false;
        }
        result.power[k] = (signed char)power;
    }
    for (int k = 0; k < (n < 0 ? -n : n); k++) {
        result.to_house =
            unit_snap(n < 0 ? result.to_house / a.to_house : result.to_house * a.to_house);
    }
    if (!(result.to_house > 1e-85 && result.to_house < 1e85)) {
        return false;
    }
    *out = result;
    return true;
}

bool unit_same_dimension(struct unit a, struct unit b)
{
    return memcmp(a.power, b.power, sizeof a.power) == 0;
}

bool unit_is_none(struct unit a)
{
    return unit_same_dimension(a, unit_none);
}

bool unit_is_conductance(struct unit a)
{
    return a.power[UNIT_CURRENT] == 1 && a.power[UNIT_VOLTAGE] == -1 &&
           a.power[UNIT_AMOUNT] == 0 && a.power[UNIT_TEMPERATURE] == 0;
}

double unit_to_house(double value, struct unit a)
{
    return a.to_house < 1.0 ? value / unit_snap(1.0 / a.to_house) : value * a.to_house;
}

double unit_from_house(double value, struct unit a)
{
    return a.to_house < 1.0 ? value * unit_snap(1.0 / a.to_house) : value / a.to_house;
}

static bool unit_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* One factor of a unit: a name and its power, which may follow as "^3", "**3", "-1" or directly
 * ("mm3"). Returns the bytes read, 0 where there is no unit. */
static size_t unit_scan_factor(const char *text, size_t n, struct unit *out)
{
    size_t k = 0;
    while (k < n && (unit_is_letter(text[k]) || (text[k] >= '0' && text[k] <= '9'))) {
        k++;
    }
    if (!unit_find(text, k, out)) {
        return 0;
    }
    size_t p = k;
    if (p < n && text[p] == '^') {
        p++;
    } else if (p + 1 < n && text[p] == '*' && text[p + 1] == '*') {
        p += 2;
    } else if (p >= n || text[p] != '-') {
        return k;
    }
    const bool is_negative = p < n && text[p] == '-';
    p += is_negative;
    int power = 0;
    const size_t digits = p;
    while (p < n && text[p] >= '0' && text[p] <= '9' && power < 100) {
        power = power * 10 + (text[p++] - '0');
    }
    return p > digits && unit_power(*out, is_negative ? -power : power, out) ? p : 0;
}

bool unit_parse(const char *text, size_t n, struct unit *out)
{
    while (n > 0 && text[n - 1] == ' ') {
        n--;
    }
    size_t k = 0;
    while (k < n && text[k] == ' ') {
        k++;
    }
    struct unit result = unit_none;
    bool divides = false, has_factor = false;
    if (k < n && text[k] == '1') {
        k++;
        has_factor = true;
    } else if (k < n && text[k] == '/') {
        has_factor = true;
    }
    while (k < n) {
        if (has_factor) {
            const size_t before = k;
            while (k < n && text[k] == ' ') {
                k++;
            }
            divides = k < n && text[k] == '/';
            if (divides || (k < n && text[k] == '*')) {
                k++;
            } else if (k == before) {
                return false;
            }
            while (k < n && text[k] == ' ') {
                k++;
            }
        }
        struct unit factor;
        const size_t read = unit_scan_factor(text + k, n - k, &factor);
        if (read == 0) {
            return false;
        }
        result = divides ? unit_divide(result, factor) : unit_multiply(result, factor);
        has_factor = true;
        k += read;
    }
    if (has_factor && out != NULL) {
        *out = result;
    }
    return has_factor;
}

/* Names for people, the plainest first. */
static const struct unit_row unit_house[] = {
    {"mV",   {1.0, {0, 0, 1, 0, 0, 0}},  true},
    {"pA",   {1.0, {0, 0, 0, 1, 0, 0}},  true},
    {"ms",   {1.0, {0, 1, 0, 0, 0, 0}},  true},
    {"um",   {1.0, {1, 0, 0, 0, 0, 0}},  true},
    {"K",    {1.0, {0, 0, 0, 0, 0, 1}},  true},
    {"nS",   {1.0, {0, 0, -1, 1, 0, 0}}, true},
    {"pF",   {1.0, {0, 1, -1, 1, 0, 0}}, true},
    {"mM",   {1.0, {-3, 0, 0, 0, 1, 0}}, true},
    {"fC",   {1.0, {0, 1, 0, 1, 0, 0}},  true},
    {"GOhm", {1.0, {0, 0, 1, -1, 0, 0}}, true},
    {"amol", {1.0, {0, 0, 0, 0, 1, 0}},  true},
};
enum { UNIT_HOUSE_N = sizeof unit_house / sizeof unit_house[0] };

/* "mV^2", "1/um^3", "nS/mV", "pA/mV^3": at most one name above and one below the line. */
static bool unit_format_pair(struct unit a, char *buf, size_t n)
{
    for (int power = 1; power <= 4; power++) {
        for (int k = 0; k < UNIT_HOUSE_N; k++) {
            struct unit below, above;
            if (!unit_power(unit_house[k].unit, power, &below)) {
                continue;
            }
            above = below;
            const char *const name = unit_house[k].name;
            char raised[16] = "";
            if (power > 1) {
                (void)snprintf(raised, sizeof raised, "^%d", power);
            }
            if (unit_same_dimension(a, above)) {
                (void)snprintf(buf, n, "%s%s", name, raised);
                return true;
            }
            if (unit_same_dimension(a, unit_divide(unit_none, below))) {
                (void)snprintf(buf, n, "1/%s%s", name, raised);
                return true;
            }
        }
    }
    for (int power = 1; power <= 4; power++) {
        for (int k = 0; k < UNIT_HOUSE_N * UNIT_HOUSE_N; k++) {
            const struct unit_row *const over = &unit_house[k / UNIT_HOUSE_N];
            const struct unit_row *const under = &unit_house[k % UNIT_HOUSE_N];
            struct unit below;
            if (unit_power(under->unit, power, &below) &&
                unit_same_dimension(a, unit_divide(over->unit, below))) {
                if (power > 1) {
                    (void)snprintf(buf, n, "%s/%s^%d", over->name, under->name, power);
                } else {
                    (void)snprintf(buf, n, "%s/%s", over->name, under->name);
                }
                return true;
            }
        }
    }
    return false;
}

const char *unit_format(struct unit a, char *buf, size_t n)
{
    static const char *const bases[UNIT_BASES] = {"um", "ms", "mV", "pA", "amol", "K"};
    if (unit_is_none(a)) {
        (void)snprintf(buf, n, "no unit");
        return buf;
    }
    if (unit_format_pair(a, buf, n)) {
        return buf;
    }
    char text[128] = "";
    size_t used = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < UNIT_BASES; k++) {
            const int power = pass == 0 ? a.power[k] : -a.power[k];
            if (power <= 0) {
                continue;
            }
            const char *const sign = pass == 1   ? (used == 0 ? "1/" : "/")
                                     : used == 0 ? ""
                                                 : "*";
            const int more =
                power == 1 ? snprintf(text + used, sizeof text - used, "%s%s", sign, bases[k])
                           : snprintf(text + used, sizeof text - used, "%s%s^%d", sign,
                                      bases[k], power);
            used += more > 0 ? (size_t)more : 0;
        }
    }
    (void)snprintf(buf, n, "%s", text);
    return buf;
}
