/* SPDX-License-Identifier: Apache-2.0
 *
 * option.h: what a notify plugin reads of its configuration, by JSON pointer, and likewise of a notice. The host has checked
 * the configuration against the plugin's table before `start`; a notice's texts are hostile.
 *
 * Owner: a text belongs to its document: the configuration's live until `destroy`, a notice's as long as its `handle`.
 * On the plugin's one thread. Reading cannot fail.
 */
#ifndef WORDS_OPTION_H
#define WORDS_OPTION_H

#include <pathwayd/plugin.h>
#include <stdbool.h>

/* Empty, false, or `otherwise` where nothing was said. */
struct pw_text option_text(const struct pw_host *host, const struct pw_document *config, const char *pointer);
bool option_is(const struct pw_host *host, const struct pw_document *config, const char *pointer,
               const char *word);
bool option_true(const struct pw_host *host, const struct pw_document *config, const char *pointer);
uint32_t option_number(const struct pw_host *host, const struct pw_document *config, const char *pointer,
                       uint32_t otherwise);

/* Explains in a sentence why it does not start; PW_ERROR_INVALID, for the caller to return. */
int32_t option_refuse(const struct pw_host *host, const char *sentence);

#endif
