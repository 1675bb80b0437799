/* SPDX-License-Identifier: Apache-2.0
 *
 * pack_check.c: the command `pack check`: what is wrong with a pack is said by the policies that will read it; a hint is
 * about what may well be meant.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/list.h"
#include "ctl/packs.h"
#include "ctl/trial.h"
#include "json/buffer.h"

static void add_hint(cJSON *hints, struct buffer *text)
{
    if (!text->failed)
        cJSON_AddItemToArray(hints, cJSON_CreateString(text->data));
    buffer_release(text);
}

/* Two packs of a regime cannot both be active; one that is meant to replace the other is fine. */
static void hint_overlaps(const struct packs *packs, const struct packfile *pack, cJSON *hints)
{
    for (size_t i = 0; i < packs->count; i++) {
        const struct pack_entry *entry = &packs->entries[i];
        struct buffer text = {0};
        if (entry->choice != PACK_ACTIVE || !entry->pack.root || strcmp(entry->pack.path, pack->path) == 0 ||
            !packfile_overlap(entry->pack.root, pack->root))
            continue;
        const char *to = table_word(entry->pack.root, "effective_to");
        buffer_format(&text,
                      "%s is active for regime \"%s\" from %s%s%s; \"pack activate\" puts this one in its "
                      "place, unless "
                      "\"effective_to\" ends that one before",
                      entry->name, table_word(pack->root, "regime"),
                      table_word(entry->pack.root, "effective_from"), *to ? " to " : " on", to);
        add_hint(hints, &text);
    }
}

static void hint_head(const struct packfile *pack, cJSON *hints)
{
    struct buffer text = {0};
    if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(pack->root, "verified"))) {
        buffer_string(&text, "nobody has checked it against its source yet (\"verified\": false)");
        add_hint(hints, &text);
    }
    if (!packfile_pathways(pack->root)) {
        buffer_string(&text, "it has rules for no pathway");
        add_hint(hints, &text);
    }
}

/* {"research": 7, …} */
static cJSON *count_rules(const cJSON *pack)
{
    cJSON *counts = cJSON_CreateObject();
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++) {
        const cJSON *section = packfile_pathway(pack, pathway);
        if (section)
            cJSON_AddNumberToObject(counts, pathways[pathway].name,
                                    cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(section, "rules")));
    }
    return counts;
}

static void print(const cJSON *answer)
{
    const cJSON *item = NULL, *counts = table_find(answer, "rules");
    cJSON_ArrayForEach(item, table_find(answer, "errors"))
    {
        table_print(item->valuestring);
        putchar('\n');
    }
    if (counts) {
        table_print(table_word(answer, "file"));
        fputs(counts->child ? " is good: " : " is good", stdout);
        cJSON_ArrayForEach(item, counts)
        {
            printf("%s%d %s for %s", item == counts->child ? "" : ", ", item->valueint,
                   item->valueint == 1 ? "rule" : "rules", item->string);
        }
        putchar('\n');
    }
    cJSON_ArrayForEach(item, table_find(answer, "hints"))
    {
        fputs("  hint: ", stdout);
        table_print(item->valuestring);
        putchar('\n');
    }
}

static int check(struct ctl *ctl, const struct packs *packs, const char *file)
{
    struct packfile pack = {0};
    cJSON *answer = cJSON_CreateObject(), *errors = cJSON_CreateArray(), *hints = cJSON_CreateArray();
    int status = packfile_read(file, &pack);
    if (status != CTL_GOOD && pack.error)
        cJSON_AddItemToArray(errors, cJSON_CreateString(pack.error));
    if (status == CTL_GOOD)
        status = trial_read_all(ctl, file, &pack, errors);
    cJSON_AddStringToObject(answer, "file", file);
    cJSON_AddBoolToObject(answer, "good", status == CTL_GOOD);
    if (status == CTL_GOOD) {
        cJSON_AddStringToObject(answer, "pack", table_word(pack.root, "pack"));
        cJSON_AddStringToObject(answer, "version", table_word(pack.root, "version"));
        cJSON_AddStringToObject(answer, "regime", table_word(pack.root, "regime"));
        cJSON_AddItemToObject(answer, "rules", count_rules(pack.root));
        hint_head(&pack, hints);
        hint_overlaps(packs, &pack, hints);
    }
    cJSON_AddItemToObject(answer, "errors", errors);
    cJSON_AddItemToObject(answer, "hints", hints);
    if (status != CTL_USAGE && ctl->json)
        list_print_json(answer);
    else if (status != CTL_USAGE)
        print(answer);
    cJSON_Delete(answer);
    packfile_release(&pack);
    return status;
}

int ctl_pack_check(struct ctl *ctl)
{
    struct packs packs = {0};
    int status = ctl_config_if_any(ctl);
    if (status == CTL_GOOD && ctl->config && !ctl->config->packs_hidden)
        (void)packs_find(ctl, &packs); /* for hints only */
    for (int i = 0; i < ctl->positional_count && status != CTL_USAGE; i++) {
        int one = check(ctl, &packs, ctl->positionals[i]);
        status = one > status ? one : status;
    }
    packs_release(&packs);
    return status;
}
