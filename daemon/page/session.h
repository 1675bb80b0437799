/* SPDX-License-Identifier: Apache-2.0
 *
 * session.h: who has signed in. Sessions are in memory: when pathwayd-page starts anew, everybody signs in anew.
 *
 * What a browser holds is 32 random bytes; here only their hash is kept. A session ends after half an hour in which nothing
 * was asked for, after twelve hours in any case (a working day), and when somebody signs out.
 */
#ifndef PATHWAYD_PAGE_SESSION_H
#define PATHWAYD_PAGE_SESSION_H

#include <stdbool.h>
#include <pathwayd/text.h>

#define SESSIONS        1024u /* at one time; the one that was quiet longest makes room */
#define SESSION_IDLE_MS INT64_C(1800000)
#define SESSION_MOST_MS INT64_C(43200000)
#define SESSION_TOKEN   44u  /* 32 bytes in base64url, and NUL */
#define SESSION_WHO     129u /* bytes of a name, and NUL */

struct sessions;
struct sessions *sessions_new(void); /* NULL: out of memory */
void sessions_free(struct sessions *sessions);

/* All are for any thread. `now_ms` is of a clock that nobody sets (CLOCK_BOOTTIME). `token`: what the browser sent, whatever that is. */
void session_begin(struct sessions *sessions, const char *who, int64_t now_ms, char ret_token[SESSION_TOKEN]);
bool session_find(struct sessions *sessions, struct pw_text token, int64_t now_ms, char ret_who[SESSION_WHO]);
void session_end(struct sessions *sessions, struct pw_text token);

#endif
