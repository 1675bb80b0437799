/* SPDX-License-Identifier: Apache-2.0
 *
 * config_scene.h: a configuration file in a folder of its own, and loading it, for the configuration's tests.
 */
#ifndef PATHWAYD_TESTS_CONFIG_SCENE_H
#define PATHWAYD_TESTS_CONFIG_SCENE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <pathwayd/plugin.h>
#include "config/config.h"

struct scene {
    char folder[64];
    struct config_places places;
    struct config *config;
    char *errors;
};

static inline void write_file(const struct scene *scene, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", scene->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

static inline int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    char path[128];
    assert_non_null(scene);
    strcpy(scene->folder, "/tmp/pathwayd-config-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    snprintf(path, sizeof path, "%s/conf.d", scene->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    scene->places = (struct config_places){.config_file = "unused",
                                           .plugin_dir = "/p",
                                           .host_program = "/h",
                                           .state_dir = "/s",
                                           .list_dir = "/l"};
    *state = scene;
    return 0;
}

static inline int tear_down(void **state)
{
    struct scene *scene = *state;
    char command[128];
    config_free(scene->config);
    free(scene->errors);
    snprintf(command, sizeof command, "rm -rf %s", scene->folder);
    int status = system(command);
    free(scene);
    return status;
}

static inline int load(struct scene *scene)
{
    char path[128];
    snprintf(path, sizeof path, "%s/a.conf", scene->folder);
    config_free(scene->config);
    free(scene->errors);
    scene->config = NULL;
    scene->errors = NULL;
    return config_load(path, &scene->places, &scene->config, &scene->errors);
}

#endif
