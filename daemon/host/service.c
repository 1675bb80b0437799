/* SPDX-License-Identifier: Apache-2.0
 *
 * service.c: the services, each a few lines between the plugin's call and answer.c or the channel.
 */
#include "host/service.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static struct service *behind(const struct pw_host *host)
{
    return host->context;
}

static int64_t second_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec;
}

/* With log_lock held. */
static void send_line(struct service *service, uint32_t severity, struct pw_text line)
{
    buffer_clear(&service->log_json);
    buffer_clear(&service->log_frame);
    json_write_begin(&service->log_json, '{');
    json_member_unsigned(&service->log_json, "severity", severity);
    json_member_text(&service->log_json, "line", line);
    json_write_end(&service->log_json, '}');
    frame_put(&service->log_frame, FRAME_LOG, buffer_view(&service->log_json));
    channel_send(service->channel, &service->log_frame); /* a daemon that is gone is noticed by the reader */
}

static void report_dropped(struct service *service)
{
    char line[96];
    if (service->log_dropped == 0)
        return;
    int length = snprintf(line, sizeof line, "The plugin logged too fast: %u lines were dropped.",
                          service->log_dropped);
    service->log_dropped = 0;
    send_line(service, PW_LOG_WARNING, (struct pw_text){line, (size_t)length});
}

static void log_line(const struct pw_host *host, uint32_t severity, struct pw_text line)
{
    struct service *service = behind(host);
    if (line.length > SERVICE_LINE_BYTES)
        line.length = SERVICE_LINE_BYTES;
    if (line.data == NULL)
        line.length = 0;
    pthread_mutex_lock(&service->log_lock);
    int64_t second = second_now();
    if (second != service->log_second) {
        service->log_second = second;
        service->log_lines = 0;
        report_dropped(service);
    }
    if (service->log_lines < SERVICE_LINES_SECOND) {
        service->log_lines++;
        send_line(service, severity > PW_LOG_ERROR ? PW_LOG_ERROR : severity, line);
    } else if (service->log_dropped < UINT32_MAX) {
        service->log_dropped++;
    }
    pthread_mutex_unlock(&service->log_lock);
}

void service_settle_log(struct service *service)
{
    pthread_mutex_lock(&service->log_lock);
    report_dropped(service);
    pthread_mutex_unlock(&service->log_lock);
}

static bool may(const struct service *service, uint32_t stage)
{
    return service->moment == MOMENT_HANDLE && service->stage == stage &&
           pthread_equal(service->thread, pthread_self());
}

static void explain(const struct pw_host *host, struct pw_text sentence)
{
    struct service *service = behind(host);
    struct answer *answer = &service->answer;
    bool open = service->moment == MOMENT_START || service->moment == MOMENT_HANDLE;
    if (!open || answer->refused || !pthread_equal(service->thread, pthread_self()))
        return; /* why an emission was refused says more than what the plugin makes of it */
    size_t length = sentence.length < sizeof answer->why ? sentence.length : sizeof answer->why - 1;
    if (length > 0 && sentence.data != NULL)
        memcpy(answer->why, sentence.data, length);
    answer->why[sentence.data != NULL ? length : 0] = '\0';
}

static int32_t emit_fact(const struct pw_host *host, const struct pw_fact *fact)
{
    struct service *service = behind(host);
    if (!may(service, PW_STAGE_ENRICH))
        return PW_ERROR_STATE;
    struct pw_text by = {service->instance, strlen(service->instance)};
    return answer_add_fact(&service->answer, by, fact);
}

static int32_t emit_finding(const struct pw_host *host, const struct pw_finding *finding)
{
    struct service *service = behind(host);
    if (!may(service, PW_STAGE_ASSESS))
        return PW_ERROR_STATE;
    struct pw_text by = {service->instance, strlen(service->instance)};
    return answer_add_finding(&service->answer, by, service->pathway, finding);
}

static int32_t emit_delivery(const struct pw_host *host, const struct pw_delivery *delivery)
{
    struct service *service = behind(host);
    if (!may(service, PW_STAGE_NOTIFY))
        return PW_ERROR_STATE;
    return answer_set_delivery(&service->answer, delivery);
}

/* Version 1.0 of the host has no extensions; the slot is there so that they can come without a new version.
 */
static const void *extension(const struct pw_host *host, const char *name)
{
    (void)host;
    (void)name;
    return NULL;
}

int service_open(struct service *service, struct channel *channel, const char *instance)
{
    *service = (struct service){
        .channel = channel,
        .instance = instance,
        .thread = pthread_self(),
        .table = {.struct_size = sizeof service->table,
                  .abi_minor = PW_ABI_MINOR,
                  .documents = &json_document_api,
                  .log = log_line,
                  .explain = explain,
                  .emit_fact = emit_fact,
                  .emit_finding = emit_finding,
                  .emit_delivery = emit_delivery,
                  .extension = extension},
    };
    service->table.context = service;
    return pthread_mutex_init(&service->log_lock, NULL) == 0 ? 0 : PW_ERROR_MEMORY;
}

void service_close(struct service *service)
{
    pthread_mutex_destroy(&service->log_lock);
    answer_release(&service->answer);
    buffer_release(&service->log_frame);
    buffer_release(&service->log_json);
}
