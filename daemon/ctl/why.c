/* SPDX-License-Identifier: Apache-2.0
 *
 * why.c: why somebody was told of an event, or was not, in sentences.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/list.h"
#include "ctl/review.h"

static bool is(const cJSON *object, const char *key, const char *word)
{
    return strcmp(table_word(object, key), word) == 0;
}

static void print_case(const struct ctl *ctl, const cJSON *found)
{
    const char *queue = table_word(found, "queue"), *assignee = table_word(found, "assignee");
    printf("It belongs to %s%s%s: %s%s%s, %s", table_bold(ctl), table_word(found, "case"), table_plain(ctl),
           table_level_colour(ctl, table_word(found, "level")), table_word(found, "level"), table_plain(ctl),
           table_word(found, "state"));
    if (*queue) {
        printf(", in the queue ");
        table_print(queue);
    }
    if (*assignee) {
        printf(", ");
        table_print(assignee);
        printf(" has it");
    }
    printf(".\n");
}

/* "Nobody was told: …" where there is no case at all. */
static void print_no_case(const cJSON *result)
{
    if (!cJSON_IsTrue(table_find(result, "judged")))
        printf("It is not judged yet: it waits for the policies.\n");
    else if (cJSON_GetArraySize(table_find(result, "said")) == 0)
        printf("Nobody was told: the policies had nothing to say of it.\n");
    else
        printf("Nobody was told: what was said of it is for reports only, and opens no case.\n");
}

static void print_said(const struct ctl *ctl, const cJSON *said)
{
    const cJSON *finding = NULL;
    cJSON_ArrayForEach(finding, said)
    {
        printf("  %s%s%s ", table_level_colour(ctl, table_word(finding, "level")),
               table_word(finding, "level"), table_plain(ctl));
        table_print(table_word(finding, "rule"));
        printf(" (%s)%s\n", table_word(finding, "pathway"),
               cJSON_IsTrue(table_find(finding, "needs_information")) ? ", asks" : "");
    }
}

static void print_notice(const cJSON *notice)
{
    static const struct {
        const char *state, *words;
    } states[] = {{"held", "not yet"},   {"digest", "in a digest, not yet"}, {"waiting", "on its way"},
                  {"delivered", "told"}, {"folded", "told in a digest"},     {"failed", "could not be told"},
                  {"muted", "not told"}};
    const char *words = table_word(notice, "state");
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (is(notice, "state", states[i].state))
            words = states[i].words;
    printf("  ");
    table_print(*table_word(notice, "reviewer") ? table_word(notice, "reviewer") : "everybody");
    printf(" by %s, %s: %s", table_word(notice, "channel"), table_word(notice, "change"), words);
    if (*table_word(notice, "told"))
        printf(" (%s)", table_word(notice, "told"));
    printf("\n");
    if (!is(notice, "state", "delivered"))
        table_paragraph(table_word(notice, "reason"), 6);
    table_paragraph(table_word(notice, "because"), 6);
    if (*table_word(notice, "error") && !is(notice, "state", "delivered"))
        table_paragraph(table_word(notice, "error"), 6);
}

static void print_notices(const struct ctl *ctl, const cJSON *notices, const char *reviewer)
{
    const cJSON *notice = NULL;
    uint32_t shown = 0;
    printf("\n%sNotices%s\n", table_bold(ctl), table_plain(ctl));
    cJSON_ArrayForEach(notice, notices)
    {
        if (reviewer && !is(notice, "reviewer", reviewer))
            continue;
        print_notice(notice);
        shown++;
    }
    if (!shown)
        printf("  none%s\n", reviewer ? " for this reviewer" : "");
}

static void print_routes(const struct ctl *ctl, const cJSON *routes)
{
    const cJSON *route = NULL;
    printf("\n%sRoutes of the configuration%s\n", table_bold(ctl), table_plain(ctl));
    cJSON_ArrayForEach(route, routes)
    {
        printf("  %.0f", cJSON_GetNumberValue(table_find(route, "route")));
        if (*table_word(route, "queue")) {
            printf(", to the queue ");
            table_print(table_word(route, "queue"));
        }
        printf(": %s%s\n",
               cJSON_IsTrue(table_find(route, "matches")) ? "for this case" : "not for this case: ",
               table_word(route, "because"));
    }
    if (cJSON_GetArraySize(routes) == 0)
        printf("  there are none: nobody is told of anything\n");
}

static void show(const struct ctl *ctl, const cJSON *result)
{
    const cJSON *found = table_find(result, "case");
    printf("%sEvent ", table_bold(ctl));
    table_print(table_word(result, "id"));
    printf("%s of ", table_plain(ctl));
    table_print(table_word(result, "source"));
    printf(", %s, received %s\n", table_word(result, "type"), table_word(result, "received"));
    print_said(ctl, table_find(result, "said"));
    if (!found) {
        print_no_case(result);
        return;
    }
    print_case(ctl, found);
    print_notices(ctl, table_find(result, "notices"), ctl_option(ctl, "--reviewer"));
    print_routes(ctl, table_find(result, "routes"));
}

int ctl_why(struct ctl *ctl)
{
    cJSON *answer = NULL;
    int status = event_ask(ctl, "why", &answer);
    if (status != CTL_GOOD)
        return status;
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(answer, "result");
    if (ctl->json)
        list_print_json(result);
    else
        show(ctl, result);
    cJSON_Delete(answer);
    return CTL_GOOD;
}
