/* SPDX-License-Identifier: Apache-2.0
 *
 * alarm.c: see alarm.h.
 */
#include "cases/alarm.h"

#include <pathwayd/plugin.h>
#include <stdio.h>
#include <string.h>

#include "cases/recipient.h"
#include "json/buffer.h"
#include "json/json.h"
#include "json/time.h"

static void mark_name(char name[ALARM_KEY], const char *key)
{
    snprintf(name, ALARM_KEY, ALARM_MARK "%s", key);
}

bool alarm_stands(struct journal_view *view, const char *key)
{
    char name[ALARM_KEY];
    uint64_t since = 0;
    mark_name(name, key);
    (void)journal_mark_get(view, name, &since);
    return since != 0;
}

/* ---- telling ------------------------------------------------------------------------------------------- */

struct alerting {
    struct journal_writer *writer;
    const struct alarm *alarm;
    const char *because;
    int64_t now_ms;
};

static void write_body(struct buffer *body, const struct alerting *alerting,
                       const struct journal_notice *notice)
{
    char time[TIME_TEXT_SIZE];
    time_format(alerting->now_ms, time);
    json_write_begin(body, '{');
    json_member_text(body, "notice_id", notice->notice_id);
    json_member_string(body, "kind", "alarm");
    json_write_key(body, "recipient");
    json_write_begin(body, '{');
    json_member_text(body, "reviewer", notice->reviewer);
    json_member_text(body, "address", notice->address);
    json_write_end(body, '}');
    json_member_string(body, "time", time);
    json_member_string(body, "because", alerting->because);
    json_member_string(body, "subject", alerting->alarm->subject);
    json_member_string(body, "text", alerting->alarm->text);
    json_member_string(body, "act", alerting->alarm->act);
    json_write_end(body, '}');
}

static int tell(const struct alerting *alerting, const char *channel, const char *reviewer,
                const char *address)
{
    struct buffer id = {0}, body = {0};
    if (alerting->alarm->channel && strcmp(alerting->alarm->channel, channel) == 0)
        return 0;
    buffer_format(&id, "alarm-%llx-%s+%s+%s", (unsigned long long)alerting->now_ms, alerting->alarm->key,
                  channel, *reviewer ? reviewer : "*");
    struct journal_notice notice = {.notice_id = buffer_view(&id),
                                    .channel = text_of(channel),
                                    .reviewer = text_of(reviewer),
                                    .address = text_of(address),
                                    .state = text_of("waiting"),
                                    .created_ms = alerting->now_ms,
                                    .next_ms = alerting->now_ms,
                                    .change = text_of("alarm"),
                                    .because = text_of(alerting->because),
                                    .reason = text_of("It was let go."),
                                    .told_ms = alerting->now_ms};
    write_body(&body, alerting, &notice);
    notice.body = buffer_view(&body);
    int status = id.failed || body.failed ? PW_ERROR_MEMORY : journal_notice_add(alerting->writer, &notice);
    buffer_release(&id);
    buffer_release(&body);
    return status;
}

static bool is_operator(const struct config *config, const char *name)
{
    for (char **each = config->operator_reviewers; each && *each; each++)
        if (strcmp(*each, name) == 0)
            return true;
    return false;
}

/* On a channel on which no operator has an address, everybody who listens is told. */
static int tell_operators(const struct alerting *alerting, const struct config *config)
{
    int status = 0;
    for (char **channel = config->operator_channels; channel && *channel && status == 0; channel++) {
        bool addressed = false;
        for (char **each = config->operator_reviewers; each && *each && status == 0; each++) {
            const struct config_reviewer *reviewer = reviewer_named(config, text_of(*each));
            const char *address = reviewer ? reviewer_address(reviewer, *channel) : NULL;
            if (!address)
                continue;
            addressed = true;
            status = tell(alerting, *channel, reviewer->name, address);
        }
        if (!addressed && status == 0)
            status = tell(alerting, *channel, "", "");
    }
    return status;
}

static int tell_keeper(struct alerting *alerting, const struct config *config)
{
    const struct config_reviewer *keeper = reviewer_named(config, text_of(alerting->alarm->keeper));
    int status = 0;
    if (!keeper || is_operator(config, keeper->name))
        return 0;
    alerting->because = "You keep this.";
    for (uint32_t i = 0; keeper->channels && keeper->channels[i] && status == 0; i++)
        status = tell(alerting, keeper->channels[i], keeper->name, keeper->addresses[i]);
    return status;
}

/* ---- beginning and ending ------------------------------------------------------------------------------ */

static int note(struct journal_writer *writer, const char *kind, const char *key, int64_t since_ms)
{
    char name[ALARM_KEY];
    struct buffer detail = {0};
    mark_name(name, key);
    json_write_begin(&detail, '{');
    json_member_string(&detail, "alarm", key);
    json_write_end(&detail, '}');
    int status = detail.failed ? PW_ERROR_MEMORY : journal_mark_set(writer, name, (uint64_t)since_ms);
    if (status == 0)
        status = journal_audit(writer, kind, buffer_view(&detail));
    buffer_release(&detail);
    return status;
}

int alarm_raise(struct journal_writer *writer, const struct config *config, const struct alarm *alarm)
{
    struct alerting alerting = {.writer = writer,
                                .alarm = alarm,
                                .because = "You look after pathwayd.",
                                .now_ms = journal_writer_now(writer)};
    if (alarm_stands(journal_writer_view(writer), alarm->key))
        return 0;
    int status = note(writer, "alarm.raised", alarm->key, alerting.now_ms);
    if (status == 0)
        status = tell_operators(&alerting, config);
    return status < 0 || !alarm->keeper ? status : tell_keeper(&alerting, config);
}

int alarm_end(struct journal_writer *writer, const char *key)
{
    return alarm_stands(journal_writer_view(writer), key) ? note(writer, "alarm.ended", key, 0) : 0;
}
