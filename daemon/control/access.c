/* SPDX-License-Identifier: Apache-2.0
 *
 * access.c: see access.h.
 */
#include "control/access.h"

#include <string.h>
#include "json/json.h"

#define CASEWORK (ROLE_REVIEWER | ROLE_LEAD)
#define READING  (ROLE_REVIEWER | ROLE_LEAD | ROLE_AUDITOR)
#define RUNNING  (ROLE_AUDITOR | ROLE_ADMINISTRATOR)

const struct access access_table[] = {
    {"status", 0, false},
    {"metrics", 0, false},
    {"drained", 0, false},
    {"event.list", READING, true},
    {"event.show", READING, true},
    {"why", READING, true},
    {"finding.list", READING, true},
    {"report", READING, true},
    {"case.list", READING, false},
    {"case.show", READING, false},
    {"case.assign", CASEWORK, false},
    {"case.take", CASEWORK, false},
    {"case.ask", CASEWORK, false},
    {"case.answer", CASEWORK, false},
    {"case.comment", CASEWORK, false},
    {"case.attach", CASEWORK, false},
    {"case.statement", CASEWORK, false},
    {"case.hold", CASEWORK, false},
    {"case.decide", CASEWORK, false},
    {"case.second", ROLE_LEAD, false},
    {"case.reopen", CASEWORK, false},
    {"case.appeal", CASEWORK, false},
    {"case.close", CASEWORK, false},
    {"case.dissent", CASEWORK, false},
    {"case.mitigation", CASEWORK, false},
    {"case.refer", CASEWORK, false},
    {"case.refer_second", ROLE_LEAD, false},
    {"silence.add", ROLE_LEAD, false},
    {"silence.end", ROLE_LEAD, false},
    {"silence.list", READING, false},
    {"pack.propose", ROLE_ADMINISTRATOR, false},
    {"pack.second", ROLE_ADMINISTRATOR, false},
    {"pack.withdraw", ROLE_ADMINISTRATOR, false},
    {"pack.history", ROLE_LEAD | RUNNING, false},
    {"pack.change", ROLE_LEAD | RUNNING, false},
    {"plugin.list", RUNNING, false},
    {"pending.list", RUNNING, false},
    {"pause", ROLE_ADMINISTRATOR, false},
    {"resume", ROLE_ADMINISTRATOR, false},
    {"reload", ROLE_ADMINISTRATOR, false},
};
const uint32_t access_count = sizeof(access_table) / sizeof(access_table[0]);

static const struct access *find(const char *operation)
{
    for (uint32_t i = 0; i < access_count; i++)
        if (strcmp(access_table[i].operation, operation) == 0)
            return &access_table[i];
    return NULL;
}

int access_as(const struct config *config, struct pw_text sign_in, struct actor *actor,
              struct refusal *refusal)
{
    if (!actor->speaks)
        return refuse(refusal, "role", "Only the reviewers' page asks for somebody else, and %.*s is not it.",
                      TEXT_FMT(actor->name));
    for (uint32_t i = 0; i < config->person_count; i++)
        if (config->people[i].sign_in && text_is(sign_in, config->people[i].sign_in)) {
            *actor = actor_of(&config->people[i], actor->name);
            return 0;
        }
    return refuse(
        refusal, "role",
        "Nobody signs in as \"%.*s\": an administrator adds them to \"people\" in the configuration.",
        (int)(sign_in.length > 128 ? 128 : sign_in.length), sign_in.data);
}

int access_check(const char *operation, const struct actor *actor, struct refusal *refusal)
{
    const struct access *access = find(operation);
    char may[96], are[96];
    role_words(access ? access->roles : 0, may, sizeof(may));
    role_words(actor->roles, are, sizeof(are));
    if (!access || (access->roles && !(access->roles & actor->roles)))
        return refuse(refusal, "role", "%s is for the role %s; %.*s has %s%s.", operation, may,
                      TEXT_FMT(actor->name), actor->roles ? "the role " : "none", actor->roles ? are : "");
    if (access->whole && actor->queues && !(actor->roles & ROLE_AUDITOR))
        return refuse(refusal, "role",
                      "%s shows what is in all queues, and %.*s has a part in some only: see case list.",
                      operation, TEXT_FMT(actor->name));
    return 0;
}
