/* SPDX-License-Identifier: Apache-2.0
 *
 * driver.h: starts the real pathwayd-host over a socket pair and speaks frames with it, as the daemon does,
 * deadline and kill included.
 */
#ifndef TESTS_PLUGIN_DRIVER_H
#define TESTS_PLUGIN_DRIVER_H

#include <stdbool.h>
#include <sys/types.h>
#include "host/frame.h"

/* Time for a healthy host to answer on a busy machine; only hanging ones ever take all of it. */
#define DRIVER_ANSWER_MS 20000
#define DRIVER_HANG_MS   1500

struct load {
    const char *file; /* of tests/plugins without .so, or an absolute path */
    uint32_t stage;
    const char *config;   /* NULL: {} */
    const char *readable; /* NULL: none */
    const char *base;     /* NULL: tests/plugins */
    uint32_t memory_mb;   /* 0: 512 */
    int landlock_max;
    bool check, describe_only, no_start;
};

struct driver {
    pid_t pid;
    int fd;
    struct buffer input;
    size_t used; /* of input, by the frame given out last */
    uint32_t logs;
    struct buffer log; /* all LOG bodies */
};

enum heard { HEARD_FRAME, HEARD_END, HEARD_NOTHING, HEARD_GARBAGE };

/* Asserts that it starts. */
void driver_start(struct driver *driver, const struct load *load);
/* The next frame that is not LOG. HEARD_GARBAGE: *ret_status is what frame_next said. */
enum heard driver_hear(struct driver *driver, int wait_ms, enum frame_type *ret_type,
                       struct pw_text *ret_body, int *ret_status);
void driver_work(struct driver *driver, const struct frame_item *items, uint32_t count);
void driver_say(struct driver *driver, enum frame_type type, const char *body);
/* Kills it when `kill_it`, waits for its end within DRIVER_ANSWER_MS (else kills it), and returns the wait
 * status.
 */
int driver_end(struct driver *driver, bool kill_it);

/* The rest asserts what it expects, for the tests of healthy answers. */

#define EVENT "{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/hr\",\"type\":\"t\",\"data\":{}}"
#define FACTS "[{\"by\":\"a\",\"fact\":\"b\",\"pointer\":\"\",\"value\":1}]"

extern const struct frame_item one_event;  /* sequence 41, pathway research */
extern const struct frame_item one_notice; /* sequence 41 */

void assert_contains(struct pw_text text, const char *needle);
/* The next frame, which is of this type. */
struct pw_text driver_expect(struct driver *driver, enum frame_type expected);
/* The only result of the next frame. */
struct frame_result driver_expect_result(struct driver *driver);
/* Started and READY. */
void driver_start_ready(struct driver *driver, const struct load *load);
/* The host stops when told to, with 0. */
void driver_stop_well(struct driver *driver);

/* Without Landlock, at Debian 12's ABI, at the newest the kernel has. */
#define LANDLOCK_LEVELS 3
extern const int landlock_levels[LANDLOCK_LEVELS];

#ifdef PATHWAYD_SANITIZED
#define SANITIZED true
#else
#define SANITIZED false
#endif

#endif
