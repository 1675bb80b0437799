/* SPDX-License-Identifier: Apache-2.0
 *
 * fields.c: walks `data` along the vocabulary's tables. Recursion follows the tables, which are three levels
 * deep; whatever lies outside them is only searched for refused names, along the tape.
 */
#include "event/reading.h"

#include "json/time.h"

#include <stdio.h>

static void walk_object(struct reading *reading, uint32_t object, const struct field *table);

static void wrong_type(struct reading *reading, uint32_t node, const char *expected)
{
    reading_fault(reading, node, NULL, "type", "must be %s", expected);
    reading_search(reading, node);
}

/* A string's shape, by kind. */
struct shape {
    bool (*is)(struct pw_text text);
    bool (*checks)(struct pw_text text); /* or NULL */
    const char *sentence;
};

static bool is_date(struct pw_text text)
{
    int64_t ms;
    return time_parse_date(text, &ms) == 0;
}

static bool is_moment(struct pw_text text)
{
    int64_t ms;
    return time_parse_date(text, &ms) == 0 || time_parse(text, &ms) == 0;
}

static bool is_country(struct pw_text text)
{
    return value_is_upper(text, 2);
}

static bool is_currency(struct pw_text text)
{
    return value_is_upper(text, 3);
}

static const struct shape shapes[] = {
    [FIELD_PSEUDONYM] = {value_is_pseudonym, NULL,
                         "must be a pseudonym without blanks and '@', never a name or address"},
    [FIELD_DATE] = {is_date, NULL, "must be a calendar date, YYYY-MM-DD"},
    [FIELD_MOMENT] = {is_moment, NULL, "must be a date, YYYY-MM-DD, or an RFC 3339 date-time"},
    [FIELD_LINK] = {value_is_link, NULL, "must be an https:// URL without a user part"},
    [FIELD_ROR] = {value_is_ror, value_ror_checks, "must be a ROR id, such as https://ror.org/03yrm5c26"},
    [FIELD_ORCID] = {value_is_orcid, value_orcid_checks, "must be an ORCID iD, such as 0000-0002-1825-0097"},
    [FIELD_COUNTRY] = {is_country, NULL, "must be an ISO 3166-1 alpha-2 code in upper case"},
    [FIELD_CURRENCY] = {is_currency, NULL, "must be an ISO 4217 code in upper case"},
    [FIELD_DECIMAL] =
        {value_is_decimal, NULL,
         "must be a decimal such as \"1200.50\", at most 18 digits before the point and 6 behind"},
    [FIELD_AFFILIATION] = {NULL, NULL, NULL},
};

static bool check_length(struct reading *reading, uint32_t node, const struct field *field,
                         struct pw_text text)
{
    bool named = field->kind == FIELD_IDENTIFIER || field->kind == FIELD_PSEUDONYM;
    if (named && text.length == 0) {
        reading_fault(reading, node, NULL, "length", "must not be empty");
        return false;
    }
    /* Counting is only needed when there are more bytes than characters allowed. */
    if (field->most > 0 && text.length > field->most && value_characters(text) > field->most) {
        reading_fault(reading, node, NULL, "length", "must have at most %u characters", field->most);
        return false;
    }
    if (named && value_has_control(text)) {
        reading_fault(reading, node, NULL, "control", "must not contain control characters");
        return false;
    }
    return true;
}

static bool check_string(struct reading *reading, uint32_t node, const struct field *field)
{
    if (json_type(reading->document, node) != PW_JSON_STRING) {
        wrong_type(reading, node, "a string");
        return false;
    }
    struct pw_text text = json_text(reading->document, node);
    if (!check_length(reading, node, field, text))
        return false;
    const struct shape *shape = &shapes[field->kind];
    if (shape->is && !shape->is(text)) {
        reading_fault(reading, node, NULL, "format", "%s", shape->sentence);
        return false;
    }
    if (shape->checks && !shape->checks(text)) {
        reading_fault(reading, node, NULL, "checksum", "the checksum is wrong, so a character is mistyped");
        return false;
    }
    return true;
}

static void list_choices(const char *const *choices, char *buffer, size_t size)
{
    size_t length = 0;
    buffer[0] = '\0';
    for (; *choices && length < size; choices++) {
        int more = snprintf(buffer + length, size - length, "%s%s", length ? ", " : "", *choices);
        length += more > 0 ? (size_t)more : 0;
    }
}

static void check_choice(struct reading *reading, uint32_t node, const struct field *field)
{
    if (json_type(reading->document, node) != PW_JSON_STRING) {
        wrong_type(reading, node, "a string");
        return;
    }
    struct pw_text text = json_text(reading->document, node);
    for (const char *const *choice = field->choices; *choice; choice++)
        if (text_is(text, *choice))
            return;
    char choices[200];
    list_choices(field->choices, choices, sizeof choices);
    reading_fault(reading, node, NULL, "choice", "must be one of: %s", choices);
}

static void check_code(struct reading *reading, uint32_t node)
{
    if (json_type(reading->document, node) != PW_JSON_STRING)
        wrong_type(reading, node, "a string");
    else if (!value_is_code(json_text(reading->document, node)))
        reading_fault(reading, node, NULL, "format", "must be a code such as ai.large_model");
}

static void check_boolean(struct reading *reading, uint32_t node)
{
    uint32_t type = json_type(reading->document, node);
    if (type == PW_JSON_STRING && !json_text_is(reading->document, node, "unknown"))
        reading_fault(reading, node, NULL, "choice", "must be true, false or \"unknown\"");
    else if (type != PW_JSON_STRING && type != PW_JSON_TRUE && type != PW_JSON_FALSE)
        wrong_type(reading, node, "true, false or \"unknown\"");
}

static void check_object(struct reading *reading, uint32_t node, const struct field *field)
{
    if (json_type(reading->document, node) != PW_JSON_OBJECT)
        wrong_type(reading, node, "an object");
    else
        walk_object(reading, node, field->members);
}

static void check_element(struct reading *reading, uint32_t node, const struct field *field)
{
    if (field->kind == FIELD_OBJECTS)
        check_object(reading, node, field);
    else if (field->kind == FIELD_CODES)
        check_code(reading, node);
    else
        check_choice(reading, node, field);
}

static void check_array(struct reading *reading, uint32_t node, const struct field *field)
{
    const struct pw_document *document = reading->document;
    if (json_type(document, node) != PW_JSON_ARRAY) {
        wrong_type(reading, node, "an array");
        return;
    }
    if (json_count(document, node) > field->most) {
        reading_fault(reading, node, NULL, "length", "must have at most %u elements", field->most);
        reading_search(reading, node);
        return;
    }
    for (uint32_t child = json_first(document, node); child != PW_NODE_NONE;
         child = json_next(document, child))
        check_element(reading, child, field);
}

/* It leaves the body whether or not it is good, so that no copy of it stays behind in the hashed bytes. */
static void check_affiliation(struct reading *reading, uint32_t node, const struct field *field)
{
    if (check_string(reading, node, field))
        reading->event->affiliation = json_text(reading->document, node);
    reading_mark(reading, node);
}

static void check_field(struct reading *reading, uint32_t node, const struct field *field)
{
    /* null says nothing; in a correction it takes back what was said (RFC 7396). */
    if (json_type(reading->document, node) == PW_JSON_NULL) {
        if (field->required)
            reading_fault(reading, node, NULL, "required", "must not be null");
        return;
    }
    switch (field->kind) {
    case FIELD_CHOICE:
        check_choice(reading, node, field);
        break;
    case FIELD_CHOICES:
    case FIELD_CODES:
    case FIELD_OBJECTS:
        check_array(reading, node, field);
        break;
    case FIELD_OBJECT:
        check_object(reading, node, field);
        break;
    case FIELD_BOOLEAN:
        check_boolean(reading, node);
        break;
    case FIELD_AFFILIATION:
        check_affiliation(reading, node, field);
        break;
    default:
        check_string(reading, node, field);
    }
}

static void walk_object(struct reading *reading, uint32_t object, const struct field *table)
{
    const struct pw_document *document = reading->document;
    for (uint32_t node = json_first(document, object); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        struct pw_text key = json_key(document, node);
        const struct field *field = field_of(table, key);
        if (field)
            check_field(reading, node, field);
        else if (name_is_refused(key))
            reading_refuse(reading, node, true);
        else
            reading_drop(reading, node);
    }
}

void reading_data(struct reading *reading, uint32_t data)
{
    struct event *event = reading->event;
    walk_object(reading, data, data_fields);
    uint32_t engagement = json_member(reading->document, data, "engagement_id");
    event->engagement_id = json_text(reading->document, engagement);
    /* Lists and advisories concern no engagement, and a correction takes it from the event it corrects. */
    if (engagement == PW_NODE_NONE && event->family != EVENT_CONTROL)
        reading_fault(reading, data, "engagement_id", "required", "is required");
}
