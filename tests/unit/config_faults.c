/* SPDX-License-Identifier: Apache-2.0
 *
 * config_faults.c: what is said of a bad configuration: every sentence, with its place, all at once.
 */
#include "config_scene.h"

/* The file is bad, and the sentence (with line and column) is among what is said. */
static void refuses(struct scene *scene, const char *text, const char *sentence)
{
    write_file(scene, "a.conf", text);
    assert_int_equal(load(scene), PW_ERROR_INVALID);
    assert_null(scene->config);
    if (!strstr(scene->errors, sentence))
        fail_msg("expected: %s\nsaid: %s", sentence, scene->errors);
}

#define FEED(more)   "{\"feeds\": [{\"name\": \"f\", \"sources\": [\"s\"], \"types\": [\"*\"], " more "}]}"
#define PLUGIN(more) "{\"plugins\": [{\"name\": \"p\", \"plugin\": \"p\", " more "}]}"

static const struct {
    const char *text, *sentence;
} bad_files[] = {
    {"", "a.conf:1:1: "},
    {"[]", "a.conf:1:1: a configuration file holds one object"},
    {"{\"a\": 1, \"a\": 2}", "a.conf:1:10: "},
    {"{\"feedz\": []}", "a.conf:1:2: the configuration has no key \"feedz\"; did you mean \"feeds\"?"},
    {"{\"xyzzy\": []}", "has no key \"xyzzy\"\n"},
    {"{\"outage_limit_s\": \"3\"}", "a.conf:1:20: \"outage_limit_s\" must be a whole number"},
    {"{\"outage_limit_s\": 1.5}", "\"outage_limit_s\" must be a whole number"},
    {"{\"outage_limit_s\": 0}", "\"outage_limit_s\" is 0, but must be from 1 to 86400"},
    {"{\"feeds\": {}}", "\"feeds\" must be an array of objects"},
    {"{\"feeds\": [3]}", "element 0 of \"feeds\" does not fit"},
    {"{\"state_dir\": \"\"}", "\"state_dir\" is empty"},
    {"{\"type_prefix\": \"org\"}", "\"type_prefix\" must end with a dot"},
    {"{\"control\": {\"listen\": \"tcp://127.0.0.1:1\"}}", "the control endpoint must be an ipc:// address"},
    {"{\"control\": {\"uids\": [\"no such account\"]}}", "this machine has no account \"no such account\""},
    {"{\"control\": {\"uids\": [-1]}}", "-1 is no user id"},
    {"{\"control\": {\"uids\": [4294967295]}}", "4294967295 is no user id"},
    {"{\"ingest\": {\"budget_bytes\": 1048576, \"max_event_bytes\": 2097152}}",
     "less than one message of 2097152 bytes"},
    {FEED("\"listen\": \"ipc://\""), "names no path"},
    {FEED("\"listen\": \"http://x:1\""), "must begin with ipc://, tcp:// or tls+tcp://"},
    {FEED("\"listen\": \"tcp://127.0.0.1\""), "must be an address and a port"},
    {FEED("\"listen\": \"tcp://127.0.0.1:70000\""), "must be an address and a port"},
    {FEED("\"listen\": \"tcp://0.0.0.0:7420\""), "anyone who reaches tcp://0.0.0.0:7420 could send events"},
    {FEED("\"listen\": \"tls+tcp://0.0.0.0:7420\""), "a tls+tcp feed needs \"tls\""},
    {FEED("\"listen\": \"tls+tcp://0.0.0.0:7420\", \"tls\": {\"cert\": \"c\", \"key\": \"k\"}"),
     "\"tls\" of feed \"f\" needs the key \"client_ca\""},
    {FEED("\"listen\": \"ipc://x\", \"tls\": {}"), "\"tls\" is for tls+tcp:// only"},
    {FEED("\"listen\": \"tcp://127.0.0.1:7\", \"peer_uids\": [0]"), "\"peer_uids\" is for ipc:// only"},
    {FEED("\"listen\": \"ipc://x\", \"mode\": \"0999\""), "\"mode\" is \"0999\""},
    {FEED("\"listen\": \"ipc://x\", \"mode\": \"7777\""), "\"mode\" is \"7777\""},
    {FEED("\"listen\": \"ipc://control.sock\""), "is the control endpoint's address"},
    {"{\"feeds\": [{\"name\": \"f\", \"listen\": \"ipc://x\", \"types\": [\"*\"]}]}",
     "feed \"f\" needs the key \"sources\""},
    {"{\"feeds\": [{\"name\": \"f\", \"listen\": \"ipc://x\", \"sources\": [], \"types\": [\"*\"]}]}",
     "\"sources\" has 0 elements"},
    {"{\"feeds\": [{\"name\": \"f\", \"listen\": \"ipc://x\", \"sources\": [\"s\"], \"types\": [\"*\"]},"
     "{\"name\": \"g\", \"listen\": \"ipc:///s/x\", \"sources\": [\"s\"], \"types\": [\"*\"]}]}",
     "feeds \"f\" and \"g\" both listen at ipc:///s/x"},
    {FEED("\"listen\": \"ipc:///0123456789012345678901234567890123456789012345678901234567890123456789"
          "0123456789012345678901234567890123456789\""),
     "the system allows 107"},
    {PLUGIN("\"stage\": \"asess\""), "did you mean \"assess\"?"},
    {PLUGIN("\"stage\": \"assess\", \"pathways\": [\"reserch\"]"),
     "there is no pathway \"reserch\"; did you mean \"research\"?"},
    {PLUGIN("\"stage\": \"enrich\", \"pathways\": [\"lab\"]"), "\"pathways\" is for stage \"assess\" only"},
    {PLUGIN("\"stage\": \"assess\", \"config\": []"), "\"config\" must be an object"},
    {"{\"plugins\": [{\"plugin\": \"p\", \"stage\": \"assess\"}]}", "plugin 1 needs the key \"name\""},
    {"{\"plugins\": [{\"name\": \"a b\", \"plugin\": \"p\", \"stage\": \"assess\"}]}",
     "the name \"a b\" must be"},
    {"{\"reviewers\": [{\"name\": \"a\", \"addresses\": {\"mail\": \"x\"}}]}",
     "no plugin of stage \"notify\" is named \"mail\""},
    {"{\"reviewers\": [{\"name\": \"a\", \"addresses\": {\"mail\": 3}}]}",
     "an address of reviewer \"a\" must be a string"},
    {"{\"routes\": [{\"channels\": [\"stream\"]}]}", "no plugin of stage \"notify\" is named \"stream\""},
    {"{\"routes\": [{\"channels\": [\"s\"], \"reviewers\": [\"bob\"]}], \"reviewers\": [{\"name\": "
     "\"rob\"}]}",
     "no reviewer is named \"bob\"; did you mean \"rob\"?"},
    {"{\"routes\": [{\"channels\": [\"s\"], \"min_level\": \"recomended\"}]}",
     "did you mean \"recommended\"?"},
    {"{\"pathways\": [{\"type\": \"x\", \"pathways\": [\"y\"]}]}", "there is no pathway \"y\""},
    {"{\"feeds\": [{\"name\": \"f\", \"listen\": \"ipc://x\", \"sources\": [\"\"], \"types\": [\"*\"]}]}",
     "an empty source allows nothing"},
    {"{\"feeds\": [{\"name\": \"f\", \"listen\": \"ipc://x\", \"sources\": [\"s\"], \"types\": [\"hr*\"]}]}",
     "\"hr*\" matches no type"},
    {"{\"feeds\": [{\"name\": \"f\", \"listen\": \"ipc://x\", \"sources\": [\"s\"], \"types\": [\"*.v1\"]}]}",
     "\"*.v1\" matches no type"},
    {"{\"lab_units\": [\"A\", 3]}", "element 1 of \"lab_units\" does not fit"},
};

static void bad_files_are_refused_with_a_sentence(void **state)
{
    for (size_t i = 0; i < sizeof bad_files / sizeof *bad_files; i++)
        refuses(*state, bad_files[i].text, bad_files[i].sentence);
}

static void all_errors_at_once_and_bounded(void **state)
{
    struct scene *scene = *state;
    char text[8192] = "{\n";
    size_t lines = 0;
    for (int i = 0; i < 100; i++)
        sprintf(text + strlen(text), "\"unknown_%d\": 1,\n", i);
    strcat(text, "\"outage_limit_s\": 1}");
    refuses(scene, text, "… and 36 more errors");
    for (const char *c = scene->errors; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 65);
    assert_non_null(strstr(scene->errors, "a.conf:65:1: "));
}

static void quoted_names_cannot_forge_lines(void **state)
{
    struct scene *scene = *state;
    refuses(scene, "{\"x\\ny.conf:1:1: all is well\\u001b[2J\": 1}",
            "has no key \"x y.conf:1:1: all is well [2J\"\n");
}

static void missing_file_is_a_sentence(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(load(scene), PW_ERROR_INVALID);
    assert_non_null(strstr(scene->errors, "a.conf: cannot be read: No such file"));
}

static void pipe_in_its_place_does_not_block(void **state)
{
    struct scene *scene = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/a.conf", scene->folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(load(scene), PW_ERROR_INVALID);
}

static void drop_in_errors_name_the_drop_in(void **state)
{
    struct scene *scene = *state;
    write_file(scene, "conf.d/10.conf", "{\n  \"outage_limit\": 3}");
    refuses(scene, "{}",
            "conf.d/10.conf:2:3: the configuration has no key \"outage_limit\"; did you mean "
            "\"outage_limit_s\"?");
    write_file(scene, "conf.d/10.conf", "{\n  \"outage_limit_s\": }");
    refuses(scene, "{}", "conf.d/10.conf:2:21: ");
    write_file(scene, "conf.d/10.conf", "{\"plugins\": [{\"name\": \"p\", \"memory_mb\": 1}]}");
    refuses(scene, "{\"plugins\": [{\"name\": \"p\", \"plugin\": \"p\", \"stage\": \"assess\"}]}",
            "conf.d/10.conf:1:41: \"memory_mb\" is 1, but must be from 64 to 65536");
}

static void name_twice_in_one_drop_in(void **state)
{
    struct scene *scene = *state;
    write_file(scene, "conf.d/10.conf", "{\"reviewers\": [{\"name\": \"a\"}, {\"name\": \"a\"}]}");
    refuses(scene, "{\"reviewers\": [{\"name\": \"a\"}]}", "\"reviewers\" has two entries named \"a\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(drop_in_errors_name_the_drop_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(name_twice_in_one_drop_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_files_are_refused_with_a_sentence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_errors_at_once_and_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(quoted_names_cannot_forge_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_file_is_a_sentence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pipe_in_its_place_does_not_block, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
