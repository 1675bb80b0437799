/* SPDX-License-Identifier: Apache-2.0
 *
 * checks.c: compares what a plugin says of itself with what this host expects, row by row of a table.
 */
#include "host/checks.h"

#include "host/caps.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const stage_names[] = {"no stage", "enrich", "assess", "notify"};

#define SLOT(member, declaration)                                                                            \
    {                                                                                                        \
        offsetof(struct pw_plugin, member), declaration                                                      \
    }
static const struct {
    size_t offset;
    const char *declaration;
} required_slots[] = {
    SLOT(create, "int32_t create(const struct pw_host *host, void **ret_instance)"),
    SLOT(start, "int32_t start(void *instance, const struct pw_document *config)"),
    SLOT(handle, "int32_t handle(void *instance, const struct pw_message *message)"),
    SLOT(stop, "void stop(void *instance)"),
    SLOT(destroy, "void destroy(void *instance)"),
};

static const struct {
    size_t offset;
    const char *name;
} required_texts[] = {
    {offsetof(struct pw_plugin, version), "version"},
    {offsetof(struct pw_plugin, summary), "summary"},
    {offsetof(struct pw_plugin, licence), "licence"},
};

static const char *const field_types[] = {
    [PW_CONFIG_TEXT] = "text",     [PW_CONFIG_INTEGER] = "integer", [PW_CONFIG_BOOLEAN] = "boolean",
    [PW_CONFIG_PATH] = "path",     [PW_CONFIG_TEXTS] = "texts",     [PW_CONFIG_PATHS] = "paths",
    [PW_CONFIG_CHOICE] = "choice", [PW_CONFIG_SECRET] = "secret",   [PW_CONFIG_OBJECT] = "object",
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

const char *checks_field_type(uint32_t type)
{
    return type < COUNT(field_types) ? field_types[type] : NULL;
}

const struct pw_config_field *checks_field(const struct pw_plugin *plugin, uint32_t index)
{
    if (!plugin->config || index >= CHECKS_MAX_FIELDS)
        return NULL;
    const char *row = (const char *)plugin->config + (size_t)index * plugin->config_field_size;
    const struct pw_config_field *field = (const struct pw_config_field *)(const void *)row;
    return field->name ? field : NULL;
}

static bool in_set(char c, const char *further)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr(further, c) != NULL;
}

static bool well_formed(const char *name, const char *further)
{
    size_t length = strnlen(name, CHECKS_NAME_BYTES + 1);
    for (size_t i = 0; i < length; i++)
        if (!in_set(name[i], further))
            return false;
    return length > 0 && length <= CHECKS_NAME_BYTES;
}

static const char *stage_name(uint32_t stage)
{
    return stage < COUNT(stage_names) ? stage_names[stage] : "an unknown stage";
}

/* The numbers at the front, which say whether anything behind them can be believed. */
static bool check_numbers(const struct pw_plugin *plugin, const struct load_request *request,
                          struct defects *defects)
{
    uint32_t before = defects->count;
    if (plugin->magic != PW_PLUGIN_MAGIC)
        defect_add(defects, "magic is 0x%08x; this host expects 0x%08x (PW_PLUGIN_MAGIC).", plugin->magic,
                   PW_PLUGIN_MAGIC);
    if (plugin->abi_major != PW_ABI_MAJOR)
        defect_add(defects, "abi_major is %u; this host speaks %u: rebuild against its headers.",
                   plugin->abi_major, PW_ABI_MAJOR);
    if (plugin->struct_size < sizeof *plugin)
        defect_add(defects, "struct_size is %u; version %u.%u of struct pw_plugin has %zu bytes.",
                   plugin->struct_size, PW_ABI_MAJOR, PW_ABI_MINOR, sizeof *plugin);
    if (plugin->config_field_size < sizeof(struct pw_config_field) ||
        plugin->config_field_size % _Alignof(struct pw_config_field) != 0)
        defect_add(defects,
                   "config_field_size is %u; this host expects %zu (sizeof(struct pw_config_field)).",
                   plugin->config_field_size, sizeof(struct pw_config_field));
    bool believable = defects->count == before;
    if (plugin->stage < PW_STAGE_ENRICH || plugin->stage > PW_STAGE_NOTIFY)
        defect_add(defects, "stage is %u; there are 1 (enrich), 2 (assess) and 3 (notify).", plugin->stage);
    else if (request->stage != 0 && plugin->stage != request->stage)
        defect_add(defects, "stage is %u (%s); the configuration uses it as %u (%s).", plugin->stage,
                   stage_name(plugin->stage), request->stage, stage_name(request->stage));
    return believable;
}

static void check_slots(const struct pw_plugin *plugin, struct defects *defects)
{
    for (size_t i = 0; i < COUNT(required_slots); i++) {
        void (*slot)(void);
        memcpy(&slot, (const char *)plugin + required_slots[i].offset, sizeof slot);
        if (!slot)
            defect_add(defects, "The slot is missing: %s.", required_slots[i].declaration);
    }
}

static void check_texts(const struct pw_plugin *plugin, struct defects *defects)
{
    if (!plugin->name)
        defect_add(defects, "name is missing.");
    else if (!well_formed(plugin->name, "-"))
        defect_add(defects, "name is \"%.64s\"; it must be 1 to %u of a-z, 0-9 and \"-\".", plugin->name,
                   CHECKS_NAME_BYTES);
    for (size_t i = 0; i < COUNT(required_texts); i++) {
        const char *text;
        memcpy(&text, (const char *)plugin + required_texts[i].offset, sizeof text);
        if (!text || !text[0])
            defect_add(defects, "%s is missing.", required_texts[i].name);
    }
}

static void check_pathways(const struct pw_plugin *plugin, struct defects *defects)
{
    if (plugin->stage != PW_STAGE_ASSESS) {
        if (plugin->pathways)
            defect_add(defects, "pathways is set; only stage assess has any.");
        return;
    }
    if (!plugin->pathways || !plugin->pathways[0]) {
        defect_add(defects, "pathways is missing: an assess plugin names the pathways it judges.");
        return;
    }
    for (uint32_t i = 0; plugin->pathways[i]; i++) {
        if (i == CHECKS_MAX_PATHWAYS) {
            defect_add(defects, "pathways has more than %u entries, or no NULL at its end.",
                       CHECKS_MAX_PATHWAYS);
            return;
        }
        const char *name = plugin->pathways[i];
        if (!cap_of((struct pw_text){name, strnlen(name, CHECKS_NAME_BYTES + 1)}))
            defect_add(defects, "pathways names \"%.64s\"; there are %s.", name, CAP_PATHWAY_NAMES);
    }
}

static void check_default(const struct pw_config_field *field, struct defects *defects)
{
    struct pw_document document = {0};
    struct json_error error;
    const char *text = field->default_value;
    if (text && json_parse(&document, text, strlen(text), &json_limits_frame, &error) < 0)
        defect_add(defects, "config field \"%.64s\": the default %.128s is not JSON: %s", field->name, text,
                   error.message);
    json_release(&document);
}

static void check_field(const struct pw_config_field *field, bool strictly, struct defects *defects)
{
    if (!well_formed(field->name, "_"))
        defect_add(defects, "config field \"%.64s\": a name is 1 to %u of a-z, 0-9 and \"_\".", field->name,
                   CHECKS_NAME_BYTES);
    if (!checks_field_type(field->type))
        defect_add(defects, "config field \"%.64s\": type is %u; the last known is %u.", field->name,
                   field->type, PW_CONFIG_OBJECT);
    if (field->type == PW_CONFIG_CHOICE && (!field->choices || !field->choices[0]))
        defect_add(defects, "config field \"%.64s\": a choice needs choices.", field->name);
    if (field->type == PW_CONFIG_INTEGER && field->minimum > field->maximum)
        defect_add(defects, "config field \"%.64s\": minimum %lld is above maximum %lld.", field->name,
                   (long long)field->minimum, (long long)field->maximum);
    check_default(field, defects);
    if (strictly && (!field->help || !field->help[0]))
        defect_add(defects, "config field \"%.64s\" has no help: one sentence with the unit.", field->name);
    if (strictly && field->required && field->default_value)
        defect_add(defects, "config field \"%.64s\" is required and has a default, which is never used.",
                   field->name);
}

static void check_config(const struct pw_plugin *plugin, bool strictly, struct defects *defects)
{
    const struct pw_config_field *field;
    uint32_t index = 0;
    for (; (field = checks_field(plugin, index)) != NULL; index++) {
        check_field(field, strictly, defects);
        for (uint32_t before = 0; before < index; before++)
            if (strcmp(checks_field(plugin, before)->name, field->name) == 0)
                defect_add(defects, "config field \"%.64s\" is declared twice.", field->name);
    }
    if (index == CHECKS_MAX_FIELDS)
        defect_add(defects, "config has %u rows or no end: the last row has a NULL name.", CHECKS_MAX_FIELDS);
}

void checks_descriptor(const struct pw_plugin *plugin, const struct load_request *request,
                       struct defects *defects)
{
    bool believable = check_numbers(plugin, request, defects);
    if (plugin->magic == PW_PLUGIN_MAGIC && plugin->abi_major == PW_ABI_MAJOR &&
        plugin->struct_size >= offsetof(struct pw_plugin, extension))
        check_slots(plugin, defects);
    if (!believable)
        return; /* the pointers may be anything */
    check_texts(plugin, defects);
    check_pathways(plugin, defects);
    check_config(plugin, request->check, defects);
}
