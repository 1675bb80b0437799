/* SPDX-License-Identifier: Apache-2.0
 *
 * main.c: pathwayd's command line, and `--check`, which needs no more of the daemon than its configuration.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <pathwayd/text.h>
#include "daemon.h"

#define EXIT_USAGE 2

/* ---- --check ---- */

static void checked(void *owner, const char *errors)
{
    bool *good = owner;
    *good = errors == NULL;
    if (errors)
        fputs(errors, stderr);
}

static int check(struct daemon *daemon)
{
    bool good = false;
    struct trial *trial = NULL;
    struct host_options options = {
        .host_program = daemon->config->host_program, .base = daemon->config->base, .landlock_max = -1};
    if (trial_start(&daemon->loop, daemon->config, &options, checked, &good, &trial) < 0)
        return EXIT_FAILURE;
    uv_run(&daemon->loop, UV_RUN_DEFAULT);
    trial_free(trial);
    uv_run(&daemon->loop, UV_RUN_NOWAIT);
    if (good)
        printf("%s: good (%u feeds, %u plugins, %u reviewers, %u routes)\n", daemon->config->file,
               daemon->config->feed_count, daemon->config->plugin_count, daemon->config->reviewer_count,
               daemon->config->route_count);
    return good ? EXIT_SUCCESS : EXIT_USAGE;
}

/* ---- command line ---- */

static const char help[] =
    "Usage: pathwayd [--config FILE] [--check]\n"
    "\n"
    "Watches a university's collaboration events, runs each through the risk policy of its pathway, and "
    "tells the\n"
    "reviewers who must look. It recommends; people decide.\n"
    "\n"
    "  -c, --config FILE  the configuration (default: %s)\n"
    "      --check        check the configuration and its plugins, and exit: 0 good, 2 not\n"
    "      --version      print the version\n"
    "  -h, --help         print this\n"
    "\n"
    "Signals: TERM and INT stop it after what is in work is done; HUP reloads the configuration.\n"
    "See pathwayd(8), pathwayd.conf(5), pathwayctl(1).\n";

static int parse(int count, char **arguments, struct daemon *daemon, bool *ret_check)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"check", no_argument, NULL, 'k'},
                                            {"version", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(count, arguments, "c:h", options, NULL)) != -1;) {
        switch (option) {
        case 'c':
            daemon->config_file = optarg;
            break;
        case 'k':
            *ret_check = true;
            break;
        case 'v':
            printf("pathwayd %s\n", PATHWAYD_VERSION);
            return 1;
        case 'h':
            printf(help, daemon->places.config_file);
            return 1;
        default:
            fputs("Try 'pathwayd --help'.\n", stderr);
            return PW_ERROR_INVALID;
        }
    }
    if (optind < count) {
        fprintf(stderr, "pathwayd: what is \"%s\"? Try 'pathwayd --help'.\n", arguments[optind]);
        return PW_ERROR_INVALID;
    }
    return 0;
}

int main(int count, char **arguments)
{
    struct daemon daemon = {.log = {.to_systemd = getenv("JOURNAL_STREAM") != NULL}};
    bool only_check = false;
    char *errors = NULL;
    signal(SIGPIPE, SIG_IGN);
    if (config_places_find(&daemon.places, &errors) < 0) {
        fprintf(stderr, "pathwayd: %s\n", errors ? errors : "out of memory");
        free(errors);
        return EXIT_FAILURE;
    }
    daemon.config_file = daemon.places.config_file;
    daemon.started_ms = wall_clock(NULL);
    int status = parse(count, arguments, &daemon, &only_check);
    int result = status < 0 ? EXIT_USAGE : EXIT_SUCCESS;
    if (status == 0 && config_load(daemon.config_file, &daemon.places, &daemon.config, &errors) < 0) {
        fputs(errors ? errors : "pathwayd: out of memory\n", stderr);
        free(errors);
        result = EXIT_USAGE;
    } else if (status == 0) {
        uv_loop_init(&daemon.loop);
        result = only_check ? check(&daemon) : daemon_run(&daemon);
        uv_loop_close(&daemon.loop);
    }
    if (daemon.left_behind)
        _exit(result); /* what threads are still in stays where it is until the very end */
    config_free(daemon.config);
    config_free(daemon.next_config);
    config_free(daemon.last_config);
    config_places_release(&daemon.places);
    return result;
}
