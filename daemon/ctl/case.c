/* SPDX-License-Identifier: Apache-2.0
 *
 * case.c: case list; case show, the one screen a reviewer needs; case print, the page for the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/case.h"
#include "ctl/decide.h"
#include "ctl/list.h"
#include "ctl/review.h"
#include "ctl/timeline.h"

int ctl_case_list(struct ctl *ctl)
{
    static const char *const options[] = {"--state",    "--min-level", "--queue", "--mine",
                                          "--assignee", "--overdue",   "--text",  NULL};
    static const char *const keys[] = {"state",    "min_level", "queue", "mine",
                                       "assignee", "overdue",   "text",  NULL};
    static const struct table_column columns[] = {{"case", "case", 0},
                                                  {"level", "level", 0},
                                                  {"asks", "needs_information", 0},
                                                  {"state", "state", 0},
                                                  {"queue", "queue", 20},
                                                  {"whose", "assignee", 20},
                                                  {"pathways", "pathways", 30},
                                                  {"engagement", "engagement_id", 24},
                                                  {"title", "title", 40},
                                                  {"updated", "updated", 0},
                                                  {NULL, NULL, 0}};
    return list_show(ctl, "case.list", options, keys, columns, "There are no such cases.");
}

bool case_number(const char *name)
{
    const char *digits = (name[0] == 'C' || name[0] == 'c') && name[1] == '-' ? name + 2 : name;
    return *digits && strspn(digits, "0123456789") == strlen(digits) && strspn(digits, "0") < strlen(digits);
}

static int find_case(struct call *call, const char *key, const char *name, cJSON **ret_answer)
{
    struct buffer request = {0};
    json_write_begin(&request, '{');
    json_member_string(&request, "op", "case.show");
    json_member_string(&request, key, name);
    json_write_end(&request, '}');
    int status = call_find(call, &request, ret_answer);
    buffer_release(&request);
    return status;
}

/* An engagement's id may look like a case's number: the number wins, and the other is not hidden. */
static int hint_at_engagement(struct call *call, const char *name, const cJSON *found)
{
    cJSON *other = NULL;
    int status = find_case(call, "engagement", name, &other);
    if (other && strcmp(table_word(other, "result.case"), table_word(found, "result.case")) != 0)
        ctl_complain("this is the case of that number; an engagement is called \"%s\" as well, see it with "
                     "--engagement",
                     name);
    cJSON_Delete(other);
    return status;
}

int case_find(struct ctl *ctl, const char *name, bool engagement, cJSON **ret_answer)
{
    struct call *call = NULL;
    int status = call_open(ctl, &call);
    if (status != CTL_GOOD)
        return status;
    if (!engagement && case_number(name))
        status = find_case(call, "case", name, ret_answer);
    if (status == CTL_GOOD && *ret_answer)
        status = hint_at_engagement(call, name, *ret_answer);
    else if (status == CTL_GOOD)
        status = find_case(call, "engagement", name, ret_answer);
    if (status == CTL_GOOD && !*ret_answer) {
        ctl_complain("there is no case%s \"%s\"", engagement ? " of an engagement" : "", name);
        status = CTL_BAD;
    }
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
    line("Revision", item, "revision");
    line("Queue", item, "queue");
    line("Whose", item, "assignee");
    line("Unit", item, "unit");
    line("Pathways", item, "pathways");
    line("Engagement", item, "engagement_id");
    line("Decide by", item, "decide_by");
    line("Opened", item, "opened");
    line("Changed", item, "updated");
    line("Last event", item, "latest_event.type");
    line("What", item, "latest_event.data.summary");
    line("Record", item, "latest_event.data.link");
    const cJSON *partner = NULL;
    cJSON_ArrayForEach(partner, table_find(item, "latest_event.data.partner"))
    {
        line("Partner", partner, "name");
    }
    line("Affiliation", item, "latest_affiliation");
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
    static const struct table_column columns[] = {
        {"told", "reviewer", 24},    {"by", "channel", 16},      {"of", "change", 0},
        {"state", "state", 0},       {"why", "reason", 60},      {"when", "created", 0},
        {"attempts", "attempts", 0}, {"last word", "error", 40}, {NULL, NULL, 0}};
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

static int ask_case(struct ctl *ctl, cJSON **ret_answer)
{
    const char *engagement = ctl_option(ctl, "--engagement"),
               *name = engagement ? engagement : ctl->positionals[0];
    if ((ctl->positional_count == 1) == (engagement != NULL) || !*name) {
        ctl_complain("name one case: by its name, its number or its engagement's id, or by --engagement ID");
        return CTL_USAGE;
    }
    return case_find(ctl, name, engagement != NULL, ret_answer);
}

/* `live`: on a screen, with what there is to do; else for the file, the same on any day. */
static void show_case(const struct ctl *ctl, const cJSON *item, bool live)
{
    const cJSON *findings = table_find(item, "findings");
    show_head(ctl, item);
    show_findings(ctl, item, false);
    review_words(ctl, findings, "costs", "Costs");
    review_words(ctl, findings, "benefits", "Benefits");
    review_words(ctl, findings, "mitigations", "What can be done about it");
    show_findings(ctl, item, true);
    show_notices(ctl, item);
    decisions_show(ctl, item);
    timeline_show(ctl, item, live);
    if (live)
        decisions_show_next(item);
}

static int show(struct ctl *ctl, bool live)
{
    cJSON *answer = NULL;
    int status = ask_case(ctl, &answer);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(answer, "result");
    if (status == CTL_GOOD && ctl->json)
        list_print_json(item);
    else if (status == CTL_GOOD)
        show_case(ctl, item, live);
    cJSON_Delete(answer);
    return status;
}

int ctl_case_show(struct ctl *ctl)
{
    return show(ctl, true);
}

int ctl_case_print(struct ctl *ctl)
{
    ctl->colour = false;
    return show(ctl, false);
}
