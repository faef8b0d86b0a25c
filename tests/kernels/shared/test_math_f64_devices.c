/* tests/kernels/shared/test_math_f64_devices.c: the double functions on every device that has
 * double precision, 102,400 arguments each (more of them: test_math_f64_sweep.c). */
#include "support/expect.h"

#include "kernels/shared/math_f64_devices.h"

static void each_when_any_device_and_width_then_same_bits(void **state)
{
    (void)state;
    if (f64_run_devices(0, 102400) == 0) {
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_when_any_device_and_width_then_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
