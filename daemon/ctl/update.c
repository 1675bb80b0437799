/* SPDX-License-Identifier: Apache-2.0
 *
 * update.c: the commands `list update`, `list import` and `list remove`: a new generation of the office's lists
 * (shelf.h). A source that cannot be had, or that looks wrong, stays as it was; the others are renewed all the same.
 *
 *   fetch ──▶ same bytes? keep ──▶ distil ──▶ much less than before? refuse ──▶ compile all ──▶ publish ──▶ reload
 *
 * Nothing of a file but what distil.h keeps outlives the command.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "ctl/compile.h"
#include "ctl/advisory.h"
#include "ctl/fetch.h"
#include "ctl/list.h"
#include "ctl/shelf.h"
#include "ctl/table.h"
#include "json/time.h"

#define RAW_FILE      "raw"
#define LEAST_PERCENT 80 /* of what there was: publishers remove entries one by one */
#define LEAST_COUNTED 10 /* entries of one list below which a share says nothing */
#define WHY_BYTES     600
#define COPY_BYTES    65536

struct keeper {
    struct ctl *ctl;
    struct shelf shelf;
    cJSON *sources; /* of the generation being made */
    bool force, changed;
    int status;
    struct table *table;
    char at[TIME_TEXT_SIZE];
};

/* Where one source comes from. */
struct origin {
    const char *name, *format;
    const char *url; /* NULL: imported */
    const char *ca_file, *signed_by;
    const char *path; /* imported: the file */
};

/* ---- saying what became of a source --------------------------------------------------------------------- */

static void say(struct keeper *keeper, const char *name, const char *what, const cJSON *source,
                const char *why)
{
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "name", name);
    cJSON_AddStringToObject(row, "result", what);
    if (source)
        cJSON_AddItemToObject(row, "source", cJSON_Duplicate(source, true));
    if (why)
        cJSON_AddStringToObject(row, "why", why);
    if (keeper->ctl->json)
        list_print_json(row);
    else
        table_add(keeper->table, row);
    cJSON_Delete(row);
}

static void note(struct keeper *keeper, const char *name, const char *error)
{
    cJSON *attempt = cJSON_CreateObject();
    cJSON_AddStringToObject(attempt, "at", keeper->at);
    if (error)
        cJSON_AddStringToObject(attempt, "error", error);
    cJSON_DeleteItemFromObjectCaseSensitive(keeper->shelf.attempts, name);
    cJSON_AddItemToObject(keeper->shelf.attempts, name, attempt);
}

static int hard_link(const char *from, const char *to);

/* The source as it is in the current generation goes on; nothing when it is not in there. */
static void keep(struct keeper *keeper, const char *name)
{
    const cJSON *source = shelf_source(keeper->shelf.manifest, name);
    char file[128], *from = NULL, *to = NULL;
    if (!source)
        return;
    snprintf(file, sizeof(file), "%s" SHELF_KEPT_SUFFIX, name);
    from = shelf_path(&keeper->shelf, keeper->shelf.current, file);
    to = shelf_draft(&keeper->shelf, file);
    if (from && to && hard_link(from, to) == CTL_GOOD)
        cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(keeper->sources, "sources"),
                             cJSON_Duplicate(source, true));
    else
        keeper->status = CTL_BAD;
    free(from);
    free(to);
}

static void refuse(struct keeper *keeper, const struct origin *origin, const char *why)
{
    const cJSON *old = shelf_source(keeper->shelf.manifest, origin->name);
    note(keeper, origin->name, why);
    say(keeper, origin->name, old ? "kept as it was" : "refused", old, why);
    keep(keeper, origin->name);
    keeper->status = CTL_BAD;
}

/* ---- files --------------------------------------------------------------------------------------------- */

static int copy(int from, int to)
{
    char bytes[COPY_BYTES];
    struct stat status;
    ssize_t got;
    while ((got = read(from, bytes, sizeof(bytes))) > 0)
        if (write(to, bytes, (size_t)got) != got)
            return CTL_BAD;
    if (got < 0 || fstat(from, &status) != 0)
        return CTL_BAD;
    const struct timespec times[2] = {status.st_atim, status.st_mtim};
    return futimens(to, times) == 0 && fsync(to) == 0 ? CTL_GOOD : CTL_BAD;
}

static int copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int status = in >= 0 && out >= 0 ? copy(in, out) : CTL_BAD;
    if (status != CTL_GOOD)
        ctl_complain("%s cannot be copied to %s: %s", from, to, strerror(errno));
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return status;
}

static int hard_link(const char *from, const char *to)
{
    return link(from, to) == 0 ? CTL_GOOD : copy_file(from, to);
}

static int digest(const char *path, char ret_hex[2 * crypto_hash_sha256_BYTES + 1])
{
    crypto_hash_sha256_state state;
    unsigned char bytes[COPY_BYTES], hash[crypto_hash_sha256_BYTES];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : 0;
    crypto_hash_sha256_init(&state);
    while (file >= 0 && (got = read(file, bytes, sizeof(bytes))) > 0)
        crypto_hash_sha256_update(&state, bytes, (size_t)got);
    if (file >= 0)
        close(file);
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(ret_hex, 2 * crypto_hash_sha256_BYTES + 1, hash, sizeof(hash));
    return got < 0 ? CTL_BAD : CTL_GOOD;
}

/* ---- is it what it should be? --------------------------------------------------------------------------- */

static double number(const cJSON *object, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static bool shrank(double before, double after)
{
    return before >= LEAST_COUNTED && after * 100 < before * LEAST_PERCENT;
}

/* What is suspicious about a source that was read without a fault; false: nothing. */
static bool suspicious(const cJSON *old, const cJSON *new, char why[WHY_BYTES])
{
    const cJSON *list = NULL, *lists = cJSON_GetObjectItemCaseSensitive(new, "lists");
    static const char *const counts[] = {"entries", "organisations"};
    if (number(new, "entries") + number(new, "organisations") == 0) {
        snprintf(why, WHY_BYTES, "there is no institution in it");
        return true;
    }
    for (size_t i = 0; i < 2; i++)
        if (shrank(number(old, counts[i]), number(new, counts[i]))) {
            snprintf(why, WHY_BYTES, "it would shrink from %.0f to %.0f %s; --force takes it all the same",
                     number(old, counts[i]), number(new, counts[i]), counts[i]);
            return true;
        }
    cJSON_ArrayForEach(list, cJSON_GetObjectItemCaseSensitive(old, "lists"))
    {
        if (!shrank(list->valuedouble, number(lists, list->string)))
            continue;
        snprintf(why, WHY_BYTES,
                 "its list %.100s would shrink from %.0f to %.0f entries; --force takes it all the same",
                 list->string, list->valuedouble, number(lists, list->string));
        return true;
    }
    return false;
}

/* ---- one source ---------------------------------------------------------------------------------------- */

static void put_text(cJSON *object, const char *key, const char *text)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    if (text && *text)
        cJSON_AddStringToObject(object, key, text);
}

static const char *kept_format(const struct origin *origin, uint64_t distilled)
{
    return distilled ? "simple" : origin->format;
}

/* Distils `raw` into the draft, and gives what the manifest says of it. NULL with a sentence in `why`. */
static cJSON *distil(struct keeper *keeper, const struct origin *origin, const char *raw, char why[WHY_BYTES])
{
    char file[128], *task = NULL, *tasks[2] = {NULL, NULL};
    snprintf(file, sizeof(file), "%s" SHELF_KEPT_SUFFIX, origin->name);
    char *target = shelf_draft(&keeper->shelf, file);
    if (!target || asprintf(&task, "%s=%s:%s", origin->name, origin->format, raw) < 0) {
        free(target);
        return NULL;
    }
    tasks[0] = task;
    struct compile_job job = {
        .tasks = tasks, .distil = true, .quiet = true, .lenient = keeper->force, .target = target};
    int status = compile_run(keeper->ctl, &job);
    /* A sentence about a file that is gone in a moment names what was fetched into it. */
    const char *sentence = job.why[0] ? job.why : "it cannot be read";
    size_t prefix = strncmp(sentence, raw, strlen(raw)) == 0 ? strlen(raw) : 0;
    snprintf(why, WHY_BYTES, "%.500s", sentence + prefix + (prefix && sentence[prefix] == ':' ? 2 : 0));
    if (status == CTL_GOOD && job.bytes == 0) /* kept as it is */
        status = copy_file(raw, target);
    cJSON *source =
        status == CTL_GOOD
            ? cJSON_DetachItemFromArray(cJSON_GetObjectItemCaseSensitive(job.summary, "sources"), 0)
            : NULL;
    if (source)
        put_text(source, "kept", kept_format(origin, job.bytes));
    cJSON_Delete(job.summary);
    free(task);
    free(target);
    return source;
}

static bool same_origin(const cJSON *old, const struct origin *origin)
{
    return strcmp(table_word(old, "format"), origin->format) == 0 &&
           strcmp(table_word(old, "url"), origin->url ? origin->url : "") == 0;
}

/* `raw` is there, and `fetch` says where it is from. */
static void renew(struct keeper *keeper, const struct origin *origin, const char *raw,
                  const struct fetch *fetch)
{
    const cJSON *old = shelf_source(keeper->shelf.manifest, origin->name);
    char hash[2 * crypto_hash_sha256_BYTES + 1], why[WHY_BYTES];
    if (digest(raw, hash) != CTL_GOOD) {
        refuse(keeper, origin, "it cannot be read back");
        return;
    }
    if (old && same_origin(old, origin) && strcmp(table_word(old, "sha256"), hash) == 0) {
        note(keeper, origin->name, NULL);
        say(keeper, origin->name, "unchanged", old, NULL);
        keep(keeper, origin->name);
        return;
    }
    cJSON *source = distil(keeper, origin, raw, why);
    if (!source || (!keeper->force && suspicious(old, source, why))) {
        char file[128];
        snprintf(file, sizeof(file), "%s" SHELF_KEPT_SUFFIX, origin->name);
        char *draft = shelf_draft(&keeper->shelf, file);
        if (draft)
            unlink(draft);
        free(draft);
        refuse(keeper, origin, why);
        cJSON_Delete(source);
        return;
    }
    put_text(source, "url", origin->url);
    put_text(source, "etag", fetch ? fetch->etag : NULL);
    if (fetch && fetch->modified_s >= 0)
        cJSON_AddNumberToObject(source, "modified", (double)fetch->modified_s);
    put_text(source, "sha256", hash);
    put_text(source, "fetched", keeper->at);
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(keeper->sources, "sources"), source);
    note(keeper, origin->name, NULL);
    say(keeper, origin->name, old ? "updated" : "new", source, NULL);
    keeper->changed = true;
}

/* An advisory is believed for its signature, wherever it was fetched. */
static bool is_believed(struct keeper *keeper, const struct origin *origin, const char *raw)
{
    char *url = NULL, *file = NULL, why[FETCH_WHY_BYTES] = "out of memory";
    bool good = asprintf(&url, "%s.sig", origin->url) >= 0 && asprintf(&file, "%s.sig", raw) >= 0;
    struct fetch fetch = {.url = url, .ca_file = origin->ca_file, .modified_s = -1};
    fetch.file = good ? open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (strcmp(origin->format, "simple") != 0) {
        snprintf(why, sizeof(why), "an advisory is of the format \"simple\"");
        good = false;
    } else if (fetch.file < 0 || fetch_run(&fetch) < 0) {
        snprintf(why, sizeof(why), "its signature: %.480s", fetch.file < 0 ? strerror(errno) : fetch.why);
        good = false;
    } else {
        good = advisory_good(raw, file, origin->signed_by, why, sizeof(why));
    }
    if (fetch.file >= 0)
        close(fetch.file);
    if (file)
        unlink(file);
    if (!good)
        refuse(keeper, origin, why);
    free(url);
    free(file);
    return good;
}

static void fetch_into(struct keeper *keeper, const struct origin *origin, const char *raw)
{
    const cJSON *old = shelf_source(keeper->shelf.manifest, origin->name);
    struct fetch fetch = {.url = origin->url,
                          .ca_file = origin->ca_file,
                          .modified_s = -1,
                          .progress = keeper->ctl->terminal_err};
    if (old && same_origin(old, origin)) {
        snprintf(fetch.etag, sizeof(fetch.etag), "%s", table_word(old, "etag"));
        const cJSON *modified = cJSON_GetObjectItemCaseSensitive(old, "modified");
        fetch.modified_s = cJSON_IsNumber(modified) ? (int64_t)modified->valuedouble : -1;
    }
    if (fetch.progress)
        fprintf(stderr, "%s: %s\n", origin->name, origin->url);
    fetch.file = open(raw, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fetch.file < 0) {
        refuse(keeper, origin, strerror(errno));
        return;
    }
    int status = fetch_run(&fetch);
    close(fetch.file);
    if (status < 0) {
        refuse(keeper, origin, fetch.why);
    } else if (fetch.unchanged) {
        note(keeper, origin->name, NULL);
        say(keeper, origin->name, "unchanged", old, NULL);
        keep(keeper, origin->name);
    } else if (!origin->signed_by || is_believed(keeper, origin, raw)) {
        renew(keeper, origin, raw, &fetch);
    }
}

static void take(struct keeper *keeper, const struct origin *origin)
{
    char *raw = origin->url ? shelf_draft(&keeper->shelf, RAW_FILE) : NULL;
    if (origin->url && raw)
        fetch_into(keeper, origin, raw);
    else if (!origin->url)
        renew(keeper, origin, origin->path, NULL);
    if (raw)
        unlink(raw);
    free(raw);
}

/* ---- the generation ------------------------------------------------------------------------------------ */

static int compile_all(struct keeper *keeper)
{
    char *tasks[CTL_MAX_POSITIONALS + 1] = {NULL}, *target = shelf_draft(&keeper->shelf, SHELF_SNAPSHOT);
    const cJSON *source = NULL;
    size_t count = 0;
    cJSON_ArrayForEach(source, cJSON_GetObjectItemCaseSensitive(keeper->sources, "sources"))
    {
        if (count == CTL_MAX_POSITIONALS ||
            asprintf(&tasks[count], "%s=%s:%s/%s" SHELF_KEPT_SUFFIX, table_word(source, "name"),
                     table_word(source, "kept"), keeper->shelf.draft, table_word(source, "name")) < 0)
            break;
        count++;
    }
    struct compile_job job = {.tasks = tasks, .target = target};
    int status = target ? compile_run(keeper->ctl, &job) : CTL_BAD;
    cJSON_Delete(job.summary);
    for (size_t i = 0; i < count; i++)
        free(tasks[i]);
    free(target);
    return status;
}

static int publish(struct keeper *keeper)
{
    int status = compile_all(keeper);
    if (status == CTL_GOOD)
        status = shelf_publish(&keeper->shelf, keeper->sources);
    if (status == CTL_GOOD)
        status = shelf_tell_daemon(keeper->ctl, &keeper->shelf);
    return status;
}

static int begin(struct ctl *ctl, struct keeper *keeper)
{
    static const struct table_column columns[] = {{"source", "name", 24},
                                                  {"result", "result", 0},
                                                  {"snapshot", "source.snapshot", 0},
                                                  {"entries", "source.entries", 0},
                                                  {"organisations", "source.organisations", 0},
                                                  {"left out", "source.skipped", 0},
                                                  {"why", "why", 0},
                                                  {NULL, NULL, 0}};
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *keeper = (struct keeper){.ctl = ctl, .force = ctl_option(ctl, "--force") != NULL};
    time_format((int64_t)now.tv_sec * 1000, keeper->at);
    umask(022); /* lists are no secret, and the daemon is another account */
    int status = shelf_open(ctl, true, &keeper->shelf);
    if (status != CTL_GOOD) {
        shelf_close(&keeper->shelf);
        return status;
    }
    keeper->table = ctl->json ? NULL : table_new(ctl, columns);
    keeper->sources = cJSON_CreateObject();
    cJSON_AddStringToObject(keeper->sources, "made", keeper->at);
    cJSON_AddArrayToObject(keeper->sources, "sources");
    return CTL_GOOD;
}

/* What was not asked for goes on; then, if anything is new, all of it becomes the next generation. */
static int end(struct keeper *keeper)
{
    if (keeper->table)
        table_end(keeper->table, "There is nothing to do: \"lists\" in the configuration names no source.");
    int status = shelf_save_attempts(&keeper->shelf);
    if (status == CTL_GOOD && keeper->changed)
        status = publish(keeper);
    if (status == CTL_GOOD)
        status = keeper->status;
    cJSON_Delete(keeper->sources);
    shelf_close(&keeper->shelf);
    return status;
}

/* ---- the commands -------------------------------------------------------------------------------------- */

static const struct config_list *configured(const struct config *config, const char *name)
{
    for (uint32_t i = 0; i < config->list_count; i++)
        if (strcmp(config->lists[i].name, name) == 0)
            return &config->lists[i];
    return NULL;
}

static bool is_asked(const struct ctl *ctl, const char *name)
{
    for (int i = 0; i < ctl->positional_count; i++)
        if (strcmp(ctl->positionals[i], name) == 0)
            return true;
    return ctl->positional_count == 0;
}

/* What is no longer configured goes; what was imported by hand stays until it is removed by hand. */
static void keep_others(struct keeper *keeper)
{
    const struct ctl *ctl = keeper->ctl;
    const cJSON *source = NULL;
    cJSON_ArrayForEach(source, cJSON_GetObjectItemCaseSensitive(keeper->shelf.manifest, "sources"))
    {
        const char *name = table_word(source, "name");
        const struct config_list *list = configured(ctl->config, name);
        if (list && is_asked(ctl, name))
            continue;
        if (list || !*table_word(source, "url")) {
            keep(keeper, name);
            continue;
        }
        say(keeper, name, "removed", source, "it is no longer configured");
        keeper->changed = true;
    }
}

static int check_names(struct ctl *ctl)
{
    for (int i = 0; i < ctl->positional_count; i++) {
        if (configured(ctl->config, ctl->positionals[i]))
            continue;
        ctl_complain("\"lists\" in the configuration names no source \"%s\"", ctl->positionals[i]);
        return CTL_USAGE;
    }
    return CTL_GOOD;
}

int ctl_list_update(struct ctl *ctl)
{
    struct keeper keeper;
    int status = ctl_config(ctl);
    if (status == CTL_GOOD)
        status = check_names(ctl);
    if (status == CTL_GOOD)
        status = begin(ctl, &keeper);
    if (status != CTL_GOOD)
        return status;
    for (uint32_t i = 0; i < ctl->config->list_count; i++) {
        const struct config_list *list = &ctl->config->lists[i];
        const struct origin origin = {.name = list->name,
                                      .format = list->format,
                                      .url = list->url,
                                      .ca_file = list->ca_file,
                                      .signed_by = list->signed_by};
        if (is_asked(ctl, list->name))
            take(&keeper, &origin);
    }
    keep_others(&keeper);
    return end(&keeper);
}

/* NAME=FORMAT:PATH, cut into its parts in place. */
static bool cut(char *task, struct origin *ret_origin)
{
    char *equal = strchr(task, '='), *colon = equal ? strchr(equal, ':') : NULL;
    if (!colon)
        return false;
    *equal = *colon = '\0';
    *ret_origin = (struct origin){.name = task, .format = equal + 1, .path = colon + 1};
    bool name =
        *task && strspn(task, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(task) && strlen(task) <= 64;
    if (!name)
        ctl_complain("\"%s\" must be made of a-z, 0-9 and -", task);
    return name;
}

static void import_each(struct keeper *keeper)
{
    struct ctl *ctl = keeper->ctl;
    const cJSON *source = NULL;
    for (int i = 0; i < ctl->positional_count; i++) {
        struct origin origin;
        char *task = compile_task(ctl->positionals[i]);
        if (!task || !cut(task, &origin))
            keeper->status = CTL_USAGE;
        else
            take(keeper, &origin);
        free(task);
    }
    cJSON_ArrayForEach(source, cJSON_GetObjectItemCaseSensitive(keeper->shelf.manifest, "sources"))
    {
        if (!shelf_source(keeper->sources, table_word(source, "name")))
            keep(keeper, table_word(source, "name"));
    }
}

int ctl_list_import(struct ctl *ctl)
{
    struct keeper keeper;
    int status = begin(ctl, &keeper);
    if (status != CTL_GOOD)
        return status;
    import_each(&keeper);
    return end(&keeper);
}

int ctl_list_remove(struct ctl *ctl)
{
    struct keeper keeper;
    const cJSON *source = NULL;
    int status = begin(ctl, &keeper);
    if (status != CTL_GOOD)
        return status;
    cJSON_ArrayForEach(source, cJSON_GetObjectItemCaseSensitive(keeper.shelf.manifest, "sources"))
    {
        const char *name = table_word(source, "name");
        if (!is_asked(ctl, name)) {
            keep(&keeper, name);
            continue;
        }
        say(&keeper, name, "removed", source, NULL);
        keeper.changed = true;
    }
    if (!keeper.changed) {
        ctl_complain("there is no source \"%s\" among the lists", ctl->positionals[0]);
        keeper.status = CTL_USAGE;
    }
    return end(&keeper);
}
