/* SPDX-License-Identifier: Apache-2.0
 *
 * institutions.c: the enrich plugin that knows who the partner is (question 2). For each partner of an event,
 * and for the affiliation as printed, it says which entries of the configured lists are meant, as
 * `list.match` facts; an event whose institutions stand on no list gets none. What a match means is the
 * policies' business.
 */
#include <pathwayd/plugin.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "compilation.h"
#include "emission.h"

struct institutions {
    const struct pw_host *host;
    struct screener screener;
    struct emission emission;
    struct compilation compilation;
    int64_t max_age_ms;
};

#define DAY_MS INT64_C(86400000)

static const struct pw_config_field fields[] = {
    {"lists", PW_CONFIG_PATHS, 0, NULL, 0, SCREENER_MAX_LISTS, NULL,
     "List files in the simple format, one source each."},
    {"snapshots", PW_CONFIG_PATHS, 0, NULL, 0, RESOLVER_MAX_SNAPSHOTS - 1, NULL,
     "Compiled snapshots (pathwayctl list compile): publishers' lists, and the registry to tell names "
     "apart."},
    {"compile", PW_CONFIG_TEXTS, 0, NULL, 0, SCREENER_MAX_LISTS, NULL,
     "NAME=FORMAT:PATH of what is to be compiled; for pathwayctl list compile only."},
    {"distil", PW_CONFIG_BOOLEAN, 0, "false", 0, 0, NULL,
     "Compile one list to a list file in the simple format; for pathwayctl list update only."},
    {"lenient", PW_CONFIG_BOOLEAN, 0, "false", 0, 0, NULL,
     "Pass over rows whose meaning is not known instead of refusing the file; for pathwayctl list update "
     "only."},
    {"max_age_days", PW_CONFIG_INTEGER, 0, "90", 1, 36500, NULL,
     "Days after which a list's snapshot is stale; matches then say so."},
    {NULL, 0, 0, NULL, 0, 0, NULL, NULL},
};

__attribute__((format(printf, 3, 4))) static void log_line(const struct pw_host *host, uint32_t severity,
                                                           const char *format, ...)
{
    char line[LISTING_ERROR_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    host->log(host, severity, (struct pw_text){line, strlen(line)});
}

static int fail(struct institutions *self, int error, const char *sentence)
{
    self->host->explain(self->host, (struct pw_text){sentence, strlen(sentence)});
    return error;
}

static int32_t institutions_create(const struct pw_host *host, void **ret_instance)
{
    struct institutions *self = calloc(1, sizeof *self);
    if (!self)
        return PW_ERROR_MEMORY;
    self->host = host;
    *ret_instance = self;
    return PW_OK;
}

static int load_list(struct institutions *self, struct pw_text path)
{
    char why[LISTING_ERROR_BYTES] = "";
    struct listing *listing = NULL;
    int error = listing_load(self->host->documents, path, &listing, why);
    if (!error)
        error = screener_add(&self->screener, listing, why);
    return error ? fail(self, error, why) : PW_OK;
}

static int load_snapshot(struct institutions *self, struct pw_text path)
{
    char why[LISTING_ERROR_BYTES] = "", *file = strndup(path.data, path.length);
    int error = file ? screener_add_snapshot(&self->screener, file, why) : PW_ERROR_MEMORY;
    free(file);
    return error ? fail(self, error, why) : PW_OK;
}

static int load_each(struct institutions *self, const struct pw_document *config, struct pw_text key,
                     int (*load)(struct institutions *self, struct pw_text text))
{
    const struct pw_document_api *api = self->host->documents;
    uint32_t list = api->find(config, PW_NODE_ROOT, key);
    int error = PW_OK;
    for (uint32_t node = api->first(config, list); node != PW_NODE_NONE && !error;
         node = api->next(config, node))
        error = load(self, api->text(config, node));
    return error;
}

static int add_task(struct institutions *self, struct pw_text text)
{
    char why[LISTING_ERROR_BYTES] = "";
    int error = compilation_add(&self->compilation, text, why);
    return error ? fail(self, error, why) : PW_OK;
}

static int load_all(struct institutions *self, const struct pw_document *config)
{
    char why[LISTING_ERROR_BYTES] = "";
    int error = load_each(self, config, PW_TEXT("/compile"), add_task);
    if (!error)
        error = load_each(self, config, PW_TEXT("/lists"), load_list);
    if (!error)
        error = load_each(self, config, PW_TEXT("/snapshots"), load_snapshot);
    if (error)
        return error;
    if (!self->screener.listing_count && !self->screener.snapshot_count && !self->compilation.count)
        return fail(self, PW_ERROR_INVALID, "\"lists\" or \"snapshots\" must name at least one file");
    error = screener_seal(&self->screener, why);
    return error ? fail(self, error, why[0] ? why : "out of memory while compiling the lists") : PW_OK;
}

/* For the operator's eyes only: what a match says of its age follows the event's time, not this clock. */
static void report_lists(const struct institutions *self)
{
    struct answer_terms terms = {.as_of = (int64_t)time(NULL) * 1000, .max_age_ms = self->max_age_ms};
    for (uint32_t i = 0; i < self->screener.snapshot_count; i++)
        for (uint32_t k = 0; k < self->screener.snapshots[i].source_count; k++) {
            const struct snapshot *snapshot = &self->screener.snapshots[i];
            const struct snapshot_source *source = &snapshot->sources[k];
            struct pw_text name = snapshot_text(snapshot, source->name),
                           day = snapshot_text(snapshot, source->snapshot);
            bool stale = answer_stale(source->snapshot_ms, &terms);
            log_line(self->host, stale ? PW_LOG_WARNING : PW_LOG_INFO,
                     "list %.*s: %u entries, snapshot %.*s%s", (int)name.length, name.data, source->entries,
                     (int)day.length, day.data, stale ? ", stale: refresh it" : "");
        }
}

static int32_t institutions_start(void *instance, const struct pw_document *config)
{
    struct institutions *self = instance;
    const struct pw_document_api *api = self->host->documents;
    int64_t days = 90;
    uint32_t node = api->find(config, PW_NODE_ROOT, PW_TEXT("/max_age_days"));
    if (api->type(config, node) == PW_JSON_NUMBER && api->integer(config, node, &days))
        return fail(self, PW_ERROR_INVALID, "\"max_age_days\" must be a whole number of days");
    self->max_age_ms = days * DAY_MS;
    int error = screener_open(&self->screener, api);
    if (error == PW_ERROR_UNSUPPORTED)
        return fail(self, error,
                    "ICU's normalisation or transliteration data is missing; install libicu's data");
    if (error)
        return fail(self, error, "out of memory while loading ICU's data");
    self->compilation = (struct compilation){.api = api, .folding = self->screener.folding};
    node = api->find(config, PW_NODE_ROOT, PW_TEXT("/distil"));
    self->compilation.distil = api->type(config, node) == PW_JSON_TRUE;
    node = api->find(config, PW_NODE_ROOT, PW_TEXT("/lenient"));
    self->compilation.lenient = api->type(config, node) == PW_JSON_TRUE;
    error = load_all(self, config);
    if (!error)
        report_lists(self);
    return error;
}

static struct pw_text member(const struct pw_host *host, const struct pw_document *event, uint32_t node,
                             struct pw_text pointer)
{
    return host->documents->text(event, host->documents->find(event, node, pointer));
}

static int handle_partner(struct institutions *self, const struct pw_message *message, uint32_t partner,
                          uint32_t number)
{
    struct screener_query query = {
        .name = member(self->host, message->event, partner, PW_TEXT("/name")),
        .ror = member(self->host, message->event, partner, PW_TEXT("/ror")),
        .country = member(self->host, message->event, partner, PW_TEXT("/country")),
        .as_of = message->as_of,
    };
    char pointer[EMISSION_POINTER_BYTES];
    snprintf(pointer, sizeof pointer, "/data/partner/%" PRIu32, number);
    return emission_screen(&self->emission, &self->screener, &query, pointer);
}

static int32_t institutions_handle(void *instance, const struct pw_message *message)
{
    struct institutions *self = instance;
    const struct pw_document_api *api = self->host->documents;
    emission_begin(&self->emission, message->as_of, self->max_age_ms);
    uint32_t partners = api->find(message->event, PW_NODE_ROOT, PW_TEXT("/data/partner"));
    uint32_t number = 0;
    int error = PW_OK;
    for (uint32_t node = api->first(message->event, partners); node != PW_NODE_NONE && !error;
         node = api->next(message->event, node))
        error = handle_partner(self, message, node, number++);
    if (!error && message->affiliation.length > 0) {
        struct screener_query query = {.sentence = message->affiliation, .as_of = message->as_of};
        error = emission_screen(&self->emission, &self->screener, &query, "/data/raw_affiliation");
    }
    if (!error)
        error = emission_end(&self->emission, self->host);
    if (error == PW_ERROR_LIMIT)
        return fail(self, error,
                    "a partner's name or the affiliation is longer, or names more institutions, than can be "
                    "screened; read it yourself");
    if (error)
        return fail(self, error, "out of memory while screening");
    return PW_OK;
}

static void institutions_stop(void *instance)
{
    (void)instance; /* nothing is pending between two messages */
}

static void institutions_destroy(void *instance)
{
    struct institutions *self = instance;
    if (!self)
        return;
    emission_release(&self->emission);
    compilation_release(&self->compilation);
    screener_close(&self->screener);
    free(self);
}

static int32_t screen(void *instance, const struct pw_screen_query *asked,
                      void (*write)(void *to, struct pw_text bytes), void *to)
{
    struct institutions *self = instance;
    struct screener_query query = {.name = asked->query,
                                   .sentence = asked->query,
                                   .ror = asked->ror,
                                   .country = asked->country,
                                   .as_of = INT64_MIN};
    struct screening screening;
    int error = screener_screen(&self->screener, &query, &screening);
    if (error == PW_ERROR_LIMIT)
        return fail(self, error, "the query is longer than 16,384 bytes");
    if (error)
        return fail(self, error, "out of memory while screening");
    struct answer answer = {0};
    answer_screening(&answer, &self->screener, asked->query, &screening);
    if (!answer.failed)
        write(to, (struct pw_text){answer.data, answer.length});
    error = answer.failed ? fail(self, PW_ERROR_MEMORY, "out of memory while answering") : PW_OK;
    answer_release(&answer);
    return error;
}

static int32_t compile(void *instance, void (*write)(void *to, struct pw_text bytes), void *to)
{
    struct institutions *self = instance;
    char why[LISTING_ERROR_BYTES] = "";
    struct answer answer = {0};
    int error = compilation_run(&self->compilation, &answer, why);
    if (!error && answer.failed)
        error = PW_ERROR_MEMORY;
    if (!error)
        write(to, (struct pw_text){answer.data, answer.length});
    answer_release(&answer);
    return error ? fail(self, error, why[0] ? why : "out of memory while compiling") : PW_OK;
}

static int32_t read_compiled(void *instance, uint64_t offset, uint32_t most,
                             void (*write)(void *to, struct pw_text bytes), void *to)
{
    struct institutions *self = instance;
    const struct compilation *compilation = &self->compilation;
    if (!compilation->done || offset > compilation->length)
        return fail(self, PW_ERROR_STATE, "nothing has been compiled, or not as much");
    size_t rest = compilation->length - (size_t)offset;
    if (rest > 0)
        write(to, (struct pw_text){compilation->bytes + offset, rest < most ? rest : most});
    return PW_OK;
}

static int32_t version(void *instance, void (*write)(void *to, struct pw_text bytes), void *to)
{
    struct institutions *self = instance;
    uint64_t hash = 0;
    char word[64];
    for (uint32_t i = 0; i < self->screener.snapshot_count; i++)
        hash = hash * 1099511628211u + snapshot_content(&self->screener.snapshots[i]);
    snprintf(word, sizeof word, PATHWAYD_VERSION "-%016" PRIx64, hash);
    write(to, (struct pw_text){word, strlen(word)});
    return PW_OK;
}

static const struct pw_list list_extension = {.struct_size = sizeof(struct pw_list),
                                              .screen = screen,
                                              .compile = compile,
                                              .read = read_compiled,
                                              .version = version};

static const void *institutions_extension(void *instance, const char *name)
{
    (void)instance;
    return strcmp(name, PW_EXTENSION_LIST) == 0 ? &list_extension : NULL;
}

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof(struct pw_plugin),
    .stage = PW_STAGE_ENRICH,
    .config_field_size = sizeof(struct pw_config_field),
    .name = "institutions",
    .version = PATHWAYD_VERSION,
    .summary = "Screens partner institutions against lists, by id, by name, and in affiliations as printed.",
    .licence = "Apache-2.0",
    .config = fields,
    .create = institutions_create,
    .start = institutions_start,
    .handle = institutions_handle,
    .stop = institutions_stop,
    .destroy = institutions_destroy,
    .extension = institutions_extension,
};
