/* SPDX-License-Identifier: Apache-2.0
 *
 * desk.h: where a letter is written: the notice being read, the sheet being written, and how much may be
 * told. What each kind of notice says is in a file of its own; they all write through this.
 *
 * On one thread, for the time of one letter. Texts that are read live as long as the notice.
 */
#ifndef EMAIL_DESK_H
#define EMAIL_DESK_H

#include "letter.h"
#include "sheet.h"

struct desk {
    const struct pw_document_api *documents;
    const struct pw_document *notice;
    const struct letter_style *style;
    struct sheet sheet;
    bool full;  /* names, titles, explanations and evidence may be told */
    bool brief; /* the letter came out too long: texts and lists are cut early */
};

/* ---- reading ---- */

uint32_t desk_find(const struct desk *desk, uint32_t node, const char *pointer);
struct pw_text desk_text(const struct desk *desk, uint32_t node, const char *pointer);
uint32_t desk_number(const struct desk *desk, uint32_t node, const char *pointer); /* 0: absent, or no such */
bool desk_true(const struct desk *desk, uint32_t node, const char *pointer);
bool desk_is(struct pw_text text, const char *word);

/* Whether a shell would take the case's id as the one word it is: only then is it put into commands. */
bool desk_case_is_plain(const struct desk *desk);

/* ---- onto a paragraph ---- */

void desk_put(const struct desk *desk, struct page *page, struct pw_text text); /* visible, and cut */
void desk_put_quoted(const struct desk *desk, struct page *page, struct pw_text text);
void desk_put_instant(const struct desk *desk, struct page *page, struct pw_text instant);
void desk_put_list(const struct desk *desk, struct page *page, uint32_t list); /* of texts, "a, b" */

/* ---- onto the sheet ---- */

void desk_say(struct desk *desk, const char *first, const char *words);
void desk_say_text(struct desk *desk, const char *first, const char *label, struct pw_text text);
void desk_say_list(struct desk *desk, const char *first, const char *label, uint32_t list);
void desk_say_rest(struct desk *desk, const char *first, uint32_t left, const char *of_what);

/* "Case C-1, engagement E-1", and its title where that may be told. */
void desk_say_case(struct desk *desk, const char *first, const char *what);

/* The notice's own command and its page, as far as it has them. */
void desk_say_page(struct desk *desk);
void desk_say_act(struct desk *desk, const char *why);

/* Why this recipient is told; nothing when names may not be told, or it does not say. */
void desk_say_because(struct desk *desk);

/* ---- what each kind says: its body, and its words in the subject ---- */

void case_write(struct desk *desk);
void finding_write_each(struct desk *desk); /* of a case: which rules and why */
void weighing_write(struct desk *desk);     /* of a case: unknowns, costs, benefits, mitigations */
void act_write(struct desk *desk);          /* of a case: what can be done, as commands */
void digest_write(struct desk *desk);
void question_write(struct desk *desk);
void alarm_write(struct desk *desk);

void case_put_subject(const struct desk *desk, struct page *subject);
void digest_put_subject(const struct desk *desk, struct page *subject);
void question_put_subject(const struct desk *desk, struct page *subject);
void alarm_put_subject(const struct desk *desk, struct page *subject);

#endif
