/* SPDX-License-Identifier: Apache-2.0
 *
 * request.h: one control request answered, without sockets: bytes in, bytes out. control.c carries them.
 * Loop thread.
 */
#ifndef PATHWAYD_CONTROL_REQUEST_H
#define PATHWAYD_CONTROL_REQUEST_H

#include "control/control.h"

/* Rows looked at for one answer at most, so that a filter that matches nothing cannot hold the loop; the
 * answer's `next` tells the client where to go on. */
#define CONTROL_MAX_SCAN 20000u
/* An answer stops growing here; with the largest row it stays below what libnng clients are told to expect.
 */
#define CONTROL_MAX_ANSWER    (4u << 20)
#define CONTROL_DEFAULT_LIMIT 100u

/* All an operation needs. Borrowed; lives for the call. */
struct request {
    struct journal_view *view;
    const struct control_sources *sources;
    void *owner;
    const char *const *instances; /* plugin instances, NULL-terminated */
    const struct pw_document *document;
    struct buffer *out; /* gets the value of "result" */
    uint64_t next;      /* out: where the next page begins; 0: there is none */
    const char *code;   /* out, on failure: the machine's word … */
    char error[512];    /* … and the person's sentence */
};

struct request_context {
    struct journal_view *view;
    const struct control_sources *sources;
    void *owner;
    const char *const *instances;
};

/* Answers `bytes`, whatever they are: `out` gets one JSON object, {"ok":true,…} or {"ok":false,…}. */
void control_answer(const struct request_context *context, struct pw_text bytes, struct buffer *out);
/* The answer {"ok":false,"code","error"}. */
void request_refuse(struct buffer *out, const char *code, const char *error);

/* The operations, one function each; 0 or -1 with code and error set. */
int request_status(struct request *request);
int request_drained(struct request *request);
int request_event_list(struct request *request);
int request_event_show(struct request *request);
int request_finding_list(struct request *request);
int request_case_list(struct request *request);
int request_case_show(struct request *request);
int request_plugin_list(struct request *request);
int request_pending_list(struct request *request);
int request_pause(struct request *request);
int request_resume(struct request *request);
int request_reload(struct request *request);

/* For the operations. */
int request_fail(struct request *request, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int request_journal_failed(struct request *request, int status);
struct pw_text request_text(const struct request *request, const char *name); /* empty when absent */
uint64_t request_number(const struct request *request, const char *name, uint64_t otherwise);
uint32_t request_limit(const struct request *request);
/* `min_level` as PW_LEVEL_*; -1 with the request failed when the word is not one. */
int request_min_level(struct request *request, uint32_t *ret_level);
bool request_full(const struct request *request); /* the answer has reached CONTROL_MAX_ANSWER */

#endif
