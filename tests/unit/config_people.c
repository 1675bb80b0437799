/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what, and whom to ask in a unit, as the configuration says it; and what is wrong with it.
 */
#include "config_scene.h"

static const char reviewers[] = "\"reviewers\": [{\"name\": \"ann\"}, {\"name\": \"ben\"}]";
static const char queues[] =
    "\"queues\": [{\"name\": \"labs\", \"reviewers\": [\"ben\"], \"channels\": [\"post\"]},"
    "{\"name\": \"visas\", \"reviewers\": [\"ann\", \"ben\"], \"channels\": [\"post\"]}],"
    "\"plugins\": [{\"name\": \"post\", \"plugin\": \"email\", \"stage\": \"notify\"}]";

static int load_with(struct scene *scene, const char *members)
{
    char config[2048];
    snprintf(config, sizeof config, "{%s, %s}", reviewers, members);
    write_file(scene, "a.conf", config);
    return load(scene);
}

static void people_and_units_are_read(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(
        load_with(scene,
                  "\"people\": [{\"account\": \"root\", \"roles\": [\"auditor\"]},"
                  "{\"account\": 1234, \"reviewer\": \"ben\", \"roles\": [\"lead\", \"reviewer\"],"
                  " \"queues\": [\"labs\"]}],"
                  "\"units\": [{\"code\": \"A\", \"lab\": true, \"contact\": \"a@example.test\"},"
                  "{\"code\": \"B\", \"name\": \"Bees\"}], \"lab_units\": [\"C\"],"
                  "\"queues\": [{\"name\": \"labs\", \"reviewers\": [\"ben\"], \"channels\": [\"post\"]}],"
                  "\"plugins\": [{\"name\": \"post\", \"plugin\": \"email\", \"stage\": \"notify\"}]"),
        0);
    const struct config_person *people = scene->config->people;
    assert_int_equal(scene->config->person_count, 2);
    assert_string_equal(people[0].account, "root");
    assert_int_equal(people[0].roles, ROLE_AUDITOR);
    assert_null(people[0].reviewer);
    assert_null(people[0].queues);
    assert_string_equal(people[1].account, "uid 1234");
    assert_int_equal(people[1].uid, 1234);
    assert_int_equal(people[1].roles, ROLE_LEAD | ROLE_REVIEWER);
    assert_string_equal(people[1].reviewer, "ben");
    assert_string_equal(people[1].queues[0], "labs");
    assert_string_equal(scene->config->units[0].contact, "a@example.test");
    assert_string_equal(scene->config->units[1].name, "Bees");
    assert_string_equal(scene->config->lab_units[0], "C");
    assert_string_equal(scene->config->lab_units[1], "A");
    assert_null(scene->config->lab_units[2]);
    assert_string_equal(scene->config->questions_channel, "post");
    assert_false(scene->config->referral);
}

static int load_queues(struct scene *scene, const char *person)
{
    char members[1024];
    snprintf(members, sizeof members, "%s, \"people\": [%s]", queues, person);
    return load_with(scene, members);
}

static void who_reviews_sees_their_queues(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(load_queues(scene, "{\"account\": 7, \"reviewer\": \"ben\", \"roles\": [\"reviewer\"]}"),
                     0);
    char **seen = scene->config->people[0].queues;
    assert_string_equal(seen[0], "labs");
    assert_string_equal(seen[1], "visas");
    assert_null(seen[2]);
    assert_int_equal(load_queues(scene, "{\"account\": 7, \"roles\": [\"reviewer\"]}"), 0);
    assert_null(scene->config->people[0].queues[0]); /* what is in no queue is everybody's */
    assert_int_equal(load_queues(scene, "{\"account\": 7, \"roles\": [\"reviewer\", \"lead\"]}"), 0);
    assert_null(scene->config->people[0].queues);
    assert_int_equal(load_queues(scene, "{\"account\": 7, \"roles\": [\"lead\"], \"queues\": [\"visas\"]}"),
                     0);
    assert_string_equal(scene->config->people[0].queues[0], "visas");
    assert_int_not_equal(
        load_queues(scene, "{\"account\": 7, \"roles\": [\"lead\"], \"queues\": [\"visa\"]}"), 0);
    assert_non_null(strstr(scene->errors, "did you mean \"visas\""));
}

static void without_them_there_are_none(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(load_with(scene, "\"cases\": {\"referral\": true}"), 0);
    assert_int_equal(scene->config->person_count + scene->config->unit_count, 0);
    assert_null(scene->config->questions_channel);
    assert_true(scene->config->referral);
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *members, *words;
    } cases[] = {
        {"\"people\": [{\"account\": \"no-such-account\", \"roles\": [\"lead\"]}]",
         "no account \"no-such-account\""},
        {"\"people\": [{\"account\": true, \"roles\": [\"lead\"]}]", "an account's name or number"},
        {"\"people\": [{\"account\": 7, \"roles\": []}]", "0 elements"},
        {"\"people\": [{\"account\": 7}]", "needs the key \"roles\""},
        {"\"people\": [{\"roles\": [\"lead\"]}]", "needs the key \"account\", or"},
        {"\"people\": [{\"account\": 7, \"roles\": [\"leed\"]}]", "did you mean \"lead\""},
        {"\"people\": [{\"account\": 7, \"roles\": [\"lead\"], \"reviewer\": \"bem\"}]",
         "did you mean \"ben\""},
        {"\"people\": [{\"account\": 7, \"roles\": [\"lead\"]}, {\"account\": 7, \"roles\": [\"auditor\"]}]",
         "twice"},
        {"\"people\": [{\"account\": 7, \"roles\": [\"lead\"], \"reviewer\": \"ben\"},"
         "{\"account\": 8, \"roles\": [\"lead\"], \"reviewer\": \"ben\"}]",
         "two people alone"},
        {"\"units\": [{\"code\": \"A\"}, {\"code\": \"A\"}]", "twice"},
        {"\"units\": [{\"contact\": \"a@b.test\"}]", "needs the key \"code\""},
        {"\"units\": [{\"code\": \"A\", \"contact\": \"a@b.test, c@d.test\"}]", "no e-mail address"},
        {"\"units\": [{\"code\": \"A\", \"contact\": \"a\\nBcc: b@c.test\"}]", "no e-mail address"},
        {"\"units\": [{\"code\": \"A\", \"contact\": \"nobody\"}]", "no e-mail address"},
        {"\"plugins\": [{\"name\": \"post\", \"plugin\": \"email\", \"stage\": \"notify\"}],"
         "\"cases\": {\"questions_channel\": \"pist\"}",
         "did you mean \"post\""},
    };
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_not_equal(load_with(scene, cases[i].members), 0);
        if (!strstr(scene->errors, cases[i].words))
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].members, scene->errors, cases[i].words);
    }
}

#define SIGNING                                                                                              \
    "\"people\": [{\"sign_in\": \"ann@example.edu\", \"reviewer\": \"ann\", \"roles\": [\"lead\"]}]"

static void the_page_is_read(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(load_with(scene, SIGNING ", \"page\": \"https://reviews.example.edu/\","
                                              "\"page_server\": {\"account\": 7}"),
                     0);
    const struct config_page *page = &scene->config->page_server;
    assert_true(page->served && page->second_factor);
    assert_int_equal(page->account, 7);
    assert_int_equal(page->proxy, (uid_t)-1);
    assert_string_equal(page->listen, "127.0.0.1:7443");
    assert_string_equal(page->sign_in, "accounts");
    assert_string_equal(page->accounts, "/var/lib/pathwayd-page/accounts.json");
    assert_string_equal(scene->config->people[0].sign_in, "ann@example.edu");
    assert_null(scene->config->people[0].account);
    assert_int_equal(scene->config->people[0].uid, (uid_t)-1);
    assert_int_equal(load_with(scene, SIGNING ", \"page\": \"https://r.example.edu:8443/a-b_c.d/E\","
                                              "\"page_server\": {\"account\": 7}"),
                     0);
    assert_int_equal(load_with(scene, SIGNING
                               ", \"page\": \"http://127.0.0.1:8080/\","
                               "\"page_server\": {\"account\": 7, \"listen\": \"unix:/x.sock\", \"proxy\": 8,"
                               "\"sign_in\": \"proxy\", \"header\": \"X-User\", \"accounts\": \"a.json\"}"),
                     0);
    page = &scene->config->page_server;
    assert_int_equal(page->proxy, 8);
    assert_string_equal(page->header, "X-User");
    assert_true(page->accounts[0] == '/'); /* beside the configuration */
}

static void a_wrong_page_is_refused(void **state)
{
#define PAGE            SIGNING ", \"page\": \"https://r.example.edu/\", \"page_server\": {\"account\": 7, "
#define SERVED(address) SIGNING ", \"page\": \"" address "\", \"page_server\": {\"account\": 7}"
#define LONG            "x123456789x123456789x123456789x123456789x123456789"
    static const struct {
        const char *members, *words;
    } cases[] = {
        {"\"page\": \"http://reviews.example.edu/\"", "must begin with https://"},
        {"\"page\": \"http://127.0.0.1/\"", "must begin with https://"},
        {"\"page\": \"http://127.0.0.1:80.evil.example/\"", "must begin with https://"},
        {"\"page\": \"https://r.example.edu/\", \"page_server\": {\"account\": 7}",
         "nobody could use the page"},
        {SIGNING ", \"page_server\": {\"account\": 7}", "which address"},
        {SIGNING ", \"page\": \"https://r.example.edu/\", \"page_server\": {}", "needs the key \"account\""},
        {SERVED("https://Reviews.example.edu/"), "the host in small letters"},
        {SERVED("https://"), "is https://HOST/"},
        {SERVED("https:///x"), "is https://HOST/"},
        {SERVED("https://ann@r.example.edu/"), "is https://HOST/"},
        {SERVED("https://r.example.edu?x"), "is https://HOST/"},
        {SERVED("https://r.example.edu//x/"), "is https://HOST/"},
        {SERVED("https://r.example.edu/../"), "is https://HOST/"},
        {SERVED("https://r.example.edu/; Domain=x/"), "is https://HOST/"},
        {SERVED("https://r.example.edu/" LONG LONG "/"), "the path short"},
        {PAGE "\"listen\": \"0.0.0.0:80\"}", "what others reach is a proxy's"},
        {PAGE "\"listen\": \"127.0.0.1:70000\"}", "what others reach is a proxy's"},
        {PAGE "\"listen\": \"unix:relative\"}", "what others reach is a proxy's"},
        {PAGE "\"sign_in\": \"proxy\", \"proxy\": 8}", "\"listen\" is unix:/FILE"},
        {PAGE "\"sign_in\": \"proxy\", \"listen\": \"unix:/x\"}", "names the account that the proxy"},
        {PAGE "\"sign_in\": \"ldap\"}", "accounts"},
        {PAGE "\"header\": \"X User\"}", "no name of a header"},
        {PAGE "\"heder\": \"X\"}", "did you mean \"header\""},
        {PAGE "\"header\": \"cookie\"}", "says something else"},
        {SIGNING ", \"page\": \"https://r.example.edu:443/\", \"page_server\": {\"account\": 7}",
         "without :443"},
        {SIGNING ", \"page\": \"http://127.0.0.1:80/\", \"page_server\": {\"account\": 7}",
         "without :443 or :80"},
        {PAGE "\"listen\": \"127.0.0.1:1\"}, \"control\": {\"uids\": [7]}", "two people alone"},
        {"\"people\": [{\"sign_in\": \"a\", \"reviewer\": \"ann\", \"roles\": [\"lead\"]}, {\"account\": 7, "
         "\"roles\": "
         "[\"lead\"]}], \"page\": \"https://r.example.edu/\", \"page_server\": {\"account\": 7}",
         "two people alone"},
        {"\"people\": [{\"sign_in\": \"a\", \"roles\": [\"reviewer\"]}]", "nobody is two of them"},
        {"\"people\": [{\"sign_in\": \"ben\", \"roles\": [\"auditor\"]}, {\"account\": 7, \"reviewer\": "
         "\"ben\", "
         "\"roles\": [\"lead\"]}]",
         "the reviewer that somebody else is"},
        {"\"people\": [{\"sign_in\": \"a b\", \"roles\": [\"lead\"]}]", "without spaces"},
        {"\"people\": [{\"sign_in\": \"\", \"roles\": [\"lead\"]}]", "without spaces"},
        {"\"people\": [{\"sign_in\": \"a\", \"roles\": [\"lead\"]}, {\"sign_in\": \"a\", \"roles\": "
         "[\"lead\"]}]",
         "somebody else"},
        {"\"people\": [{\"sign_in\": \"root\", \"roles\": [\"lead\"]}, {\"account\": \"root\", \"roles\": "
         "[\"lead\"]}]",
         "somebody else"},
    };
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (load_with(scene, cases[i].members) == 0 || !strstr(scene->errors, cases[i].words))
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].members, scene->errors, cases[i].words);
    }
}

static void roles_have_words(void **state)
{
    char words[64], few[12];
    (void)state;
    role_words(0, words, sizeof words);
    assert_string_equal(words, "nobody");
    role_words(ROLE_LEAD, words, sizeof words);
    assert_string_equal(words, "lead");
    role_words(ROLE_ALL, words, sizeof words);
    assert_string_equal(words, "reviewer, lead, auditor or administrator");
    role_words(ROLE_ALL, few, sizeof few);
    assert_int_equal(strlen(few), sizeof few - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(people_and_units_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_reviews_sees_their_queues, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_them_there_are_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_page_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_page_is_refused, set_up, tear_down),
        cmocka_unit_test(roles_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
