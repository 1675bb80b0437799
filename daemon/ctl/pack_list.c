/* SPDX-License-Identifier: Apache-2.0
 *
 * pack_list.c: the command `pack list`. A pack that the policies would refuse is shown as broken, with their reason,
 * whether it is switched on or not: better known before than after.
 */
#include <stdlib.h>
#include <string.h>
#include "ctl/list.h"
#include "ctl/packs.h"
#include "ctl/trial.h"

static void copy_member(cJSON *row, const cJSON *pack, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(pack, key);
    if (value)
        cJSON_AddItemToObject(row, key, cJSON_Duplicate(value, true));
}

/* CTL_BAD when a pack that counts is broken. */
static int describe(struct ctl *ctl, const struct pack_entry *entry, cJSON *row)
{
    static const char *const head[] = {"pack",         "version",  "regime", "effective_from",
                                       "effective_to", "verified", NULL};
    cJSON *errors = cJSON_CreateArray();
    int status = CTL_GOOD;
    cJSON_AddStringToObject(row, "file", entry->name);
    for (size_t i = 0; head[i]; i++)
        copy_member(row, entry->pack.root, head[i]);
    cJSON_AddStringToObject(row, "chosen", pack_choices[entry->choice]);
    if (entry->pack.root)
        status = trial_read_all(ctl, entry->name, &entry->pack, errors);
    else
        cJSON_AddItemToArray(errors, cJSON_CreateString(entry->pack.error ? entry->pack.error : "?"));
    bool broken = cJSON_GetArraySize(errors) > 0;
    cJSON_AddStringToObject(row, "state", broken ? "broken" : pack_choices[entry->choice]);
    cJSON_AddStringToObject(row, "reason", broken ? cJSON_GetStringValue(errors->child) : "");
    cJSON_Delete(errors);
    if (status == CTL_USAGE)
        return status;
    return broken && entry->choice != PACK_OFF ? CTL_BAD : CTL_GOOD;
}

int ctl_pack_list(struct ctl *ctl)
{
    static const struct table_column columns[] = {{"file", "file", 0},           {"pack", "pack", 0},
                                                  {"version", "version", 0},     {"regime", "regime", 0},
                                                  {"from", "effective_from", 0}, {"to", "effective_to", 0},
                                                  {"verified", "verified", 0},   {"state", "state", 0},
                                                  {"reason", "reason", 0},       {NULL, NULL, 0}};
    struct packs packs = {0};
    int status = ctl_config(ctl);
    if (status == CTL_GOOD && ctl->config->packs_hidden) { /* what it could say may be wrong */
        ctl_complain("the state folder %s is closed to this account, so it cannot be seen which packs people "
                     "brought into "
                     "force; \"pack history\" tells, and root and the daemon's own account see them",
                     ctl->config->state_dir);
        return CTL_BAD;
    }
    if (status == CTL_GOOD)
        status = packs_find(ctl, &packs);
    struct table *table = status == CTL_GOOD && !ctl->json ? table_new(ctl, columns) : NULL;
    for (size_t i = 0; i < packs.count && status != CTL_USAGE; i++) {
        cJSON *row = cJSON_CreateObject();
        int one = describe(ctl, &packs.entries[i], row);
        if (ctl->json)
            list_print_json(row);
        else
            table_add(table, row);
        cJSON_Delete(row);
        status = one > status ? one : status;
    }
    if (table)
        table_end(table, "There are no packs.");
    packs_release(&packs);
    return status;
}
