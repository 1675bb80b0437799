/* SPDX-License-Identifier: Apache-2.0
 *
 * envelope.c: the context attributes of CloudEvents 1.0.2 in its JSON format.
 */
#include "event/reading.h"

#include "json/time.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

enum attribute_kind {
    ATTRIBUTE_STRING,
    ATTRIBUTE_VERSION,   /* specversion */
    ATTRIBUTE_REFERENCE, /* URI-reference */
    ATTRIBUTE_TIMESTAMP,
    ATTRIBUTE_SEQUENCE, /* a string that many senders write as an integer */
    ATTRIBUTE_MEDIA,    /* datacontenttype */
    ATTRIBUTE_DATA,
    ATTRIBUTE_BASE64,
};

enum {
    ATTRIBUTE_LONGEST = 1024, /* they are logged, indexed and kept for ever */
    EXTENSION_LONGEST = 20,   /* CloudEvents 1.0.2, naming conventions */
};

#define NOWHERE SIZE_MAX

static const struct attribute {
    struct pw_text name;
    enum attribute_kind kind;
    bool required;
    size_t place; /* of the struct pw_text in struct event that takes it, or NOWHERE */
} attributes[] = {
    {NAME("specversion"), ATTRIBUTE_VERSION, true, NOWHERE},
    {NAME("id"), ATTRIBUTE_STRING, true, offsetof(struct event, id)},
    {NAME("source"), ATTRIBUTE_REFERENCE, true, offsetof(struct event, source)},
    {NAME("type"), ATTRIBUTE_STRING, true, offsetof(struct event, type)},
    {NAME("time"), ATTRIBUTE_TIMESTAMP, false, offsetof(struct event, time)},
    {NAME("subject"), ATTRIBUTE_STRING, false, offsetof(struct event, subject)},
    {NAME("datacontenttype"), ATTRIBUTE_MEDIA, false, NOWHERE},
    {NAME("dataschema"), ATTRIBUTE_REFERENCE, false, NOWHERE},
    {NAME("data"), ATTRIBUTE_DATA, true, NOWHERE},
    {NAME("data_base64"), ATTRIBUTE_BASE64, false, NOWHERE},
    {NAME("sequence"), ATTRIBUTE_SEQUENCE, false, NOWHERE},
    {NAME("partitionkey"), ATTRIBUTE_STRING, false, NOWHERE},
    {NAME("correlationid"), ATTRIBUTE_STRING, false, NOWHERE},
    {NAME("causationid"), ATTRIBUTE_STRING, false, offsetof(struct event, causationid)},
    {NAME("dataclassification"), ATTRIBUTE_STRING, false, NOWHERE},
    {NAME("expirytime"), ATTRIBUTE_TIMESTAMP, false, NOWHERE},
};

enum { ATTRIBUTE_COUNT = sizeof attributes / sizeof attributes[0] };

static const struct attribute *attribute_of(struct pw_text name)
{
    if (name.length == 0)
        return NULL;
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        if (attributes[i].name.length == name.length &&
            memcmp(attributes[i].name.data, name.data, name.length) == 0)
            return &attributes[i];
    return NULL;
}

/* "application/json" or "…/…+json", parameters aside. */
static bool is_json_media(struct pw_text media)
{
    static const char whole[] = "application/json", suffix[] = "+json";
    size_t length = 0;
    while (length < media.length && media.data[length] != ';' && media.data[length] != ' ')
        length++;
    if (length == sizeof whole - 1)
        return strncasecmp(media.data, whole, length) == 0;
    const size_t tail = sizeof suffix - 1;
    return length > tail && strncasecmp(media.data + length - tail, suffix, tail) == 0;
}

static bool check_text(struct reading *reading, uint32_t node, struct pw_text text)
{
    if (text.length == 0) {
        reading_fault(reading, node, NULL, "length", "must not be empty");
        return false;
    }
    if (text.length > ATTRIBUTE_LONGEST) {
        reading_fault(reading, node, NULL, "length", "must have at most %d bytes", ATTRIBUTE_LONGEST);
        return false;
    }
    if (value_has_control(text)) {
        reading_fault(reading, node, NULL, "control", "must not contain control characters");
        return false;
    }
    return true;
}

static bool check_shape(struct reading *reading, uint32_t node, enum attribute_kind kind, struct pw_text text)
{
    int64_t ms;
    if (kind == ATTRIBUTE_VERSION && !text_is(text, "1.0")) {
        reading_fault(reading, node, NULL, "unsupported", "must be \"1.0\"");
        return false;
    }
    if (kind == ATTRIBUTE_REFERENCE && !value_is_reference(text)) {
        reading_fault(reading, node, NULL, "format", "must be a URI-reference (RFC 3986)");
        return false;
    }
    if (kind == ATTRIBUTE_TIMESTAMP && time_parse(text, &ms) < 0) {
        reading_fault(reading, node, NULL, "format", "must be an RFC 3339 date-time");
        return false;
    }
    if (kind == ATTRIBUTE_MEDIA && !is_json_media(text)) {
        reading_fault(reading, node, NULL, "unsupported", "only JSON data is accepted (application/json)");
        return false;
    }
    return true;
}

static bool is_integer(const struct pw_document *document, uint32_t node)
{
    int64_t value;
    return json_integer(document, node, &value) == 0 && value >= INT32_MIN && value <= INT32_MAX;
}

static void check_attribute(struct reading *reading, uint32_t node, const struct attribute *attribute)
{
    const struct pw_document *document = reading->document;
    if (attribute->kind == ATTRIBUTE_BASE64) {
        reading_fault(reading, node, NULL, "unsupported",
                      "data_base64 is not accepted, data must be a JSON object");
        return;
    }
    if (attribute->kind == ATTRIBUTE_SEQUENCE && is_integer(document, node))
        return;
    if (json_type(document, node) != PW_JSON_STRING) {
        reading_fault(reading, node, NULL, "type", "must be a string");
        return;
    }
    struct pw_text text = json_text(document, node);
    if (!check_text(reading, node, text) || !check_shape(reading, node, attribute->kind, text))
        return;
    if (attribute->place != NOWHERE)
        memcpy((char *)reading->event + attribute->place, &text, sizeof text);
}

static void check_data(struct reading *reading, uint32_t node)
{
    if (json_type(reading->document, node) == PW_JSON_OBJECT) {
        reading_data(reading, node);
        return;
    }
    reading_fault(reading, node, NULL, "type", "must be a JSON object");
    reading_search(reading, node);
}

/* An attribute's value is a boolean, an integer of 32 bits or a string. */
static bool is_attribute_value(const struct pw_document *document, uint32_t node)
{
    uint32_t type = json_type(document, node);
    return type == PW_JSON_NULL || type == PW_JSON_TRUE || type == PW_JSON_FALSE || type == PW_JSON_STRING ||
           is_integer(document, node);
}

static bool is_extension_name(struct pw_text name)
{
    for (size_t i = 0; i < name.length; i++)
        if ((name.data[i] < 'a' || name.data[i] > 'z') && (name.data[i] < '0' || name.data[i] > '9'))
            return false;
    return name.length > 0 && name.length <= EXTENSION_LONGEST;
}

static void check_extension(struct reading *reading, uint32_t node)
{
    struct pw_text name = json_key(reading->document, node);
    if (name_is_refused(name)) {
        reading_refuse(reading, node, true);
        return;
    }
    if (!is_extension_name(name))
        reading_fault(reading, node, NULL, "name",
                      "attribute names are lower-case letters and digits, at most %d", EXTENSION_LONGEST);
    else if (!is_attribute_value(reading->document, node))
        reading_fault(reading, node, NULL, "type", "must be a boolean, a 32-bit integer or a string");
    else if (json_type(reading->document, node) == PW_JSON_STRING &&
             value_has_control(json_text(reading->document, node)))
        reading_fault(reading, node, NULL, "control", "must not contain control characters");
    reading_drop(reading, node);
}

/* `data` is judged by its type, wherever that stands. */
static void take_family(struct reading *reading)
{
    struct event *event = reading->event;
    uint32_t node = json_member(reading->document, reading->root, "type");
    event->family =
        event_family_of(json_text(reading->document, node), reading->permit->type_prefix, &event->name);
}

static void walk_attributes(struct reading *reading)
{
    const struct pw_document *document = reading->document;
    bool seen[ATTRIBUTE_COUNT] = {false};
    for (uint32_t node = json_first(document, reading->root); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        const struct attribute *attribute = attribute_of(json_key(document, node));
        if (!attribute) {
            check_extension(reading, node);
        } else if (json_type(document, node) != PW_JSON_NULL) { /* null is as good as absent */
            seen[attribute - attributes] = true;
            if (attribute->kind == ATTRIBUTE_DATA)
                check_data(reading, node);
            else
                check_attribute(reading, node, attribute);
        }
    }
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        if (attributes[i].required && !seen[i])
            reading_fault(reading, reading->root, attributes[i].name.data, "required", "is required");
}

static void check_type(struct reading *reading, uint32_t node)
{
    struct event *event = reading->event;
    const struct event_permit *permit = reading->permit;
    size_t length = strlen(permit->type_prefix);
    if (event->type.length <= length || memcmp(event->type.data, permit->type_prefix, length) != 0)
        reading_fault(reading, node, NULL, "permission", "must begin with %s", permit->type_prefix);
    else if (!permit_type(permit, event->name, event->family))
        reading_fault(reading, node, NULL, "permission", "this feed may not send events of this type");
}

static void check_permissions(struct reading *reading)
{
    const struct pw_document *document = reading->document;
    struct event *event = reading->event;
    if (event->source.length > 0 && !permit_source(reading->permit, event->source))
        reading_fault(reading, json_member(document, reading->root, "source"), NULL, "permission",
                      "this feed may not send events of this source");
    if (event->type.length > 0)
        check_type(reading, json_member(document, reading->root, "type"));
    uint32_t class = reading->permit->classifications
                         ? json_member(document, reading->root, "dataclassification")
                         : PW_NODE_NONE;
    if (json_type(document, class) == PW_JSON_STRING &&
        !permit_classification(reading->permit, json_text(document, class)))
        reading_fault(reading, class, NULL, "permission",
                      "this feed may not send data of this classification");
}

void reading_envelope(struct reading *reading)
{
    struct event *event = reading->event;
    take_family(reading);
    walk_attributes(reading);
    check_permissions(reading);
    if (event->time.length > 0)
        time_parse(event->time, &event->time_ms);
    if (event->family == EVENT_CONTROL && text_is(event->name, "correction") &&
        json_type(reading->document, json_member(reading->document, reading->root, "causationid")) <=
            PW_JSON_NULL)
        reading_fault(reading, reading->root, "causationid", "required",
                      "a correction names the id of the event it corrects");
}
