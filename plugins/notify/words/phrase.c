/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: a reviewer reads sentences, rules speak in codes; the translation is a table so that
 * a compliance team can read it through.
 */
#include "words/phrase.h"

#include <string.h>

const struct phrase phrase_levels[] = {
    {"none", "Nothing stands against this engagement any more."},
    {"note", "This is for your information; nothing needs to be done."},
    {"suggested", "A look is suggested; nothing is held up."},
    {"recommended", "A review is recommended before this goes ahead."},
    {"required", "A review is required: please do not let this begin until it is decided."},
    {"prohibited", "A rule says that this must not go ahead; two people have to decide the case."},
    {NULL, NULL},
};

const struct phrase phrase_changes[] = {
    {"opened", "A case was opened."},
    {"raised", "The case became more serious."},
    {"asked", "The case needs information that nobody has given yet."},
    {"answered", "What was asked is answered; the case is in review again."},
    {"added", "A rule more speaks in this case."},
    {"withdrawn", "Every finding of this case was withdrawn; there is nothing left to review."},
    {"reopened", "The case was opened again."},
    {"proposed", "A decision is proposed that takes two people: please look, and second it if you agree."},
    {"changed", "The case was decided, and something that the decision relied on is otherwise now."},
    {"due", "The case was decided, and the day has come to look at it again."},
    {"assigned", "The case was given to somebody who is to decide it."},
    {"reminder", "The case still waits for its decision; this is a reminder."},
    {"escalated", "The case was not decided in time, so somebody more is told of it."},
    {"appealed", "Somebody objects to what was decided, and asks that the case be looked at again."},
    {"decided", "The case is decided."},
    {"closed", "The case is closed; nothing is left to do."},
    {NULL, NULL},
};

const struct phrase phrase_kinds[] = {
    {"judgement", "a weighing, open to your reasons"},
    {"legal", "a legal duty, not a matter of judgement"},
    {"duty", "a reporting duty with a deadline"},
    {"verify", "rests on a weak match: verify the affiliation first"},
    {"system", "about pathwayd itself"},
    {NULL, NULL},
};

const struct phrase phrase_bases[] = {
    {"id_exact", "by its registered id"},
    {"name_exact", "by its exact name"},
    {"alias_exact", "by another of its exact names"},
    {"acronym", "by an abbreviation only"},
    {"name_fuzzy", "by a similar name only"},
    {NULL, NULL},
};

const struct phrase phrase_weighings[] = {
    {"C1.knowhow_beyond_paper", "the partner may gain know-how beyond the published paper"},
    {"C2.access_cutting_edge", "access to cutting-edge work"},
    {"C3.hands_on_training_may_return", "hands-on training may return home"},
    {"C4.access_cutting_edge_research", "access to cutting-edge research"},
    {"C5.training_and_commercial_knowledge", "training and commercial knowledge may flow out"},
    {"C5.tech_transfer_requirements", "requirements to transfer technology"},
    {"B1.access_knowledge", "access to the partner's knowledge"},
    {"B1.understand_pace_focus", "understanding the pace and focus of their research"},
    {"B1.leads_to_graduate_study", "joint work leads to graduate study here"},
    {"B2.insight", "insight into what others work on"},
    {"B2.understand_pace_focus", "understanding the pace and focus of their research"},
    {"B2.networking", "contacts among researchers"},
    {"B3.economic_gain", "economic gain"},
    {"B3.research_opportunities", "research opportunities"},
    {"B3.exposure_to_values", "exposure to open societies"},
    {"B4.access_their_developments", "access to their developments"},
    {"B5.close_engagement_talent", "close engagement with talent"},
    {"B5.understand_ecosystem", "understanding their ecosystem"},
    {"B5.test_products", "testing products"},
    {"M1.screen_new_information", "check whether the partner would learn more than the paper tells"},
    {"M1.screen_military_affiliation", "check the partner's ties to military and security services"},
    {"M1.screen_applications", "check what the results will be used for"},
    {"M2.screen_bad_actors_narrowly", "screen narrowly, for named bad actors only"},
    {"M3.joint_research_principles", "agree on principles for joint research"},
    {"M3.specific_notice_of_bad_actor", "act on specific notice of a bad actor"},
    {"M3.paths_to_remain", "offer paths to remain"},
    {"M4.none_curtailment_infeasible", "none: curtailing open publication is not feasible"},
    {"M5.limit_research_types", "limit the work to open-publication research"},
    {"M5.ip_theft_precautions", "take precautions against theft of intellectual property"},
    {"M5.support_rules_on_transfer_requirements", "support rules against forced technology transfer"},
    {NULL, NULL},
};

const char *phrase_find(const struct phrase *table, struct pw_text word)
{
    for (; table->word != NULL; table++)
        if (strlen(table->word) == word.length && memcmp(table->word, word.data, word.length) == 0)
            return table->words;
    return NULL;
}

void phrase_put(struct page *page, const struct phrase *table, struct pw_text code)
{
    const char *words = phrase_find(table, code);
    if (words == NULL) {
        page_text(page, code);
        return;
    }
    page_string(page, words);
    page_string(page, " (");
    page_text(page, code);
    page_string(page, ")");
}
