/* SPDX-License-Identifier: Apache-2.0
 *
 * config_table.c: a plugin's configuration against its own table: every type, defaults, paths, secrets.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "config/config.h"

static const struct pw_config_field table[] = {
    {"text", PW_CONFIG_TEXT, 0, "\"d\\u00e9faut\"", 0, 0, NULL, "A text."},
    {"count", PW_CONFIG_INTEGER, 0, "25", 1, 100, NULL, "A number."},
    {"free", PW_CONFIG_INTEGER, 0, NULL, 0, 0, NULL, "Any number."},
    {"on", PW_CONFIG_BOOLEAN, 0, "false", 0, 0, NULL, "A switch."},
    {"file", PW_CONFIG_PATH, 0, "\"default.txt\"", 0, 0, NULL, "A file."},
    {"texts", PW_CONFIG_TEXTS, 0, "[]", 0, 2, NULL, "Texts."},
    {"files", PW_CONFIG_PATHS, 0, NULL, 1, 2, NULL, "Files."},
    {"mode", PW_CONFIG_CHOICE, 0, "\"ban\"", 0, 0, "ban|extra-scrutiny", "A choice."},
    {"secret", PW_CONFIG_SECRET, 0, NULL, 0, 0, NULL, "A secret."},
    {"map", PW_CONFIG_OBJECT, 0, NULL, 0, 0, NULL, "A map."},
    {NULL, 0, 0, NULL, 0, 0, NULL, NULL},
};
static const struct pw_config_field needy[] = {
    {"rules", PW_CONFIG_PATH, 1, NULL, 0, 0, NULL, "The rules' file."},
    {NULL, 0, 0, NULL, 0, 0, NULL, NULL},
};

static int check(const char *text, const struct pw_config_field *fields, char **json, char **errors)
{
    *json = *errors = NULL;
    return config_check_table((struct pw_text){text, strlen(text)}, "x.conf", 10, "/base", fields,
                              sizeof *fields, json, errors);
}

static void becomes(const char *text, const char *expected)
{
    char *json, *errors;
    int status = check(text, table, &json, &errors);
    if (status != 0)
        fail_msg("%s", errors);
    assert_string_equal(json, expected);
    free(json);
}

static void fails(const char *text, const struct pw_config_field *fields, const char *sentence)
{
    char *json, *errors;
    assert_int_equal(check(text, fields, &json, &errors), PW_ERROR_INVALID);
    assert_null(json);
    if (!strstr(errors, sentence))
        fail_msg("expected: %s\nsaid: %s", sentence, errors);
    free(errors);
}

static void defaults_are_filled_in(void **state)
{
    (void)state;
    const char *expected = "{\"text\":\"d\\u00e9faut\",\"count\":25,\"free\":null,\"on\":false,"
                           "\"file\":\"/base/default.txt\",\"texts\":[],\"files\":null,\"mode\":\"ban\","
                           "\"secret\":null,\"map\":null}";
    becomes("{}", expected);
    becomes("  {\"count\": null}", expected); /* null is the same as left out */
}

static void values_come_through(void **state)
{
    (void)state;
    becomes("{\"text\": \"x\", \"count\": 100, \"free\": -5, \"on\": true, \"file\": \"/a/b\", \"texts\": "
            "[\"p\"],"
            "\"files\": [\"./q\", \"/r\"], \"mode\": \"extra-scrutiny\", \"map\": {}}",
            "{\"text\":\"x\",\"count\":100,\"free\":-5,\"on\":true,\"file\":\"/a/b\",\"texts\":[\"p\"],"
            "\"files\":[\"/base/q\",\"/r\"],\"mode\":\"extra-scrutiny\",\"secret\":null,\"map\":{}}");
}

static void mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    fails("{\n \"cuont\": 3}", table,
          "x.conf:11:2: the plugin's configuration has no key \"cuont\"; did you mean \"count\"?");
    fails("{\"count\": 101}", table, "x.conf:10:11: \"count\" is 101, but must be from 1 to 100");
    fails("{\"count\": 0}", table, "but must be from 1 to 100");
    fails("{\"count\": 1e3}", table, "\"count\" must be a whole number");
    fails("{\"text\": 3}", table, "\"text\" must be a string");
    fails("{\"on\": \"yes\"}", table, "\"on\" must be true or false");
    fails("{\"file\": \"\"}", table, "\"file\" is empty, but must name a file");
    fails("{\"texts\": \"a\"}", table, "\"texts\" must be an array of strings");
    fails("{\"texts\": [\"a\", 2]}", table, "element 1 of \"texts\" does not fit");
    fails("{\"texts\": [\"a\", \"b\", \"c\"]}", table, "\"texts\" has 3 elements, but must have from 0 to 2");
    fails("{\"files\": []}", table, "\"files\" has 0 elements");
    fails("{\"files\": [\"\"]}", table, "element 0 of \"files\" does not fit");
    fails("{\"mode\": \"bann\"}", table,
          "\"mode\" is \"bann\", but must be one of \"ban\", \"extra-scrutiny\"; did you mean \"ban\"?");
    fails("{\"map\": 3}", table, "\"map\" must be an object");
    fails("{\"secret\": 3}", table, "\"secret\" must be the name of a file");
    fails("[]", table, "the plugin's configuration must be an object");
    fails("{", table, "x.conf:10:");
    fails("{\"count\": 0, \"on\": 1, \"x\": 2}", table, "has no key \"x\"");
}

static void required_is_required(void **state)
{
    char *json, *errors;
    (void)state;
    fails("{}", needy, "x.conf:10:1: the plugin's configuration needs the key \"rules\": The rules' file.");
    fails("{\"rules\": null}", needy, "needs the key \"rules\"");
    assert_int_equal(check("{\"rules\": \"a\"}", needy, &json, &errors), 0);
    assert_string_equal(json, "{\"rules\":\"/base/a\"}");
    free(json);
}

static void without_a_table_nothing_may_be_said(void **state)
{
    char *json, *errors;
    (void)state;
    assert_int_equal(check("{}", NULL, &json, &errors), 0);
    assert_string_equal(json, "{}");
    free(json);
    fails("{\"a\": 1}", NULL, "has no key \"a\"");
}

static void foreign_table_is_refused(void **state)
{
    char *json = NULL, *errors = NULL;
    (void)state;
    assert_int_equal(config_check_table(PW_TEXT("{}"), "x.conf", 1, "/", table, 16, &json, &errors),
                     PW_ERROR_INVALID);
    assert_non_null(strstr(errors, "fields of 16 bytes"));
    free(errors);
}

static void bad_default_is_the_plugins_fault(void **state)
{
    const struct pw_config_field bad[] = {{"a", PW_CONFIG_INTEGER, 0, "\"x\"", 0, 0, NULL, ""}, {0}};
    const struct pw_config_field worse[] = {{"a", PW_CONFIG_INTEGER, 0, "{", 0, 0, NULL, ""}, {0}};
    const struct pw_config_field unknown[] = {{"a", 77, 0, NULL, 0, 0, NULL, ""}, {0}};
    (void)state;
    fails("{}", bad, "the plugin's own table:1:1: \"a\" must be a whole number");
    fails("{}", worse, "the default of \"a\" is not JSON");
    fails("{\"a\": 1}", unknown, "unknown type 77");
}

static void secret_from(const char *bytes, size_t length, const char *expected)
{
    char path[] = "/tmp/pathwayd-secret-XXXXXX", text[128], *json, *errors;
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, length), (ssize_t)length);
    close(descriptor);
    snprintf(text, sizeof text, "{\"secret\": \"%s\"}", path);
    int status = check(text, table, &json, &errors);
    unlink(path);
    if (expected) {
        assert_int_equal(status, 0);
        assert_non_null(strstr(json, expected));
    } else {
        assert_int_equal(status, PW_ERROR_INVALID);
        assert_null(strstr(errors, "hunter"));
    }
    free(json);
    free(errors);
}

static void secrets_are_read(void **state)
{
    (void)state;
    secret_from("hunter2\n", 8, "\"secret\":\"hunter2\"");
    secret_from("hunter2\n\n", 9, "\"secret\":\"hunter2\\n\"");
    secret_from("", 0, "\"secret\":\"\"");
    secret_from("hunter\0two", 10, NULL);
    secret_from("hunter\xff", 7, NULL);
    fails("{\"secret\": \"/nowhere/at/all\"}", table,
          "\"secret\": /nowhere/at/all cannot be read: No such file");
    fails("{\"secret\": \"/tmp\"}", table, "cannot be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(values_come_through),
        cmocka_unit_test(mistakes_are_named_with_their_place),
        cmocka_unit_test(required_is_required),
        cmocka_unit_test(without_a_table_nothing_may_be_said),
        cmocka_unit_test(foreign_table_is_refused),
        cmocka_unit_test(bad_default_is_the_plugins_fault),
        cmocka_unit_test(secrets_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
