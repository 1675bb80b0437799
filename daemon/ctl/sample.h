/* SPDX-License-Identifier: Apache-2.0
 *
 * sample.h: events that `plugin check` runs through a plugin: every family, and what authors forget.
 */
#ifndef PATHWAYD_CTL_SAMPLE_H
#define PATHWAYD_CTL_SAMPLE_H

#include "json/buffer.h"

#define SAMPLE_TIME_MS 1767323045000 /* 2026-01-02T03:04:05Z, the instant all samples are judged by */

uint32_t sample_count(void);
const char *sample_name(uint32_t sample); /* "64 partners" */

/* The event as it would be stored, and the facts document that goes with it. */
void sample_event(uint32_t sample, struct buffer *out);
void sample_facts(uint32_t sample, struct buffer *out);
struct pw_text sample_affiliation(uint32_t sample);

#endif
