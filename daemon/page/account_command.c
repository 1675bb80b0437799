/* SPDX-License-Identifier: Apache-2.0
 *
 * account_command.c: see account_command.h. A password is typed, twice and unseen, or comes as one line on standard input;
 * never on the command line, which others can read.
 */
#include "page/account_command.h"

#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>
#include "json/json.h"
#include "page/account.h"

#define LINE_BYTES 512u

const char account_usage[] = "       pathwayd-page [--config FILE] account list\n"
                             "       pathwayd-page [--config FILE] account add NAME [--no-code]\n"
                             "       pathwayd-page [--config FILE] account password NAME\n"
                             "       pathwayd-page [--config FILE] account code NAME\n"
                             "       pathwayd-page [--config FILE] account remove NAME\n";

static int complain(const char *error)
{
    fprintf(stderr, "pathwayd-page: %s\n", error ? error : "out of memory");
    return 1;
}

/* ---- passwords ----------------------------------------------------------------------------------------- */

/* false: nothing was typed. */
static bool read_line(const char *prompt, char line[LINE_BYTES])
{
    struct termios before, unseen;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        fputs(prompt, stderr);
        unseen = before;
        unseen.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
    }
    bool read = fgets(line, LINE_BYTES, stdin) != NULL;
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    line[read ? strcspn(line, "\r\n") : 0] = '\0';
    return read && line[0];
}

static int set_password(struct account *account)
{
    char line[LINE_BYTES], again[LINE_BYTES], *error = NULL;
    int result = 1;
    if (!read_line("Password: ", line))
        result = complain("a password is needed, typed or as one line on standard input");
    else if (isatty(STDIN_FILENO) && (!read_line("Once more: ", again) || strcmp(line, again) != 0))
        result = complain("these were two different ones");
    else if (account_set_password(account, text_of(line), &error) != 0)
        result = complain(error);
    else
        result = 0;
    free(error);
    sodium_memzero(line, sizeof(line));
    sodium_memzero(again, sizeof(again));
    return result;
}

/* The key URI that authenticators read, as text or by a QR code made of it. */
static void print_code(const struct account *account, const char *page)
{
    const char *from = page && strstr(page, "://") ? strstr(page, "://") + 3 : "pathwayd";
    int length = (int)strcspn(from, "/:");
    printf("Into their authenticator, by hand or as a QR code; it is shown this once:\n"
           "  %s\n  otpauth://totp/%.*s:%s?secret=%s&issuer=%.*s\n",
           account->totp, length, from, account->name, account->totp, length, from);
}

static int set_code(struct account *account, const char *page)
{
    if (account_set_totp(account) != 0)
        return complain(NULL);
    print_code(account, page);
    return 0;
}

/* ---- the commands -------------------------------------------------------------------------------------- */

static bool signs_in(const struct config *config, const char *name)
{
    for (uint32_t i = 0; i < config->person_count; i++)
        if (config->people[i].sign_in && strcmp(config->people[i].sign_in, name) == 0)
            return true;
    return false;
}

static int list(const struct config *config, struct account_file *file)
{
    for (uint32_t i = 0; i < file->count; i++)
        printf("%s%s%s\n", file->items[i].name, file->items[i].totp ? "" : "  without a code",
               signs_in(config, file->items[i].name) ? "" : "  nobody in \"people\"");
    return 0;
}

static int add(const struct config *config, struct account_file *file, const char *name, bool code)
{
    struct account *items = realloc(file->items, (file->count + 1u) * sizeof(*items));
    if (!items)
        return complain(NULL);
    file->items = items;
    struct account *account = &items[file->count++];
    *account = (struct account){.name = strdup(name)};
    int result = account->name ? set_password(account) : complain(NULL);
    if (result == 0 && code)
        result = set_code(account, config->page);
    if (result == 0 && !signs_in(config, name))
        fprintf(stderr,
                "pathwayd-page: note: \"people\" in the configuration has no \"sign_in\": \"%s\" yet\n",
                name);
    return result;
}

static void take_out(struct account_file *file, struct account *account)
{
    struct account last = *account;
    file->count--;
    memmove(account, account + 1, (size_t)(&file->items[file->count] - account) * sizeof(*account));
    struct account_file one = {.items = malloc(sizeof(last)), .count = 1};
    if (one.items)
        one.items[0] = last;
    else
        one.count = 0;
    account_file_release(&one);
}

static bool good_name(const char *name)
{
    size_t length = strlen(name);
    bool good = length > 0 && length <= 128;
    for (size_t i = 0; good && i < length; i++)
        good = (unsigned char)name[i] > 0x20 && (unsigned char)name[i] < 0x7f;
    return good;
}

/* What changes one account. */
static int change(const struct config *config, struct account_file *file, const char *verb, const char *name,
                  bool code)
{
    struct account *account = account_find(file, text_of(name));
    bool adding = strcmp(verb, "add") == 0;
    if (!good_name(name))
        return complain("a name has 1 to 128 characters of ASCII, without spaces");
    if (adding && account)
        return complain(
            "there is an account of that name already; \"account password\" gives it another password");
    if (adding && file->count >= ACCOUNTS)
        return complain("there are too many accounts for a file: use single sign-on");
    if (!adding && !account)
        return complain("there is no account of that name; \"account list\" shows them");
    if (adding)
        return add(config, file, name, code);
    if (strcmp(verb, "password") == 0)
        return set_password(account);
    if (strcmp(verb, "code") == 0)
        return set_code(account, config->page);
    take_out(file, account);
    return 0;
}

static int usage(void)
{
    fprintf(stderr, "Usage: pathwayd-page …\n%s", account_usage);
    return 2;
}

/* Of two commands at once, one waits, so that neither undoes the other's. The lock ends with the process. */
static void wait_for_others(const char *path)
{
    char *copy = strdup(path);
    int folder = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder >= 0)
        (void)flock(folder, LOCK_EX);
    free(copy);
}

int account_command(const struct config *config, int count, char **words)
{
    static const char *const verbs[] = {"add", "password", "code", "remove"};
    const char *path = config->page_server.accounts;
    struct account_file file = {0};
    char *error = NULL;
    bool listing = count == 1 && strcmp(words[0], "list") == 0, known = false;
    bool bare = count == 3 && strcmp(words[0], "add") == 0 && strcmp(words[2], "--no-code") == 0;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]) && count >= 2; i++)
        known = known || strcmp(words[0], verbs[i]) == 0;
    if (!listing && !(known && (count == 2 || bare)))
        return usage();
    if (!listing)
        wait_for_others(path);
    int result = account_file_read(path, &file, &error) != 0 ? complain(error) : 0;
    if (result == 0)
        result = listing ? list(config, &file) : change(config, &file, words[0], words[1], !bare);
    if (result == 0 && !listing && account_file_write(path, &file, config->page_server.account, &error) != 0)
        result = complain(error);
    free(error);
    account_file_release(&file);
    return result;
}
