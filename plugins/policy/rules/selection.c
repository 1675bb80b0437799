/* SPDX-License-Identifier: Apache-2.0
 *
 * selection.c: see selection.h.
 */
#include "rules/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rules/reader.h"

static int32_t fail(struct selection *selection, int32_t status, const char *file, const char *sentence)
{
    snprintf(selection->error, PACK_ERROR_SIZE, "%s: %s", file, sentence);
    return status;
}

static int32_t add_pack(struct selection *selection, const char *file, bool shadow)
{
    struct pack *pack = NULL;
    if (selection->count == SELECTION_MAX_PACKS)
        return fail(selection, PW_ERROR_LIMIT, file, "there are more packs than anybody could follow");
    int32_t status =
        pack_read(selection->host, selection->policy, file, selection->seven_sons, &pack, selection->error);
    if (status < 0)
        return status;
    pack->shadow = shadow;
    struct pack **slot =
        pack_append(&selection->packs, &selection->count, &selection->room, sizeof *selection->packs);
    if (!slot) {
        pack_free(pack);
        return fail(selection, PW_ERROR_MEMORY, file, "not enough memory");
    }
    *slot = pack;
    return PW_OK;
}

/* "folder/active.json", "paper.json" → "folder/paper.json"; NULL without memory. */
static char *beside(const char *file, struct pw_text name)
{
    const char *slash = name.data[0] == '/' ? NULL : strrchr(file, '/');
    size_t folder = slash ? (size_t)(slash - file) + 1 : 0;
    char *path = malloc(folder + name.length + 1);
    if (!path)
        return NULL;
    memcpy(path, file, folder);
    memcpy(path + folder, name.data, name.length);
    path[folder + name.length] = '\0';
    return path;
}

static int32_t add_list(struct selection *selection, struct reader *reader, uint32_t node, const char *what,
                        bool shadow)
{
    struct pw_text name;
    int32_t status = PW_OK;
    if (node != PW_NODE_NONE && reader->documents->type(reader->document, node) != PW_JSON_ARRAY)
        return reader_fail(reader, node, "%s must be an array of file names", what);
    for (uint32_t child = reader->documents->first(reader->document, node);
         status == PW_OK && child != PW_NODE_NONE; child = reader->documents->next(reader->document, child)) {
        if (reader_text(reader, child, "a pack's file name", &name) < 0)
            return PW_ERROR_INVALID;
        char *path = beside(reader->file, name);
        status = path ? add_pack(selection, path, shadow) : reader_memory(reader);
        free(path);
    }
    return status;
}

static int32_t add_listed(struct selection *selection, struct reader *reader)
{
    static const char *const names[] = {"active", "shadow", NULL};
    uint32_t nodes[2];
    int32_t status = reader_members(reader, PW_NODE_ROOT, "this file", names, nodes);
    if (status == PW_OK)
        status = add_list(selection, reader, nodes[0], "\"active\"", false);
    if (status == PW_OK)
        status = add_list(selection, reader, nodes[1], "\"shadow\"", true);
    return status;
}

/* A file with the member "active" lists packs; any other is one. */
static int32_t add_file(struct selection *selection, const char *file)
{
    struct pack_file bytes = {0};
    struct reader reader = {.question = QUESTION_COUNT};
    int32_t status = pack_file_open(selection->host, file, &bytes, selection->error);
    if (status < 0)
        return status;
    reader_begin(&reader, selection->host, &bytes, file, selection->error);
    uint32_t active = reader.documents->find(bytes.document, PW_NODE_ROOT, PW_TEXT("/active"));
    status = active == PW_NODE_NONE ? add_pack(selection, file, false) : add_listed(selection, &reader);
    pack_file_close(&bytes);
    return status;
}

static char *path_at(const struct pw_document_api *api, const struct pw_document *config, uint32_t node)
{
    struct pw_text text = api->text(config, node);
    return text.length ? strndup(text.data, text.length) : NULL;
}

/* What is tried takes the place of its regime's active packs. */
static void leave_out(struct selection *selection, const struct pack *instead)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < selection->count; i++) {
        struct pack *pack = selection->packs[i];
        if (pack != instead && !pack->tried && text_same_text(pack->regime, instead->regime))
            pack_free(pack);
        else
            selection->packs[kept++] = pack;
    }
    selection->count = kept;
}

static int32_t add_instead(struct selection *selection, const struct pw_document *config)
{
    const struct pw_document_api *api = selection->host->documents;
    uint32_t list = api->find(config, PW_NODE_ROOT, PW_TEXT("/instead"));
    int32_t status = PW_OK;
    for (uint32_t child = api->first(config, list); status == PW_OK && child != PW_NODE_NONE;
         child = api->next(config, child)) {
        char *file = path_at(api, config, child);
        status = file ? add_pack(selection, file, false)
                      : fail(selection, PW_ERROR_INVALID, "instead", "a file's name is missing");
        free(file);
        if (status < 0)
            return status;
        struct pack *pack = selection->packs[selection->count - 1];
        pack->tried = true;
        leave_out(selection, pack);
    }
    return status;
}

static bool overlap(const struct pack *a, const struct pack *b)
{
    return a->shadow == b->shadow && text_same_text(a->regime, b->regime) &&
           a->effective_from < b->effective_to && b->effective_from < a->effective_to;
}

static int32_t check_overlaps(struct selection *selection)
{
    for (uint32_t i = 0; i < selection->count; i++)
        for (uint32_t k = 0; k < i; k++) {
            const struct pack *a = selection->packs[k], *b = selection->packs[i];
            if (!overlap(a, b))
                continue;
            snprintf(
                selection->error, PACK_ERROR_SIZE,
                "packs %.*s %.*s and %.*s %.*s are both in force for regime \"%.*s\" from %.*s on; give the "
                "earlier one an \"effective_to\"",
                READER_FMT(a->name), READER_FMT(a->version), READER_FMT(b->name), READER_FMT(b->version),
                READER_FMT(a->regime),
                READER_FMT(a->effective_from > b->effective_from ? a->effective_text : b->effective_text));
            return PW_ERROR_INVALID;
        }
    return PW_OK;
}

/* What has no rules for the pathway has been checked and is of no further use. */
static void drop_silent(struct selection *selection)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < selection->count; i++) {
        if (selection->packs[i]->rule_count == 0)
            pack_free(selection->packs[i]);
        else
            selection->packs[kept++] = selection->packs[i];
    }
    selection->count = kept;
}

int32_t selection_read(struct selection *selection, const struct pw_document *config)
{
    const struct pw_document_api *api = selection->host->documents;
    char *file = path_at(api, config, api->find(config, PW_NODE_ROOT, PW_TEXT("/packs")));
    if (!file)
        return fail(selection, PW_ERROR_INVALID, "packs", "the setting must name a file");
    int32_t status = add_file(selection, file);
    free(file);
    if (status == PW_OK)
        status = add_instead(selection, config);
    if (status == PW_OK)
        status = check_overlaps(selection);
    if (status == PW_OK)
        drop_silent(selection);
    return status;
}
