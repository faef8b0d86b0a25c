#include "support/expect.h"

#include "base/stream.h"

/* Published vectors: FNV-1a-64 of "", "a", "foobar" (Noll's page); splitmix64 from seed 1234567
 * (its reference program). */
static void fnv_when_known_texts_then_published_values(void **state)
{
    (void)state;
    EXPECT_EQ_U64(hash_fnv1a(HASH_FNV_START, "", 0), UINT64_C(0xcbf29ce484222325));
    EXPECT_EQ_U64(hash_fnv1a(HASH_FNV_START, "a", 1), UINT64_C(0xaf63dc4c8601ec8c));
    EXPECT_EQ_U64(hash_fnv1a(HASH_FNV_START, "foobar", 6), UINT64_C(0x85944171f73967e8));
}

static void mix_when_fed_like_splitmix64_then_published_sequence(void **state)
{
    (void)state;
    uint64_t x = 1234567;
    const uint64_t expected[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                 UINT64_C(9817491932198370423)};
    for (int k = 0; k < 3; k++) {
        x += UINT64_C(0x9e3779b97f4a7c15);
        EXPECT_EQ_U64(hash_mix64(x), expected[k]);
    }
}

static void stream_key_when_seed_purpose_or_name_differ_then_keys_differ(void **state)
{
    (void)state;
    const uint64_t key = stream_key(1, STREAM_STEP, "dSPN", 4);
    EXPECT_TRUE(key != stream_key(2, STREAM_STEP, "dSPN", 4));
    EXPECT_TRUE(key != stream_key(1, STREAM_INPUT, "dSPN", 4));
    EXPECT_TRUE(key != stream_key(1, STREAM_STEP, "iSPN", 4));
    EXPECT_EQ_U64(key, stream_key(1, STREAM_STEP, "dSPN", 4));
    EXPECT_TRUE(stream_key(1, STREAM_INPUT, "a\0bc", 4) !=
                stream_key(1, STREAM_INPUT, "ab\0c", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fnv_when_known_texts_then_published_values),
        cmocka_unit_test(mix_when_fed_like_splitmix64_then_published_sequence),
        cmocka_unit_test(stream_key_when_seed_purpose_or_name_differ_then_keys_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
