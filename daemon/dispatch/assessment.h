/* SPDX-License-Identifier: Apache-2.0
 *
 * assessment.h: one event's way through the plugins, seen from inside: which parts are open, what they said.
 */
#ifndef PATHWAYD_DISPATCH_ASSESSMENT_H
#define PATHWAYD_DISPATCH_ASSESSMENT_H

#include "dispatch/pipeline.h"

/* Among parts [from, to): is any still waited for; is any missing or poison? */
bool assessment_open(const struct assessment *assessment, uint32_t from, uint32_t to);
bool assessment_lacking(const struct assessment *assessment, uint32_t to);

/* Whether the instance has a part on that pathway, whatever came of it. */
bool assessment_has_part(const struct assessment *assessment, uint32_t instance, enum pathway pathway);

/* Every enricher's array joined into one, in configured order. */
void assessment_join_facts(struct assessment *assessment, uint32_t enrichers);

/* What is wrong with an answer, as a sentence, or NULL. `document` is scratch. PATHWAY_COUNT: an enricher's.
 */
const char *assessment_answer_fault(struct pw_document *document, struct pw_text answer,
                                    enum pathway pathway);

#endif
