/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.h: what a plugin emits while it handles one message, checked and written as JSON. A refused emission
 * spoils the answer: dropping it and keeping the rest would pass in silence what the plugin had to say.
 */
#ifndef PATHWAYD_HOST_ANSWER_H
#define PATHWAYD_HOST_ANSWER_H

#include <pathwayd/plugin.h>
#include "json/buffer.h"
#include "json/json.h"

#define ANSWER_MAX_BYTES    (256u << 10) /* host.h: facts or findings of one message */
#define ANSWER_MAX_FACTS    256u
#define ANSWER_MAX_FINDINGS 64u
#define ANSWER_MAX_ENTRIES  256u  /* evidence, costs … of one finding */
#define ANSWER_WHY_BYTES    1024u /* of the sentence that explains a failure */

struct answer {
    struct buffer json;         /* the array or the delivery object */
    struct pw_document scratch; /* checks the plugin's own JSON */
    uint32_t count;
    int32_t refused;            /* the first refusal's code, or 0 */
    char why[ANSWER_WHY_BYTES]; /* the first refusal's sentence, else what the plugin explained */
};

void answer_begin(struct answer *answer); /* keeps the memory of the one before */
void answer_release(struct answer *answer);

/* 0, or what host.h promises; then the answer is refused. */
int answer_add_fact(struct answer *answer, struct pw_text instance, const struct pw_fact *fact);
int answer_add_finding(struct answer *answer, struct pw_text instance, struct pw_text pathway,
                       const struct pw_finding *finding);
int answer_set_delivery(struct answer *answer, const struct pw_delivery *delivery);

/* Notes a refusal; the first one stays. Returns `code`. */
int answer_refuse(struct answer *answer, int32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
