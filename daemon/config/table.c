/* SPDX-License-Identifier: Apache-2.0
 *
 * table.c: checks configuration against tables, for the daemon's sections and for plugins.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/table.h"

static const char *const type_words[] = {
    [PW_CONFIG_TEXT] = "a string",
    [PW_CONFIG_INTEGER] = "a whole number",
    [PW_CONFIG_BOOLEAN] = "true or false",
    [PW_CONFIG_PATH] = "the name of a file (a string)",
    [PW_CONFIG_TEXTS] = "an array of strings",
    [PW_CONFIG_PATHS] = "an array of file names (strings)",
    [PW_CONFIG_CHOICE] = "a word (a string)",
    [PW_CONFIG_SECRET] = "the name of a file that holds the secret (a string)",
    [PW_CONFIG_OBJECT] = "an object",
    [CONFIG_LIST] = "an array of objects",
    [CONFIG_USERS] = "an array of account names or numbers",
    [CONFIG_DAYS] = "an array of numbers of days (1 to 3660)",
};

const struct pw_config_field *table_field(struct table table, size_t index)
{
    if (!table.fields)
        return NULL;
    const char *at = (const char *)table.fields + index * table.size;
    const struct pw_config_field *field = (const struct pw_config_field *)(const void *)at;
    return field->name ? field : NULL;
}

static bool type_matches(const struct setting *value, uint32_t type)
{
    int64_t number;
    switch (type) {
    case PW_CONFIG_INTEGER:
        return setting_integer(value, &number);
    case PW_CONFIG_BOOLEAN:
        return value->type == PW_JSON_TRUE || value->type == PW_JSON_FALSE;
    case PW_CONFIG_TEXTS:
    case PW_CONFIG_PATHS:
    case CONFIG_LIST:
    case CONFIG_USERS:
    case CONFIG_DAYS:
        return value->type == PW_JSON_ARRAY;
    case PW_CONFIG_OBJECT:
        return value->type == PW_JSON_OBJECT;
    default:
        return value->type == PW_JSON_STRING;
    }
}

static bool has_range(const struct pw_config_field *field)
{
    return field->minimum != 0 || field->maximum != 0;
}

static bool check_integer(struct faults *faults, const struct setting *value,
                          const struct pw_config_field *field)
{
    int64_t number = 0;
    setting_integer(value, &number);
    if (!has_range(field) || (number >= field->minimum && number <= field->maximum))
        return true;
    faults_add(faults, value, "\"%s\" is %" PRId64 ", but must be from %" PRId64 " to %" PRId64, field->name,
               number, field->minimum, field->maximum);
    return false;
}

static bool check_choice(struct faults *faults, const struct setting *value,
                         const struct pw_config_field *field)
{
    struct pw_text word = setting_text(value);
    struct nearest nearest;
    char listed[512] = "";
    size_t used = 0;
    nearest_begin(&nearest, word);
    char *copy = strdup(field->choices ? field->choices : ""), *rest = NULL;
    bool found = false;
    for (char *choice = copy ? strtok_r(copy, "|", &rest) : NULL; choice;
         choice = strtok_r(NULL, "|", &rest)) {
        found = found || text_is(word, choice);
        nearest_offer(&nearest, choice);
        int added = snprintf(listed + used, sizeof listed - used, "%s\"%s\"", used ? ", " : "", choice);
        used = used + (size_t)added < sizeof listed ? used + (size_t)added : used;
    }
    faults->memory = faults->memory || !copy;
    if (copy && !found)
        faults_add(faults, value, "\"%s\" is \"%.*s\", but must be one of %s%s", field->name, TEXT_FMT(word),
                   listed, nearest_clause(&nearest));
    free(copy);
    return found;
}

#define CONFIG_DAYS_MOST 3660

static bool element_matches(const struct setting *element, uint32_t type)
{
    int64_t number;
    if (type == CONFIG_LIST)
        return element->type == PW_JSON_OBJECT;
    if (type == CONFIG_USERS && setting_integer(element, &number))
        return true;
    if (type == CONFIG_DAYS)
        return setting_integer(element, &number) && number >= 1 && number <= CONFIG_DAYS_MOST;
    return element->type == PW_JSON_STRING;
}

static bool check_array(struct faults *faults, const struct setting *value,
                        const struct pw_config_field *field)
{
    bool good = true;
    if (has_range(field) &&
        ((int64_t)value->count < field->minimum || (int64_t)value->count > field->maximum)) {
        faults_add(faults, value, "\"%s\" has %u elements, but must have from %" PRId64 " to %" PRId64,
                   field->name, value->count, field->minimum, field->maximum);
        good = false;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const struct setting *element = &value->children[i];
        if (element_matches(element, field->type) &&
            (field->type != PW_CONFIG_PATHS || setting_text(element).length > 0))
            continue;
        faults_add(faults, element, "element %u of \"%s\" does not fit: it must be %s", i, field->name,
                   type_words[field->type]);
        good = false;
    }
    return good;
}

bool table_check_value(struct faults *faults, const struct setting *value,
                       const struct pw_config_field *field)
{
    uint32_t type = field->type;
    if (type >= sizeof type_words / sizeof *type_words || !type_words[type]) {
        faults_add(faults, value, "\"%s\" is declared with the unknown type %u", field->name, type);
        return false;
    }
    if (!type_matches(value, type)) {
        faults_add(faults, value, "\"%s\" must be %s", field->name, type_words[type]);
        return false;
    }
    if (type == PW_CONFIG_INTEGER)
        return check_integer(faults, value, field);
    if (type == PW_CONFIG_CHOICE)
        return check_choice(faults, value, field);
    if ((type == PW_CONFIG_PATH || type == PW_CONFIG_SECRET) && setting_text(value).length == 0) {
        faults_add(faults, value, "\"%s\" is empty, but must name a file", field->name);
        return false;
    }
    return value->type != PW_JSON_ARRAY || check_array(faults, value, field);
}

static void check_key(struct faults *faults, const struct setting *value, struct table table,
                      const char *what)
{
    const struct pw_config_field *field;
    struct nearest nearest;
    nearest_begin(&nearest, value->key);
    for (size_t i = 0; (field = table_field(table, i)); i++) {
        if (text_is(value->key, field->name)) {
            /* null says the same as leaving it out, which the check of required keys looks at */
            if (value->type != PW_JSON_NULL)
                table_check_value(faults, value, field);
            return;
        }
        nearest_offer(&nearest, field->name);
    }
    faults_add_key(faults, value, "%s has no key \"%.*s\"%s", what, TEXT_FMT(value->key),
                   nearest_clause(&nearest));
}

void table_check(struct faults *faults, const struct setting *object, struct table table, const char *what)
{
    const struct pw_config_field *field;
    if (object->type != PW_JSON_OBJECT) {
        faults_add(faults, object, "%s must be an object", what);
        return;
    }
    for (uint32_t i = 0; i < object->count; i++)
        check_key(faults, &object->children[i], table, what);
    for (size_t i = 0; (field = table_field(table, i)); i++) {
        const struct setting *value = setting_find(object, field->name);
        if (field->required == 1 && (!value || value->type == PW_JSON_NULL))
            faults_add(faults, object, "%s needs the key \"%s\": %s", what, field->name,
                       field->help ? field->help : "");
    }
}
