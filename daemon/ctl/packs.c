/* SPDX-License-Identifier: Apache-2.0
 *
 * packs.c: see packs.h. Reads active.json as the policies do (plugins/policy/rules/selection.c), but goes on behind a
 * mistake, because a list of packs is most wanted when one is broken.
 */
#include "ctl/packs.h"

#include <dirent.h>
#include <pathwayd/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/table.h"

#define DEFAULT_CHOOSER "packs/active.json" /* as the policies have it when nothing is configured */

const char *const pack_choices[] = {"off", "active", "on trial"};

void packs_release(struct packs *packs)
{
    for (size_t i = 0; i < packs->count; i++) {
        free(packs->entries[i].name);
        free(packs->entries[i].file);
        packfile_release(&packs->entries[i].pack);
    }
    free(packs->entries);
    free(packs->chooser);
    *packs = (struct packs){0};
}

static char *join(const char *folder, const char *name)
{
    char *path = NULL;
    if (*name == '/')
        return strdup(name);
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* What the first policy is configured with; all of a usual configuration have the same. */
static char *chooser_of(const struct ctl *ctl)
{
    char *chooser = NULL;
    for (uint32_t i = 0; i < ctl->config->plugin_count && !chooser; i++) {
        const struct config_plugin *plugin = &ctl->config->plugins[i];
        cJSON *config = plugin->stage == PW_STAGE_ASSESS ? cJSON_Parse(plugin->config) : NULL;
        const char *setting = table_word(config, "packs");
        if (*setting)
            chooser = join(ctl->config->base, setting);
        cJSON_Delete(config);
    }
    return chooser ? chooser : join(ctl->config->base, DEFAULT_CHOOSER);
}

static char *folder_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? strndup(file, (size_t)(slash - file)) : strdup(".");
}

static bool has(const struct packs *packs, const char *file)
{
    for (size_t i = 0; i < packs->count; i++)
        if (strcmp(packs->entries[i].file, file) == 0)
            return true;
    return false;
}

static int add(struct packs *packs, const char *folder, const char *name, enum pack_choice choice)
{
    char *file = join(folder, name);
    struct pack_entry *grown = NULL;
    if (file && has(packs, file)) {
        free(file);
        return CTL_GOOD;
    }
    if (file)
        grown = realloc(packs->entries, (packs->count + 1) * sizeof(*grown));
    if (!grown) {
        free(file);
        ctl_complain("out of memory");
        return CTL_USAGE;
    }
    packs->entries = grown;
    struct pack_entry *entry = &grown[packs->count++];
    *entry = (struct pack_entry){.name = strdup(name), .file = file, .choice = choice};
    packfile_read(file, &entry->pack);
    return entry->name ? CTL_GOOD : CTL_USAGE;
}

static int add_list(struct packs *packs, const char *folder, const cJSON *names, enum pack_choice choice)
{
    const cJSON *name = NULL;
    int status = CTL_GOOD;
    cJSON_ArrayForEach(name, names)
    {
        if (status == CTL_GOOD && cJSON_IsString(name))
            status = add(packs, folder, name->valuestring, choice);
    }
    return status;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

/* What nobody switched on; other JSON files may lie there as well. */
static int add_rest(struct packs *packs, const char *folder)
{
    struct dirent **found = NULL;
    int count = scandir(folder, &found, is_json, by_name), status = CTL_GOOD;
    for (int i = 0; i < count; i++) {
        char *file = join(folder, found[i]->d_name);
        bool chooser = file && strcmp(file, packs->chooser) == 0;
        size_t before = packs->count;
        if (status == CTL_GOOD && !chooser)
            status = add(packs, folder, found[i]->d_name, PACK_OFF);
        struct pack_entry *last = packs->count > before ? &packs->entries[before] : NULL;
        if (last && last->pack.root && !packfile_is_pack(last->pack.root)) {
            free(last->name);
            free(last->file);
            packfile_release(&last->pack);
            packs->count--;
        }
        free(file);
        free(found[i]);
    }
    free(found);
    return status;
}

int packs_find(struct ctl *ctl, struct packs *ret_packs)
{
    struct packs packs = {0};
    char *error = NULL;
    int status = ctl_config(ctl);
    if (status != CTL_GOOD)
        return status;
    packs.chooser = chooser_of(ctl);
    char *folder = packs.chooser ? folder_of(packs.chooser) : NULL;
    cJSON *choice = folder ? packfile_json(packs.chooser, &error) : NULL;
    if (!choice) {
        ctl_complain("%s", error ? error : "out of memory");
        status = CTL_USAGE;
    } else if (packfile_is_pack(choice)) {
        status = add(&packs, folder, strrchr(packs.chooser, '/') + 1, PACK_ACTIVE);
    } else {
        status = add_list(&packs, folder, cJSON_GetObjectItemCaseSensitive(choice, "active"), PACK_ACTIVE);
        if (status == CTL_GOOD)
            status =
                add_list(&packs, folder, cJSON_GetObjectItemCaseSensitive(choice, "shadow"), PACK_SHADOW);
    }
    if (status == CTL_GOOD)
        status = add_rest(&packs, folder);
    cJSON_Delete(choice);
    free(folder);
    free(error);
    *ret_packs = packs;
    return status;
}
