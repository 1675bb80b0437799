/* SPDX-License-Identifier: Apache-2.0
 *
 * load_request.h: what the daemon asks of this host in its LOAD frame. All texts point into the frame, which
 * the caller keeps for the life of the process; `document` is its parsed form.
 */
#ifndef PATHWAYD_HOST_LOAD_REQUEST_H
#define PATHWAYD_HOST_LOAD_REQUEST_H

#include "json/json.h"

#define LOAD_REQUEST_MEMORY_MB_DEFAULT 512u
#define LOAD_REQUEST_MEMORY_MB_LEAST   64u /* less and not even libc and ICU's data can be mapped */
#define LOAD_REQUEST_MEMORY_MB_MOST                                                                          \
    1048576u /* a tebibyte: beyond it the multiplication to bytes means nothing                              \
              */

struct load_request {
    struct pw_document document;
    char *file, *instance, *config_file, *base; /* NUL-terminated copies */
    struct pw_text config;                      /* the object's text as the daemon wrote it */
    uint32_t readable;                          /* node of the array, PW_NODE_NONE when absent */
    uint32_t config_line, stage, memory_mb;
    int landlock_max; /* -1: whatever the kernel offers */
    bool describe_only, no_start, check;
};

/* 0, or PW_ERROR_INVALID or PW_ERROR_MEMORY with *ret_why a static sentence. Release in either case. */
int load_request_read(struct load_request *request, struct pw_text body, const char **ret_why);
void load_request_release(struct load_request *request);

#endif
