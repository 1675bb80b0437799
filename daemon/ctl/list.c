/* SPDX-License-Identifier: Apache-2.0
 *
 * list.c: why it exists: events, findings, cases and pending work are listed alike.
 */
#include "ctl/list.h"

#include <stdio.h>
#include <stdlib.h>
#include "cases/life.h"
#include "dispatch/pathway.h"

#define LIST_MAX_FILTERS   8
#define LIST_DEFAULT_LIMIT 100

struct rows {
    struct table *table; /* NULL: JSON */
};

void list_print_json(const cJSON *value)
{
    char *line = cJSON_PrintUnformatted(value);
    puts(line ? line : "{\"error\":\"out of memory\"}");
    free(line);
}

static void show_row(void *to, const cJSON *item)
{
    struct rows *rows = to;
    if (rows->table)
        table_add(rows->table, item);
    else
        list_print_json(item);
}

/* Whether the filters that take words of the vocabulary (--min-level, --pathway, --state) have such. CTL_USAGE
 * after a sentence: a mistyped word would find nothing and look like good news. */
static int check_filters(const struct ctl *ctl)
{
    const char *states[CASE_STATES + 1] = {NULL};
    const char *names[PATHWAY_COUNT + 1] = {NULL}, *levels[PW_LEVEL_COUNT + 1] = {NULL};
    for (size_t i = 0; i < PATHWAY_COUNT; i++)
        names[i] = pathways[i].name;
    for (size_t i = 0; i < PW_LEVEL_COUNT; i++)
        levels[i] = level_names[i];
    for (size_t i = 0; i < CASE_STATES; i++)
        states[i] = case_states[i];
    int status = ctl_option_word(ctl, "--state", states);
    if (status == CTL_GOOD)
        status = ctl_option_word(ctl, "--pathway", names);
    if (status == CTL_GOOD)
        status = ctl_option_word(ctl, "--min-level", levels);
    return status;
}

int list_show(struct ctl *ctl, const char *op, const char *const *options, const char *const *keys,
              const struct table_column *columns, const char *none)
{
    const char *values[LIST_MAX_FILTERS + 1] = {NULL};
    int64_t after = 0, limit = 0;
    int status = check_filters(ctl);
    if (status == CTL_GOOD)
        status = ctl_option_number(ctl, "--after", 0, INT64_MAX, 0, &after);
    if (status == CTL_GOOD)
        status = ctl_option_number(ctl, "--limit", 0, INT64_MAX, LIST_DEFAULT_LIMIT, &limit);
    if (status != CTL_GOOD)
        return status;
    for (size_t i = 0; options[i] && i < LIST_MAX_FILTERS; i++)
        values[i] = ctl_option(ctl, options[i]);
    struct rows rows = {.table = ctl->json ? NULL : table_new(ctl, columns)};
    if (!ctl->json && !rows.table) {
        ctl_complain("out of memory");
        return CTL_BAD;
    }
    status = call_pages(ctl, op, keys, values, (uint64_t)after, (uint64_t)limit, show_row, &rows);
    if (rows.table)
        table_end(rows.table, status == CTL_GOOD ? none : NULL);
    return status;
}
