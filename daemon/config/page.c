/* SPDX-License-Identifier: Apache-2.0
 *
 * page.c: reads how the reviewers' page is served. What it listens on is this machine's own: a page that the network
 * reaches stands behind a proxy, which has the certificate.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <pathwayd/plugin.h>
#include "config/rows.h"

#define MOST_HEADER 64u
#define MOST_HOST   200u
#define MOST_PATH   100u /* it is in every cookie */
#define MOST_SOCKET 100u /* bytes of a Unix socket's name, of 108 */

static const struct setting *section(const struct loading *loading)
{
    return section_object(&loading->root, "page_server");
}

void page_read(struct loading *loading)
{
    const struct setting *object = section(loading), *user = NULL, *file = NULL;
    struct config_page *page = &loading->config->page_server;
    if (!object)
        return;
    page->served = true;
    page->account = page->proxy = (uid_t)-1;
    section_read(loading, object, section_page_rows, "\"page_server\"", page);
    if ((user = section_given(object, "account")))
        section_user(loading, user, &page->account);
    if ((user = section_given(object, "proxy")))
        section_user(loading, user, &page->proxy);
    file = section_given(object, "accounts");
    page->accounts = file ? section_copy_path(loading, setting_text(file))
                          : section_copy(loading, PW_TEXT("/var/lib/pathwayd-page/accounts.json"));
}

/* "127.0.0.1:7443", "localhost:7443" or "[::1]:7443". */
static bool is_loopback(const char *address)
{
    static const char *const hosts[] = {"127.0.0.1:", "localhost:", "[::1]:"};
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        size_t length = strlen(hosts[i]);
        const char *port = address + length;
        if (strncmp(address, hosts[i], length) == 0 && *port && strspn(port, "0123456789") == strlen(port))
            return strlen(port) <= 5 && strtol(port, NULL, 10) <= UINT16_MAX;
    }
    return false;
}

/* A token of RFC 9110, 5.6.2. */
static bool is_header(const char *name)
{
    static const char token[] =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t length = strlen(name);
    return length > 0 && length <= MOST_HEADER && strspn(name, token) == length;
}

/* What the page reads for other reasons says nothing of who it is. */
static bool is_taken(const char *name)
{
    static const char *const taken[] = {"host",           "cookie",       "origin",     "sec-fetch-site",
                                        "content-length", "content-type", "connection", "transfer-encoding"};
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        if (strcasecmp(taken[i], name) == 0)
            return true;
    return false;
}

/* The account asks for everybody who signs in: of somebody's own account, one person would be as many as they like. Root and
 * the daemon's account write the journal itself, and are nothing more by that. */
static void check_account(struct loading *loading, const struct setting *object)
{
    const struct config *config = loading->config;
    uid_t account = config->page_server.account;
    bool somebodys = false;
    for (uint32_t i = 0; i < config->person_count; i++)
        somebodys = somebodys || (config->people[i].account && config->people[i].uid == account);
    for (uint32_t i = 0; i < config->control_uid_count; i++)
        somebodys = somebodys || config->control_uids[i] == account;
    if (somebodys && account != (uid_t)-1 && account != 0 && account != geteuid())
        faults_add(
            &loading->faults, section_given(object, "account"),
            "the page's account must be nobody's in \"people\" or \"control.uids\": it asks for everybody "
            "who signs in, so whoever has it would be two people alone");
}

static void check_address(struct loading *loading)
{
    const char *page = loading->config->page;
    bool local = page && strncmp(page, "http://", 7) == 0 && strlen(page) < 128;
    char host[128] = "";
    if (local) { /* its host and port, as if it were listened on */
        size_t length = strcspn(page + 7, "/");
        memcpy(host, page + 7, length);
        host[length] = '\0';
    }
    if (page && strncmp(page, "https://", 8) != 0 && !(local && is_loopback(host)))
        faults_add(&loading->faults, section_given(&loading->root, "page"),
                   "\"page\" must begin with https://, or with http://127.0.0.1: and a port");
}

static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t least = strlen(end);
    return length > least && memcmp(text + length - least, end, least) == 0;
}

/* Browsers ask for the host in small letters, and without the usual port; the path goes into cookies and into addresses
 * as it is. */
static bool can_be_served(const char *page)
{
    static const char host[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
    static const char path[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./";
    const char *scheme = strstr(page, "://"), *authority = scheme ? scheme + 3 : page;
    size_t length = strspn(authority, host), rest = strlen(authority + length);
    bool usual = (strncmp(page, "https:", 6) == 0 && ends_with(authority, length, ":443")) ||
                 (strncmp(page, "http:", 5) == 0 && ends_with(authority, length, ":80"));
    return !usual && length > 0 && length <= MOST_HOST && rest <= MOST_PATH &&
           (!rest || authority[length] == '/') && strspn(authority + length, path) == rest &&
           !strstr(authority, "//") && !strstr(authority, "/.");
}

void page_check(struct loading *loading)
{
    const struct config_page *page = &loading->config->page_server;
    const struct setting *object = section(loading);
    bool proxied = page->sign_in && strcmp(page->sign_in, "proxy") == 0, anybody = false;
    check_address(loading);
    if (!object)
        return;
    bool socket =
        page->listen && strncmp(page->listen, "unix:/", 6) == 0 && strlen(page->listen + 5) <= MOST_SOCKET;
    for (uint32_t i = 0; i < loading->config->person_count; i++)
        anybody = anybody || loading->config->people[i].sign_in;
    if (!anybody)
        faults_add(&loading->faults, object,
                   "none of \"people\" has a \"sign_in\", so nobody could use the page");
    if (!loading->config->page)
        faults_add(&loading->faults, object,
                   "\"page\" has to say which address the page has for its readers");
    else if (!can_be_served(loading->config->page))
        faults_add(
            &loading->faults, section_given(&loading->root, "page"),
            "\"page\", which pathwayd-page serves, is https://HOST/ or https://HOST/PATH/: the host in small "
            "letters and without :443 or :80, the path short and of letters, digits, - _ . and /");
    if (page->listen && !socket && !is_loopback(page->listen))
        faults_add(&loading->faults, object,
                   "\"listen\" is 127.0.0.1:PORT or unix:/FILE, not \"%s\": what others reach is a proxy's",
                   page->listen);
    if (proxied && !socket)
        faults_add(
            &loading->faults, object,
            "with \"sign_in\": \"proxy\", \"listen\" is unix:/FILE, which only the proxy can connect to");
    if (proxied && page->proxy == (uid_t)-1)
        faults_add(&loading->faults, object,
                   "with \"sign_in\": \"proxy\", \"proxy\" names the account that the proxy runs under");
    check_account(loading, object);
    if (page->header && is_taken(page->header))
        faults_add(&loading->faults, object, "\"%s\" says something else: name a header of its own",
                   page->header);
    if (page->header && !is_header(page->header))
        faults_add(&loading->faults, object, "\"%s\" is no name of a header", page->header);
}
