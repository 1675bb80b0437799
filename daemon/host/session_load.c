/* SPDX-License-Identifier: Apache-2.0
 *
 * session_load.c: from LOAD to READY or DEFECTS. Each phase either does all it has to or names everything
 * that keeps it from doing so.
 */
#include "host/session.h"

#include "config/config.h"
#include "host/checks.h"

#include <stdlib.h>
#include <stddef.h>
#include <string.h>

#define READY_MAX_VERSION 64u /* bytes of the word for what a plugin screens against */

static int send_frame(struct session *session, enum frame_type type)
{
    buffer_clear(&session->out);
    frame_put(&session->out, type, buffer_view(&session->reply));
    session->out.failed = session->out.failed || session->reply.failed;
    return channel_send(&session->channel, &session->out);
}

static void put_texts(struct buffer *out, const char *key, const char *const *texts)
{
    json_write_key(out, key);
    json_write_begin(out, '[');
    for (; texts && *texts; texts++)
        json_write_string(out, *texts);
    json_write_end(out, ']');
}

static void put_field(struct buffer *out, const struct pw_config_field *field)
{
    const char *value = field->default_value;
    json_write_begin(out, '{');
    json_member_string(out, "name", field->name);
    json_member_string(out, "type", checks_field_type(field->type));
    json_member_boolean(out, "required", field->required != 0);
    json_member_raw(out, "default", value ? (struct pw_text){value, strlen(value)} : PW_TEXT("null"));
    json_member_integer(out, "minimum", field->minimum);
    json_member_integer(out, "maximum", field->maximum);
    json_member_string(out, "choices", field->choices ? field->choices : "");
    json_member_string(out, "help", field->help ? field->help : "");
    json_write_end(out, '}');
}

static void put_config(struct buffer *out, const struct pw_plugin *plugin)
{
    const struct pw_config_field *field;
    json_write_key(out, "config");
    json_write_begin(out, '[');
    for (uint32_t i = 0; (field = checks_field(plugin, i)) != NULL; i++)
        put_field(out, field);
    json_write_end(out, ']');
}

static void take_word(void *to, struct pw_text bytes)
{
    buffer_append(to, bytes.data, bytes.length);
}

/* What the plugin screens against, as a word. One that is of no use is none: nothing is looked at again for it. */
static void put_list_version(struct session *session, struct buffer *out)
{
    struct buffer word = {0};
    if (session_lists(session, offsetof(struct pw_list, version)) && session->list->version &&
        session->list->version(session->instance, take_word, &word) >= 0 && !word.failed &&
        word.length <= READY_MAX_VERSION)
        json_member_text(out, "lists", buffer_view(&word));
    buffer_release(&word);
}

static int send_ready(struct session *session)
{
    const struct pw_plugin *plugin = &session->loaded.plugin;
    const char *const extensions[] = {session->list ? PW_EXTENSION_LIST : NULL, NULL};
    struct buffer *out = &session->reply;
    buffer_clear(out);
    json_write_begin(out, '{');
    json_member_string(out, "name", plugin->name);
    json_member_string(out, "version", plugin->version);
    json_member_string(out, "summary", plugin->summary);
    json_member_string(out, "licence", plugin->licence);
    json_member_unsigned(out, "stage", plugin->stage);
    put_texts(out, "pathways", plugin->pathways);
    put_config(out, plugin);
    json_write_key(out, "sandbox");
    sandbox_write(&session->sandbox, out);
    put_texts(out, "extensions", extensions);
    put_list_version(session, out);
    json_member_unsigned(out, "earlier", session->earlier);
    json_write_end(out, '}');
    return send_frame(session, FRAME_READY);
}

static int create(struct session *session, struct defects *defects)
{
    struct service *service = &session->service;
    service->moment = MOMENT_CREATE;
    int status = session->loaded.plugin.create(&service->table, &session->instance);
    service->moment = MOMENT_OUTSIDE;
    if (status < 0)
        defect_add(defects, "The plugin's create failed with code %d.", status);
    return status < 0 ? PW_ERROR_INVALID : 0;
}

static int check_config(struct session *session, struct defects *defects)
{
    const struct load_request *request = &session->request;
    const struct pw_plugin *plugin = &session->loaded.plugin;
    static const struct pw_config_field none[] = {{0}};
    char *json = NULL, *errors = NULL;
    int status = config_check_table(request->config, request->config_file, request->config_line,
                                    request->base, plugin->config ? plugin->config : none,
                                    plugin->config ? plugin->config_field_size : (uint32_t)sizeof none[0],
                                    &json, &errors);
    if (status < 0) {
        defect_add_lines(defects, errors ? errors : "");
        if (defects->count == 0)
            defect_add(defects, "The configuration cannot be checked (code %d).", status);
        free(errors);
        return PW_ERROR_INVALID;
    }
    struct json_error error;
    session->config_text = json;
    if (json_parse(&session->config, json, strlen(json), &json_limits_frame, &error) < 0) {
        defect_add(defects, "The checked configuration cannot be read: %s", error.message);
        return PW_ERROR_INVALID;
    }
    return 0;
}

static int start(struct session *session, struct defects *defects)
{
    struct service *service = &session->service;
    answer_begin(&service->answer);
    service->moment = MOMENT_START;
    int status = session->loaded.plugin.start(session->instance, &session->config);
    service->moment = MOMENT_OUTSIDE;
    if (status < 0) {
        defect_add(defects, "%s",
                   service->answer.why[0] ? service->answer.why
                                          : "The plugin's start failed and did not explain.");
        if (!service->answer.why[0])
            defect_add(defects, "Its code was %d; explain() takes a sentence.", status);
        return PW_ERROR_INVALID;
    }
    const char *why = NULL;
    if (sandbox_enter_second(&session->request, &why) < 0) {
        defect_add(defects, "%s", why);
        return PW_ERROR_UNSUPPORTED;
    }
    if (session->loaded.plugin.extension) {
        session->list = session->loaded.plugin.extension(session->instance, PW_EXTENSION_LIST);
        const struct pw_earlier *earlier =
            session->loaded.plugin.extension(session->instance, PW_EXTENSION_EARLIER);
        session->earlier = earlier && earlier->struct_size >= sizeof(*earlier) ? earlier->wants : 0;
    }
    if (session->list &&
        (session->list->struct_size < offsetof(struct pw_list, compile) || !session->list->screen)) {
        defect_add(defects, "The extension %s is too short or lacks its slot screen.", PW_EXTENSION_LIST);
        return PW_ERROR_INVALID;
    }
    return 0;
}

static int sandbox_and_load(struct session *session, struct defects *defects)
{
    const char *why = NULL;
    if (sandbox_enter_first(&session->sandbox, &session->request, &why) < 0) {
        defect_add(defects, "%s", why);
        return PW_ERROR_UNSUPPORTED;
    }
    return loader_load(&session->request, &session->loaded, defects);
}

/* In the order of a plugin's life; describe_only and no_start end it early. */
static const char *run_phases(struct session *session, struct defects *defects)
{
    if (sandbox_and_load(session, defects) < 0)
        return "load";
    session->service.stage = session->loaded.plugin.stage;
    if (session->request.describe_only)
        return NULL;
    if (create(session, defects) < 0)
        return "create";
    if (check_config(session, defects) < 0)
        return "config";
    if (session->request.no_start)
        return NULL;
    return start(session, defects) < 0 ? "start" : NULL;
}

/* What was begun is given back before the end, so that a plugin's destroy is tried on half-built instances
 * too.
 */
static void abandon(struct session *session, const char *phase)
{
    if (strcmp(phase, "load") != 0)
        session->loaded.plugin.destroy(session->instance);
}

static int receive_load(struct session *session, const char **ret_why)
{
    enum frame_type type;
    struct pw_text body;
    int got = channel_receive(&session->channel, &type, &body);
    if (got <= 0 || type != FRAME_LOAD)
        return PW_ERROR_IO;
    session->load_body = malloc(body.length + 1);
    if (!session->load_body)
        return PW_ERROR_MEMORY;
    if (body.length)
        memcpy(session->load_body, body.data, body.length);
    int status =
        load_request_read(&session->request, (struct pw_text){session->load_body, body.length}, ret_why);
    if (status < 0)
        return status;
    return service_open(&session->service, &session->channel, session->request.instance);
}

int session_load(struct session *session, int *ret_exit)
{
    const char *why = NULL;
    struct defects defects = {0};
    int status = receive_load(session, &why);
    if (status < 0 && !why) {
        *ret_exit = SESSION_EXIT_LOST;
        return status;
    }
    const char *phase = status < 0 ? "load" : run_phases(session, &defects);
    if (status < 0)
        defect_add(&defects, "%s", why);
    if (!phase) {
        *ret_exit = SESSION_EXIT_LOST;
        return send_ready(session);
    }
    buffer_clear(&session->reply);
    defect_write(&defects, phase, &session->reply);
    defect_release(&defects);
    send_frame(session, FRAME_DEFECTS);
    abandon(session, phase);
    *ret_exit = SESSION_EXIT_DEFECTS;
    return PW_ERROR_INVALID;
}
