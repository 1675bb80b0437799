/* SPDX-License-Identifier: Apache-2.0
 *
 * importers_scene.h: files in a folder of their own, compiled to a snapshot and asked through a screener.
 */
#ifndef IMPORTERS_SCENE_H
#define IMPORTERS_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "compilation.h"
#include "json/json.h"
#include "screener.h"

#define CSL_HEADER "_id,source,type,name,addresses,end_date,alt_names,dates_of_birth,nationalities\n"
#define SDN        "Specially Designated Nationals (SDN) - Treasury Department"
#define EL         "Entity List (EL) - Bureau of Industry and Security"

struct scene {
    char folder[32];
    struct screener screener;
    char why[LISTING_ERROR_BYTES];
    char *snapshot; /* its bytes, for looking */
    size_t length;
    bool damage_shows; /* a changed list may compile */
    char report[2048]; /* what the compilation says of each source */
};

static inline void put(const struct scene *scene, const char *name, const void *bytes, size_t length)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", scene->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

/* Packs `bytes` as a gzip file, or as a zip, which begins with a folder and may hold them several times over. */
static inline void pack_all(const struct scene *scene, const char *name, bool zip, const char *bytes,
                            int files)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", scene->folder, name);
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    if (zip) {
        archive_write_set_format_zip(archive);
    } else {
        archive_write_add_filter_gzip(archive);
        archive_write_set_format_raw(archive);
    }
    assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
    if (zip) {
        archive_entry_set_pathname(entry, "folder/");
        archive_entry_set_filetype(entry, AE_IFDIR);
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    }
    for (int i = 0; i < files; i++) {
        archive_entry_set_pathname(entry, i ? "folder/list" : "list");
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_size(entry, (la_int64_t)strlen(bytes));
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(archive, bytes, strlen(bytes)), strlen(bytes));
    }
    archive_entry_free(entry);
    archive_write_free(archive);
}

static inline void pack(const struct scene *scene, const char *name, bool zip, const char *bytes)
{
    pack_all(scene, name, zip, bytes, 1);
}

/* Compiles the scene's files and opens the result; 0 or what went wrong, with the sentence in scene->why. */
static inline int compile(struct scene *scene, const char *const *tasks)
{
    char target[96];
    struct answer answer = {0};
    struct folding *folding = scene->screener.folding; /* loading it takes longer than most lists */
    scene->screener.folding = NULL;
    screener_close(&scene->screener);
    free(scene->snapshot);
    scene->snapshot = NULL;
    scene->why[0] = '\0';
    if (folding)
        scene->screener = (struct screener){.api = &json_document_api, .folding = folding};
    else
        assert_int_equal(screener_open(&scene->screener, &json_document_api), PW_OK);
    struct compilation compilation = {.api = &json_document_api, .folding = scene->screener.folding};
    int error = PW_OK;
    for (; *tasks && !error; tasks++) {
        char task[512];
        const char *colon = strchr(*tasks, ':');
        snprintf(task, sizeof task, "%.*s:%s%s%s", (int)(colon - *tasks), *tasks,
                 colon[1] == '/' ? "" : scene->folder, colon[1] == '/' ? "" : "/", colon + 1);
        error = compilation_add(&compilation, (struct pw_text){task, strlen(task)}, scene->why);
    }
    if (!error)
        error = compilation_run(&compilation, &answer, scene->why);
    if (!error) {
        put(scene, "snapshot", compilation.bytes, compilation.length);
        snprintf(target, sizeof target, "%s/snapshot", scene->folder);
        error = screener_add_snapshot(&scene->screener, target, scene->why);
        scene->snapshot = compilation.bytes;
        scene->length = compilation.length;
        compilation.bytes = NULL;
    }
    if (!error)
        error = screener_seal(&scene->screener, scene->why);
    snprintf(scene->report, sizeof scene->report, "%.*s", (int)answer.length,
             answer.length ? answer.data : "");
    answer_release(&answer);
    compilation_release(&compilation);
    return error;
}

static inline int compile_one(struct scene *scene, const char *format, const char *bytes)
{
    char task[64];
    snprintf(task, sizeof task, "list=%s:file", format);
    put(scene, "file", bytes, strlen(bytes));
    return compile(scene, (const char *const[]){task, NULL});
}

/* The names of the entries a sentence or name matches reportably, each followed by ';'. */
static inline const char *matches(struct scene *scene, const char *text, bool whole)
{
    static char names[1024];
    struct screening screening;
    struct pw_text given = {text, strlen(text)};
    struct screener_query query = {.as_of = INT64_MIN};
    if (whole)
        query.name = given;
    else
        query.sentence = given;
    names[0] = '\0';
    assert_int_equal(screener_screen(&scene->screener, &query, &screening), PW_OK);
    for (uint32_t i = 0; i < screening.count; i++) {
        const struct match *match = &screening.matches[i];
        struct pw_text name = snapshot_text(&scene->screener.snapshots[match->snapshot],
                                            match_entry(&scene->screener, match)->name);
        assert_true(match->from <= match->to && match->to <= given.length);
        if (match_reportable(match))
            snprintf(names + strlen(names), sizeof names - strlen(names), "%.*s;", (int)name.length,
                     name.data);
    }
    return names;
}

static inline bool holds(const struct scene *scene, const char *word)
{
    return memmem(scene->snapshot, scene->length, word, strlen(word)) != NULL;
}

/* The smallest list of each format that is one. */
static const struct sample {
    const char *format, *bytes, *name;
} samples[] = {
    {"csl-csv", CSL_HEADER "1," SDN ",Entity,Zyxgard Works,\"Dubai, AE\",,,,\n", "Zyxgard Works;"},
    {"bis-dpl", "\"Name\"\t\"Country\"\t\"Expiration_Date\"\n\"ZYXGARD AIRLINES\"\t\"IR\"\t\"01/14/2036\"\n",
     "ZYXGARD AIRLINES;"},
    {"aspi-misp",
     "{\"type\":\"china-defence-universities\",\"values\":[{\"value\":\"Zyxgard University\",\"meta\":"
     "{\"categories\":[\"Military\"]}}]}",
     "Zyxgard University;"},
    {"dod-1286", "schema,name,aliases,program,end-date\nCompany,Zyxgard Polytechnic,,Section 1286,\n",
     "Zyxgard Polytechnic;"},
    {"ror",
     "[{\"id\":\"https://ror.org/00f1zfq44\",\"status\":\"active\",\"names\":[{\"types\":[\"ror_display\"],"
     "\"value\":\"Zyxgard University\"}]}]",
     ""},
    {"simple",
     "{\"format\":\"pathwayd-list/1\",\"source\":\"own\",\"list\":\"OWN\",\"snapshot\":\"2026-01-01\","
     "\"title\":\"t\",\"licence\":\"l\",\"entries\":[{\"id\":\"1\",\"name\":\"Zyxgard School\",\"category\":"
     "\"military\",\"effect\":\"informs\"}]}",
     "Zyxgard School;"},
};
#define SAMPLES (sizeof samples / sizeof *samples)

/* Compiles the scene's file `name` as `format`. */
static inline int compile_file(struct scene *scene, const char *format, const char *name)
{
    char task[96];
    snprintf(task, sizeof task, "list=%s:%s", format, name);
    return compile(scene, (const char *const[]){task, NULL});
}

/* That it is refused, by a sentence that names the file; `why` may be NULL. */
static inline void assert_refused(struct scene *scene, const char *format, const char *name, const char *why)
{
    int error = compile_file(scene, format, name);
    if (error >= 0 || !strstr(scene->why, name) || (why && !strstr(scene->why, why)))
        fail_msg("%s as %s: %d \"%s\", expected \"%s\"", name, format, error, scene->why, why ? why : "");
}

static inline int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    strcpy(scene->folder, "/tmp/pathwayd-lists-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    *state = scene;
    return 0;
}

static inline int tear_down(void **state)
{
    struct scene *scene = *state;
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", scene->folder);
    screener_close(&scene->screener);
    free(scene->snapshot);
    int status = system(command);
    free(scene);
    return status;
}

#endif
