/* SPDX-License-Identifier: Apache-2.0
 *
 * case.c: case list, and case show: the one screen a reviewer needs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/list.h"
#include "ctl/review.h"

int ctl_case_list(struct ctl *ctl)
{
    static const char *const options[] = {"--state", "--min-level", NULL};
    static const char *const keys[] = {"state", "min_level", NULL};
    static const struct table_column columns[] = {
        {"case", "case", 0},    {"level", "level", 0},        {"asks", "needs_information", 0},
        {"state", "state", 0},  {"pathways", "pathways", 30}, {"engagement", "engagement_id", 24},
        {"title", "title", 40}, {"updated", "updated", 0},    {NULL, NULL, 0}};
    return list_show(ctl, "case.list", options, keys, columns, "There are no such cases.");
}

static int ask_case(struct ctl *ctl, cJSON **ret_answer)
{
    const char *name = ctl->positionals[0];
    size_t digits = (name[0] == 'C' || name[0] == 'c') && name[1] == '-' ? 2 : 0;
    bool numbered = name[digits] && strspn(name + digits, "0123456789") == strlen(name + digits);
    struct call *call = NULL;
    struct buffer request = {0};
    int status = call_open(ctl, &call);
    if (status != CTL_GOOD)
        return status;
    json_write_begin(&request, '{');
    json_member_string(&request, "op", "case.show");
    json_member_string(&request, numbered ? "case" : "engagement", name);
    json_write_end(&request, '}');
    status = call_ask(call, &request, ret_answer);
    buffer_release(&request);
    call_close(call);
    return status;
}

static void line(const char *label, const cJSON *object, const char *path)
{
    char *value = table_value(table_find(object, path));
    if (value && *value) {
        printf("%-12s", label);
        table_print(value);
        putchar('\n');
    }
    free(value);
}

static void show_head(const struct ctl *ctl, const cJSON *item)
{
    const char *level = table_word(item, "level");
    printf("%s%s%s  ", table_bold(ctl), table_word(item, "case"), table_plain(ctl));
    table_print(table_word(item, "title"));
    printf("\n%-12s%s%s%s%s\n", "Level", table_level_colour(ctl, level), level, table_plain(ctl),
           cJSON_IsTrue(table_find(item, "needs_information")) ? ", and information is needed" : "");
    line("State", item, "state");
    line("Pathways", item, "pathways");
    line("Engagement", item, "engagement_id");
    line("Opened", item, "opened");
    line("Changed", item, "updated");
    line("Last event", item, "latest_event.type");
    line("What", item, "latest_event.data.summary");
    line("Record", item, "latest_event.data.link");
    line("Decide by", item, "latest_event.data.decide_by");
    const cJSON *partner = NULL;
    cJSON_ArrayForEach(partner, table_find(item, "latest_event.data.partner"))
    {
        line("Partner", partner, "name");
    }
}

static void show_heading(const struct ctl *ctl, const char *title)
{
    printf("\n%s%s%s\n", table_bold(ctl), title, table_plain(ctl));
}

static void show_left_out(double count)
{
    if (count > 0)
        printf("  … and %.0f more\n", count);
}

static void show_findings(const struct ctl *ctl, const cJSON *item, bool withdrawn)
{
    const cJSON *finding = NULL, *findings = table_find(item, "findings");
    double left_out =
        cJSON_GetNumberValue(table_find(item, withdrawn ? "withdrawn_left_out" : "findings_left_out"));
    bool headed = false;
    cJSON_ArrayForEach(finding, findings)
    {
        if ((cJSON_IsTrue(table_find(finding, "withdrawn")) != 0) != withdrawn)
            continue;
        if (!headed)
            show_heading(ctl, withdrawn ? "No longer standing" : "Why");
        headed = true;
        review_finding(ctl, finding);
    }
    if (!headed && left_out > 0)
        show_heading(ctl, withdrawn ? "No longer standing" : "Why");
    show_left_out(left_out);
}

static void show_notices(const struct ctl *ctl, const cJSON *item)
{
    static const struct table_column columns[] = {{"told", "reviewer", 24},   {"by", "channel", 16},
                                                  {"at", "address", 36},      {"state", "state", 0},
                                                  {"when", "created", 0},     {"attempts", "attempts", 0},
                                                  {"last word", "error", 40}, {NULL, NULL, 0}};
    const cJSON *notice = NULL;
    show_heading(ctl, "Notices");
    struct table *table = table_new(ctl, columns);
    cJSON_ArrayForEach(notice, table_find(item, "notices"))
    {
        table_add(table, notice);
    }
    table_end(table, "Nobody has been told yet.");
    show_left_out(cJSON_GetNumberValue(table_find(item, "notices_left_out")));
}

int ctl_case_show(struct ctl *ctl)
{
    cJSON *answer = NULL;
    int status = ask_case(ctl, &answer);
    if (status != CTL_GOOD)
        return status;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(answer, "result");
    const cJSON *findings = table_find(item, "findings");
    if (ctl->json) {
        list_print_json(item);
    } else {
        show_head(ctl, item);
        show_findings(ctl, item, false);
        review_words(ctl, findings, "costs", "Costs");
        review_words(ctl, findings, "benefits", "Benefits");
        review_words(ctl, findings, "mitigations", "What can be done about it");
        show_findings(ctl, item, true);
        show_notices(ctl, item);
        puts("\nThe system recommends; a person decides.");
    }
    cJSON_Delete(answer);
    return CTL_GOOD;
}
