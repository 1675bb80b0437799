/* SPDX-License-Identifier: Apache-2.0
 *
 * clearance.c: see clearance.h.
 */
#include "cases/clearance.h"

#include <stdlib.h>
#include <string.h>

#include "cases/dossier.h"

struct clearance *clearance_new(void)
{
    struct clearance *clearance = calloc(1, sizeof(*clearance));
    if (!clearance)
        return NULL;
    clearance->lines.most = CLEARANCE_LINES;
    clearance->packs.most = clearance->snapshots.most = CLEARANCE_SOURCES;
    clearance->costs.most = clearance->benefits.most = CLEARANCE_SOURCES;
    return clearance;
}

static void set_release(struct clearance_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        free(set->items[i]);
}

void clearance_free(struct clearance *clearance)
{
    if (!clearance)
        return;
    set_release(&clearance->lines);
    set_release(&clearance->packs);
    set_release(&clearance->snapshots);
    set_release(&clearance->costs);
    set_release(&clearance->benefits);
    free(clearance);
}

/* Takes the text in `line`, which is empty afterwards. */
static void add(struct clearance *clearance, struct clearance_set *set, struct buffer *line)
{
    uint32_t low = 0, high = set->count;
    char *text = buffer_take(line, NULL);
    clearance->failed = clearance->failed || !text;
    while (text && low < high) {
        uint32_t middle = (low + high) / 2;
        int order = strcmp(text, set->items[middle]);
        if (order == 0) {
            free(text);
            return;
        }
        *(order < 0 ? &high : &low) = order < 0 ? middle : middle + 1;
    }
    if (!text)
        return;
    if (set->count == set->most) {
        set->left_out++;
        free(text);
        return;
    }
    memmove(&set->items[low + 1], &set->items[low], (set->count - low) * sizeof(set->items[0]));
    set->items[low] = text;
    set->count++;
}

/* ---- findings ---- */

static struct pw_text member(const struct pw_document *document, uint32_t node, const char *name)
{
    return json_text(document, json_member(document, node, name));
}

/* "2.0.0+920b447e": the pack's version, and which words the rule had. A rule is the same as long as its words are. */
static void add_rule(struct clearance *clearance, const struct journal_finding *finding,
                     const struct pw_document *body)
{
    struct pw_text regime = member(body, PW_NODE_ROOT, "regime"),
                   version = member(body, PW_NODE_ROOT, "version");
    const char *plus = version.length ? memchr(version.data, '+', version.length) : NULL;
    struct pw_text edition = version;
    struct buffer line = {0};
    if (plus) {
        edition = (struct pw_text){plus + 1, version.length - (size_t)(plus + 1 - version.data)};
        version.length = (size_t)(plus - version.data);
    }
    buffer_format(&line, "rule %.*s (%.*s%s%.*s): %s%s", TEXT_FMT(finding->rule), TEXT_FMT(regime),
                  edition.length ? ", " : "", TEXT_FMT(edition),
                  finding->level < PW_LEVEL_COUNT ? level_names[finding->level] : "unknown",
                  finding->needs_information ? ", asks" : "");
    add(clearance, &clearance->lines, &line);
    if (!version.length)
        return;
    buffer_format(&line, "%.*s %.*s", TEXT_FMT(regime), TEXT_FMT(version));
    add(clearance, &clearance->packs, &line);
}

/* Letters and digits alone, ASCII in one case: how a name is written is nothing that it says. Other scripts have no other
 * way to be written. */
static void put_name(struct buffer *line, struct pw_text name)
{
    bool gap = false, begun = false;
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];
        char folded = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
        bool kept = c >= 0x80 || (c >= '0' && c <= '9') || (folded >= 'a' && folded <= 'z');
        if (kept && gap && begun)
            buffer_string(line, " ");
        if (kept)
            buffer_append(line, &folded, 1);
        begun = begun || kept;
        gap = !kept;
    }
}

/* A publisher's own number for an entry may be another one tomorrow. */
static void add_evidence(struct clearance *clearance, const struct pw_document *body, uint32_t evidence)
{
    struct pw_text source = member(body, evidence, "source"), list = member(body, evidence, "list");
    struct pw_text content = member(body, evidence, "content"), snapshot = member(body, evidence, "snapshot");
    struct buffer line = {0};
    if (!source.length && !list.length)
        return;
    buffer_format(&line, "entry %.*s ", TEXT_FMT(list.length ? list : source));
    put_name(&line, member(body, evidence, "entry_name"));
    if (content.length)
        buffer_format(&line, " [%.*s]", TEXT_FMT(content));
    add(clearance, &clearance->lines, &line);
    buffer_format(&line, "%.*s %.*s", TEXT_FMT(source), TEXT_FMT(snapshot));
    add(clearance, &clearance->snapshots, &line);
}

/* ["name", "operand", "value"], ["name", "value"]; ["+3"] says that there was more. Which earlier event of the
 * engagement it was is no fact about it: what it said follows by itself. */
static void add_fact(struct clearance *clearance, const struct pw_document *body, uint32_t leaf)
{
    struct pw_text words[3];
    uint32_t count = 0;
    struct buffer line = {0};
    for (uint32_t node = json_first(body, leaf); node != PW_NODE_NONE && count < 3;
         node = json_next(body, node))
        words[count++] = json_text(body, node);
    if (count < 2)
        return;
    buffer_format(&line, "fact %.*s", TEXT_FMT(words[0]));
    if (count == 3 && !text_is(words[0], "engagement"))
        buffer_format(&line, " %.*s", TEXT_FMT(words[1]));
    buffer_format(&line, ": %.*s", TEXT_FMT(words[count - 1]));
    add(clearance, &clearance->lines, &line);
}

static void add_words(struct clearance *clearance, struct clearance_set *set, const struct pw_document *body,
                      const char *key)
{
    struct buffer word = {0};
    for (uint32_t node = json_first(body, json_member(body, PW_NODE_ROOT, key)); node != PW_NODE_NONE;
         node = json_next(body, node)) {
        buffer_text(&word, json_text(body, node));
        add(clearance, set, &word);
    }
}

static void add_parts(struct clearance *clearance, const struct pw_document *body)
{
    struct buffer line = {0};
    for (uint32_t node = json_first(body, json_member(body, PW_NODE_ROOT, "evidence")); node != PW_NODE_NONE;
         node = json_next(body, node))
        add_evidence(clearance, body, node);
    for (uint32_t node = json_first(body, json_member(body, PW_NODE_ROOT, "trace")); node != PW_NODE_NONE;
         node = json_next(body, node))
        add_fact(clearance, body, node);
    for (uint32_t node = json_first(body, json_member(body, PW_NODE_ROOT, "unknowns")); node != PW_NODE_NONE;
         node = json_next(body, node)) {
        buffer_format(&line, "question %.*s", TEXT_FMT(member(body, node, "what")));
        add(clearance, &clearance->lines, &line);
    }
}

void clearance_add_finding(struct clearance *clearance, const struct journal_finding *finding)
{
    struct pw_document body = {0};
    struct json_error error;
    if (!finding_counts(finding))
        return;
    if (json_parse(&body, finding->body.data, finding->body.length, &json_limits_frame, &error) == 0) {
        add_rule(clearance, finding, &body);
        add_parts(clearance, &body);
        add_words(clearance, &clearance->costs, &body, "costs");
        add_words(clearance, &clearance->benefits, &body, "benefits");
    } else {
        clearance->failed = true;
    }
    json_release(&body);
}

/* ---- events ---- */

/* An institution is known by its ROR id, else by its name. */
static void add_partner(struct clearance *clearance, const struct pw_document *event, uint32_t partner)
{
    struct pw_text ror = member(event, partner, "ror"), name = member(event, partner, "name");
    struct buffer line = {0};
    if (!ror.length && !name.length)
        return;
    buffer_string(&line, ror.length ? "partner ror:" : "partner ");
    buffer_text(&line, ror);
    if (!ror.length)
        put_name(&line, name);
    add(clearance, &clearance->lines, &line);
}

void clearance_add_event(struct clearance *clearance, const struct pw_document *event, bool itself)
{
    struct buffer line = {0};
    for (uint32_t node = json_first(event, json_find(event, PW_NODE_ROOT, "/data/partner"));
         node != PW_NODE_NONE; node = json_next(event, node))
        add_partner(clearance, event, node);
    if (!itself)
        return;
    buffer_format(&line, "event %.*s %.*s", TEXT_FMT(member(event, PW_NODE_ROOT, "source")),
                  TEXT_FMT(member(event, PW_NODE_ROOT, "id")));
    add(clearance, &clearance->lines, &line);
}

/* ---- stored, and compared ---- */

static void write_set(struct buffer *out, const char *key, const struct clearance_set *set)
{
    json_write_key(out, key);
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < set->count; i++)
        json_write_string(out, set->items[i]);
    json_write_end(out, ']');
}

void clearance_write(const struct clearance *clearance, struct buffer *out)
{
    json_write_begin(out, '{');
    write_set(out, "packs", &clearance->packs);
    write_set(out, "snapshots", &clearance->snapshots);
    write_set(out, "lines", &clearance->lines);
    json_member_unsigned(out, "left_out", clearance->lines.left_out);
    json_write_end(out, '}');
}

/* Both are sorted, so one walk tells. */
static uint32_t write_new(const struct clearance_set *now, const struct pw_document *relied,
                          struct buffer *out)
{
    int64_t before = 0;
    (void)json_integer(relied, json_member(relied, PW_NODE_ROOT, "left_out"), &before);
    uint32_t node = json_first(relied, json_member(relied, PW_NODE_ROOT, "lines"));
    uint32_t count = now->left_out > before ? now->left_out - (uint32_t)before : 0;
    for (uint32_t i = 0; i < now->count; i++) {
        struct pw_text line = {now->items[i], strlen(now->items[i])};
        int order = 1;
        for (; node != PW_NODE_NONE; node = json_next(relied, node)) {
            struct pw_text known = json_text(relied, node);
            size_t length = known.length < line.length ? known.length : line.length;
            order = length ? memcmp(known.data, line.data, length) : 0;
            order = order ? order : (known.length > line.length) - (known.length < line.length);
            if (order >= 0)
                break;
            order = 1;
        }
        if (order == 0)
            continue;
        if (count++ < CLEARANCE_CHANGES)
            json_write_text(out, line);
    }
    return count;
}

int clearance_compare(const struct clearance *now, struct pw_text relied, struct buffer *ret_changes,
                      uint32_t *ret_count)
{
    struct pw_document document = {0};
    struct json_error error;
    int status = json_parse(&document, relied.data, relied.length, &json_limits_frame, &error);
    if (status == PW_ERROR_MEMORY || now->failed) {
        json_release(&document);
        return PW_ERROR_MEMORY;
    }
    if (status < 0)
        status = json_parse(&document, "{}", 2, &json_limits_frame, &error);
    json_write_begin(ret_changes, '[');
    *ret_count = status == 0 ? write_new(&now->lines, &document, ret_changes) : 0;
    json_write_end(ret_changes, ']');
    json_release(&document);
    return status < 0 || ret_changes->failed ? PW_ERROR_MEMORY : 0;
}
