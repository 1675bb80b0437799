/* SPDX-License-Identifier: Apache-2.0
 *
 * Packs in force as files: what takes whose place, what stays, and that nothing half made is ever current.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pathwayd/plugin.h>
#include "config/config.h"
#include "packs/generation.h"

static char folder[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/pathwayd-generation-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[96];
    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static const char *pack_text(const char *pack, const char *version, const char *from, const char *to)
{
    static char text[512];
    snprintf(text, sizeof(text),
             "// a comment\n{\"pack\": \"%s\", \"version\": \"%s\", \"regime\": \"r\", \"effective_from\": "
             "\"%s\"%s%s%s}",
             pack, version, from, to ? ", \"effective_to\": \"" : "", to ? to : "", to ? "\"" : "");
    return text;
}

static const char *chooser_of(uint64_t number)
{
    static char text[1024];
    char name[64];
    snprintf(name, sizeof(name), "packs/%06llu/active.json", (unsigned long long)number);
    FILE *file = fopen(path_of(name), "r");
    size_t length = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
    if (file)
        fclose(file);
    text[length] = '\0';
    return text;
}

/* The sentence of a refusal, "" when there was none. */
static const char *make(uint64_t number, uint64_t base, const char *configured, const char *choice,
                        const char *pack, const char *text)
{
    static char sentence[512];
    char *error = NULL, file[256];
    const struct generation_change change = {number, 7, choice, pack, {text, text ? strlen(text) : 0}};
    uint64_t made = 0;
    snprintf(file, sizeof(file), "%s", path_of(configured ? configured : ""));
    int status = generation_make(folder, base, configured ? file : NULL, &change, &made, &error);
    assert_int_equal(made, status < 0 ? 0 : number); /* these tests count as it does */
    assert_true((status < 0) == (error != NULL));
    snprintf(sentence, sizeof(sentence), "%s", error ? error : "");
    free(error);
    return sentence;
}

static void a_pack_takes_the_place_of_its_regime(void **state)
{
    (void)state;
    write_file("old.json", pack_text("old", "1", "2020-01-01", "2025-01-01"));
    write_file("now.json", pack_text("now", "1", "2025-01-01", NULL));
    write_file("draft.json", pack_text("next", "0", "2025-01-01", NULL));
    write_file("other.json",
               "{\"pack\":\"other\",\"version\":\"1\",\"regime\":\"s\",\"effective_from\":\"2020-01-01\"}");
    write_file("active.json",
               "{\"active\": [\"old.json\", \"now.json\", \"other.json\"], \"shadow\": [\"draft.json\"]}");
    assert_string_equal(
        make(1, 0, "active.json", "active", "next", pack_text("next", "1", "2025-01-01", NULL)), "");
    /* what ends before it begins stays, as does another regime; its own trial is over */
    assert_string_equal(
        chooser_of(1),
        "{\"active\":[\"00-old-1.json\",\"02-other-1.json\",\"04-next-1.json\"],\"shadow\":[]}\n");
    assert_string_equal(make(2, 1, NULL, "shadow", "draft", pack_text("draft", "1", "2026-01-01", NULL)), "");
    assert_string_equal(make(3, 2, NULL, "shadow", "draft", pack_text("draft", "2", "2026-01-01", NULL)), "");
    assert_string_equal(chooser_of(3),
                        "{\"active\":[\"00-old-1.json\",\"01-other-1.json\",\"02-next-1.json\"],"
                        "\"shadow\":[\"04-draft-2.json\"]}\n");
    assert_string_equal(make(4, 3, NULL, "off", "next", NULL), "");
    assert_null(strstr(chooser_of(4), "next"));
    assert_non_null(strstr(make(5, 4, NULL, "off", "next", NULL), "no pack named \"next\""));
    assert_string_equal(chooser_of(5), "");
}

static void one_configured_pack_is_a_list_of_one(void **state)
{
    (void)state;
    write_file("only.json", pack_text("only", "1", "2020-01-01", "2026-01-01"));
    assert_string_equal(make(1, 0, "only.json", "active", "only", pack_text("only", "2", "2026-01-01", NULL)),
                        "");
    assert_string_equal(chooser_of(1),
                        "{\"active\":[\"00-only-1.json\",\"01-only-2.json\"],\"shadow\":[]}\n");
    assert_non_null(strstr(make(9, 1, NULL, "active", "only", pack_text("only", "2", "2027-01-01", NULL)),
                           "another \"version\""));
    /* the same once more is no other */
    assert_string_equal(make(2, 1, NULL, "active", "only", pack_text("only", "2", "2026-01-01", NULL)), "");
    assert_string_equal(chooser_of(2),
                        "{\"active\":[\"00-only-1.json\",\"02-only-2.json\"],\"shadow\":[]}\n");
}

/* An edition that begins later takes over when it begins. */
static void what_began_before_ends_where_the_new_one_begins(void **state)
{
    char text[1024] = "";
    (void)state;
    write_file("only.json", pack_text("only", "1", "2020-01-01", NULL));
    assert_string_equal(make(1, 0, "only.json", "active", "only", pack_text("only", "2", "2027-01-01", NULL)),
                        "");
    assert_string_equal(chooser_of(1),
                        "{\"active\":[\"00-only-1.json\",\"01-only-2.json\"],\"shadow\":[]}\n");
    FILE *file = fopen(path_of("packs/000001/00-only-1.json"), "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
    fclose(file);
    assert_string_equal(
        text, "// a comment\n{\"effective_to\": \"2027-01-01\",\"pack\": \"only\", \"version\": \"1\", "
              "\"regime\": \"r\", \"effective_from\": \"2020-01-01\"}");
    assert_string_equal(make(2, 1, NULL, "active", "only", pack_text("only", "3", "2026-06-01", NULL)), "");
    assert_string_equal(chooser_of(2),
                        "{\"active\":[\"00-only-1.json\",\"02-only-3.json\"],\"shadow\":[]}\n");
    file = fopen(path_of("packs/000002/00-only-1.json"), "r");
    assert_non_null(file);
    memset(text, 0, sizeof(text));
    assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
    fclose(file);
    assert_non_null(strstr(text, "\"effective_to\": \"2026-06-01\""));
}

/* What was interrupted is begun again from where it began; another change, or another journal's, is none of that. */
static void an_interrupted_attempt_is_known(void **state)
{
    const struct generation_change same = {1, 7, "active", "a", {"", 0}},
                                   other = {2, 7, "active", "a", {"", 0}},
                                   elsewhere = {1, 8, "active", "a", {"", 0}};
    (void)state;
    write_file("active.json", "{\"active\": []}");
    assert_int_equal(config_packs_current(folder, NULL), 0);
    assert_string_equal(make(1, 0, "active.json", "active", "a", pack_text("a", "1", "2020-01-01", NULL)),
                        "");
    assert_int_equal(generation_use(folder, 1), 0);
    assert_int_equal(config_packs_current(folder, NULL), 1);
    assert_int_equal(generation_base(folder, 1, &same), 0);
    assert_int_equal(generation_base(folder, 1, &other), 1);
    assert_int_equal(generation_base(folder, 1, &elsewhere), 1);
    assert_int_equal(generation_base(folder, 0, &same), 0);
    assert_int_equal(generation_base(folder, 9, &same), 9);
    write_file("packs/000001/change.json", "{");
    assert_int_equal(generation_base(folder, 1, &same), 1);
}

static void what_cannot_be_read_is_said(void **state)
{
    char names[4096] = "{\"active\": [", *end = names + strlen(names);
    (void)state;
    const char *good = pack_text("good", "1", "2020-01-01", NULL);
    assert_non_null(strstr(make(1, 0, NULL, "active", "good", good), "setting \"packs\""));
    assert_non_null(strstr(make(1, 0, "none.json", "active", "good", good), "none.json"));
    assert_non_null(strstr(make(1, 9, NULL, "active", "good", good), "000009/active.json"));
    write_file("active.json", "{\"active\": [\"gone.json\"]}");
    assert_non_null(strstr(make(1, 0, "active.json", "active", "good", good), "gone.json"));
    write_file("active.json", "{\"active\": [\"bad.json\"]");
    assert_non_null(strstr(make(1, 0, "active.json", "active", "good", good), "active.json:1:"));
    write_file("active.json", "{\"active\": [\"bad.json\"]}");
    write_file("bad.json", "{\"pack\": \"bad\"}");
    assert_non_null(strstr(make(1, 0, "active.json", "active", "good", good), "bad.json:1:1"));
    write_file("good.json", good);
    for (int i = 0; i < 64; i++)
        end += sprintf(end, "%s\"good.json\"", i ? "," : "");
    strcpy(end, "]}");
    write_file("active.json", names);
    assert_string_equal(make(1, 0, "active.json", "off", "bad", NULL),
                        "no pack named \"bad\" is in force or on trial");
    assert_string_equal(make(1, 0, "active.json", "active", "good", good), "");
    strcpy(end, ",\"good.json\"]}");
    write_file("active.json", names);
    assert_non_null(strstr(make(2, 0, "active.json", "active", "good", good), "more than 64"));
}

static void names_of_packs_are_no_paths(void **state)
{
    (void)state;
    write_file("active.json", "{\"active\": []}");
    assert_string_equal(
        make(1, 0, "active.json", "active", "x", pack_text("../../x", "1/\xc3\xa4", "2020-01-01", NULL)), "");
    assert_string_equal(chooser_of(1), "{\"active\":[\"00-.._.._x-1___.json\"],\"shadow\":[]}\n");
}

static void current_is_led_from_one_to_another(void **state)
{
    char target[64] = "";
    (void)state;
    write_file("active.json", "{\"active\": []}");
    assert_string_equal(make(1, 0, "active.json", "active", "a", pack_text("a", "1", "2020-01-01", NULL)),
                        "");
    assert_string_equal(make(2, 1, NULL, "active", "a", pack_text("a", "2", "2020-01-01", NULL)), "");
    for (uint64_t number = 1; number <= 2; number++) {
        memset(target, 0, sizeof(target));
        assert_int_equal(generation_use(folder, number), 0);
        assert_int_equal(readlink(path_of("packs/current"), target, sizeof(target) - 1), 6);
        assert_int_equal(strtoul(target, NULL, 10), number);
    }
    assert_int_equal(generation_use(folder, 0), 0);
    assert_int_equal(generation_use(folder, 0), 0); /* there is none to lose */
    assert_int_equal(access(path_of("packs/current"), F_OK), -1);
}

/* Policies that read the same packs as the first one follow; others are left with theirs, and lines stay where they were. */
static void policies_read_the_current_generation(void **state)
{
    struct config_places places = {0};
    struct config *config = NULL;
    char *error = NULL, text[2048], wanted[300];
    (void)state;
    write_file("active.json", "{\"active\": []}");
    snprintf(text, sizeof(text),
             "{\"state_dir\": \"%s\", \"feeds\": [], \"routes\": [], \"plugins\": [\n"
             " {\"name\": \"a\", \"plugin\": \"lab\", \"stage\": \"assess\", \"config\": {\n   "
             "\"seven_sons\": \"ban\",\n"
             "   \"packs\": \"active.json\"}},\n"
             " {\"name\": \"b\", \"plugin\": \"lab\", \"stage\": \"assess\", \"config\": {\"packs\": "
             "\"/elsewhere.json\"}},\n"
             " {\"name\": \"c\", \"plugin\": \"lab\", \"stage\": \"assess\"}]}",
             folder);
    write_file("pathwayd.conf", text);
    snprintf(text, sizeof(text), "%s", path_of("pathwayd.conf"));
    assert_int_equal(config_places_find(&places, &error), 0);
    assert_int_equal(config_load(text, &places, &config, &error), 0);
    assert_string_equal(config->packs_configured, path_of("active.json"));
    assert_int_equal(config->packs_generation, 0);
    assert_non_null(strstr(config->plugins[0].config, "\"active.json\""));
    config_free(config);
    assert_string_equal(make(1, 0, "active.json", "active", "a", pack_text("a", "1", "2020-01-01", NULL)),
                        "");
    assert_int_equal(generation_use(folder, 1), 0);
    assert_int_equal(config_load(text, &places, &config, &error), 0);
    assert_int_equal(config->packs_generation, 1);
    snprintf(wanted, sizeof(wanted), "\"%s\"", path_of("packs/000001/active.json"));
    assert_non_null(strstr(config->plugins[0].config, wanted));
    assert_non_null(strstr(config->plugins[0].config, "\"ban\""));
    assert_string_equal(config->plugins[0].readable[0], path_of("packs/000001"));
    assert_non_null(strstr(config->plugins[1].config, "/elsewhere.json"));
    assert_string_equal(config->plugins[2].config, "{}"); /* reads no packs, as far as is known */
    config_free(config);
    config_places_release(&places);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_pack_takes_the_place_of_its_regime, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_configured_pack_is_a_list_of_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_began_before_ends_where_the_new_one_begins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_interrupted_attempt_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_of_packs_are_no_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(current_is_led_from_one_to_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(policies_read_the_current_generation, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("generation", tests, NULL, NULL);
}
