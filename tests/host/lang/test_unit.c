#include "support/expect.h"

#include "lang/unit.h"

static struct unit find(const char *name)
{
    struct unit u = unit_none;
    if (!unit_find(name, strlen(name), &u)) {
        fail_msg("'%s' is no unit", name);
    }
    return u;
}

static struct unit parse(const char *text)
{
    struct unit u = unit_none;
    if (!unit_parse(text, strlen(text), &u)) {
        fail_msg("'%s' is no unit", text);
    }
    return u;
}

static void unit_find_when_house_unit_then_scale_is_one(void **state)
{
    (void)state;
    static const char *const house[] = {"ms",   "mV",        "pA",       "nS", "pF",
                                        "um",   "mM",        "K",        "fC", "GOhm",
                                        "amol", "\xc2\xb5m", "\xce\xbcm"};
    for (size_t k = 0; k < sizeof house / sizeof house[0]; k++) {
        EXPECT_NEAR(find(house[k]).to_house, 1.0, 0.0);
    }
}

static void unit_find_when_other_unit_then_scale_is_exact(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double scale;
    } rows[] = {
        {"s",    1e3  },
        {"V",    1e3  },
        {"A",    1e12 },
        {"S",    1e9  },
        {"F",    1e12 },
        {"C",    1e15 },
        {"Ohm",  1e-9 },
        {"Hz",   1e-3 },
        {"kHz",  1.0  },
        {"M",    1e3  },
        {"nM",   1e-6 },
        {"mol",  1e18 },
        {"mm3",  1e9  },
        {"cm2",  1e8  },
        {"uA",   1e6  },
        {"nA",   1e3  },
        {"uS",   1e3  },
        {"MOhm", 1e-3 },
        {"us",   1e-3 },
        {"J",    1e18 },
        {"ys",   1e-21},
        {"zs",   1e-18},
        {"as",   1e-15},
        {"fs",   1e-12},
        {"dm",   1e5  },
        {"dam",  1e7  },
        {"das",  1e4  },
        {"hm",   1e8  },
        {"TOhm", 1e3  },
        {"PHz",  1e12 },
        {"EV",   1e21 },
        {"aA",   1e-6 },
        {"daC",  1e16 },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        EXPECT_NEAR(find(rows[k].name).to_house, rows[k].scale, 0.0);
    }
}

static void unit_find_when_no_unit_then_false(void **state)
{
    (void)state;
    static const char *const names[] = {"",    "x",  "v",   "mx",  "3",  "m0", "m33",  "Mg",
                                        "min", "Ko", "mmV", "tau", "kk", "_m", "\xc2", "mV_"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        EXPECT_TRUE(!unit_find(names[k], strlen(names[k]), NULL));
    }
}

static void unit_parse_when_product_then_dimension(void **state)
{
    (void)state;
    EXPECT_TRUE(unit_same_dimension(parse("pA/mV"), find("nS")));
    EXPECT_TRUE(unit_same_dimension(parse("pA*ms/mV"), find("pF")));
    EXPECT_TRUE(unit_same_dimension(parse("1/ms"), find("Hz")));
    EXPECT_TRUE(unit_same_dimension(parse("nS mV-1"), parse("pA/mV^2")));
    EXPECT_TRUE(unit_same_dimension(parse("mol/m3"), find("mM")));
    EXPECT_NEAR(parse("/mm3").to_house, 1e-9, 0.0);
    EXPECT_NEAR(parse("uA/cm^2").to_house, 1e-2, 0.0);
    EXPECT_NEAR(parse("mS/cm**2").to_house, 1e-2, 0.0);
    EXPECT_NEAR(parse("uF/cm2").to_house, 1e-2, 0.0);
    EXPECT_NEAR(parse("m/s").to_house, 1e3, 0.0);
    EXPECT_NEAR(parse(" 1/s ").to_house, 1e-3, 0.0);
    EXPECT_TRUE(unit_is_none(parse("1")));
    EXPECT_TRUE(unit_is_none(parse("mV/mV")));
}

/* Every prefix with every unit that takes one. */
static void unit_find_when_prefixed_then_the_power_of_ten(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int power;
    } prefixes[] = {
        {"y",        -24},
        {"z",        -21},
        {"a",        -18},
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
    };
    static const char *const units[] = {"m",   "s",  "V", "A",   "S", "F", "C",
                                        "Ohm", "Hz", "J", "mol", "M", "K"};
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
            char name[16];
            (void)snprintf(name, sizeof name, "%s%s", prefixes[p].text, units[u]);
            const struct unit plain = find(units[u]), prefixed = find(name);
            EXPECT_TRUE(unit_same_dimension(plain, prefixed));
            EXPECT_NEAR(prefixed.to_house / plain.to_house / pow(10.0, prefixes[p].power), 1.0,
                        1e-12);
        }
    }
}

/* C dv/dt of the area units is a current density, with no factor in between. */
static void area_units_are_coherent(void **state)
{
    (void)state;
    const struct unit current = parse("uA/cm2");
    const struct unit capacitive = unit_multiply(parse("uF/cm2"), parse("mV/ms"));
    const struct unit ohmic = unit_multiply(parse("mS/cm2"), parse("mV"));
    EXPECT_TRUE(unit_same_dimension(current, capacitive) &&
                unit_same_dimension(current, ohmic));
    EXPECT_NEAR(capacitive.to_house, current.to_house, 0.0);
    EXPECT_NEAR(ohmic.to_house, current.to_house, 0.0);
    EXPECT_NEAR(parse("\xc2\xb5"
                      "A/cm2")
                    .to_house,
                current.to_house, 0.0);
    EXPECT_NEAR(parse("\xce\xbc"
                      "A/cm^2")
                    .to_house,
                current.to_house, 0.0);
}

static void unit_parse_when_broken_then_false(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    " ",   "/",     "*",    "mV/", "mV//ms",
                                        "mV*", "*mV", "2 mV",  "mVms", "mV^", "mV^x",
                                        "mV-", "1/",  "mV^99", "%",    "11",  "mV)"};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        if (unit_parse(texts[k], strlen(texts[k]), NULL)) {
            fail_msg("'%s' was taken as a unit", texts[k]);
        }
    }
}

static void unit_power_when_out_of_range_then_false(void **state)
{
    (void)state;
    struct unit u;
    EXPECT_TRUE(unit_power(find("mV"), -3, &u));
    EXPECT_EQ_I64(u.power[UNIT_VOLTAGE], -3);
    EXPECT_TRUE(unit_power(find("mV"), 0, &u));
    EXPECT_TRUE(unit_is_none(u));
    EXPECT_TRUE(!unit_power(find("mV"), 21, &u));
    EXPECT_TRUE(!unit_power(find("A"), 20, &u));
    EXPECT_TRUE(unit_power(unit_none, 1000, &u));
}

static void unit_to_house_when_small_unit_then_nearest_double(void **state)
{
    (void)state;
    EXPECT_NEAR(unit_to_house(475, find("Hz")), 0.475, 0.0);
    EXPECT_NEAR(unit_to_house(0.3, find("us")), 0.0003, 0.0);
    EXPECT_NEAR(unit_to_house(849, parse("/mm3")), 8.49e-7, 0.0);
    EXPECT_NEAR(unit_from_house(0.475, find("Hz")), 475, 0.0);
    EXPECT_NEAR(unit_from_house(2000, find("s")), 2, 0.0);
}

static void unit_format_when_parsed_again_then_same_dimension(void **state)
{
    (void)state;
    static const struct {
        const char *text, *formatted;
    } rows[] = {
        {"mV",         "mV"        },
        {"S",          "nS"        },
        {"F",          "pF"        },
        {"Hz",         "1/ms"      },
        {"V/s",        "mV/ms"     },
        {"nS/mV",      "nS/mV"     },
        {"pA/mV^3",    "nS/mV^2"   },
        {"m",          "um"        },
        {"/mm3",       "1/um^3"    },
        {"M",          "mM"        },
        {"1",          "no unit"   },
        {"mV2",        "mV^2"      },
        {"m/s",        "um/ms"     },
        {"uA/cm2",     "pA/um^2"   },
        {"pA/ms",      "pA/ms"     },
        {"ms*mV*um*K", "um*ms*mV*K"},
        {"K/pA/mV/s",  "K/ms/mV/pA"},
    };
    char buf[64];
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        const struct unit u = parse(rows[k].text);
        EXPECT_STR(unit_format(u, buf, sizeof buf), rows[k].formatted);
        if (!unit_is_none(u)) {
            EXPECT_TRUE(unit_same_dimension(parse(buf), u));
        }
    }
}

static void unit_is_conductance_when_current_by_voltage(void **state)
{
    (void)state;
    static const char *const conductances[] = {"nS", "mS/cm2", "pA/mV", "uA/cm2/mV", "nS/ms"};
    static const char *const others[] = {"pA",   "uA/cm2", "mV", "1",
                                         "1/ms", "GOhm",   "mM", "nS mV"};
    for (size_t k = 0; k < sizeof conductances / sizeof conductances[0]; k++) {
        EXPECT_TRUE(unit_is_conductance(parse(conductances[k])));
    }
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
        EXPECT_TRUE(!unit_is_conductance(parse(others[k])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unit_find_when_house_unit_then_scale_is_one),
        cmocka_unit_test(unit_find_when_other_unit_then_scale_is_exact),
        cmocka_unit_test(unit_find_when_no_unit_then_false),
        cmocka_unit_test(unit_is_conductance_when_current_by_voltage),
        cmocka_unit_test(unit_parse_when_product_then_dimension),
        cmocka_unit_test(unit_find_when_prefixed_then_the_power_of_ten),
        cmocka_unit_test(area_units_are_coherent),
        cmocka_unit_test(unit_parse_when_broken_then_false),
        cmocka_unit_test(unit_power_when_out_of_range_then_false),
        cmocka_unit_test(unit_to_house_when_small_unit_then_nearest_double),
        cmocka_unit_test(unit_format_when_parsed_again_then_same_dimension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
