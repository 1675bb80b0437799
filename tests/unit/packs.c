/* SPDX-License-Identifier: Apache-2.0
 *
 * packs.c: how packs are read and chosen: mistakes are named with their place, packs of a regime take turns and never
 * speak at once, and what is tried or on trial is kept apart.
 */
#include "../plugin/policy_host.h"

struct gate {
    struct test_host test;
    const struct pw_plugin *research, *legal;
};

static int set_up(void **state)
{
    struct gate *gate = calloc(1, sizeof *gate);
    test_host_begin(&gate->test);
    gate->research = plugin_load("research");
    gate->legal = plugin_load("legal");
    *state = gate;
    return 0;
}

static int tear_down(void **state)
{
    struct gate *gate = *state;
    buffer_release(&gate->test.said);
    free(gate);
    return 0;
}

/* Errors of a rule file say where they are: behind comments and line breaks as well. */
static void errors_name_their_place(void **state)
{
    static const struct {
        const char *text, *says;
    } files[] = {
        {"", ":1:1: "},
        {"{\"pack\": }", ":1:10: "},
        {"// a comment\n/* another\n one */ {\n  \"pack\": \"x\",\n  \"nonsense\": 1}",
         ":5:15: unknown key \"nonsense\""},
        {"{\"pack\": \"x\"}", ":1:1: \"version\" is missing"},
        {"{\"pack\": \"x\", \"version\": \"1\", \"effective_from\": \"2026-01-01\", \"as_of\": "
         "\"2026-01-01\","
         " \"source\": \"s\", \"verified\": false, \"regime\": \"paper\", "
         "\"pathways\": {\"research\": {\"rules\": [\n"
         "{\"id\": \"Research.q1\", \"kind\": \"judgement\", \"level\": \"note\", \"explanation\": "
         "\"e\"}]}}}",
         "a rule's id is dotted and at most 64 of a-z"},
        {"{\"pack\": \"x\", \"version\": \"1\", \"effective_from\": \"2026-01-01\", \"as_of\": "
         "\"2026-01-01\", \"source\": \"s\", \"verified\": false, \"regime\": \"paper\", \"define\": "
         "{\"tie\": "
         "{\"match\": {}}},\n\"pathways\": {\"research\": {\"define\": {\"tie\": {\"match\": {}}}, "
         "\"rules\": []}}}",
         ":2:45: \"tie\" is defined above already"},
    };
    struct gate *gate = *state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct pw_document config = {0};
        char path[] = "/tmp/pathwayd-pack-XXXXXX";
        int file = mkstemp(path);
        assert_int_equal(write(file, files[i].text, strlen(files[i].text)), strlen(files[i].text));
        close(file);
        assert_null(instance_start(&gate->test, gate->research, path, "ban", &config));
        unlink(path);
        if (!strstr(gate->test.explained, path) || !strstr(gate->test.explained, files[i].says))
            fail_msg("\"%s\" does not say \"%s\"", gate->test.explained, files[i].says);
        json_release(&config);
        assert_null(instance_start(&gate->test, gate->research, path, "ban", &config)); /* gone by now */
        assert_non_null(strstr(gate->test.explained, "cannot be read"));
        json_release(&config);
    }
}

/* What the gate says of a pack for it whose rules are this text. */
static const char *refusal_of(struct gate *gate, const struct buffer *rules)
{
    struct buffer text = {0};
    struct pw_document config = {0};
    char path[] = "/tmp/pathwayd-pack-XXXXXX";
    int file = mkstemp(path);
    buffer_format(&text, "%s",
                  "{\"pack\": \"x\", \"version\": \"1\", \"effective_from\": \"2026-01-01\", \"as_of\": "
                  "\"2026-01-01\", \"source\": \"s\", \"verified\": false, \"regime\": \"x\", \"pathways\": "
                  "{\"legal\": {\"rules\": [\n");
    buffer_text(&text, buffer_view(rules));
    buffer_string(&text, "]}}}");
    assert_int_equal(write(file, text.data, text.length), (ssize_t)text.length);
    close(file);
    assert_null(instance_start(&gate->test, gate->legal, path, "ban", &config));
    unlink(path);
    json_release(&config);
    buffer_release(&text);
    return gate->test.explained;
}

static void rule(struct buffer *rules, uint32_t number, const char *when)
{
    buffer_format(rules,
                  "%s{\"id\": \"own.rule_%u\", \"requirements\": [\"R00\"], \"kind\": \"duty\", \"level\": "
                  "\"note\", \"costs\": [\"c\"], \"benefits\": [\"b\"], \"explanation\": \"e\"%s%s}\n",
                  rules->length ? "," : "", number, *when ? ", \"when\": " : "", when);
}

/* Files that nobody wrote by hand end in a sentence as well, and soon. */
static void errors_bound_what_is_read(void **state)
{
    struct gate *gate = *state;
    struct buffer rules = {0}, when = {0};
    for (uint32_t i = 0; i < 10000; i++)
        rule(&rules, i, "");
    assert_non_null(strstr(refusal_of(gate, &rules), ": 10000 rules; a pack holds at most 1024"));
    buffer_clear(&rules);
    for (uint32_t i = 0; i < 1000; i++)
        buffer_string(&when, "{\"not\": ");
    buffer_string(&when, "{\"answer\": \"q1\"}");
    for (uint32_t i = 0; i < 1000; i++)
        buffer_string(&when, "}");
    rule(&rules, 1, when.data);
    const char *says = refusal_of(gate, &rules);
    if (!strstr(says, ":2:615: more than the limit of 64 levels of nesting"))
        fail_msg("%s", says);
    buffer_release(&rules);
    buffer_release(&when);
}

/* ---- which packs ---- */

struct shelf { /* a folder with packs */
    char folder[64];
    struct pw_document config;
};

static void put(const struct shelf *shelf, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", shelf->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* A pack of one rule for the gate, whose explanation is the file's name. */
static void put_pack(const struct shelf *shelf, const char *name, const char *regime, const char *from,
                     const char *to)
{
    struct buffer text = {0};
    buffer_format(
        &text,
        "{\"pack\": \"%s\", \"version\": \"1\", \"effective_from\": \"%s\", %s%s%s \"as_of\": "
        "\"2026-01-01\", \"source\": \"a test\", \"verified\": false, \"regime\": \"%s\", \"pathways\": "
        "{\"legal\": {\"rules\": [{\"id\": \"own.rule\", \"requirements\": [\"R00\"], \"kind\": \"duty\", "
        "\"level\": \"note\", \"costs\": [\"c\"], \"benefits\": [\"b\"], \"explanation\": \"%s\"}]}}}",
        name, from, *to ? "\"effective_to\": \"" : "", to, *to ? "\"," : "", regime, name);
    put(shelf, name, text.data);
    buffer_release(&text);
}

static void shelf_begin(struct shelf *shelf)
{
    strcpy(shelf->folder, "/tmp/pathwayd-packs-XXXXXX");
    assert_non_null(mkdtemp(shelf->folder));
    put_pack(shelf, "old.json", "x", "2024-01-01", "2026-01-01");
    put_pack(shelf, "new.json", "x", "2026-01-01", "");
    put_pack(shelf, "late.json", "x", "2027-01-01", "");
    put_pack(shelf, "other.json", "y", "2024-01-01", "");
}

static void shelf_end(struct shelf *shelf)
{
    static const char *const names[] = {"old.json", "new.json", "late.json", "other.json", "active.json"};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", shelf->folder, names[i]);
        unlink(path);
    }
    rmdir(shelf->folder);
}

/* What the gate says of an event of that time, by these active packs and one that is tried instead. */
static const char *said_by(struct gate *gate, struct shelf *shelf, const char *active, const char *instead,
                           const char *time)
{
    static const char text[] = "{\"type\":\"org.pathwayd.agreement.signed.v1\",\"data\":{}}";
    const struct pw_plugin *plugin = gate->legal;
    struct pw_document event = {0};
    struct json_error error;
    struct buffer config = {0};
    void *instance = NULL;
    int64_t as_of = 0;
    put(shelf, "active.json", active);
    buffer_format(&config, "{\"packs\": \"%s/active.json\", \"instead\": [%s%s%s%s]}", shelf->folder,
                  *instead ? "\"" : "", *instead ? shelf->folder : "", instead, *instead ? "\"" : "");
    assert_int_equal(json_parse_copy(&shelf->config, config.data, config.length, &json_limits_frame, &error),
                     0);
    buffer_release(&config);
    test_host_clear(&gate->test);
    assert_int_equal(plugin->create(&gate->test.host, &instance), PW_OK);
    int32_t status = plugin->start(instance, &shelf->config);
    assert_int_equal(time_parse((struct pw_text){time, strlen(time)}, &as_of), 0);
    assert_int_equal(json_parse(&event, text, strlen(text), &json_limits_frame, &error), 0);
    if (status == PW_OK)
        assert_int_equal(instance_judge(&gate->test, plugin, instance, "legal", &event, NULL, as_of), PW_OK);
    plugin->destroy(instance);
    json_release(&event);
    json_release(&shelf->config);
    return status == PW_OK ? (gate->test.said.length ? gate->test.said.data : "") : gate->test.explained;
}

static void packs_take_turns(void **state)
{
    static const char turns[] = "{\"active\": [\"old.json\", \"new.json\"]}",
                      before[] = "2025-12-31T23:59:59Z", after[] = "2026-01-01T00:00:00Z";
    struct gate *gate = *state;
    struct shelf shelf = {0};
    shelf_begin(&shelf);
    const char *said = said_by(gate, &shelf, turns, "", before);
    assert_true(strstr(said, "\"old.json\"") && !strstr(said, "\"new.json\""));
    said = said_by(gate, &shelf, turns, "", after);
    assert_true(strstr(said, "\"new.json\"") && !strstr(said, "\"old.json\""));
    said = said_by(gate, &shelf, turns, "", "2023-12-31T23:59:59Z");
    assert_non_null(strstr(said, "system.no_pack_in_force"));
    said = said_by(gate, &shelf, "{\"active\": [\"new.json\", \"other.json\"]}", "", after);
    assert_true(strstr(said, "\"new.json\"") && strstr(said, "\"regime\":\"y\""));
    said = said_by(gate, &shelf, "{\"active\": [\"new.json\", \"late.json\"]}", "", after);
    assert_non_null(strstr(said, "are both in force for regime \"x\" from 2027-01-01 on"));
    said = said_by(gate, &shelf, "{\"active\": [\"missing.json\"]}", "", after);
    assert_non_null(strstr(said, "missing.json: cannot be read"));
    said = said_by(gate, &shelf, "{\"active\": \"old.json\"}", "", after);
    assert_non_null(strstr(said, "active.json:1:12: \"active\" must be an array"));
    said = said_by(gate, &shelf, "{\"active\": [], \"shadows\": []}", "", after);
    assert_non_null(strstr(said, "unknown key \"shadows\""));
    said = said_by(gate, &shelf, "{\"active\": []}", "", after);
    assert_non_null(strstr(said, "system.no_pack_in_force")); /* nothing passes in silence */
    shelf_end(&shelf);
}

static void packs_are_tried(void **state)
{
    static const char after[] = "2026-06-01T00:00:00Z";
    struct gate *gate = *state;
    struct shelf shelf = {0};
    shelf_begin(&shelf);
    const char *said =
        said_by(gate, &shelf, "{\"active\": [\"other.json\"], \"shadow\": [\"new.json\"]}", "", after);
    assert_non_null(strstr(said, "\"shadow\":true"));
    assert_non_null(strstr(said, "\"shadow\":false"));
    said = said_by(gate, &shelf, "{\"active\": [], \"shadow\": [\"new.json\"]}", "", "2023-06-01T00:00:00Z");
    assert_true(strstr(said, "system.no_pack_in_force") && !strstr(said, "\"shadow\":true"));
    said = said_by(gate, &shelf, "{\"active\": [\"old.json\", \"other.json\"]}", "/new.json", after);
    assert_true(strstr(said, "\"new.json\"") && strstr(said, "\"other.json\"") &&
                !strstr(said, "\"old.json\""));
    shelf_end(&shelf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_name_their_place),
        cmocka_unit_test(errors_bound_what_is_read),
        cmocka_unit_test(packs_take_turns),
        cmocka_unit_test(packs_are_tried),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
