/* SPDX-License-Identifier: Apache-2.0
 *
 * screening_full.c: more than fits, through the plugin's own interface: thousands of institutions in one string, dozens
 * of entries under one name, a megabyte of affiliation. What was not screened is said in the facts or the answer, or the
 * event fails with a sentence; it never looks clean.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include <pathwayd/plugin.h>
#include "json/buffer.h"
#include "screening_scene.h"

/* ---- a host that keeps what it is told ---- */

struct scene {
    struct pw_host host;
    struct pw_document config;
    void *instance;
    char path[64];
    char explained[512];
    char last[4096]; /* the last fact's value */
    uint32_t facts, notes;
    struct buffer answer;
};

static void host_log(const struct pw_host *host, uint32_t severity, struct pw_text line)
{
    (void)host, (void)severity, (void)line;
}

static void host_explain(const struct pw_host *host, struct pw_text sentence)
{
    struct scene *scene = host->context;
    snprintf(scene->explained, sizeof scene->explained, "%.*s", TEXT_FMT(sentence));
}

static int32_t host_emit_fact(const struct pw_host *host, const struct pw_fact *fact)
{
    struct scene *scene = host->context;
    struct pw_document document = {0};
    struct json_error error;
    assert_int_equal(json_parse(&document, fact->value.data, fact->value.length, &json_limits_frame, &error),
                     0);
    json_release(&document);
    snprintf(scene->last, sizeof scene->last, "%.*s", TEXT_FMT(fact->value));
    scene->notes += strstr(scene->last, "\"note\":\"More is named there than") != NULL;
    scene->facts++;
    return PW_OK;
}

static void start(struct scene *scene, const char *list)
{
    struct json_error error;
    char config[128];
    FILE *file = fopen(scene->path, "w");
    assert_non_null(file);
    fputs(list, file);
    fclose(file);
    snprintf(config, sizeof config, "{\"lists\":[\"%s\"],\"max_age_days\":90}", scene->path);
    assert_int_equal(json_parse_copy(&scene->config, config, strlen(config), &json_limits_config, &error), 0);
    assert_int_equal(pw_plugin.create(&scene->host, &scene->instance), PW_OK);
    if (pw_plugin.start(scene->instance, &scene->config))
        fail_msg("%s", scene->explained);
}

static int32_t handle(struct scene *scene, const char *partners, const char *affiliation)
{
    struct buffer event = {0};
    struct pw_document document = {0};
    struct json_error error;
    buffer_format(&event, "{\"data\":{\"partner\":%s}}", partners);
    assert_int_equal(json_parse(&document, event.data, event.length, &json_limits_frame, &error), 0);
    struct pw_message message = {.struct_size = sizeof message,
                                 .stage = PW_STAGE_ENRICH,
                                 .event = &document,
                                 .affiliation = scene_text(affiliation)};
    scene->facts = scene->notes = 0;
    scene->explained[0] = '\0';
    int32_t status = pw_plugin.handle(scene->instance, &message);
    json_release(&document);
    buffer_release(&event);
    return status;
}

static void write_answer(void *to, struct pw_text bytes)
{
    struct scene *scene = to;
    buffer_append(&scene->answer, bytes.data, bytes.length);
}

static const char *screen(struct scene *scene, const char *query)
{
    const struct pw_list *list = pw_plugin.extension(scene->instance, PW_EXTENSION_LIST);
    struct pw_screen_query asked = {.struct_size = sizeof asked, .query = scene_text(query)};
    buffer_clear(&scene->answer);
    if (list->screen(scene->instance, &asked, write_answer, scene))
        return NULL;
    struct pw_document document = {0};
    struct json_error error;
    assert_int_equal(
        json_parse(&document, scene->answer.data, scene->answer.length, &json_limits_frame, &error), 0);
    json_release(&document);
    return scene->answer.data;
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->host = (struct pw_host){.struct_size = sizeof(struct pw_host),
                                   .context = scene,
                                   .documents = &json_document_api,
                                   .log = host_log,
                                   .explain = host_explain,
                                   .emit_fact = host_emit_fact};
    strcpy(scene->path, "/tmp/pathwayd-full-XXXXXX");
    int file = mkstemp(scene->path);
    assert_true(file >= 0);
    close(file);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    pw_plugin.destroy(scene->instance);
    json_release(&scene->config);
    buffer_release(&scene->answer);
    unlink(scene->path);
    free(scene);
    return 0;
}

/* The pattern with the number in place of its '#'. */
static void add_numbered(struct buffer *to, const char *pattern, int number)
{
    size_t before = strcspn(pattern, "#");
    buffer_append(to, pattern, before);
    if (pattern[before])
        buffer_format(to, "%d%s", number, pattern + before + 1);
}

static void start_with(struct scene *scene, int count, const char *name, const char *more)
{
    struct buffer list = {0};
    buffer_string(&list, SCENE_HEAD);
    for (int i = 0; i < count; i++) {
        buffer_format(&list, "%s{\"id\":\"e%d\",\"name\":\"", i ? "," : "", i);
        add_numbered(&list, name, i);
        buffer_format(&list, "\",\"category\":\"military\",\"effect\":\"informs\"%s}", more);
    }
    buffer_string(&list, "]}");
    assert_false(list.failed);
    start(scene, list.data);
    buffer_release(&list);
}

static char *repeat(const char *pattern, int count)
{
    struct buffer text = {0};
    for (int i = 0; i < count; i++)
        add_numbered(&text, pattern, i);
    assert_false(text.failed);
    return text.data;
}

/* ---- what happens ---- */

static void as_many_as_fit_are_all_there(void **state)
{
    struct scene *scene = *state;
    start_with(scene, 64, "Zyxgard # Works", "");
    char *text = repeat("Zyxgard # Works; ", 64);
    assert_int_equal(handle(scene, "[]", text), PW_OK);
    assert_int_equal(scene->facts, 64);
    assert_int_equal(scene->notes, 0);
    assert_null(strstr(scene->last, "left_out"));
    assert_null(strstr(screen(scene, text), "\"full\""));
    free(text);
}

static void more_listed_institutions_than_fit(void **state)
{
    struct scene *scene = *state;
    start_with(scene, 400, "Zyxgard # Works", "");
    char *text = repeat("Zyxgard # Works; ", 400);
    assert_int_equal(handle(scene, "[]", text), PW_OK);
    assert_int_equal(scene->facts, 64);
    assert_int_equal(scene->notes, 64);
    assert_non_null(strstr(screen(scene, text), "\"full\":true}"));
    free(text);
    /* The next event is another matter. */
    assert_int_equal(handle(scene, "[]", "Zyxgard 7 Works"), PW_OK);
    assert_int_equal(scene->facts, 1);
    assert_int_equal(scene->notes, 0);
}

static void more_entries_of_one_name_than_fit(void **state)
{
    struct scene *scene = *state;
    start_with(scene, 65, "Zyxgard Works", "");
    assert_int_equal(handle(scene, "[{\"name\":\"Zyxgard Works\"}]", ""), PW_OK);
    assert_int_equal(scene->facts, 64);
    assert_int_equal(scene->notes, 64);
    assert_non_null(strstr(screen(scene, "Zyxgard Works"), "\"full\":true}"));
}

/* Where only what is too weak for a policy would show for it, a note would be lost with it. */
static void more_than_fit_and_nothing_to_show_for_it(void **state)
{
    struct scene *scene = *state;
    start_with(scene, 65, "Zyxgard # Works", ",\"abbreviations\":[\"ZYXW\"]");
    assert_int_equal(handle(scene, "[{\"name\":\"ZYXW\"}]", ""), PW_ERROR_LIMIT);
    assert_non_null(strstr(scene->explained, "more institutions, than can be screened"));
    assert_non_null(strstr(screen(scene, "ZYXW"), "\"full\":true}"));
    /* Nor may it hide what else the event has. */
    assert_int_equal(handle(scene, "[{\"name\":\"ZYXW\"}]", "Zyxgard 7 Works"), PW_OK);
    assert_int_equal(scene->facts, 65);
    assert_int_equal(scene->notes, 64);
}

static void more_names_than_can_be_weighed(void **state)
{
    struct scene *scene = *state;
    start_with(scene, 1, "Zyxgard Works",
               ",\"aliases\":[\"Works Zyxgard\",\"Zyxgard Works Zyxgard\",\"Works Zyxgard Works\"]");
    char *text = repeat("Zyxgard Works ", 1100);
    assert_int_equal(handle(scene, "[]", text), PW_OK);
    assert_int_equal(scene->facts, 1);
    assert_int_equal(scene->notes, 1);
    assert_non_null(strstr(screen(scene, text), "\"full\":true}"));
    free(text);
}

static void more_facts_than_an_event_may_have(void **state)
{
    struct scene *scene = *state;
    start_with(scene, 10, "Zyxgard Works", "");
    char *partners = repeat("{\"name\":\"Zyxgard Works\"},", 64);
    char *list = NULL;
    assert_true(asprintf(&list, "[%s{}]", partners) > 0);
    assert_int_equal(handle(scene, list, ""), PW_OK);
    assert_int_equal(scene->facts, 250);
    assert_non_null(strstr(scene->last, ",\"left_out\":390}"));
    free(list);
    free(partners);
}

static void a_megabyte(void **state)
{
    struct scene *scene = *state;
    start_with(scene, 1, "Zyxgard Works", "");
    static const char *const units[] = {"x", ",", "Zyxgard Works, ", "\u0301", "航", "\xFF"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct buffer text = {0};
        while (text.length < 1u << 20)
            buffer_string(&text, units[i]);
        assert_int_equal(handle(scene, "[]", text.data), PW_ERROR_LIMIT);
        assert_non_null(strstr(scene->explained, "the affiliation is longer"));
        assert_int_equal(scene->facts, 0);
        assert_null(screen(scene, text.data));
        assert_non_null(strstr(scene->explained, "longer than 16,384 bytes"));
        assert_int_equal(scene->answer.length, 0);
        buffer_release(&text);
    }
    /* It leaves nothing behind. */
    assert_int_equal(handle(scene, "[]", "Zyxgard Works"), PW_OK);
    assert_int_equal(scene->facts, 1);
}

/* ---- institutions that nobody lists ---- */

/* They never push out a listed one, however many there are; the answer says that it does not show all of them. */
static void crowds_hide_nobody(void **state)
{
    (void)state;
    struct screener screener = {0};
    struct compiler *compiler = NULL;
    char why[LISTING_ERROR_BYTES], *bytes = NULL;
    size_t length = 0;
    struct listing *listing = NULL;
    assert_int_equal(screener_open(&screener, &json_document_api), PW_OK);
    assert_int_equal(compiler_open(screener.folding, &compiler), PW_OK);
    for (int i = 0; i < 100; i++) {
        char name[64];
        uint32_t number;
        snprintf(name, sizeof name, "Zyxgard %d Foundry", i);
        assert_int_equal(compiler_add_organisation(compiler, (struct pw_text){0}, scene_text(name),
                                                   PW_TEXT("CN"), (struct pw_text){0}, &number),
                         PW_OK);
    }
    assert_int_equal(compiler_finish(compiler, &bytes, &length), PW_OK);
    compiler_close(compiler);
    assert_int_equal(snapshot_adopt(&screener.snapshots[0], bytes, length, why), PW_OK);
    screener.snapshot_count = 1;
    static const char list[] = SCENE_HEAD SCENE_ENTRY("csu", "Central South University", "CN", "") "]}";
    assert_int_equal(listing_read(&json_document_api, PW_TEXT("own"), PW_TEXT(list), &listing, why), PW_OK);
    assert_int_equal(screener_add(&screener, listing, why), PW_OK);
    assert_int_equal(screener_seal(&screener, why), PW_OK);
    char *crowd = repeat("Zyxgard # Foundry; ", 100), *text = NULL;
    assert_true(asprintf(&text, "%sCentral South University", crowd) > 0);
    struct screening screening;
    struct screener_query query = {.sentence = scene_text(text), .as_of = INT64_MIN};
    assert_int_equal(screener_screen(&screener, &query, &screening), PW_OK);
    assert_string_equal(scene_ids(&screener, &screening), "csu;");
    assert_false(screening.full);
    assert_int_equal(screening.organisation_count, RESOLVER_MAX_FOUND);
    free(text);
    free(crowd);
    screener_close(&screener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(as_many_as_fit_are_all_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_listed_institutions_than_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_entries_of_one_name_than_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_than_fit_and_nothing_to_show_for_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_names_than_can_be_weighed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_facts_than_an_event_may_have, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_megabyte, set_up, tear_down),
        cmocka_unit_test(crowds_hide_nobody),
    };
    return cmocka_run_group_tests_name("screening_full", tests, NULL, NULL);
}
