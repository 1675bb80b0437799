/* SPDX-License-Identifier: Apache-2.0
 *
 * A singly linked queue that can be put back in front of another: what a dead host was sent goes first again.
 */
#include "dispatch/queue.h"

void queue_init(struct queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
    queue->count = 0;
}

void queue_append(struct queue *queue, struct entry *entry)
{
    entry->next = NULL;
    *queue->last = entry;
    queue->last = &entry->next;
    queue->count++;
}

struct entry *queue_take(struct queue *queue)
{
    struct entry *entry = queue->first;
    if (!entry)
        return NULL;
    queue->first = entry->next;
    if (!queue->first)
        queue->last = &queue->first;
    queue->count--;
    return entry;
}

void queue_prepend(struct queue *queue, struct queue *before)
{
    if (!before->first)
        return;
    *before->last = queue->first;
    if (!queue->first)
        queue->last = before->last;
    queue->first = before->first;
    queue->count += before->count;
    queue_init(before);
}
