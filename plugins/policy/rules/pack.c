/* SPDX-License-Identifier: Apache-2.0
 *
 * pack.c: opens a pack file, reads its head and what it says of one pathway, and sorts the rules by event type.
 */
#include "rules/pack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rules/date.h"
#include "rules/edition.h"
#include "rules/reader.h"

enum head_key {
    HEAD_PACK,
    HEAD_VERSION,
    HEAD_EFFECTIVE_FROM,
    HEAD_EFFECTIVE_TO,
    HEAD_AS_OF,
    HEAD_SOURCE,
    HEAD_VERIFIED,
    HEAD_REGIME,
    HEAD_DEFINE,
    HEAD_PATHWAYS,
    HEAD_KEY_COUNT
};

static const char *const head_names[HEAD_KEY_COUNT + 1] = {
    "pack",     "version", "effective_from", "effective_to", "as_of", "source",
    "verified", "regime",  "define",         "pathways",     NULL};

void pack_free(struct pack *pack)
{
    if (!pack)
        return;
    for (uint32_t i = 0; i < pack->rule_count; i++)
        free(pack->rules[i].version);
    pack_file_close(&pack->file);
    free(pack->conditions);
    free(pack->filters);
    free(pack->partners);
    free(pack->fundings);
    free(pack->earliers);
    free(pack->terms);
    free(pack->words);
    free(pack->segments);
    free(pack->requests);
    free(pack->outcomes);
    free(pack->rules);
    free(pack->by_type);
    free(pack);
}

static int32_t read_bytes(const char *file, char **ret_bytes, size_t *ret_length, char *error)
{
    FILE *stream = fopen(file, "rb");
    char *bytes = malloc(PACK_MAX_BYTES + 1);
    size_t length = 0;
    if (stream && bytes)
        length = fread(bytes, 1, PACK_MAX_BYTES + 1, stream);
    bool failed = !stream || !bytes || ferror(stream);
    int code = errno;
    if (stream)
        fclose(stream);
    if (failed || length > PACK_MAX_BYTES) {
        free(bytes);
        snprintf(error, PACK_ERROR_SIZE, failed ? "%s: cannot be read: %s" : "%s: longer than a pack may be",
                 file, strerror(code));
        return failed ? PW_ERROR_IO : PW_ERROR_LIMIT;
    }
    *ret_bytes = bytes;
    *ret_length = length;
    return PW_OK;
}

/* "line 3, column 7: sentence" of the parser as "file:3:7: sentence", like every other mistake. */
static void name_place(const char *name, const char *why, char error[PACK_ERROR_SIZE])
{
    unsigned line, column;
    int length = 0;
    if (sscanf(why, "line %u, column %u: %n", &line, &column, &length) == 2 && length > 0)
        snprintf(error, PACK_ERROR_SIZE, "%s:%u:%u: %s", name, line, column, why + length);
    else
        snprintf(error, PACK_ERROR_SIZE, "%s: %s", name, why);
}

int32_t pack_file_open(const struct pw_host *host, const char *name, struct pack_file *ret_file,
                       char error[PACK_ERROR_SIZE])
{
    struct pack_file file = {.documents = host->documents};
    char why[PACK_ERROR_SIZE / 2] = "";
    int32_t status = read_bytes(name, &file.bytes, &file.length, error);
    if (status < 0)
        return status;
    status =
        file.documents->parse((struct pw_text){file.bytes, file.length}, 1, &file.document, why, sizeof why);
    if (status < 0) {
        name_place(name, why, error);
        free(file.bytes);
        return status;
    }
    *ret_file = file;
    return PW_OK;
}

void pack_file_close(struct pack_file *file)
{
    if (file->documents)
        file->documents->release(file->document);
    free(file->bytes);
    *file = (struct pack_file){0};
}

static int32_t read_date(struct reader *reader, uint32_t node, const char *what, int64_t *ret_ms)
{
    struct pw_text text;
    int64_t day;
    if (reader_text(reader, node, what, &text) != PW_OK)
        return PW_ERROR_INVALID;
    if (!date_parse(text, &day))
        return reader_fail(reader, node, "%s must be a date, YYYY-MM-DD", what);
    *ret_ms = day * DAY_MS;
    return PW_OK;
}

static int32_t read_validity(struct reader *reader, const uint32_t *nodes)
{
    struct pack *pack = reader->pack;
    pack->effective_to = INT64_MAX;
    int32_t status =
        read_date(reader, nodes[HEAD_EFFECTIVE_FROM], "\"effective_from\"", &pack->effective_from);
    if (status == PW_OK)
        pack->effective_text = reader->documents->text(reader->document, nodes[HEAD_EFFECTIVE_FROM]);
    if (status == PW_OK && nodes[HEAD_EFFECTIVE_TO] != PW_NODE_NONE)
        status = read_date(reader, nodes[HEAD_EFFECTIVE_TO], "\"effective_to\"", &pack->effective_to);
    if (status == PW_OK && pack->effective_to <= pack->effective_from)
        return reader_fail(reader, nodes[HEAD_EFFECTIVE_TO],
                           "\"effective_to\" must be after \"effective_from\"");
    return status;
}

static int32_t read_head(struct reader *reader, const uint32_t *nodes)
{
    struct pack *pack = reader->pack;
    struct pw_text text;
    for (uint32_t i = 0; i < HEAD_KEY_COUNT; i++)
        if (nodes[i] == PW_NODE_NONE && i != HEAD_EFFECTIVE_TO && i != HEAD_DEFINE)
            return reader_fail(reader, PW_NODE_ROOT, "\"%s\" is missing", head_names[i]);
    int32_t status = reader_text(reader, nodes[HEAD_PACK], "\"pack\"", &pack->name);
    if (status == PW_OK)
        status = reader_text(reader, nodes[HEAD_VERSION], "\"version\"", &pack->version);
    if (status == PW_OK)
        status = reader_text(reader, nodes[HEAD_REGIME], "\"regime\"", &pack->regime);
    if (status == PW_OK)
        status = reader_text(reader, nodes[HEAD_AS_OF], "\"as_of\"", &text);
    if (status == PW_OK)
        status = reader_text(reader, nodes[HEAD_SOURCE], "\"source\"", &text);
    if (status == PW_OK)
        status = read_validity(reader, nodes);
    if (status < 0)
        return status;
    uint32_t verified = reader->documents->type(reader->document, nodes[HEAD_VERIFIED]);
    if (verified != PW_JSON_TRUE && verified != PW_JSON_FALSE)
        return reader_fail(reader, nodes[HEAD_VERIFIED], "\"verified\" must be true or false");
    return PW_OK;
}

static int32_t read_definitions(struct reader *reader, uint32_t node)
{
    const struct pw_document_api *api = reader->documents;
    if (node != PW_NODE_NONE && api->type(reader->document, node) != PW_JSON_OBJECT)
        return reader_fail(reader, node, "\"define\" must be an object of named conditions");
    for (uint32_t child = api->first(reader->document, node); child != PW_NODE_NONE;
         child = api->next(reader->document, child)) {
        if (reader->definition_count == READER_MAX_DEFINITIONS)
            return reader_fail(reader, child, "more than %u definitions", READER_MAX_DEFINITIONS);
        for (uint32_t i = 0; i < reader->definition_count; i++)
            if (text_same_text(reader->definitions[i].name, api->key(reader->document, child)))
                return reader_fail(reader, child, "\"%.*s\" is defined above already",
                                   READER_FMT(reader->definitions[i].name));
        /* Q2 and Q3 may use any definition, so where there are questions all are held to what those two may read. */
        uint32_t condition;
        reader->question = reader->asks ? QUESTION_COUNT - 1 : QUESTION_COUNT;
        int32_t status = reader_condition(reader, child, &condition);
        reader->question = QUESTION_COUNT;
        if (status < 0)
            return status;
        reader->definitions[reader->definition_count++] =
            (struct definition){api->key(reader->document, child), condition, edition_of(reader, child)};
    }
    return PW_OK;
}

static int32_t read_questions(struct reader *reader, uint32_t node)
{
    static const char *const names[] = {"q1", "q2", "q3", NULL};
    uint32_t nodes[QUESTION_COUNT];
    if (node == PW_NODE_NONE)
        return PW_OK;
    int32_t status = reader_members(reader, node, "\"questions\"", names, nodes);
    for (uint32_t i = 0; status == PW_OK && i < QUESTION_COUNT; i++) {
        if (nodes[i] == PW_NODE_NONE)
            continue;
        reader->question = i;
        status = reader_condition(reader, nodes[i], &reader->pack->questions[i].facts);
        reader->question = QUESTION_COUNT;
        reader->pack->asked[i] = true;
        reader->question_editions[i] = edition_of(reader, nodes[i]);
    }
    return status;
}

static int32_t sort_by_type(struct reader *reader)
{
    struct pack *pack = reader->pack;
    uint32_t count = 0;
    pack->by_type = calloc((size_t)pack->rule_count * 64 + 1, sizeof *pack->by_type);
    if (!pack->by_type)
        return reader_memory(reader);
    for (uint32_t type = 0; type < 64; type++) {
        pack->of_type[type].first = count;
        for (uint32_t i = 0; i < pack->rule_count; i++)
            if (i != pack->verify && (pack->rules[i].types >> type & 1))
                pack->by_type[count++] = i;
        pack->of_type[type].count = count - pack->of_type[type].first;
    }
    return PW_OK;
}

static const char *const pathway_names[] = {"research", "conference", "enrolment", "publication",
                                            "lab",      "legal",      NULL};

enum section_key { SECTION_DEFINE, SECTION_QUESTIONS, SECTION_RULES, SECTION_KEY_COUNT };

/* The section of the policy's own pathway; PW_NODE_NONE: the pack says nothing there. */
static int32_t find_section(struct reader *reader, uint32_t node, uint32_t *ret_section,
                            uint32_t nodes[SECTION_KEY_COUNT])
{
    static const char *const names[] = {"define", "questions", "rules", NULL};
    uint32_t sections[sizeof pathway_names / sizeof *pathway_names - 1];
    int32_t status = reader_members(reader, node, "\"pathways\"", pathway_names, sections);
    for (uint32_t i = 0; status == PW_OK && pathway_names[i]; i++)
        if (strcmp(pathway_names[i], reader->policy->pathway) == 0)
            *ret_section = sections[i];
    if (status < 0 || *ret_section == PW_NODE_NONE)
        return status;
    return reader_members(reader, *ret_section, "a pathway", names, nodes);
}

static int32_t compile(struct reader *reader)
{
    uint32_t nodes[HEAD_KEY_COUNT], section = PW_NODE_NONE, own[SECTION_KEY_COUNT];
    int32_t status = reader_members(reader, PW_NODE_ROOT, "a pack", head_names, nodes);
    if (status == PW_OK)
        status = read_head(reader, nodes);
    if (status == PW_OK)
        status = find_section(reader, nodes[HEAD_PATHWAYS], &section, own);
    reader->asks = status == PW_OK && section != PW_NODE_NONE && own[SECTION_QUESTIONS] != PW_NODE_NONE;
    if (status == PW_OK)
        status = read_definitions(reader, nodes[HEAD_DEFINE]);
    if (status == PW_OK && section != PW_NODE_NONE)
        status = read_definitions(reader, own[SECTION_DEFINE]);
    if (status == PW_OK && section != PW_NODE_NONE)
        status = read_questions(reader, own[SECTION_QUESTIONS]);
    if (status == PW_OK && section != PW_NODE_NONE)
        status = reader_rules(reader, own[SECTION_RULES] == PW_NODE_NONE ? section : own[SECTION_RULES]);
    if (status == PW_OK)
        status = sort_by_type(reader);
    return status;
}

int32_t pack_read(const struct pw_host *host, const struct policy *policy, const char *file,
                  uint32_t seven_sons, struct pack **ret_pack, char error[PACK_ERROR_SIZE])
{
    struct pack *pack = calloc(1, sizeof *pack);
    struct reader reader = {
        .policy = policy, .file = file, .pack = pack, .question = QUESTION_COUNT, .error = error};
    if (!pack)
        return reader_memory(&reader);
    pack->documents = host->documents;
    pack->seven_sons = seven_sons;
    pack->verify = PACK_NONE;
    int32_t status = pack_file_open(host, file, &pack->file, error);
    if (status == PW_OK) {
        reader_begin(&reader, host, &pack->file, file, error);
        status = compile(&reader);
        free(reader.places);
        free(reader.entries);
    }
    if (status < 0) {
        pack_free(pack);
        return status;
    }
    *ret_pack = pack;
    return PW_OK;
}
