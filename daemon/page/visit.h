/* SPDX-License-Identifier: Apache-2.0
 *
 * visit.h: one request at work: who it is, what was sent with it, and what every view does.
 */
#ifndef PATHWAYD_PAGE_VISIT_H
#define PATHWAYD_PAGE_VISIT_H

#include "page/form.h"
#include "page/html.h"
#include "page/page.h"

#define VISIT_SECRET 32u

/* Who it is, and what makes forms theirs. */
struct visitor {
    char who[SESSION_WHO]; /* "": nobody has signed in */
    unsigned char secret[VISIT_SECRET];
};

struct visit {
    struct page *page;
    const struct ask *ask;
    struct reply *reply;
    struct buffer *out;  /* the reply's body */
    struct pw_text path; /* below the base, without a slash in front: "case/C-000001" */
    struct visitor visitor;
    struct form query, form;
};

/* ---- the frame ---- */

/* The head of the page and what is above its content. `here`: the word of the menu that it is, or NULL. */
void visit_begin(struct visit *visit, const char *title, const char *here);
void visit_end(struct visit *visit);
/* A page with a sentence, in place of whatever was begun. */
void visit_fail(struct visit *visit, unsigned code, const char *title, struct pw_text sentence);
/* What the daemon refused, likewise; its sentence tells. */
void visit_refused(struct visit *visit, const struct answer *answer);
/* The HTTP status for that. */
unsigned visit_status(const struct answer *answer);
/* A redirect to an address below the base, after something was done. */
void visit_go(struct visit *visit, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- forms ---- */

#define VISIT_TOKEN 44u

/* <form method="post"> to an address below the base, with its token; </form> is the caller's. `revision`: of the case that
 * it was written for, 0 without one. */
void visit_form(struct visit *visit, const char *action, uint64_t revision);
/* Whether the form that was sent is one that was made for this visitor, this address and this revision. */
bool visit_form_is_ours(struct visit *visit);
/* The revision that the form was made for. */
uint64_t visit_form_revision(const struct visit *visit);
void visit_token(const struct visit *visit, struct pw_text action, uint64_t revision,
                 char ret_token[VISIT_TOKEN]);

/* A number that stands behind the ? of the address; 0: there is none. */
uint64_t visit_number(const struct visit *visit, const char *name);

/* ---- who it is ---- */

/* Of the configuration's people; NULL: none of them, and the daemon will say so. */
const struct config_person *visit_person(const struct visit *visit);
/* What the record calls them, and what cases do, where they are somebody's. */
struct pw_text visit_actor(const struct visit *visit);
struct pw_text visit_name(const struct visit *visit);

enum page_who { PAGE_NOBODY, PAGE_SIGNED_IN, PAGE_PROXIED };
/* What follows from this run's key and a name (of PAGE_NOBODY: the cookie of the sign-in form). */
void page_secret(const struct page *page, enum page_who who, struct pw_text name,
                 unsigned char ret_secret[VISIT_SECRET]);

/* ---- asking the daemon ---- */

/* {"op": …, "as": …; members follow, then visit_ask. */
void visit_request(const struct visit *visit, struct buffer *request, const char *op);
/* Closes, asks, and releases the request. */
void visit_ask(struct visit *visit, struct buffer *request, struct answer *ret_answer);

/* ---- the views; each answers the visit ---- */

void view_sign_in(struct visit *visit);
void view_signing_in(struct visit *visit);
void view_sign_out(struct visit *visit);
void view_queue(struct visit *visit);
void view_search(struct visit *visit);
void view_case(struct visit *visit);
void view_act(struct visit *visit);
void view_health(struct visit *visit);
void view_report(struct visit *visit);
void view_style(struct visit *visit);
void view_icon(struct visit *visit);

#endif
