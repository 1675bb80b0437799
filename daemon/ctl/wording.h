/* SPDX-License-Identifier: Apache-2.0
 *
 * wording.h: what a pack's conditions, levels and dates say, in words for a person.
 */
#ifndef PATHWAYD_CTL_WORDING_H
#define PATHWAYD_CTL_WORDING_H

#include <cjson/cJSON.h>
#include "json/buffer.h"

/* "Q1 is yes, and the role is not staff". What it does not know it says as JSON: nothing is left out. */
void wording_condition(struct buffer *out, const cJSON *condition);

/* Of a rule or a level: "required when …; else recommended". */
void wording_levels(struct buffer *out, const cJSON *rule);

/* "14 days after the event". */
void wording_due(struct buffer *out, const cJSON *due);

/* "a, b or c"; words of a vocabulary have their underscores made blanks. */
void wording_words(struct buffer *out, const cJSON *words, const char *last);

/* "P5Y" → "5 years". */
void wording_duration(struct buffer *out, const char *duration);

/* Any value: a text as it is, an array of texts joined, else JSON. */
void wording_value(struct buffer *out, const cJSON *value);

#endif
