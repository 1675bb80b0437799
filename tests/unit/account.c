/* SPDX-License-Identifier: Apache-2.0
 *
 * account.c and account_file.c: who signs in with which password and code, how long a name waits that failed, and which
 * files are taken. Every check of a password costs some 100 ms, so there are few.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <liboath/oath.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <pathwayd/plugin.h>
#include "json/json.h"
#include "page/account.h"

#define PASSWORD "correct horse battery"
#define RFC_TOTP "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* "12345678901234567890" */
#define STEP     INT64_C(30000)
#define NOW      (INT64_C(1111111109) * 1000) /* of RFC 6238, appendix B */
#define NOW_CODE "081804"

static char folder[] = "/tmp/pathwayd-account-XXXXXX", path[64], other[64];
static char *hash; /* of PASSWORD: made once */

static struct accounts *open_accounts(bool second_factor, int64_t started_ms)
{
    struct accounts *accounts = accounts_new(path, second_factor, started_ms);
    assert_non_null(accounts);
    return accounts;
}

static void write_file(const struct account *items, uint32_t count)
{
    char *error = NULL;
    assert_int_equal(
        account_file_write(path, &(struct account_file){(struct account *)items, count}, geteuid(), &error),
        0);
    assert_null(error);
}

/* alice has a second factor, bob has none. */
static int set_up(void **state)
{
    struct account account = {0};
    char *error = NULL;
    (void)state;
    if (sodium_init() < 0 || oath_init() != OATH_OK || !mkdtemp(folder) ||
        account_set_password(&account, PW_TEXT(PASSWORD), &error) != 0)
        return -1;
    snprintf(path, sizeof(path), "%s/accounts.json", folder);
    snprintf(other, sizeof(other), "%s/other", folder);
    hash = account.password;
    write_file((struct account[]){{"alice", hash, RFC_TOTP}, {"bob", hash, NULL}}, 2);
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    free(hash);
    unlink(path);
    unlink(other);
    return rmdir(folder);
}

static enum account_verdict check(struct accounts *accounts, const char *name, const char *password,
                                  const char *code, int64_t now_ms)
{
    return account_check(accounts, &(struct attempt){.name = text_of(name),
                                                     .password = text_of(password),
                                                     .code = text_of(code),
                                                     .now_ms = now_ms,
                                                     .steady_ms = now_ms});
}

static const char *code_at(int64_t now_ms)
{
    static char code[7];
    assert_int_equal(oath_totp_generate("12345678901234567890", 20, (time_t)(now_ms / 1000), 30, 0, 6, code),
                     OATH_OK);
    return code;
}

/* ---- the file ------------------------------------------------------------------------------------------ */

static void what_is_written_is_read(void **state)
{
    struct account_file file;
    struct account made = {0};
    struct stat status;
    char *error = NULL;
    (void)state;
    assert_int_equal(strncmp(hash, "$argon2id$", 10), 0);
    assert_int_equal(account_set_totp(&made), 0);
    assert_int_equal(strlen(made.totp), 32); /* 20 bytes */
    assert_int_equal(strspn(made.totp, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 32);
    made.name = strdup("c\"\\\xc3\xa4");
    made.password = strdup("x");
    write_file((struct account[]){{"alice", hash, RFC_TOTP}, {"bob", hash, NULL}, made}, 3);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(account_file_read(path, &file, &error), 0);
    assert_int_equal(file.count, 3);
    assert_string_equal(account_find(&file, PW_TEXT("alice"))->totp, RFC_TOTP);
    assert_string_equal(account_find(&file, PW_TEXT("bob"))->password, hash);
    assert_null(account_find(&file, PW_TEXT("bob"))->totp);
    assert_string_equal(account_find(&file, text_of(made.name))->totp, made.totp);
    assert_null(account_find(&file, PW_TEXT("ali")));
    assert_null(account_find(&file, PW_TEXT("")));
    account_file_release(&file);
    account_file_release(&(struct account_file){calloc(1, sizeof(made)), 0});
    free(made.name);
    free(made.password);
    free(made.totp);
    write_file((struct account[]){{"alice", hash, RFC_TOTP}, {"bob", hash, NULL}}, 2);
}

static void refuses(const char *file, const char *why)
{
    struct account_file read;
    char *error = NULL;
    assert_int_not_equal(account_file_read(file, &read, &error), 0);
    assert_true(read.count == 0 && !read.items);
    assert_non_null(error);
    if (!strstr(error, why) || !strstr(error, file))
        fail_msg("%s", error);
    free(error);
}

static void put_bytes(const char *bytes, size_t length, mode_t mode)
{
    unlink(other);
    int file = open(other, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(file >= 0 && write(file, bytes, length) == (ssize_t)length && fchmod(file, mode) == 0);
    close(file);
}

static void files_that_are_none_are_refused(void **state)
{
    static const char *const rubbish[] = {"",
                                          "{",
                                          "[]",
                                          "{}",
                                          "{\"accounts\": {}}",
                                          "{\"accounts\": [7]}",
                                          "{\"accounts\": [{\"name\": \"a\"}]}",
                                          "{\"accounts\": [{\"name\": \"\", \"password\": \"x\"}]}",
                                          "{\"accounts\": [{\"name\": \"a\", \"password\": 7}]}",
                                          "{\"accounts\": [{\"name\": \"a\", \"password\": \"x\"}, null]}",
                                          "{\"accounts\": []} x"};
    static const char empty[] = "{\"accounts\": []}";
    struct account_file file;
    char *error = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++) {
        put_bytes(rubbish[i], strlen(rubbish[i]), 0600);
        refuses(other, "this is not {\"accounts\"");
    }
    put_bytes(empty, strlen(empty), 0644);
    refuses(other, "chmod 600");
    put_bytes(empty, strlen(empty), 0620);
    refuses(other, "chmod 600");
    refuses(folder, "this is no file of accounts");
    unlink(other);
    assert_int_equal(symlink(path, other), 0);
    refuses(other, "symbolic links");
    unlink(other);
    assert_int_equal(mkfifo(other, 0600), 0); /* nobody writes to it, and nobody waits for that */
    refuses(other, "this is no file of accounts");
    unlink(other);
    assert_int_equal(account_file_read(other, &file, &error), 0); /* none yet */
    assert_int_equal(file.count, 0);
    put_bytes(empty, strlen(empty), 0400);
    assert_int_equal(account_file_read(other, &file, &error), 0);
    account_file_release(&file);
}

static void there_are_only_so_many_accounts(void **state)
{
    struct account_file file;
    char *error = NULL;
    (void)state;
    for (uint32_t count = ACCOUNTS; count <= ACCOUNTS + 1; count++) {
        struct account *many = calloc(count, sizeof(*many));
        for (uint32_t i = 0; i < count; i++)
            many[i] = (struct account){"somebody@example.edu", hash, RFC_TOTP};
        assert_int_equal(account_file_write(other, &(struct account_file){many, count}, geteuid(), &error),
                         0);
        free(many);
        if (count == ACCOUNTS) {
            assert_int_equal(account_file_read(other, &file, &error), 0);
            assert_int_equal(file.count, ACCOUNTS);
            account_file_release(&file);
        }
    }
    refuses(other, "this is not {\"accounts\"");
    char *much = calloc(1, 1u << 20);
    memset(much, ' ', 1u << 20);
    put_bytes(much, 1u << 20, 0600);
    free(much);
    refuses(other, "too large");
}

static void passwords_are_of_some_length(void **state)
{
    char bytes[ACCOUNT_PASSWORD_MOST + 1];
    struct account account = {0};
    char *error = NULL;
    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    assert_int_equal(account_set_password(&account, PW_TEXT("elevenchars"), &error), PW_ERROR_INVALID);
    assert_non_null(strstr(error, "12 characters"));
    free(error);
    error = NULL; /* what counts is characters, not bytes */
    assert_int_equal(
        account_set_password(&account, PW_TEXT("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"), &error),
        PW_ERROR_INVALID);
    free(error);
    error = NULL;
    assert_int_equal(account_set_password(&account, (struct pw_text){bytes, sizeof(bytes)}, &error),
                     PW_ERROR_INVALID);
    free(error);
    error = NULL;
    assert_null(account.password);
    assert_int_equal(account_set_password(&account, (struct pw_text){bytes, ACCOUNT_PASSWORD_MOST}, &error),
                     0);
    assert_string_not_equal(account.password, hash);
    free(account.password);
}

/* ---- signing in ---------------------------------------------------------------------------------------- */

static void name_password_and_code_sign_in(void **state)
{
    struct accounts *accounts = open_accounts(true, 0);
    (void)state;
    assert_string_equal(code_at(59000), "287082"); /* RFC 6238, appendix B */
    assert_string_equal(code_at(NOW), NOW_CODE);
    assert_int_equal(check(accounts, "alice", PASSWORD, NOW_CODE, NOW), ACCOUNT_GOOD);
    assert_int_equal(check(accounts, "alice", PASSWORD, NOW_CODE, NOW), ACCOUNT_WRONG); /* not twice */
    int64_t later = NOW + 10 * STEP;
    assert_int_equal(check(accounts, "alice", "correct horse batter", code_at(later), later), ACCOUNT_WRONG);
    assert_int_equal(check(accounts, "alice", PASSWORD, "", later), ACCOUNT_WRONG);
    assert_int_equal(check(accounts, "alice", PASSWORD, "0818040", later), ACCOUNT_WRONG);
    assert_int_equal(check(accounts, "alice", PASSWORD, code_at(later), later), ACCOUNT_GOOD);
    assert_int_equal(check(accounts, "bob", PASSWORD, "", NOW), ACCOUNT_WRONG); /* everybody needs a code */
    assert_int_equal(check(accounts, "mallory", PASSWORD, NOW_CODE, NOW), ACCOUNT_WRONG);
    assert_int_equal(check(accounts, "", "", "", NOW), ACCOUNT_WRONG);
    accounts_free(accounts);
}

static void without_second_factors_whoever_has_one_needs_it(void **state)
{
    struct accounts *accounts = open_accounts(false, 0);
    (void)state;
    assert_int_equal(check(accounts, "bob", PASSWORD, "", NOW), ACCOUNT_GOOD);
    assert_int_equal(check(accounts, "bob", PASSWORD, "", NOW), ACCOUNT_GOOD);
    assert_int_equal(check(accounts, "alice", PASSWORD, "", NOW), ACCOUNT_WRONG);
    assert_int_equal(check(accounts, "alice", PASSWORD, NOW_CODE, NOW), ACCOUNT_GOOD);
    accounts_free(accounts);
}

static void clocks_may_differ_by_a_step(void **state)
{
    struct accounts *accounts = open_accounts(true, 0);
    (void)state;
    assert_int_equal(check(accounts, "alice", PASSWORD, code_at(NOW - 2 * STEP), NOW), ACCOUNT_WRONG);
    assert_int_equal(check(accounts, "alice", PASSWORD, code_at(NOW + 2 * STEP), NOW), ACCOUNT_WRONG);
    assert_int_equal(check(accounts, "alice", PASSWORD, code_at(NOW - STEP), NOW), ACCOUNT_GOOD);
    assert_int_equal(check(accounts, "alice", PASSWORD, code_at(NOW + STEP), NOW), ACCOUNT_GOOD);
    assert_int_equal(check(accounts, "alice", PASSWORD, code_at(NOW), NOW), ACCOUNT_WRONG); /* of before */
    assert_int_equal(check(accounts, "alice", PASSWORD, code_at(NOW + STEP), NOW + 2 * STEP), ACCOUNT_WRONG);
    accounts_free(accounts);
}

static void codes_from_before_the_start_may_have_been_used(void **state)
{
    struct accounts *accounts = open_accounts(true, NOW);
    (void)state;
    assert_int_equal(check(accounts, "alice", PASSWORD, code_at(NOW - STEP), NOW), ACCOUNT_WRONG);
    assert_int_equal(check(accounts, "alice", PASSWORD, code_at(NOW + STEP), NOW + STEP), ACCOUNT_GOOD);
    accounts_free(accounts);
}

static void fail_often(struct accounts *accounts, const char *name, uint32_t times, int64_t now_ms)
{
    for (uint32_t i = 0; i < times; i++)
        assert_int_equal(check(accounts, name, "wrong", "", now_ms), ACCOUNT_WRONG);
}

static void who_fails_often_waits_longer_and_longer(void **state)
{
    struct accounts *accounts = open_accounts(false, 0);
    int64_t now_ms = NOW, wait_ms = ACCOUNT_LOCK_MS;
    (void)state;
    fail_often(accounts, "bob", ACCOUNT_FAILURES, now_ms);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(check(accounts, "bob", PASSWORD, "", now_ms), ACCOUNT_LOCKED);
        assert_int_equal(check(accounts, "bob", PASSWORD, "", now_ms + wait_ms - 1), ACCOUNT_LOCKED);
        now_ms += wait_ms;
        wait_ms = 2 * wait_ms < ACCOUNT_LOCK_MOST_MS ? 2 * wait_ms : ACCOUNT_LOCK_MOST_MS;
        fail_often(accounts, "bob", 1, now_ms);
    }
    assert_int_equal(wait_ms, ACCOUNT_LOCK_MOST_MS);
    assert_int_equal(check(accounts, "alice", "wrong", "", now_ms), ACCOUNT_WRONG); /* others do not wait */
    assert_int_equal(check(accounts, "bob", PASSWORD, "", now_ms + wait_ms), ACCOUNT_GOOD);
    fail_often(accounts, "bob", ACCOUNT_FAILURES - 1, now_ms + wait_ms); /* and it begins anew */
    assert_int_equal(check(accounts, "bob", PASSWORD, "", now_ms + wait_ms), ACCOUNT_GOOD);
    accounts_free(accounts);
}

/* Who signed in before in a browser signs in there, whatever others try elsewhere. */
static void others_lock_nobody_out_of_their_browser(void **state)
{
    struct accounts *accounts = open_accounts(false, 0);
    char known[ACCOUNT_KNOWN], theirs[ACCOUNT_KNOWN];
    struct attempt attempt = {
        .name = PW_TEXT("bob"), .password = PW_TEXT(PASSWORD), .now_ms = NOW, .steady_ms = NOW};
    (void)state;
    assert_true(account_known(accounts, PW_TEXT("bob"), known));
    assert_true(account_known(accounts, PW_TEXT("alice"), theirs));
    assert_false(account_known(accounts, PW_TEXT("mallory"), theirs));
    assert_string_not_equal(known, theirs);
    fail_often(accounts, "bob", ACCOUNT_FAILURES, NOW);
    fail_often(accounts, "known bob", ACCOUNT_FAILURES, NOW);
    assert_int_equal(account_check(accounts, &attempt), ACCOUNT_LOCKED);
    attempt.known = text_of(theirs);
    assert_int_equal(account_check(accounts, &attempt), ACCOUNT_LOCKED);
    attempt.known = text_of(known);
    assert_int_equal(account_check(accounts, &attempt), ACCOUNT_GOOD);
    attempt.password = PW_TEXT("wrong"); /* and it is not for guessing either */
    for (uint32_t i = 0; i < ACCOUNT_FAILURES; i++)
        assert_int_equal(account_check(accounts, &attempt), ACCOUNT_WRONG);
    assert_int_equal(account_check(accounts, &attempt), ACCOUNT_LOCKED);
    accounts_free(accounts);
}

static void names_of_nobody_wait_too(void **state)
{
    struct accounts *accounts = open_accounts(false, 0);
    (void)state;
    fail_often(accounts, "mallory", ACCOUNT_FAILURES, NOW);
    assert_int_equal(check(accounts, "mallory", PASSWORD, "", NOW), ACCOUNT_LOCKED);
    accounts_free(accounts);
}

static void a_file_that_cannot_be_used_signs_nobody_in(void **state)
{
    struct accounts *accounts = accounts_new(other, false, 0);
    (void)state;
    put_bytes("{", 1, 0600);
    assert_int_equal(check(accounts, "bob", PASSWORD, "", NOW), ACCOUNT_BROKEN);
    unlink(other);
    assert_int_equal(check(accounts, "bob", PASSWORD, "", NOW), ACCOUNT_WRONG);
    accounts_free(accounts);
    accounts_free(NULL);
}

/* ---- at once ------------------------------------------------------------------------------------------- */

#define AT_ONCE 8

static pthread_barrier_t start;
static struct accounts *shared;

static void *sign_in(void *name)
{
    pthread_barrier_wait(&start);
    return (void *)(uintptr_t)check(shared, name, PASSWORD, "", NOW);
}

static void only_so_many_are_checked_at_once(void **state)
{
    pthread_t threads[AT_ONCE];
    char names[AT_ONCE][16];
    uint32_t busy = 0, wrong = 0;
    (void)state;
    shared = open_accounts(false, 0);
    pthread_barrier_init(&start, NULL, AT_ONCE);
    for (int i = 0; i < AT_ONCE; i++) {
        snprintf(names[i], sizeof(names[i]), "nobody-%d", i);
        assert_int_equal(pthread_create(&threads[i], NULL, sign_in, names[i]), 0);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        void *verdict;
        assert_int_equal(pthread_join(threads[i], &verdict), 0);
        busy += (uintptr_t)verdict == ACCOUNT_BUSY;
        wrong += (uintptr_t)verdict == ACCOUNT_WRONG;
    }
    assert_int_equal(busy + wrong, AT_ONCE);
    assert_true(busy > 0 && wrong >= 2);
    assert_int_equal(check(shared, "bob", PASSWORD, "", NOW), ACCOUNT_GOOD); /* and none is left at it */
    pthread_barrier_destroy(&start);
    accounts_free(shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(files_that_are_none_are_refused),
        cmocka_unit_test(there_are_only_so_many_accounts),
        cmocka_unit_test(passwords_are_of_some_length),
        cmocka_unit_test(name_password_and_code_sign_in),
        cmocka_unit_test(without_second_factors_whoever_has_one_needs_it),
        cmocka_unit_test(clocks_may_differ_by_a_step),
        cmocka_unit_test(codes_from_before_the_start_may_have_been_used),
        cmocka_unit_test(who_fails_often_waits_longer_and_longer),
        cmocka_unit_test(others_lock_nobody_out_of_their_browser),
        cmocka_unit_test(names_of_nobody_wait_too),
        cmocka_unit_test(a_file_that_cannot_be_used_signs_nobody_in),
        cmocka_unit_test(only_so_many_are_checked_at_once),
    };
    return cmocka_run_group_tests(tests, set_up, clean_up);
}
