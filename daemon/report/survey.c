/* SPDX-License-Identifier: Apache-2.0
 *
 * survey.c: see survey.h. Events are read as they stand corrected, as they were judged.
 */
#include "report/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dispatch/recall.h"
#include "host/frame.h"

#define CHUNK         1000u /* events read at a time */
#define FIRST_ROOM    64u
#define MAX_COUNTRIES 64u /* as many as an event may have partners */
#define RULE_BYTES    CENSUS_NAME_BYTES

const char *const survey_names[SURVEY_TABLES] = {"pathway", "rule", "unit", "country", "shadow"};

/* What one rule said of the event on one pathway. */
struct spoken {
    char rule[RULE_BYTES];
    enum pathway pathway;
    bool shadow, stands;
    uint32_t level, past_level;
    bool asks, asked;
    uint64_t case_id;
};

/* The event at hand. */
struct walk {
    struct survey *survey;
    struct recall recall; /* the event as it stands corrected */
    uint64_t last;
    struct pw_document body; /* a finding's */
    struct spoken *spoken;
    size_t spoken_count, spoken_room;
    uint64_t engagement;
    int64_t received_ms;
};

/* ---- what was said of the event ------------------------------------------------------------------------ */

/* What a finding of a pack on trial would have been stands in its body: it is stored as counting for nothing. */
static bool read_shadow(struct walk *walk, const struct journal_finding *finding, struct spoken *spoken)
{
    struct json_error error;
    static const char word[] = "\"shadow\"";
    if (!memmem(finding->body.data, finding->body.length, word, sizeof(word) - 1) ||
        json_parse(&walk->body, finding->body.data, finding->body.length, &json_limits_frame, &error) != 0 ||
        !json_true(&walk->body, json_member(&walk->body, PW_NODE_ROOT, "shadow")))
        return false;
    struct pw_text regime = json_text(&walk->body, json_member(&walk->body, PW_NODE_ROOT, "regime"));
    snprintf(spoken->rule, sizeof(spoken->rule), "%.*s (%.*s)", TEXT_FMT(finding->rule),
             (int)(regime.length > 40 ? 40 : regime.length), regime.data ? regime.data : "");
    uint32_t level = level_by_name(json_text(&walk->body, json_member(&walk->body, PW_NODE_ROOT, "level")));
    spoken->level = level < PW_LEVEL_COUNT ? level : PW_LEVEL_NONE;
    spoken->asks = json_true(&walk->body, json_member(&walk->body, PW_NODE_ROOT, "needs_information"));
    return true;
}

static struct spoken *find_spoken(struct walk *walk, const struct spoken *wanted)
{
    for (size_t i = 0; i < walk->spoken_count; i++) {
        struct spoken *spoken = &walk->spoken[i];
        if (spoken->pathway == wanted->pathway && spoken->shadow == wanted->shadow &&
            strcmp(spoken->rule, wanted->rule) == 0)
            return spoken;
    }
    if (walk->spoken_count == walk->spoken_room) {
        size_t room = walk->spoken_room ? 2 * walk->spoken_room : FIRST_ROOM;
        struct spoken *more = realloc(walk->spoken, room * sizeof(*more));
        if (!more)
            return NULL;
        walk->spoken = more;
        walk->spoken_room = room;
    }
    struct spoken *fresh = &walk->spoken[walk->spoken_count++];
    *fresh = (struct spoken){.pathway = wanted->pathway, .shadow = wanted->shadow};
    memcpy(fresh->rule, wanted->rule, sizeof(fresh->rule));
    return fresh;
}

static int take_finding(void *to, const struct journal_finding *finding)
{
    struct walk *walk = to;
    struct spoken said = {.pathway = pathway_by_name(finding->pathway)};
    said.shadow = read_shadow(walk, finding, &said);
    if (!said.shadow) {
        snprintf(said.rule, sizeof(said.rule), "%.*s", TEXT_FMT(finding->rule));
        said.level = finding->level;
        said.asks = finding->needs_information != 0;
    }
    if (said.level == PW_LEVEL_NONE && !said.asks)
        return 0;
    struct spoken *spoken = find_spoken(walk, &said);
    if (!spoken)
        return PW_ERROR_MEMORY;
    uint32_t *level = finding->withdrawn ? &spoken->past_level : &spoken->level;
    bool *asks = finding->withdrawn ? &spoken->asked : &spoken->asks;
    *level = said.level > *level ? said.level : *level;
    *asks = *asks || said.asks;
    spoken->stands = spoken->stands || !finding->withdrawn;
    spoken->case_id = finding->case_id;
    return 0;
}

/* What stands counts as it stands, what does not as it once stood. */
static void settle_spoken(struct walk *walk)
{
    for (size_t i = 0; i < walk->spoken_count; i++) {
        struct spoken *spoken = &walk->spoken[i];
        if (spoken->stands)
            continue;
        spoken->level = spoken->past_level;
        spoken->asks = spoken->asked;
    }
}

/* ---- counting ------------------------------------------------------------------------------------------ */

static void count_decision(const struct walk *walk, struct census *census, struct census_row *row,
                           const struct outcome *outcome)
{
    if (!census_case(census, row, outcome->case_id, walk->engagement, outcome->minutes))
        return;
    if (outcome->declined)
        census_count(row, COLUMN_DECLINES, walk->engagement);
    if (outcome->reversed)
        census_count(row, COLUMN_REVERSALS, walk->engagement);
}

static void count_spoken(const struct walk *walk, struct census *census, struct census_row *row,
                         const struct spoken *spoken)
{
    const struct outcome *outcome =
        spoken->shadow ? NULL : outcome_of(&walk->survey->outcomes, spoken->case_id);
    uint64_t engagement = walk->engagement;
    if (!row)
        return;
    census_count(row, COLUMN_FINDINGS, engagement);
    if (spoken->level < PW_LEVEL_SUGGESTED && !spoken->asks)
        return;
    census_count(row, COLUMN_HITS, engagement);
    if (spoken->asks)
        census_count(row, COLUMN_ASKS, engagement);
    if (spoken->level >= PW_LEVEL_REQUIRED)
        census_count(row, COLUMN_HOLDS, engagement);
    if (!spoken->stands)
        census_count(row, COLUMN_WITHDRAWN, engagement);
    else if (outcome && outcome->no_action && outcome->last_ms >= walk->received_ms)
        census_count(row, COLUMN_NO_ACTION, engagement);
    if (outcome)
        count_decision(walk, census, row, outcome);
}

static void count_event(const struct walk *walk, struct census_row *row)
{
    if (row)
        census_count(row, COLUMN_EVENTS, walk->engagement);
}

static struct census_row *row_of(struct walk *walk, enum survey_table table, struct pw_text name)
{
    return census_row(&walk->survey->tables[table], name.length > 0 ? name : PW_TEXT("(none)"));
}

/* A row that all findings of the event belong to. */
static void count_all(struct walk *walk, struct census *census, struct census_row *row)
{
    count_event(walk, row);
    for (size_t i = 0; i < walk->spoken_count; i++)
        if (!walk->spoken[i].shadow)
            count_spoken(walk, census, row, &walk->spoken[i]);
}

static void count_pathways(struct walk *walk, uint32_t route)
{
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++) {
        bool concerned = (route & 1u << pathway) != 0;
        for (size_t i = 0; i < walk->spoken_count; i++)
            concerned = concerned || (!walk->spoken[i].shadow && walk->spoken[i].pathway == pathway);
        if (!concerned)
            continue;
        struct census_row *row = row_of(walk, SURVEY_PATHWAY, text_of(pathways[pathway].name));
        count_event(walk, row);
        for (size_t i = 0; i < walk->spoken_count; i++)
            if (!walk->spoken[i].shadow && walk->spoken[i].pathway == pathway)
                count_spoken(walk, &walk->survey->tables[SURVEY_PATHWAY], row, &walk->spoken[i]);
    }
}

/* Whether an earlier one of the event's findings is the same rule's, on another pathway. */
static bool spoke_before(const struct walk *walk, size_t number)
{
    for (size_t i = 0; i < number; i++)
        if (walk->spoken[i].shadow == walk->spoken[number].shadow &&
            strcmp(walk->spoken[i].rule, walk->spoken[number].rule) == 0)
            return true;
    return false;
}

static void count_rules(struct walk *walk)
{
    for (size_t i = 0; i < walk->spoken_count; i++) {
        const struct spoken *spoken = &walk->spoken[i];
        enum survey_table table = spoken->shadow ? SURVEY_SHADOW : SURVEY_RULE;
        struct census_row *row = row_of(walk, table, text_of(spoken->rule));
        if (!spoke_before(walk, i))
            count_event(walk, row);
        count_spoken(walk, &walk->survey->tables[table], row, spoken);
        if (spoken->shadow)
            count_spoken(walk, &walk->survey->tables[table], &walk->survey->trial, spoken);
    }
}

static void count_countries(struct walk *walk)
{
    const struct pw_document *document = &walk->recall.document;
    struct census_row *rows[MAX_COUNTRIES];
    size_t count = 0;
    uint32_t partners = json_find(document, PW_NODE_ROOT, "/data/partner");
    for (uint32_t partner = json_first(document, partners); partner != PW_NODE_NONE && count < MAX_COUNTRIES;
         partner = json_next(document, partner)) {
        struct census_row *row =
            row_of(walk, SURVEY_COUNTRY, json_text(document, json_member(document, partner, "country")));
        size_t same = 0;
        while (same < count && rows[same] != row)
            same++;
        if (same == count)
            rows[count++] = row;
    }
    if (count == 0)
        rows[count++] = row_of(walk, SURVEY_COUNTRY, (struct pw_text){NULL, 0});
    for (size_t i = 0; i < count; i++)
        count_all(walk, &walk->survey->tables[SURVEY_COUNTRY], rows[i]);
}

/* ---- events -------------------------------------------------------------------------------------------- */

static const struct config *route_config(const struct survey *survey)
{
    static char prefix[] = "org.pathwayd.";
    static const struct config nothing = {.type_prefix = prefix};
    return survey->config ? survey->config : &nothing;
}

static void count_work(struct walk *walk, const struct work *work)
{
    struct survey *survey = walk->survey;
    const struct pw_document *document = &walk->recall.document;
    count_all(walk, &survey->tables[SURVEY_PATHWAY], &survey->total);
    count_pathways(walk, work->pathways);
    count_rules(walk);
    struct pw_text unit = json_text(document, json_find(document, PW_NODE_ROOT, "/data/unit"));
    count_all(walk, &survey->tables[SURVEY_UNIT], row_of(walk, SURVEY_UNIT, unit));
    count_countries(walk);
    count_event(walk, &survey->trial);
}

static int take_event(void *to, const struct journal_event *event)
{
    struct walk *walk = to;
    const struct survey *survey = walk->survey;
    struct pw_text name;
    walk->last = event->sequence;
    if (event->received_ms < survey->from_ms || event->received_ms > survey->to_ms ||
        event_family_of(event->type, walk->recall.config->type_prefix, &name) == EVENT_CONTROL)
        return 0;
    walk->engagement = text_hash(TEXT_HASH_SEED, event->engagement_id);
    walk->received_ms = event->received_ms;
    walk->spoken_count = 0;
    struct work *work = work_new(WORK_LOOK, event); /* the document points into its bytes */
    int status = work ? recall_event(&walk->recall, work) : PW_ERROR_MEMORY;
    if (status == 0)
        status = journal_findings_of_event(walk->recall.view, event->sequence, take_finding, walk);
    settle_spoken(walk);
    if (status == 0)
        count_work(walk, work);
    work_free(work);
    return status;
}

/* A column that one table cannot show is shown by none, since all have the same total. */
static int suppress(struct survey *survey)
{
    uint32_t hidden = 0, hidden_trial = 0;
    bool failed = false;
    for (enum survey_table table = 0; table < SURVEY_SHADOW; table++)
        census_suppress(&survey->tables[table], &survey->total, &hidden);
    for (enum survey_table table = 0; table < SURVEY_SHADOW; table++)
        census_hide(&survey->tables[table], &survey->total, hidden);
    census_suppress(&survey->tables[SURVEY_SHADOW], &survey->trial, &hidden_trial);
    hidden_trial |= hidden & 1u << COLUMN_EVENTS; /* the same figure in both totals */
    census_hide(&survey->tables[SURVEY_SHADOW], &survey->trial, hidden_trial);
    for (enum survey_table table = 0; table < SURVEY_TABLES; table++)
        failed = failed || survey->tables[table].failed;
    return failed ? PW_ERROR_MEMORY : 0;
}

static bool is_stopped(const struct survey *survey)
{
    return survey->stop && atomic_load(survey->stop);
}

int survey_run(struct survey *survey, struct journal_view *view)
{
    struct walk walk = {.survey = survey, .recall = {.config = route_config(survey), .view = view}};
    uint64_t before = 0;
    snprintf(survey->total.name, CENSUS_NAME_BYTES, "all");
    snprintf(survey->trial.name, CENSUS_NAME_BYTES, "all");
    int status = outcomes_read(&survey->outcomes, view);
    if (status == 0)
        status = journal_corrections_any(view, &walk.recall.corrections);
    do {
        before = walk.last;
        if (status == 0 && is_stopped(survey))
            status = PW_ERROR_STATE;
        if (status == 0)
            status = journal_events_read(view, before, CHUNK, take_event, &walk);
    } while (status == 0 && walk.last > before);
    recall_release(&walk.recall);
    json_release(&walk.body);
    free(walk.spoken);
    return status < 0 ? status : suppress(survey);
}

void survey_release(struct survey *survey)
{
    for (enum survey_table table = 0; table < SURVEY_TABLES; table++)
        census_release(&survey->tables[table]);
    census_row_release(&survey->total);
    census_row_release(&survey->trial);
    outcomes_release(&survey->outcomes);
}
