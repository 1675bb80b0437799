/* SPDX-License-Identifier: Apache-2.0
 *
 * chat_scene.h: the notices of tests/unit/chat, and a post made of one.
 */
#ifndef CHAT_SCENE_H
#define CHAT_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat/format.h"
#include "chat/tell.h"
#include "json/json.h"

#define SCENE_FOLDER PATHWAYD_SOURCE "/tests/unit/chat/"
#define SCENE_BYTES  (64u << 10)

static const char *const scene_kinds[] = {"case", "digest", "question", "alarm"};
static const struct format *const scene_formats[] = {&format_slack, &format_mattermost, &format_teams};

/* The file's bytes, NUL-terminated, malloc'd; NULL when there is none. */
static inline char *scene_read(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, SCENE_FOLDER "%s", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    char *bytes = calloc(1, SCENE_BYTES);
    assert_non_null(bytes);
    assert_true(fread(bytes, 1, SCENE_BYTES - 1u, file) < SCENE_BYTES - 1u);
    fclose(file);
    return bytes;
}

static inline char *scene_notice(const char *kind)
{
    char name[64];
    snprintf(name, sizeof name, "%s.notice.json", kind);
    char *notice = scene_read(name);
    assert_non_null(notice);
    return notice;
}

/* The notice as that format's payload. */
static inline void scene_write(const char *notice, const struct format *format, bool full,
                               struct page *ret_json)
{
    static struct post post; /* large */
    struct pw_document document = {0};
    struct json_error error;
    if (json_parse(&document, notice, strlen(notice), &json_limits_frame, &error) != 0)
        fail_msg("%s in %s", error.message, notice);
    tell_notice(&json_document_api, &document, full, &post);
    assert_int_equal(format_write(format, &post, ret_json), PW_OK);
    post_release(&post);
    json_release(&document);
}

/* Checks that it is JSON, for the caller to look into and release. */
static inline void scene_parse(const struct page *json, struct pw_document *ret_document)
{
    struct json_error error;
    if (json_parse(ret_document, json->data, json->length, &json_limits_frame, &error) != 0)
        fail_msg("%s at %zu in %s", error.message, error.offset, json->data);
}

#endif
