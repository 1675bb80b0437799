/* SPDX-License-Identifier: Apache-2.0
 *
 * words.h: what a person writes for a case: on the command line, in a file (@FILE), on standard input (-), or in an editor
 * when the option is left out at a terminal. What was typed into a program is not lost when it comes too late: it can be
 * saved for the next try.
 */
#ifndef PATHWAYD_CTL_WORDS_H
#define PATHWAYD_CTL_WORDS_H

#include "ctl/ctl.h"

struct words {
    const char *option;
    char *text;  /* NULL: the option was not given */
    bool unkept; /* it is nowhere else: from standard input or an editor */
};

/* `needed`: why, when it is missing; NULL: it may be. CTL_GOOD, else a sentence was printed. */
int words_read(const struct ctl *ctl, const char *option, const char *needed, struct words *ret_words);
/* Saves unkept text in a file of its own, whose name is *ret_file; the caller's. */
int words_save(const struct words *words, char **ret_file);
void words_release(struct words *words);

#endif
