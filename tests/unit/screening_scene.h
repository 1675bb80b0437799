/* SPDX-License-Identifier: Apache-2.0
 *
 * screening_scene.h: a screener with a small list and a small registry of namesakes, and its answer in one line.
 */
#ifndef SCREENING_SCENE_H
#define SCREENING_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "screener.h"

#define SCENE_HEAD                                                                                           \
    "{\"format\":\"pathwayd-list/1\",\"source\":\"own\",\"list\":\"OWN\",\"snapshot\":\"2026-01-01\","       \
    "\"title\":\"t\",\"licence\":\"l\",\"entries\":["
#define SCENE_ENTRY(id, name, country, more)                                                                 \
    "{\"id\":\"" id "\",\"name\":\"" name "\",\"country\":\"" country                                        \
    "\",\"category\":\"military\",\"effect\":\"needs_licence\"" more "}"

static const char scene_list[] = SCENE_HEAD SCENE_ENTRY(
    "beihang", "Beihang University", "CN",
    ",\"aliases\":[\"Beijing University of Aeronautics and Astronautics\",\"北京航空航天大学\"],"
    "\"abbreviations\":[\"BUAA\"]") "," SCENE_ENTRY("hit", "Harbin Institute of Technology", "CN",
                                                    ",\"abbreviations\":[\"HIT\"]") "," SCENE_ENTRY("bit",
                                                                                                    "Beijing "
                                                                                                    "Institut"
                                                                                                    "e of "
                                                                                                    "Technolo"
                                                                                                    "gy",
                                                                                                    "CN",
                                                                                                    ",\"abbre"
                                                                                                    "viations"
                                                                                                    "\":["
                                                                                                    "\"BIT\""
                                                                                                    "]") "," SCENE_ENTRY("njust",
                                                                                                                         "Nanjing University of Science and Technology",
                                                                                                                         "CN",
                                                                                                                         ",\"abbreviations\":[\"NUST\"]") "," SCENE_ENTRY("csu",
                                                                                                                                                                          "Central South University",
                                                                                                                                                                          "CN",
                                                                                                                                                                          "") "," SCENE_ENTRY("xianex",
                                                                                                                                                                                              "Xi'an Exemplar University",
                                                                                                                                                                                              "CN",
                                                                                                                                                                                              "") "," SCENE_ENTRY("mai",
                                                                                                                                                                                                                  "Moscow Aviation Institute",
                                                                                                                                                                                                                  "RU",
                                                                                                                                                                                                                  ",\"aliases\":[\"Московский авиационный институт\"]") "]}";

static const struct {
    const char *ror, *name, *acronym, *country, *city;
} scene_registry[] = {
    {"03w2j5y17", "National University of Sciences and Technology", "NUST", "PK", "Islamabad"},
    {"02kesvt12", "National University of Science and Technology", "NUST", "ZW", "Bulawayo"},
    {"028vtqb15", "Birla Institute of Technology", "BIT", "IN", "Ranchi"},
    {"05tqx4s13", "Hiroshima Institute of Technology", "HIT", "JP", "Hiroshima"},
    {"02czw2k81", "Central South University of Forestry and Technology", "CSUFT", "CN", "Changsha"},
    {"01rxvg760", "Nanjing University", "NJU", "CN", "Nanjing"},
    {"0000000a0", "Harbin Weather Office", "HWO", "CN", "Harbin"},
};

static inline struct pw_text scene_text(const char *text)
{
    return (struct pw_text){text, strlen(text)};
}

static inline int scene_put_registry(struct compiler *compiler)
{
    int error = PW_OK;
    for (size_t i = 0; i < sizeof scene_registry / sizeof *scene_registry && !error; i++) {
        uint32_t number;
        error = compiler_add_organisation(
            compiler, scene_text(scene_registry[i].ror), scene_text(scene_registry[i].name),
            scene_text(scene_registry[i].country), scene_text(scene_registry[i].city), &number);
        if (!error)
            error = compiler_add_name(compiler, number, scene_text(scene_registry[i].acronym), BASIS_ACRONYM);
    }
    return error;
}

static inline int scene_add_registry(struct screener *screener, char why[LISTING_ERROR_BYTES])
{
    struct compiler *compiler = NULL;
    char *bytes = NULL;
    size_t length = 0;
    int error = compiler_open(screener->folding, &compiler);
    if (!error)
        error = scene_put_registry(compiler);
    if (!error)
        error = compiler_finish(compiler, &bytes, &length);
    compiler_close(compiler);
    if (!error)
        error = snapshot_adopt(&screener->snapshots[screener->snapshot_count], bytes, length, why);
    screener->snapshot_count += error == PW_OK;
    return error;
}

/* A sealed screener of `list`, and of the registry if asked for. */
static inline int scene_screener(struct screener *screener, const char *list, bool registry,
                                 char why[LISTING_ERROR_BYTES])
{
    struct listing *listing = NULL;
    int error = screener_open(screener, &json_document_api);
    if (!error && registry)
        error = scene_add_registry(screener, why);
    if (!error)
        error = listing_read(&json_document_api, PW_TEXT("own.json"), scene_text(list), &listing, why);
    if (!error)
        error = screener_add(screener, listing, why);
    return error ? error : screener_seal(screener, why);
}

/* The ids of the entries that match, each once, each followed by ';', with a '?' where the match is too weak for a
 * policy. */
static inline const char *scene_ids(const struct screener *screener, const struct screening *screening)
{
    static char ids[16384];
    size_t used = 0;
    ids[0] = '\0';
    for (uint32_t i = 0; i < screening->count; i++) {
        const struct match *match = &screening->matches[i];
        struct pw_text id =
            snapshot_text(&screener->snapshots[match->snapshot], match_entry(screener, match)->id);
        used += (size_t)snprintf(ids + used, sizeof ids - used, "%.*s%s;", (int)id.length, id.data,
                                 match_reportable(match) ? "" : "?");
    }
    return ids;
}

#endif
