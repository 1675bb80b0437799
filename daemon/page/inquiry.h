/* SPDX-License-Identifier: Apache-2.0
 *
 * inquiry.h: the page's questions to the daemon, over connections to its control endpoint that last: one for each of the
 * page's threads. All that the page shows or does comes by this way; it opens nothing of the daemon's.
 */
#ifndef PATHWAYD_PAGE_INQUIRY_H
#define PATHWAYD_PAGE_INQUIRY_H

#include "json/buffer.h"
#include "json/json.h"

#define INQUIRY_PATIENCE_MS 10000 /* the daemon answers in milliseconds; a report takes a second or two */

#define INQUIRY_THERE_MS 500  /* a connection on this machine is made at once */
#define INQUIRY_TRY_MS   2000 /* while it does not answer, one tries for so long … */
#define INQUIRY_AGAIN_MS 1000 /* … and after a while again */

struct inquiries;

/* 0, or an error of libnng. The daemon need not be there yet. `count`: of connections; `patience_ms`: with each question. */
int inquiries_open(const char *url, uint32_t count, int patience_ms, struct inquiries **ret_inquiries);
void inquiries_close(struct inquiries *inquiries); /* NULL is fine; nobody asks any more */

/* What the daemon said. Zeroed: nothing. */
struct answer {
    char *bytes;
    size_t length;
    struct pw_document document;
    bool good;            /* it did what was asked: */
    uint32_t result;      /* a node; PW_NODE_NONE without one */
    uint64_t next;        /* where the next page begins, 0: there is none */
    struct pw_text code;  /* else why not, for programs, "away" when it did not answer, … */
    struct pw_text error; /* … and as a sentence */
    uint64_t revision;    /* "changed": of the case, now */
};

/* `request` is an operation (control/control.h). Any thread. */
void inquiry_ask(struct inquiries *inquiries, const struct buffer *request, struct answer *ret_answer);
void inquiry_release(struct answer *answer); /* zeroed is fine */

/* Members of a node of the answer: "" and 0 and false when they are not there. */
struct pw_text answer_text(const struct answer *answer, uint32_t node, const char *key);
uint64_t answer_number(const struct answer *answer, uint32_t node, const char *key);
bool answer_true(const struct answer *answer, uint32_t node, const char *key);
bool answer_is(const struct answer *answer, uint32_t node, const char *key, const char *word);
uint32_t answer_node(const struct answer *answer, uint32_t node, const char *key);
/* The first of a list's elements; json_next leads on. PW_NODE_NONE: it is empty. */
uint32_t answer_first(const struct answer *answer, uint32_t node, const char *key);
uint32_t answer_next(const struct answer *answer, uint32_t node);

#endif
