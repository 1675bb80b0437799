/* SPDX-License-Identifier: Apache-2.0
 *
 * decide.c: case decide, case second, case reopen: a person decides. Who that is the daemon sees by the account; what a
 * decision has to say, cases/decision.h.
 */
#include "ctl/decide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases/decision.h"
#include "ctl/act.h"
#include "ctl/list.h"
#include "ctl/plan.h"
#include "ctl/table.h"

static const char *const dispositions[] = {"proceed", "proceed_with_mitigation", "declined", NULL};

/* ---- asking ---- */

/* With those of a plan, which may be NULL, before them. */
static void member_options(const struct ctl *ctl, struct buffer *request, const char *option, const char *key,
                           const cJSON *plan)
{
    const char *value = NULL;
    const cJSON *item = NULL;
    if (!ctl_option(ctl, option) && !plan)
        return;
    json_write_key(request, key);
    json_write_begin(request, '[');
    cJSON_ArrayForEach(item, plan)
    {
        json_write_string(request, cJSON_GetStringValue(item));
    }
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

/* Asks what `request` says, and shows what became of the case. */
static int decide(struct ctl *ctl, struct buffer *request, const struct words *words, const char *done)
{
    cJSON *answer = NULL;
    int status = act_ask(ctl, request, words, &answer);
    const cJSON *result = table_find(answer, "result");
    if (status == CTL_GOOD && ctl->json) {
        list_print_json(result);
    } else if (status == CTL_GOOD) {
        const char *name = table_word(result, "case"), *day = table_word(result, "review_by");
        bool proposed = strcmp(table_word(result, "state"), "proposed") == 0;
        printf("%s %s by ", name, proposed && strcmp(done, "decided") == 0 ? "proposed" : done);
        table_print(table_word(result, "actor"));
        if (*day) {
            fputs("; to be looked at again by ", stdout);
            print_day(day);
        }
        puts(".");
        if (proposed && strcmp(done, "decided") == 0)
            printf("It takes two people: a colleague seconds it with\n  pathwayctl case second %s\n", name);
    }
    cJSON_Delete(answer);
    return status;
}

/* The request of an act with words in it; closes nothing. CTL_GOOD, or released. */
static int begin(struct ctl *ctl, struct buffer *request, const char *op, const char *key,
                 const struct words *words)
{
    int status = act_begin(ctl, request, op);
    if (status == CTL_GOOD && words && words->text)
        json_member_string(request, key, words->text);
    if (status != CTL_GOOD)
        buffer_release(request);
    return status;
}

int ctl_case_decide(struct ctl *ctl)
{
    struct buffer request = {0};
    struct words words = {0};
    cJSON *plan = NULL;
    const char *disposition = ctl->positionals[1];
    const char *const *known = dispositions;
    while (*known && strcmp(*known, disposition) != 0)
        known++;
    if (!*known) {
        ctl_complain("a decision is proceed, proceed_with_mitigation or declined, not \"%s\"", disposition);
        return CTL_USAGE;
    }
    int status = plan_read(ctl, &plan);
    if (status == CTL_GOOD)
        status = words_read(ctl, "--reason", "a decision says why", &words);
    if (status == CTL_GOOD)
        status = begin(ctl, &request, "case.decide", "reason", &words);
    if (status == CTL_GOOD) {
        json_member_string(&request, "disposition", disposition);
        act_option(ctl, &request, "--code", "code");
        act_option(ctl, &request, "--displacement", "displacement");
        act_option(ctl, &request, "--review-by", "review_by");
        member_options(ctl, &request, "--cost", "costs", NULL);
        member_options(ctl, &request, "--benefit", "benefits", NULL);
        member_options(ctl, &request, "--mitigation", "mitigations", plan);
        status = decide(ctl, &request, &words, "decided");
    }
    words_release(&words);
    cJSON_Delete(plan);
    return status;
}

int ctl_case_second(struct ctl *ctl)
{
    struct buffer request = {0};
    int status = begin(ctl, &request, "case.second", NULL, NULL);
    return status == CTL_GOOD ? decide(ctl, &request, NULL, "seconded") : status;
}

static int with_words(struct ctl *ctl, const char *op, const char *option, const char *needed,
                      const char *done)
{
    struct buffer request = {0};
    struct words words = {0};
    int status = words_read(ctl, option, needed, &words);
    if (status == CTL_GOOD)
        status = begin(ctl, &request, op, option + 2, &words);
    if (status == CTL_GOOD)
        status = decide(ctl, &request, &words, done);
    words_release(&words);
    return status;
}

int ctl_case_reopen(struct ctl *ctl)
{
    return with_words(ctl, "case.reopen", "--reason", "say why it is taken up again", "taken up again");
}

int ctl_case_dissent(struct ctl *ctl)
{
    return with_words(ctl, "case.dissent", "--text", "say what you have against the decision",
                      "has dissent written beside its decision");
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

static void show_decision(const struct ctl *ctl, const cJSON *decision)
{
    const char *state = table_word(decision, "state"), *other = table_word(decision, "second");
    printf("  %s%s%s, by ", table_bold(ctl), table_word(decision, "disposition"), table_plain(ctl));
    table_print(table_word(decision, "actor"));
    if (*other) {
        fputs(" and ", stdout);
        table_print(other);
    }
    printf(", %s (%s)\n", table_word(decision, *other ? "seconded" : "at"),
           decision_state_words(text_of(state)));
    show_text("Reason", table_word(decision, "reason"));
    show_text("Kind", strcmp(table_word(decision, "code"), "other") != 0 ? table_word(decision, "code") : "");
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

/* Whether it is one of some words. */
static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; length && (at = strstr(at, word)); at += length)
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

void decisions_show_next(const cJSON *item)
{
    const char *state = table_word(item, "state"), *name = table_word(item, "case");
    static const struct {
        const char *states, *words;
    } next[] = {
        {"new triage", "take %s"},
        {"new triage in_review appealed", "ask %s --question TEXT"},
        {"new triage in_review needs_information appealed", "decide %s proceed --reason TEXT"},
        {"new triage in_review needs_information appealed",
         "decide %s proceed_with_mitigation --reason TEXT --mitigation TEXT"},
        {"new triage in_review needs_information appealed",
         "decide %s declined --reason TEXT --benefit TEXT --displacement TEXT"},
        {"proposed", "second %s"},
        {"proposed decided closed", "reopen %s --reason TEXT"},
        {"decided closed", "appeal %s --by PARTY --reason TEXT"},
        {"decided", "close %s"},
    };
    double revision = cJSON_GetNumberValue(table_find(item, "revision"));
    puts("\nThe system recommends; a person decides.");
    for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
        if (!has_word(next[i].states, state))
            continue;
        const char *place = strstr(next[i].words, "%s");
        printf("  pathwayctl case %.*s%s%s --revision %.0f\n", (int)(place - next[i].words), next[i].words,
               name, place + 2, revision);
    }
}
