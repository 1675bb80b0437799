/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd-page: the reviewers' page, in a process of its own that speaks only to the daemon's control endpoint.
 */
#include <getopt.h>
#include <nng/nng.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>
#include "page/account_command.h"
#include "page/server.h"

#define EXIT_USAGE 2

static const char help[] = "Usage: pathwayd-page [--config FILE] [--check]\n"
                           "%s\n"
                           "Serves the reviewers' page: queue, cases, decisions, health, report. It asks the "
                           "daemon for everything, on behalf of\n"
                           "whoever signed in, and the daemon decides what they see and do.\n"
                           "\n"
                           "  -c, --config FILE  the daemon's configuration, of which it reads page, "
                           "page_server, people and queues\n"
                           "                     (default: %s)\n"
                           "      --check        check that, and exit: 0 good, 2 not\n"
                           "      --version      print the version\n"
                           "  -h, --help         print this\n"
                           "\n"
                           "Signals: TERM and INT stop it. See pathwayd-page(8), pathwayd.conf(5).\n";

static void tell(const struct page *page, uint16_t port)
{
    (void)port;
    printf("The reviewers' page is at %s\n", page->config->page);
    fflush(stdout);
    sd_notify(0, "READY=1");
}

/* The path of "https://reviews.example.edu/x" with slashes at both ends; the caller's. */
static char *base_of(const char *address)
{
    const char *authority = strstr(address, "://");
    const char *path = authority ? strchr(authority + 3, '/') : NULL;
    char *base = NULL;
    size_t length = path ? strlen(path) : 0;
    if (asprintf(&base, "%s%s", length ? path : "/", length && path[length - 1] != '/' ? "/" : "") < 0)
        return NULL;
    return base;
}

/* Everything that a page has. A sentence is printed when something could not be had. */
static bool prepare(struct page *page, char *base)
{
    const struct config_page *settings = &page->config->page_server;
    page->base = base;
    page->secure = strncmp(page->config->page, "https://", 8) == 0;
    page->proxied = strcmp(settings->sign_in, "proxy") == 0;
    randombytes_buf(page->key, sizeof(page->key));
    page->sessions = sessions_new();
    page->accounts =
        page->proxied ? NULL
                      : accounts_new(settings->accounts, settings->second_factor, (int64_t)time(NULL) * 1000);
    int error = inquiries_open(page->config->control, SERVER_THREADS, INQUIRY_PATIENCE_MS, &page->inquiries);
    if (error == 0 && base && page->sessions && (page->proxied || page->accounts))
        return true;
    fprintf(stderr, "pathwayd-page: %s: %s\n", page->config->control,
            error > 0 ? nng_strerror(error) : "out of memory");
    return false;
}

static int run(const struct config *config)
{
    struct page page = {.config = config};
    char *base = base_of(config->page), *error = NULL;
    bool good = prepare(&page, base) && server_run(&page, tell, &error) == 0;
    if (error)
        fprintf(stderr, "pathwayd-page: %s\n", error);
    inquiries_close(page.inquiries);
    accounts_free(page.accounts);
    sessions_free(page.sessions);
    sodium_memzero(&page, sizeof(page));
    free(error);
    free(base);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* -1: go on. */
static int parse(int count, char **arguments, const struct config_places *places, const char **ret_file,
                 bool *ret_check)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"check", no_argument, NULL, 'k'},
                                            {"version", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(count, arguments, "+c:h", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            *ret_file = optarg;
            break;
        case 'k':
            *ret_check = true;
            break;
        case 'v':
            printf("pathwayd-page %s\n", PATHWAYD_VERSION);
            return EXIT_SUCCESS;
        case 'h':
            printf(help, account_usage, places->config_file);
            return EXIT_SUCCESS;
        default:
            fputs("Try 'pathwayd-page --help'.\n", stderr);
            return EXIT_USAGE;
        }
    }
    if (optind < count && strcmp(arguments[optind], "account") != 0) {
        fprintf(stderr, "pathwayd-page: what is \"%s\"? Try 'pathwayd-page --help'.\n", arguments[optind]);
        return EXIT_USAGE;
    }
    return -1;
}

static int start(const struct config *config, bool check, int count, char **words)
{
    if (!config->page_server.served) {
        fprintf(stderr, "pathwayd-page: %s: there is no \"page_server\", so there is no page to serve\n",
                config->file);
        return EXIT_USAGE;
    }
    if (check) {
        printf("%s: good (the page is at %s)\n", config->file, config->page);
        return EXIT_SUCCESS;
    }
    return count > 0 ? account_command(config, count - 1, words + 1) : run(config);
}

int main(int count, char **arguments)
{
    struct config_places places = {0};
    struct config *config = NULL;
    const char *file = NULL;
    char *errors = NULL;
    bool check = false;
    signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0 || config_places_find(&places, &errors) < 0) {
        fprintf(stderr, "pathwayd-page: %s\n", errors ? errors : "libsodium does not start");
        return EXIT_FAILURE;
    }
    int result = parse(count, arguments, &places, &file, &check);
    if (result < 0 && config_load(file ? file : places.config_file, &places, &config, &errors) < 0) {
        fputs(errors ? errors : "pathwayd-page: out of memory\n", stderr);
        result = EXIT_USAGE;
    }
    if (result < 0)
        result = start(config, check, count - optind, arguments + optind);
    free(errors);
    config_free(config);
    config_places_release(&places);
    return result;
}
