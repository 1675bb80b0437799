/* SPDX-License-Identifier: Apache-2.0
 *
 * pace.c: when people are told and by when cases are to be decided: defaults, the file of holidays, and what no table can
 * check: zones, hours and days that are real, deputies that exist.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pathwayd/plugin.h>
#include "config/office.h"
#include "config/rows.h"

#define HOLIDAY_BYTES (1u << 20) /* of the file */

static const struct json_limits holiday_limits = {HOLIDAY_BYTES, CONFIG_MAX_HOLIDAYS, 2, true};

/* ---- reading ------------------------------------------------------------------------------------------- */

static void default_word(struct loading *loading, char **text, const char *word)
{
    if (!*text)
        *text = section_copy(loading, (struct pw_text){word, strlen(word)});
}

static void default_words(struct loading *loading, char ***texts, const char *const *words, uint32_t count)
{
    if (*texts || !(*texts = calloc((size_t)count + 1, sizeof **texts))) {
        loading->faults.memory = loading->faults.memory || !*texts;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        (*texts)[i] = section_copy(loading, (struct pw_text){words[i], strlen(words[i])});
}

static int compare_days(const void *a, const void *b)
{
    const int32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void take_holidays(struct loading *loading, const char *file, const struct pw_document *document)
{
    struct config *config = loading->config;
    int32_t first, last;
    config->holidays = calloc(CONFIG_MAX_HOLIDAYS, sizeof *config->holidays);
    loading->faults.memory = loading->faults.memory || !config->holidays;
    if (json_type(document, PW_NODE_ROOT) != PW_JSON_OBJECT)
        faults_add_file(&loading->faults, file, 1, 1,
                        "a file of holidays is an object: {\"2026-12-25\": \"Christmas Day\", …}");
    for (uint32_t node = json_first(document, PW_NODE_ROOT); config->holidays && node != PW_NODE_NONE;
         node = json_next(document, node)) {
        struct pw_text day = json_key(document, node);
        if (office_read_days(day, &first, &last) && first == last) {
            config->holidays[config->holiday_count++] = first;
            continue;
        }
        uint32_t line = 0, column = 0;
        json_place(document->bytes, document->length, document->nodes[node].member, &line, &column);
        faults_add_file(&loading->faults, file, line, column, "\"%.*s\" is not a day, like \"2026-12-25\"",
                        TEXT_FMT(day));
    }
    if (config->holidays)
        qsort(config->holidays, config->holiday_count, sizeof *config->holidays, compare_days);
}

static void read_holidays(struct loading *loading, const char *file)
{
    struct pw_document document = {0};
    struct json_error error;
    char *bytes = malloc(HOLIDAY_BYTES + 1u);
    FILE *stream = bytes ? fopen(file, "re") : NULL;
    loading->faults.memory = loading->faults.memory || !bytes;
    if (bytes && !stream)
        faults_add_file(&loading->faults, file, 0, 0, "cannot be read: %s", strerror(errno));
    size_t length = stream ? fread(bytes, 1, HOLIDAY_BYTES + 1u, stream) : 0;
    int status = stream ? json_parse(&document, bytes, length, &holiday_limits, &error) : 0;
    if (status == PW_ERROR_INVALID || status == PW_ERROR_LIMIT)
        faults_add_file(&loading->faults, file, error.line, error.column, "%s", error.message);
    else if (stream && status == 0)
        take_holidays(loading, file, &document);
    loading->faults.memory = loading->faults.memory || status == PW_ERROR_MEMORY;
    if (stream)
        fclose(stream);
    json_release(&document);
    free(bytes);
}

void config_read_pace(struct loading *loading)
{
    static const char *const working[] = {"mon", "tue", "wed", "thu", "fri"}, *const weekend[] = {"sat",
                                                                                                  "sun"};
    static const uint32_t reminders[] = {2, 5, 12, 26, 0};
    struct config *config = loading->config;
    const struct setting *notices = section_object(&loading->root, "notices");
    section_read(loading, notices, section_notices_rows, "\"notices\"", config);
    section_read(loading, section_object(&loading->root, "clock"), section_clock_rows, "\"clock\"", config);
    config->pace.daily_cap = CONFIG_CAP_UNSAID;
    section_read(loading, notices ? section_object(notices, "pace") : NULL, section_pace_rows,
                 "\"pace\" of \"notices\"", &config->pace);
    default_word(loading, &config->pace.zone, "Etc/UTC");
    default_word(loading, &config->pace.quiet, "");
    default_word(loading, &config->pace.digest_at, "08:00");
    default_words(loading, &config->pace.digest_days, working, 5);
    default_words(loading, &config->weekend, weekend, 2);
    if (config->pace.daily_cap == CONFIG_CAP_UNSAID)
        config->pace.daily_cap = 20;
    if (!config->reminder_days && (config->reminder_days = malloc(sizeof reminders)))
        memcpy(config->reminder_days, reminders, sizeof reminders);
    loading->faults.memory = loading->faults.memory || !config->reminder_days;
    if (config->holidays_file)
        read_holidays(loading, config->holidays_file);
}

/* ---- checking ------------------------------------------------------------------------------------------ */

static const struct setting *at_key(const struct setting *object, const char *key)
{
    const struct setting *value = object ? setting_find(object, key) : NULL;
    return value ? value : object;
}

static void check_pace(struct loading *loading, const struct setting *object, const struct config_pace *pace)
{
    struct faults *faults = &loading->faults;
    int32_t from, to;
    uint32_t weekday;
    if (pace->zone && !office_zone_known(pace->zone))
        faults_add(faults, at_key(object, "zone"),
                   "there is no time zone \"%s\"; an example is \"Europe/Berlin\"", pace->zone);
    if (pace->quiet && *pace->quiet &&
        !office_read_hours((struct pw_text){pace->quiet, strlen(pace->quiet)}, &from, &to))
        faults_add(faults, at_key(object, "quiet"), "\"quiet\" is \"%s\", but must be like \"19:00-07:00\"",
                   pace->quiet);
    if (pace->digest_at &&
        !office_read_minute((struct pw_text){pace->digest_at, strlen(pace->digest_at)}, &from))
        faults_add(faults, at_key(object, "digest_at"), "\"digest_at\" is \"%s\", but must be like \"08:00\"",
                   pace->digest_at);
    for (uint32_t i = 0; pace->digest_days && pace->digest_days[i]; i++)
        if (!office_read_weekday((struct pw_text){pace->digest_days[i], strlen(pace->digest_days[i])},
                                 &weekday))
            faults_add(faults, at_key(object, "digest_days"),
                       "\"%s\" is none of mon, tue, wed, thu, fri, sat, sun", pace->digest_days[i]);
}

static void check_absence(struct loading *loading, const struct setting *object,
                          const struct config_reviewer *reviewer)
{
    int32_t first, last;
    for (uint32_t i = 0; reviewer->absent && reviewer->absent[i]; i++)
        if (!office_read_days((struct pw_text){reviewer->absent[i], strlen(reviewer->absent[i])}, &first,
                              &last))
            faults_add(&loading->faults, &setting_find(object, "absent")->children[i],
                       "\"%s\" is no day or span of days, like \"2026-12-21/2027-01-03\"",
                       reviewer->absent[i]);
    if (reviewer->deputy && reviewer->name && strcmp(reviewer->deputy, reviewer->name) == 0)
        faults_add(&loading->faults, at_key(object, "deputy"), "nobody is a deputy of their own");
}

void config_check_pace(struct loading *loading)
{
    const struct config *config = loading->config;
    const struct setting *root = &loading->root, *notices = section_object(root, "notices"),
                         *clock = section_object(root, "clock"), *reviewers = setting_find(root, "reviewers");
    int32_t minute;
    uint32_t weekday;
    if (notices)
        check_pace(loading, at_key(notices, "pace"), &config->pace);
    if (clock && config->day_ends &&
        !office_read_minute((struct pw_text){config->day_ends, strlen(config->day_ends)}, &minute))
        faults_add(&loading->faults, at_key(clock, "day_ends"),
                   "\"day_ends\" is \"%s\", but must be like \"17:00\"", config->day_ends);
    for (uint32_t i = 0; clock && config->weekend[i]; i++)
        if (!office_read_weekday((struct pw_text){config->weekend[i], strlen(config->weekend[i])}, &weekday))
            faults_add(&loading->faults, at_key(clock, "weekend"),
                       "\"%s\" is none of mon, tue, wed, thu, fri, sat, sun", config->weekend[i]);
    if (config->wait_s > config->wait_most_s)
        faults_add(&loading->faults, at_key(notices ? notices : root, "wait_s"),
                   "\"wait_s\" is %u, more than \"wait_most_s\", which is %u", config->wait_s,
                   config->wait_most_s);
    for (uint32_t i = 0; i < config->reviewer_count; i++) {
        check_pace(loading, at_key(&reviewers->children[i], "pace"), &config->reviewers[i].pace);
        check_absence(loading, &reviewers->children[i], &config->reviewers[i]);
    }
}
