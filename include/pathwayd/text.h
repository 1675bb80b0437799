/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd/text.h: the few types that every other header needs.
 *
 * Text is UTF-8 with a length; it is not NUL-terminated unless a comment says so. Whoever hands out a
 * pw_text keeps the bytes alive for the time its own comment states; a pw_text never owns them.
 */
#ifndef PATHWAYD_TEXT_H
#define PATHWAYD_TEXT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pw_text {
    const char *data; /* may be NULL when length is 0 */
    size_t length;    /* bytes */
};

/* A pw_text of a string literal. */
#ifdef __cplusplus
#define PW_TEXT(literal) (pw_text{(literal), sizeof(literal) - 1u})
#else
#define PW_TEXT(literal) ((struct pw_text){(literal), sizeof(literal) - 1u})
#endif

/* Every function that can fail returns 0 or one of these. Codes are append-only. */
#define PW_OK                0
#define PW_ERROR_INVALID     (-1)  /* the caller's input is wrong; asking again gives the same answer */
#define PW_ERROR_MEMORY      (-2)  /* out of memory */
#define PW_ERROR_NOT_FOUND   (-3)  /* the thing named does not exist */
#define PW_ERROR_LIMIT       (-4)  /* a named bound was exceeded */
#define PW_ERROR_IO          (-5)  /* a file, socket or the disk failed */
#define PW_ERROR_STATE       (-6)  /* called at the wrong moment of the life cycle */
#define PW_ERROR_UNSUPPORTED (-7)  /* this build, kernel or plugin cannot do that */
#define PW_ERROR_BUSY        (-8)  /* try again later */
#define PW_ERROR_DENIED      (-9)  /* not permitted */
#define PW_ERROR_CORRUPT     (-10) /* stored bytes are not what was written */
#define PW_ERROR_FULL        (-11) /* no room left on the disk */

/* Outcome levels, in order of severity (requirements: Outcome levels; the join is the maximum). */
#define PW_LEVEL_NONE        0u
#define PW_LEVEL_NOTE        1u
#define PW_LEVEL_SUGGESTED   2u
#define PW_LEVEL_RECOMMENDED 3u
#define PW_LEVEL_REQUIRED    4u
#define PW_LEVEL_PROHIBITED  5u
#define PW_LEVEL_COUNT       6u

/* Severities of log lines. */
#define PW_LOG_DEBUG   0u
#define PW_LOG_INFO    1u
#define PW_LOG_WARNING 2u
#define PW_LOG_ERROR   3u

#ifdef __cplusplus
}
#endif
#endif
