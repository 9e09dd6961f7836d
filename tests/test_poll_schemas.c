/* SPDX-License-Identifier: MIT */
/* Who asks for a class's schema and who does not, what a refusal means to whom, and that what was
 * completed once is shared. */
#include "class_fixture.h"

#include <pthread.h>

#include "metric/cook.h"
#include "poll/schemas.h"

#define BUILD      "10.0.17763"
#define NAMESPACE  "root/cimv2"
#define CLASS_NAME "Win32_PerfRawData_X_Y"
#define TIMER      542180608u
#define BULK       272696576u

static const char declaration[] =
    "<CLASS NAME=\"" CLASS_NAME "\">" CLASS_KEY("Name") CLASS_COUNTER("Busy", "uint64", "542180608")
        CLASS_COUNTER("Bytes", "uint64", "272696576") "</CLASS>";

static const struct model_type gauge = {"gauge", 1, {MODEL_GAUGE}};
static const char *const busy[] = {"Busy"};
static const char *const bytes[] = {"Bytes"};

static struct poll_schemas *schemas;
static MI_Class *declared;

static int set_up(void **state)
{
    (void)state;
    schemas = poll_schemas_new(NULL);
    declared = class_read(declaration);
    return schemas != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    poll_schemas_free(schemas);
    return MI_Class_Delete(declared) == MI_RESULT_OK ? 0 : -1;
}

static enum poll_schemas_state find(size_t slot, uint64_t now_ms, struct poll_schema **schema)
{
    return poll_schemas_find(schemas, BUILD, NAMESPACE, CLASS_NAME, slot, now_ms, schema);
}

/* Asks, and takes what is asked for. */
static struct poll_schema *bring(const char *build, const char *class_name,
                                 const MI_Class *class_result)
{
    struct poll_schema *schema;
    assert_int_equal(poll_schemas_find(schemas, build, NAMESPACE, class_name, 0, 0, &schema),
                     POLL_SCHEMAS_ASK);
    assert_int_equal(poll_schemas_take(schemas, schema, class_result, 0, NULL), 0);
    return schema;
}

/* ---- Who asks ---- */

static void one_asks_and_the_others_wait(void **state)
{
    (void)state;
    struct poll_schema *first, *second;
    assert_int_equal(find(0, 0, &first), POLL_SCHEMAS_ASK);
    assert_int_equal(find(0, 0, &second), POLL_SCHEMAS_WAIT);
    assert_ptr_equal(first, second);
    assert_int_equal(find(7, 1000000000, &second), POLL_SCHEMAS_WAIT);
    assert_int_equal(poll_schemas_count(schemas), 0);
    assert_int_equal(poll_schemas_take(schemas, first, declared, 0, NULL), 0);
    assert_int_equal(find(7, 0, &second), POLL_SCHEMAS_HERE);
    assert_ptr_equal(first, second);
    assert_int_equal(poll_schemas_count(schemas), 1);
    assert_int_equal(poll_schemas_bytes(schemas), cim_class_bytes(declared));
}

static void names_are_compared_without_regard_to_case(void **state)
{
    (void)state;
    struct poll_schema *first, *second;
    assert_int_equal(find(0, 0, &first), POLL_SCHEMAS_ASK);
    assert_int_equal(
        poll_schemas_find(schemas, BUILD, "ROOT/CimV2", "win32_perfrawdata_x_y", 0, 0, &second),
        POLL_SCHEMAS_WAIT);
    assert_ptr_equal(first, second);
}

static void another_build_namespace_or_class_is_another_schema(void **state)
{
    (void)state;
    static const char *const names[][3] = {
        {BUILD, NAMESPACE, CLASS_NAME},     {"10.0.17764", NAMESPACE, CLASS_NAME},
        {"", NAMESPACE, CLASS_NAME},        {BUILD, "root/wmi", CLASS_NAME},
        {BUILD, NAMESPACE, CLASS_NAME "Z"}, {BUILD, "root/cimv2Win32_", "PerfRawData_X_Y"},
    };
    struct poll_schema *found[6];
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(
            poll_schemas_find(schemas, names[i][0], names[i][1], names[i][2], 0, 0, &found[i]),
            POLL_SCHEMAS_ASK);
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(found[i], found[j]);
    }
    for (int i = 0; i < 3000; i++) { /* many share a bucket */
        char name[32];
        snprintf(name, sizeof name, "root/%d", i);
        assert_int_equal(poll_schemas_find(schemas, BUILD, name, CLASS_NAME, 0, 0, &found[0]),
                         POLL_SCHEMAS_ASK);
    }
}

static void whoever_gives_up_leaves_it_to_the_next(void **state)
{
    (void)state;
    struct poll_schema *schema;
    assert_int_equal(find(0, 0, &schema), POLL_SCHEMAS_ASK);
    assert_int_equal(find(1, 0, &schema), POLL_SCHEMAS_WAIT);
    poll_schemas_give_up(schemas, schema);
    /* Who asks and never gets it keeps nobody waiting. */
    assert_int_equal(find(0, 0, &schema), POLL_SCHEMAS_ASK);
    assert_int_equal(find(1, 0, &schema), POLL_SCHEMAS_ASK);
}

static void what_is_here_is_not_replaced(void **state)
{
    (void)state;
    struct poll_schema *schema = bring(BUILD, CLASS_NAME, declared);
    assert_int_equal(poll_schemas_take(schemas, schema, declared, 0, NULL), 0);
    assert_int_equal(poll_schemas_count(schemas), 1);
    assert_int_equal(poll_schemas_bytes(schemas), cim_class_bytes(declared));
    poll_schemas_refuse(schemas, schema, 0, false, 0);
    poll_schemas_give_up(schemas, schema);
    assert_int_equal(find(0, 1, &schema), POLL_SCHEMAS_HERE);
}

/* ---- Refusals ---- */

static void a_refusal_is_for_all_and_ends_after_a_while(void **state)
{
    (void)state;
    struct poll_schema *schema;
    assert_int_equal(find(0, 500, &schema), POLL_SCHEMAS_ASK);
    assert_true(poll_schemas_refuse(schemas, schema, 0, false, 500));
    assert_int_equal(find(0, 500, &schema), POLL_SCHEMAS_NONE);
    assert_int_equal(find(9, 499 + POLL_SCHEMAS_RETRY_MS, &schema), POLL_SCHEMAS_NONE);
    assert_non_null(schema);
    assert_int_equal(find(9, 500 + POLL_SCHEMAS_RETRY_MS, &schema), POLL_SCHEMAS_ASK);
    assert_int_equal(find(0, 500 + POLL_SCHEMAS_RETRY_MS, &schema), POLL_SCHEMAS_WAIT);
    /* It was said before. */
    assert_false(poll_schemas_refuse(schemas, schema, 9, false, 600 + POLL_SCHEMAS_RETRY_MS));
    assert_int_equal(find(9, 599 + 2 * POLL_SCHEMAS_RETRY_MS, &schema), POLL_SCHEMAS_NONE);
    assert_int_equal(find(9, 600 + 2 * POLL_SCHEMAS_RETRY_MS, &schema), POLL_SCHEMAS_ASK);
}

static void a_refusal_of_access_is_for_one_account(void **state)
{
    (void)state;
    struct poll_schema *schema;
    for (size_t account = 0; account < 10; account++) {
        assert_int_equal(find(account, account, &schema), POLL_SCHEMAS_ASK);
        assert_true(poll_schemas_refuse(schemas, schema, account, true, account));
        for (size_t earlier = 0; earlier <= account; earlier++)
            assert_int_equal(find(earlier, account, &schema), POLL_SCHEMAS_NONE);
    }
    assert_int_equal(find(3, 3 + POLL_SCHEMAS_RETRY_MS, &schema), POLL_SCHEMAS_ASK);
    assert_false(poll_schemas_refuse(schemas, schema, 3, true, 3 + POLL_SCHEMAS_RETRY_MS));
    assert_int_equal(find(3, 4 + POLL_SCHEMAS_RETRY_MS, &schema), POLL_SCHEMAS_NONE);
    /* Another account's answer is for all. */
    assert_int_equal(find(10, 20, &schema), POLL_SCHEMAS_ASK);
    assert_int_equal(find(4, 20, &schema), POLL_SCHEMAS_NONE); /* it need not wait */
    assert_int_equal(poll_schemas_take(schemas, schema, declared, 20, NULL), 0);
    assert_int_equal(find(4, 20, &schema), POLL_SCHEMAS_HERE);
}

static void both_kinds_of_refusal_are_told_once_each(void **state)
{
    (void)state;
    struct poll_schema *schema;
    find(0, 0, &schema);
    assert_true(poll_schemas_refuse(schemas, schema, 0, true, 0));
    assert_int_equal(find(1, 0, &schema), POLL_SCHEMAS_ASK);
    assert_true(poll_schemas_refuse(schemas, schema, 1, false, 0));
    assert_int_equal(find(2, POLL_SCHEMAS_RETRY_MS, &schema), POLL_SCHEMAS_ASK);
    assert_true(poll_schemas_refuse(schemas, schema, 2, true, POLL_SCHEMAS_RETRY_MS));
    assert_int_equal(find(3, POLL_SCHEMAS_RETRY_MS, &schema), POLL_SCHEMAS_ASK);
}

/* ---- Room ---- */

/* A class of about so many bytes. New: free with MI_Class_Delete. */
static MI_Class *large_class(size_t count)
{
    struct buf text;
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add_text(&text, "<CLASS NAME=\"Large\">");
    for (size_t i = 0; i * 1000 < count; i++)
        buf_add_format(&text,
                       "<PROPERTY NAME=\"P%zu\" TYPE=\"string\"><VALUE>%0900d</VALUE></PROPERTY>",
                       i, 0);
    buf_add_text(&text, "</CLASS>");
    MI_Class *made = class_read(buf_text(&text));
    buf_free(&text);
    return made;
}

static void schemas_have_a_room_that_ends(void **state)
{
    (void)state;
    MI_Class *large = large_class(1500000);
    struct poll_schema *schema;
    struct err err = ERR_INIT;
    char name[32];
    size_t count = 0;
    int rc = 0;
    assert_true(cim_class_bytes(large) > 1000000);
    for (; rc == 0 && count < 100; count += rc == 0) {
        snprintf(name, sizeof name, "Large%zu", count);
        assert_int_equal(poll_schemas_find(schemas, BUILD, NAMESPACE, name, 0, 0, &schema),
                         POLL_SCHEMAS_ASK);
        rc = poll_schemas_take(schemas, schema, large, 0, &err);
    }
    assert_int_equal(rc, -1);
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_int_equal(count, POLL_SCHEMAS_MAX_BYTES / cim_class_bytes(large));
    assert_int_equal(poll_schemas_count(schemas), count);
    assert_true(poll_schemas_bytes(schemas) <= POLL_SCHEMAS_MAX_BYTES);
    /* It counts as refused; those that are here stay. */
    assert_int_equal(poll_schemas_find(schemas, BUILD, NAMESPACE, name, 5, 1, &schema),
                     POLL_SCHEMAS_NONE);
    assert_int_equal(poll_schemas_find(schemas, BUILD, NAMESPACE, "Large0", 0, 1, &schema),
                     POLL_SCHEMAS_HERE);
    MI_Class_Delete(large);
}

static void a_host_of_ever_new_builds_fills_no_memory(void **state)
{
    (void)state;
    struct poll_schema *schema = NULL;
    enum poll_schemas_state answer = POLL_SCHEMAS_ASK;
    char build[32];
    size_t count = 0;
    for (; answer == POLL_SCHEMAS_ASK && count < 100000; count++) {
        snprintf(build, sizeof build, "10.0.%zu", count);
        answer = poll_schemas_find(schemas, build, NAMESPACE, CLASS_NAME, 0, 0, &schema);
        if (answer == POLL_SCHEMAS_ASK)
            poll_schemas_give_up(schemas, schema);
    }
    assert_int_equal(answer, POLL_SCHEMAS_NONE);
    assert_null(schema);
    assert_true(count < 20000);
    assert_int_equal(poll_schemas_find(schemas, "10.0.7", NAMESPACE, CLASS_NAME, 0, 0, &schema),
                     POLL_SCHEMAS_ASK);
}

/* ---- Readings ---- */

struct heard {
    size_t doubts, sentences;
    struct metric_doubt last;
    const struct model_instance *rule;
};

static void hear(void *context, const struct model_instance *rule, const struct metric_doubt *doubt,
                 const char *sentence)
{
    struct heard *heard = context;
    size_t free_to_call = poll_schemas_count(schemas); /* no lock is held */
    (void)free_to_call;
    heard->rule = rule;
    heard->doubts += doubt != NULL;
    heard->sentences += sentence != NULL;
    if (doubt != NULL)
        heard->last = *doubt;
    else
        assert_non_null(strstr(sentence, "Odd"));
}

static struct model_metric metric_of(const char *const *properties, enum model_reading reading,
                                     uint32_t code)
{
    return (struct model_metric){.properties = properties,
                                 .property_count = 1,
                                 .type = &gauge,
                                 .plugin = "mi",
                                 .plugin_instance = "",
                                 .type_instance = "",
                                 .scale = 1,
                                 .reading = reading,
                                 .counter_type = code};
}

static void a_reading_is_made_once_and_shared(void **state)
{
    (void)state;
    const struct model_metric metrics[] = {
        metric_of(busy, MODEL_READING_NUMBER, 0),
        metric_of(bytes, MODEL_READING_COOKED, TIMER),
        metric_of(bytes, MODEL_READING_COOKED, MODEL_COUNTER_UNKNOWN),
    };
    const struct model_instance rules[] = {
        {.class_name = CLASS_NAME, .metrics = metrics, .metric_count = 3},
        {.class_name = CLASS_NAME, .metrics = metrics, .metric_count = 3},
        {.class_name = CLASS_NAME},
    };
    struct heard heard = {0};
    struct poll_schemas_teller teller = {hear, &heard};
    struct poll_schema *schema = bring(BUILD, CLASS_NAME, declared);
    const struct poll_reading *made = poll_schemas_reading(schemas, &rules[0], schema, &teller);
    assert_non_null(made);
    assert_int_equal(made->metric_count, 3);
    assert_int_equal(made->memory_count, 3);
    assert_int_equal(made->metrics[0].reading, MODEL_READING_COOKED);
    assert_int_equal(made->metrics[0].counter_type, TIMER);
    assert_int_equal(made->metrics[1].counter_type, TIMER);
    assert_int_equal(made->metrics[2].counter_type, BULK);
    assert_int_equal(made->metrics[2].counter_bits, 64);
    assert_non_null(cim_class_find(made->schema, "Busy", 4));
    assert_int_equal(heard.doubts, 1);
    assert_int_equal(heard.sentences, 0);
    assert_ptr_equal(heard.rule, &rules[0]);
    assert_string_equal(heard.last.property, "Bytes");
    assert_ptr_equal(poll_schemas_reading(schemas, &rules[0], schema, &teller), made);
    assert_int_equal(heard.doubts, 1);
    assert_ptr_not_equal(poll_schemas_reading(schemas, &rules[1], schema, &teller), made);
    assert_int_equal(heard.doubts, 2);
    made = poll_schemas_reading(schemas, &rules[2], schema, NULL);
    assert_int_equal(made->metric_count + made->memory_count, 0);
}

static void without_a_schema_there_is_a_reading_of_its_own(void **state)
{
    (void)state;
    const struct model_metric metrics[] = {metric_of(busy, MODEL_READING_NUMBER, 0),
                                           metric_of(bytes, MODEL_READING_COOKED, 65536)};
    const struct model_instance rule = {
        .class_name = CLASS_NAME, .metrics = metrics, .metric_count = 2};
    struct poll_schema *schema;
    const struct poll_reading *bare = poll_schemas_reading(schemas, &rule, NULL, NULL);
    assert_null(bare->schema);
    assert_int_equal(bare->memory_count, 1);
    assert_int_equal(bare->metrics[0].counter_type, MODEL_COUNTER_UNKNOWN);
    /* Asked for, refused: that is none. */
    assert_int_equal(find(0, 0, &schema), POLL_SCHEMAS_ASK);
    assert_ptr_equal(poll_schemas_reading(schemas, &rule, schema, NULL), bare);
    poll_schemas_refuse(schemas, schema, 0, false, 0);
    assert_ptr_equal(poll_schemas_reading(schemas, &rule, schema, NULL), bare);
    assert_int_equal(poll_schemas_take(schemas, schema, declared, 0, NULL), 0);
    const struct poll_reading *full = poll_schemas_reading(schemas, &rule, schema, NULL);
    assert_ptr_not_equal(full, bare);
    assert_int_equal(full->metrics[0].counter_type, TIMER);
    assert_ptr_equal(poll_schemas_reading(schemas, &rule, NULL, NULL), bare);
}

static void each_build_has_a_reading_of_its_own(void **state)
{
    (void)state;
    static const char other[] =
        "<CLASS NAME=\"" CLASS_NAME "\">" CLASS_COUNTER("Busy", "uint32", "272696320") "</CLASS>";
    const struct model_metric metric = metric_of(busy, MODEL_READING_NUMBER, 0);
    const struct model_instance rule = {
        .class_name = CLASS_NAME, .metrics = &metric, .metric_count = 1};
    MI_Class *old = class_read(other);
    struct poll_schema *first = bring(BUILD, CLASS_NAME, declared);
    struct poll_schema *second = bring("6.1.7601", CLASS_NAME, old);
    MI_Class_Delete(old); /* it was cloned */
    assert_int_equal(poll_schemas_reading(schemas, &rule, first, NULL)->metrics[0].counter_type,
                     TIMER);
    assert_int_equal(poll_schemas_reading(schemas, &rule, second, NULL)->metrics[0].counter_bits,
                     32);
}

static void a_schema_that_was_mended_is_told_once(void **state)
{
    (void)state;
    static const char odd[] = "<CLASS NAME=\"" CLASS_NAME
                              "\"><PROPERTY NAME=\"Odd\" TYPE=\"uint128\"></PROPERTY></CLASS>";
    const struct model_metric metric = metric_of(busy, MODEL_READING_NUMBER, 0);
    const struct model_instance rules[] = {
        {.class_name = CLASS_NAME, .metrics = &metric, .metric_count = 1},
        {.class_name = CLASS_NAME, .metrics = &metric, .metric_count = 1},
    };
    struct heard heard = {0};
    struct poll_schemas_teller teller = {hear, &heard};
    MI_Class *mended = class_read(odd);
    struct poll_schema *schema = bring(BUILD, CLASS_NAME, mended);
    poll_schemas_reading(schemas, &rules[0], schema, &teller);
    poll_schemas_reading(schemas, &rules[1], schema, &teller);
    poll_schemas_reading(schemas, &rules[0], NULL, &teller);
    assert_int_equal(heard.sentences, 1);
    assert_int_equal(heard.doubts, 0);
    assert_ptr_equal(heard.rule, &rules[0]);
    MI_Class_Delete(mended);
}

/* ---- Two threads ---- */

#define RACES   200
#define METRICS 500 /* to make a reading takes a while */

struct racer {
    const struct model_instance *rules;
    pthread_barrier_t *barrier;
    struct heard heard;
    const struct poll_reading *readings[RACES];
    size_t asked, taken, failed;
};

/* Both want the same classes and the same readings, at the same time. */
static void *race(void *context)
{
    struct racer *racer = context;
    char name[32];
    struct poll_schemas_teller teller = {hear, &racer->heard};
    for (size_t i = 0; i < RACES; i++) {
        struct poll_schema *schema;
        snprintf(name, sizeof name, "Class%zu", i);
        pthread_barrier_wait(racer->barrier);
        enum poll_schemas_state answer =
            poll_schemas_find(schemas, BUILD, NAMESPACE, name, 0, 0, &schema);
        if (answer == POLL_SCHEMAS_ASK) {
            racer->asked++;
            racer->failed += poll_schemas_take(schemas, schema, declared, 0, NULL) != 0;
        }
        pthread_barrier_wait(racer->barrier);
        answer = poll_schemas_find(schemas, BUILD, NAMESPACE, name, 1, 0, &schema);
        racer->failed += answer != POLL_SCHEMAS_HERE;
        racer->readings[i] = poll_schemas_reading(schemas, &racer->rules[i % 2], schema, &teller);
        racer->failed +=
            racer->readings[i] == NULL || racer->readings[i]->metrics[0].counter_type != BULK;
    }
    return NULL;
}

static void two_threads_get_the_same_reading(void **state)
{
    (void)state;
    static struct model_metric metrics[METRICS];
    for (size_t i = 0; i < METRICS; i++)
        metrics[i] =
            metric_of(bytes, MODEL_READING_COOKED, i + 1 < METRICS ? MODEL_COUNTER_UNKNOWN : TIMER);
    const struct model_instance rules[] = {
        {.class_name = CLASS_NAME, .metrics = metrics, .metric_count = METRICS},
        {.class_name = CLASS_NAME, .metrics = metrics, .metric_count = METRICS},
    };
    static struct racer racers[2];
    pthread_t threads[2];
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 2);
    for (size_t i = 0; i < 2; i++) {
        racers[i] = (struct racer){.rules = rules, .barrier = &barrier};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
    assert_int_equal(racers[0].failed + racers[1].failed, 0);
    assert_int_equal(racers[0].asked + racers[1].asked, RACES);
    assert_int_equal(racers[0].heard.doubts + racers[1].heard.doubts, RACES); /* of the winner */
    for (size_t i = 0; i < RACES; i++)
        assert_ptr_equal(racers[0].readings[i], racers[1].readings[i]);
    assert_int_equal(poll_schemas_count(schemas), RACES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_asks_and_the_others_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_are_compared_without_regard_to_case, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_build_namespace_or_class_is_another_schema, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whoever_gives_up_leaves_it_to_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_here_is_not_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_is_for_all_and_ends_after_a_while, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_refusal_of_access_is_for_one_account, set_up, tear_down),
        cmocka_unit_test_setup_teardown(both_kinds_of_refusal_are_told_once_each, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(schemas_have_a_room_that_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_host_of_ever_new_builds_fills_no_memory, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_reading_is_made_once_and_shared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_schema_there_is_a_reading_of_its_own, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(each_build_has_a_reading_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_schema_that_was_mended_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_threads_get_the_same_reading, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
