/* SPDX-License-Identifier: Apache-2.0
 *
 * policy.c: runs the scenarios of tests/plugin/scenarios through the real policy plugins, and checks that
 * every rule of the shipped packs has a scenario in which it fires and one in which it nearly does.
 */
#include <dirent.h>
#include "../plugin/policy_host.h"

#define SCENARIO_FOLDER PATHWAYD_SOURCE "/tests/plugin/scenarios"
#define MAX_FILES       32
#define DEFAULT_TIME    "2026-03-02T09:00:00Z" /* when nothing else is said, an ordinary day under the pack */

struct policies {
    struct test_host test;
    const struct pw_plugin *plugins[POLICY_COUNT];
    void *instances[2][POLICY_COUNT]; /* extra scrutiny, ban */
    struct pw_document configs[2][POLICY_COUNT];
    struct buffer fired, missed; /* rule names, each between newlines */
    struct buffer required;      /* requirements of the scenarios, in the same way */
    uint32_t scenarios, wrong;
};

static int policy_index(struct pw_text name)
{
    for (int i = 0; i < POLICY_COUNT; i++)
        if (text_is(name, policy_names[i]))
            return i;
    return -1;
}

static char *file_text(const char *path, size_t *ret_length)
{
    FILE *stream = fopen(path, "rb");
    if (!stream)
        fail_msg("cannot open %s", path);
    char *text = malloc(1 << 22);
    *ret_length = fread(text, 1, 1 << 22, stream);
    fclose(stream);
    return text;
}

static void file_document(const char *path, struct pw_document *document)
{
    size_t length;
    struct json_error error;
    char *text = file_text(path, &length);
    if (json_parse_copy(document, text, length, &json_limits_config, &error) < 0)
        fail_msg("%s:%u:%u: %s", path, error.line, error.column, error.message);
    free(text);
}

static int set_up(void **state)
{
    struct policies *all = calloc(1, sizeof *all);
    test_host_begin(&all->test);
    for (int i = 0; i < POLICY_COUNT; i++) {
        char path[1024];
        pack_path("paper", path, sizeof path);
        all->plugins[i] = plugin_load(policy_names[i]);
        for (int ban = 0; ban < 2; ban++) {
            all->instances[ban][i] = instance_start(&all->test, all->plugins[i], path,
                                                    ban ? "ban" : "extra-scrutiny", &all->configs[ban][i]);
            if (!all->instances[ban][i])
                fail_msg("%s", all->test.explained);
        }
    }
    *state = all;
    return 0;
}

static int tear_down(void **state)
{
    struct policies *all = *state;
    for (int i = 0; i < POLICY_COUNT; i++)
        for (int ban = 0; ban < 2; ban++) {
            instance_end(all->plugins[i], all->instances[ban][i]);
            json_release(&all->configs[ban][i]);
        }
    buffer_release(&all->test.said);
    buffer_release(&all->fired);
    buffer_release(&all->missed);
    buffer_release(&all->required);
    free(all);
    return 0;
}

/* "answers": "y?n" writes the three questions into data, so that scenarios stay short. */
static void write_answers(struct buffer *out, struct pw_text answers, bool comma)
{
    bool first = true;
    buffer_string(out, comma ? ",\"questions\":{" : "\"questions\":{");
    for (size_t i = 0; i < answers.length && i < 3; i++) {
        const char *word = answers.data[i] == 'y' ? "yes" : answers.data[i] == 'n' ? "no" : "unknown";
        if (answers.data[i] == '-')
            continue;
        buffer_format(out, "%s\"q%zu\":{\"answer\":\"%s\"}", first ? "" : ",", i + 1, word);
        first = false;
    }
    buffer_string(out, "}");
}

static void write_event(struct buffer *out, const struct pw_document *file, uint32_t scenario)
{
    struct pw_text type = json_text(file, json_member(file, scenario, "type"));
    uint32_t data_node = json_member(file, scenario, "data");
    struct pw_text data = json_raw(file, data_node);
    struct pw_text answers = json_text(file, json_member(file, scenario, "answers"));
    buffer_format(
        out,
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"org.pathwayd.%.*s.v1\",\"data\":",
        TEXT_FMT(type));
    buffer_text(out, (struct pw_text){data.data, data.length - 1});
    if (answers.length)
        write_answers(out, answers, json_count(file, data_node) > 0);
    buffer_string(out, "}}");
}

static void fact_text(struct buffer *out, const struct pw_document *file, uint32_t match, const char *key,
                      const char *otherwise)
{
    struct pw_text text = json_text(file, json_member(file, match, key));
    json_member_text(out, key, text.length ? text : (struct pw_text){otherwise, strlen(otherwise)});
}

/* What came before, as the daemon adds it (fact.h): events of the engagement, or what partner 0 gave. */
static void write_earlier(struct buffer *out, const struct pw_document *file, uint32_t events,
                          const char *fact)
{
    for (uint32_t event = json_first(file, events); event != PW_NODE_NONE; event = json_next(file, event)) {
        json_write_begin(out, '{');
        json_member_string(out, "by", "journal");
        json_member_string(out, "fact", fact);
        json_member_string(out, "pointer", strcmp(fact, "funding.earlier") == 0 ? "/data/partner/0" : "");
        json_member_raw(out, "value", json_raw(file, event));
        json_write_end(out, '}');
    }
}

/* Facts as an enricher emits them (fact.h); what a scenario leaves out is a plain exact match of partner 0.
 */
static void write_facts(struct buffer *out, const struct pw_document *file, uint32_t scenario)
{
    uint32_t matches = json_member(file, scenario, "matches");
    json_write_begin(out, '[');
    for (uint32_t match = json_first(file, matches); match != PW_NODE_NONE; match = json_next(file, match)) {
        char pointer[64], place[80];
        int64_t partner = 0;
        (void)json_integer(file, json_member(file, match, "partner"), &partner);
        bool printed = partner < 0; /* the affiliation as printed */
        snprintf(pointer, sizeof pointer, printed ? "/data/raw_affiliation" : "/data/partner/%d",
                 (int)partner);
        snprintf(place, sizeof place, "%s%s", pointer, printed ? "" : "/name");
        json_write_begin(out, '{');
        json_member_string(out, "by", "institutions");
        json_member_string(out, "fact", "list.match");
        json_member_string(out, "pointer", pointer);
        json_write_key(out, "value");
        json_write_begin(out, '{');
        fact_text(out, file, match, "source", "test");
        fact_text(out, file, match, "list", "EL");
        fact_text(out, file, match, "entry", "e-1");
        fact_text(out, file, match, "entry_name", "Listed Institute");
        fact_text(out, file, match, "category", "other");
        fact_text(out, file, match, "effect", "informs");
        fact_text(out, file, match, "basis", "name_exact");
        json_member_string(out, "snapshot", "2026-02-01");
        uint32_t reportable = json_member(file, match, "reportable");
        json_member_boolean(out, "reportable", reportable == PW_NODE_NONE || json_true(file, reportable));
        fact_text(out, file, match, "text", "Listed Institute");
        json_member_string(out, "pointer", place);
        if (json_true(file, json_member(file, match, "stale")))
            json_member_boolean(out, "stale", true);
        if (json_member(file, match, "note") != PW_NODE_NONE)
            fact_text(out, file, match, "note", "");
        json_write_end(out, '}');
        json_write_end(out, '}');
    }
    write_earlier(out, file, json_member(file, scenario, "earlier"), "engagement.event");
    write_earlier(out, file, json_member(file, scenario, "gave"), "funding.earlier");
    json_write_end(out, ']');
}

static char *write_file(struct buffer *text)
{
    char *path = strdup("/tmp/pathwayd-pack-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text->data, text->length), text->length);
    close(file);
    buffer_release(text);
    return path;
}

/* What a scenario is judged by: a pack of its own, for showing what no pack can do, or the shipped packs that it names
 * instead of `paper`. NULL: neither. */
static char *write_packs(const struct pw_document *file, uint32_t scenario, const char *policy)
{
    struct buffer text = {0};
    uint32_t own = json_member(file, scenario, "pack"), regimes = json_member(file, scenario, "regimes");
    if (own == PW_NODE_NONE && regimes == PW_NODE_NONE)
        return NULL;
    if (own != PW_NODE_NONE) {
        buffer_format(&text,
                      "{\"pack\":\"own\",\"version\":\"1\",\"effective_from\":\"2022-01-01\",\"as_of\":"
                      "\"2026-01-01\",\"source\":\"a test\",\"verified\":false,\"regime\":\"own\","
                      "\"pathways\":{\"%s\":%.*s}}",
                      policy, TEXT_FMT(json_raw(file, own)));
        return write_file(&text);
    }
    json_write_begin(&text, '{');
    json_write_key(&text, "active");
    json_write_begin(&text, '[');
    for (uint32_t child = json_first(file, regimes); child != PW_NODE_NONE; child = json_next(file, child)) {
        char name[64], path[1024];
        snprintf(name, sizeof name, "%.*s", TEXT_FMT(json_text(file, child)));
        pack_path(name, path, sizeof path);
        json_write_string(&text, path);
    }
    json_write_end(&text, ']');
    json_write_end(&text, '}');
    return write_file(&text);
}

static void complain(struct policies *all, const struct pw_document *file, uint32_t scenario,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

static void complain(struct policies *all, const struct pw_document *file, uint32_t scenario,
                     const char *format, ...)
{
    struct pw_text name = json_text(file, json_member(file, scenario, "name"));
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "scenario \"%.*s\": ", TEXT_FMT(name));
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n%.*s", TEXT_FMT(buffer_view(&all->test.said)));
    va_end(arguments);
    all->wrong++;
}

static void note_rule(struct buffer *rules, struct pw_text rule)
{
    buffer_format(rules, "\n%.*s\n", TEXT_FMT(rule));
}

/* A rule's expected level, or an array of them where it says several things. */
static bool expects(const struct pw_document *file, uint32_t node, uint32_t level)
{
    if (text_is(json_text(file, node), policy_levels[level]))
        return true;
    for (uint32_t child = json_first(file, node); child != PW_NODE_NONE; child = json_next(file, child))
        if (text_is(json_text(file, child), policy_levels[level]))
            return true;
    return false;
}

static void compare_findings(struct policies *all, const struct pw_document *file, uint32_t scenario,
                             uint32_t expected)
{
    for (uint32_t i = 0; i < all->test.count; i++) {
        const struct heard *heard = &all->test.findings[i];
        if (!expects(file, json_member(file, expected, heard->rule), heard->level))
            complain(all, file, scenario, "%s says %s, which was not expected", heard->rule,
                     policy_levels[heard->level]);
    }
    for (uint32_t child = json_first(file, expected); child != PW_NODE_NONE; child = json_next(file, child)) {
        struct pw_text rule = json_key(file, child);
        bool several = json_type(file, child) == PW_JSON_ARRAY;
        uint32_t wanted = several ? json_count(file, child) : 1, found = 0;
        for (uint32_t i = 0; i < all->test.count; i++)
            found += text_is(rule, all->test.findings[i].rule);
        if (found < wanted || (several && found > wanted))
            complain(all, file, scenario, "%.*s says %u things, not %u", TEXT_FMT(rule), found, wanted);
        note_rule(&all->fired, rule);
    }
}

static void compare_whole(struct policies *all, const struct pw_document *file, uint32_t scenario,
                          uint32_t expect)
{
    uint32_t level = 0, asks = 0, unknowns = 0, evidence = 0;
    int64_t number;
    for (uint32_t i = 0; i < all->test.count; i++) {
        const struct heard *heard = &all->test.findings[i];
        level = heard->level > level ? heard->level : level;
        asks |= heard->asks;
        unknowns += heard->unknowns;
        evidence = heard->evidence > evidence ? heard->evidence : evidence;
    }
    if (!text_is(json_text(file, json_member(file, expect, "level")), policy_levels[level]))
        complain(all, file, scenario, "joined level is %s", policy_levels[level]);
    if (json_true(file, json_member(file, expect, "needs_information")) != (asks != 0))
        complain(all, file, scenario, "needs_information is %u", asks);
    if (json_integer(file, json_member(file, expect, "unknowns"), &number) == 0 && number != unknowns)
        complain(all, file, scenario, "%u unknowns", unknowns);
    if (json_integer(file, json_member(file, expect, "evidence"), &number) == 0 && number != evidence)
        complain(all, file, scenario, "%u pieces of evidence", evidence);
    uint32_t says = json_member(file, expect, "says");
    for (uint32_t child = json_first(file, says); child != PW_NODE_NONE; child = json_next(file, child)) {
        struct pw_text words = json_text(file, child);
        if (all->test.said.length == 0 ||
            !memmem(all->test.said.data, all->test.said.length, words.data, words.length))
            complain(all, file, scenario, "nobody says \"%.*s\"", TEXT_FMT(words));
    }
}

/* Judges by the scenario's own pack when it has one; false when start refused it. */
static bool judge(struct policies *all, const struct pw_document *file, uint32_t scenario, int policy,
                  const struct pw_document *event, const struct pw_document *facts)
{
    int64_t as_of = 0;
    char *packs = write_packs(file, scenario, policy_names[policy]);
    struct pw_text time = json_text(file, json_member(file, scenario, "time"));
    bool ban = text_is(json_text(file, json_member(file, scenario, "seven_sons")), "ban");
    assert_int_equal(time_parse(time.length ? time : PW_TEXT(DEFAULT_TIME), &as_of), 0);
    const struct pw_plugin *plugin = all->plugins[policy];
    void *instance = all->instances[ban][policy];
    struct pw_document config = {0};
    if (packs) {
        instance = instance_start(&all->test, plugin, packs, ban ? "ban" : "extra-scrutiny", &config);
        unlink(packs);
    }
    int32_t status = PW_OK;
    if (instance)
        status = instance_judge(&all->test, plugin, instance, policy_names[policy], event, facts, as_of);
    if (status < 0)
        complain(all, file, scenario, "%s fails: %s", policy_names[policy], all->test.explained);
    if (packs) {
        if (instance)
            instance_end(plugin, instance);
        json_release(&config);
        free(packs);
    }
    return instance != NULL;
}

static void run_scenario(struct policies *all, const struct pw_document *file, uint32_t scenario)
{
    struct buffer event_text = {0}, facts_text = {0};
    struct pw_document event = {0}, facts = {0};
    struct json_error error;
    uint32_t expect = json_member(file, scenario, "expect");
    struct pw_text refused = json_text(file, json_member(file, expect, "refused"));
    write_event(&event_text, file, scenario);
    write_facts(&facts_text, file, scenario);
    if (json_parse(&event, event_text.data, event_text.length, &json_limits_frame, &error) < 0 ||
        json_parse(&facts, facts_text.data, facts_text.length, &json_limits_frame, &error) < 0)
        fail_msg("%s in %s", error.message, event_text.data);
    test_host_clear(&all->test);
    uint32_t pathways = json_member(file, scenario, "pathways");
    for (uint32_t child = json_first(file, pathways); child != PW_NODE_NONE; child = json_next(file, child)) {
        int policy = policy_index(json_text(file, child));
        assert_true(policy >= 0);
        bool started = judge(all, file, scenario, policy, &event, &facts);
        if (started == (refused.length > 0))
            complain(all, file, scenario, started ? "the pack was not refused" : "refused: %s",
                     all->test.explained);
        if (refused.length &&
            !memmem(all->test.explained, strlen(all->test.explained), refused.data, refused.length))
            complain(all, file, scenario, "refused otherwise: %s", all->test.explained);
    }
    if (!refused.length) {
        compare_findings(all, file, scenario, json_member(file, expect, "findings"));
        compare_whole(all, file, scenario, expect);
    }
    uint32_t misses = json_member(file, scenario, "near_miss_of");
    for (uint32_t child = json_first(file, misses); child != PW_NODE_NONE; child = json_next(file, child))
        note_rule(&all->missed, json_text(file, child));
    uint32_t requirements = json_member(file, scenario, "requirements");
    for (uint32_t child = json_first(file, requirements); child != PW_NODE_NONE;
         child = json_next(file, child))
        note_rule(&all->required, json_text(file, child));
    all->scenarios++;
    json_release(&event);
    json_release(&facts);
    buffer_release(&event_text);
    buffer_release(&facts_text);
}

static void scenarios_come_out(void **state)
{
    struct policies *all = *state;
    DIR *folder = opendir(SCENARIO_FOLDER);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[1024];
        struct pw_document file = {0};
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(path, sizeof path, "%s/%s", SCENARIO_FOLDER, entry->d_name);
        file_document(path, &file);
        for (uint32_t node = json_first(&file, PW_NODE_ROOT); node != PW_NODE_NONE;
             node = json_next(&file, node))
            run_scenario(all, &file, node);
        json_release(&file);
    }
    closedir(folder);
    print_message("%u scenarios, %u wrong\n", all->scenarios, all->wrong);
    assert_true(all->scenarios > 0);
    assert_int_equal(all->wrong, 0);
}

static bool among(const struct buffer *rules, struct pw_text rule)
{
    char line[128];
    int length = snprintf(line, sizeof line, "\n%.*s\n", TEXT_FMT(rule));
    return rules->length && memmem(rules->data, rules->length, line, (size_t)length);
}

/* How many rules of a shipped pack lack a scenario. */
static uint32_t rules_without(struct policies *all, const char *name)
{
    struct pw_document pack = {0};
    char path[1024], stem[64];
    uint32_t without = 0;
    snprintf(stem, sizeof stem, "%.*s", (int)strcspn(name, "."), name);
    pack_path(stem, path, sizeof path);
    file_document(path, &pack);
    uint32_t pathways = json_member(&pack, PW_NODE_ROOT, "pathways");
    for (uint32_t each = json_first(&pack, pathways); each != PW_NODE_NONE; each = json_next(&pack, each)) {
        uint32_t rules = json_member(&pack, each, "rules");
        for (uint32_t rule = json_first(&pack, rules); rule != PW_NODE_NONE; rule = json_next(&pack, rule)) {
            struct pw_text id = json_text(&pack, json_member(&pack, rule, "id"));
            bool always = json_member(&pack, rule, "when") == PW_NODE_NONE &&
                          json_type(&pack, json_member(&pack, rule, "level")) != PW_JSON_ARRAY;
            if (among(&all->fired, id) && (always || among(&all->missed, id)))
                continue;
            fprintf(stderr, "%s: %.*s lacks a scenario in which it %s\n", stem, TEXT_FMT(id),
                    among(&all->fired, id) ? "nearly fires" : "fires");
            without++;
        }
    }
    json_release(&pack);
    return without;
}

static void every_rule_has_scenarios(void **state)
{
    struct policies *all = *state;
    uint32_t without = 0, packs = 0;
    DIR *folder = opendir(PATHWAYD_SOURCE "/conf/packs");
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (!strstr(entry->d_name, ".json") || strcmp(entry->d_name, "active.json") == 0)
            continue;
        without += rules_without(all, entry->d_name);
        packs++;
    }
    closedir(folder);
    assert_true(packs > 0);
    assert_int_equal(without, 0);
}

/* The requirements that bind a policy; the others bind cases, decisions, lists and reports, which have tests of their
 * own. */
static const char *const binding[] = {"R02", "R04", "R05", "R09", "R10", "R15", "R16", "R18",
                                      "R21", "R22", "R23", "R24", "R29", "R30", "R35", "R37",
                                      "R39", "R42", "R43", "R44", "R45", "R46", "R47", "R48",
                                      "R49", "R50", "R51", "R54", "R56", "R58", "R62"};

static void every_requirement_has_scenarios(void **state)
{
    struct policies *all = *state;
    uint32_t without = 0;
    for (size_t i = 0; i < sizeof binding / sizeof *binding; i++) {
        char line[16];
        int length = snprintf(line, sizeof line, "\n%s\n", binding[i]);
        const char *first = memmem(all->required.data, all->required.length, line, (size_t)length);
        if (first && strstr(first + 1, line))
            continue;
        fprintf(stderr, "%s has %s scenario\n", binding[i], first ? "only one" : "no");
        without++;
    }
    assert_int_equal(without, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scenarios_come_out),
        cmocka_unit_test(every_rule_has_scenarios),
        cmocka_unit_test(every_requirement_has_scenarios),

    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
