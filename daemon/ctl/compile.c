/* SPDX-License-Identifier: Apache-2.0
 *
 * compile.c: see compile.h; the command `list compile`. What was compiled is fetched piece by piece.
 *
 *   up ──compile──▶ summary ──read──▶ piece … ──empty──▶ written, moved into place ──▶ stop
 */
#include "ctl/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <pathwayd/plugin.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ctl/list.h"
#include "ctl/offline.h"
#include "ctl/table.h"
#include "json/buffer.h"
#include "json/json.h"

#define COMPILE_MEMORY_MB   4096   /* the whole registry and what is built of it */
#define COMPILE_DEADLINE_MS 600000 /* reading takes seconds; a disk may be slow */
#define COMPILE_PLUGIN      "institutions"

struct compile {
    struct ctl *ctl;
    uv_loop_t loop;
    struct host_process *host;
    struct config_plugin plugin;
    struct compile_job *job;
    char *draft; /* beside the target, until it is whole */
    int file;
    bool stopping;
    int status;
};

static void stop(struct compile *compile, int status)
{
    if (compile->stopping)
        return;
    compile->stopping = true;
    compile->status = status;
    host_process_stop(compile->host);
}

static void fail(struct compile *compile, int status, const char *why)
{
    if (!compile->stopping && compile->job->quiet)
        snprintf(compile->job->why, sizeof(compile->job->why), "%s", why);
    else if (!compile->stopping)
        ctl_complain("%s", why);
    stop(compile, status);
}

static void call(struct compile *compile, const char *name)
{
    struct buffer request = {0};
    json_write_begin(&request, '{');
    json_member_string(&request, "call", name);
    json_member_unsigned(&request, "offset", compile->job->bytes);
    json_write_end(&request, '}');
    if (request.failed || host_process_call(compile->host, buffer_view(&request)) != 0)
        fail(compile, CTL_BAD, "the plugin could not be asked");
    buffer_release(&request);
}

/* ---- writing ------------------------------------------------------------------------------------------- */

static bool write_all(int file, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t wrote = write(file, bytes, length);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        bytes += wrote;
        length -= (size_t)wrote;
    }
    return true;
}

static void complain_of_file(struct compile *compile)
{
    char why[600];
    snprintf(why, sizeof(why), "%.400s cannot be written: %s", compile->job->target, strerror(errno));
    fail(compile, CTL_USAGE, why);
}

static void take_piece(struct compile *compile, struct pw_text text)
{
    size_t length = 0;
    unsigned char *bytes = malloc(text.length + 1);
    if (!bytes || sodium_base642bin(bytes, text.length + 1, text.data ? text.data : "", text.length, NULL,
                                    &length, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        fail(compile, CTL_BAD, "the plugin sent something that is no piece of a snapshot");
    else if (length > 0 && !write_all(compile->file, bytes, length))
        complain_of_file(compile);
    else if (length > 0) {
        compile->job->bytes += length;
        call(compile, "read");
    } else if (fsync(compile->file) != 0 || rename(compile->draft, compile->job->target) != 0)
        complain_of_file(compile);
    else
        stop(compile, CTL_GOOD);
    free(bytes);
}

static void host_called(void *owner, struct host_process *host, struct pw_text answer)
{
    struct compile *compile = owner;
    struct pw_document document = {0};
    struct json_error error = {0};
    int64_t status = PW_ERROR_INVALID;
    char sentence[1200];
    (void)host;
    if (compile->stopping)
        return;
    json_parse(&document, answer.data, answer.length, &json_limits_frame, &error);
    json_integer(&document, json_member(&document, PW_NODE_ROOT, "status"), &status);
    struct pw_text why = json_text(&document, json_member(&document, PW_NODE_ROOT, "error"));
    uint32_t result = json_member(&document, PW_NODE_ROOT, "result");
    if (status != 0) {
        snprintf(sentence, sizeof(sentence), "%.*s", (int)(why.length > 1000 ? 1000 : why.length),
                 why.length ? why.data : "the plugin failed without saying why");
        fail(compile, CTL_BAD, sentence);
    } else if (!compile->job->summary) {
        struct pw_text raw = json_raw(&document, result);
        compile->job->summary = cJSON_ParseWithLength(raw.data ? raw.data : "", raw.length);
        if (compile->job->summary)
            call(compile, "read");
        else
            fail(compile, CTL_BAD, "the plugin's summary cannot be read");
    } else {
        take_piece(compile, json_text(&document, result));
    }
    json_release(&document);
}

/* ---- the host ------------------------------------------------------------------------------------------ */

static void host_up(void *owner, struct host_process *host, const struct pw_document *ready)
{
    struct compile *compile = owner;
    (void)host;
    (void)ready;
    if (compile->ctl->terminal_err)
        fprintf(stderr, "reading and compiling …\n");
    call(compile, "compile");
}

static void host_down(void *owner, struct host_process *host, const char *why, uint32_t unanswered,
                      uint32_t suspects)
{
    (void)host;
    (void)unanswered;
    (void)suspects;
    fail(owner, CTL_BAD, why);
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
    struct compile *compile = owner;
    compile->host = NULL;
    host_process_free(host);
}

static const struct host_events host_events = {.up = host_up,
                                               .result = host_result,
                                               .down = host_down,
                                               .called = host_called,
                                               .log = host_log,
                                               .stopped = host_stopped};

/* ---- the command --------------------------------------------------------------------------------------- */

char *compile_task(const char *argument)
{
    const char *colon = strchr(argument, ':');
    char *real = colon ? realpath(colon + 1, NULL) : NULL, *joined = NULL;
    if (!colon)
        ctl_complain("\"%s\" is not NAME=FORMAT:PATH", argument);
    else if (!real)
        ctl_complain("%s cannot be read: %s", colon + 1, strerror(errno));
    else if (asprintf(&joined, "%.*s:%s", (int)(colon - argument), argument, real) < 0)
        joined = NULL;
    free(real);
    return joined;
}

static char *write_config(const struct compile_job *job)
{
    struct buffer config = {0};
    json_write_begin(&config, '{');
    json_write_key(&config, "compile");
    json_write_begin(&config, '[');
    for (char **task = job->tasks; *task; task++)
        json_write_string(&config, *task);
    json_write_end(&config, ']');
    json_member_boolean(&config, "distil", job->distil);
    json_member_boolean(&config, "lenient", job->lenient);
    json_write_end(&config, '}');
    return buffer_take(&config, NULL);
}

/* An instance of its own, which may read what is to be compiled and nothing else. */
static int prepare(struct compile *compile)
{
    struct ctl *ctl = compile->ctl;
    const char *folder = ctl->config ? ctl->config->plugin_dir : ctl->places.plugin_dir;
    size_t count = 0;
    while (compile->job->tasks[count])
        count++;
    compile->plugin = (struct config_plugin){.stage = PW_STAGE_ENRICH,
                                             .memory_mb = COMPILE_MEMORY_MB,
                                             .deadline_ms = COMPILE_DEADLINE_MS,
                                             .config_line = 1};
    compile->plugin.readable = calloc(count + 1, sizeof(char *));
    bool good = compile->plugin.readable != NULL;
    for (size_t i = 0; i < count && good; i++) {
        compile->plugin.readable[i] = strdup(strchr(compile->job->tasks[i], ':') + 1);
        good = compile->plugin.readable[i] != NULL;
    }
    compile->plugin.config = write_config(compile->job);
    compile->plugin.name = strdup(COMPILE_PLUGIN);
    compile->plugin.config_file = strdup("the command line");
    if (asprintf(&compile->plugin.file, "%s/" COMPILE_PLUGIN ".so", folder) < 0)
        compile->plugin.file = NULL;
    if (asprintf(&compile->draft, "%s.%d.draft", compile->job->target, (int)getpid()) < 0)
        compile->draft = NULL;
    good = good && compile->plugin.config && compile->plugin.name && compile->plugin.config_file &&
           compile->plugin.file && compile->draft;
    if (!good)
        ctl_complain("out of memory");
    return good ? CTL_GOOD : CTL_BAD;
}

static void release(struct compile *compile)
{
    for (char **path = compile->plugin.readable; path && *path; path++)
        free(*path);
    free(compile->plugin.readable);
    free(compile->plugin.config);
    free(compile->plugin.config_file);
    free(compile->plugin.name);
    free(compile->plugin.file);
    free(compile->draft);
}

static int run(struct compile *compile)
{
    struct host_options options = {.host_program = compile->ctl->config ? compile->ctl->config->host_program
                                                                        : compile->ctl->places.host_program,
                                   .base = "/",
                                   .landlock_max = -1};
    compile->file = open(compile->draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (compile->file < 0) {
        ctl_complain("%s cannot be written: %s", compile->job->target, strerror(errno));
        return CTL_USAGE;
    }
    compile->status = CTL_BAD;
    if (uv_loop_init(&compile->loop) == 0) {
        if (host_process_new(&compile->loop, &compile->plugin, &options, &host_events, compile,
                             &compile->host) == 0)
            host_process_start(compile->host);
        uv_run(&compile->loop, UV_RUN_DEFAULT);
        uv_loop_close(&compile->loop);
    }
    close(compile->file);
    if (compile->status != CTL_GOOD)
        unlink(compile->draft);
    return compile->status;
}

int compile_run(struct ctl *ctl, struct compile_job *job)
{
    struct compile compile = {.ctl = ctl, .job = job};
    job->summary = NULL;
    job->bytes = 0;
    int status = prepare(&compile);
    if (status == CTL_GOOD)
        status = run(&compile);
    release(&compile);
    return status;
}

static void print_summary(const struct ctl *ctl, const struct compile_job *job)
{
    static const struct table_column columns[] = {{"source", "name", 24},
                                                  {"format", "format", 0},
                                                  {"snapshot", "snapshot", 0},
                                                  {"entries", "entries", 0},
                                                  {"organisations", "organisations", 0},
                                                  {"left out", "skipped", 0},
                                                  {NULL, NULL, 0}};
    const cJSON *source = NULL;
    if (ctl->json) {
        list_print_json(job->summary);
        return;
    }
    struct table *table = table_new(ctl, columns);
    cJSON_ArrayForEach(source, table_find(job->summary, "sources"))
    {
        table_add(table, source);
    }
    table_end(table, "Nothing was compiled.");
    printf("%s: %.1f MiB\n", job->target, (double)job->bytes / 1048576.0);
}

int ctl_list_compile(struct ctl *ctl)
{
    char *tasks[CTL_MAX_POSITIONALS + 1] = {NULL};
    struct compile_job job = {.tasks = tasks, .target = ctl_option(ctl, "-o")};
    int status = ctl_config_if_any(ctl);
    if (status == CTL_GOOD && !job.target) {
        ctl_complain("where to? Give -o SNAPSHOT");
        status = CTL_USAGE;
    }
    for (int i = 0; i < ctl->positional_count && status == CTL_GOOD; i++) {
        tasks[i] = compile_task(ctl->positionals[i]);
        status = tasks[i] ? CTL_GOOD : CTL_USAGE;
    }
    if (status == CTL_GOOD)
        status = compile_run(ctl, &job);
    if (status == CTL_GOOD)
        print_summary(ctl, &job);
    for (int i = 0; i < ctl->positional_count; i++)
        free(tasks[i]);
    cJSON_Delete(job.summary);
    return status;
}
