/* SPDX-License-Identifier: Apache-2.0
 *
 * screener.c: see screener.h. Building up; the questions are in query.c.
 */
#include "screener.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "importer.h"

int screener_open(struct screener *screener, const struct pw_document_api *api)
{
    *screener = (struct screener){.api = api};
    return folding_open(&screener->folding);
}

void screener_close(struct screener *screener)
{
    for (uint32_t i = 0; i < screener->listing_count; i++)
        listing_free(screener->listings[i]);
    for (uint32_t i = 0; i < screener->snapshot_count; i++)
        snapshot_close(&screener->snapshots[i]);
    resolver_close(&screener->resolver);
    phrase_release(&screener->phrase);
    folding_close(screener->folding);
    *screener = (struct screener){0};
}

static int refuse(const struct listing *listing, char ret_error[LISTING_ERROR_BYTES], const char *why,
                  const char *what)
{
    snprintf(ret_error, LISTING_ERROR_BYTES, "%.256s: %s%.256s", listing->path, why, what);
    return PW_ERROR_INVALID;
}

static int check_name(struct screener *screener, const struct listing *listing, uint32_t entry,
                      struct pw_text name, char ret_error[LISTING_ERROR_BYTES])
{
    int error = phrase_read(screener->folding, name, &screener->phrase);
    struct pw_text id = listing->entries[entry].id;
    if (error || screener->phrase.count > 0)
        return error;
    snprintf(ret_error, LISTING_ERROR_BYTES,
             "%.256s: entry %u (\"%.*s\"): the name \"%.*s\" has neither letter nor digit", listing->path,
             entry + 1, (int)(id.length > 64 ? 64 : id.length), id.data,
             (int)(name.length > 64 ? 64 : name.length), name.data);
    return PW_ERROR_INVALID;
}

static int check_names(struct screener *screener, const struct listing *listing,
                       char ret_error[LISTING_ERROR_BYTES])
{
    int error = PW_OK;
    for (uint32_t i = 0; i < listing->entry_count && !error; i++) {
        const uint32_t arrays[] = {listing->entries[i].aliases, listing->entries[i].abbreviations};
        error = check_name(screener, listing, i, listing->entries[i].name, ret_error);
        for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
            for (uint32_t node = screener->api->first(listing->document, arrays[k]);
                 node != PW_NODE_NONE && !error; node = screener->api->next(listing->document, node))
                error =
                    check_name(screener, listing, i, screener->api->text(listing->document, node), ret_error);
    }
    return error;
}

int screener_add(struct screener *screener, struct listing *listing, char ret_error[LISTING_ERROR_BYTES])
{
    int error = check_names(screener, listing, ret_error);
    for (uint32_t i = 0; i < screener->listing_count && !error; i++) {
        const struct listing *known = screener->listings[i];
        if (known->source.length == listing->source.length &&
            memcmp(known->source.data, listing->source.data, listing->source.length) == 0)
            error = refuse(listing, ret_error, "its source is taken; give it a name of its own, or drop ",
                           known->path);
    }
    if (!error && screener->listing_count == SCREENER_MAX_LISTS)
        error = refuse(listing, ret_error, "one list too many; at most 64 are allowed", "");
    if (error)
        listing_free(listing);
    else
        screener->listings[screener->listing_count++] = listing;
    return error;
}

int screener_add_snapshot(struct screener *screener, const char *path, char ret_error[LISTING_ERROR_BYTES])
{
    if (screener->snapshot_count + 1 >= RESOLVER_MAX_SNAPSHOTS) {
        snprintf(ret_error, LISTING_ERROR_BYTES, "%.256s: one snapshot too many", path);
        return PW_ERROR_LIMIT;
    }
    int error = snapshot_open(&screener->snapshots[screener->snapshot_count], path, ret_error);
    screener->snapshot_count += error == PW_OK;
    return error;
}

static int compile_lists(struct screener *screener, struct compiler *compiler)
{
    int error = PW_OK;
    for (uint32_t i = 0; i < screener->listing_count && !error; i++) {
        const struct listing *listing = screener->listings[i];
        struct import import = {.api = screener->api, .compiler = compiler};
        error = compiler_add_source(compiler, listing->source, listing->snapshot, listing->snapshot_ms,
                                    &import.source);
        if (!error)
            error = import_listing(&import, listing);
    }
    return error;
}

int screener_seal(struct screener *screener, char ret_error[LISTING_ERROR_BYTES])
{
    struct compiler *compiler = NULL;
    char *bytes = NULL;
    size_t length = 0;
    int error = screener->listing_count ? compiler_open(screener->folding, &compiler) : PW_OK;
    if (!error && compiler)
        error = compile_lists(screener, compiler);
    if (!error && compiler)
        error = compiler_finish(compiler, &bytes, &length);
    compiler_close(compiler);
    if (!error && bytes) {
        error = snapshot_adopt(&screener->snapshots[screener->snapshot_count], bytes, length, ret_error);
        screener->snapshot_count += error == PW_OK;
    }
    for (uint32_t i = 0; i < screener->listing_count; i++)
        listing_free(screener->listings[i]);
    screener->listing_count = 0;
    if (!error)
        error = resolver_open(&screener->resolver, screener->folding, screener->snapshots,
                              screener->snapshot_count);
    return error;
}

bool match_reportable(const struct match *match)
{
    return !match->weak;
}
