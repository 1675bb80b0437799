/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd/config.h: how a plugin declares its configuration.
 *
 * The table is all there is: the host checks the instance's configuration against it before `start`, fills in
 * defaults, reports unknown keys with file, line and the nearest known key, and hands `start` a document in
 * which every declared key is present (JSON null where it was not given and has no default).
 * `pathwayctl plugin describe` prints the table.
 */
#ifndef PATHWAYD_CONFIG_H
#define PATHWAYD_CONFIG_H

#include <pathwayd/text.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PW_CONFIG_TEXT    1u /* a string */
#define PW_CONFIG_INTEGER 2u /* a whole number within minimum..maximum */
#define PW_CONFIG_BOOLEAN 3u /* true or false */
#define PW_CONFIG_PATH                                                                                       \
    4u /* a file; relative names start at the folder of the configuration file; reaches the plugin absolute */
#define PW_CONFIG_TEXTS  5u /* an array of strings */
#define PW_CONFIG_PATHS  6u /* an array of files, as PW_CONFIG_PATH */
#define PW_CONFIG_CHOICE 7u /* one of the words in `choices`, separated by "|" */
#define PW_CONFIG_SECRET                                                                                     \
    8u                      /* a file, as PW_CONFIG_PATH; reaches the plugin as the file's text less one
                                trailing newline, never appears in a log, `status` or `describe` */
#define PW_CONFIG_OBJECT 9u /* any JSON object; the plugin checks what is inside */

struct pw_config_field {
    const char *name;          /* the key; the table ends with a NULL name */
    uint32_t type;             /* PW_CONFIG_* */
    uint32_t required;         /* 1: an error when absent */
    const char *default_value; /* JSON text, e.g. "25", "\"open\"", "[]"; NULL for none */
    int64_t
        minimum; /* PW_CONFIG_INTEGER only; both 0: no range. For TEXTS and PATHS: least and most elements */
    int64_t maximum;
    const char *choices; /* PW_CONFIG_CHOICE only: "ban|extra-scrutiny" */
    const char *help;    /* one sentence with the unit */
};

#ifdef __cplusplus
}
#endif
#endif
