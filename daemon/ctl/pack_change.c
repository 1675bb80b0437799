/* SPDX-License-Identifier: Apache-2.0
 *
 * pack_change.c: pack activate, off, second, withdraw and history: who brings which pack into force. The daemon keeps the
 * record and has the last word; what is wrong with a pack is said here, before anybody is bothered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ctl/list.h"
#include "ctl/packs.h"
#include "ctl/trial.h"

#define POLL_MS    300
#define WAIT_POLLS 400 /* two minutes: every policy is started once to try it */

static void begin(struct buffer *request, const char *op)
{
    json_write_begin(request, '{');
    json_member_string(request, "op", op);
}

static const char *choice_words(const char *choice)
{
    return strcmp(choice, "shadow") == 0 ? "on trial" : strcmp(choice, "off") == 0 ? "taken out" : "in force";
}

static void print_pack(const cJSON *change)
{
    table_print(table_word(change, "pack"));
    if (*table_word(change, "version"))
        putchar(' ');
    table_print(table_word(change, "version"));
}

/* ---- what it comes to ---- */

/* Polls, because the daemon changes over meanwhile. NULL when it is not over in time. */
static cJSON *wait_for(struct ctl *ctl, double change)
{
    struct buffer request = {0};
    cJSON *answer = NULL;
    begin(&request, "pack.change");
    json_member_unsigned(&request, "change", (uint64_t)change);
    json_write_end(&request, '}');
    for (int i = 0; i < WAIT_POLLS; i++) {
        const struct timespec pause = {0, POLL_MS * 1000000L};
        cJSON_Delete(answer);
        answer = NULL;
        if (call_quietly(ctl, &request, &answer) == CTL_GOOD) {
            const cJSON *row = cJSON_GetObjectItemCaseSensitive(answer, "result");
            if (strcmp(table_word(row, "state"), "trying") != 0)
                break;
        }
        nanosleep(&pause, NULL);
    }
    buffer_release(&request);
    return answer;
}

static int show_outcome(struct ctl *ctl, double change)
{
    cJSON *answer = wait_for(ctl, change), *row = cJSON_GetObjectItemCaseSensitive(answer, "result");
    const char *state = table_word(row, "state");
    bool done = strcmp(state, "done") == 0;
    cJSON_DeleteItemFromObjectCaseSensitive(row, "body");
    if (!row || strcmp(state, "trying") == 0) {
        ctl_complain("change %.0f is not over yet; see \"pathwayctl pack history\"", change);
    } else if (ctl->json) {
        list_print_json(row);
    } else if (done) {
        printf("Change %.0f: ", change);
        print_pack(row);
        printf(" is %s.%s\n", choice_words(table_word(row, "choice")),
               cJSON_IsTrue(table_find(row, "one_person")) ? " One person decided: packs.two_people is off."
                                                           : "");
    } else {
        ctl_complain("change %.0f is refused, and what was in force stays: %s", change,
                     table_word(row, "said"));
    }
    cJSON_Delete(answer);
    return done ? CTL_GOOD : CTL_BAD;
}

static void say_how_to_second(const cJSON *result, double change)
{
    puts("It takes two people: a colleague looks at it and seconds it with");
    if (*table_word(result, "version")) /* else it is taken out, and there is nothing to read */
        printf("  pathwayctl pack history --change %.0f --text\n", change);
    printf("  pathwayctl pack second %.0f\n", change);
}

/* Asks what `request` says, and closes it. */
static int act(struct ctl *ctl, struct buffer *request)
{
    cJSON *answer = NULL;
    json_write_end(request, '}');
    int status = call_request(ctl, request, &answer);
    buffer_release(request);
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(answer, "result");
    const char *state = table_word(result, "state");
    double change = cJSON_GetNumberValue(table_find(result, "change"));
    if (status == CTL_GOOD && strcmp(state, "trying") == 0) {
        status = show_outcome(ctl, change);
    } else if (status == CTL_GOOD && ctl->json) {
        list_print_json(result);
    } else if (status == CTL_GOOD) {
        printf("Change %.0f: ", change);
        print_pack(result);
        printf(" %s by ", state);
        table_print(table_word(result, "actor"));
        puts(".");
        if (strcmp(state, "proposed") == 0)
            say_how_to_second(result, change);
    }
    cJSON_Delete(answer);
    return status;
}

/* ---- proposing ---- */

/* What the daemon would only find out when a colleague has acted already. What this account may not see it finds then. */
static int check_against_those_in_force(struct ctl *ctl, const char *name, const cJSON *pack,
                                        const char *choice)
{
    struct packs packs = {0};
    bool found = false;
    int status = ctl_config(ctl);
    if (status != CTL_GOOD || ctl->config->packs_hidden)
        return status;
    status = packs_find(ctl, &packs);
    for (size_t i = 0; i < packs.count && status == CTL_GOOD; i++) {
        const struct pack_entry *entry = &packs.entries[i];
        if (entry->choice == PACK_OFF || strcmp(table_word(entry->pack.root, "pack"), name) != 0)
            continue;
        found = true;
        bool same = pack && strcmp(table_word(entry->pack.root, "version"), table_word(pack, "version")) == 0;
        if (same && !cJSON_Compare(entry->pack.root, pack, true)) {
            ctl_complain("%s %s is there already, with other words: give this one another \"version\"", name,
                         table_word(pack, "version"));
            status = CTL_BAD;
        } else if (same && (entry->choice == PACK_ACTIVE) == (strcmp(choice, "active") == 0)) {
            ctl_complain("%s %s is %s already", name, table_word(pack, "version"), choice_words(choice));
            status = CTL_BAD;
        }
    }
    if (status == CTL_GOOD && !pack && !found) {
        ctl_complain(
            "no pack named \"%s\" is in force or on trial; \"pathwayctl pack list\" shows those that are",
            name);
        status = CTL_BAD;
    }
    packs_release(&packs);
    return status;
}

static int need_reason(const struct ctl *ctl)
{
    if (ctl_option(ctl, "--reason"))
        return CTL_GOOD;
    ctl_complain("a change of policy says why: give --reason TEXT");
    return CTL_USAGE;
}

/* As `pack check` does. */
static int check(struct ctl *ctl, const char *file, const char *choice)
{
    struct packfile pack = {0};
    cJSON *errors = cJSON_CreateArray(), *error = NULL;
    int status = packfile_read(file, &pack);
    if (status != CTL_GOOD && pack.error)
        cJSON_AddItemToArray(errors, cJSON_CreateString(pack.error));
    if (status == CTL_GOOD)
        status = trial_read_all(ctl, file, &pack, errors);
    cJSON_ArrayForEach(error, errors)
    {
        ctl_complain("%s", error->valuestring);
    }
    cJSON_Delete(errors);
    if (status == CTL_GOOD)
        status = check_against_those_in_force(ctl, table_word(pack.root, "pack"), pack.root, choice);
    packfile_release(&pack);
    return status;
}

int ctl_pack_activate(struct ctl *ctl)
{
    const char *file = ctl->positionals[0], *choice = ctl_option(ctl, "--shadow") ? "shadow" : "active";
    struct buffer request = {0};
    char *bytes = NULL, *error = NULL;
    size_t length = 0;
    int status = need_reason(ctl);
    if (status == CTL_GOOD)
        status = ctl_config(ctl);
    if (status == CTL_GOOD && strcmp(file, "-") == 0) {
        ctl_complain("name the pack's file: it is read twice, to check it and to send it");
        status = CTL_USAGE;
    }
    if (status == CTL_GOOD && !(bytes = packfile_bytes(file, &length, &error))) {
        ctl_complain("%s", error ? error : "out of memory");
        status = CTL_USAGE;
    }
    if (status == CTL_GOOD)
        status = check(ctl, file, choice);
    if (status == CTL_GOOD) {
        begin(&request, "pack.propose");
        json_member_string(&request, "choice", choice);
        json_member_string(&request, "reason", ctl_option(ctl, "--reason"));
        json_member_text(&request, "body", (struct pw_text){bytes, length});
        status = act(ctl, &request);
    }
    free(bytes);
    free(error);
    return status;
}

int ctl_pack_off(struct ctl *ctl)
{
    struct buffer request = {0};
    int status = need_reason(ctl);
    if (status == CTL_GOOD)
        status = check_against_those_in_force(ctl, ctl->positionals[0], NULL, "off");
    if (status != CTL_GOOD)
        return status;
    begin(&request, "pack.propose");
    json_member_string(&request, "choice", "off");
    json_member_string(&request, "pack", ctl->positionals[0]);
    json_member_string(&request, "reason", ctl_option(ctl, "--reason"));
    return act(ctl, &request);
}

static int about_change(struct ctl *ctl, const char *op)
{
    struct buffer request = {0};
    char *end = NULL;
    unsigned long long change = strtoull(ctl->positionals[0], &end, 10);
    if (!change || *end) {
        ctl_complain("a change of packs is named by its number, not \"%s\"", ctl->positionals[0]);
        return CTL_USAGE;
    }
    begin(&request, op);
    json_member_unsigned(&request, "change", change);
    return act(ctl, &request);
}

int ctl_pack_second(struct ctl *ctl)
{
    return about_change(ctl, "pack.second");
}

int ctl_pack_withdraw(struct ctl *ctl)
{
    return about_change(ctl, "pack.withdraw");
}

/* ---- the record ---- */

static void line(const char *label, const cJSON *row, const char *key)
{
    const char *value = table_word(row, key);
    if (!*value)
        return;
    printf("%-12s", label);
    table_print(value);
    putchar('\n');
}

static void show_change(struct ctl *ctl, cJSON *row)
{
    if (ctl->json) {
        list_print_json(row);
        return;
    }
    if (ctl_option(ctl, "--text")) {
        fputs(table_word(row, "body"), stdout);
        return;
    }
    printf("Change %.0f: ", cJSON_GetNumberValue(table_find(row, "change")));
    print_pack(row);
    printf(", to be %s\n", choice_words(table_word(row, "choice")));
    line("State", row, "state");
    line("Regime", row, "regime");
    line("By", row, "actor");
    line("At", row, "at");
    line("And", row, "second");
    line("At", row, "seconded");
    line("Settled", row, "settled");
    line("Reason", row, "reason");
    line("Said", row, "said");
}

static int show_one(struct ctl *ctl)
{
    struct buffer request = {0};
    cJSON *answer = NULL;
    int64_t change = 0;
    int status = ctl_option_number(ctl, "--change", 1, INT64_MAX, 0, &change);
    begin(&request, "pack.change");
    json_member_integer(&request, "change", change);
    json_write_end(&request, '}');
    if (status == CTL_GOOD)
        status = call_request(ctl, &request, &answer);
    if (status == CTL_GOOD)
        show_change(ctl, cJSON_GetObjectItemCaseSensitive(answer, "result"));
    cJSON_Delete(answer);
    buffer_release(&request);
    return status;
}

int ctl_pack_history(struct ctl *ctl)
{
    static const char *const options[] = {"--pack", NULL}, *const keys[] = {"pack", NULL};
    static const struct table_column columns[] = {
        {"change", "change", 0},  {"at", "at", 0},       {"pack", "pack", 30}, {"version", "version", 16},
        {"to be", "choice", 0},   {"state", "state", 0}, {"by", "actor", 20},  {"and", "second", 20},
        {"reason", "reason", 50}, {NULL, NULL, 0}};
    if (ctl_option(ctl, "--change"))
        return show_one(ctl);
    if (ctl_option(ctl, "--text")) {
        ctl_complain("--text shows one pack: name its change with --change N");
        return CTL_USAGE;
    }
    return list_show(ctl, "pack.history", options, keys, columns,
                     "Nobody has changed the packs: those of the configuration are in force.");
}
