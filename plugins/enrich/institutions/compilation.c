/* SPDX-License-Identifier: Apache-2.0
 *
 * compilation.c: see compilation.h. Registries go first whatever the order given, so that lists find their institutions
 * in them.
 */
#include "compilation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "distil.h"

struct compilation_task {
    const struct import_format *format;
    struct intake *intake;
    char *name, *path;
    char snapshot[11];
    struct import import;
};

static int complain(char ret_error[LISTING_ERROR_BYTES], struct pw_text text, const char *why)
{
    snprintf(ret_error, LISTING_ERROR_BYTES, "\"%.*s\": %s", (int)(text.length > 300 ? 300 : text.length),
             text.data, why);
    return PW_ERROR_INVALID;
}

static bool is_name(struct pw_text name)
{
    for (size_t i = 0; i < name.length; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", name.data[i]))
            return false;
    return name.length > 0 && name.length <= 64;
}

static int open_task(struct compilation_task *task, char ret_error[LISTING_ERROR_BYTES])
{
    if (!task->name || !task->path)
        return PW_ERROR_MEMORY;
    int error = intake_open(task->path, &task->intake, ret_error);
    if (error)
        return error;
    time_t written = (time_t)(intake_written_ms(task->intake) / 1000);
    struct tm day;
    if (!gmtime_r(&written, &day) || strftime(task->snapshot, sizeof task->snapshot, "%Y-%m-%d", &day) != 10)
        memcpy(task->snapshot, "1970-01-01", sizeof task->snapshot);
    return PW_OK;
}

int compilation_add(struct compilation *compilation, struct pw_text text, char ret_error[LISTING_ERROR_BYTES])
{
    const char *equal = memchr(text.data, '=', text.length), *end = text.data + text.length;
    const char *colon = equal ? memchr(equal, ':', (size_t)(end - equal)) : NULL;
    if (!colon)
        return complain(ret_error, text, "what is to be compiled is written NAME=FORMAT:PATH");
    struct pw_text name = {text.data, (size_t)(equal - text.data)};
    const struct import_format *format =
        import_format_find((struct pw_text){equal + 1, (size_t)(colon - equal) - 1});
    if (!is_name(name))
        return complain(ret_error, text, "a name is made of a-z, 0-9 and -");
    if (!format)
        return complain(ret_error, text,
                        "the formats are csl-csv, bis-dpl, aspi-misp, dod-1286, ror and simple");
    struct compilation_task *grown =
        realloc(compilation->tasks, (compilation->count + 1) * sizeof *compilation->tasks);
    if (!grown)
        return PW_ERROR_MEMORY;
    compilation->tasks = grown;
    struct compilation_task *task = &grown[compilation->count++];
    *task = (struct compilation_task){.format = format,
                                      .name = strndup(name.data, name.length),
                                      .path = strndup(colon + 1, (size_t)(end - colon) - 1)};
    for (uint32_t i = 0; i + 1 < compilation->count; i++)
        if (task->name && strcmp(grown[i].name, task->name) == 0)
            return complain(ret_error, text, "the name is taken; give each file one of its own");
    return open_task(task, ret_error);
}

static int run_task(struct compilation *compilation, struct compiler *compiler, struct compilation_task *task,
                    char ret_error[LISTING_ERROR_BYTES])
{
    struct import *import = &task->import;
    *import = (struct import){.api = compilation->api,
                              .compiler = compiler,
                              .intake = task->intake,
                              .path = task->path,
                              .lenient = compilation->lenient,
                              .name = {task->name, strlen(task->name)},
                              .snapshot = {task->snapshot, 10},
                              .error = ret_error};
    if (listing_date(import->snapshot, &import->snapshot_ms) != PW_OK)
        import->snapshot_ms = 0;
    int error =
        compiler_add_source(compiler, import->name, import->snapshot, import->snapshot_ms, &import->source);
    if (!error)
        error = task->format->read(import);
    if (!error && compiler_count(compiler, import->source) + import->organisations + import->skipped == 0)
        error = import_complain(import,
                                "there is nobody in it; an empty list would look like one that nobody is on");
    return error;
}

static bool is_registry(const struct compilation_task *task)
{
    return task->format->read == import_ror;
}

static void put_number(struct answer *answer, const char *key, uint64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    answer_key(answer, key);
    answer_raw(answer, digits);
}

static void put_word(struct answer *answer, const char *key, const char *word)
{
    answer_key(answer, key);
    answer_text(answer, (struct pw_text){word, strlen(word)});
}

/* How many entries there are of each of the publisher's lists. */
static void put_lists(const struct compiler *compiler, uint32_t source, struct answer *answer)
{
    struct compiled_tally tallies[COMPILER_MAX_LISTS];
    uint32_t count = compiler_tally(compiler, source, tallies);
    char key[128];
    answer_key(answer, "lists");
    answer_open(answer, '{');
    for (uint32_t i = 0; i < count; i++) {
        snprintf(key, sizeof key, "%.*s", (int)(tallies[i].list.length > 100 ? 100 : tallies[i].list.length),
                 tallies[i].list.data);
        put_number(answer, key, tallies[i].entries);
    }
    answer_close(answer, '}');
}

static void describe_task(const struct compiler *compiler, const struct compilation_task *task,
                          struct answer *answer)
{
    answer_open(answer, '{');
    put_word(answer, "name", task->name);
    put_word(answer, "format", task->format->name);
    answer_key(answer, "snapshot");
    answer_text(answer, compiler_snapshot(compiler, task->import.source));
    put_number(answer, "entries", compiler_count(compiler, task->import.source));
    put_number(answer, "organisations", task->import.organisations);
    put_number(answer, "names", task->import.names);
    put_number(answer, "skipped", task->import.skipped);
    put_lists(compiler, task->import.source, answer);
    answer_close(answer, '}');
}

static void describe(const struct compilation *compilation, const struct compiler *compiler,
                     struct answer *answer)
{
    answer_open(answer, '{');
    answer_key(answer, "sources");
    answer_open(answer, '[');
    for (uint32_t i = 0; i < compilation->count; i++)
        describe_task(compiler, &compilation->tasks[i], answer);
    answer_close(answer, ']');
}

/* Lists that are served in a form of their own; the registry and an office's own list are kept as they are. */
static bool is_distilled(const struct compilation_task *task)
{
    return task->format->read != import_ror && task->format->read != import_simple;
}

static int distil(struct compilation *compilation, struct compiler *compiler, struct answer *answer)
{
    struct compilation_task *task = &compilation->tasks[0];
    struct answer list = {0};
    if (is_distilled(task))
        task->import.skipped += distil_list(compiler, task->import.source, &list);
    compilation->bytes = list.data;
    compilation->length = list.length;
    describe(compilation, compiler, answer);
    return list.failed ? PW_ERROR_MEMORY : PW_OK;
}

static int finish(struct compilation *compilation, struct compiler *compiler, struct answer *answer)
{
    int error = compiler_finish(compiler, &compilation->bytes, &compilation->length);
    if (!error)
        describe(compilation, compiler, answer);
    return error;
}

int compilation_run(struct compilation *compilation, struct answer *answer,
                    char ret_error[LISTING_ERROR_BYTES])
{
    struct compiler *compiler = NULL;
    int error = compiler_open(compilation->folding, &compiler);
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < compilation->count && !error; i++)
            if (is_registry(&compilation->tasks[i]) == (pass == 0))
                error = run_task(compilation, compiler, &compilation->tasks[i], ret_error);
    free(compilation->bytes);
    compilation->bytes = NULL;
    if (!error && compilation->distil && compilation->count != 1)
        error = complain(ret_error, PW_TEXT("distil"), "one list at a time");
    if (!error)
        error = compilation->distil ? distil(compilation, compiler, answer)
                                    : finish(compilation, compiler, answer);
    compilation->done = !error;
    if (!error) {
        put_number(answer, "bytes", compilation->length);
        answer_close(answer, '}');
    }
    compiler_close(compiler);
    return error;
}

void compilation_release(struct compilation *compilation)
{
    for (uint32_t i = 0; i < compilation->count; i++) {
        intake_close(compilation->tasks[i].intake);
        free(compilation->tasks[i].name);
        free(compilation->tasks[i].path);
    }
    free(compilation->tasks);
    free(compilation->bytes);
    *compilation = (struct compilation){0};
}
