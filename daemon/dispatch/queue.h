/* SPDX-License-Identifier: Apache-2.0
 *
 * queue.h: what waits for a plugin host, and what it was sent: first in, first out, an entry a part of an
 * assessment. Entries are the pipeline's; a queue only links them.
 */
#ifndef PATHWAYD_DISPATCH_QUEUE_H
#define PATHWAYD_DISPATCH_QUEUE_H

#include "dispatch/pipeline.h"

struct entry {
    struct assessment *assessment;
    uint32_t part;
    struct entry *next;
};

struct queue {
    struct entry *first, **last;
    uint32_t count;
};

void queue_init(struct queue *queue);
void queue_append(struct queue *queue, struct entry *entry);
struct entry *queue_take(struct queue *queue);                 /* the first, or NULL */
void queue_prepend(struct queue *queue, struct queue *before); /* empties `before` */

#endif
