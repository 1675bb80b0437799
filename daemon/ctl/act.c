/* SPDX-License-Identifier: Apache-2.0
 *
 * act.c: what people do to cases, one row a command: assign, take, ask, comment, attach, statement, hold, appeal, close,
 * mitigation, refer. Who does it the daemon sees by the account.
 */
#include "ctl/act.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/call.h"
#include "ctl/case.h"
#include "ctl/list.h"
#include "ctl/table.h"

/* ---- asking ---- */

int act_begin(const struct ctl *ctl, struct buffer *request, const char *op)
{
    const char *name = ctl->positionals[0];
    int64_t revision = 0;
    if (ctl_option_number(ctl, "--revision", 1, INT64_MAX, 0, &revision) != CTL_GOOD)
        return CTL_USAGE;
    json_write_begin(request, '{');
    json_member_string(request, "op", op);
    json_member_string(request, case_number(name) ? "case" : "engagement", name);
    if (revision)
        json_member_integer(request, "revision", revision);
    return CTL_GOOD;
}

void act_option(const struct ctl *ctl, struct buffer *request, const char *option, const char *key)
{
    const char *value = ctl_option(ctl, option);
    if (value)
        json_member_string(request, key, value);
}

/* ---- somebody was faster ---- */

/* As a shell reads it; whatever a terminal would obey has no place in it. */
static void put_word(struct buffer *line, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    buffer_string(line, line->length ? " " : "");
    if (*word && strspn(word, plain) == strlen(word)) {
        buffer_string(line, word);
        return;
    }
    buffer_string(line, "'");
    for (; *word; word++)
        if (*word == '\'')
            buffer_string(line, "'\\''");
        else
            buffer_append(line, ((unsigned char)*word < 0x20 && *word != '\n') || *word == 0x7f ? " " : word,
                          1);
    buffer_string(line, "'");
}

static void put_option(const struct ctl *ctl, struct buffer *line, int index, const struct words *words,
                       const char *saved)
{
    const struct ctl_option *option = &ctl->command->options[index];
    bool unkept = words && words->unkept && strcmp(option->name, words->option) == 0;
    if (strcmp(option->name, "--revision") == 0 || (!ctl->values[index] && !unkept))
        return;
    put_word(line, option->name);
    if (unkept)
        put_word(line, saved ? saved : "-");
    else if (option->argument)
        put_word(line, ctl->values[index]);
    for (int time = 1; option->argument && ctl_option_again(ctl, option->name, time); time++) {
        put_word(line, option->name);
        put_word(line, ctl_option_again(ctl, option->name, time));
    }
}

static void print_again(const struct ctl *ctl, double revision, const struct words *words, const char *saved)
{
    struct buffer line = {0};
    put_word(&line, "pathwayctl");
    if (ctl->config_file) {
        put_word(&line, "--config");
        put_word(&line, ctl->config_file);
    }
    put_word(&line, ctl->command->noun);
    put_word(&line, ctl->command->verb);
    for (int i = 0; i < ctl->positional_count; i++)
        put_word(&line, ctl->positionals[i]);
    for (int i = 0; i < CTL_MAX_OPTIONS && ctl->command->options[i].name; i++)
        put_option(ctl, &line, i, words, saved);
    buffer_format(&line, " --revision %.0f", revision);
    if (!line.failed)
        fprintf(stderr, "To do it all the same:\n  %s\n", line.data);
    buffer_release(&line);
}

static void offer_again(const struct ctl *ctl, const cJSON *answer, const struct words *words)
{
    const cJSON *revision = table_find(answer, "revision");
    struct buffer saved = {0};
    char *file = NULL;
    if (strcmp(table_word(answer, "code"), "changed") != 0 || !cJSON_IsNumber(revision))
        return;
    if (words && words->text && words->unkept && words_save(words, &file) == CTL_GOOD) {
        buffer_format(&saved, "@%s", file);
        fprintf(stderr, "What you wrote is in %s.\n", file);
    }
    print_again(ctl, cJSON_GetNumberValue(revision), words, saved.data);
    buffer_release(&saved);
    free(file);
}

int act_ask(struct ctl *ctl, struct buffer *request, const struct words *words, cJSON **ret_answer)
{
    cJSON *answer = NULL;
    json_write_end(request, '}');
    int status = call_try(ctl, request, &answer);
    buffer_release(request);
    if (status == CTL_GOOD)
        status = call_refused(answer);
    if (status == CTL_GOOD) {
        *ret_answer = answer;
        return CTL_GOOD;
    }
    if (answer)
        offer_again(ctl, answer, words);
    cJSON_Delete(answer);
    return status;
}

/* ---- the commands ---- */

#define DEED_MEMBERS 4

struct deed {
    const char *verb, *op;
    const char *argument; /* what the second positional is, or NULL */
    struct {
        const char *option, *key;
    } members[DEED_MEMBERS];
    struct {
        const char *option, *key, *needed; /* `needed`: it may not be left out, and why */
    } words;
    const char *done; /* after the case's name */
};

static const struct deed deeds[] = {
    {"assign", "case.assign", "reviewer", {{NULL, NULL}}, {"--note", "note", NULL}, "is given to a reviewer"},
    {"take", "case.take", NULL, {{NULL, NULL}}, {NULL, NULL, NULL}, "is taken"},
    {"ask",
     "case.ask",
     NULL,
     {{"--of", "unit"}, {"--by", "answer_by"}},
     {"--question", "question", "say what is asked"},
     "waits for an answer"},
    {"comment",
     "case.comment",
     NULL,
     {{NULL, NULL}},
     {"--text", "text", "a comment says something"},
     "has a comment"},
    {"attach", "case.attach", "reference", {{NULL, NULL}}, {"--note", "note", NULL}, "names a document"},
    {"statement",
     "case.statement",
     NULL,
     {{"--reference", "reference"}},
     {"--text", "text", NULL},
     "has a statement of the person concerned"},
    {"hold",
     "case.hold",
     NULL,
     {{"--until", "until"}},
     {"--reason", "reason", "say why nothing is to go on meanwhile"},
     "is held"},
    {"appeal",
     "case.appeal",
     NULL,
     {{"--by", "party"}},
     {"--reason", "reason", "say what speaks against the decision"},
     "is to be decided anew"},
    {"close", "case.close", NULL, {{NULL, NULL}}, {"--note", "note", NULL}, "is closed"},
};

static const struct deed *find_deed(const char *verb)
{
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
        if (strcmp(deeds[i].verb, verb) == 0)
            return &deeds[i];
    return NULL;
}

static void print_done(const struct ctl *ctl, const cJSON *answer, const char *done)
{
    const cJSON *result = table_find(answer, "result");
    if (ctl->json) {
        list_print_json(result);
        return;
    }
    printf("%s %s, by ", table_word(result, "case"), done);
    table_print(table_word(result, "actor"));
    printf(" (%s, revision %.0f).\n", table_word(result, "state"),
           cJSON_GetNumberValue(table_find(result, "revision")));
    if (cJSON_IsNumber(table_find(result, "question")) && strcmp(ctl->command->verb, "ask") == 0)
        puts(cJSON_IsTrue(table_find(result, "told")) ? "The unit's contact is written to."
                                                      : "Nobody is written to: the configuration has no "
                                                        "contact of that unit, or no channel for questions. "
                                                        "Ask by yourself.");
}

static int perform(struct ctl *ctl, const struct deed *deed, const struct words *words)
{
    struct buffer request = {0};
    cJSON *answer = NULL;
    int status = act_begin(ctl, &request, deed->op);
    if (status != CTL_GOOD) {
        buffer_release(&request);
        return status;
    }
    if (deed->argument)
        json_member_string(&request, deed->argument, ctl->positionals[1]);
    for (size_t i = 0; i < DEED_MEMBERS && deed->members[i].option; i++)
        act_option(ctl, &request, deed->members[i].option, deed->members[i].key);
    if (words->text)
        json_member_string(&request, deed->words.key, words->text);
    status = act_ask(ctl, &request, words, &answer);
    if (status == CTL_GOOD)
        print_done(ctl, answer, deed->done);
    cJSON_Delete(answer);
    return status;
}

int ctl_case_act(struct ctl *ctl)
{
    const struct deed *deed = find_deed(ctl->command->verb);
    struct words words = {0};
    int status = CTL_GOOD;
    if (deed->words.option)
        status = words_read(ctl, deed->words.option, deed->words.needed, &words);
    if (status == CTL_GOOD)
        status = perform(ctl, deed, &words);
    words_release(&words);
    return status;
}

int ctl_case_mitigation(struct ctl *ctl)
{
    struct buffer request = {0};
    cJSON *answer = NULL;
    char *end = NULL;
    long number = strtol(ctl->positionals[1], &end, 10);
    if (end == ctl->positionals[1] || *end || number < 1 || number > INT32_MAX) {
        ctl_complain("a mitigation has a number, as case show lists them, not \"%s\"", ctl->positionals[1]);
        return CTL_USAGE;
    }
    int status = act_begin(ctl, &request, "case.mitigation");
    if (status == CTL_GOOD) {
        json_member_integer(&request, "mitigation", number);
        json_member_string(&request, "what", ctl->positionals[2]);
        if (ctl->positional_count > 3)
            json_member_string(&request, "value", ctl->positionals[3]);
        status = act_ask(ctl, &request, NULL, &answer);
    }
    if (status == CTL_GOOD)
        print_done(ctl, answer, "has a mitigation further on");
    buffer_release(&request);
    cJSON_Delete(answer);
    return status;
}

int ctl_case_refer(struct ctl *ctl)
{
    bool second = ctl_option(ctl, "--second") != NULL;
    const struct deed deed = {
        .op = second ? "case.refer_second" : "case.refer",
        .members = {{second ? NULL : "--to", "to"}},
        .words = {"--reason", "reason", NULL},
        .done = second ? "was referred, for the record: nothing is sent"
                       : "is proposed for a referral; a colleague seconds it with --second"};
    struct words words = {0};
    if (second && (ctl_option(ctl, "--to") || ctl_option(ctl, "--reason"))) {
        ctl_complain("--second takes what a colleague proposed as it is, without --to and --reason");
        return CTL_USAGE;
    }
    int status = second ? CTL_GOOD : words_read(ctl, "--reason", "say why it is referred", &words);
    if (status == CTL_GOOD)
        status = perform(ctl, &deed, &words);
    words_release(&words);
    return status;
}
