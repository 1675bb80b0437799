/* SPDX-License-Identifier: Apache-2.0
 *
 * keeping.c: the commands that look at the office's lists (shelf.h) or go back: `list status`, `list diff`,
 * `list rollback`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ctl/differ.h"
#include "ctl/list.h"
#include "ctl/shelf.h"
#include "ctl/table.h"
#include "json/time.h"

#define DAY_MS INT64_C(86400000)

/* ---- status -------------------------------------------------------------------------------------------- */

static const struct config_list *configured(const struct config *config, const char *name)
{
    for (uint32_t i = 0; i < config->list_count; i++)
        if (strcmp(config->lists[i].name, name) == 0)
            return &config->lists[i];
    return NULL;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whole days since the text's instant or day; -1 when it says none. */
static int64_t age_days(const char *text)
{
    const struct pw_text when = {text, strlen(text)};
    int64_t then = 0;
    if (time_parse(when, &then) != 0 && time_parse_date(when, &then) != 0)
        return -1;
    return (now_ms() - then) / DAY_MS;
}

/* What a row says beside the manifest: whether the source is still fresh, and what the last try came to. A source is as
 * old as the last time its publisher was asked and had nothing newer. */
static bool complete(const struct ctl *ctl, const struct shelf *shelf, cJSON *row)
{
    const char *name = table_word(row, "name");
    const struct config_list *list = configured(ctl->config, name);
    const cJSON *attempt = cJSON_GetObjectItemCaseSensitive(shelf->attempts, name);
    const char *error = table_word(attempt, "error");
    const char *checked =
        !*error && *table_word(attempt, "at") ? table_word(attempt, "at") : table_word(row, "fetched");
    int64_t age = age_days(checked);
    bool stale = list && (age < 0 || age > (int64_t)list->max_age_days);
    cJSON_AddStringToObject(row, "checked", checked);
    cJSON_AddBoolToObject(row, "stale", stale);
    if (*error)
        cJSON_AddStringToObject(row, "error", error);
    cJSON_AddStringToObject(row, "state", *error ? "last try failed" : stale ? "stale" : "good");
    return !stale && !*error;
}

static void show(const struct ctl *ctl, struct table *table, const cJSON *row)
{
    if (ctl->json)
        list_print_json(row);
    else
        table_add(table, row);
}

/* A configured source that was never had. */
static bool show_missing(const struct ctl *ctl, const struct shelf *shelf, struct table *table)
{
    bool any = false;
    for (uint32_t i = 0; i < ctl->config->list_count; i++) {
        const struct config_list *list = &ctl->config->lists[i];
        if (shelf_source(shelf->manifest, list->name))
            continue;
        cJSON *row = cJSON_CreateObject();
        const cJSON *attempt = cJSON_GetObjectItemCaseSensitive(shelf->attempts, list->name);
        const char *error = table_word(attempt, "error");
        cJSON_AddStringToObject(row, "name", list->name);
        cJSON_AddStringToObject(row, "format", list->format);
        cJSON_AddBoolToObject(row, "stale", true);
        cJSON_AddStringToObject(row, "state", *error ? "never fetched" : "not fetched yet");
        if (*error)
            cJSON_AddStringToObject(row, "error", error);
        show(ctl, table, row);
        cJSON_Delete(row);
        any = true;
    }
    return any;
}

int ctl_list_status(struct ctl *ctl)
{
    static const struct table_column columns[] = {{"source", "name", 24},
                                                  {"state", "state", 0},
                                                  {"snapshot", "snapshot", 0},
                                                  {"entries", "entries", 0},
                                                  {"organisations", "organisations", 0},
                                                  {"left out", "skipped", 0},
                                                  {"checked", "checked", 0},
                                                  {"error", "error", 0},
                                                  {NULL, NULL, 0}};
    struct shelf shelf;
    const cJSON *source = NULL;
    bool good = true;
    int status = shelf_open(ctl, false, &shelf);
    struct table *table = status == CTL_GOOD && !ctl->json ? table_new(ctl, columns) : NULL;
    cJSON_ArrayForEach(source, cJSON_GetObjectItemCaseSensitive(shelf.manifest, "sources"))
    {
        cJSON *row = cJSON_Duplicate(source, true);
        good = complete(ctl, &shelf, row) && good;
        show(ctl, table, row);
        cJSON_Delete(row);
    }
    if (status == CTL_GOOD)
        good = !show_missing(ctl, &shelf, table) && good;
    if (table)
        table_end(table, "There are no lists yet; pathwayctl list update fetches those that are configured.");
    if (table && shelf.current)
        printf("generation %ld of %s\n", shelf.current, table_word(shelf.manifest, "made"));
    shelf_close(&shelf);
    return status == CTL_GOOD && !good ? CTL_BAD : status;
}

/* ---- diff and rollback --------------------------------------------------------------------------------- */

static int generation_of(const char *text, long *ret_generation)
{
    char *end = NULL;
    long number = strtol(text, &end, 10);
    if (*text && *end == '\0' && number > 0) {
        *ret_generation = number;
        return CTL_GOOD;
    }
    ctl_complain("\"%s\" is no generation; pathwayctl list status says which is the current one", text);
    return CTL_USAGE;
}

static int none_before(const struct shelf *shelf)
{
    ctl_complain(shelf->current ? "there is no generation before the current one" : "there are no lists yet");
    return CTL_USAGE;
}

int ctl_list_diff(struct ctl *ctl)
{
    struct shelf shelf;
    int status = shelf_open(ctl, false, &shelf);
    long newer = shelf.current, older = 0;
    if (status == CTL_GOOD && ctl->positional_count > 1)
        status = generation_of(ctl->positionals[1], &newer);
    if (status == CTL_GOOD && ctl->positional_count > 0)
        status = generation_of(ctl->positionals[0], &older);
    else if (status == CTL_GOOD)
        older = shelf_before(&shelf, newer);
    if (status == CTL_GOOD && (!older || !newer))
        status = none_before(&shelf);
    if (status == CTL_GOOD)
        status = differ_show(ctl, &shelf, older, newer);
    shelf_close(&shelf);
    return status;
}

int ctl_list_rollback(struct ctl *ctl)
{
    struct shelf shelf;
    long generation = 0;
    int status = shelf_open(ctl, true, &shelf);
    if (status == CTL_USAGE && shelf.current && !shelf.manifest)
        status = CTL_GOOD; /* one that is damaged, as was said, is what there is to go back from */
    if (status == CTL_GOOD)
        generation = shelf_before(&shelf, shelf.current);
    if (status == CTL_GOOD && !generation)
        status = none_before(&shelf);
    cJSON *manifest = status == CTL_GOOD ? shelf_manifest(&shelf, generation) : NULL;
    if (status == CTL_GOOD)
        status = manifest ? shelf_switch(&shelf, generation) : CTL_USAGE;
    if (status == CTL_GOOD && !ctl->json)
        printf("Back to generation %ld of %s.\n", generation, table_word(manifest, "made"));
    if (status == CTL_GOOD)
        status = shelf_tell_daemon(ctl, &shelf);
    cJSON_Delete(manifest);
    shelf_close(&shelf);
    return status;
}
