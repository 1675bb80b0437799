/* SPDX-License-Identifier: Apache-2.0
 *
 * plugin_table.c: makes the document that a plugin's `start` gets: its configuration checked against its own
 * table, defaults filled in, paths absolute, secrets read. Runs in the plugin host.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config/config.h"
#include "config/table.h"

#define MAX_SECRET 65536u /* a password, a token or a private key; anything longer is the wrong file */

struct writing {
    struct faults faults;
    struct buffer json;
    const char *base;
    const struct setting *object; /* being written; where what it leaves out is to be said */
};

/* Reads a whole small file into `secret`; a negative errno on failure. */
static int read_secret(const char *path, char *secret, size_t size, size_t *ret_length)
{
    struct stat state;
    size_t length = 0;
    ssize_t got = 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return -errno;
    int status = fstat(descriptor, &state) < 0 ? -errno : !S_ISREG(state.st_mode) ? -EINVAL : 0;
    while (status == 0 && length < size && (got = read(descriptor, secret + length, size - length)) != 0) {
        if (got > 0)
            length += (size_t)got;
        else if (errno != EINTR)
            status = -errno;
    }
    close(descriptor);
    if (status == 0 && length == size)
        status = -EFBIG;
    if (status == 0)
        *ret_length = length;
    return status;
}

/* Only text can be handed on unchanged: what reads back as the same bytes is. */
static bool is_text(struct pw_text json, struct pw_text wanted)
{
    struct pw_document document = {0};
    struct json_error error;
    bool same = json_parse(&document, json.data, json.length, &json_limits_config, &error) == 0 &&
                text_equal(json_text(&document, PW_NODE_ROOT), wanted);
    json_release(&document);
    return same;
}

static void write_secret(struct writing *writing, const struct setting *value, const char *key,
                         const char *path)
{
    struct buffer json = {0};
    char *secret = malloc(MAX_SECRET + 1);
    size_t length = 0;
    int status = secret ? read_secret(path, secret, MAX_SECRET + 1, &length) : -ENOMEM;
    if (status < 0) {
        faults_add(&writing->faults, value, "\"%s\": %s cannot be read: %s", key, path, strerror(-status));
    } else {
        if (length > 0 && secret[length - 1] == '\n')
            length--;
        struct pw_text text = {secret, length};
        json_write_text(&json, text);
        if (json.failed || !is_text(buffer_view(&json), text))
            faults_add(&writing->faults, value, "\"%s\": %s does not hold plain text", key, path);
        else
            buffer_text(&writing->json, buffer_view(&json));
        if (json.data)
            explicit_bzero(json.data, json.length);
    }
    if (secret)
        explicit_bzero(secret, MAX_SECRET + 1);
    free(secret);
    buffer_release(&json);
}

static void write_text(struct writing *writing, struct pw_text text)
{
    struct buffer json = {0};
    json_write_text(&json, text);
    writing->faults.memory = writing->faults.memory || json.failed;
    buffer_text(&writing->json, buffer_view(&json));
    buffer_release(&json);
}

static void write_path(struct writing *writing, const struct setting *value, const char *key, uint32_t type)
{
    char *path = setting_path(setting_text(value), writing->base);
    if (!path)
        writing->faults.memory = true;
    else if (type == PW_CONFIG_SECRET)
        write_secret(writing, value, key, path);
    else
        write_text(writing, (struct pw_text){path, strlen(path)});
    free(path);
}

static void write_value(struct writing *writing, const struct setting *value,
                        const struct pw_config_field *field)
{
    switch (field->type) {
    case PW_CONFIG_PATH:
    case PW_CONFIG_SECRET:
        write_path(writing, value, field->name, field->type);
        return;
    case PW_CONFIG_PATHS:
        buffer_string(&writing->json, "[");
        for (uint32_t i = 0; i < value->count; i++) {
            buffer_string(&writing->json, i > 0 ? "," : "");
            write_path(writing, &value->children[i], field->name, PW_CONFIG_PATH);
        }
        buffer_string(&writing->json, "]");
        return;
    default:
        setting_write(value, NULL, false, &writing->json);
    }
}

/* What a plugin's own table names is not readable for that: a table could name anybody's secrets. So a default is good
 * where the operator has allowed it; elsewhere the plugin would fail with a riddle. */
static void check_default_path(struct writing *writing, const struct setting *value, const char *key)
{
    char *path = setting_path(setting_text(value), writing->base);
    int descriptor = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
    if (path && descriptor < 0 && errno == EACCES)
        faults_add(&writing->faults, writing->object,
                   "\"%s\" is left out, and the plugin may not read its default, %s: name a file here, "
                   "or allow the default with the instance's \"readable\"",
                   key, path);
    writing->faults.memory = writing->faults.memory || !path;
    if (descriptor >= 0)
        close(descriptor);
    free(path);
}

static bool check_default(struct writing *writing, const struct setting *value,
                          const struct pw_config_field *field)
{
    const uint32_t before = writing->faults.count;
    if (field->type == PW_CONFIG_PATH || field->type == PW_CONFIG_SECRET)
        check_default_path(writing, value, field->name);
    for (uint32_t i = 0; field->type == PW_CONFIG_PATHS && i < value->count; i++)
        check_default_path(writing, &value->children[i], field->name);
    return writing->faults.count == before;
}

/* A default goes the same way as a given value, so that a plugin's own table cannot break its promise. */
static void write_default(struct writing *writing, const struct pw_config_field *field)
{
    struct setting_source source = {.first_line = 1};
    struct setting value = {0};
    struct json_error error;
    source.file = strdup("the plugin's own table");
    if (!source.file) {
        writing->faults.memory = true;
    } else if (json_parse_copy(&source.document, field->default_value, strlen(field->default_value),
                               &json_limits_config, &error) < 0) {
        faults_add_file(&writing->faults, source.file, 0, 0, "the default of \"%s\" is not JSON",
                        field->name);
    } else if (setting_build(&source, &value) < 0) {
        writing->faults.memory = true;
    } else if (value.type == PW_JSON_NULL) {
        buffer_string(&writing->json, "null");
    } else if (table_check_value(&writing->faults, &value, field) && check_default(writing, &value, field)) {
        write_value(writing, &value, field);
    }
    setting_release(&value);
    setting_source_release(&source);
}

static void write_object(struct writing *writing, const struct setting *object, struct table table)
{
    const struct pw_config_field *field;
    writing->object = object;
    buffer_string(&writing->json, "{");
    for (size_t i = 0; (field = table_field(table, i)); i++) {
        const struct setting *value = setting_find(object, field->name);
        buffer_string(&writing->json, i > 0 ? "," : "");
        write_text(writing, (struct pw_text){field->name, strlen(field->name)});
        buffer_string(&writing->json, ":");
        if (value && value->type != PW_JSON_NULL)
            write_value(writing, value, field);
        else if (field->default_value)
            write_default(writing, field);
        else
            buffer_string(&writing->json, "null");
    }
    buffer_string(&writing->json, "}");
}

/* Fills `source` and `object` from the text; says so when it is not JSON. */
static int read_object(struct faults *faults, struct pw_text bytes, struct setting_source *source,
                       struct setting *object)
{
    struct json_error error;
    int status = json_parse_copy(&source->document, bytes.data, bytes.length, &json_limits_config, &error);
    if (status == PW_ERROR_INVALID || status == PW_ERROR_LIMIT)
        faults_add_file(faults, source->file, source->first_line + error.line - 1, error.column, "%s",
                        error.message);
    else if (status == 0)
        status = setting_build(source, object);
    faults->memory = faults->memory || status == PW_ERROR_MEMORY;
    return status;
}

int config_check_table(struct pw_text bytes, const char *file, uint32_t line, const char *base,
                       const struct pw_config_field *table, uint32_t field_size, char **ret_json,
                       char **ret_errors)
{
    static const struct pw_config_field none = {0};
    struct table walk = {table ? table : &none, table ? field_size : sizeof none};
    struct writing writing = {.base = base};
    struct setting_source source = {.first_line = line > 0 ? line : 1};
    struct setting object = {0};
    source.file = strdup(file);
    writing.faults.memory = !source.file;
    if (walk.size < sizeof none || walk.size % _Alignof(struct pw_config_field) != 0)
        faults_add_file(&writing.faults, file, line, 0,
                        "the plugin's table has fields of %zu bytes, not of %zu", walk.size, sizeof none);
    else if (source.file && read_object(&writing.faults, bytes, &source, &object) == 0) {
        table_check(&writing.faults, &object, walk, "the plugin's configuration");
        if (writing.faults.count == 0)
            write_object(&writing, &object, walk);
    }
    setting_release(&object);
    setting_source_release(&source);
    writing.faults.memory = writing.faults.memory || writing.json.failed;
    int status = faults_take(&writing.faults, ret_errors);
    if (status == 0)
        *ret_json = buffer_take(&writing.json, NULL);
    if (writing.json.data)
        explicit_bzero(writing.json.data, writing.json.length); /* it may hold secrets */
    buffer_release(&writing.json);
    return status;
}
