/* SPDX-License-Identifier: Apache-2.0
 *
 * scan.h: the tokens of JSON, byte by byte. Internal to this folder: json.c strings tokens together, and
 * nothing else needs them.
 *
 * Every scan_ function takes where it begins and where the input ends, and returns where the token ended, or
 * NULL with *ret_fault filled.
 */
#ifndef PATHWAYD_JSON_SCAN_H
#define PATHWAYD_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct scan_fault {
    const char *at;      /* the offending byte; may be the end of the input */
    const char *code;    /* as in struct json_error */
    const char *message; /* static */
};

/* White space, and comments if allowed. */
const char *scan_blank(const char *at, const char *end, bool comments, struct scan_fault *ret_fault);

/* From the opening quote to behind the closing one; *ret_escapes says whether scan_decode is needed. */
const char *scan_string(const char *at, const char *end, bool *ret_escapes, struct scan_fault *ret_fault);

/* RFC 8259 grammar; a number that a double cannot hold is refused. */
const char *scan_number(const char *at, const char *end, struct scan_fault *ret_fault);

/* Length of the well-formed UTF-8 sequence that begins here, 0 when there is none. */
size_t scan_utf8(const char *at, const char *end);

/* Decodes the inside of a string that scan_string has accepted; never longer than `length`. Returns the
 * decoded length. */
size_t scan_decode(const char *raw, size_t length, char *to);

#endif
