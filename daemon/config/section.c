/* SPDX-License-Identifier: Apache-2.0
 *
 * section.c: brings the values of one section from the tree into struct config, row by row.
 */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <pathwayd/plugin.h>
#include "config/rows.h"

static struct table table_of(const struct row *rows)
{
    return (struct table){&rows->field, sizeof *rows};
}

/* Position of `word` in "a|b|c". */
static uint32_t choice_index(const char *choices, struct pw_text word)
{
    uint32_t index = 0;
    while (choices) {
        size_t length = strcspn(choices, "|");
        if (text_equal(word, (struct pw_text){choices, length}))
            break;
        choices = choices[length] ? choices + length + 1 : NULL;
        index++;
    }
    return index;
}

char *section_copy(struct loading *loading, struct pw_text text)
{
    char *copy = strndup(text.data ? text.data : "", text.length);
    loading->faults.memory = loading->faults.memory || !copy;
    return copy;
}

char *section_copy_path(struct loading *loading, struct pw_text text)
{
    char *copy = setting_path(text, loading->config->base);
    loading->faults.memory = loading->faults.memory || !copy;
    return copy;
}

static char **copy_texts(struct loading *loading, const struct setting *array, bool paths)
{
    char **copies = calloc((size_t)array->count + 1, sizeof *copies);
    loading->faults.memory = loading->faults.memory || !copies;
    for (uint32_t i = 0; copies && i < array->count; i++) {
        struct pw_text text = setting_text(&array->children[i]);
        copies[i] = paths ? section_copy_path(loading, text) : section_copy(loading, text);
    }
    return copies;
}

static uint32_t *copy_days(struct loading *loading, const struct setting *array)
{
    uint32_t *days = calloc((size_t)array->count + 1, sizeof *days);
    loading->faults.memory = loading->faults.memory || !days;
    for (uint32_t i = 0; days && i < array->count; i++) {
        int64_t number = 0;
        setting_integer(&array->children[i], &number);
        days[i] = (uint32_t)number;
    }
    return days;
}

static uint32_t read_mode(struct loading *loading, const struct setting *value, struct pw_text text)
{
    uint32_t mode = 0;
    bool good = text.length >= 3 && text.length <= 4;
    for (size_t i = 0; good && i < text.length; i++) {
        good = text.data[i] >= '0' && text.data[i] <= '7';
        mode = mode * 8 + (uint32_t)(text.data[i] - '0');
    }
    if ((!good || mode > 0777) && value)
        faults_add(&loading->faults, value,
                   "\"mode\" is \"%.*s\", but must be three octal digits, e.g. \"0660\"", TEXT_FMT(text));
    return mode;
}

/* One value, or its default when `value` is NULL, to its place in the struct. */
static void fill_value(struct loading *loading, const struct setting *value, const struct row *row, void *to)
{
    const char *fallback = row->field.default_value;
    size_t quoted = fallback && fallback[0] == '"' ? strlen(fallback) : 0;
    struct pw_text text = value    ? setting_text(value)
                          : quoted ? (struct pw_text){fallback + 1, quoted - 2}
                                   : (struct pw_text){0};
    int64_t number = fallback && !quoted ? strtoll(fallback, NULL, 10) : 0;
    if (value)
        setting_integer(value, &number);
    else if (!fallback)
        return;
    if (row->place == TO_STRING)
        *(char **)to = row->field.type == PW_CONFIG_PATH ? section_copy_path(loading, text)
                                                         : section_copy(loading, text);
    else if (row->place == TO_STRINGS)
        *(char ***)to = copy_texts(loading, value, row->field.type == PW_CONFIG_PATHS);
    else if (row->place == TO_URL)
        loading->faults.memory |= !(*(char **)to = setting_endpoint(text, loading->config->runtime_dir));
    else if (row->place == TO_U32)
        *(uint32_t *)to = (uint32_t)number;
    else if (row->place == TO_U64)
        *(uint64_t *)to = (uint64_t)number;
    else if (row->place == TO_BOOLEAN)
        *(bool *)to = value ? value->type == PW_JSON_TRUE
                            : text_is((struct pw_text){fallback, strlen(fallback)}, "true");
    else if (row->place == TO_STAGE)
        *(uint32_t *)to = PW_STAGE_ENRICH + choice_index(row->field.choices, text);
    else if (row->place == TO_LEVEL)
        *(uint32_t *)to = choice_index(row->field.choices, text);
    else if (row->place == TO_DAYS)
        *(uint32_t **)to = copy_days(loading, value);
    else if (row->place == TO_MODE)
        *(uint32_t *)to = read_mode(loading, value, text);
}

const struct setting *section_given(const struct setting *object, const char *key)
{
    const struct setting *value = setting_find(object, key);
    return value && value->type != PW_JSON_NULL ? value : NULL;
}

/* Checks the section (NULL when absent) and fills `target`; a value that is wrong is reported and left out.
 */
void section_read(struct loading *loading, const struct setting *object, const struct row *rows,
                  const char *what, void *target)
{
    struct faults quiet = {0};
    if (object)
        table_check(&loading->faults, object, table_of(rows), what);
    for (const struct row *row = rows; row->field.name; row++) {
        const struct setting *value = object ? section_given(object, row->field.name) : NULL;
        if (value && !table_check_value(&quiet, value, &row->field))
            continue;
        if (row->place != NOWHERE)
            fill_value(loading, value, row, (char *)target + row->offset);
    }
    buffer_release(&quiet.text);
}

/* A section of the root that is an object, or NULL; the root's own table has said so when it is not. */
const struct setting *section_object(const struct setting *parent, const char *key)
{
    const struct setting *value = section_given(parent, key);
    return value && value->type == PW_JSON_OBJECT ? value : NULL;
}

static bool find_user(struct loading *loading, const struct setting *user, uid_t *ret_uid)
{
    struct passwd entry, *found = NULL;
    char buffer[16384], name[256];
    int64_t number = -1;
    struct pw_text text = setting_text(user);
    if (setting_integer(user, &number)) {
        if (number < 0 || number >= UINT32_MAX)
            faults_add(&loading->faults, user, "%lld is no user id", (long long)number);
        else
            *ret_uid = (uid_t)number;
        return number >= 0 && number < UINT32_MAX;
    }
    if (text.length == 0 || text.length >= sizeof name)
        found = NULL;
    else {
        memcpy(name, text.data, text.length);
        name[text.length] = '\0';
        getpwnam_r(name, &entry, buffer, sizeof buffer, &found);
    }
    if (found)
        *ret_uid = found->pw_uid;
    else
        faults_add(&loading->faults, user, "this machine has no account \"%.*s\"", TEXT_FMT(text));
    return found != NULL;
}

void section_users(struct loading *loading, const struct setting *array, uid_t **ret_uids,
                   uint32_t *ret_count)
{
    if (!array || array->type != PW_JSON_ARRAY || array->count == 0)
        return;
    uid_t *uids = calloc(array->count, sizeof *uids);
    uint32_t count = 0;
    loading->faults.memory = loading->faults.memory || !uids;
    for (uint32_t i = 0; uids && i < array->count; i++)
        count += find_user(loading, &array->children[i], &uids[count]);
    *ret_uids = uids;
    *ret_count = count;
}
