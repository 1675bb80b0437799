/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: what a reviewer reads of a case in a chat room; plugins/notify/email/letter.c answers
 * the same questions on more paper.
 */
#include "teller.h"

#include "words/phrase.h"

/* A word of ours as a sentence would have it, or as it is when no table knows it. */
static void say_phrase(struct teller *teller, const struct phrase *table, struct pw_text word)
{
    const char *words = phrase_find(table, word);
    if (words != NULL)
        post_say(teller->post, words);
    else
        post_text(teller->post, word, POST_ID_UNITS);
}

static void say_quoted(struct teller *teller, struct pw_text text)
{
    post_say(teller->post, "\"");
    post_text(teller->post, text, POST_NAME_UNITS);
    post_say(teller->post, "\"");
}

static void say_word(struct teller *teller, const char *before, struct pw_text word)
{
    if (word.length == 0)
        return;
    post_say(teller->post, before);
    post_text(teller->post, word, POST_ID_UNITS);
}

static void say_rest(struct teller *teller, uint32_t left, const char *of_what)
{
    if (left == 0)
        return;
    post_begin(teller->post, POST_LINE, false);
    post_say(teller->post, "More ");
    post_say(teller->post, of_what);
    post_say(teller->post, " stand in the case: ");
    post_count(teller->post, left);
}

/* ---- which case, and what happened --------------------------------------------------------------------- */

static void say_title(struct teller *teller)
{
    post_begin(teller->post, POST_TITLE, true);
    post_say(teller->post, "Case ");
    post_text(teller->post, tell_text(teller, PW_NODE_ROOT, "/case_id"), POST_TITLE_UNITS / 3u);
    post_say(teller->post, ": ");
    post_text(teller->post, tell_text(teller, PW_NODE_ROOT, "/level"), POST_TITLE_UNITS / 3u);
    if (tell_true(teller, PW_NODE_ROOT, "/needs_information"))
        post_say(teller->post, ", needs information");
}

static void say_case(struct teller *teller)
{
    struct pw_text level = tell_text(teller, PW_NODE_ROOT, "/level");
    bool withdrawn = tell_is(tell_text(teller, PW_NODE_ROOT, "/change"), "withdrawn");
    const char *sentence = phrase_find(phrase_levels, withdrawn ? PW_TEXT("none") : level);
    tell_sentence(teller, sentence != NULL ? sentence : "A case wants your attention.", true);
    tell_labelled(teller, "Case ", tell_text(teller, PW_NODE_ROOT, "/case_id"), POST_ID_UNITS, true);
    say_word(teller, ", engagement ", tell_text(teller, PW_NODE_ROOT, "/engagement_id"));
    post_say(teller->post, ", revision ");
    post_count(teller->post, tell_number(teller, PW_NODE_ROOT, "/revision"));
    if (!teller->full)
        return;
    tell_labelled(teller, "Title: ", tell_text(teller, PW_NODE_ROOT, "/title"), POST_NAME_UNITS, true);
    tell_labelled(teller, "Told because: ", tell_text(teller, PW_NODE_ROOT, "/because"), POST_NAME_UNITS,
                  true);
}

static void say_change(struct teller *teller)
{
    struct pw_text change = tell_text(teller, PW_NODE_ROOT, "/change");
    struct pw_text before = tell_text(teller, PW_NODE_ROOT, "/previous_level");
    struct pw_text level = tell_text(teller, PW_NODE_ROOT, "/level");
    post_begin(teller->post, POST_LINE, true);
    if (phrase_find(phrase_changes, change) != NULL) {
        say_phrase(teller, phrase_changes, change);
    } else {
        post_say(teller->post, "The case changed");
        say_word(teller, ": ", change);
        post_say(teller->post, ".");
    }
    say_word(teller, " Its level is ", level);
    if (!tell_same(before, level))
        say_word(teller, ", before it was ", before);
    post_say(teller->post, ".");
}

static void say_whose(struct teller *teller)
{
    struct pw_text queue = tell_text(teller, PW_NODE_ROOT, "/queue");
    struct pw_text state = tell_text(teller, PW_NODE_ROOT, "/state");
    tell_labelled(teller, "Queue: ", queue, POST_ID_UNITS, true);
    tell_labelled(teller, "State: ", state, POST_ID_UNITS, true);
    if (teller->full)
        tell_labelled(teller, "Assigned to ", tell_text(teller, PW_NODE_ROOT, "/assignee"), POST_ID_UNITS,
                      true);
}

static void say_event(struct teller *teller)
{
    struct pw_text type = tell_text(teller, PW_NODE_ROOT, "/event/type");
    if (type.length == 0)
        return;
    tell_labelled(teller, "Caused by the event ", type, POST_ID_UNITS, false);
    say_word(teller, " with id ", tell_text(teller, PW_NODE_ROOT, "/event/id"));
    say_word(teller, " from ", tell_text(teller, PW_NODE_ROOT, "/event/source"));
    post_say(teller->post, ".");
    tell_labelled(teller, "The record in the source system: ", tell_text(teller, PW_NODE_ROOT, "/link"),
                  POST_NAME_UNITS, false);
}

static void say_what_happened(struct teller *teller)
{
    uint32_t muted = tell_number(teller, PW_NODE_ROOT, "/muted");
    tell_heading(teller, "What happened", true);
    say_change(teller);
    post_begin(teller->post, POST_LINE, true);
    post_say(teller->post, "Pathways concerned: ");
    tell_list(teller, tell_find(teller, PW_NODE_ROOT, "/pathways"));
    say_whose(teller);
    if (muted > 0) {
        tell_sentence(teller, "Lesser findings that the prohibited one makes needless to tell: ", true);
        post_count(teller->post, muted);
    }
    if (teller->full)
        say_event(teller);
}

/* ---- why ----------------------------------------------------------------------------------------------- */

static void say_match(struct teller *teller, uint32_t evidence)
{
    struct pw_text list = tell_text(teller, evidence, "/list");
    struct pw_text source = tell_text(teller, evidence, "/source");
    struct pw_text snapshot = tell_text(teller, evidence, "/snapshot");
    post_begin(teller->post, POST_ITEM, false);
    post_say(teller->post, "Evidence: ");
    say_quoted(teller, tell_text(teller, evidence, "/text"));
    say_word(teller, " at ", tell_text(teller, evidence, "/pointer"));
    if (list.length > 0 || source.length > 0) {
        post_say(teller->post, " is ");
        say_quoted(teller, tell_text(teller, evidence, "/entry_name"));
        say_word(teller, ", entry ", tell_text(teller, evidence, "/entry"));
        say_word(teller, ", on the list ", list.length > 0 ? list : source);
        post_say(teller->post, snapshot.length > 0 ? "" : ", date not known");
        say_word(teller, " as of ", snapshot);
        post_say(teller->post, ", matched ");
        say_phrase(teller, phrase_bases, tell_text(teller, evidence, "/basis"));
    }
    post_say(teller->post, ".");
}

static void say_item(struct teller *teller, uint32_t node)
{
    post_begin(teller->post, POST_ITEM, false);
    post_text(teller->post, teller->documents->text(teller->notice, node), POST_NAME_UNITS);
}

/* Calls `each` for the first elements of the list, and counts the rest. */
static void say_each(struct teller *teller, uint32_t list, void (*each)(struct teller *teller, uint32_t node),
                     const char *what)
{
    uint32_t count = 0;
    for (uint32_t node = teller->documents->first(teller->notice, list); node != PW_NODE_NONE;
         node = teller->documents->next(teller->notice, node))
        if (count++ < TELL_MAX_ITEMS)
            each(teller, node);
    say_rest(teller, count > TELL_MAX_ITEMS ? count - TELL_MAX_ITEMS : 0, what);
}

static void say_finding(struct teller *teller, uint32_t finding, uint32_t number)
{
    const char *kind = phrase_find(phrase_kinds, tell_text(teller, finding, "/kind"));
    post_begin(teller->post, POST_LINE, false);
    post_say(teller->post, "Rule ");
    post_count(teller->post, number);
    say_word(teller, ": ", tell_text(teller, finding, "/rule"));
    say_word(teller, ", level ", tell_text(teller, finding, "/level"));
    say_word(teller, ", pathway ", tell_text(teller, finding, "/pathway"));
    say_word(teller, ", regime ", tell_text(teller, finding, "/regime"));
    if (kind != NULL) {
        post_say(teller->post, "; ");
        post_say(teller->post, kind);
    }
    post_say(teller->post, ".");
    tell_labelled(teller, "Explanation: ", tell_text(teller, finding, "/explanation"), POST_TEXT_UNITS,
                  false);
    tell_labelled(teller, "Due: ", tell_text(teller, finding, "/due"), POST_ID_UNITS, false);
    say_each(teller, tell_find(teller, finding, "/evidence"), say_match, "matches");
}

static void say_why(struct teller *teller)
{
    uint32_t findings = tell_find(teller, PW_NODE_ROOT, "/findings");
    uint32_t count = 0;
    tell_heading(teller, "Why", false);
    for (uint32_t node = teller->documents->first(teller->notice, findings); node != PW_NODE_NONE;
         node = teller->documents->next(teller->notice, node))
        if (count++ < TELL_MAX_FINDINGS)
            say_finding(teller, node, count);
    if (count == 0)
        tell_sentence(teller, "No finding stands.", false);
    say_rest(teller,
             (count > TELL_MAX_FINDINGS ? count - TELL_MAX_FINDINGS : 0) +
                 tell_number(teller, PW_NODE_ROOT, "/findings_left_out"),
             "findings");
}

/* Of a case that was decided: what is not as it was. */
static void say_what_changed(struct teller *teller)
{
    uint32_t changed = tell_find(teller, PW_NODE_ROOT, "/changed");
    if (teller->documents->count(teller->notice, changed) == 0)
        return;
    tell_heading(teller, "What has changed since it was decided", false);
    say_each(teller, changed, say_item, "changes");
}

/* ---- what is not known, costs and benefits, mitigations ------------------------------------------------ */

static void say_unknown(struct teller *teller, uint32_t unknown)
{
    post_begin(teller->post, POST_ITEM, false);
    post_text(teller->post, tell_text(teller, unknown, "/what"), POST_NAME_UNITS);
    say_word(teller, " Who can say: ", tell_text(teller, unknown, "/who"));
}

static void say_code(struct teller *teller, uint32_t node)
{
    struct pw_text code = teller->documents->text(teller->notice, node);
    post_begin(teller->post, POST_ITEM, false);
    say_phrase(teller, phrase_weighings, code);
    if (phrase_find(phrase_weighings, code) != NULL) {
        say_word(teller, " (", code);
        post_say(teller->post, ")");
    }
}

static bool same_raw(const struct teller *teller, uint32_t a, uint32_t b)
{
    const struct pw_document_api *documents = teller->documents;
    return tell_same(documents->raw(teller->notice, a), documents->raw(teller->notice, b));
}

/* Says a member of all findings, each thing once: five rules share their costs. What was said is looked up
 * among the few that were said, so a notice of any size takes no longer. */
static void say_joined(struct teller *teller, const char *member, const char *none,
                       void (*each)(struct teller *teller, uint32_t node))
{
    const struct pw_document_api *documents = teller->documents;
    uint32_t said[TELL_MAX_ITEMS], count = 0, more = 0;
    uint32_t findings = tell_find(teller, PW_NODE_ROOT, "/findings");
    for (uint32_t finding = documents->first(teller->notice, findings); finding != PW_NODE_NONE;
         finding = documents->next(teller->notice, finding))
        for (uint32_t node = documents->first(teller->notice, tell_find(teller, finding, member));
             node != PW_NODE_NONE; node = documents->next(teller->notice, node)) {
            uint32_t i = 0;
            while (i < count && !same_raw(teller, said[i], node))
                i++;
            if (i < count)
                continue;
            if (count == TELL_MAX_ITEMS) {
                more = 1;
                continue;
            }
            said[count++] = node;
            each(teller, node);
        }
    if (count == 0)
        tell_sentence(teller, none, false);
    if (more > 0)
        tell_sentence(teller, "There is more of it; the case shows all.", false);
}

static void say_weighing(struct teller *teller)
{
    static const struct {
        const char *heading, *member, *none;
        void (*each)(struct teller *teller, uint32_t node);
    } sections[] = {
        {"What is not known, and who can say", "/unknowns", "Nothing is missing for these findings.",
         say_unknown},
        {"Costs of going ahead", "/costs", "None is named.", say_code},
        {"Benefits of going ahead", "/benefits", "None is named.", say_code},
        {"What would mitigate", "/mitigations", "Nothing is suggested.", say_code},
    };
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        tell_heading(teller, sections[i].heading, false);
        say_joined(teller, sections[i].member, sections[i].none, sections[i].each);
    }
}

void tell_case(struct teller *teller)
{
    say_title(teller);
    say_case(teller);
    say_what_happened(teller);
    if (teller->full) {
        say_what_changed(teller);
        say_why(teller);
        say_weighing(teller);
    }
    tell_when(teller);
    tell_where(teller);
    if (teller->full)
        tell_sentence(teller, "This recommends and people decide. Findings are never about a person.", false);
}
