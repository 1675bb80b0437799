/* SPDX-License-Identifier: Apache-2.0
 *
 * pack_test.c: the command `pack test`: an office's own scenarios, so that a change to a pack is tried before it is in
 * force. Only the pack speaks, so that what is expected of it does not depend on what else is active.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/list.h"
#include "ctl/offline.h"
#include "ctl/packfile.h"
#include "ctl/rehearsal.h"

/* When an event leaves its time out: noon of the day as of which the pack was written, or the first it is in force, so
 * that the same scenario comes out the same next year. */
static void usual_time(const cJSON *pack, char time[32])
{
    const char *day = table_word(pack, "as_of"), *from = table_word(pack, "effective_from");
    const char *to = table_word(pack, "effective_to");
    if (strlen(day) != strlen(from) || strcmp(day, from) < 0 || (*to && strcmp(day, to) >= 0))
        day = from;
    snprintf(time, 32, "%.10sT12:00:00Z", day);
}

static void print(const struct ctl *ctl, const struct scenario *scenario, size_t number)
{
    const cJSON *reason = NULL;
    if (ctl->json) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "scenario", scenario->name);
        cJSON_AddStringToObject(row, "file", scenario->file);
        cJSON_AddNumberToObject(row, "number", scenario->number);
        cJSON_AddBoolToObject(row, "good", !scenario->reasons->child);
        cJSON_AddItemToObject(row, "reasons", cJSON_Duplicate(scenario->reasons, true));
        list_print_json(row);
        cJSON_Delete(row);
        return;
    }
    printf("%sok %zu - ", scenario->reasons->child ? "not " : "", number);
    table_print(*scenario->name ? scenario->name : "a scenario without a name");
    putchar('\n');
    cJSON_ArrayForEach(reason, scenario->reasons)
    {
        fputs("#   ", stdout);
        table_print(reason->valuestring);
        putchar('\n');
    }
}

static int print_all(const struct ctl *ctl, const struct scenarios *scenarios)
{
    size_t wrong = 0;
    for (size_t i = 0; i < scenarios->count; i++) {
        print(ctl, &scenarios->items[i], i + 1);
        wrong += scenarios->items[i].reasons->child != NULL;
    }
    if (!ctl->json)
        printf("1..%zu\n# %zu of %zu as expected\n", scenarios->count, scenarios->count - wrong,
               scenarios->count);
    return wrong ? CTL_BAD : CTL_GOOD;
}

static int run(struct ctl *ctl, const struct packfile *pack, struct scenarios *scenarios)
{
    uint32_t concerned = packfile_pathways(pack->root);
    char time[32];
    usual_time(pack->root, time);
    for (size_t i = 0; i < scenarios->count; i++)
        scenario_prepare(&scenarios->items[i], ctl->config->type_prefix, time);
    int status = rehearsal_run(ctl, scenarios, concerned, true);
    if (status == CTL_GOOD)
        status = rehearsal_run(ctl, scenarios, concerned, false);
    return status == CTL_GOOD ? print_all(ctl, scenarios) : status;
}

int ctl_pack_test(struct ctl *ctl)
{
    struct packfile pack = {0};
    struct scenarios scenarios = {0};
    int status = offline_prepare(ctl);
    if (status == CTL_GOOD)
        status = offline_use_pack(ctl, ctl->positionals[0]);
    if (status == CTL_GOOD)
        status = packfile_read(ctl->positionals[0], &pack);
    for (int i = 1; i < ctl->positional_count && status == CTL_GOOD; i++)
        status = scenario_read(&scenarios, ctl->positionals[i]);
    if (status == CTL_GOOD && ctl->positional_count == 1)
        status = scenario_read(&scenarios, "-");
    if (status == CTL_GOOD)
        status = run(ctl, &pack, &scenarios);
    scenario_free_all(&scenarios);
    packfile_release(&pack);
    return status;
}
