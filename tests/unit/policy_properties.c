/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_properties.c: what must hold for every event, tried on thousands of generated ones: a partner's
 * country changes nothing, P4 never says more than a note, unknown never holds, weak matches only verify,
 * answering never makes anything unknown, and the same input gives the same bytes.
 */
#include <dirent.h>
#include "../plugin/policy_host.h"

#define EVENTS 4000
#define AS_OF  INT64_C(1772442000000) /* 2026-03-02 */

static const char *const types[] = {
    "hr.appointment.proposed",  "visa.petition.filed",         "agreement.signed",
    "lab.partnership.proposed", "funding.gift.received",       "agreement.terminated",
    "publication.submitted",    "conference.hosting.proposed", "student.enrolment.offered"};
static const char *const relations[] = {"employer", "funder", "host",     "coauthor",
                                        "party",    "degree", "supplier", ""};
static const char *const resources[] = {"none",        "compute",   "engineering_knowhow",
                                        "source_code", "equipment", ""};
static const char *const transfers[] = {"read_only_output", "code", "hands_on", ""};
static const char *const applications[] = {"general", "climate", "military", "surveillance", "unknown", ""};
static const char *const intents[] = {"open", "staged", "limited", "proprietary", "unknown", ""};
static const char *const areas[] = {"ai", "ai.large_model", "quantum.sensing", "biotech", ""};
static const char *const clauses[] = {"forced_transfer", "publication_veto", "exclusive_ip", ""};
static const char *const decisions[] = {"yes", "no", "pending", "granted", "refused", "unknown", ""};
static const char *const disclosures[] = {"disclosed", "undisclosed", "unknown", ""};
static const char *const roles[] = {"pi", "senior_key", "student_grad", "visiting", ""};
static const char *const amounts[] = {"49999.99", "50000", "250000", ""};
static const char *const currencies[] = {"USD", "EUR", ""};
static const char *const agreements[] = {"mou", "confucius_institute", "joint_lab", ""};
static const char *const levels[] = {"undergraduate", "taught", "doctoral", ""};
static const char *const categories[] = {"seven_sons",       "military", "security",
                                         "defence_industry", "civilian", "other"};
static const char *const effects[] = {"forbids_dealing", "needs_licence", "informs"};
static const char *const strong_bases[] = {"id_exact", "name_exact", "alias_exact"};
static const char *const weak_bases[] = {"acronym", "name_fuzzy"};

#define PICK(seed, array) (array)[next(seed) % (sizeof(array) / sizeof *(array))]

struct world {
    struct test_host test;
    const struct pw_plugin *plugins[POLICY_COUNT];
    void *instances[POLICY_COUNT], *others[POLICY_COUNT]; /* a second set: nothing may stick to an instance */
    struct pw_document configs[2][POLICY_COUNT];
};

/* What one event is made of; variants of it are written from the same seed. */
struct recipe {
    uint64_t seed;
    const char *country;
    const char *answers; /* three of y, n, u; NULL: by the seed */
    enum strength { MATCHES_NONE, MATCHES_STRONG, MATCHES_WEAK } matches;
    bool only_access; /* nothing but Q1 speaks against it */
};

/* xorshift64*: the same events on every machine. */
static uint32_t next(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (uint32_t)(*seed * UINT64_C(2685821657736338717) >> 33);
}

static void word(struct buffer *out, const char *key, const char *value)
{
    if (*value)
        json_member_string(out, key, value);
}

static void words(struct buffer *out, const char *key, const char *value)
{
    if (!*value)
        return;
    json_write_key(out, key);
    json_write_begin(out, '[');
    json_write_string(out, value);
    json_write_end(out, ']');
}

static void write_questions(struct buffer *out, const struct recipe *recipe, uint64_t *seed)
{
    json_write_key(out, "questions");
    json_write_begin(out, '{');
    for (int i = 0; i < 3; i++) {
        char key[3] = {'q', (char)('1' + i), '\0'};
        char picked = "ynu"[next(seed) % 3], answer = recipe->answers ? recipe->answers[i] : picked;
        json_write_key(out, key);
        json_write_begin(out, '{');
        json_member_string(out, "answer", answer == 'y' ? "yes" : answer == 'n' ? "no" : "unknown");
        json_write_end(out, '}');
    }
    json_write_end(out, '}');
}

static void write_partner(struct buffer *out, const struct recipe *recipe, uint64_t *seed)
{
    json_write_key(out, "partner");
    json_write_begin(out, '[');
    json_write_begin(out, '{');
    json_member_string(out, "name", "Institute of Things");
    json_member_string(out, "country", recipe->country);
    word(out, "relation", PICK(seed, relations));
    if (next(seed) % 4 == 0)
        json_member_boolean(out, "current", false);
    json_write_end(out, '}');
    json_write_end(out, ']');
}

static void write_terms(struct buffer *out, const struct recipe *recipe, uint64_t *seed)
{
    const char *use = PICK(seed, applications), *intent = PICK(seed, intents), *clause = PICK(seed, clauses);
    const char *licence = PICK(seed, decisions), *deemed = PICK(seed, decisions);
    if (recipe->only_access)
        return;
    words(out, "applications", use);
    word(out, "publication_intent", intent);
    word(out, "disclosure_state", PICK(seed, disclosures));
    word(out, "role", PICK(seed, roles));
    json_write_key(out, "funding");
    json_write_begin(out, '{');
    word(out, "amount", PICK(seed, amounts));
    word(out, "currency", PICK(seed, currencies));
    json_write_end(out, '}');
    json_write_key(out, "agreement");
    json_write_begin(out, '{');
    words(out, "clauses", clause);
    word(out, "kind", PICK(seed, agreements));
    json_write_end(out, '}');
    json_write_key(out, "determination");
    json_write_begin(out, '{');
    json_write_key(out, "license_required");
    json_write_begin(out, '{');
    word(out, "value", licence);
    json_write_end(out, '}');
    json_write_key(out, "deemed_export");
    json_write_begin(out, '{');
    word(out, "value", deemed);
    json_write_end(out, '}');
    json_write_end(out, '}');
}

static void write_event(struct buffer *out, const struct recipe *recipe)
{
    uint64_t seed = recipe->seed;
    char type[80];
    snprintf(type, sizeof type, "org.pathwayd.%s.v1", PICK(&seed, types));
    json_write_begin(out, '{');
    json_member_string(out, "type", type);
    json_write_key(out, "data");
    json_write_begin(out, '{');
    json_write_key(out, "location");
    json_write_begin(out, '{');
    json_member_string(out, "country", recipe->country);
    json_write_end(out, '}');
    words(out, "resources", PICK(&seed, resources));
    words(out, "transfer_mode", PICK(&seed, transfers));
    words(out, "technology_areas", PICK(&seed, areas));
    word(out, "study_level", PICK(&seed, levels));
    write_questions(out, recipe, &seed);
    write_partner(out, recipe, &seed);
    write_terms(out, recipe, &seed);
    json_write_end(out, '}');
    json_write_end(out, '}');
}

static void write_facts(struct buffer *out, const struct recipe *recipe)
{
    uint64_t seed = recipe->seed ^ 0x9e3779b97f4a7c15u;
    uint32_t count = recipe->matches == MATCHES_NONE ? 0 : 1 + next(&seed) % 2;
    json_write_begin(out, '[');
    while (count--) {
        json_write_begin(out, '{');
        json_member_string(out, "fact", "list.match");
        json_member_string(out, "pointer", "/data/partner/0");
        json_write_key(out, "value");
        json_write_begin(out, '{');
        json_member_string(out, "list", "L");
        json_member_string(out, "entry", "e");
        json_member_string(out, "entry_name", "Listed");
        json_member_string(out, "category", PICK(&seed, categories));
        json_member_string(out, "effect", PICK(&seed, effects));
        json_member_string(out, "basis",
                           recipe->matches == MATCHES_WEAK ? PICK(&seed, weak_bases)
                                                           : PICK(&seed, strong_bases));
        json_member_string(out, "snapshot", "2026-02-01");
        json_write_end(out, '}');
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
}

/* Judges a recipe by one policy; what was said stands in world->test. */
static uint32_t judge(struct world *world, int policy, void *instance, const struct recipe *recipe)
{
    struct buffer event_text = {0}, facts_text = {0};
    struct pw_document event = {0}, facts = {0};
    struct json_error error;
    uint32_t level = 0;
    write_event(&event_text, recipe);
    write_facts(&facts_text, recipe);
    assert_int_equal(json_parse(&event, event_text.data, event_text.length, &json_limits_frame, &error), 0);
    assert_int_equal(json_parse(&facts, facts_text.data, facts_text.length, &json_limits_frame, &error), 0);
    test_host_clear(&world->test);
    assert_int_equal(instance_judge(&world->test, world->plugins[policy], instance, policy_names[policy],
                                    &event, &facts, AS_OF),
                     0);
    for (uint32_t i = 0; i < world->test.count; i++)
        level = world->test.findings[i].level > level ? world->test.findings[i].level : level;
    json_release(&event);
    json_release(&facts);
    buffer_release(&event_text);
    buffer_release(&facts_text);
    return level;
}

static uint32_t asked(const struct world *world)
{
    uint32_t unknowns = 0;
    for (uint32_t i = 0; i < world->test.count; i++)
        unknowns += world->test.findings[i].unknowns;
    return unknowns;
}

static struct recipe recipe_of(uint32_t number, int matches)
{
    return (struct recipe){.seed = UINT64_C(0x2545f4914f6cdd1d) * (number + 1),
                           .country = "CN",
                           .matches = (enum strength)matches};
}

static int set_up(void **state, const char *packs)
{
    struct world *world = calloc(1, sizeof *world);
    test_host_begin(&world->test);
    for (int i = 0; i < POLICY_COUNT; i++) {
        world->plugins[i] = plugin_load(policy_names[i]);
        world->instances[i] =
            instance_start(&world->test, world->plugins[i], packs, "extra-scrutiny", &world->configs[0][i]);
        world->others[i] =
            instance_start(&world->test, world->plugins[i], packs, "extra-scrutiny", &world->configs[1][i]);
        if (!world->instances[i] || !world->others[i])
            fail_msg("%s", world->test.explained);
    }
    *state = world;
    return 0;
}

static int set_up_paper(void **state)
{
    char path[1024];
    pack_path("paper", path, sizeof path);
    return set_up(state, path);
}

/* Every shipped pack at once, as no office would have them. */
static int set_up_every(void **state)
{
    char path[] = "/tmp/pathwayd-pack-XXXXXX";
    struct buffer text = {0};
    DIR *folder = opendir(PATHWAYD_SOURCE "/conf/packs");
    int file = mkstemp(path);
    assert_true(folder && file >= 0);
    buffer_string(&text, "{\"active\": [");
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        const char *name = entry->d_name;
        if (strstr(name, ".json") && strcmp(name, "active.json") != 0)
            buffer_format(&text, "%s\"%s/%s\"", text.length > 12 ? "," : "", PATHWAYD_SOURCE "/conf/packs",
                          name);
    }
    buffer_string(&text, "]}");
    assert_int_equal(write(file, text.data, text.length), text.length);
    close(file);
    closedir(folder);
    buffer_release(&text);
    int status = set_up(state, path);
    unlink(path);
    return status;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < POLICY_COUNT; i++) {
        instance_end(world->plugins[i], world->instances[i]);
        instance_end(world->plugins[i], world->others[i]);
        json_release(&world->configs[0][i]);
        json_release(&world->configs[1][i]);
    }
    buffer_release(&world->test.said);
    free(world);
    return 0;
}

/* What was said; with `duties` false, without the lines of statutory duties. */
static void copy_said(const struct world *world, struct buffer *out, bool duties)
{
    const char *at = world->test.said.data, *end = at ? at + world->test.said.length : at;
    while (at < end) {
        const char *stop = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
        if (duties || !memmem(at, (size_t)(stop - at), "\"kind\":3,", 9))
            buffer_append(out, at, (size_t)(stop - at));
        at = stop;
    }
}

/* The findings of two recipes, byte for byte. */
static void assert_same(struct world *world, int policy, const struct recipe *a, const struct recipe *b,
                        bool duties)
{
    struct buffer first = {0}, second = {0};
    (void)judge(world, policy, world->instances[policy], a);
    copy_said(world, &first, duties);
    (void)judge(world, policy, world->others[policy], b);
    copy_said(world, &second, duties);
    assert_int_equal(first.length, second.length);
    if (first.length)
        assert_memory_equal(first.data, second.data, first.length);
    buffer_release(&first);
    buffer_release(&second);
}

static void same_input_same_bytes(void **state)
{
    for (uint32_t i = 0; i < EVENTS; i++) {
        struct recipe recipe = recipe_of(i, (int)(i % 3));
        assert_same(*state, (int)(i % POLICY_COUNT), &recipe, &recipe, true);
    }
}

/* Reporting duties that turn on a country are exempt (R46); nothing else is. */
static void country_changes_nothing(void **state)
{
    for (uint32_t i = 0; i < EVENTS; i++) {
        struct recipe there = recipe_of(i, (int)(i / POLICY_COUNT % 3)), here = there;
        here.country = i % 2 ? "NO" : "US";
        assert_same(*state, (int)(i % POLICY_COUNT), &there, &here, false);
    }
}

static void open_pathways_stay_open(void **state)
{
    struct world *world = *state;
    for (uint32_t i = 0; i < EVENTS; i++) {
        struct recipe recipe = recipe_of(i, (int)(i % 3));
        assert_true(judge(world, 3, world->instances[3], &recipe) <= PW_LEVEL_NOTE);
        assert_int_equal(asked(world), 0);
        uint32_t level = judge(world, 1, world->instances[1], &recipe);
        assert_true(level <= PW_LEVEL_RECOMMENDED);
        assert_int_equal(asked(world), 0);
        if (recipe.matches != MATCHES_STRONG)
            assert_int_equal(level, PW_LEVEL_NONE);
    }
}

static void access_alone_never_holds(void **state)
{
    struct world *world = *state;
    for (uint32_t i = 0; i < EVENTS; i++) {
        struct recipe recipe = recipe_of(i, MATCHES_NONE);
        recipe.only_access = true;
        recipe.answers = "ynn";
        assert_true(judge(world, 0, world->instances[0], &recipe) <= PW_LEVEL_SUGGESTED);
        assert_true(judge(world, 4, world->instances[4], &recipe) <= PW_LEVEL_RECOMMENDED);
    }
}

/* Where an answer is unknown, nothing is graver than where it is no, but for the asking itself. */
static void unknown_never_holds(void **state)
{
    struct world *world = *state;
    for (uint32_t i = 0; i < EVENTS; i++) {
        int policy = (int)(i % POLICY_COUNT);
        struct recipe recipe = recipe_of(i, (int)(i / POLICY_COUNT % 3));
        recipe.answers = "nnn";
        uint32_t answered = judge(world, policy, world->instances[policy], &recipe), unknowns = asked(world);
        recipe.answers = "uuu";
        uint32_t open = judge(world, policy, world->instances[policy], &recipe);
        assert_true(open <= (answered > PW_LEVEL_SUGGESTED ? answered : PW_LEVEL_SUGGESTED));
        assert_true(unknowns <= asked(world)); /* answering never makes anything unknown */
    }
}

static void weak_matches_only_verify(void **state)
{
    struct world *world = *state;
    for (uint32_t i = 0; i < EVENTS; i++) {
        int policy = (int)(i % POLICY_COUNT);
        struct recipe recipe = recipe_of(i, MATCHES_NONE);
        uint32_t without = judge(world, policy, world->instances[policy], &recipe);
        recipe.matches = MATCHES_WEAK;
        uint32_t with = judge(world, policy, world->instances[policy], &recipe);
        assert_true(with <= (without > PW_LEVEL_SUGGESTED ? without : PW_LEVEL_SUGGESTED));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_input_same_bytes),   cmocka_unit_test(country_changes_nothing),
        cmocka_unit_test(open_pathways_stay_open), cmocka_unit_test(access_alone_never_holds),
        cmocka_unit_test(unknown_never_holds),     cmocka_unit_test(weak_matches_only_verify),
    };
    int failed = cmocka_run_group_tests_name("paper", tests, set_up_paper, tear_down);
    return failed + cmocka_run_group_tests_name("every pack", tests, set_up_every, tear_down);
}
