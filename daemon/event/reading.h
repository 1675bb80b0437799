/* SPDX-License-Identifier: Apache-2.0
 *
 * reading.h: what the parts of this folder share while one event is read. Internal to it.
 */
#ifndef PATHWAYD_EVENT_READING_H
#define PATHWAYD_EVENT_READING_H

#include "event/event.h"
#include "event/vocabulary.h"

struct reading {
    struct event *event;
    const struct pw_document *document;
    const struct event_limits *limits;
    const struct event_permit *permit; /* never NULL here */
    uint32_t root;                     /* the event's node; pointers start there */
};

/* Adds a fault at a node, or at its member `member` that is absent (else NULL). */
void reading_fault(struct reading *reading, uint32_t node, const char *member, const char *code,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A member nobody knows or nobody may send: noted, and marked to be cut unless an outer member is. */
void reading_drop(struct reading *reading, uint32_t node);
void reading_refuse(struct reading *reading, uint32_t node, bool cut);
void reading_mark(struct reading *reading, uint32_t node);

/* Notes refused names anywhere below the node, which is cut or rejected as a whole. */
void reading_search(struct reading *reading, uint32_t node);

void reading_envelope(struct reading *reading);            /* envelope.c: all attributes, and data */
void reading_data(struct reading *reading, uint32_t data); /* fields.c */

/* cut.c: puts the body together; 0 or PW_ERROR_MEMORY. */
int reading_cut(struct reading *reading);

/* permit.c */
bool permit_source(const struct event_permit *permit, struct pw_text source);
bool permit_type(const struct event_permit *permit, struct pw_text name, enum event_family family);
bool permit_classification(const struct event_permit *permit, struct pw_text classification);

/* The first node behind the subtree of `node`. */
uint32_t node_behind(const struct pw_document *document, uint32_t node);

/* value.c: the shapes of strings. */
size_t value_characters(struct pw_text text);
bool value_has_control(struct pw_text text);  /* control characters and noncharacters */
bool value_is_reference(struct pw_text text); /* RFC 3986 URI-reference */
bool value_is_link(struct pw_text text);
bool value_is_code(struct pw_text text);
bool value_is_pseudonym(struct pw_text text);
bool value_is_decimal(struct pw_text text);
bool value_is_upper(struct pw_text text, size_t letters);
bool value_is_ror(struct pw_text text);     /* the shape, with or without https://ror.org/ */
bool value_ror_checks(struct pw_text text); /* of one that has the shape */
bool value_is_orcid(struct pw_text text);
bool value_orcid_checks(struct pw_text text);

#endif
