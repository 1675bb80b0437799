/* SPDX-License-Identifier: Apache-2.0
 *
 * screen.c: the command `screen`: asks the configured enricher that offers pathwayd.list/1, through its
 * plugin host, one query after the other.
 *
 *   try next enricher ──up, offers it──▶ ask ──answer──▶ ask … ──input ends──▶ stop
 *        ▲   │ cannot start, does not offer it            │ dies: an error line, then again
 *        └───┘                                            ▼
 */
#include <pathwayd/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/offline.h"
#include "ctl/readable.h"
#include "ctl/source.h"
#include "ctl/table.h"
#include "json/buffer.h"
#include "json/json.h"

#define SCREEN_MAX_DEATHS                                                                                    \
    3 /* of the host in one run: then the lists or the plugin are broken, not a query                        \
       */

struct screen {
    struct ctl *ctl;
    uv_loop_t loop;
    uv_timer_t deadline;
    uv_idle_t idle;
    struct source *source; /* NULL: one query from the command line */
    struct readable readable;
    struct host_process *host;
    uint32_t candidate; /* index of the plugin after the one being tried */
    uint32_t deaths;
    uint64_t number;
    bool up, asked, finished, found, stopping, reading;
    struct buffer request;
    int status;
};

static void try_next(struct screen *screen);
static void want(struct screen *screen);

static void print_error(struct screen *screen, const char *sentence)
{
    struct buffer out = {0};
    json_write_begin(&out, '{');
    json_member_string(&out, "error", sentence);
    if (screen->number > 0)
        json_member_unsigned(&out, "line", screen->number);
    json_write_end(&out, '}');
    puts(out.failed ? "{\"error\":\"out of memory\"}" : out.data);
    buffer_release(&out);
    screen->status = CTL_BAD;
}

static void stop(struct screen *screen)
{
    if (screen->stopping)
        return;
    screen->stopping = true;
    uv_close((uv_handle_t *)&screen->idle, NULL);
    uv_close((uv_handle_t *)&screen->deadline, NULL);
    if (screen->source)
        readable_close(&screen->readable);
    if (screen->host)
        host_process_stop(screen->host);
}

/* ---- questions ----------------------------------------------------------------------------------------- */

static void write_request(struct buffer *out, struct pw_text query, struct pw_text country,
                          struct pw_text ror)
{
    buffer_clear(out);
    json_write_begin(out, '{');
    json_member_string(out, "call", "screen");
    json_member_text(out, "query", query);
    json_member_text(out, "country", country);
    json_member_text(out, "ror", ror);
    json_write_end(out, '}');
}

/* A line that is an object; false after its error was printed. */
static bool read_object(struct screen *screen, struct pw_text line)
{
    static const char *const known[] = {"query", "country", "ror"};
    struct pw_document document = {0};
    struct json_error error = {0};
    struct pw_text texts[3] = {{NULL, 0}};
    char sentence[400] = "";
    if (json_parse(&document, line.data, line.length, &json_limits_frame, &error) != 0)
        snprintf(sentence, sizeof(sentence), "Column %u: %s", error.column, error.message);
    for (uint32_t node = json_first(&document, PW_NODE_ROOT); node != PW_NODE_NONE;
         node = json_next(&document, node)) {
        size_t i = 0;
        while (i < 3 && !text_is(json_key(&document, node), known[i]))
            i++;
        bool text =
            json_type(&document, node) == PW_JSON_STRING || json_type(&document, node) == PW_JSON_NULL;
        if (i == 3 || !text)
            snprintf(sentence, sizeof(sentence),
                     "A query has the strings query, country and ror; not so \"%.*s\".",
                     (int)(json_key(&document, node).length > 64 ? 64 : json_key(&document, node).length),
                     json_key(&document, node).data);
        else
            texts[i] = json_text(&document, node);
    }
    if (!*sentence && texts[0].length == 0 && texts[2].length == 0)
        snprintf(sentence, sizeof(sentence), "A query needs a query or a ror.");
    if (!*sentence)
        write_request(&screen->request, texts[0], texts[1], texts[2]);
    else
        print_error(screen, sentence);
    json_release(&document);
    return !*sentence;
}

/* True when screen->request holds a question; false when the line was answered already. */
static bool read_query(struct screen *screen, struct pw_text line)
{
    struct pw_document document = {0};
    struct json_error error = {0};
    struct buffer quoted = {0};
    const struct pw_text none = {NULL, 0};
    if (line.length > 0 && line.data[0] == '{')
        return read_object(screen, line);
    if (line.length == 0) {
        print_error(screen, "The line is empty.");
        return false;
    }
    /* Bytes that are no UTF-8 would come back changed. */
    buffer_string(&quoted, "[");
    json_write_text(&quoted, line);
    buffer_string(&quoted, "]");
    bool good = !quoted.failed &&
                json_parse(&document, quoted.data, quoted.length, &json_limits_frame, &error) == 0 &&
                text_equal(json_text(&document, json_first(&document, PW_NODE_ROOT)), line);
    json_release(&document);
    buffer_release(&quoted);
    if (good)
        write_request(&screen->request, line, none, none);
    else
        print_error(screen, "The line is not UTF-8, or holds a NUL byte.");
    return good;
}

static void too_late(uv_timer_t *timer)
{
    struct screen *screen = timer->data;
    host_process_fail(screen->host, "the plugin did not answer the query in time and was killed");
}

static void ask(struct screen *screen)
{
    uint64_t deadline_ms = host_process_plugin(screen->host)->deadline_ms;
    if (screen->request.failed || host_process_call(screen->host, buffer_view(&screen->request)) != 0) {
        print_error(screen, "The plugin could not be asked.");
        return;
    }
    screen->asked = true;
    uv_update_time(&screen->loop);
    uv_timer_start(&screen->deadline, too_late, deadline_ms, 0);
}

/* The next line into `request`. 1; 0 when it has to be waited for or there is none. */
static int next_query(struct screen *screen)
{
    struct pw_text line = {NULL, 0};
    for (;;) {
        int status = source_line(screen->source, &line);
        if (status != 0) {
            screen->number++;
            if (status < 0)
                print_error(screen, "The line is too long.");
            else if (read_query(screen, line))
                return 1;
            continue;
        }
        fflush(stdout);
        if (source_at_end(screen->source)) {
            screen->finished = true;
            return 0;
        }
        if (screen->readable.watched && !screen->reading) {
            readable_once(&screen->readable);
            return 0;
        }
        screen->reading = false;
        if (source_fill(screen->source) < 0) {
            screen->status = CTL_USAGE;
            screen->finished = true;
            return 0;
        }
    }
}

static void go_on(uv_idle_t *idle)
{
    struct screen *screen = idle->data;
    uv_idle_stop(idle);
    if (!screen->up || screen->asked || screen->stopping)
        return;
    const char *name = screen->ctl->positionals[0];
    if (screen->source && next_query(screen) == 1) {
        ask(screen);
        if (!screen->asked)
            want(screen);
    } else if (!screen->source && !screen->finished) {
        screen->finished = true;
        if (read_query(screen, (struct pw_text){name, strlen(name)}))
            ask(screen);
    }
    if (screen->finished && !screen->asked)
        stop(screen);
}

static void want(struct screen *screen)
{
    if (!screen->stopping)
        uv_idle_start(&screen->idle, go_on);
}

static void input_ready(void *owner)
{
    struct screen *screen = owner;
    screen->reading = true;
    want(screen);
}

/* ---- answers ------------------------------------------------------------------------------------------- */

static void print_for_people(const struct ctl *ctl, const char *json)
{
    static const struct table_column columns[] = {
        {"matched", "entry_name", 40},   {"list", "list", 12}, {"category", "category", 0},
        {"effect", "effect", 0},         {"by", "basis", 0},   {"snapshot", "snapshot", 0},
        {"reportable", "reportable", 0}, {NULL, NULL, 0}};
    cJSON *answer = cJSON_Parse(json);
    const cJSON *item = NULL;
    struct table *table = table_new(ctl, columns);
    cJSON_ArrayForEach(item, table_find(answer, "matches"))
    {
        table_add(table, item);
    }
    table_end(table, "No list entry matches.");
    cJSON_ArrayForEach(item, table_find(answer, "rejected"))
    {
        fputs("Not meant: ", stdout);
        table_print(table_word(item, "name"));
        fputs(", because ", stdout);
        table_print(table_word(item, "because"));
        putchar('\n');
    }
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "full")))
        puts("More is named there than can be screened at once: ask again in parts.");
    cJSON_Delete(answer);
}

static void print_result(struct screen *screen, struct pw_text raw)
{
    char *text = strndup(raw.data ? raw.data : "", raw.length);
    if (!text)
        print_error(screen, "Out of memory.");
    else if (screen->ctl->terminal_out && !screen->ctl->json && !screen->source)
        print_for_people(screen->ctl, text);
    else
        puts(text);
    free(text);
}

static void host_called(void *owner, struct host_process *host, struct pw_text answer)
{
    struct screen *screen = owner;
    struct pw_document document = {0};
    struct json_error error = {0};
    int64_t status = PW_ERROR_INVALID;
    (void)host;
    if (!screen->asked)
        return;
    screen->asked = false;
    uv_timer_stop(&screen->deadline);
    json_parse(&document, answer.data, answer.length, &json_limits_frame, &error);
    json_integer(&document, json_member(&document, PW_NODE_ROOT, "status"), &status);
    struct pw_text why = json_text(&document, json_member(&document, PW_NODE_ROOT, "error"));
    uint32_t result = json_member(&document, PW_NODE_ROOT, "result");
    if (status == 0 && json_type(&document, result) == PW_JSON_OBJECT) {
        print_result(screen, json_raw(&document, result));
    } else {
        char sentence[400];
        snprintf(sentence, sizeof(sentence), "%.*s", (int)(why.length > 300 ? 300 : why.length),
                 why.length ? why.data : "");
        print_error(screen,
                    *sentence ? sentence : "The plugin answered with something that is no screening.");
    }
    json_release(&document);
    want(screen);
}

/* ---- the host ------------------------------------------------------------------------------------------ */

static bool offers_lists(const struct pw_document *ready)
{
    uint32_t list = json_member(ready, PW_NODE_ROOT, "extensions");
    for (uint32_t node = json_first(ready, list); node != PW_NODE_NONE; node = json_next(ready, node))
        if (json_text_is(ready, node, PW_EXTENSION_LIST))
            return true;
    return false;
}

static void host_up(void *owner, struct host_process *host, const struct pw_document *ready)
{
    struct screen *screen = owner;
    if (!offers_lists(ready)) {
        host_process_stop(host);
        return;
    }
    screen->up = screen->found = true;
    want(screen);
}

static void host_down(void *owner, struct host_process *host, const char *why, uint32_t unanswered,
                      uint32_t suspects)
{
    struct screen *screen = owner;
    (void)unanswered;
    (void)suspects;
    if (screen->stopping)
        return;
    uv_timer_stop(&screen->deadline);
    if (!screen->found) {
        ctl_complain("%s: %s", host_process_plugin(host)->name, why);
        if (offline_changed(host_process_plugin(host)))
            screen->status = CTL_USAGE;
        host_process_stop(host);
        return;
    }
    if (screen->asked)
        print_error(screen, why);
    else
        ctl_complain("%s: %s", host_process_plugin(host)->name, why);
    screen->asked = screen->up = false;
    screen->status = CTL_BAD;
    if (++screen->deaths > SCREEN_MAX_DEATHS || screen->finished) {
        if (!screen->finished)
            ctl_complain("the plugin keeps dying; the rest of the input was not screened");
        stop(screen);
    }
}

static void host_result(void *owner, struct host_process *host, const struct frame_result *result)
{
    (void)owner; /* nothing is sent that has results */
    (void)host;
    (void)result;
}

static void host_log(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    (void)owner;
    offline_log(severity, instance, line);
}

static void host_stopped(void *owner, struct host_process *host)
{
    struct screen *screen = owner;
    host_process_free(host);
    screen->host = NULL;
    if (!screen->stopping)
        try_next(screen);
}

static const struct host_events host_events = {.up = host_up,
                                               .result = host_result,
                                               .down = host_down,
                                               .called = host_called,
                                               .log = host_log,
                                               .stopped = host_stopped};

static void try_next(struct screen *screen)
{
    const struct config *config = screen->ctl->config;
    struct host_options options = offline_host_options(screen->ctl);
    while (screen->candidate < config->plugin_count &&
           config->plugins[screen->candidate].stage != PW_STAGE_ENRICH)
        screen->candidate++;
    if (screen->candidate < config->plugin_count &&
        host_process_new(&screen->loop, &config->plugins[screen->candidate++], &options, &host_events, screen,
                         &screen->host) == 0) {
        host_process_start(screen->host);
        return;
    }
    ctl_complain("no configured enricher can be started that offers " PW_EXTENSION_LIST);
    screen->status = CTL_USAGE;
    stop(screen);
}

int ctl_screen(struct ctl *ctl)
{
    struct screen screen = {.ctl = ctl, .status = CTL_GOOD};
    bool lines = ctl->positional_count == 0 || strcmp(ctl->positionals[0], "-") == 0;
    int status = offline_prepare(ctl);
    if (status == CTL_GOOD && lines && source_open("-", &screen.source) != 0)
        status = CTL_USAGE;
    if (status != CTL_GOOD)
        return status;
    if (uv_loop_init(&screen.loop) != 0 || uv_idle_init(&screen.loop, &screen.idle) != 0 ||
        uv_timer_init(&screen.loop, &screen.deadline) != 0 ||
        (screen.source &&
         readable_init(&screen.readable, &screen.loop, screen.source, input_ready, &screen) != 0)) {
        ctl_complain("out of memory");
        source_close(screen.source);
        return CTL_BAD;
    }
    screen.idle.data = screen.deadline.data = &screen;
    try_next(&screen);
    uv_run(&screen.loop, UV_RUN_DEFAULT);
    uv_loop_close(&screen.loop);
    source_close(screen.source);
    buffer_release(&screen.request);
    return screen.status;
}
