/* SPDX-License-Identifier: Apache-2.0
 *
 * distil.c: see distil.h.
 */
#include "distil.h"

#include <stdio.h>
#include <string.h>

#include "compiler_private.h"

struct distilling {
    const struct compiler *compiler;
    struct answer *answer;
    const struct entry_name *names; /* of the entry at hand */
    uint32_t count;
    uint64_t left_out;
};

static void put_member(struct answer *answer, const char *key, struct pw_text text)
{
    answer_key(answer, key);
    answer_text(answer, text);
}

static void put_choice(struct answer *answer, const char *key, const char *word)
{
    put_member(answer, key, (struct pw_text){word, strlen(word)});
}

/* Some names are printed over two lines. */
static void put_name(struct answer *answer, struct pw_text text)
{
    char line[LISTING_MAX_TEXT];
    size_t length = 0;
    for (size_t i = 0; i < text.length && length < sizeof line; i++) {
        bool blank = (unsigned char)text.data[i] <= ' ' || text.data[i] == 0x7f;
        if (blank && (length == 0 || line[length - 1] == ' '))
            continue;
        line[length++] = blank ? ' ' : text.data[i];
    }
    length -= length > 0 && line[length - 1] == ' ';
    answer_text(answer, (struct pw_text){line, length});
}

static bool fits(struct pw_text text)
{
    return text.length > 0 && text.length <= LISTING_MAX_TEXT;
}

/* The names of one kind, as an array; nothing when there are none. */
static void put_names(struct distilling *distilling, const char *key, enum basis basis)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < distilling->count; i++) {
        const struct entry_name *name = &distilling->names[i];
        struct pw_text text = compiler_text(distilling->compiler, name->text);
        if (name->basis != basis)
            continue;
        if (!fits(text) || count == LISTING_MAX_NAMES) {
            distilling->left_out++;
            continue;
        }
        if (count++ == 0) {
            answer_key(distilling->answer, key);
            answer_open(distilling->answer, '[');
        }
        put_name(distilling->answer, text);
    }
    if (count)
        answer_close(distilling->answer, ']');
}

static bool same_text(const struct compiler *compiler, struct snapshot_span a, struct snapshot_span b)
{
    return a.length == b.length &&
           memcmp(compiler_text(compiler, a).data, compiler_text(compiler, b).data, a.length) == 0;
}

/* A publisher's file may have an id twice on one list; a list file may not. The second is told apart: "15268-2". */
static void put_id(struct distilling *distilling, const struct snapshot_entry *entry)
{
    const struct compiler *compiler = distilling->compiler;
    struct pw_text id = compiler_text(compiler, entry->id);
    char apart[LISTING_MAX_TEXT + 16];
    uint32_t occurrence = 1;
    for (const struct snapshot_entry *earlier = compiler->entries.data; earlier < entry; earlier++)
        occurrence += earlier->source == entry->source && same_text(compiler, earlier->id, entry->id) &&
                      same_text(compiler, earlier->list, entry->list);
    if (occurrence > 1) {
        int length = snprintf(apart, sizeof apart, "%.*s-%u", (int)id.length, id.data, occurrence);
        id = (struct pw_text){apart, (size_t)length};
    }
    put_member(distilling->answer, "id", id);
}

static void put_entry(struct distilling *distilling, const struct snapshot_entry *entry)
{
    const struct compiler *compiler = distilling->compiler;
    struct answer *answer = distilling->answer;
    struct pw_text until = compiler_text(compiler, entry->valid_until);
    answer_raw(answer, answer->data[answer->length - 1] == '[' ? "\n" : ",\n");
    answer_raw(answer, "{");
    put_id(distilling, entry);
    put_member(answer, "list", compiler_text(compiler, entry->list));
    answer_key(answer, "name");
    put_name(answer, compiler_text(compiler, entry->name));
    put_names(distilling, "aliases", BASIS_ALIAS);
    put_names(distilling, "abbreviations", BASIS_ACRONYM);
    if (entry->country[0])
        put_member(answer, "country", (struct pw_text){entry->country, 2});
    put_choice(answer, "category", category_names[entry->category]);
    put_choice(answer, "effect", effect_names[entry->effect]);
    if (until.length)
        put_member(answer, "valid_until", until);
    answer_close(answer, '}');
}

static bool is_sound(const struct compiler *compiler, const struct snapshot_entry *entry)
{
    return fits(compiler_text(compiler, entry->id)) && fits(compiler_text(compiler, entry->list)) &&
           fits(compiler_text(compiler, entry->name));
}

static void put_head(const struct compiler *compiler, const struct snapshot_source *source,
                     struct answer *answer)
{
    struct pw_text name = compiler_text(compiler, source->name);
    answer_open(answer, '{');
    put_choice(answer, "format", "pathwayd-list/1");
    put_member(answer, "source", name);
    put_member(answer, "list", name);
    put_member(answer, "snapshot", compiler_text(compiler, source->snapshot));
    put_choice(answer, "title",
               "What pathwayctl kept of a published list: institutions, and nothing about persons");
    put_choice(answer, "licence", "the publisher's");
    answer_key(answer, "entries");
    answer_open(answer, '[');
}

uint64_t distil_list(struct compiler *compiler, uint32_t source, struct answer *answer)
{
    struct distilling distilling = {.compiler = compiler, .answer = answer};
    const struct snapshot_entry *entries = compiler->entries.data;
    uint32_t total = compiler->entry_names.count;
    compiler_sort_names(compiler);
    const struct entry_name *names = compiler->entry_names.data;
    put_head(compiler, &((const struct snapshot_source *)compiler->sources.data)[source], answer);
    for (uint32_t first = 0, last; first < total; first = last) {
        const struct snapshot_entry *entry = &entries[names[first].entry];
        for (last = first; last < total && names[last].entry == names[first].entry;)
            last++;
        distilling.names = &names[first];
        distilling.count = last - first;
        if (entry->source != source)
            continue;
        if (is_sound(compiler, entry) && !answer->failed)
            put_entry(&distilling, entry);
        else
            distilling.left_out++;
    }
    answer_raw(answer, "\n]}\n");
    return distilling.left_out;
}
