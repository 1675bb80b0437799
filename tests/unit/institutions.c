/* SPDX-License-Identifier: Apache-2.0
 *
 * The institutions plugin through its own interface: what matches and what must not, what a list file may
 * say, what happens to hostile events. No loader between, so that sanitizers see everything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include <pathwayd/plugin.h>
#include "answer.h"
#include "json/json.h"
#include "json/time.h"

#define DAY_MS INT64_C(86400000)

/* ---- a host ---- */

struct recorded {
    char pointer[64];
    char value[4096];
};

struct test_host {
    struct pw_host host;
    char explained[1024];
    char logged[8192];
    struct recorded facts[300];
    uint32_t count;
    size_t bytes;
};

static void host_log(const struct pw_host *host, uint32_t severity, struct pw_text line)
{
    struct test_host *test = host->context;
    size_t used = strlen(test->logged);
    snprintf(test->logged + used, sizeof test->logged - used, "%u %.*s\n", severity, TEXT_FMT(line));
}

static void host_explain(const struct pw_host *host, struct pw_text sentence)
{
    struct test_host *test = host->context;
    snprintf(test->explained, sizeof test->explained, "%.*s", TEXT_FMT(sentence));
}

/* As strict as the real one: JSON only, 256 facts, 256 KiB. */
static int32_t host_emit_fact(const struct pw_host *host, const struct pw_fact *fact)
{
    struct test_host *test = host->context;
    struct pw_document document = {0};
    struct json_error error;
    if (json_parse(&document, fact->value.data, fact->value.length, &json_limits_frame, &error))
        return PW_ERROR_INVALID;
    json_release(&document);
    if (test->count == 256 || test->bytes + fact->value.length > (256u << 10))
        return PW_ERROR_LIMIT;
    assert_true(text_is(fact->fact, "list.match"));
    struct recorded *recorded = &test->facts[test->count++];
    test->bytes += fact->value.length;
    snprintf(recorded->pointer, sizeof recorded->pointer, "%.*s", TEXT_FMT(fact->pointer));
    snprintf(recorded->value, sizeof recorded->value, "%.*s", TEXT_FMT(fact->value));
    return PW_OK;
}

static void host_prepare(struct test_host *test)
{
    memset(test, 0, sizeof *test);
    test->host = (struct pw_host){.struct_size = sizeof(struct pw_host),
                                  .context = test,
                                  .documents = &json_document_api,
                                  .log = host_log,
                                  .explain = host_explain,
                                  .emit_fact = host_emit_fact};
}

/* ---- a started instance ---- */

struct fixture {
    struct test_host test;
    struct pw_document config;
    void *instance;
};

static int32_t start_with(struct fixture *fixture, const char *config)
{
    struct json_error error;
    host_prepare(&fixture->test);
    fixture->instance = NULL;
    fixture->config = (struct pw_document){0};
    assert_int_equal(json_parse_copy(&fixture->config, config, strlen(config), &json_limits_config, &error),
                     0);
    assert_int_equal(pw_plugin.create(&fixture->test.host, &fixture->instance), PW_OK);
    return pw_plugin.start(fixture->instance, &fixture->config);
}

static void finish(struct fixture *fixture)
{
    pw_plugin.destroy(fixture->instance);
    json_release(&fixture->config);
}

static int with_shipped_lists(void **state)
{
    struct fixture *fixture = malloc(sizeof *fixture);
    char config[1024];
    snprintf(config, sizeof config,
             "{\"lists\": [\"%s/conf/lists/seven-sons.json\", \"%s/conf/lists/entity-list-excerpt.json\"], "
             "\"max_age_days\": 90}",
             PATHWAYD_SOURCE, PATHWAYD_SOURCE);
    if (start_with(fixture, config))
        fail_msg("start: %s", fixture->test.explained);
    *state = fixture;
    return 0;
}

static int without(void **state)
{
    struct fixture *fixture = *state;
    pw_plugin.stop(fixture->instance);
    finish(fixture);
    free(fixture);
    return 0;
}

static int64_t instant(const char *date)
{
    int64_t ms = 0;
    assert_int_equal(time_parse_date((struct pw_text){date, strlen(date)}, &ms), 0);
    return ms;
}

static void handle(struct fixture *fixture, const char *partners, const char *affiliation, const char *date)
{
    static char event[1 << 20];
    struct pw_document document = {0};
    struct json_error error;
    snprintf(event, sizeof event, "{\"specversion\":\"1.0\",\"data\":{\"partner\":%s}}", partners);
    if (json_parse(&document, event, strlen(event), &json_limits_frame, &error))
        fail_msg("%s", error.message);
    struct pw_message message = {.struct_size = sizeof message,
                                 .stage = PW_STAGE_ENRICH,
                                 .as_of = instant(date),
                                 .event = &document,
                                 .affiliation = {affiliation, affiliation ? strlen(affiliation) : 0}};
    fixture->test.count = 0;
    fixture->test.bytes = 0;
    assert_int_equal(pw_plugin.handle(fixture->instance, &message), PW_OK);
    json_release(&document);
}

/* The text of a member of fact `index`, in a buffer that the next call overwrites. */
static const char *value_of(const struct fixture *fixture, uint32_t index, const char *key)
{
    static char text[1024];
    struct pw_document document = {0};
    struct json_error error;
    assert_true(index < fixture->test.count);
    const char *value = fixture->test.facts[index].value;
    assert_int_equal(json_parse(&document, value, strlen(value), &json_limits_frame, &error), 0);
    uint32_t node = json_member(&document, PW_NODE_ROOT, key);
    struct pw_text found =
        json_type(&document, node) == PW_JSON_STRING ? json_text(&document, node) : json_raw(&document, node);
    snprintf(text, sizeof text, "%.*s", TEXT_FMT(found));
    json_release(&document);
    return text;
}

/* ---- partners ---- */

static const struct partner_case {
    const char *partner, *entry, *basis; /* entry NULL: no match */
} partner_cases[] = {
    {"{\"ror\":\"https://ror.org/00wk2mp56\"}", "beihang", "id_exact"},
    {"{\"ror\":\"00WK2MP56\"}", "beihang", "id_exact"},
    {"{\"name\":\"Anything\",\"ror\":\"01yqg2h08\"}", "hit", "id_exact"},
    {"{\"name\":\"Beihang University\",\"ror\":\"https://ror.org/00wk2mp56\"}", "beihang", "id_exact"},
    {"{\"name\":\"Beihang University\"}", "beihang", "name_exact"},
    {"{\"name\":\"  the BEIHANG   university. \"}", "beihang", "name_exact"},
    {"{\"name\":\"Béihàng-University\"}", "beihang", "name_exact"},
    {"{\"name\":\"Bei\\u200bhang Uni\\u00adversity\"}", "beihang", "name_exact"},
    {"{\"name\":\"\\u202eBeihang University\\u202c\"}", "beihang", "name_exact"},
    {"{\"name\":\"\\uff22\\uff45\\uff49\\uff48\\uff41\\uff4e\\uff47 University\"}", "beihang", "name_exact"},
    {"{\"name\":\"B\\u0301\\u0301\\u0301\\u0301eihang University\"}", "beihang", "name_exact"},
    {"{\"name\":\"Beijing University of Aeronautics & Astronautics\"}", "beihang", "alias_exact"},
    {"{\"name\":\"北京航空航天大学\"}", "beihang", "alias_exact"},
    {"{\"name\":\"北京航空航天大學\"}", "beihang", "alias_exact"},
    {"{\"name\":\"北京 航空航天大学\"}", "beihang", "alias_exact"},
    {"{\"name\":\"北航\"}", "beihang", "alias_exact"},
    {"{\"name\":\"Northwest Polytechnic University\"}", "nwpu", "alias_exact"},
    {"{\"name\":\"BUAA\"}", "beihang", "acronym"},
    {"{\"name\":\"B.U.A.A.\",\"country\":\"CN\"}", "beihang", "acronym"},
    {"{\"name\":\"SenseTime\"}", "caeb24bb901171744f7b376b17c4ad98a782c827", "alias_exact"},
    {"{\"name\":\"Beijing Sensetime Technology Development Co Ltd\"}",
     "caeb24bb901171744f7b376b17c4ad98a782c827", "name_exact"},
    {"{\"name\":\"iFLYTEK\",\"country\":\"US\"}", "a09e83dc7e0dca1e6bbe040010b091174c7dbdb8", "name_exact"},
    /* Abbreviations of somebody else. */
    {"{\"name\":\"NUST\",\"country\":\"PK\"}", NULL, NULL},
    {"{\"name\":\"NUST\",\"ror\":\"https://ror.org/03w2j5y17\"}", NULL, NULL},
    /* A partner's name matches whole, or not at all. */
    {"{\"name\":\"Beihang University Press\"}", NULL, NULL},
    {"{\"name\":\"Friends of Beihang University\"}", NULL, NULL},
    {"{\"name\":\"Nanjing University\"}", NULL, NULL},
    {"{\"name\":\"Beijing Institute\"}", NULL, NULL},
    {"{\"name\":\"Zhejiang University\",\"ror\":\"https://ror.org/00a2xv884\",\"country\":\"CN\"}", NULL,
     NULL},
    {"{\"name\":\"\"}", NULL, NULL},
    {"{\"name\":\"the\"}", NULL, NULL},
    {"{\"name\":\"\\u200b \\u0301 ---\"}", NULL, NULL},
    {"{\"ror\":\"00wk2mp57\"}", NULL, NULL},
    {"{\"ror\":\"00wk2mp56x\"}", NULL, NULL},
    {"{\"name\":17,\"ror\":null}", NULL, NULL},
    {"{}", NULL, NULL},
    {"\"Beihang University\"", NULL, NULL},
};

static void partners_match(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof partner_cases / sizeof *partner_cases; i++) {
        const struct partner_case *expected = &partner_cases[i];
        char partners[1024];
        snprintf(partners, sizeof partners, "[{\"name\":\"University of Ghana\"},%s]", expected->partner);
        handle(fixture, partners, NULL, "2022-05-01");
        if (fixture->test.count != (expected->entry ? 1u : 0u))
            fail_msg("%s: %u facts", expected->partner, fixture->test.count);
        if (!expected->entry)
            continue;
        if (strcmp(value_of(fixture, 0, "entry"), expected->entry) != 0 ||
            strcmp(value_of(fixture, 0, "basis"), expected->basis) != 0)
            fail_msg("%s: %s", expected->partner, fixture->test.facts[0].value);
        assert_string_equal(fixture->test.facts[0].pointer, "/data/partner/1");
        bool weak = strcmp(expected->basis, "acronym") == 0;
        assert_string_equal(value_of(fixture, 0, "reportable"), weak ? "false" : "true");
    }
}

static void fact_is_complete(void **state)
{
    struct fixture *fixture = *state;
    handle(fixture, "[{\"name\":\"Megvii\\\"Technology\"}]", NULL, "2022-05-01");
    assert_int_equal(fixture->test.count, 1);
    assert_string_equal(
        fixture->test.facts[0].value,
        "{\"source\":\"entity-list-excerpt\",\"list\":\"EL\",\"entry\":"
        "\"cd95318af12232a80126adbcd645526b755fc58a\","
        "\"entry_name\":\"Megvii Technology\",\"category\":\"security\",\"effect\":\"needs_licence\","
        "\"basis\":\"name_exact\",\"span\":[0,17],\"snapshot\":\"2022-04-21\",\"reportable\":true,"
        "\"text\":\"Megvii\\\"Technology\",\"pointer\":\"/data/partner/0/name\"}");
    handle(fixture, "[{\"ror\":\"https://ror.org/00wk2mp56\"}]", NULL, "2022-05-01");
    assert_string_equal(value_of(fixture, 0, "pointer"), "/data/partner/0/ror");
    assert_string_equal(value_of(fixture, 0, "text"), "https://ror.org/00wk2mp56");
    assert_string_equal(value_of(fixture, 0, "list"), "SEVEN-SONS");
    assert_string_equal(value_of(fixture, 0, "category"), "seven_sons");
    assert_string_equal(value_of(fixture, 0, "effect"), "informs");
}

static void other_ror_is_noted(void **state)
{
    struct fixture *fixture = *state;
    handle(fixture, "[{\"name\":\"Beihang University\",\"ror\":\"https://ror.org/00a2xv884\"}]", NULL,
           "2022-05-01");
    assert_int_equal(fixture->test.count, 1);
    assert_string_equal(value_of(fixture, 0, "basis"), "name_exact");
    assert_non_null(strstr(value_of(fixture, 0, "note"), "ROR id"));
}

/* An id of one listed institution and the name of another: both are said. */
static void id_and_name_differ(void **state)
{
    struct fixture *fixture = *state;
    handle(fixture, "[{\"name\":\"Beihang University\",\"ror\":\"https://ror.org/01yqg2h08\"}]", NULL,
           "2022-05-01");
    assert_int_equal(fixture->test.count, 2);
    assert_string_equal(value_of(fixture, 0, "entry"), "hit");
    assert_string_equal(value_of(fixture, 1, "entry"), "beihang");
}

static void stale_is_marked(void **state)
{
    struct fixture *fixture = *state;
    handle(fixture, "[{\"name\":\"IFLYTEK\"}]", NULL, "2022-07-20");
    assert_string_equal(value_of(fixture, 0, "stale"), "");
    handle(fixture, "[{\"name\":\"IFLYTEK\"}]", NULL, "2022-07-21");
    assert_string_equal(value_of(fixture, 0, "stale"), "true");
    /* The snapshots are years old, and the operator was told at start. */
    assert_non_null(strstr(fixture->test.logged, "2 list seven-sons: 7 entries, snapshot 2022-04-21, stale"));
    assert_non_null(strstr(fixture->test.logged, "2 list entity-list-excerpt: 10 entries"));
}

/* ---- sentences ---- */

static const struct sentence_case {
    const char *sentence, *entry, *text; /* entry NULL: no match */
} sentence_cases[] = {
    {"School of Automation, Beijing Institute of Technology, Beijing 100081, China", "bit",
     "Beijing Institute of Technology"},
    {"Dept. of Math., NANJING UNIVERSITY OF SCIENCE & TECHNOLOGY, Nanjing", "njust",
     "NANJING UNIVERSITY OF SCIENCE & TECHNOLOGY"},
    {"中国北京航空航天大学计算机学院", "beihang", "北京航空航天大学"},
    {"Lab of Dahua Technology, Hangzhou", "f85aef98e839dc15d4956f5a6da09d01489ecde5", "Dahua Technology"},
    {"北航计算机学院", NULL, NULL},                                       /* two ideographs say too little */
    {"BUAA, Beijing", NULL, NULL},                                        /* no abbreviations in sentences */
    {"IFLYTEK Research, Hefei", NULL, NULL},                              /* nor single words */
    {"Beijing Institute of Technology of the West, Nowhere", NULL, NULL}, /* it goes on */
    {"College of Forestry, Central South University of Forestry and Technology", NULL, NULL},
    {"Nanjing University, School of Science and Technology", NULL, NULL},
    {"XBeijing Institute of Technologyx", NULL, NULL}, /* whole tokens only */
    {"", NULL, NULL},
};

static void sentences_match(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof sentence_cases / sizeof *sentence_cases; i++) {
        const struct sentence_case *expected = &sentence_cases[i];
        handle(fixture, "[]", expected->sentence, "2022-05-01");
        if (fixture->test.count != (expected->entry ? 1u : 0u))
            fail_msg("%s: %u facts", expected->sentence, fixture->test.count);
        if (!expected->entry)
            continue;
        assert_string_equal(value_of(fixture, 0, "entry"), expected->entry);
        assert_string_equal(value_of(fixture, 0, "text"), expected->text);
        assert_string_equal(value_of(fixture, 0, "pointer"), "/data/raw_affiliation");
        assert_string_equal(fixture->test.facts[0].pointer, "/data/raw_affiliation");
        char span[32];
        size_t from = (size_t)(strstr(expected->sentence, expected->text) - expected->sentence);
        snprintf(span, sizeof span, "[%zu,%zu]", from, from + strlen(expected->text));
        assert_string_equal(value_of(fixture, 0, "span"), span);
    }
}

static void two_in_one_sentence(void **state)
{
    struct fixture *fixture = *state;
    handle(fixture, "[]", "Beihang University and Harbin Engineering University", "2022-05-01");
    assert_int_equal(fixture->test.count, 2);
    assert_string_equal(value_of(fixture, 0, "entry"), "beihang");
    assert_string_equal(value_of(fixture, 1, "entry"), "heu");
}

/* ---- hostile events ---- */

static void ordinary_events_are_silent(void **state)
{
    struct fixture *fixture = *state;
    handle(fixture, "[]", NULL, "2022-05-01");
    assert_int_equal(fixture->test.count, 0);
    handle(fixture, "{\"name\":\"Beihang University Hospital\"}", NULL, "2022-05-01");
    assert_int_equal(fixture->test.count, 0);
    handle(fixture, "null", NULL, "1900-01-01");
    assert_int_equal(fixture->test.count, 0);
}

/* Sixty-three partners padded with escapes to crowd out the last one. */
static void strongest_facts_survive(void **state)
{
    struct fixture *fixture = *state;
    static char partners[1 << 19];
    size_t used = 0;
    partners[used++] = '[';
    for (int i = 0; i < 300; i++) {
        used += (size_t)snprintf(partners + used, sizeof partners - used, "{\"name\":\"BUAA");
        for (int j = 0; j < 200; j++)
            used += (size_t)snprintf(partners + used, sizeof partners - used, "\\u0001");
        used += (size_t)snprintf(partners + used, sizeof partners - used, "\"},");
    }
    snprintf(partners + used, sizeof partners - used, "{\"name\":\"IFLYTEK\"}]");
    handle(fixture, partners, NULL, "2022-05-01");
    assert_true(fixture->test.count > 100 && fixture->test.count <= 250);
    assert_string_equal(fixture->test.facts[fixture->test.count - 1].pointer, "/data/partner/300");
    assert_string_equal(value_of(fixture, fixture->test.count - 1, "list"), "EL");
    assert_string_equal(fixture->test.facts[0].pointer, "/data/partner/0");
}

/* ---- the screen extension ---- */

struct written {
    char bytes[65536];
    size_t length;
};

static void write_answer(void *to, struct pw_text bytes)
{
    struct written *written = to;
    assert_true(written->length + bytes.length < sizeof written->bytes);
    memcpy(written->bytes + written->length, bytes.data, bytes.length);
    written->length += bytes.length;
    written->bytes[written->length] = 0;
}

static const char *screen(struct fixture *fixture, struct pw_text query, const char *country, const char *ror)
{
    static struct written written;
    written.length = 0;
    const struct pw_list *list = pw_plugin.extension(fixture->instance, PW_EXTENSION_LIST);
    assert_non_null(list);
    struct pw_screen_query asked = {sizeof asked, 0, query, {country, strlen(country)}, {ror, strlen(ror)}};
    assert_int_equal(list->screen(fixture->instance, &asked, write_answer, &written), PW_OK);
    struct pw_document document = {0};
    struct json_error error;
    if (json_parse(&document, written.bytes, written.length, &json_limits_frame, &error))
        fail_msg("%s in %s", error.message, written.bytes);
    json_release(&document);
    return written.bytes;
}

static void screens(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(
        screen(fixture, PW_TEXT("Beihang University"), "", ""),
        "{\"query\":\"Beihang University\",\"organisations\":[{\"ror\":\"https://ror.org/00wk2mp56\","
        "\"name\":\"Beihang University\",\"country\":\"CN\",\"basis\":\"name_exact\",\"span\":[0,18]}],"
        "\"matches\":[{\"source\":\"seven-sons\",\"list\":\"SEVEN-SONS\",\"entry\":\"beihang\","
        "\"entry_name\":\"Beihang University\",\"category\":\"seven_sons\",\"effect\":\"informs\","
        "\"basis\":\"name_exact\",\"span\":[0,18],\"snapshot\":\"2022-04-21\",\"reportable\":true}],"
        "\"rejected\":[]}");
    assert_string_equal(
        screen(fixture, PW_TEXT("Kyoto University"), "JP", ""),
        "{\"query\":\"Kyoto University\",\"organisations\":[],\"matches\":[],\"rejected\":[]}");
    assert_non_null(strstr(screen(fixture, PW_TEXT("NUST"), "PK", ""), "the country given is PK"));
    assert_non_null(strstr(screen(fixture, PW_TEXT(""), "", "01yqg2h08"), "\"id_exact\""));
    assert_non_null(strstr(screen(fixture, PW_TEXT("x"), "", "01yqg2h09"), "not a ROR id"));
    assert_non_null(
        strstr(screen(fixture, PW_TEXT("Inst. of Radar, Beihang University, CN"), "", ""), "[16,34]"));
    assert_non_null(
        strstr(screen(fixture, PW_TEXT("\xff\xc3 Beihang University \xe4\xb8"), "", ""), "name_exact"));
    assert_non_null(
        strstr(screen(fixture, PW_TEXT("Beihang\0University"), "", ""), "Beihang\xEF\xBF\xBDUniversity"));
    assert_null(strstr(screen(fixture, PW_TEXT("Beihang University"), "", "05a28rw58"), "\"note\""));
    assert_null(pw_plugin.extension(fixture->instance, "pathwayd.other/1"));
}

static void spans_are_of_the_query(void **state)
{
    static const struct {
        const char *query, *ror, *span;
    } cases[] = {
        {"Beihang University", "", "[0,18]"},
        {"  Beihang University\t ", "", "[2,20]"},
        {"\"Beihang University\"", "", "[1,19]"},
        {"\xE2\x80\x9C"
         "Beihang University\xE2\x80\x9D",
         "", "[3,21]"},
        {"The Beihang University", "", "[0,22]"},
        {"", "00wk2mp56", "[0,0]"},
        {"something else", "00wk2mp56", "[0,0]"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pw_text query = {cases[i].query, strlen(cases[i].query)};
        char wanted[48];
        snprintf(wanted, sizeof wanted, "\"span\":%s", cases[i].span);
        const char *answer = screen(fixture, query, "", cases[i].ror);
        const char *organisation = strstr(answer, wanted);
        const char *matches = strstr(answer, "\"matches\"");
        if (!organisation || !matches || organisation > matches || !strstr(matches, wanted))
            fail_msg("%s: no %s in %s", cases[i].query, wanted, answer);
    }
}

static void too_long_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    size_t length = 1u << 20;
    char *flood = malloc(length);
    assert_non_null(flood);
    memset(flood, 'a', length);
    const struct pw_list *list = pw_plugin.extension(fixture->instance, PW_EXTENSION_LIST);
    struct pw_screen_query asked = {.struct_size = sizeof asked, .query = {flood, length}};
    struct written written = {.length = 0};
    assert_int_equal(list->screen(fixture->instance, &asked, write_answer, &written), PW_ERROR_LIMIT);
    assert_non_null(strstr(fixture->test.explained, "16,384"));
    assert_int_equal(written.length, 0);
    free(flood);
}

/* ---- list files ---- */

#define HEAD                                                                                                 \
    "{\"format\":\"pathwayd-list/"                                                                           \
    "1\",\"source\":\"own\",\"list\":\"OWN\",\"snapshot\":\"2022-02-28\",\"title\":"                         \
    "\"t\",\"licence\":\"l\",\"entries\":"
#define GOOD "\"id\":\"e1\",\"name\":\"N 1\",\"category\":\"military\",\"effect\":\"informs\""

static const struct list_case {
    const char *text, *complaint; /* NULL: good */
} list_cases[] = {
    {HEAD "[{" GOOD "}]}", NULL},
    {"// comments\n" HEAD "[{" GOOD
     ",\"list\":\"SDN\",\"valid_until\":\"2024-02-29\",\"ids\":{},\"aliases\":[]}]}",
     NULL},
    {"", "line 1, column 1"},
    {"[]", "must be one JSON object"},
    {"<html>not found</html>", "line 1"},
    {HEAD "[{" GOOD "}]", "line 1"},
    {HEAD "[]}", "at least one entry"},
    {HEAD "{}}", "must be an array"},
    {HEAD "[{" GOOD "}],\"extra\":1}", "\"extra\" is not a key of a list file"},
    {"{\"format\":\"pathwayd-list/1\"}", "source is missing"},
    {"{\"format\":\"pathwayd-list/2\"}", "this reads \"pathwayd-list/1\""},
    {"{\"format\":\"pathwayd-list/1\",\"source\":\"A list\"}", "at most 64 of a-z"},
    {"{\"format\":\"pathwayd-list/1\",\"source\":\"a\",\"list\":\"A\",\"snapshot\":\"2022-02-29\"}",
     "must be a day of the calendar"},
    {"{\"format\":\"pathwayd-list/1\",\"source\":\"a\",\"list\":\"A\",\"snapshot\":20220228}",
     "snapshot must be a string"},
    {HEAD "[7]}", "must be an object"},
    {HEAD "[{" GOOD "},{" GOOD "}]}", "entry 2 (\"e1\"): its id is entry 1's as well"},
    {HEAD "[{" GOOD ",\"alias\":[]}]}", "entry 1 (\"e1\"): \"alias\" is not a key of an entry"},
    {HEAD "[{\"id\":\"e1\",\"name\":\"N\",\"category\":\"army\",\"effect\":\"informs\"}]}",
     "category is \"army\"; it must be one of seven_sons, military, security"},
    {HEAD "[{\"id\":\"e1\",\"name\":\"N\",\"category\":\"military\",\"effect\":\"forbids\"}]}",
     "effect is \"forbids\"; it must be one of informs, needs_licence, forbids_dealing"},
    {HEAD "[{\"id\":\"e1\",\"name\":\"\",\"category\":\"military\",\"effect\":\"informs\"}]}",
     "name is empty"},
    {HEAD "[{\"id\":\"e1\",\"name\":\"---\",\"category\":\"military\",\"effect\":\"informs\"}]}",
     "has neither letter nor digit"},
    {HEAD "[{\"id\":\"e1\",\"name\":\" N\",\"category\":\"military\",\"effect\":\"informs\"}]}", "blank"},
    {HEAD "[{\"id\":\"e1\",\"name\":\"N\\n2\",\"category\":\"military\",\"effect\":\"informs\"}]}",
     "control character"},
    {HEAD "[{\"id\":\"e1\",\"category\":\"military\",\"effect\":\"informs\"}]}", "name is missing"},
    {HEAD "[{" GOOD ",\"aliases\":\"A\"}]}", "aliases must be an array"},
    {HEAD "[{" GOOD ",\"aliases\":[\"A\",\"\"]}]}", "aliases[1] is empty"},
    {HEAD "[{" GOOD ",\"aliases\":[\"\\u200b\"]}]}", "has neither letter nor digit"},
    {HEAD "[{" GOOD ",\"abbreviations\":[3]}]}", "abbreviations[0] must be a string"},
    {HEAD "[{" GOOD ",\"ids\":{\"ror\":[\"00wk2mp57\"]}}]}",
     "fails its checksum; if the rest is right it is \"00wk2mp56\""},
    {HEAD "[{" GOOD ",\"ids\":{\"ror\":[\"hello\"]}}]}", "is not a ROR id"},
    {HEAD "[{" GOOD ",\"ids\":{\"ror\":[\"00wk2mp56\",\"00wk2mp57\"]}}]}", "fails its checksum"},
    {HEAD "[{" GOOD ",\"ids\":{\"isni\":[\"1\"]}}]}", "may only hold \"ror\""},
    {HEAD "[{" GOOD ",\"ids\":[]}]}", "ids must be an object"},
    {HEAD "[{" GOOD ",\"country\":\"China\"}]}", "two capital letters"},
    {HEAD "[{" GOOD ",\"valid_until\":\"2023-02-29\"}]}", "must be a day of the calendar"},
};

static void list_files_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof list_cases / sizeof *list_cases; i++) {
        const struct list_case *expected = &list_cases[i];
        struct screener screener;
        char why[LISTING_ERROR_BYTES] = "";
        struct listing *listing = NULL;
        assert_int_equal(screener_open(&screener, &json_document_api), 0);
        int error = listing_read(&json_document_api, PW_TEXT("own.json"),
                                 (struct pw_text){expected->text, strlen(expected->text)}, &listing, why);
        if (!error)
            error = screener_add(&screener, listing, why);
        screener_close(&screener);
        if (!expected->complaint && error)
            fail_msg("%s: %s", expected->text, why);
        if (expected->complaint &&
            (!error || !strstr(why, expected->complaint) || strncmp(why, "own.json: ", 10) != 0))
            fail_msg("%s: %d %s", expected->text, error, why);
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void start_refuses(void **state)
{
    (void)state;
    char folder[] = "/tmp/pathwayd-institutions-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[256], config[1024];
    snprintf(path, sizeof path, "%s/own.json", folder);
    write_file(path, HEAD "[{" GOOD ",\"valid_until\":\"2022-03-31\"}]}");
    struct fixture fixture;

    snprintf(config, sizeof config, "{\"lists\":[\"%s/absent.json\"],\"max_age_days\":90}", folder);
    assert_int_not_equal(start_with(&fixture, config), PW_OK);
    assert_non_null(strstr(fixture.test.explained, "absent.json: cannot be read: No such file"));
    finish(&fixture);

    snprintf(config, sizeof config, "{\"lists\":[\"%s\"],\"max_age_days\":90}", folder);
    assert_int_not_equal(start_with(&fixture, config), PW_OK);
    assert_non_null(strstr(fixture.test.explained, "not a regular file"));
    finish(&fixture);

    snprintf(config, sizeof config, "{\"lists\":[\"%s\",\"%s\"],\"max_age_days\":90}", path, path);
    assert_int_not_equal(start_with(&fixture, config), PW_OK);
    assert_non_null(strstr(fixture.test.explained, "its source is taken"));
    finish(&fixture);

    assert_int_not_equal(start_with(&fixture, "{\"lists\":[],\"max_age_days\":90}"), PW_OK);
    assert_non_null(strstr(fixture.test.explained, "at least one"));
    finish(&fixture);

    /* The last day in force counts; the day after does not. */
    snprintf(config, sizeof config, "{\"lists\":[\"%s\"],\"max_age_days\":90}", path);
    assert_int_equal(start_with(&fixture, config), PW_OK);
    handle(&fixture, "[{\"name\":\"n 1\"}]", NULL, "2022-03-31");
    assert_int_equal(fixture.test.count, 1);
    handle(&fixture, "[{\"name\":\"n 1\"}]", NULL, "2022-04-01");
    assert_int_equal(fixture.test.count, 0);
    finish(&fixture);
    unlink(path);
    rmdir(folder);
}

static void destroy_accepts_anything(void **state)
{
    (void)state;
    struct test_host test;
    void *instance = NULL;
    host_prepare(&test);
    pw_plugin.destroy(NULL);
    assert_int_equal(pw_plugin.create(&test.host, &instance), PW_OK);
    pw_plugin.destroy(instance);
}

static void descriptor_is_sound(void **state)
{
    (void)state;
    assert_int_equal(pw_plugin.magic, PW_PLUGIN_MAGIC);
    assert_int_equal(pw_plugin.stage, PW_STAGE_ENRICH);
    assert_int_equal(pw_plugin.struct_size, sizeof pw_plugin);
    static const char *const keys[] = {"lists", "snapshots", "compile", "distil", "lenient", "max_age_days"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_string_equal(pw_plugin.config[i].name, keys[i]);
    assert_null(pw_plugin.config[sizeof keys / sizeof *keys].name);
}

/* The shipped lists hold what the requirements say, with every ROR id's checksum right (else start had
 * failed). */
static void shipped_lists_are_as_required(void **state)
{
    struct fixture *fixture = *state;
    static const char *const seven[] = {"00wk2mp56", "01skt4w74", "03x80pn82", "01yqg2h08",
                                        "01scyh794", "00xp9wg62", "01y0j0j86"};
    for (size_t i = 0; i < sizeof seven / sizeof *seven; i++) {
        char partners[64];
        snprintf(partners, sizeof partners, "[{\"ror\":\"%s\"}]", seven[i]);
        handle(fixture, partners, NULL, "2022-05-01");
        assert_int_equal(fixture->test.count, 1);
        assert_string_equal(value_of(fixture, 0, "category"), "seven_sons");
        assert_string_equal(value_of(fixture, 0, "effect"), "informs");
    }
    static const char *const abbreviations[] = {"BUAA", "BIT",   "HEU",  "HRBEU", "HIT",
                                                "NUAA", "NJUST", "NUST", "NPU",   "NWPU"};
    for (size_t i = 0; i < sizeof abbreviations / sizeof *abbreviations; i++) {
        char partners[64];
        snprintf(partners, sizeof partners, "[{\"name\":\"%s\"}]", abbreviations[i]);
        handle(fixture, partners, NULL, "2022-05-01");
        assert_int_equal(fixture->test.count, 1);
        assert_string_equal(value_of(fixture, 0, "basis"), "acronym");
    }
}

/* ---- the demo ---- */

static const struct demo_match {
    const char *id, *basis;
} demo_matches[] = {
    {"demo-iflytek-2018", "id_exact"},
    {"demo-sensetime-lab", "name_exact"},
    {"demo-megvii-lab", "id_exact"},
    {"demo-msra-intern-2022", "name_exact"},
    {"demo-seven-sons-theory", "alias_exact"},
    {"demo-acronym-only", "acronym"},
    {"demo-conference-attendance", "id_exact"},
};

static const char *demo_basis(struct pw_text id)
{
    for (size_t i = 0; i < sizeof demo_matches / sizeof *demo_matches; i++)
        if (text_is(id, demo_matches[i].id))
            return demo_matches[i].basis;
    return NULL;
}

static void screen_demo_event(struct fixture *fixture, const char *line)
{
    struct pw_document event = {0};
    struct json_error error;
    struct pw_message message = {.struct_size = sizeof message, .stage = PW_STAGE_ENRICH, .event = &event};
    assert_int_equal(json_parse(&event, line, strlen(line), &json_limits_frame, &error), 0);
    message.affiliation = json_text(&event, json_find(&event, PW_NODE_ROOT, "/data/raw_affiliation"));
    assert_int_equal(time_parse(json_text(&event, json_find(&event, PW_NODE_ROOT, "/time")), &message.as_of),
                     0);
    fixture->test.count = 0;
    fixture->test.bytes = 0;
    assert_int_equal(pw_plugin.handle(fixture->instance, &message), PW_OK);
    struct pw_text id = json_text(&event, json_find(&event, PW_NODE_ROOT, "/id"));
    const char *basis = demo_basis(id);
    if (fixture->test.count != (basis ? 1u : 0u))
        fail_msg("%.*s: %u facts", TEXT_FMT(id), fixture->test.count);
    if (basis) {
        assert_string_equal(value_of(fixture, 0, "basis"), basis);
        assert_string_equal(value_of(fixture, 0, "stale"), "");
    }
    json_release(&event);
}

/* Named institutions match; the same countries' other institutions do not. */
static void demo_matches_what_it_should(void **state)
{
    struct fixture *fixture = *state;
    char *line = NULL;
    size_t size = 0;
    uint32_t lines = 0;
    FILE *file = fopen(PATHWAYD_SOURCE "/conf/demo/events.ndjson", "r");
    assert_non_null(file);
    for (; getline(&line, &size, file) > 0; lines++)
        screen_demo_event(fixture, line);
    free(line);
    fclose(file);
    assert_true(lines >= 24);
}

/* Not a benchmark: that a look-up takes microseconds, with room for slow machines and sanitizers. */
static void look_ups_are_quick(void **state)
{
    struct fixture *fixture = *state;
    const struct pw_list *list = pw_plugin.extension(fixture->instance, PW_EXTENSION_LIST);
    struct pw_screen_query asked = {.struct_size = sizeof asked,
                                    .query = PW_TEXT("Massachusetts Institute of Technology")};
    struct written written;
    clock_t begin = clock();
    for (int i = 0; i < 10000; i++) {
        written.length = 0;
        list->screen(fixture->instance, &asked, write_answer, &written);
    }
    double microseconds = (double)(clock() - begin) / CLOCKS_PER_SEC * 1e6 / 10000;
    print_message("          %.2f us a look-up, name and sentence, JSON written\n", microseconds);
    assert_true(microseconds < 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptor_is_sound),
        cmocka_unit_test(destroy_accepts_anything),
        cmocka_unit_test(list_files_are_checked),
        cmocka_unit_test(start_refuses),
        cmocka_unit_test_setup_teardown(shipped_lists_are_as_required, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(partners_match, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(fact_is_complete, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(other_ror_is_noted, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(id_and_name_differ, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(stale_is_marked, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(sentences_match, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(two_in_one_sentence, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(ordinary_events_are_silent, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(strongest_facts_survive, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(spans_are_of_the_query, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(screens, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(too_long_is_an_error, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(demo_matches_what_it_should, with_shipped_lists, without),
        cmocka_unit_test_setup_teardown(look_ups_are_quick, with_shipped_lists, without),
    };
    return cmocka_run_group_tests_name("institutions", tests, NULL, NULL);
}
