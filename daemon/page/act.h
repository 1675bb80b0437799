/* SPDX-License-Identifier: Apache-2.0
 *
 * act.h: what somebody can do with a case, as a table: of each act the form and what becomes of its fields in the request.
 * Which of them a visitor may do, and what an act needs, the daemon says.
 */
#ifndef PATHWAYD_PAGE_ACT_H
#define PATHWAYD_PAGE_ACT_H

#include "page/case.h"

#define ACT_FIELDS 8u

enum act_kind {
    ACT_END,
    ACT_LINE,     /* one line */
    ACT_AREA,     /* several */
    ACT_DAY,      /* a date */
    ACT_ITEMS,    /* a list: one a line, beside boxes that are offered */
    ACT_CHOICE,   /* one of some words */
    ACT_RADIO,    /* the same, all seen at once */
    ACT_NUMBERED, /* one of some things by number: a number in the request */
};

/* Puts a choice's options or a list's boxes, with those chosen that were sent. */
struct act_field;
typedef void act_offer(struct visit *visit, const struct answer *answer, const struct act_field *field);

struct act_field {
    const char *name; /* in the form and in the request */
    enum act_kind kind;
    const char *label;
    const char *hint; /* or NULL */
    bool required;
    act_offer *offer;
    bool more; /* it and those behind it are unfolded, when somebody needs them */
};

struct act_form {
    const char *act; /* the operation is "case." and this */
    const char *title, *button;
    const char *done; /* what is said when it was done */
    bool first;       /* it stands open, above the others */
    struct act_field fields[ACT_FIELDS + 1];
};

extern const struct act_form act_table[];
extern const uint32_t act_table_count;
const struct act_form *act_find(struct pw_text act); /* NULL: there is none */

/* What the address of a visit names; NULL: nothing. */
const struct act_form *act_of(const struct visit *visit);

/* Whether that is what was sent with this visit. */
bool act_was_sent(const struct visit *visit, const struct act_form *form);
/* What a box of the list stands for, in the request. */
struct pw_text act_box_value(const struct act_field *field, struct pw_text word);

/* act_form.c: puts a form, with what was sent when that was refused. */
void act_put_form(struct visit *visit, const struct answer *answer, const struct act_form *form);
/* Whether the case's page has the form now. */
bool act_is_offered(const struct visit *visit, const struct answer *answer, const struct act_form *form);

#endif
