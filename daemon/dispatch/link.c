/* SPDX-License-Identifier: Apache-2.0
 *
 * link.c: see link.h. A source is known by its ROR id, else by its name in small letters with single spaces; one that is
 * spelled in two ways is two sources.
 */
#include "dispatch/link.h"

#include <pathwayd/plugin.h>

#include <stdlib.h>
#include <string.h>

#include "json/time.h"

static int add(struct links *links, const char *kind, struct pw_text name, uint32_t partner)
{
    struct link *link = &links->items[links->count];
    size_t prefix = strlen(kind), length = prefix;
    if (links->count == LINKS_OF_EVENT || name.length == 0)
        return 0;
    link->name = malloc(prefix + name.length);
    if (!link->name)
        return PW_ERROR_MEMORY;
    memcpy(link->name, kind, prefix);
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.data[i];
        bool space = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
        if (kind[0] == 'e') /* an engagement is the id as it stands */
            link->name[length++] = byte;
        else if (!space)
            link->name[length++] = (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
        else if (length > prefix && link->name[length - 1] != ' ')
            link->name[length++] = ' ';
    }
    if (kind[0] != 'e' && length > prefix && link->name[length - 1] == ' ')
        length--;
    if (length == prefix) { /* a blank name is nobody's */
        free(link->name);
        return 0;
    }
    link->length = length;
    link->partner = partner;
    link->source = kind[0] == 'f';
    links->count++;
    return 0;
}

/* Who gave is the partner that is said to be the funder, or the only one there is. */
static int add_sources(struct links *links, const struct pw_document *event)
{
    uint32_t partners = json_find(event, PW_NODE_ROOT, "/data/partner"), place = 0;
    bool alone = json_count(event, partners) == 1;
    int status = 0;
    for (uint32_t node = json_first(event, partners); node != PW_NODE_NONE && status == 0;
         node = json_next(event, node), place++) {
        struct pw_text ror = json_text(event, json_member(event, node, "ror"));
        struct pw_text name = json_text(event, json_member(event, node, "name"));
        if (alone || json_text_is(event, json_member(event, node, "relation"), "funder"))
            status = ror.length ? add(links, "f:ror:", ror, place) : add(links, "f:name:", name, place);
    }
    return status;
}

int links_read(struct links *links, const struct pw_document *event)
{
    links_release(links);
    int status = add(links, "e:", json_text(event, json_find(event, PW_NODE_ROOT, "/data/engagement_id")), 0);
    if (status == 0 && json_find(event, PW_NODE_ROOT, "/data/funding") != PW_NODE_NONE)
        status = add_sources(links, event);
    if (status < 0)
        links_release(links);
    return status;
}

void links_release(struct links *links)
{
    for (uint32_t i = 0; i < links->count; i++)
        free(links->items[i].name);
    links->count = 0;
}

const struct link *links_find(const struct links *links, const struct link *link)
{
    for (uint32_t i = 0; i < links->count; i++)
        if (links->items[i].length == link->length &&
            memcmp(links->items[i].name, link->name, link->length) == 0)
            return &links->items[i];
    return NULL;
}

/* ---- what came before ---- */

/* Of two events it is the same once in 2^64, and then neither comes before the other. */
int64_t link_tie(struct pw_text source, struct pw_text id)
{
    const struct pw_text between = {"", 1}; /* where the one ends and the other begins */
    return (int64_t)text_hash(text_hash(text_hash(TEXT_HASH_SEED, source), between), id);
}

bool earlier_than(int64_t at_ms, int64_t tie, int64_t than_ms, int64_t than_tie)
{
    return at_ms != than_ms ? at_ms < than_ms : tie < than_tie;
}

static int compare(const void *a, const void *b)
{
    const struct earlier *left = a, *right = b;
    if (earlier_than(left->at_ms, left->tie, right->at_ms, right->tie))
        return -1;
    return earlier_than(right->at_ms, right->tie, left->at_ms, left->tie);
}

static void write_fact(struct buffer *out, const struct link *link, const char *fact,
                       const struct pw_document *event, int64_t at_ms)
{
    char pointer[32] = "", time[TIME_TEXT_SIZE];
    if (link->source) {
        struct buffer place = {0};
        buffer_format(&place, "/data/partner/%u", link->partner);
        memcpy(pointer, place.data ? place.data : "", place.data ? place.length + 1 : 1);
        buffer_release(&place);
    }
    json_write_begin(out, '{');
    json_member_string(out, "by", "journal");
    json_member_string(out, "fact", fact);
    json_member_string(out, "pointer", pointer);
    json_write_key(out, "value");
    json_write_begin(out, '{');
    if (event) {
        time_format(at_ms, time);
        json_member_text(out, "id", json_text(event, json_member(event, PW_NODE_ROOT, "id")));
        json_member_text(out, "type", json_text(event, json_member(event, PW_NODE_ROOT, "type")));
        json_member_string(out, "time", time);
        json_member_raw(
            out, link->source ? "funding" : "data",
            json_raw(event, json_find(event, PW_NODE_ROOT, link->source ? "/data/funding" : "/data")));
    }
    json_write_end(out, '}');
    json_write_end(out, '}');
}

int earlier_make(struct earlier *earlier, const struct link *link, const struct pw_document *event,
                 int64_t at_ms)
{
    struct pw_text source = json_text(event, json_member(event, PW_NODE_ROOT, "source"));
    struct pw_text id = json_text(event, json_member(event, PW_NODE_ROOT, "id"));
    struct buffer fact = {0};
    write_fact(&fact, link, link->source ? "funding.earlier" : "engagement.event", event, at_ms);
    *earlier = (struct earlier){.at_ms = at_ms, .tie = link_tie(source, id)};
    earlier->fact = buffer_take(&fact, &earlier->length);
    return earlier->fact ? 0 : PW_ERROR_MEMORY;
}

void earlier_release(struct earlier *earlier)
{
    free(earlier->fact);
    *earlier = (struct earlier){0};
}

void earlier_write(struct buffer *out, const struct link *link, struct earlier *items, uint32_t count,
                   bool more)
{
    size_t room = LINK_BYTES > out->length ? LINK_BYTES - out->length : 0;
    uint32_t first = count;
    if (count > 1)
        qsort(items, count, sizeof(*items), compare);
    while (first > 0 && items[first - 1].length < room)
        room -= items[--first].length + 1;
    for (uint32_t i = first; i < count; i++) {
        if (out->length)
            buffer_string(out, ",");
        buffer_append(out, items[i].fact, items[i].length);
    }
    if (first == 0 && !more)
        return;
    if (out->length)
        buffer_string(out, ",");
    write_fact(out, link, link->source ? "funding.left_out" : "engagement.left_out", NULL, 0);
}
