/* SPDX-License-Identifier: Apache-2.0
 *
 * resume.h: how far a sending came, kept in a small file: {"settled": n, "refused": n, "digest": "…"}. The digest runs over
 * the settled events, so that going on in another file than the one begun with is noticed.
 */
#ifndef PATHWAYD_CTL_RESUME_H
#define PATHWAYD_CTL_RESUME_H

#include <stdbool.h>
#include <pathwayd/text.h>

#define RESUME_DIGEST 32u

struct resume {
    const char *file; /* NULL: nothing is kept */
    uint64_t before;  /* settled by earlier runs; to be skipped */
    uint64_t settled; /* of this input, so far */
    uint64_t refused; /* of the settled ones: bad or rejected, by earlier runs and this one */
    unsigned char digest[RESUME_DIGEST], expected[RESUME_DIGEST];
    int64_t saved_ms;
    bool frozen;   /* something was left open: what follows must be sent again */
    bool failed;   /* that it cannot be written was said */
    bool mistaken; /* another input: the file stays as it is */
};

/* Reads the file if it exists. PW_ERROR_* after a sentence. */
int resume_open(struct resume *resume, const char *file);

/* The next event of the input is settled; `refused`: by not being accepted. PW_ERROR_INVALID after a sentence when what was skipped is not what
 * the file was written for. */
int resume_note(struct resume *resume, struct pw_text event, bool refused);

/* The input has ended. PW_ERROR_INVALID after a sentence when it is shorter than what earlier runs settled:
 * then it is another input, and nothing of it was looked at. */
int resume_end(struct resume *resume);

/* Writes the file, at most once a second unless `now`; replaced as a whole. PW_ERROR_IO after a sentence. */
int resume_save(struct resume *resume, bool now);

#endif
