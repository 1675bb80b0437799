/* SPDX-License-Identifier: Apache-2.0
 *
 * importers_traps.c: each trap that was seen in a published list, and what is served in a list's place. A list is taken
 * whole or refused with a sentence that names the file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "importers_scene.h"
#include "json/buffer.h"

/* ---- what stands in the fields ------------------------------------------------------------------------------ */

static void ninety_five_aliases(void **state)
{
    struct scene *scene = *state;
    struct buffer list = {0};
    buffer_string(&list, CSL_HEADER "1," SDN ",Entity,Zyxgard Works,\"Dubai, AE\",,\"");
    for (int i = 0; i < 95; i++)
        buffer_format(&list, "%s Qwertz %d Manufaktur ", i ? ";" : "", i);
    buffer_string(&list, ";;  ; \",,\n");
    assert_int_equal(compile_one(scene, "csl-csv", list.data), PW_OK);
    buffer_release(&list);
    for (int i = 0; i < 95; i++) {
        char name[64];
        snprintf(name, sizeof name, "Qwertz %d Manufaktur", i);
        assert_string_equal(matches(scene, name, true), "Zyxgard Works;");
    }
}

static const struct spelling {
    const char *printed, *asked;
} spellings[] = {
    {"  Zyxgard Works  ", "Zyxgard Works"},
    {"\xC2\xA0Zyxgard Works\xC2\xA0", "Zyxgard Works"},
    {"\"Zyxgard\nWorks\"", "Zyxgard Works"},
    {"\"Zyxgard\r\nWorks\"", "Zyxgard Works"},
    {"\"Zyxgard \"\"Iron\"\" Works\"", "Zyxgard Iron Works"},
    {"Zyxgard People?s Works", "Zyxgard People's Works"},
    {"Zyxgard People\x92s Works", "Zyxgard People\u2019s Works"}, /* another code page */
    {"Zyxgard Works (ZGW)", "Zyxgard Works"},
    {"Zyxgard Works (ZGW) (Export)", "Zyxgard Works"},
    {"Zyx&#x0027;gard Works", "Zyx'gard Works"},
    {"Zyxgard &amp; Sons", "Zyxgard and Sons"},
    {"\"Zyxgard Works, Ltd.\"", "Zyxgard Works"},
};

static void names_as_publishers_spell_them(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        char list[512];
        snprintf(list, sizeof list, CSL_HEADER "1," SDN ",Entity,%s,,,,,\n", spellings[i].printed);
        if (compile_one(scene, "csl-csv", list))
            fail_msg("%s: %s", spellings[i].printed, scene->why);
        const struct snapshot *snapshot = &scene->screener.snapshots[0];
        struct pw_text printed = snapshot_text(snapshot, snapshot->entries[0].name);
        char verbatim[256];
        snprintf(verbatim, sizeof verbatim, "%.*s", (int)printed.length, printed.data);
        if (!*matches(scene, verbatim, true))
            fail_msg("%s is not found by itself", verbatim);
        if (!*matches(scene, spellings[i].asked, true))
            fail_msg("%s is not found by %s", spellings[i].printed, spellings[i].asked);
        snprintf(list, sizeof list, CSL_HEADER "1," SDN ",Entity,Qwertz Company,,,%s,,\n",
                 spellings[i].printed);
        if (compile_one(scene, "csl-csv", list))
            fail_msg("%s: %s", spellings[i].printed, scene->why);
        if (!*matches(scene, spellings[i].asked, true))
            fail_msg("the alias %s is not found by %s", spellings[i].printed, spellings[i].asked);
    }
}

static void aliases_as_publishers_set_them(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(compile_one(scene, "csl-csv",
                                 CSL_HEADER
                                 "1," EL ",,Zyxgard Works,\"Jakarta, ID\",,\"and Qwertz Foundry; INDONESIA; "
                                 "Xi&#x0027;an Zyx Institute;ZGW;Andromeda Zyx Company; and ;and\",,\n"),
                     PW_OK);
    assert_string_equal(matches(scene, "Qwertz Foundry", true), "Zyxgard Works;");
    assert_string_equal(matches(scene, "Xi'an Zyx Institute", true), "Zyxgard Works;");
    assert_string_equal(matches(scene, "Andromeda Zyx Company", true), "Zyxgard Works;");
    assert_string_equal(matches(scene, "ZGW", true), "");
    /* One word that fires on innocent strings. */
    assert_string_equal(matches(scene, "University of Qwertz, Jakarta, Indonesia", false), "");
    assert_string_equal(matches(scene, "INDONESIA", false), "");
    assert_string_equal(matches(scene, "INDONESIA", true), "");
    assert_string_equal(matches(scene, "Dept. of Physics, Bandung, INDONESIA", false), "");
    assert_string_equal(matches(scene, "Zyxgard Works, Jakarta, Indonesia", false), "Zyxgard Works;");
}

/* A NUL in a name is a blank like any other. */
static void a_byte_that_ends_strings(void **state)
{
    struct scene *scene = *state;
    static const char list[] = CSL_HEADER "1," SDN ",Entity,Zyxgard\0Works,,,Qwertz\0Foundry;\0,,\n";
    put(scene, "nul", list, sizeof list - 1);
    assert_int_equal(compile_file(scene, "csl-csv", "nul"), PW_OK);
    assert_true(*matches(scene, "Zyxgard Works", true));
    assert_true(*matches(scene, "Qwertz Foundry", true));
    for (size_t i = 0; i < SAMPLES; i++) { /* in any place of any format, too */
        char bytes[600];
        size_t length = strlen(samples[i].bytes);
        memcpy(bytes, samples[i].bytes, length);
        for (size_t at = 0; at < length; at++) {
            bytes[at] = '\0';
            put(scene, "nul", bytes, length);
            if (compile_file(scene, samples[i].format, "nul"))
                assert_non_null(strstr(scene->why, "/nul"));
            bytes[at] = samples[i].bytes[at];
        }
    }
}

static void what_ends_a_file(void **state)
{
    struct scene *scene = *state;
    static const char *const ends[] = {"", "\n\n\n", "\r\n", "\x1a", "\x1a\n", "\n\x1a", " \x1a\r\n", "\t\n"};
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
            char bytes[600];
            bool table = strchr(samples[i].bytes, '\n') != NULL;
            if (!table && strchr(ends[k], 0x1a)) /* only of old tables */
                continue;
            snprintf(bytes, sizeof bytes, "%s%s", samples[i].bytes, ends[k]);
            if (compile_one(scene, samples[i].format, bytes))
                fail_msg("%s, end %zu: %s", samples[i].format, k, scene->why);
        }
}

static void what_begins_a_table(void **state)
{
    struct scene *scene = *state;
    char bytes[600];
    snprintf(bytes, sizeof bytes, "\xEF\xBB\xBF%s", samples[0].bytes);
    assert_int_equal(compile_one(scene, "csl-csv", bytes), PW_OK);
    snprintf(bytes, sizeof bytes, "\xEF\xBB\xBF%s", samples[1].bytes); /* a mark, then a quote */
    assert_int_equal(compile_one(scene, "bis-dpl", bytes), PW_OK);
    assert_string_equal(matches(scene, "Zyxgard Airlines", true), "ZYXGARD AIRLINES;");
    /* A header over again is no entry; and columns may come in any order, with others between. */
    assert_int_equal(compile_one(scene, "csl-csv",
                                 "alt_names,x,name,type,source,_id\n,,Zyxgard Works,Entity," SDN
                                 ",1\nalt_names,x,name,type,source,_id\n,,Zyxgard Foundry,Entity," SDN
                                 ",2\n"),
                     PW_OK);
    assert_int_equal(scene->screener.snapshots[0].entry_count, 2);
    /* Nothing but what nobody asks for, in the first row. */
    assert_int_equal(compile_one(scene, "bis-dpl",
                                 "Name\tx\tCountry\tExpiration_Date\n\ty\t\t\n"
                                 "ZYXGARD AIRLINES\t\tIR\t01/14/2036\n"),
                     PW_OK);
    assert_string_equal(matches(scene, "Zyxgard Airlines", true), "ZYXGARD AIRLINES;");
}

/* ---- what is no list ------------------------------------------------------------------------------------------ */

static void the_list_of_another_publisher(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < SAMPLES; i++) {
        put(scene, "sample", samples[i].bytes, strlen(samples[i].bytes));
        for (size_t k = 0; k < SAMPLES; k++)
            if (i != k)
                assert_refused(scene, samples[k].format, "sample", NULL);
        if (compile_file(scene, samples[i].format, "sample"))
            fail_msg("%s", scene->why);
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(samples[i].name, ";"), samples[i].name);
        assert_string_equal(matches(scene, name, true), samples[i].name);
    }
}

static void what_a_server_sends_instead(void **state)
{
    struct scene *scene = *state;
    static const char page[] =
        "<!DOCTYPE html>\n<html><head><title>503</title></head>\n<body>Service, \"un\"available"
        "</body></html>\n";
    static const char *const others[] = {"\n",
                                         " ",
                                         "\x1a",
                                         "null",
                                         "[]",
                                         "{}",
                                         "\"\"",
                                         "Not found",
                                         "{\"message\":\"API rate limit exceeded\"}",
                                         "\xFF\xFE_\0i\0d\0",
                                         "\x89PNG\r\n\x1a\n",
                                         "SQLite format 3"};
    char deep[300] = "";
    memset(deep, '[', sizeof deep - 1); /* deeper than any document may be */
    put(scene, "deep", deep, sizeof deep - 1);
    put(scene, "page", page, sizeof page - 1);
    pack(scene, "page.gz", false, page);
    pack(scene, "page.zip", true, page);
    put(scene, "empty", "", 0);
    pack(scene, "empty.zip", true, "");
    pack(scene, "empty.gz", false, "");
    char folder[64];
    snprintf(folder, sizeof folder, "%s/folder", scene->folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    for (size_t i = 0; i < SAMPLES; i++) {
        assert_refused(scene, samples[i].format, "deep", NULL);
        assert_refused(scene, samples[i].format, "page", NULL);
        assert_refused(scene, samples[i].format, "page.gz", NULL);
        assert_refused(scene, samples[i].format, "page.zip", NULL);
        assert_refused(scene, samples[i].format, "empty", "is empty");
        assert_refused(scene, samples[i].format, "empty.gz", NULL);
        assert_refused(scene, samples[i].format, "empty.zip", NULL);
        assert_refused(scene, samples[i].format, "folder", NULL);
        for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
            put(scene, "other", others[k], strlen(others[k]));
            assert_refused(scene, samples[i].format, "other", NULL);
        }
    }
}

/* ---- the real ones --------------------------------------------------------------------------------------------- */

static const struct published {
    const char *format, *file;
    uint32_t rows; /* of institutions and of others */
} published[] = {
    {"csl-csv", "csl-2022-04.csv.gz", 14160}, {"csl-csv", "csl-2023-11-part.csv.gz", 4227},
    {"bis-dpl", "bis-dpl.txt", 581},          {"aspi-misp", "aspi-2020.json", 159},
    {"dod-1286", "dod-1286-fy25.csv", 0},
};

static uint32_t number_of(const struct scene *scene, const char *key)
{
    const char *found = strstr(scene->report, key);
    assert_non_null(found);
    return (uint32_t)strtoul(found + strlen(key), NULL, 10);
}

/* Whoever is called as the list prints it is found, or a namesake elsewhere is. */
static void entries_find_themselves(struct scene *scene, const char *file)
{
    const struct snapshot *snapshot = &scene->screener.snapshots[0];
    for (uint32_t i = 0; i < snapshot->entry_count; i++) {
        static struct screening screening;
        struct pw_text name = snapshot_text(snapshot, snapshot->entries[i].name);
        struct screener_query query = {.name = name, .as_of = INT64_MIN};
        assert_int_equal(screener_screen(&scene->screener, &query, &screening), PW_OK);
        if (screening.count == 0)
            fail_msg("%s: \"%.*s\" is not found by its name", file, (int)name.length, name.data);
    }
}

static void published_lists(void **state)
{
    struct scene *scene = *state;
    const char *shared = getenv("PATHWAYD_SHARED");
    char lists[256], task[512];
    struct stat found;
    snprintf(lists, sizeof lists, "%s/data/lists", shared ? shared : PATHWAYD_SOURCE "/../shared");
    if (stat(lists, &found) != 0) {
        print_message("skipped: no shared data\n");
        skip();
    }
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        snprintf(task, sizeof task, "list=%s:%s/%s", published[i].format, lists, published[i].file);
        if (compile(scene, (const char *const[]){task, NULL}))
            fail_msg("%s", scene->why);
        assert_true(number_of(scene, "\"entries\":") > 100);
        if (published[i].rows)
            assert_int_equal(number_of(scene, "\"entries\":") + number_of(scene, "\"skipped\":"),
                             published[i].rows);
        const struct snapshot *snapshot = &scene->screener.snapshots[0];
        for (uint32_t k = 0; k < snapshot->entry_count; k++) {
            struct pw_text name = snapshot_text(snapshot, snapshot->entries[k].name);
            if (name.length == 0 || strchr(" \t\n\x1a", name.data[0]) ||
                snapshot->entries[k].name_key == SNAPSHOT_NONE)
                fail_msg("%s: entry %u \"%.*s\"", published[i].file, k, (int)name.length, name.data);
        }
        entries_find_themselves(scene, published[i].file);
        assert_string_equal(matches(scene, "INDONESIA", false), "");
        assert_string_equal(matches(scene, "Kyoto University, Kyoto, Japan", false), "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ninety_five_aliases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_as_publishers_spell_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(aliases_as_publishers_set_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_byte_that_ends_strings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_ends_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_begins_a_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_list_of_another_publisher, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_server_sends_instead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(published_lists, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("importers_traps", tests, NULL, NULL);
}
