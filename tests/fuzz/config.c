/* SPDX-License-Identifier: Apache-2.0
 *
 * config.c: libFuzzer target for the configuration: any bytes as the main file, and the same bytes against a
 * plugin's table. A zero byte splits the input into the main file and a drop-in, so that merging is reached
 * too.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct pw_config_field table[] = {
    {"rules", PW_CONFIG_PATH, 1, NULL, 0, 0, NULL, "Rules."},
    {"lists", PW_CONFIG_PATHS, 0, "[\"a\"]", 0, 9, NULL, "Lists."},
    {"mode", PW_CONFIG_CHOICE, 0, "\"ban\"", 0, 0, "ban|extra-scrutiny", "Mode."},
    {"age", PW_CONFIG_INTEGER, 0, "90", 1, 100, NULL, "Age."},
    {"map", PW_CONFIG_OBJECT, 0, NULL, 0, 0, NULL, "Map."},
    {NULL, 0, 0, NULL, 0, 0, NULL, NULL},
};

static void put(const char *path, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "w");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
        abort();
}

/* One line an error, and never without a word. */
static void check_errors(int status, char *errors)
{
    if (status < 0 && (!errors || errors[0] == '\0' || errors[strlen(errors) - 1] != '\n'))
        abort();
    free(errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char folder[] = "/tmp/pathwayd-fuzz-XXXXXX", file[64], drop_in[64];
    struct config_places places = {"c", "/p", "/h", "/s", "/l", "/r"};
    struct config *config = NULL;
    char *errors = NULL, *json = NULL;
    if (file[0] == '\0') {
        if (!mkdtemp(folder))
            abort();
        snprintf(drop_in, sizeof drop_in, "%s/conf.d", folder);
        if (mkdir(drop_in, 0700) != 0)
            abort();
        snprintf(drop_in, sizeof drop_in, "%s/conf.d/x.conf", folder);
        snprintf(file, sizeof file, "%s/c", folder);
    }
    const uint8_t *split = memchr(data, 0, size);
    put(file, data, split ? (size_t)(split - data) : size);
    unlink(drop_in);
    if (split)
        put(drop_in, split + 1, size - (size_t)(split + 1 - data));
    int status = config_load(file, &places, &config, &errors);
    check_errors(status, errors);
    config_free(config);
    errors = NULL;
    status = config_check_table((struct pw_text){(const char *)data, size}, "f", 1, "/b", table,
                                sizeof *table, &json, &errors);
    check_errors(status, errors);
    free(json);
    return 0;
}
