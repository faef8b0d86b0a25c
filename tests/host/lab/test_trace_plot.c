#include "support/expect.h"
#include "support/lab_fixture.h"

#include "lab/trace_plot.h"

#include <unistd.h>

/* A PNG begins with these bytes. */
static const unsigned char png[] = {0x89, 'P', 'N', 'G'};

static void trace_when_drawn_then_a_picture_and_its_script(void **state)
{
    (void)state;
    struct lab_fixture f;
    char folder[] = "/tmp/striatum_plot_XXXXXX", path[64], script[96];
    EXPECT_TRUE(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof path, "%s/it's one.png", folder);
    (void)snprintf(script, sizeof script, "%s.gnuplot", path);
    lab_fixture_begin(&f, LAB_FIXTURE_LEAKY);
    lab_protocol_add(&f.protocol, "time.duration=50 ms");
    lab_protocol_add(&f.protocol, "populations.cell.set.I=2");
    lab_protocol_record_all(&f.protocol, f.model, 0.1);
    EXPECT_EQ_I64(lab_fixture_run(&f), ERR_OK);
    struct text note = {0};
    EXPECT_EQ_I64(lab_trace_plot(&f.record, 0, 0, "a cell's title", path, &note, &f.e), ERR_OK);
    FILE *file = fopen(script, "r");
    EXPECT_TRUE(file != NULL);
    (void)fclose(file);
    file = fopen(path, "rb");
    if (note.length > 0) { /* no gnuplot here: it says what to install */
        EXPECT_CONTAINS(text_string(&note), "apt install gnuplot-nox");
        EXPECT_TRUE(file == NULL);
    } else {
        unsigned char head[4];
        EXPECT_TRUE(file != NULL && fread(head, 1, 4, file) == 4 && memcmp(head, png, 4) == 0);
        (void)fclose(file);
    }
    text_fini(&note);
    (void)remove(path);
    (void)remove(script);
    (void)rmdir(folder);
    lab_fixture_end(&f);
}

static void trace_when_the_folder_is_missing_then_an_error(void **state)
{
    (void)state;
    struct lab_fixture f;
    struct text note = {0};
    lab_fixture_begin(&f, LAB_FIXTURE_LEAKY);
    lab_protocol_record_all(&f.protocol, f.model, 0.1);
    EXPECT_EQ_I64(lab_fixture_run(&f), ERR_OK);
    EXPECT_EQ_I64(lab_trace_plot(&f.record, 0, 0, "t", "/no/such/folder/a.png", &note, &f.e),
                  ERR_IO);
    EXPECT_CONTAINS(f.e.msg, "/no/such/folder");
    lab_fixture_end(&f);
}

static void record_when_empty_then_nothing_to_draw(void **state)
{
    (void)state;
    struct lab_population p = {.n = 1};
    const struct lab_record r = {.populations = &p, .n_populations = 1};
    struct text note = {0};
    struct err e;
    EXPECT_EQ_I64(lab_trace_plot(&r, 0, 0, "t", "a.png", &note, &e), ERR_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trace_when_drawn_then_a_picture_and_its_script),
        cmocka_unit_test(trace_when_the_folder_is_missing_then_an_error),
        cmocka_unit_test(record_when_empty_then_nothing_to_draw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
