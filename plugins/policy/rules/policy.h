/* SPDX-License-Identifier: Apache-2.0
 *
 * policy.h: what the six policy plugins have in common: their life, and what each can never say.
 *
 * A plugin is a constant struct policy (its impossibilities, which no pack can change) and a descriptor whose
 * slots are the functions below. The limits are checked twice: a pack that declares more is refused at start,
 * and what is left to the moment (what a conclusion rests on) is cut at every finding.
 */
#ifndef POLICY_RULES_POLICY_H
#define POLICY_RULES_POLICY_H

#include "rules/pack.h"
#include "rules/selection.h"

struct assessment;

/* What a rule is about to say; a policy's `limit` may only lower it. */
struct verdict {
    const struct rule *rule;
    uint32_t level;    /* PW_LEVEL_*; none: the rule says nothing */
    bool asks;         /* needs_information */
    uint32_t grounds;  /* GROUND_* of the conditions that decided */
    uint64_t *matched; /* bits of the matches among them; NULL: none */
};

/* Whether a list match is among what decided. */
bool verdict_has_match(const struct assessment *assessment, const struct verdict *verdict);

/* Whether there are such matches and every one of them has this effect or that (which may be NULL). */
bool verdict_rests_on(const struct assessment *assessment, const struct verdict *verdict, const char *effect,
                      const char *or_effect);

/* Leaves only matches with this effect to rest on; whether there are any. */
bool verdict_keep_effect(const struct assessment *assessment, struct verdict *verdict, const char *effect);

struct policy {
    const char *pathway;
    uint32_t max_level;    /* no finding above it, ever */
    bool may_ask;          /* needs_information, and verify.affiliation */
    bool legal_only;       /* no rule of kind judgement */
    uint32_t hold_grounds; /* a hold must rest on one of these (GROUND_*) */
    void (*limit)(const struct assessment *assessment, struct verdict *verdict); /* may be NULL */
};

/* The slots of struct pw_plugin; `create` of a plugin calls policy_create with its own struct policy. Errors
 * are explained to the host. */
int32_t policy_create(const struct pw_host *host, const struct policy *policy, void **ret_instance);
int32_t policy_start(void *instance, const struct pw_document *config);
int32_t policy_handle(void *instance, const struct pw_message *message);
void policy_stop(void *instance);
void policy_destroy(void *instance);
const void *policy_extension(void *instance, const char *name); /* what the packs read of the past (fact.h) */

/* The configuration keys: which packs, and for some the Seven Sons switch (R22). */
#define POLICY_CONFIG_PACKS                                                                                  \
    {"packs", PW_CONFIG_PATH,                                                                                \
     0,       "\"packs/active.json\"",                                                                       \
     0,       0,                                                                                             \
     NULL,    "the file that says which packs are active, in the folder of the configuration; or one pack"}, \
        {"instead", PW_CONFIG_PATHS,                                                                         \
         0,         "[]",                                                                                    \
         0,         SELECTION_MAX_PACKS,                                                                     \
         NULL,      "packs that are tried in the place of the active ones of their regimes"},                \
    {                                                                                                        \
        "rates", PW_CONFIG_PATH, 0, NULL, 0, 0, NULL,                                                        \
            "what currencies are worth in one another; without, sums keep them apart"                        \
    }
#define POLICY_CONFIG_SEVEN_SONS                                                                             \
    {                                                                                                        \
        "seven_sons", PW_CONFIG_CHOICE, 0, "\"extra-scrutiny\"", 0, 0, "ban|extra-scrutiny",                 \
            "what a partner among the Seven Sons of National Defence means: always a review; a ban if so "   \
            "chosen"                                                                                         \
    }
#define POLICY_CONFIG_END                                                                                    \
    {                                                                                                        \
        NULL, 0, 0, NULL, 0, 0, NULL, NULL                                                                   \
    }

#endif
