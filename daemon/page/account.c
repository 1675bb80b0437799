/* SPDX-License-Identifier: Apache-2.0
 *
 * account.c: checks who signs in. What it takes does not tell whether there is such an account.
 */
#include "page/account.h"

#include <liboath/oath.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json/json.h"

#define STEP_S     30 /* RFC 6238, 5.2 */
#define STEP_ABOUT 1  /* steps before and after, for clocks that differ and people who type */
#define DIGITS     6
#define CHECKS     2u /* passwords checked at one time, 64 MiB each */
#define ATTEMPTS                                                                                             \
    4096u /* names that are remembered for having failed; two may share a place, and then a lock */

struct attempts {
    uint32_t failures;
    int64_t until_ms;
};

struct accounts {
    pthread_mutex_t lock;
    char *file;
    bool second_factor;
    char dummy[crypto_pwhash_STRBYTES]; /* what the password of nobody is checked against */
    uint32_t checking;
    struct attempts attempts[2][ATTEMPTS]; /* of anybody, and of browsers that are known */
    int64_t steps[ATTEMPTS];               /* of the last code that was taken, so that none is taken twice */
    int64_t first_step;
};

struct accounts *accounts_new(const char *file, bool second_factor, int64_t started_ms)
{
    struct accounts *accounts = calloc(1, sizeof(*accounts));
    unsigned char nobody[32];
    if (!accounts)
        return NULL;
    randombytes_buf(nobody, sizeof(nobody));
    pthread_mutex_init(&accounts->lock, NULL);
    accounts->second_factor = second_factor;
    accounts->first_step = started_ms / 1000 / STEP_S;
    accounts->file = strdup(file);
    if (!accounts->file ||
        crypto_pwhash_str(accounts->dummy, (const char *)nobody, sizeof(nobody),
                          crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0 ||
        oath_init() != OATH_OK) {
        accounts_free(accounts);
        return NULL;
    }
    return accounts;
}

void accounts_free(struct accounts *accounts)
{
    if (!accounts)
        return;
    pthread_mutex_destroy(&accounts->lock);
    free(accounts->file);
    free(accounts);
}

/* ---- the parts ----------------------------------------------------------------------------------------- */

/* The step of the code that fits, -1: none does. */
static int64_t code_step(const char *secret, size_t length, struct pw_text code, int64_t now_ms)
{
    int64_t now = now_ms / 1000 / STEP_S, found = -1;
    char expected[DIGITS + 1];
    for (int64_t step = now - STEP_ABOUT; step <= now + STEP_ABOUT; step++)
        if (code.length == DIGITS &&
            oath_totp_generate(secret, length, (time_t)(step * STEP_S), STEP_S, 0, DIGITS, expected) ==
                OATH_OK &&
            sodium_memcmp(expected, code.data, DIGITS) == 0)
            found = step;
    return found;
}

static bool password_fits(const char *hash, struct pw_text password)
{
    return password.length <= ACCOUNT_PASSWORD_MOST &&
           crypto_pwhash_str_verify(hash, password.data ? password.data : "", password.length) == 0;
}

/* -1: the account needs no code. */
static bool code_fits(const struct accounts *accounts, const struct account *account, struct pw_text code,
                      int64_t now_ms, int64_t *ret_step)
{
    char *secret = NULL;
    size_t length = 0;
    *ret_step = -1;
    if (!account->totp)
        return !accounts->second_factor;
    if (oath_base32_decode(account->totp, strlen(account->totp), &secret, &length) != OATH_OK)
        return false;
    *ret_step = code_step(secret, length, code, now_ms);
    sodium_memzero(secret, length);
    free(secret);
    return *ret_step >= 0;
}

/* ---- all of it ----------------------------------------------------------------------------------------- */

static uint32_t place_of(struct pw_text name)
{
    return (uint32_t)(text_hash(TEXT_HASH_SEED, name) % ATTEMPTS);
}

static void known_value(const struct account *account, char ret_value[ACCOUNT_KNOWN])
{
    unsigned char key[crypto_generichash_BYTES], value[32];
    crypto_generichash(key, sizeof(key), (const unsigned char *)account->password, strlen(account->password),
                       NULL, 0);
    crypto_generichash(value, sizeof(value), (const unsigned char *)account->name, strlen(account->name), key,
                       sizeof(key));
    sodium_bin2base64(ret_value, ACCOUNT_KNOWN, value, sizeof(value),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(key, sizeof(key));
}

static bool is_known(const struct account *account, struct pw_text sent)
{
    char value[ACCOUNT_KNOWN];
    if (!account || sent.length != ACCOUNT_KNOWN - 1)
        return false;
    known_value(account, value);
    return sodium_memcmp(value, sent.data, ACCOUNT_KNOWN - 1) == 0;
}

bool account_known(struct accounts *accounts, struct pw_text name, char ret_value[ACCOUNT_KNOWN])
{
    struct account_file file = {0};
    char *error = NULL;
    (void)account_file_read(accounts->file, &file, &error); /* what is wrong with it, signing in has said */
    const struct account *account = account_find(&file, name);
    if (account)
        known_value(account, ret_value);
    account_file_release(&file);
    free(error);
    return account != NULL;
}

/* ACCOUNT_GOOD: go on, and end must follow. */
static enum account_verdict begin(struct accounts *accounts, const struct attempts *attempts,
                                  int64_t steady_ms)
{
    enum account_verdict verdict = ACCOUNT_GOOD;
    pthread_mutex_lock(&accounts->lock);
    if (attempts->until_ms > steady_ms)
        verdict = ACCOUNT_LOCKED;
    else if (accounts->checking >= CHECKS)
        verdict = ACCOUNT_BUSY;
    else
        accounts->checking++;
    pthread_mutex_unlock(&accounts->lock);
    return verdict;
}

static int64_t lock_ms(uint32_t failures)
{
    uint32_t further = failures - ACCOUNT_FAILURES;
    int64_t wait = further < 8 ? ACCOUNT_LOCK_MS << further : ACCOUNT_LOCK_MOST_MS;
    return wait < ACCOUNT_LOCK_MOST_MS ? wait : ACCOUNT_LOCK_MOST_MS;
}

static void count(struct attempts *attempts, bool good, int64_t steady_ms)
{
    attempts->failures = good ? 0 : attempts->failures + 1;
    if (attempts->failures >= ACCOUNT_FAILURES)
        attempts->until_ms = steady_ms + lock_ms(attempts->failures);
}

/* A code that was taken before is wrong, and counts as a failure like every other. Codes are the name's, wherever it is. */
static bool end(struct accounts *accounts, struct attempts *attempts, const struct attempt *attempt,
                bool good, int64_t step)
{
    int64_t *last = &accounts->steps[place_of(attempt->name)];
    pthread_mutex_lock(&accounts->lock);
    accounts->checking--;
    if (step >= 0)
        good = good && step > *last && step >= accounts->first_step;
    if (good && step >= 0)
        *last = step;
    count(attempts, good, attempt->steady_ms);
    pthread_mutex_unlock(&accounts->lock);
    return good;
}

static enum account_verdict check(struct accounts *accounts, const struct account *account,
                                  const struct attempt *attempt)
{
    struct attempts *attempts =
        &accounts->attempts[is_known(account, attempt->known)][place_of(attempt->name)];
    enum account_verdict verdict = begin(accounts, attempts, attempt->steady_ms);
    int64_t step = -1;
    if (verdict != ACCOUNT_GOOD)
        return verdict;
    bool good = password_fits(account ? account->password : accounts->dummy, attempt->password) && account;
    good = account && code_fits(accounts, account, attempt->code, attempt->now_ms, &step) && good;
    return end(accounts, attempts, attempt, good, step) ? ACCOUNT_GOOD : ACCOUNT_WRONG;
}

/* A file that cannot be read is nobody's fault, and counts for nothing. */
enum account_verdict account_check(struct accounts *accounts, const struct attempt *attempt)
{
    struct account_file file = {0};
    char *error = NULL;
    enum account_verdict verdict = ACCOUNT_BROKEN;
    if (account_file_read(accounts->file, &file, &error) == 0)
        verdict = check(accounts, account_find(&file, attempt->name), attempt);
    else
        fprintf(stderr, "pathwayd-page: %s\n", error ? error : "out of memory");
    free(error);
    account_file_release(&file);
    return verdict;
}
