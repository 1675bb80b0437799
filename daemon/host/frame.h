/* SPDX-License-Identifier: Apache-2.0
 *
 * frame.h: what the daemon (or pathwayctl) and a plugin host say to each other, on the stream socket that the
 * host inherits as descriptor 3. Both ends run on one machine and from one build, so integers are in native
 * order; but the daemon trusts nothing that comes from a host, since a plugin lives in it.
 *
 *     frame  := length:u32 type:u32 body[length]         length ≤ FRAME_MAX_BYTES
 *
 *     daemon                                   host
 *       │──── LOAD {json} ─────────────────────▶│   sandbox step 1, dlopen, check, create, start, step 2
 *       │◀─── READY {json} | DEFECTS {json} ────│
 *       │──── WORK items ──────────────────────▶│   pipelined, any number outstanding
 *       │◀─── RESULT items (same order) ────────│
 *       │──── CALL {json} ─────────────────────▶│   extension call, e.g. screen
 *       │◀─── CALLED {json} ────────────────────│
 *       │◀─── LOG {json} ───────────────────────│   at any time
 *       │──── STOP ────────────────────────────▶│   stop, destroy, exit 0
 *
 * LOAD: {"file","instance","stage":1,"config":{…},"config_file","config_line","base","readable":[…],
 *        "memory_mb","landlock_max":-1|0|2|…, "describe_only":false, "no_start":false, "check":false}
 * READY: {"name","version","summary","licence","stage","pathways":[…],"config":[{"name","type",…}],
 *         "sandbox":{"no_new_privs":true,"landlock":7,"landlock_net":true,"seccomp":true,"memory_mb":512,
 *                    "missing":["…sentence…"]},"extensions":["pathwayd.list/1"]}
 * DEFECTS: {"defects":["sentence", …], "phase":"load|create|config|start"}: all that is wrong at once; the host
 *          exits 3 after it. phase "config": the operator's mistake, otherwise the plugin's.
 * CALL: {"call":"screen","query","country","ror"}; CALLED: {"status":0,"result":{…}} or {"status":-7,"error":"…"}
 * LOG: {"severity":2,"line":"…"}
 */
#ifndef PATHWAYD_HOST_FRAME_H
#define PATHWAYD_HOST_FRAME_H

#include "json/buffer.h"

#define FRAME_FD           3
#define FRAME_HEADER_BYTES 8u
#define FRAME_MAX_BYTES    (16u << 20) /* a batch of 64 events of 256 KiB each would be cut into several */
#define FRAME_MAX_BATCH    64u
#define FRAME_FLUSH_MS     20  /* results of a batch are held back no longer, give or take a clock tick */
#define FRAME_MAX_FINDINGS 64u /* of one item */
#define FRAME_MAX_PIECE    (4u << 20)   /* bytes of a compiled snapshot in one CALLED, before encoding */
#define FRAME_MAX_RESULT   (512u << 10) /* of one item: 256 KiB of findings and their dressing */
#define FRAME_MAX_RULE     128u /* bytes of a rule's name: many stand in one audit record and one notice */

enum frame_type {
    FRAME_LOAD = 1,
    FRAME_READY,
    FRAME_DEFECTS,
    FRAME_WORK,
    FRAME_RESULT,
    FRAME_CALL,
    FRAME_CALLED,
    FRAME_LOG,
    FRAME_STOP,
    FRAME_TYPE_END
};

/* One message to handle. WORK body: count:u32, then items: sequence:u64 as_of:i64 then six texts in this order,
 * each length:u32 bytes: pathway, event, facts, notice, affiliation, and reserved (empty). */
struct frame_item {
    uint64_t sequence;
    int64_t as_of;
    struct pw_text pathway, event, facts, notice, affiliation;
};

/* RESULT body: count:u32, then items: sequence:u64 status:i32 length:u32 bytes. With status 0 the bytes are JSON:
 * an array of facts (enrich), an array of findings (assess), a delivery object
 * {"outcome":1,"retry_after":0,"message":"…"} (notify). With a negative status, the sentence that explains. */
struct frame_result {
    uint64_t sequence;
    int32_t status;
    struct pw_text body;
};

/* Whether this may name a rule: 1 to FRAME_MAX_RULE of a-z, 0-9, '.', '_' and '-', so that names stand in
 * comma-separated lists and need no escaping. Checked by the host, and by the daemon again. */
bool frame_rule_valid(struct pw_text rule);

/* Writing: begin, items, end; begin returns the frame's offset in the buffer, which end needs. */
size_t frame_begin(struct buffer *out, enum frame_type type);
void frame_end(struct buffer *out, size_t begun);
void frame_put_count(struct buffer *out, uint32_t count);
void frame_put_item(struct buffer *out, const struct frame_item *item);
void frame_put_result(struct buffer *out, const struct frame_result *result);
/* A whole frame of JSON (or empty) body. */
void frame_put(struct buffer *out, enum frame_type type, struct pw_text body);

/* Reading: looks whether `bytes` begin with a whole frame. 1 and the outputs (body points into bytes), 0 more is
 * needed, PW_ERROR_INVALID for an unknown type or PW_ERROR_LIMIT for a length over the bound: hang up. */
int frame_next(const char *bytes, size_t length, enum frame_type *ret_type, struct pw_text *ret_body,
               size_t *ret_used);

/* Reading the bodies of WORK and RESULT: set cursor.rest to the body, read the count, then each item; at the end
 * the rest must be empty. PW_ERROR_INVALID for short, long or lying bytes. */
struct frame_cursor {
    struct pw_text rest;
};
int frame_get_count(struct frame_cursor *cursor, uint32_t *ret_count);
int frame_get_item(struct frame_cursor *cursor, struct frame_item *ret_item);
int frame_get_result(struct frame_cursor *cursor, struct frame_result *ret_result);

#endif
