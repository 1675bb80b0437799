/* SPDX-License-Identifier: Apache-2.0
 *
 * pack.c: opens a pack file, reads its head, definitions and questions, and sorts its rules by event type.
 */
#include "rules/pack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rules/reader.h"

enum head_key {
    HEAD_PACK,
    HEAD_VERSION,
    HEAD_EFFECTIVE_FROM,
    HEAD_EFFECTIVE_TO,
    HEAD_AS_OF,
    HEAD_SOURCE,
    HEAD_VERIFIED,
    HEAD_PATHWAY,
    HEAD_REGIME,
    HEAD_DEFINE,
    HEAD_QUESTIONS,
    HEAD_RULES,
    HEAD_KEY_COUNT
};

static const char *const head_names[HEAD_KEY_COUNT + 1] = {
    "pack",    "version", "effective_from", "effective_to", "as_of", "source", "verified",
    "pathway", "regime",  "define",         "questions",    "rules", NULL};

void pack_free(struct pack *pack)
{
    if (!pack)
        return;
    if (pack->documents)
        pack->documents->release(pack->document);
    free(pack->bytes);
    free(pack->conditions);
    free(pack->filters);
    free(pack->words);
    free(pack->segments);
    free(pack->requests);
    free(pack->outcomes);
    free(pack->rules);
    free(pack->by_type);
    free(pack);
}

static int32_t read_file(const char *file, char **ret_bytes, size_t *ret_length, char *error)
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
        snprintf(error, PACK_ERROR_SIZE,
                 failed ? "%s: cannot read the rules: %s" : "%s: longer than a pack may be", file,
                 strerror(code));
        return failed ? PW_ERROR_IO : PW_ERROR_LIMIT;
    }
    *ret_bytes = bytes;
    *ret_length = length;
    return PW_OK;
}

/* Days since 1970-01-01 of a civil date (H. Hinnant's days_from_civil). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int32_t read_date(struct reader *reader, uint32_t node, const char *what, int64_t *ret_ms)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct pw_text text;
    char copy[11];
    int year, month, day, end = 0;
    if (reader_text(reader, node, what, &text) != PW_OK)
        return PW_ERROR_INVALID;
    struct pw_text fits = text.length == 10 ? text : PW_TEXT("?");
    memcpy(copy, fits.data, fits.length);
    copy[fits.length] = '\0';
    if (sscanf(copy, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || end != 10 || month < 1 ||
        month > 12 || day < 1 || day > lengths[month - 1])
        return reader_fail(reader, node, "%s must be a date, YYYY-MM-DD", what);
    *ret_ms = days_of(year, month, day) * 86400000;
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
    struct pw_text pathway, text;
    for (uint32_t i = 0; i < HEAD_KEY_COUNT; i++)
        if (nodes[i] == PW_NODE_NONE && i != HEAD_EFFECTIVE_TO && i != HEAD_DEFINE && i != HEAD_QUESTIONS)
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
        status = reader_text(reader, nodes[HEAD_PATHWAY], "\"pathway\"", &pathway);
    if (status == PW_OK)
        status = read_validity(reader, nodes);
    if (status < 0)
        return status;
    uint32_t verified = reader->documents->type(reader->document, nodes[HEAD_VERIFIED]);
    if (verified != PW_JSON_TRUE && verified != PW_JSON_FALSE)
        return reader_fail(reader, nodes[HEAD_VERIFIED], "\"verified\" must be true or false");
    if (!text_same(pathway, reader->policy->pathway))
        return reader_fail(reader, nodes[HEAD_PATHWAY],
                           "these rules are for pathway \"%.*s\", the plugin judges \"%s\"",
                           READER_FMT(pathway), reader->policy->pathway);
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
        /* Q2 and Q3 may use any definition, so all are held to what those two may read, and to no questions.
         */
        uint32_t condition;
        reader->question = QUESTION_COUNT - 1;
        int32_t status = reader_condition(reader, child, &condition);
        reader->question = QUESTION_COUNT;
        if (status < 0)
            return status;
        reader->definitions[reader->definition_count++] =
            (struct definition){api->key(reader->document, child), condition};
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
    }
    return status;
}

static int32_t sort_by_type(struct reader *reader)
{
    struct pack *pack = reader->pack;
    uint32_t count = 0;
    pack->by_type = calloc((size_t)pack->rule_count * 64, sizeof *pack->by_type);
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

/* Where the root value begins: after blanks and comments. */
static size_t root_of(const char *bytes, size_t length)
{
    size_t i = 0;
    while (i < length) {
        const char *end = NULL;
        if (strchr(" \t\r\n", bytes[i])) {
            i++;
            continue;
        }
        if (bytes[i] == '/' && i + 1 < length && bytes[i + 1] == '/')
            end = memchr(bytes + i, '\n', length - i);
        else if (bytes[i] == '/' && i + 1 < length && bytes[i + 1] == '*')
            end = memmem(bytes + i + 2, length - i - 2, "*/", 2);
        if (!end)
            break;
        i = (size_t)(end - bytes) + (*end == '*' ? 2 : 1);
    }
    return i;
}

static int32_t compile(struct reader *reader)
{
    uint32_t nodes[HEAD_KEY_COUNT];
    int32_t status = reader_members(reader, PW_NODE_ROOT, "a pack", head_names, nodes);
    if (status == PW_OK)
        status = read_head(reader, nodes);
    if (status == PW_OK)
        status = read_definitions(reader, nodes[HEAD_DEFINE]);
    if (status == PW_OK)
        status = read_questions(reader, nodes[HEAD_QUESTIONS]);
    if (status == PW_OK)
        status = reader_rules(reader, nodes[HEAD_RULES]);
    if (status == PW_OK)
        status = sort_by_type(reader);
    return status;
}

int32_t pack_read(const struct pw_host *host, const struct policy *policy, const char *file,
                  uint32_t seven_sons, struct pack **ret_pack, char error[PACK_ERROR_SIZE])
{
    struct pack *pack = calloc(1, sizeof *pack);
    struct reader reader = {.documents = host->documents,
                            .policy = policy,
                            .file = file,
                            .pack = pack,
                            .question = QUESTION_COUNT,
                            .error = error};
    if (!pack)
        return reader_memory(&reader);
    pack->documents = host->documents;
    pack->seven_sons = seven_sons;
    pack->verify = PACK_NONE;
    char why[PACK_ERROR_SIZE / 2] = "";
    int32_t status = read_file(file, &pack->bytes, &reader.length, error);
    if (status == PW_OK) {
        status = host->documents->parse((struct pw_text){pack->bytes, reader.length}, 1, &pack->document, why,
                                        sizeof why);
        if (status < 0)
            snprintf(error, PACK_ERROR_SIZE, "%s: %s", file, why);
    }
    if (status == PW_OK) {
        reader.document = pack->document;
        reader.bytes = pack->bytes;
        reader.root = root_of(pack->bytes, reader.length);
        status = compile(&reader);
    }
    if (status < 0) {
        pack_free(pack);
        return status;
    }
    *ret_pack = pack;
    return PW_OK;
}
