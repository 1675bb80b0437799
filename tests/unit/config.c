/* SPDX-License-Identifier: Apache-2.0
 *
 * config.c: what a good configuration becomes: values, defaults, drop-ins, places, and the file that is
 * shipped.
 */
#include "config_scene.h"
#include "config/places.h"
#include "config/section.h"
#include "dispatch/pathway.h"
#include "dispatch/pipeline.h"

/* ---- good files ---------------------------------------------------------------------------------------- */

static void empty_means_defaults(void **state)
{
    struct scene *scene = *state;
    write_file(scene, "a.conf", "{}");
    assert_int_equal(load(scene), 0);
    const struct config *config = scene->config;
    assert_string_equal(config->state_dir, "/s");
    assert_string_equal(config->journal, "/s/journal.db");
    assert_string_equal(config->control, "ipc:///s/control.sock");
    assert_string_equal(config->plugin_dir, "/p");
    assert_string_equal(config->host_program, "/h");
    assert_string_equal(config->type_prefix, "org.pathwayd.");
    assert_string_equal(config->base, scene->folder);
    assert_int_equal(config->ingest_budget_bytes, 24u << 20);
    assert_int_equal(config->min_free_bytes, 64u << 20);
    assert_int_equal(config->outage_limit_s, 300);
    assert_memory_equal(&config->limits, &event_limits_default, sizeof config->limits);
    assert_int_equal(config->feed_count + config->plugin_count + config->route_count, 0);
}

static void feed_is_read(void **state)
{
    struct scene *scene = *state;
    write_file(
        scene, "a.conf",
        "{\"feeds\": [{\"name\": \"hr\", \"listen\": \"ipc://hr.sock\", \"sources\": [\"https://a/\", "
        "\"b\"],\n"
        "\"types\": [\"hr.*\"], \"peer_uids\": [\"root\", 1234], \"mode\": \"0600\", \"strict\": true},\n"
        "{\"name\": \"net\", \"listen\": \"tls+tcp://0.0.0.0:7420\", \"sources\": [\"x\"], \"types\": "
        "[\"*\"],\n"
        "\"tls\": {\"cert\": \"c.pem\", \"key\": \"/k.pem\", \"client_ca\": \"./ca.pem\"}, "
        "\"max_connections\": 3}]}");
    assert_int_equal(load(scene), 0);
    const struct config_feed *hr = &scene->config->feeds[0], *net = &scene->config->feeds[1];
    char expected[128];
    assert_string_equal(hr->listen, "ipc:///s/hr.sock");
    assert_string_equal(hr->sources[1], "b");
    assert_null(hr->sources[2]);
    assert_null(hr->classifications);
    assert_int_equal(hr->peer_uid_count, 2);
    assert_int_equal(hr->peer_uids[0], 0);
    assert_int_equal(hr->peer_uids[1], 1234);
    assert_int_equal(hr->mode, 0600);
    assert_true(hr->strict);
    assert_int_equal(hr->max_connections, 64);
    assert_int_equal(net->mode, 0660);
    assert_false(net->strict);
    assert_int_equal(net->max_connections, 3);
    snprintf(expected, sizeof expected, "%s/c.pem", scene->folder);
    assert_string_equal(net->tls_cert, expected);
    assert_string_equal(net->tls_key, "/k.pem");
    snprintf(expected, sizeof expected, "%s/ca.pem", scene->folder);
    assert_string_equal(net->tls_client_ca, expected);
}

/* Accounts that are named must be able to reach the socket; they are asked for the uid there. */
static void mode_follows_the_accounts(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *members;
        uint32_t mode;
    } cases[] = {
        {"", 0660},
        {", \"peer_uids\": []", 0660},
        {", \"peer_uids\": [1234]", 0666},
        {", \"peer_uids\": [\"root\"], \"mode\": null", 0666},
        {", \"peer_uids\": [1234], \"mode\": \"0660\"", 0660},
        {", \"mode\": \"0600\"", 0600},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "{\"feeds\": [{\"name\": \"f\", \"listen\": \"ipc://f\", \"sources\": [\"s\"], \"types\": "
                 "[\"*\"]%s}]}",
                 cases[i].members);
        write_file(scene, "a.conf", text);
        assert_int_equal(load(scene), 0);
        assert_int_equal(scene->config->feeds[0].mode, cases[i].mode);
    }
}

static void check_sockets(struct scene *scene, const char *members, const char *state_dir, const char *folder)
{
    char text[512], expected[192];
    snprintf(text, sizeof text,
             "{%s\"feeds\": [{\"name\": \"f\", \"listen\": \"ipc://f\", \"sources\": [\"s\"], \"types\": "
             "[\"*\"]}], \"plugins\": [{\"name\": \"n\", \"plugin\": \"n\", \"stage\": \"notify\", "
             "\"config\": {\"to\":\"ipc://n\"}}]}",
             members);
    write_file(scene, "a.conf", text);
    assert_int_equal(load(scene), 0);
    const struct config *config = scene->config;
    assert_string_equal(config->state_dir, state_dir);
    assert_string_equal(config->runtime_dir, folder);
    snprintf(expected, sizeof expected, "ipc://%s/control.sock", folder);
    assert_string_equal(config->control, expected);
    snprintf(expected, sizeof expected, "ipc://%s/f", folder);
    assert_string_equal(config->feeds[0].listen, expected);
    snprintf(expected, sizeof expected, "{\"to\":\"ipc://%s/n\"}", folder);
    assert_non_null(strstr(config->plugins[0].config, expected));
    snprintf(expected, sizeof expected, "%s/journal.db", state_dir);
    assert_string_equal(config->journal, expected);
}

static void sockets_have_a_folder_of_their_own(void **state)
{
    struct scene *scene = *state;
    char expected[128];
    snprintf(expected, sizeof expected, "%s/r", scene->folder);
    check_sockets(scene, "", "/s", "/s");
    check_sockets(scene, "\"runtime_dir\": \"/r\",", "/s", "/r");
    check_sockets(scene, "\"runtime_dir\": \"r\",", "/s", expected);
    scene->places.runtime_dir = (char *)"/run/x";
    check_sockets(scene, "", "/s", "/run/x");
    check_sockets(scene, "\"state_dir\": \"/s\",", "/s", "/run/x");
    check_sockets(scene, "\"runtime_dir\": \"/r\",", "/s", "/r");
    /* Without a word of the sockets they go where the state goes, for the daemon and for pathwayctl. */
    check_sockets(scene, "\"state_dir\": \"/elsewhere\",", "/elsewhere", "/elsewhere");
}

static void plugin_is_read(void **state)
{
    struct scene *scene = *state;
    char expected[128];
    write_file(scene, "a.conf",
               "{\"plugins\": [{\"name\": \"r\", \"plugin\": \"research\", \"stage\": \"assess\", "
               "\"pathways\": [\"lab\"]},\n"
               "{\"name\": \"n\", \"plugin\": \"./n.so\", \"stage\": \"notify\", \"memory_mb\": 64, "
               "\"deadline_ms\": 70,\n"
               "  \"config\": {\"to\": \"ipc://n.sock\", // it's \"this\"\n"
               "     \"s\": \"/* no // comment */\", /* x /*/ \"n\": [1.50]}}]}");
    assert_int_equal(load(scene), 0);
    const struct config_plugin *plugins = scene->config->plugins;
    assert_string_equal(plugins[0].file, "/p/research.so");
    assert_int_equal(plugins[0].stage, PW_STAGE_ASSESS);
    assert_string_equal(plugins[0].pathways[0], "lab");
    assert_string_equal(plugins[0].config, "{}");
    assert_int_equal(plugins[0].memory_mb, 512);
    assert_int_equal(plugins[0].deadline_ms, 5000);
    snprintf(expected, sizeof expected, "%s/n.so", scene->folder);
    assert_string_equal(plugins[1].file, expected);
    assert_null(plugins[1].pathways);
    assert_int_equal(plugins[1].memory_mb, 64);
    assert_int_equal(plugins[1].deadline_ms, 70);
    assert_int_equal(plugins[1].config_line, 3);
    /* Blank where the comments were, and in the column where it stands, so that places found later are right.
     */
    assert_string_equal(plugins[1].config, "            {\"to\": \"ipc:///s/n.sock\",               \n"
                                           "     \"s\": \"/* no // comment */\",          \"n\": [1.50]}");
}

static void notify_has_longer_deadline(void **state)
{
    struct scene *scene = *state;
    write_file(scene, "a.conf",
               "{\"plugins\": [{\"name\": \"n\", \"plugin\": \"n\", \"stage\": \"notify\"}]}");
    assert_int_equal(load(scene), 0);
    assert_int_equal(scene->config->plugins[0].deadline_ms, 60000);
}

static void people_and_routes_are_read(void **state)
{
    struct scene *scene = *state;
    write_file(scene, "a.conf",
               "{\"plugins\": [{\"name\": \"mail\", \"plugin\": \"email\", \"stage\": \"notify\"}],\n"
               "\"reviewers\": [{\"name\": \"alice\", \"addresses\": {\"mail\": \"alice@example.edu\"}}],\n"
               "\"routes\": [{\"reviewers\": [\"alice\"], \"channels\": [\"mail\"]},\n"
               "{\"pathways\": [\"lab\", \"legal\"], \"min_level\": \"prohibited\", \"asking\": true, "
               "\"channels\": [\"mail\"]}],\n"
               "\"pathways\": [{\"type\": \"hr.*\", \"pathways\": [\"lab\"]}]}");
    assert_int_equal(load(scene), 0);
    const struct config *config = scene->config;
    assert_string_equal(config->reviewers[0].channels[0], "mail");
    assert_string_equal(config->reviewers[0].addresses[0], "alice@example.edu");
    assert_null(config->reviewers[0].addresses[1]);
    assert_int_equal(config->routes[0].min_level, PW_LEVEL_RECOMMENDED);
    assert_false(config->routes[0].asking);
    assert_null(config->routes[0].pathways);
    assert_int_equal(config->routes[1].min_level, PW_LEVEL_PROHIBITED);
    assert_true(config->routes[1].asking);
    assert_non_null(config->routes[1].reviewers);
    assert_null(config->routes[1].reviewers[0]);
    assert_string_equal(config->pathways[0].pattern, "hr.*");
    assert_string_equal(config->pathways[0].pathways[0], "lab");
}

/* ---- drop-ins ------------------------------------------------------------------------------------------ */

static void drop_ins_are_merged_in_order(void **state)
{
    struct scene *scene = *state;
    write_file(scene, "a.conf",
               "{\"outage_limit_s\": 10, \"lab_units\": [\"A\", \"B\"], \"journal\": {\"path\": \"/j\"},\n"
               "\"plugins\": [{\"name\": \"x\", \"plugin\": \"x\", \"stage\": \"assess\", \"config\": "
               "{\"a\": 1, \"b\": 2}}]}");
    write_file(scene, "conf.d/20.conf",
               "{\"outage_limit_s\": 30, \"journal\": {\"min_free_bytes\": 2000000}}");
    write_file(scene, "conf.d/10.conf",
               "{\"outage_limit_s\": 20, \"lab_units\": [\"C\"], \"plugins\": [\n"
               "{\"name\": \"y\", \"plugin\": \"y\", \"stage\": \"assess\"},\n"
               "{\"name\": \"x\", \"memory_mb\": 99, \"config\": {\"b\": [3], \"c\": \"ipc://c\"}}]}");
    write_file(scene, "conf.d/ignored.txt", "not JSON");
    write_file(scene, "conf.d/.hidden.conf", "not JSON");
    assert_int_equal(load(scene), 0);
    const struct config *config = scene->config;
    assert_int_equal(config->outage_limit_s, 30);
    assert_string_equal(config->lab_units[0], "C");
    assert_null(config->lab_units[1]);
    assert_string_equal(config->journal, "/j");
    assert_int_equal(config->min_free_bytes, 2000000);
    assert_int_equal(config->plugin_count, 2);
    assert_string_equal(config->plugins[0].file, "/p/x.so");
    assert_int_equal(config->plugins[0].memory_mb, 99);
    assert_string_equal(config->plugins[0].config, "{\"a\":1,\"b\":[3],\"c\":\"ipc:///s/c\"}");
    assert_non_null(strstr(config->plugins[0].config_file, "conf.d/10.conf"));
    assert_int_equal(config->plugins[0].config_line, 3);
    assert_string_equal(config->plugins[1].name, "y");
}

/* ---- what is shipped ----------------------------------------------------------------------------------- */

static void shipped_file_loads(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(
        config_load(PATHWAYD_SOURCE "/conf/pathwayd.conf", &scene->places, &scene->config, &scene->errors),
        0);
    assert_int_equal(scene->config->feed_count, 1);
    assert_string_equal(scene->config->feeds[0].listen, "ipc:///s/feed.sock");
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++) {
        bool judged = false;
        for (uint32_t i = 0; i < scene->config->plugin_count; i++)
            judged = judged || strcmp(scene->config->plugins[i].name, pathways[pathway].name) == 0;
        assert_true(judged);
    }
}

/* config/ stands left of dispatch/ and has the pathways' names in a table of its own. */
static void knows_the_pathways_of_dispatch(void **state)
{
    struct scene *scene = *state;
    char text[512] = "{\"pathways\": [{\"type\": \"x\", \"pathways\": [";
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        sprintf(text + strlen(text), "%s\"%s\"", pathway ? "," : "", pathways[pathway].name);
    strcat(text, "]}]}");
    write_file(scene, "a.conf", text);
    assert_int_equal(load(scene), 0);
    for (uint32_t level = 0; level < PW_LEVEL_COUNT; level++) {
        snprintf(text, sizeof text,
                 "{\"plugins\":[{\"name\":\"n\",\"plugin\":\"n\",\"stage\":\"notify\"}],"
                 "\"routes\":[{\"min_level\":\"%s\",\"channels\":[\"n\"]}]}",
                 level_names[level]);
        write_file(scene, "a.conf", text);
        assert_int_equal(load(scene), 0);
        assert_int_equal(scene->config->routes[0].min_level, level);
    }
}

/* More plugins than dispatch has places for are a mistake of the configuration, said with its place. */
static void plugins_are_bounded_as_in_dispatch(void **state)
{
    struct scene *scene = *state;
    struct buffer text = {0};
    assert_int_equal(CONFIG_MAX_PLUGINS, PIPELINE_MAX_INSTANCES);
    for (uint32_t count = CONFIG_MAX_PLUGINS; count <= CONFIG_MAX_PLUGINS + 1; count++) {
        buffer_clear(&text);
        buffer_string(&text, "{\"plugins\": [");
        for (uint32_t i = 0; i < count; i++) {
            char plugin[96];
            snprintf(plugin, sizeof plugin, "%s{\"name\":\"p%u\",\"plugin\":\"p\",\"stage\":\"enrich\"}",
                     i ? "," : "", i);
            buffer_string(&text, plugin);
        }
        buffer_string(&text, "]}");
        buffer_append(&text, "", 1);
        write_file(scene, "a.conf", text.data);
        assert_int_equal(load(scene), count > CONFIG_MAX_PLUGINS ? PW_ERROR_INVALID : 0);
    }
    assert_non_null(strstr(scene->errors, "\"plugins\" has 33 elements, but must have from 0 to 32"));
    buffer_release(&text);
}

/* ---- places -------------------------------------------------------------------------------------------- */

static void check_places(const char *program, const struct places_given *given, const char *config,
                         const char *state, const char *runtime)
{
    struct config_places places;
    char *error = NULL;
    assert_int_equal(places_of_program(program, given, &places, &error), 0);
    assert_string_equal(places.config_file, config);
    assert_string_equal(places.state_dir, state);
    if (runtime)
        assert_string_equal(places.runtime_dir, runtime);
    else
        assert_null(places.runtime_dir);
    config_places_release(&places);
    assert_null(places.config_file);
}

static void places_of_an_installed_program(void **state)
{
    struct scene *scene = *state;
    const char *etc = "/etc/pathwayd/pathwayd.conf", *run = scene->folder;
    const struct places_given bare = {.run = "/missing"}, beside = {.run = run};
    check_places("/opt/pw/bin/pathwayd", &beside, "/opt/pw/etc/pathwayd/pathwayd.conf",
                 "/opt/pw/var/lib/pathwayd", NULL);
    check_places("/usr/bin/pathwayd", &bare, etc, "/var/lib/pathwayd", NULL);
    check_places("/usr/bin/pathwayctl", &beside, etc, "/var/lib/pathwayd", run);
    check_places("/usr/bin/pathwayd", &(struct places_given){"/a:/b", NULL, run}, etc, "/a", NULL);
    check_places("/usr/bin/pathwayd", &(struct places_given){"/a:/b", "/c:/d", run}, etc, "/a", "/c");
    check_places("/usr/bin/pathwayd",
                 &(struct places_given){"/var/lib/pathwayd", "/run/pathwayd", "/missing"}, etc,
                 "/var/lib/pathwayd", "/run/pathwayd");
    check_places("/usr/bin/pathwayd", &(struct places_given){"a", "b", "/missing"}, etc, "/var/lib/pathwayd",
                 NULL);
}

static void places_in_the_tree(void **state)
{
    struct scene *scene = *state;
    struct config_places places;
    char path[128], expected[160], *error = NULL;
    snprintf(path, sizeof path, "%s/bin", scene->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file(scene, "bin/pathwayd.tree", "/the/source\n");
    snprintf(path, sizeof path, "%s/bin/pathwayd", scene->folder);
    assert_int_equal(places_of_program(path, &(struct places_given){.run = scene->folder}, &places, &error),
                     0);
    assert_string_equal(places.config_file, "/the/source/conf/pathwayd.conf");
    assert_string_equal(places.list_dir, "/the/source/conf/lists");
    snprintf(expected, sizeof expected, "%s/plugins", scene->folder);
    assert_string_equal(places.plugin_dir, expected);
    snprintf(expected, sizeof expected, "%s/bin/pathwayd-host", scene->folder);
    assert_string_equal(places.host_program, expected);
    snprintf(expected, sizeof expected, "%s/state", scene->folder);
    assert_string_equal(places.state_dir, expected);
    assert_null(places.runtime_dir);
    config_places_release(&places);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(empty_means_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(feed_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mode_follows_the_accounts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sockets_have_a_folder_of_their_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(plugin_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notify_has_longer_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(people_and_routes_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(drop_ins_are_merged_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shipped_file_loads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_the_pathways_of_dispatch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(places_of_an_installed_program, set_up, tear_down),
        cmocka_unit_test_setup_teardown(plugins_are_bounded_as_in_dispatch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(places_in_the_tree, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
