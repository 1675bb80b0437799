/* SPDX-License-Identifier: Apache-2.0
 *
 * account.h: the page's own accounts, for an office without single sign-on: a name, a password (Argon2id, RFC 9106) and a
 * second factor (TOTP, RFC 6238). They stand in one JSON file of the page's, mode 0600, which `pathwayd-page account` writes:
 *
 *     {"accounts": [{"name": "alice", "password": "$argon2id$…", "totp": "BASE32"}]}
 *
 * An account says who it is and nothing else: what somebody may do stands in `people` of the daemon's configuration.
 */
#ifndef PATHWAYD_PAGE_ACCOUNT_H
#define PATHWAYD_PAGE_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>
#include <pathwayd/text.h>

#define ACCOUNT_PASSWORD_LEAST                                                                               \
    12u /* characters; NIST SP 800-63B asks for 8, and 15 where there is nothing else */
#define ACCOUNT_PASSWORD_MOST 256u
#define ACCOUNT_FAILURES      5u             /* in a row, then … */
#define ACCOUNT_LOCK_MS       INT64_C(60000) /* … the name waits, twice as long with each further one … */
#define ACCOUNT_LOCK_MOST_MS  INT64_C(900000) /* … up to this */
#define ACCOUNTS              1000u

enum account_verdict {
    ACCOUNT_GOOD,
    ACCOUNT_WRONG,  /* name, password or code; which is not said */
    ACCOUNT_LOCKED, /* it was wrong too often; so it is with names that are nobody's */
    ACCOUNT_BUSY,   /* too many sign in at once: passwords take memory to check */
    ACCOUNT_BROKEN  /* the file cannot be used; see the log */
};

struct accounts;
/* The file is read at each sign-in. `started_ms`: codes of earlier steps are not taken. NULL: out of memory. */
struct accounts *accounts_new(const char *file, bool second_factor, int64_t started_ms);
void accounts_free(struct accounts *accounts); /* NULL is fine */

/* Somebody tries to sign in. */
struct attempt {
    struct pw_text name, password, code;
    struct pw_text
        known;         /* what the browser has of an earlier sign-in; its failures are then counted apart */
    int64_t now_ms;    /* by the calendar, for the code */
    int64_t steady_ms; /* by a clock that nobody sets, for locks */
};

/* Any thread. Takes some 100 ms and 64 MiB, whether the account exists or not. */
enum account_verdict account_check(struct accounts *accounts, const struct attempt *attempt);

/* What a browser keeps of a sign-in, so that others cannot lock the name out of it (OWASP, device cookies): it follows from
 * the name and its password, and ends with that. False: there is no such account. */
#define ACCOUNT_KNOWN 44u /* 32 bytes in base64url, and NUL */
bool account_known(struct accounts *accounts, struct pw_text name, char ret_value[ACCOUNT_KNOWN]);

/* ---- the file, for `pathwayd-page account` ---- */

struct account {
    char *name, *password, *totp; /* totp NULL: no second factor */
};
struct account_file {
    struct account *items;
    uint32_t count;
};

/* A file that is not there has no accounts. On failure *ret_error is a malloc'd sentence. */
int account_file_read(const char *path, struct account_file *ret_file, char **ret_error);
/* In place of the old one, at once or not at all. Root gives it to `owner`, whose process reads it. */
int account_file_write(const char *path, const struct account_file *file, uid_t owner, char **ret_error);
void account_file_release(struct account_file *file);
struct account *account_find(const struct account_file *file, struct pw_text name);

/* 0, or PW_ERROR_INVALID with a sentence: sets a password, which is checked for length. */
int account_set_password(struct account *account, struct pw_text password, char **ret_error);
/* A fresh secret of 20 bytes. */
int account_set_totp(struct account *account);

#endif
