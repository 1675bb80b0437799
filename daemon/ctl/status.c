/* SPDX-License-Identifier: Apache-2.0
 *
 * status.c: what the daemon is doing (status, plugin list, pending list), waiting for it, and moving it
 * (pause, resume, reload). The status document is the daemon's; it is shown by its shape, so that a new
 * figure in it needs nothing here. Feeds and plugins have too many for a terminal, so these are chosen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ctl/list.h"

#define WAIT_POLL_MS     100 /* between two questions whether all is done */
#define STATUS_MAX_TITLE 64
#define STATUS_COLUMNS   10

static void show_scalar(const char *prefix, const cJSON *item)
{
    char name[STATUS_MAX_TITLE];
    char *value = table_value(item);
    snprintf(name, sizeof(name), "%s%s", prefix, item->string ? item->string : "");
    printf("  %-28s ", name);
    table_print(value ? value : "");
    putchar('\n');
    free(value);
}

/* An array of objects is a table of what its first element has, objects within left out. */
static void show_rows(const struct ctl *ctl, const char *title, const cJSON *rows)
{
    struct table_column columns[STATUS_COLUMNS + 1] = {{0}};
    const cJSON *item = NULL;
    size_t count = 0;
    cJSON_ArrayForEach(item, rows->child)
    {
        if (count < STATUS_COLUMNS && !cJSON_IsObject(item))
            columns[count++] = (struct table_column){item->string, item->string, 40};
    }
    printf("\n%s%s%s\n", table_bold(ctl), title, table_plain(ctl));
    struct table *table = table_new(ctl, columns);
    cJSON_ArrayForEach(item, rows)
    {
        table_add(table, item);
    }
    table_end(table, "None.");
}

static void print_below(const char *name, const char *what, const cJSON *value)
{
    char *text = table_value(value);
    if (text && *text) {
        fputs("  ", stdout);
        table_print(name);
        printf(": %s ", what);
        table_print(text);
        putchar('\n');
    }
    free(text);
}

static void show_feeds(const struct ctl *ctl, const cJSON *feeds)
{
    static const struct table_column columns[] = {{"feed", "feed", 10},
                                                  {"accepted", "accepted", 0},
                                                  {"duplicate", "duplicates", 0},
                                                  {"rejected", "rejected", 0},
                                                  {"busy", "busy", 0},
                                                  {"unrouted", "unrouted", 0},
                                                  {"deaf", "deaf", 0},
                                                  {"unheard", "unheard", 0},
                                                  {"turned away", "turned_away", 0},
                                                  {NULL, NULL, 0}};
    const cJSON *feed = NULL;
    printf("\n%sfeeds%s\n", table_bold(ctl), table_plain(ctl));
    struct table *table = table_new(ctl, columns);
    cJSON_ArrayForEach(feed, feeds)
    {
        table_add(table, feed);
    }
    table_end(table, "None.");
    cJSON_ArrayForEach(feed, feeds)
    {
        print_below(table_word(feed, "feed"), "listens on", table_find(feed, "listen"));
        print_below(table_word(feed, "feed"), "connections now", table_find(feed, "connections"));
        print_below(table_word(feed, "feed"),
                    "fields it sent that are refused:", table_find(feed, "refused_fields"));
        if (table_find(feed, "silent_since"))
            print_below(table_word(feed, "feed"), "silent since", table_find(feed, "silent_since"));
    }
}

static void show_plugins(const struct ctl *ctl, const cJSON *plugins)
{
    static const struct table_column columns[] = {{"plugin", "instance", 16}, {"version", "version", 10},
                                                  {"stage", "stage", 0},      {"state", "state", 0},
                                                  {"handled", "handled", 0},  {"restarts", "restarts", 0},
                                                  {"sandbox", "held", 8},     {NULL, NULL, 0}};
    cJSON *plugin = NULL;
    printf("\n%splugins%s\n", table_bold(ctl), table_plain(ctl));
    struct table *table = table_new(ctl, columns);
    cJSON_ArrayForEach(plugin, plugins)
    {
        const cJSON *missing = table_find(plugin, "sandbox.missing");
        if (missing)
            cJSON_AddStringToObject(plugin, "held", cJSON_GetArraySize(missing) > 0 ? "partial" : "whole");
        table_add(table, plugin);
    }
    table_end(table, "None.");
    cJSON_ArrayForEach(plugin, plugins)
    {
        print_below(table_word(plugin, "instance"), "its sandbox lacks",
                    table_find(plugin, "sandbox.missing"));
        print_below(table_word(plugin, "instance"), "last error:", table_find(plugin, "last_error"));
    }
}

static void show_object(const struct ctl *ctl, const cJSON *object)
{
    const cJSON *item = NULL, *inner = NULL;
    cJSON_ArrayForEach(item, object)
    {
        bool table = strcmp(item->string, "feeds") == 0 || strcmp(item->string, "plugins") == 0;
        if (!table && !cJSON_IsObject(item) && !(cJSON_IsArray(item) && cJSON_IsObject(item->child)))
            show_scalar("", item);
    }
    cJSON_ArrayForEach(item, object)
    {
        if (cJSON_IsObject(item)) {
            printf("\n%s%s%s\n", table_bold(ctl), item->string, table_plain(ctl));
            cJSON_ArrayForEach(inner, item)
            {
                show_scalar("", inner);
            }
        } else if (strcmp(item->string, "feeds") == 0) {
            show_feeds(ctl, item);
        } else if (strcmp(item->string, "plugins") == 0) {
            show_plugins(ctl, item);
        } else if (cJSON_IsArray(item) && cJSON_IsObject(item->child)) {
            show_rows(ctl, item->string, item);
        }
    }
}

int ctl_status(struct ctl *ctl)
{
    cJSON *answer = NULL;
    int status = call_once(ctl, "status", &answer);
    if (status != CTL_GOOD)
        return status;
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(answer, "result");
    if (ctl->json)
        list_print_json(result);
    else
        show_object(ctl, result);
    cJSON_Delete(answer);
    return CTL_GOOD;
}

int ctl_plugin_list(struct ctl *ctl)
{
    static const struct table_column columns[] = {{"instance", "instance", 24},
                                                  {"stage", "stage", 0},
                                                  {"plugin", "name", 24},
                                                  {"version", "version", 12},
                                                  {"state", "state", 0},
                                                  {"pid", "pid", 0},
                                                  {"handled", "handled", 0},
                                                  {"restarts", "restarts", 0},
                                                  {"not held back", "sandbox.missing", 40},
                                                  {"last error", "last_error", 50},
                                                  {NULL, NULL, 0}};
    cJSON *answer = NULL;
    const cJSON *item = NULL;
    int status = call_once(ctl, "plugin.list", &answer);
    if (status != CTL_GOOD)
        return status;
    struct table *table = ctl->json ? NULL : table_new(ctl, columns);
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer, "result"))
    {
        if (ctl->json)
            list_print_json(item);
        else
            table_add(table, item);
    }
    if (!ctl->json)
        table_end(table, "There are no plugins.");
    cJSON_Delete(answer);
    return CTL_GOOD;
}

int ctl_pending_list(struct ctl *ctl)
{
    static const char *const options[] = {"--instance", NULL};
    static const char *const keys[] = {"instance", NULL};
    static const struct table_column columns[] = {{"event", "sequence", 0},    {"owed by", "instance", 24},
                                                  {"pathway", "pathway", 0},   {"because", "reason", 0},
                                                  {"reported", "reported", 0}, {NULL, NULL, 0}};
    return list_show(ctl, "pending.list", options, keys, columns, "Nothing is owed.");
}

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int ask_drained(struct call *call, bool *ret_drained)
{
    struct buffer request = {0};
    cJSON *answer = NULL;
    json_write_begin(&request, '{');
    json_member_string(&request, "op", "drained");
    json_write_end(&request, '}');
    int status = call_ask(call, &request, &answer);
    buffer_release(&request);
    if (status != CTL_GOOD)
        return status;
    *ret_drained = cJSON_IsTrue(table_find(answer, "result.drained")) != 0;
    cJSON_Delete(answer);
    return CTL_GOOD;
}

int ctl_wait(struct ctl *ctl)
{
    struct call *call = NULL;
    const struct timespec pause = {.tv_nsec = WAIT_POLL_MS * 1000000L};
    int64_t seconds = 0, begun = monotonic_ms();
    bool drained = false;
    int status = ctl_option_number(ctl, "--timeout", 1, 31536000, 0, &seconds);
    if (status == CTL_GOOD && !ctl_option(ctl, "--drained")) {
        ctl_complain("say what to wait for: pathwayctl wait --drained");
        status = CTL_USAGE;
    }
    if (status == CTL_GOOD)
        status = call_open(ctl, &call);
    while (status == CTL_GOOD) {
        status = ask_drained(call, &drained);
        if (drained || status != CTL_GOOD)
            break;
        if (seconds > 0 && monotonic_ms() - begun >= seconds * 1000) {
            ctl_complain("there is still work after %lld seconds; \"pathwayctl status\" shows where",
                         (long long)seconds);
            status = CTL_BAD;
        }
        nanosleep(&pause, NULL);
    }
    call_close(call);
    if (ctl->json && status != CTL_USAGE)
        puts(drained ? "{\"drained\":true}" : "{\"drained\":false}");
    return status;
}

static int command_daemon(struct ctl *ctl, const char *op, const char *done)
{
    cJSON *answer = NULL;
    int status = call_once(ctl, op, &answer);
    if (status != CTL_GOOD)
        return status;
    if (ctl->json)
        list_print_json(cJSON_GetObjectItemCaseSensitive(answer, "result"));
    else
        puts(done);
    cJSON_Delete(answer);
    return CTL_GOOD;
}

int ctl_pause(struct ctl *ctl)
{
    return command_daemon(ctl, "pause", "Judging is paused; events are still accepted.");
}

int ctl_resume(struct ctl *ctl)
{
    return command_daemon(ctl, "resume", "Judging goes on.");
}

int ctl_reload(struct ctl *ctl)
{
    return command_daemon(
        ctl, "reload", "The configuration was read and is good; its plugins are tried before it is taken.");
}
