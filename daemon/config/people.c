/* SPDX-License-Identifier: Apache-2.0
 *
 * people.c: reads the accounts that may use the control endpoint with their roles, and the units with their contacts.
 * Two accounts of one reviewer would be two people alone, so that is refused.
 */
#include <stdlib.h>
#include <string.h>
#include <pathwayd/plugin.h>
#include "config/rows.h"

#define MOST_SIGN_IN 128u
#define MOST_ADDRESS 254u /* RFC 5321, less the brackets */

static void read_roles(struct loading *loading, const struct setting *array, const char *what,
                       uint32_t *ret_roles)
{
    for (uint32_t i = 0; array && array->type == PW_JSON_ARRAY && i < array->count; i++) {
        struct nearest nearest;
        struct pw_text word = setting_text(&array->children[i]);
        uint32_t role = 0;
        nearest_begin(&nearest, word);
        for (uint32_t k = 0; k < ROLE_COUNT; k++) {
            role |= text_is(word, role_names[k]) ? 1u << k : 0;
            nearest_offer(&nearest, role_names[k]);
        }
        if (!role)
            faults_add(&loading->faults, &array->children[i],
                       "%s has the role \"%.*s\", but there are reviewer, lead, auditor and administrator%s",
                       what, TEXT_FMT(word), nearest_clause(&nearest));
        *ret_roles |= role;
    }
}

void people_read(struct loading *loading, const struct setting *object, const char *what, void *target)
{
    struct config_person *person = target;
    section_read(loading, object, section_person_rows, what, person);
    const struct setting *account = section_given(object, "account");
    int64_t number;
    person->uid = (uid_t)-1;
    bool fits = account && (account->type == PW_JSON_STRING || setting_integer(account, &number));
    if (fits && section_user(loading, account, &person->uid))
        person->account = section_account(loading, account);
    read_roles(loading, section_given(object, "roles"), what, &person->roles);
}

void people_read_unit(struct loading *loading, const struct setting *object, const char *what, void *target)
{
    section_read(loading, object, section_unit_rows, what, target);
}

/* ---- what follows from them ---- */

static void add_lab(struct loading *loading, const char *code)
{
    struct config *config = loading->config;
    size_t count = 0;
    for (; config->lab_units && config->lab_units[count]; count++)
        if (strcmp(config->lab_units[count], code) == 0)
            return;
    char **units = realloc(config->lab_units, (count + 2) * sizeof(*units));
    loading->faults.memory = loading->faults.memory || !units;
    if (!units)
        return;
    config->lab_units = units;
    units[count] = section_copy(loading, (struct pw_text){code, strlen(code)});
    units[count + 1] = NULL;
}

/* An instance of the plugin that sends e-mail, when none is named. */
static bool sends_mail(const struct config_plugin *plugin)
{
    const char *slash = plugin->file ? strrchr(plugin->file, '/') : NULL;
    return plugin->stage == PW_STAGE_NOTIFY && plugin->name && slash && strcmp(slash, "/email.so") == 0;
}

static bool is_among(char *const *names, const char *name)
{
    for (; names && name && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* Who only reviews sees the queues that name them, where nothing else is said. */
static void give_queues(struct loading *loading, struct config_person *person)
{
    const struct config *config = loading->config;
    uint32_t count = 0;
    if (person->queues || !config->queue_count || (person->roles & (ROLE_LEAD | ROLE_AUDITOR)))
        return;
    person->queues = calloc(config->queue_count + 1u, sizeof(*person->queues));
    loading->faults.memory = loading->faults.memory || !person->queues;
    for (uint32_t i = 0; person->queues && i < config->queue_count; i++) {
        const struct config_queue *queue = &config->queues[i];
        if (queue->name && is_among(queue->reviewers, person->reviewer))
            person->queues[count++] =
                section_copy(loading, (struct pw_text){queue->name, strlen(queue->name)});
    }
}

void people_complete(struct loading *loading)
{
    struct config *config = loading->config;
    for (uint32_t i = 0; i < config->person_count; i++)
        give_queues(loading, &config->people[i]);
    for (uint32_t i = 0; i < config->unit_count; i++)
        if (config->units[i].lab && config->units[i].code)
            add_lab(loading, config->units[i].code);
    for (uint32_t i = 0; i < config->plugin_count && !config->questions_channel; i++)
        if (sends_mail(&config->plugins[i]))
            config->questions_channel = section_copy(
                loading, (struct pw_text){config->plugins[i].name, strlen(config->plugins[i].name)});
}

/* ---- checks ---- */

static const struct setting *place(const struct loading *loading, const char *list, uint32_t index,
                                   const char *key)
{
    const struct setting *object = &setting_find(&loading->root, list)->children[index];
    const struct setting *value = setting_find(object, key);
    return value ? value : object;
}

static bool knows_reviewer(const struct config *config, const char *name, struct nearest *nearest)
{
    bool known = false;
    for (uint32_t i = 0; i < config->reviewer_count; i++) {
        const char *reviewer = config->reviewers[i].name ? config->reviewers[i].name : "";
        known = known || strcmp(reviewer, name) == 0;
        nearest_offer(nearest, reviewer);
    }
    return known;
}

/* Those that are given; what is missing is no mistake. */
static void check_queues(struct loading *loading, uint32_t index)
{
    const struct config *config = loading->config;
    const struct setting *array =
        section_given(&setting_find(&loading->root, "people")->children[index], "queues");
    for (uint32_t i = 0; array && array->type == PW_JSON_ARRAY && i < array->count; i++) {
        struct pw_text name = setting_text(&array->children[i]);
        struct nearest nearest;
        bool known = false;
        nearest_begin(&nearest, name);
        for (uint32_t k = 0; k < config->queue_count; k++) {
            const char *queue = config->queues[k].name ? config->queues[k].name : "";
            known = known || text_is(name, queue);
            nearest_offer(&nearest, queue);
        }
        if (!known)
            faults_add(&loading->faults, &array->children[i], "no queue is named \"%.*s\"%s", TEXT_FMT(name),
                       nearest_clause(&nearest));
    }
}

/* What cases call whoever has no account is no other's name as well. */
static void check_sign_in(struct loading *loading, uint32_t index)
{
    const struct config *config = loading->config;
    const struct config_person *person = &config->people[index];
    const struct setting *object = &setting_find(&loading->root, "people")->children[index];
    const struct setting *at = place(loading, "people", index, "sign_in");
    if (!section_given(object, "account") && !section_given(object, "sign_in"))
        faults_add(&loading->faults, object,
                   "one of \"people\" needs the key \"account\", or \"sign_in\" for the reviewers' page");
    if (!person->sign_in)
        return;
    size_t length = strlen(person->sign_in);
    bool good = length > 0 && length <= MOST_SIGN_IN;
    for (size_t i = 0; i < length; i++)
        good = good && (unsigned char)person->sign_in[i] > 0x20 && (unsigned char)person->sign_in[i] < 0x7f;
    if (!good)
        faults_add(&loading->faults, at,
                   "\"sign_in\" is a name of 1 to %u characters of ASCII without spaces", MOST_SIGN_IN);
    if (!person->reviewer && (person->roles & (ROLE_REVIEWER | ROLE_LEAD)))
        faults_add(
            &loading->faults, object,
            "\"%s\" acts on cases by signing in: \"reviewer\" says whom of the reviewers that is, so that "
            "nobody is two of them",
            person->sign_in);
    for (uint32_t i = 0; i < config->person_count; i++) {
        const struct config_person *other = &config->people[i];
        if (i != index && other->reviewer && strcmp(other->reviewer, person->sign_in) == 0)
            faults_add(&loading->faults, at, "\"%s\" is the reviewer that somebody else is", person->sign_in);
        if ((i < index && other->sign_in && strcmp(other->sign_in, person->sign_in) == 0) ||
            (i != index && other->account && strcmp(other->account, person->sign_in) == 0))
            faults_add(&loading->faults, at, "\"%s\" is the name of somebody else in \"people\"",
                       person->sign_in);
    }
}

static void check_person(struct loading *loading, uint32_t index)
{
    const struct config *config = loading->config;
    const struct config_person *person = &config->people[index];
    struct nearest nearest;
    check_sign_in(loading, index);
    for (uint32_t i = 0; i < index; i++) {
        const struct config_person *other = &config->people[i];
        if (person->account && other->account && person->uid == other->uid)
            faults_add(&loading->faults, place(loading, "people", index, "account"),
                       "the account \"%s\" stands in \"people\" twice", person->account);
        if (person->reviewer && other->reviewer && strcmp(person->reviewer, other->reviewer) == 0)
            faults_add(&loading->faults, place(loading, "people", index, "reviewer"),
                       "\"%s\" is the reviewer \"%s\" already: one person with two accounts would be two "
                       "people alone",
                       other->account   ? other->account
                       : other->sign_in ? other->sign_in
                                        : "",
                       person->reviewer);
    }
    if (!person->reviewer)
        return;
    nearest_begin(&nearest, (struct pw_text){person->reviewer, strlen(person->reviewer)});
    if (!knows_reviewer(config, person->reviewer, &nearest))
        faults_add(&loading->faults, place(loading, "people", index, "reviewer"),
                   "no reviewer is named \"%s\"%s", person->reviewer, nearest_clause(&nearest));
}

/* One address, that no header of a letter can be made of. */
static bool is_address(const char *text)
{
    const char *at = strchr(text, '@');
    size_t length = strlen(text);
    bool good = at && at > text && at[1] && !strchr(at + 1, '@') && length <= MOST_ADDRESS;
    for (size_t i = 0; good && i < length; i++)
        good = (unsigned char)text[i] > 0x20 && text[i] != 0x7f && !strchr("<>,;:\"()[]\\", text[i]);
    return good;
}

static void check_unit(struct loading *loading, uint32_t index)
{
    const struct config_unit *units = loading->config->units, *unit = &units[index];
    if (unit->contact && !is_address(unit->contact))
        faults_add(&loading->faults, place(loading, "units", index, "contact"), "\"%s\" is no e-mail address",
                   unit->contact);
    for (uint32_t i = 0; i < index && unit->code; i++)
        if (units[i].code && strcmp(units[i].code, unit->code) == 0) {
            faults_add(&loading->faults, place(loading, "units", index, "code"),
                       "the unit \"%s\" stands in \"units\" twice", unit->code);
            return;
        }
}

static void check_questions(struct loading *loading)
{
    const struct config *config = loading->config;
    const struct setting *cases = section_object(&loading->root, "cases");
    const struct setting *at = cases ? section_given(cases, "questions_channel") : NULL;
    struct nearest nearest;
    bool known = false;
    if (!at || !config->questions_channel)
        return;
    nearest_begin(&nearest, (struct pw_text){config->questions_channel, strlen(config->questions_channel)});
    for (uint32_t i = 0; i < config->plugin_count; i++) {
        if (config->plugins[i].stage != PW_STAGE_NOTIFY || !config->plugins[i].name)
            continue;
        known = known || strcmp(config->plugins[i].name, config->questions_channel) == 0;
        nearest_offer(&nearest, config->plugins[i].name);
    }
    if (!known)
        faults_add(&loading->faults, at, "no plugin of stage \"notify\" is named \"%s\"%s",
                   config->questions_channel, nearest_clause(&nearest));
}

void people_check(struct loading *loading)
{
    for (uint32_t i = 0; i < loading->config->person_count; i++) {
        check_person(loading, i);
        check_queues(loading, i);
    }
    for (uint32_t i = 0; i < loading->config->unit_count; i++)
        check_unit(loading, i);
    check_questions(loading);
}
