/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: the kinds of notices, in a table; and the lines that they have in common.
 */
#include "teller.h"

#include <string.h>

#include "words/phrase.h"

static struct pw_text literal(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

uint32_t tell_find(const struct teller *teller, uint32_t node, const char *pointer)
{
    return teller->documents->find(teller->notice, node, literal(pointer));
}

struct pw_text tell_text(const struct teller *teller, uint32_t node, const char *pointer)
{
    return teller->documents->text(teller->notice, tell_find(teller, node, pointer));
}

bool tell_is(struct pw_text text, const char *word)
{
    return tell_same(text, literal(word));
}

bool tell_same(struct pw_text a, struct pw_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool tell_true(const struct teller *teller, uint32_t node, const char *pointer)
{
    return teller->documents->type(teller->notice, tell_find(teller, node, pointer)) == PW_JSON_TRUE;
}

uint32_t tell_number(const struct teller *teller, uint32_t node, const char *pointer)
{
    int64_t number = 0;
    (void)teller->documents->integer(teller->notice, tell_find(teller, node, pointer), &number);
    return number < 0 || number > INT32_MAX ? 0 : (uint32_t)number;
}

void tell_heading(struct teller *teller, const char *words, bool kept)
{
    post_begin(teller->post, POST_HEADING, kept);
    post_say(teller->post, words);
}

void tell_sentence(struct teller *teller, const char *words, bool kept)
{
    post_begin(teller->post, POST_LINE, kept);
    post_say(teller->post, words);
}

void tell_labelled(struct teller *teller, const char *label, struct pw_text text, size_t most, bool kept)
{
    if (text.length == 0)
        return;
    tell_sentence(teller, label, kept);
    post_text(teller->post, text, most);
}

void tell_list(struct teller *teller, uint32_t list)
{
    const struct pw_document_api *documents = teller->documents;
    uint32_t count = 0;
    for (uint32_t node = documents->first(teller->notice, list); node != PW_NODE_NONE;
         node = documents->next(teller->notice, node)) {
        if (count == TELL_MAX_ITEMS) {
            post_say(teller->post, ", and more");
            return;
        }
        post_say(teller->post, count++ > 0 ? ", " : "");
        post_text(teller->post, documents->text(teller->notice, node), POST_ID_UNITS);
    }
}

void tell_when(struct teller *teller)
{
    static const struct {
        const char *pointer, *label;
    } times[] = {{"/decide_by", "To be decided by "},
                 {"/answer_by", "To be answered by "},
                 {"/due", "The law's own day is "}};
    bool headed = false;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct pw_text time = tell_text(teller, PW_NODE_ROOT, times[i].pointer);
        if (time.length == 0)
            continue;
        if (!headed)
            tell_heading(teller, "By when", true);
        headed = true;
        tell_labelled(teller, times[i].label, time, POST_ID_UNITS, true);
    }
}

void tell_where(struct teller *teller)
{
    struct pw_text page = tell_text(teller, PW_NODE_ROOT, "/page");
    tell_heading(teller, "Where to act", true);
    tell_labelled(teller, "Command: ", tell_text(teller, PW_NODE_ROOT, "/act"), POST_NAME_UNITS, true);
    if (!post_link(teller->post, page))
        tell_labelled(teller, "Page: ", page, POST_NAME_UNITS, true);
}

/* ---- a digest ------------------------------------------------------------------------------------------ */

static void tell_member(struct teller *teller, uint32_t node, const char *label, const char *pointer)
{
    struct pw_text text = tell_text(teller, node, pointer);
    if (text.length == 0)
        return;
    post_say(teller->post, label);
    post_text(teller->post, text, POST_ID_UNITS);
}

static void tell_one_of_many(struct teller *teller, uint32_t node)
{
    post_begin(teller->post, POST_ITEM, false);
    tell_member(teller, node, "Case ", "/case_id");
    tell_member(teller, node, ", engagement ", "/engagement_id");
    tell_member(teller, node, ": ", "/level");
    post_say(teller->post, tell_true(teller, node, "/needs_information") ? ", needs information" : "");
    tell_member(teller, node, ", ", "/change");
    tell_member(teller, node, ", is ", "/state");
    post_say(teller->post, ", pathways ");
    tell_list(teller, tell_find(teller, node, "/pathways"));
    tell_member(teller, node, ", to be decided by ", "/decide_by");
    tell_member(teller, node, ", due ", "/due");
    post_say(teller->post, ".");
    if (!teller->full)
        return;
    tell_labelled(teller, "Title: ", tell_text(teller, node, "/title"), POST_NAME_UNITS, false);
    tell_labelled(teller, "Explanation: ", tell_text(teller, node, "/explanation"), TELL_EXCERPT, false);
}

static void tell_digest(struct teller *teller)
{
    const struct pw_document_api *documents = teller->documents;
    uint32_t cases = tell_find(teller, PW_NODE_ROOT, "/cases");
    uint32_t left_out = tell_number(teller, PW_NODE_ROOT, "/left_out");
    uint32_t count = documents->count(teller->notice, cases), told = 0;
    post_begin(teller->post, POST_TITLE, true);
    post_say(teller->post, "Digest, cases: ");
    post_count(teller->post, (uint64_t)count + left_out);
    if (teller->full)
        tell_labelled(teller, "Told because: ", tell_text(teller, PW_NODE_ROOT, "/because"), POST_NAME_UNITS,
                      true);
    for (uint32_t node = documents->first(teller->notice, cases);
         node != PW_NODE_NONE && told < TELL_MAX_CASES; node = documents->next(teller->notice, node), told++)
        tell_one_of_many(teller, node);
    if (count - told + left_out > 0) {
        tell_sentence(teller, "Not told here, cases: ", true);
        post_count(teller->post, (uint64_t)(count - told) + left_out);
    }
    tell_where(teller);
}

/* ---- a question, an alarm, anything else --------------------------------------------------------------- */

static void tell_question(struct teller *teller)
{
    post_begin(teller->post, POST_TITLE, true);
    post_say(teller->post, "A question waits for an answer");
    tell_labelled(teller, "Case ", tell_text(teller, PW_NODE_ROOT, "/case_id"), POST_ID_UNITS, true);
    tell_labelled(teller, "Engagement ", tell_text(teller, PW_NODE_ROOT, "/engagement_id"), POST_ID_UNITS,
                  true);
    if (teller->full) {
        tell_labelled(teller, "Title: ", tell_text(teller, PW_NODE_ROOT, "/title"), POST_NAME_UNITS, true);
        tell_labelled(teller, "Told because: ", tell_text(teller, PW_NODE_ROOT, "/because"), POST_NAME_UNITS,
                      true);
        tell_heading(teller, "The question", false);
        tell_labelled(teller, "Question: ", tell_text(teller, PW_NODE_ROOT, "/question"), POST_TEXT_UNITS,
                      false);
        tell_labelled(teller, "Asked by ", tell_text(teller, PW_NODE_ROOT, "/asked_by"), POST_NAME_UNITS,
                      false);
    }
    tell_when(teller);
    tell_where(teller);
}

static void tell_alarm(struct teller *teller)
{
    post_begin(teller->post, POST_TITLE, true);
    post_say(teller->post, "Alarm: pathwayd needs its operator");
    tell_labelled(teller, "Subject: ", tell_text(teller, PW_NODE_ROOT, "/subject"), POST_NAME_UNITS, true);
    if (teller->full) {
        tell_labelled(teller, "Text: ", tell_text(teller, PW_NODE_ROOT, "/text"), POST_TEXT_UNITS, false);
        tell_labelled(teller, "Told because: ", tell_text(teller, PW_NODE_ROOT, "/because"), POST_NAME_UNITS,
                      true);
    }
    tell_where(teller);
}

/* Of a daemon that is newer than this plugin. */
static void tell_other(struct teller *teller)
{
    post_begin(teller->post, POST_TITLE, true);
    post_say(teller->post, "A notice");
    tell_labelled(teller, "Kind: ", tell_text(teller, PW_NODE_ROOT, "/kind"), POST_ID_UNITS, true);
    tell_labelled(teller, "Case ", tell_text(teller, PW_NODE_ROOT, "/case_id"), POST_ID_UNITS, true);
    tell_where(teller);
}

void tell_notice(const struct pw_document_api *documents, const struct pw_document *notice, bool full,
                 struct post *ret_post)
{
    static const struct {
        const char *kind;
        void (*tell)(struct teller *teller);
    } kinds[] = {{"case", tell_case},
                 {"", tell_case},
                 {"digest", tell_digest},
                 {"question", tell_question},
                 {"alarm", tell_alarm}};
    struct teller teller = {.documents = documents, .notice = notice, .post = ret_post, .full = full};
    struct pw_text kind = tell_text(&teller, PW_NODE_ROOT, "/kind");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (tell_is(kind, kinds[i].kind)) {
            kinds[i].tell(&teller);
            return;
        }
    tell_other(&teller);
}
