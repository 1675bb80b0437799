/* SPDX-License-Identifier: Apache-2.0
 *
 * decide.c: case decide, case second, case reopen: a person decides. Who that is the daemon sees by the account; what a
 * decision has to say, cases/decision.h.
 */
#include "ctl/decide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/call.h"
#include "ctl/case.h"
#include "ctl/list.h"
#include "ctl/table.h"

static const char *const dispositions[] = {"proceed", "proceed_with_mitigation", "declined", NULL};

/* ---- asking ---- */

static void begin(const struct ctl *ctl, struct buffer *request, const char *op)
{
    const char *name = ctl->positionals[0];
    json_write_begin(request, '{');
    json_member_string(request, "op", op);
    json_member_string(request, case_number(name) ? "case" : "engagement", name);
}

static void member_option(const struct ctl *ctl, struct buffer *request, const char *option, const char *key)
{
    const char *value = ctl_option(ctl, option);
    if (value)
        json_member_string(request, key, value);
}

static void member_options(const struct ctl *ctl, struct buffer *request, const char *option, const char *key)
{
    const char *value = NULL;
    if (!ctl_option(ctl, option))
        return;
    json_write_key(request, key);
    json_write_begin(request, '[');
    for (int i = 0; (value = ctl_option_again(ctl, option, i)); i++)
        json_write_string(request, value);
    json_write_end(request, ']');
}

/* "2027-11-28T00:00:00Z" is a day. */
static void print_day(const char *instant)
{
    const char *t = strchr(instant, 'T');
    printf("%.*s", (int)(t && strcmp(t, "T00:00:00Z") == 0 ? (size_t)(t - instant) : strlen(instant)),
           instant);
}

/* Asks what `request` says, closes it, and shows what became of the case. */
static int act(struct ctl *ctl, struct buffer *request, const char *done)
{
    cJSON *answer = NULL;
    json_write_end(request, '}');
    int status = call_request(ctl, request, &answer);
    buffer_release(request);
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(answer, "result");
    if (status == CTL_GOOD && ctl->json) {
        list_print_json(result);
    } else if (status == CTL_GOOD) {
        const char *name = table_word(result, "case"), *day = table_word(result, "review_by");
        bool proposed = strcmp(table_word(result, "state"), "proposed") == 0;
        printf("%s %s by ", name, proposed ? "proposed" : done);
        table_print(table_word(result, "actor"));
        if (*day) {
            fputs("; to be looked at again by ", stdout);
            print_day(day);
        }
        puts(".");
        if (proposed)
            printf("It takes two people: a colleague seconds it with\n  pathwayctl case second %s\n", name);
    }
    cJSON_Delete(answer);
    return status;
}

int ctl_case_decide(struct ctl *ctl)
{
    struct buffer request = {0};
    int64_t revision = 0;
    const char *disposition = ctl->positionals[1];
    const char *const *known = dispositions;
    while (*known && strcmp(*known, disposition) != 0)
        known++;
    if (!*known) {
        ctl_complain("a decision is proceed, proceed_with_mitigation or declined, not \"%s\"", disposition);
        return CTL_USAGE;
    }
    if (!ctl_option(ctl, "--reason")) {
        ctl_complain("a decision says why: give --reason TEXT");
        return CTL_USAGE;
    }
    if (ctl_option_number(ctl, "--revision", 1, INT64_MAX, 0, &revision) != CTL_GOOD)
        return CTL_USAGE;
    begin(ctl, &request, "case.decide");
    json_member_string(&request, "disposition", disposition);
    member_option(ctl, &request, "--reason", "reason");
    member_option(ctl, &request, "--displacement", "displacement");
    member_option(ctl, &request, "--review-by", "review_by");
    member_options(ctl, &request, "--cost", "costs");
    member_options(ctl, &request, "--benefit", "benefits");
    member_options(ctl, &request, "--mitigation", "mitigations");
    if (revision)
        json_member_integer(&request, "revision", revision);
    return act(ctl, &request, "decided");
}

int ctl_case_second(struct ctl *ctl)
{
    struct buffer request = {0};
    begin(ctl, &request, "case.second");
    return act(ctl, &request, "seconded");
}

int ctl_case_reopen(struct ctl *ctl)
{
    struct buffer request = {0};
    if (!ctl_option(ctl, "--reason")) {
        ctl_complain("say why it is taken up again: give --reason TEXT");
        return CTL_USAGE;
    }
    begin(ctl, &request, "case.reopen");
    member_option(ctl, &request, "--reason", "reason");
    return act(ctl, &request, "taken up again");
}

int ctl_case_dissent(struct ctl *ctl)
{
    struct buffer request = {0};
    if (!ctl_option(ctl, "--text")) {
        ctl_complain("say what you have against the decision: give --text TEXT");
        return CTL_USAGE;
    }
    begin(ctl, &request, "case.dissent");
    member_option(ctl, &request, "--text", "text");
    return act(ctl, &request, "has dissent written beside its decision");
}

/* ---- showing ---- */

static void show_words(const char *label, const cJSON *words)
{
    const cJSON *word = NULL;
    bool first = true;
    cJSON_ArrayForEach(word, words)
    {
        printf("    %-14s", first ? label : "");
        table_print(cJSON_GetStringValue(word));
        putchar('\n');
        first = false;
    }
}

static void show_text(const char *label, const char *text)
{
    if (!*text)
        return;
    printf("    %-14s", label);
    table_print(text);
    putchar('\n');
}

static const char *state_words(const char *state)
{
    static const char *const words[][2] = {{"proposed", "proposed; somebody else has to second it"},
                                           {"standing", "stands"},
                                           {"withdrawn", "was proposed, and is no longer"},
                                           {"changed", "ended: what it relied on had changed"},
                                           {"due", "ended: its review was due"},
                                           {"reopened", "ended: the case was taken up again"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i][0], state) == 0)
            return words[i][1];
    return state;
}

static void show_decision(const struct ctl *ctl, const cJSON *decision)
{
    const char *state = table_word(decision, "state"), *other = table_word(decision, "second");
    printf("  %s%s%s, by ", table_bold(ctl), table_word(decision, "disposition"), table_plain(ctl));
    table_print(table_word(decision, "actor"));
    if (*other) {
        fputs(" and ", stdout);
        table_print(other);
    }
    printf(", %s (%s)\n", table_word(decision, *other ? "seconded" : "at"), state_words(state));
    show_text("Reason", table_word(decision, "reason"));
    show_words("Costs", table_find(decision, "costs"));
    show_words("Benefits", table_find(decision, "benefits"));
    show_words("Mitigations", table_find(decision, "mitigations"));
    show_text("Displacement", table_word(decision, "displacement"));
    fputs("    Review by     ", stdout);
    print_day(table_word(decision, "review_by"));
    putchar('\n');
    const cJSON *dissent = NULL;
    cJSON_ArrayForEach(dissent, table_find(decision, "dissent"))
    {
        fputs("    Dissent       ", stdout);
        table_print(table_word(dissent, "actor"));
        fputs(": ", stdout);
        table_print(table_word(dissent, "text"));
        putchar('\n');
    }
    show_words("Relies on", table_find(decision, "relied.packs"));
    show_words("", table_find(decision, "relied.snapshots"));
    show_text("Ended", table_word(decision, "ended"));
    show_text("By", table_word(decision, "ended_by"));
    show_text("Because", table_word(decision, "why"));
    show_words("Changed", table_find(decision, "changed"));
    double spared = cJSON_GetNumberValue(table_find(decision, "alerts_spared"));
    if (spared > 0)
        printf("    Alerts spared %.0f\n", spared);
}

void decisions_show(const struct ctl *ctl, const cJSON *item)
{
    const cJSON *decision = NULL, *decisions = table_find(item, "decisions");
    if (cJSON_GetArraySize(decisions) > 0)
        printf("\n%sDecisions%s\n", table_bold(ctl), table_plain(ctl));
    cJSON_ArrayForEach(decision, decisions)
    {
        show_decision(ctl, decision);
    }
}

void decisions_show_next(const cJSON *item)
{
    const char *state = table_word(item, "state"), *name = table_word(item, "case");
    puts("\nThe system recommends; a person decides.");
    if (strcmp(state, "new") == 0)
        printf("  pathwayctl case decide %s proceed --reason TEXT\n"
               "  pathwayctl case decide %s proceed_with_mitigation --reason TEXT --mitigation TEXT\n"
               "  pathwayctl case decide %s declined --reason TEXT --benefit TEXT --displacement TEXT\n",
               name, name, name);
    else if (strcmp(state, "proposed") == 0)
        printf("  pathwayctl case second %s\n  pathwayctl case reopen %s --reason TEXT\n", name, name);
    else if (strcmp(state, "decided") == 0)
        printf("  pathwayctl case reopen %s --reason TEXT\n", name);
}
