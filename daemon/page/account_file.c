/* SPDX-License-Identifier: Apache-2.0
 *
 * account_file.c: the file of accounts, read and written.
 */
#include <errno.h>
#include <fcntl.h>
#include <liboath/oath.h>
#include <pathwayd/plugin.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "json/buffer.h"
#include "json/json.h"
#include "page/account.h"

#define FILE_BYTES (1u << 20) /* 1,000 accounts of some 200 bytes */
#define TOTP_BYTES 20u        /* RFC 4226, 4: as long as the hash */

static const struct json_limits limits = {.max_bytes = FILE_BYTES, .max_values = 16384, .max_depth = 4};

static int fail(char **ret_error, const char *path, const char *why)
{
    if (asprintf(ret_error, "%s: %s", path, why) < 0)
        *ret_error = NULL;
    return PW_ERROR_INVALID;
}

static char *copy(const struct pw_document *document, uint32_t node, const char *key)
{
    struct pw_text text = json_text(document, json_member(document, node, key));
    return text.length ? strndup(text.data, text.length) : NULL;
}

static int read_accounts(const struct pw_document *document, struct account_file *file)
{
    uint32_t list = json_member(document, PW_NODE_ROOT, "accounts");
    uint32_t count = json_type(document, list) == PW_JSON_ARRAY ? json_count(document, list) : ACCOUNTS + 1;
    if (count > ACCOUNTS)
        return PW_ERROR_INVALID;
    file->items = calloc(count + 1u, sizeof(*file->items));
    if (!file->items)
        return PW_ERROR_MEMORY;
    for (uint32_t node = json_first(document, list); node != PW_NODE_NONE; node = json_next(document, node)) {
        struct account *account = &file->items[file->count++];
        *account = (struct account){copy(document, node, "name"), copy(document, node, "password"),
                                    copy(document, node, "totp")};
        if (!account->name || !account->password)
            return PW_ERROR_INVALID;
    }
    return 0;
}

/* Secrets that others may read are none. */
static int check_mode(const char *path, int descriptor, char **ret_error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return fail(ret_error, path, "this is no file of accounts");
    if (status.st_mode & 077)
        return fail(ret_error, path, "others may read this file: chmod 600");
    return 0;
}

int account_file_read(const char *path, struct account_file *ret_file, char **ret_error)
{
    struct pw_document document = {0};
    struct json_error error;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    *ret_file = (struct account_file){0};
    if (descriptor < 0)
        return errno == ENOENT ? 0 : fail(ret_error, path, strerror(errno));
    int status = check_mode(path, descriptor, ret_error);
    char *bytes = status == 0 ? malloc(FILE_BYTES) : NULL;
    ssize_t length = bytes ? read(descriptor, bytes, FILE_BYTES) : -1;
    close(descriptor);
    if (status == 0 && (length < 0 || length == FILE_BYTES))
        status = fail(ret_error, path, "this file cannot be read, or is too large");
    if (status == 0 && (json_parse(&document, bytes, (size_t)length, &limits, &error) != 0 ||
                        read_accounts(&document, ret_file) != 0))
        status = fail(ret_error, path, "this is not {\"accounts\": [{\"name\", \"password\", \"totp\"}, …]}");
    json_release(&document);
    if (bytes)
        sodium_memzero(bytes, FILE_BYTES);
    free(bytes);
    if (status != 0)
        account_file_release(ret_file);
    return status;
}

static void write_accounts(struct buffer *out, const struct account_file *file)
{
    buffer_string(out, "{\"accounts\": [");
    for (uint32_t i = 0; i < file->count; i++) {
        buffer_string(out, i ? ",\n  " : "\n  ");
        struct buffer object = {0};
        json_write_begin(&object, '{');
        json_member_string(&object, "name", file->items[i].name);
        json_member_string(&object, "password", file->items[i].password);
        if (file->items[i].totp)
            json_member_string(&object, "totp", file->items[i].totp);
        json_write_end(&object, '}');
        buffer_text(out, buffer_view(&object));
        out->failed = out->failed || object.failed;
        buffer_release(&object);
    }
    buffer_string(out, "\n]}\n");
}

static int write_beside(const char *path, const char *beside, uid_t owner, struct pw_text bytes)
{
    int descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return -1;
    bool written = write(descriptor, bytes.data, bytes.length) == (ssize_t)bytes.length &&
                   (geteuid() != 0 || fchown(descriptor, owner, (gid_t)-1) == 0) && fsync(descriptor) == 0;
    int error = errno;
    close(descriptor);
    if (written && rename(beside, path) == 0)
        return 0;
    error = written ? errno : error;
    unlink(beside);
    errno = error;
    return -1;
}

int account_file_write(const char *path, const struct account_file *file, uid_t owner, char **ret_error)
{
    struct buffer out = {0};
    char *beside = NULL;
    write_accounts(&out, file);
    int status = out.failed || asprintf(&beside, "%s.%ld", path, (long)getpid()) < 0 ? PW_ERROR_MEMORY : 0;
    if (status == 0 && write_beside(path, beside, owner, buffer_view(&out)) != 0)
        status = fail(ret_error, path, strerror(errno));
    free(beside);
    buffer_release(&out);
    return status;
}

static void forget(char *secret)
{
    if (secret)
        sodium_memzero(secret, strlen(secret));
    free(secret);
}

void account_file_release(struct account_file *file)
{
    for (uint32_t i = 0; i < file->count; i++) {
        free(file->items[i].name);
        forget(file->items[i].password);
        forget(file->items[i].totp);
    }
    free(file->items);
    *file = (struct account_file){0};
}

struct account *account_find(const struct account_file *file, struct pw_text name)
{
    for (uint32_t i = 0; i < file->count; i++)
        if (text_is(name, file->items[i].name))
            return &file->items[i];
    return NULL;
}

static size_t characters(struct pw_text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return count;
}

int account_set_password(struct account *account, struct pw_text password, char **ret_error)
{
    char hash[crypto_pwhash_STRBYTES];
    if (characters(password) < ACCOUNT_PASSWORD_LEAST || password.length > ACCOUNT_PASSWORD_MOST) {
        if (asprintf(ret_error, "a password has %u characters or more, and %u bytes at most",
                     ACCOUNT_PASSWORD_LEAST, ACCOUNT_PASSWORD_MOST) < 0)
            *ret_error = NULL;
        return PW_ERROR_INVALID;
    }
    if (crypto_pwhash_str(hash, password.data, password.length, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return PW_ERROR_MEMORY;
    forget(account->password);
    account->password = strdup(hash);
    return account->password ? 0 : PW_ERROR_MEMORY;
}

int account_set_totp(struct account *account)
{
    char bytes[TOTP_BYTES], *text = NULL;
    size_t length = 0;
    randombytes_buf(bytes, sizeof(bytes));
    if (oath_base32_encode(bytes, sizeof(bytes), &text, &length) != OATH_OK)
        return PW_ERROR_MEMORY;
    forget(account->totp);
    account->totp = text;
    sodium_memzero(bytes, sizeof(bytes));
    return 0;
}
