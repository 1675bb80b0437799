/* SPDX-License-Identifier: Apache-2.0
 *
 * What is kept of a publisher's list, and what is said of the relatives of an institution.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "importers_scene.h"

/* Distils `bytes`; malloc'd. NULL: refused. */
static char *distilled(struct scene *scene, const char *format, const char *bytes, bool lenient)
{
    char task[128], *text = NULL;
    struct answer answer = {0};
    struct folding *folding = NULL;
    put(scene, "file", bytes, strlen(bytes));
    assert_int_equal(folding_open(&folding), PW_OK);
    struct compilation compilation = {
        .api = &json_document_api, .folding = folding, .distil = true, .lenient = lenient};
    snprintf(task, sizeof task, "list=%s:%s/file", format, scene->folder);
    int error = compilation_add(&compilation, (struct pw_text){task, strlen(task)}, scene->why);
    if (!error)
        error = compilation_run(&compilation, &answer, scene->why);
    if (!error)
        text = strndup(compilation.bytes ? compilation.bytes : "", compilation.length);
    answer_release(&answer);
    compilation_release(&compilation);
    folding_close(folding);
    return text;
}

#define ROWS                                                                                                 \
    CSL_HEADER "7," EL                                                                                       \
               ",,\"Example\nEngine Works\",\"Riga, LV\",2030-12-31,\"EEW; and Works of Example\",,\n"       \
               "7," EL ",,Example Turbine Works,,,,,\n"                                                      \
               "7," SDN ",Entity,Example Trading House,,,,,\n"                                               \
               "8," SDN ",Individual,\"DOE, Jane\",,,\"The Lady\",1 Jan 1970,Nowhere\n"

static void persons_are_not_kept(void **state)
{
    struct scene *scene = *state;
    char *list = distilled(scene, "csl-csv", ROWS, false);
    assert_non_null(list);
    assert_null(strstr(list, "DOE"));
    assert_null(strstr(list, "Lady"));
    assert_null(strstr(list, "1970"));
    free(list);
}

/* What was kept says what the publisher's file says. */
static void the_same_is_matched(void **state)
{
    struct scene *scene = *state;
    const char *const asked[] = {"Example Engine Works",  "Works of Example",      "EEW",
                                 "Example Turbine Works", "Example Trading House", "The Lady"};
    char *before[sizeof asked / sizeof *asked];
    assert_int_equal(compile_one(scene, "csl-csv", ROWS), PW_OK);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        before[i] = strdup(matches(scene, asked[i], true));
    assert_string_equal(before[1], "Example\nEngine Works;");
    char *list = distilled(scene, "csl-csv", ROWS, false);
    assert_non_null(list);
    if (compile_one(scene, "simple", list))
        fail_msg("%s", scene->why);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        for (char *c = before[i]; *c; c++)
            *c = *c == '\n' ? ' ' : *c;
        assert_string_equal(matches(scene, asked[i], true), before[i]);
        free(before[i]);
    }
    assert_non_null(strstr(list, "\"id\":\"7-2\"")); /* an id that stands twice on one list */
    assert_non_null(strstr(list, "\"valid_until\":\"2030-12-31\""));
    free(list);
}

static void what_is_kept_as_it_is(void **state)
{
    struct scene *scene = *state;
    static const char own[] =
        "{\"format\":\"pathwayd-list/1\",\"source\":\"own\",\"list\":\"OWN\",\"snapshot\":"
        "\"2026-01-01\",\"title\":\"t\",\"licence\":\"l\",\"entries\":[{\"id\":\"1\",\"name\":"
        "\"N 1\",\"category\":\"other\",\"effect\":\"informs\"}]}";
    char *list = distilled(scene, "simple", own, false);
    assert_non_null(list);
    assert_string_equal(list, "");
    free(list);
}

static void unknown_rows_only_when_asked_to(void **state)
{
    struct scene *scene = *state;
    static const char rows[] =
        CSL_HEADER "1," EL ",,Example Engine Works,,,,,\n2,A new list,,Example Mill,,,,,\n";
    assert_null(distilled(scene, "csl-csv", rows, false));
    assert_non_null(strstr(scene->why, "\"A new list\" is not known"));
    char *list = distilled(scene, "csl-csv", rows, true);
    assert_non_null(list);
    assert_non_null(strstr(list, "Example Engine Works"));
    assert_null(strstr(list, "Example Mill"));
    free(list);
}

/* ---- relatives ---- */

#define RECORD(ror, name, relations)                                                                         \
    "{\"id\":\"https://ror.org/" ror                                                                         \
    "\",\"status\":\"active\",\"names\":[{\"types\":[\"ror_display\"],\"value\":\"" name                     \
    "\"}],\"locations\":[{\"geonames_details\":{\"country_code\":\"CN\",\"name\":\"Changsha\"}}],"           \
    "\"relationships\":[" relations "]}"
#define RELATION(type, ror) "{\"type\":\"" type "\",\"id\":\"https://ror.org/" ror "\"}"

static const char family[] = "[" RECORD(
    "00f1zfq44", "Example Academy",
    RELATION("child", "02czw2k81") "," RELATION(
        "related",
        "04wn28048")) "," RECORD("02czw2k81", "Example Engine Institute",
                                 RELATION("parent",
                                          "00f1zfq44")) "," RECORD("04wn28048", "Example Friends Society",
                                                                   RELATION("related", "00f1zfq44")) "]";

static char *screened(struct scene *scene, const char *name)
{
    struct screening screening;
    struct answer answer = {0};
    struct pw_text given = {name, strlen(name)};
    const struct screener_query query = {.name = given, .as_of = INT64_MIN};
    assert_int_equal(screener_screen(&scene->screener, &query, &screening), PW_OK);
    for (uint32_t i = 0; i < screening.count; i++) /* a relative is no match, strong or weak */
        assert_string_not_equal(name, "Example Academy");
    answer_screening(&answer, &scene->screener, given, &screening);
    assert_false(answer.failed);
    char *text = strndup(answer.data, answer.length);
    answer_release(&answer);
    return text;
}

static void relatives_are_said_and_no_matches(void **state)
{
    struct scene *scene = *state;
    static const char own[] =
        "{\"format\":\"pathwayd-list/1\",\"source\":\"own\",\"list\":\"OWN\",\"snapshot\":"
        "\"2026-01-01\",\"title\":\"t\",\"licence\":\"l\",\"entries\":[{\"id\":\"1\",\"name\":"
        "\"Example Engine Institute\",\"category\":\"military\",\"effect\":\"informs\"}]}";
    put(scene, "own", own, strlen(own));
    put(scene, "ror", family, strlen(family));
    if (compile(scene, (const char *const[]){"own=simple:own", "ror=ror:ror", NULL}))
        fail_msg("%s", scene->why);
    char *text = screened(scene, "Example Academy");
    assert_non_null(strstr(text, "\"matches\":[]"));
    assert_non_null(strstr(text, "\"relation\":\"child\",\"of\":\"Example Academy\""));
    free(text);
    text = screened(scene, "Example Engine Institute");
    assert_non_null(strstr(text, "\"entry_name\":\"Example Engine Institute\""));
    assert_null(strstr(text, "\"related\"")); /* its parent is not listed */
    free(text);
    text = screened(scene, "Example Friends Society");
    assert_null(strstr(text, "\"related\"")); /* who is merely related says nothing */
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(persons_are_not_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_is_matched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_kept_as_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_rows_only_when_asked_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(relatives_are_said_and_no_matches, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("distil", tests, NULL, NULL);
}
