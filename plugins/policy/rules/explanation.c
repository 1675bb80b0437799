/* SPDX-License-Identifier: Apache-2.0
 *
 * explanation.c: reads and fills explanation texts.
 */
#include "rules/explanation.h"

#include <stdio.h>
#include <string.h>
#include "rules/reader.h"

static const char *const placeholder_names[PLACEHOLDER_FIELD] = {
    [PLACEHOLDER_INSTITUTION] = "institution",
    [PLACEHOLDER_ENTRY_NAME] = "entry_name",
    [PLACEHOLDER_ENTRY] = "entry",
    [PLACEHOLDER_LIST] = "list",
    [PLACEHOLDER_SNAPSHOT] = "snapshot",
    [PLACEHOLDER_BASIS] = "basis",
    [PLACEHOLDER_TEXT] = "text",
    [PLACEHOLDER_RELATION] = "relation",
    [PLACEHOLDER_MACHINE] = "machine",
    [PLACEHOLDER_TOTAL] = "total",
    [PLACEHOLDER_GIFTS] = "gifts",
    [PLACEHOLDER_DUE] = "due",
    [PLACEHOLDER_OTHERS] = "others",
};

static uint32_t placeholder_by_name(struct pw_text name)
{
    for (uint32_t i = 1; i < PLACEHOLDER_FIELD; i++)
        if (text_same(name, placeholder_names[i]))
            return i;
    uint32_t field = field_by_name(name);
    return field == field_count || fields[field].kind == FIELD_TEXT ? PLACEHOLDER_NONE
                                                                    : PLACEHOLDER_FIELD + field;
}

static int32_t add_segment(struct reader *reader, struct pw_text literal, uint32_t placeholder,
                           uint32_t group)
{
    struct pack *pack = reader->pack;
    struct segment *segment =
        pack_append(&pack->segments, &pack->segment_count, &pack->segment_room, sizeof *segment);
    if (!segment)
        return reader_memory(reader);
    *segment = (struct segment){literal, placeholder, group};
    return PW_OK;
}

/* Reads from `position` to the next mark; the literal before it and, for "{name}", the placeholder. */
static int32_t read_piece(struct reader *reader, uint32_t node, struct pw_text text, size_t *position,
                          uint32_t group)
{
    size_t start = *position, end = start;
    while (end < text.length && !strchr("{}[]", text.data[end]))
        end++;
    struct pw_text literal = {text.data + start, end - start};
    *position = end;
    if (end == text.length || text.data[end] != '{')
        return literal.length ? add_segment(reader, literal, PLACEHOLDER_NONE, group) : PW_OK;
    const char *close = memchr(text.data + end, '}', text.length - end);
    if (!close)
        return reader_fail(reader, node, "a \"{\" without \"}\" in the text");
    struct pw_text name = {text.data + end + 1, (size_t)(close - text.data) - end - 1};
    uint32_t placeholder = placeholder_by_name(name);
    if (placeholder == PLACEHOLDER_NONE)
        return reader_fail(reader, node,
                           "{%.*s} is not a placeholder; those are institution, entry_name, entry, "
                           "list, snapshot, basis, text, relation, machine, total, gifts, due, others, and "
                           "the short names of "
                           "fields",
                           READER_FMT(name));
    *position = (size_t)(close - text.data) + 1;
    return add_segment(reader, literal, placeholder, group);
}

int32_t reader_explanation(struct reader *reader, uint32_t node, struct span *ret_segments)
{
    struct pw_text text;
    struct span segments = {reader->pack->segment_count, 0};
    uint32_t group = 0, groups = 0;
    int32_t status = reader_text(reader, node, "a text", &text);
    for (size_t position = 0; status == PW_OK && position < text.length;) {
        char mark = text.data[position];
        if ((mark == '[' && group) || (mark == ']' && !group) || mark == '}')
            return reader_fail(reader, node, "the brackets in the text do not pair up");
        if (mark == '[' || mark == ']') {
            group = mark == '[' ? ++groups : 0;
            position++;
            continue;
        }
        status = read_piece(reader, node, text, &position, group);
    }
    if (status == PW_OK && group)
        return reader_fail(reader, node, "a \"[\" without \"]\" in the text");
    if (status < 0)
        return status;
    segments.count = reader->pack->segment_count - segments.first;
    *ret_segments = segments;
    return PW_OK;
}

struct pw_text explanation_cut(struct pw_text text, size_t size)
{
    if (text.length <= size)
        return text;
    while (size > 0 && ((unsigned char)text.data[size] & 0xc0) == 0x80)
        size--;
    return (struct pw_text){text.data, size};
}

void explanation_add(struct buffer_piece *into, struct pw_text text)
{
    struct pw_text fits = explanation_cut(text, into->room - into->length);
    if (fits.length)
        memcpy(into->data + into->length, fits.data, fits.length);
    into->length += fits.length;
}

static struct pw_text first_given(struct pw_text a, struct pw_text b)
{
    return a.length ? a : b;
}

static struct pw_text institution_name(const struct assessment *assessment, const struct match *evidence)
{
    const struct pw_document_api *api = assessment->documents;
    uint32_t partner = evidence ? evidence->partner
                                : api->first(assessment->scene.event, assessment->scene.home[HOME_PARTNER]);
    struct pw_text name =
        api->text(assessment->scene.event, api->find(assessment->scene.event, partner, PW_TEXT("/name")));
    if (name.length || !evidence)
        return first_given(name, PW_TEXT("the partner"));
    return first_given(evidence->entry_name, evidence->text);
}

static struct pw_text field_words(const struct assessment *assessment, uint32_t field, char *text,
                                  size_t size)
{
    const struct pw_document_api *api = assessment->documents;
    uint32_t node = assessment_field(assessment, field);
    if (api->type(assessment->scene.event, node) != PW_JSON_ARRAY)
        return api->text(assessment->scene.event, node);
    size_t length = 0;
    for (uint32_t child = api->first(assessment->scene.event, node); child != PW_NODE_NONE;
         child = api->next(assessment->scene.event, child)) {
        struct pw_text word = api->text(assessment->scene.event, child);
        if (length + word.length + 2 > size)
            break;
        if (length) {
            memcpy(text + length, ", ", 2);
            length += 2;
        }
        memcpy(text + length, word.data, word.length);
        length += word.length;
    }
    return (struct pw_text){text, length};
}

static struct pw_text value_of(const struct assessment *assessment, uint32_t placeholder,
                               const struct told *told, char *text, size_t size)
{
    const struct match *evidence = told->evidence;
    uint32_t number = placeholder == PLACEHOLDER_OTHERS ? told->others : told->gifts;
    if (placeholder >= PLACEHOLDER_FIELD)
        return field_words(assessment, placeholder - PLACEHOLDER_FIELD, text, size);
    if (placeholder == PLACEHOLDER_INSTITUTION)
        return institution_name(assessment, evidence);
    if (placeholder == PLACEHOLDER_TOTAL)
        return told->total;
    if (placeholder == PLACEHOLDER_DUE)
        return told->due;
    if ((placeholder == PLACEHOLDER_OTHERS || placeholder == PLACEHOLDER_GIFTS) && number) {
        int length = snprintf(text, size, "%u", number);
        return (struct pw_text){text, (size_t)length};
    }
    if (!evidence)
        return (struct pw_text){0};
    switch (placeholder) {
    case PLACEHOLDER_ENTRY_NAME:
        return evidence->entry_name;
    case PLACEHOLDER_ENTRY:
        return evidence->entry;
    case PLACEHOLDER_LIST:
        return first_given(evidence->list, evidence->source);
    case PLACEHOLDER_SNAPSHOT:
        return evidence->snapshot;
    case PLACEHOLDER_BASIS:
        return evidence->basis;
    case PLACEHOLDER_TEXT:
        return evidence->text;
    case PLACEHOLDER_RELATION:
        return evidence->tie.relation;
    case PLACEHOLDER_MACHINE:
        return evidence->machine ? PW_TEXT("machine") : (struct pw_text){0};
    default:
        return (struct pw_text){0};
    }
}

struct pw_text explanation_fill(const struct assessment *assessment, struct span segments,
                                const struct told *told, struct buffer_piece *into)
{
    size_t start = into->length, undo = start;
    uint32_t group = 0, dropped = 0;
    for (uint32_t i = 0; i < segments.count; i++) {
        const struct segment *segment = &assessment->pack->segments[segments.first + i];
        char text[EXPLANATION_VALUE_SIZE];
        if (segment->group != group) {
            group = segment->group;
            undo = into->length;
        }
        if (group && group == dropped)
            continue;
        explanation_add(into, segment->literal);
        if (segment->placeholder == PLACEHOLDER_NONE)
            continue;
        struct pw_text value = value_of(assessment, segment->placeholder, told, text, sizeof text);
        if (value.length == 0 && group) {
            into->length = undo;
            dropped = group;
            continue;
        }
        explanation_add(into, explanation_cut(value, EXPLANATION_VALUE_SIZE));
    }
    return (struct pw_text){into->data + start, into->length - start};
}
