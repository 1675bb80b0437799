/* SPDX-License-Identifier: Apache-2.0
 *
 * load_request.c: reads LOAD. The daemon is trusted, but a person may also run the program by hand and speak
 * to it, so a request that makes no sense gets a sentence.
 */
#include "host/load_request.h"

#include <pathwayd/plugin.h>

#include <stdlib.h>
#include <string.h>

static char *copy(struct pw_text text)
{
    char *made = malloc(text.length + 1);
    if (!made)
        return NULL;
    if (text.length)
        memcpy(made, text.data, text.length);
    made[text.length] = '\0';
    return made;
}

static int64_t number(const struct load_request *request, const char *key, int64_t otherwise)
{
    int64_t value = otherwise;
    json_integer(&request->document, json_member(&request->document, PW_NODE_ROOT, key), &value);
    return value;
}

static bool flag(const struct load_request *request, const char *key)
{
    return json_true(&request->document, json_member(&request->document, PW_NODE_ROOT, key));
}

static struct pw_text text(const struct load_request *request, const char *key)
{
    return json_text(&request->document, json_member(&request->document, PW_NODE_ROOT, key));
}

static int read_texts(struct load_request *request)
{
    request->file = copy(text(request, "file"));
    request->instance = copy(text(request, "instance"));
    request->config_file = copy(text(request, "config_file"));
    request->base = copy(text(request, "base"));
    return request->file && request->instance && request->config_file && request->base ? 0 : PW_ERROR_MEMORY;
}

static void read_numbers(struct load_request *request)
{
    int64_t memory = number(request, "memory_mb", LOAD_REQUEST_MEMORY_MB_DEFAULT);
    memory = memory < LOAD_REQUEST_MEMORY_MB_LEAST  ? LOAD_REQUEST_MEMORY_MB_LEAST
             : memory > LOAD_REQUEST_MEMORY_MB_MOST ? LOAD_REQUEST_MEMORY_MB_MOST
                                                    : memory;
    int64_t landlock = number(request, "landlock_max", -1);
    request->memory_mb = (uint32_t)memory;
    request->landlock_max = landlock < 0 ? -1 : landlock > INT32_MAX ? INT32_MAX : (int)landlock;
    request->config_line = (uint32_t)number(request, "config_line", 1);
    request->stage = (uint32_t)number(request, "stage", 0);
}

int load_request_read(struct load_request *request, struct pw_text body, const char **ret_why)
{
    struct json_error error;
    int status = json_parse(&request->document, body.data, body.length, &json_limits_frame, &error);
    if (status < 0) {
        *ret_why = "The LOAD frame is not JSON.";
        return status == PW_ERROR_MEMORY ? status : PW_ERROR_INVALID;
    }
    if (read_texts(request) < 0) {
        *ret_why = "There is no memory for the LOAD frame.";
        return PW_ERROR_MEMORY;
    }
    read_numbers(request);
    uint32_t config = json_member(&request->document, PW_NODE_ROOT, "config");
    bool given = json_type(&request->document, config) == PW_JSON_OBJECT;
    request->config = given ? json_raw(&request->document, config) : PW_TEXT("{}");
    request->readable = json_member(&request->document, PW_NODE_ROOT, "readable");
    request->describe_only = flag(request, "describe_only");
    request->no_start = flag(request, "no_start");
    request->check = flag(request, "check");
    if (request->file[0] != '/') {
        *ret_why = "The LOAD frame names no absolute path of a plugin.";
        return PW_ERROR_INVALID;
    }
    if (!request->describe_only && (request->stage < PW_STAGE_ENRICH || request->stage > PW_STAGE_NOTIFY)) {
        *ret_why = "The LOAD frame names no stage.";
        return PW_ERROR_INVALID;
    }
    return 0;
}

void load_request_release(struct load_request *request)
{
    json_release(&request->document);
    free(request->file);
    free(request->instance);
    free(request->config_file);
    free(request->base);
    *request = (struct load_request){0};
}
