/* SPDX-License-Identifier: Apache-2.0
 *
 * scenario.c: reads scenarios and makes of each what a feed and the enrichers would have sent. Keys that nobody knows are
 * mistakes: an expectation that is not looked at would look like one that is met.
 */
#include "ctl/scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/packfile.h"
#include "ctl/table.h"

#define SCENARIO_SOURCE "https://scenario.invalid/"

void scenario_reason(struct scenario *scenario, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    cJSON_AddItemToArray(scenario->reasons, cJSON_CreateString(length < 0 ? "out of memory" : text));
    if (length >= 0)
        free(text);
}

/* ---- reading ------------------------------------------------------------------------------------------- */

static int add(struct scenarios *scenarios, const char *file, cJSON *root)
{
    struct scenario *grown = realloc(scenarios->items, (scenarios->count + 1) * sizeof(*grown));
    if (!grown) {
        cJSON_Delete(root);
        ctl_complain("out of memory");
        return CTL_USAGE;
    }
    scenarios->items = grown;
    struct scenario *last = scenarios->count ? &grown[scenarios->count - 1] : NULL;
    uint32_t number = last && last->file == file ? last->number + 1 : 1;
    grown[scenarios->count++] = (struct scenario){.file = file,
                                                  .name = table_word(root, "name"),
                                                  .number = number,
                                                  .root = root,
                                                  .reasons = cJSON_CreateArray()};
    return CTL_GOOD;
}

static int add_array(struct scenarios *scenarios, const char *file, cJSON *array)
{
    int status = CTL_GOOD;
    while (array->child && status == CTL_GOOD)
        status = add(scenarios, file, cJSON_DetachItemFromArray(array, 0));
    cJSON_Delete(array);
    return status;
}

static int add_lines(struct scenarios *scenarios, const char *file, const char *bytes)
{
    int status = CTL_GOOD;
    uint32_t number = 1;
    for (const char *line = bytes; *line && status == CTL_GOOD; number++) {
        size_t length = strcspn(line, "\n");
        char *error = NULL;
        if (strspn(line, " \t\r") < length) {
            cJSON *root = packfile_parse(file, number, line, length, &error);
            status = root ? add(scenarios, file, root) : CTL_USAGE;
            if (!root)
                ctl_complain("%s", error ? error : "out of memory");
        }
        free(error);
        line += length + (line[length] == '\n');
    }
    return status;
}

int scenario_read(struct scenarios *scenarios, const char *file)
{
    char *error = NULL;
    size_t length = 0, before = scenarios->count;
    char *bytes = packfile_bytes(file, &length, &error);
    cJSON *whole = bytes ? packfile_parse(file, 1, bytes, length, &error) : NULL;
    int status = CTL_USAGE;
    if (cJSON_IsArray(whole)) {
        status = add_array(scenarios, file, whole);
    } else if (whole) {
        status = add(scenarios, file, whole);
    } else if (bytes && bytes[0] == '{') { /* one a line; else the first error is the true one */
        status = add_lines(scenarios, file, bytes);
    } else {
        ctl_complain("%s", error ? error : "out of memory");
    }
    if (status == CTL_GOOD && scenarios->count == before) {
        ctl_complain("%s holds no scenarios", file);
        status = CTL_USAGE;
    }
    free(bytes);
    free(error);
    return status;
}

void scenario_free_all(struct scenarios *scenarios)
{
    for (size_t i = 0; i < scenarios->count; i++) {
        struct scenario *one = &scenarios->items[i];
        cJSON_Delete(one->root);
        cJSON_Delete(one->reasons);
        cJSON_Delete(one->findings);
        free(one->event);
        free(one->facts);
        line_free(one->line);
    }
    free(scenarios->items);
    *scenarios = (struct scenarios){0};
}

/* ---- the event ----------------------------------------------------------------------------------------- */

static void check_keys(struct scenario *scenario, const cJSON *object, const char *what,
                       const char *const *known)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, object)
    {
        size_t i = 0;
        while (known[i] && item->string && strcmp(known[i], item->string) != 0)
            i++;
        if (!known[i])
            scenario_reason(scenario, "unknown key \"%s\" in %s", item->string ? item->string : "", what);
    }
}

static void fill(cJSON *object, const char *key, const char *value)
{
    if (!cJSON_GetObjectItemCaseSensitive(object, key))
        cJSON_AddStringToObject(object, key, value);
}

/* "agreement.signed" is enough: the prefix and the version are the same for all. */
static void fill_type(cJSON *event, const char *prefix)
{
    char *whole = NULL;
    const char *type = table_word(event, "type");
    if (!*type || strncmp(type, prefix, strlen(prefix)) == 0 || asprintf(&whole, "%s%s.v1", prefix, type) < 0)
        return;
    cJSON_ReplaceItemInObjectCaseSensitive(event, "type", cJSON_CreateString(whole));
    free(whole);
}

static void prepare_event(struct scenario *scenario, const char *prefix, const char *time)
{
    cJSON *event = cJSON_GetObjectItemCaseSensitive(scenario->root, "event");
    cJSON *data = cJSON_GetObjectItemCaseSensitive(event, "data");
    char id[32];
    snprintf(id, sizeof(id), "scenario-%u", scenario->number);
    if (!cJSON_IsObject(event) || !cJSON_IsObject(data) || !*table_word(event, "type")) {
        scenario_reason(scenario, "\"event\" is an object with \"type\" and \"data\"");
        return;
    }
    fill(event, "specversion", "1.0");
    fill(event, "id", id);
    fill(event, "source", SCENARIO_SOURCE);
    fill(event, "time", time);
    fill(data, "engagement_id", id);
    fill_type(event, prefix);
    scenario->event = cJSON_PrintUnformatted(event);
}

/* ---- facts --------------------------------------------------------------------------------------------- */

static const char *partner_name(const struct scenario *scenario, int partner)
{
    const cJSON *list = table_find(scenario->root, "event.data.partner");
    const char *name = table_word(cJSON_GetArrayItem(list, partner), "name");
    return *name ? name : "Listed Institute";
}

/* {"partner": 0, "category": "military", …} as the enricher would say it; what is left out is a plain exact match. */
static cJSON *fact_of_match(struct scenario *scenario, const cJSON *match)
{
    static const char *const known[] = {"partner",  "source",     "list",  "entry", "entry_name",
                                        "category", "effect",     "basis", "stale", "note",
                                        "snapshot", "reportable", NULL};
    const cJSON *index = cJSON_GetObjectItemCaseSensitive(match, "partner");
    int partner = index && index->valuestring ? atoi(index->valuestring) : 0; /* numbers are kept as text */
    char pointer[40], place[48];
    cJSON *fact = cJSON_CreateObject(), *value = cJSON_Duplicate(match, true);
    check_keys(scenario, match, "a match", known);
    snprintf(pointer, sizeof(pointer), "/data/partner/%d", partner);
    snprintf(place, sizeof(place), "%s/name", pointer);
    if (!cJSON_IsObject(match) || partner < 0 ||
        partner >= cJSON_GetArraySize(table_find(scenario->root, "event.data.partner")))
        scenario_reason(scenario, "a match is about a partner of the event, by number from 0");
    cJSON_DeleteItemFromObjectCaseSensitive(value, "partner");
    fill(value, "source", "scenario");
    fill(value, "list", "scenario");
    fill(value, "entry", "1");
    fill(value, "entry_name", partner_name(scenario, partner));
    fill(value, "category", "other");
    fill(value, "effect", "informs");
    fill(value, "basis", "name_exact");
    fill(value, "snapshot", "scenario");
    if (!cJSON_GetObjectItemCaseSensitive(value, "reportable"))
        cJSON_AddBoolToObject(value, "reportable", true);
    fill(value, "text", partner_name(scenario, partner));
    fill(value, "pointer", place);
    cJSON_AddStringToObject(fact, "by", "scenario");
    cJSON_AddStringToObject(fact, "fact", "list.match");
    cJSON_AddStringToObject(fact, "pointer", pointer);
    cJSON_AddItemToObject(fact, "value", value);
    return fact;
}

/* What came before, as the daemon tells it of its journal (fact.h). */
static void add_earlier(struct scenario *scenario, const char *key, const char *name, const char *pointer,
                        cJSON *facts)
{
    const cJSON *events = cJSON_GetObjectItemCaseSensitive(scenario->root, key), *event = NULL;
    cJSON_ArrayForEach(event, events)
    {
        cJSON *fact = cJSON_CreateObject();
        if (!*table_word(event, "type") || !*table_word(event, "time"))
            scenario_reason(scenario, "what is in \"%s\" has a \"type\" and a \"time\"", key);
        cJSON_AddStringToObject(fact, "by", "journal");
        cJSON_AddStringToObject(fact, "fact", name);
        cJSON_AddStringToObject(fact, "pointer", pointer);
        cJSON_AddItemToObject(fact, "value", cJSON_Duplicate(event, true));
        cJSON_AddItemToArray(facts, fact);
    }
}

static void prepare_facts(struct scenario *scenario)
{
    static const char *const given[] = {"matches", "earlier", "gave"};
    const cJSON *matches = cJSON_GetObjectItemCaseSensitive(scenario->root, "matches"), *match = NULL;
    cJSON *facts = cJSON_CreateArray();
    bool any = false;
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(scenario->root, given[i]);
        any = any || list;
        if (list && !cJSON_IsArray(list))
            scenario_reason(scenario, "\"%s\" is an array, which may be empty", given[i]);
    }
    cJSON_ArrayForEach(match, matches)
    {
        cJSON_AddItemToArray(facts, fact_of_match(scenario, match));
    }
    add_earlier(scenario, "earlier", "engagement.event", "", facts);
    add_earlier(scenario, "gave", "funding.earlier", "/data/partner/0", facts);
    if (any)
        scenario->facts = cJSON_PrintUnformatted(facts);
    cJSON_Delete(facts);
}

void scenario_prepare(struct scenario *scenario, const char *type_prefix, const char *time)
{
    static const char *const known[] = {"name", "event",  "matches", "earlier",
                                        "gave", "expect", "comment", NULL};
    static const char *const expected[] = {"level", "needs_information", "rules", "silent", NULL};
    const cJSON *expect = cJSON_GetObjectItemCaseSensitive(scenario->root, "expect");
    check_keys(scenario, scenario->root, "a scenario", known);
    check_keys(scenario, expect, "\"expect\"", expected);
    if (!cJSON_IsObject(expect) || !expect->child)
        scenario_reason(scenario,
                        "\"expect\" says nothing; it takes level, needs_information, rules or silent");
    prepare_event(scenario, type_prefix, time);
    prepare_facts(scenario);
}

/* ---- comparing ----------------------------------------------------------------------------------------- */

static bool has_level(const cJSON *expected, const char *level)
{
    const cJSON *item = NULL;
    if (cJSON_IsString(expected))
        return strcmp(expected->valuestring, level) == 0;
    cJSON_ArrayForEach(item, expected)
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, level) == 0)
            return true;
    }
    return false;
}

/* A rule spoke: was it to, and at that level? */
static void compare_heard(struct scenario *scenario, const cJSON *rules)
{
    const cJSON *finding = NULL;
    cJSON_ArrayForEach(finding, scenario->findings)
    {
        const char *rule = table_word(finding, "rule"), *level = table_word(finding, "level");
        const cJSON *expected = cJSON_GetObjectItemCaseSensitive(rules, rule);
        struct buffer wanted = {0};
        if (has_level(expected, level))
            continue;
        char *words = expected ? table_value(expected) : NULL;
        if (words)
            buffer_format(&wanted, "not %s", words);
        scenario_reason(scenario, "%s says %s, %s: %s", rule, level,
                        wanted.data ? wanted.data : "which is not expected",
                        table_word(finding, "explanation"));
        buffer_release(&wanted);
        free(words);
    }
}

static uint32_t times_heard(const struct scenario *scenario, const char *rule)
{
    const cJSON *finding = NULL;
    uint32_t times = 0;
    cJSON_ArrayForEach(finding, scenario->findings)
    {
        times += strcmp(table_word(finding, "rule"), rule) == 0;
    }
    return times;
}

static void compare_rules(struct scenario *scenario, const cJSON *rules)
{
    const cJSON *rule = NULL;
    compare_heard(scenario, rules);
    cJSON_ArrayForEach(rule, rules)
    {
        uint32_t wanted = cJSON_IsArray(rule) ? (uint32_t)cJSON_GetArraySize(rule) : 1;
        uint32_t heard = times_heard(scenario, rule->string);
        if (has_level(rule, "none"))
            continue;
        if (heard == 0)
            scenario_reason(scenario, "%s says nothing", rule->string);
        else if (cJSON_IsArray(rule) && heard != wanted)
            scenario_reason(scenario, "%s says %u things, not %u", rule->string, heard, wanted);
    }
}

void scenario_compare(struct scenario *scenario)
{
    const cJSON *expect = cJSON_GetObjectItemCaseSensitive(scenario->root, "expect");
    const cJSON *asks = cJSON_GetObjectItemCaseSensitive(expect, "needs_information");
    const cJSON *silent = cJSON_GetObjectItemCaseSensitive(expect, "silent");
    const cJSON *level = cJSON_GetObjectItemCaseSensitive(expect, "level");
    const cJSON *rules = cJSON_GetObjectItemCaseSensitive(expect, "rules");
    const char *joined = level_names[scenario->line->join.level];
    if (level && !has_level(level, joined))
        scenario_reason(scenario, "the level is %s, not %s", joined, table_word(expect, "level"));
    if (asks && cJSON_IsTrue(asks) != (scenario->line->join.needs_information != 0))
        scenario_reason(scenario, cJSON_IsTrue(asks) ? "nobody is asked" : "somebody is asked");
    if (cJSON_IsTrue(silent) || rules)
        compare_rules(scenario, rules);
    if (cJSON_IsFalse(silent) && !scenario->findings->child)
        scenario_reason(scenario, "no rule says anything");
}
