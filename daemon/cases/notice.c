/* SPDX-License-Identifier: Apache-2.0
 *
 * A change of a case becomes outbox rows: one for each reviewer and channel that the routes name, never two
 * for the same pair, however many routes agree.
 */
#include "cases/notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/buffer.h"
#include "json/json.h"
#include "json/time.h"

#define MAX_RECIPIENTS 256u /* of one change; a configuration with more is refused by nothing else */

struct recipient {
    const char *channel, *reviewer, *address; /* the configuration's */
    bool digest;                              /* told when the digest is sent, not at once */
    bool told;                                /* of a withdrawal: believes that the case stands */
};

struct telling {
    struct journal_writer *writer;
    const struct config *config;
    const struct case_change *change;
    struct recipient recipients[MAX_RECIPIENTS];
    uint32_t recipient_count;
    struct buffer findings;
    uint32_t finding_count, left_out;
    struct pw_document earlier; /* a notice that was written before */
};

void case_name(uint64_t case_id, char buffer[CASE_NAME_SIZE])
{
    snprintf(buffer, CASE_NAME_SIZE, "C-%06llu", (unsigned long long)case_id);
}

static struct pw_text text_of(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

/* ---- who ---- */

static bool route_covers(const struct config_route *route, enum pathway pathway)
{
    if (!route->pathways)
        return true;
    for (char **name = route->pathways; *name; name++)
        if (strcmp(*name, pathways[pathway].name) == 0)
            return true;
    return false;
}

static bool route_matches(const struct config_route *route, const struct case_change *change)
{
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++) {
        if (!route_covers(route, pathway))
            continue;
        if (change->levels[pathway] >= route->min_level && change->levels[pathway] > PW_LEVEL_NOTE)
            return true;
        if (route->asking && change->asks[pathway])
            return true;
    }
    return false;
}

/* Advising (`suggested` alone) is told in the digest only (requirements: What the levels mean). */
static bool for_digest(const struct case_change *change)
{
    const struct journal_case *item = change->after;
    return item->level == PW_LEVEL_SUGGESTED && !item->needs_information;
}

/* The one there is already, or a new one; NULL when there are too many. */
static struct recipient *add_recipient(struct telling *telling, const char *channel, const char *reviewer,
                                       const char *address)
{
    struct recipient *recipient = telling->recipients;
    for (uint32_t i = 0; i < telling->recipient_count; i++, recipient++)
        if (strcmp(recipient->channel, channel) == 0 && strcmp(recipient->reviewer, reviewer) == 0)
            return recipient;
    if (telling->recipient_count == MAX_RECIPIENTS)
        return NULL;
    telling->recipient_count++;
    *recipient = (struct recipient){
        .channel = channel, .reviewer = reviewer, .address = address, .digest = for_digest(telling->change)};
    return recipient;
}

static const char *address_on(const struct config *config, const char *reviewer, const char *channel)
{
    for (uint32_t i = 0; i < config->reviewer_count; i++) {
        const struct config_reviewer *known = &config->reviewers[i];
        if (strcmp(known->name, reviewer) != 0)
            continue;
        for (uint32_t j = 0; known->channels && known->channels[j]; j++)
            if (strcmp(known->channels[j], channel) == 0)
                return known->addresses[j];
    }
    return NULL;
}

/* A channel on which no named reviewer has an address is a broadcast channel: one row for all. */
static void add_route(struct telling *telling, const struct config_route *route)
{
    for (char **channel = route->channels; channel && *channel; channel++) {
        bool addressed = false;
        for (char **reviewer = route->reviewers; reviewer && *reviewer; reviewer++) {
            const char *address = address_on(telling->config, *reviewer, *channel);
            if (!address)
                continue;
            addressed = true;
            add_recipient(telling, *channel, *reviewer, address);
        }
        if (!addressed)
            add_recipient(telling, *channel, "", "");
    }
}

/* ---- who was told ---- */

static const char *channel_named(const struct config *config, struct pw_text name)
{
    for (uint32_t i = 0; i < config->route_count; i++)
        for (char **channel = config->routes[i].channels; channel && *channel; channel++)
            if (text_is(name, *channel))
                return *channel;
    return NULL;
}

static const char *reviewer_named(const struct config *config, struct pw_text name)
{
    for (uint32_t i = 0; i < config->reviewer_count; i++)
        if (text_is(name, config->reviewers[i].name))
            return config->reviewers[i].name;
    return name.length ? NULL : "";
}

static bool tells_withdrawal(struct telling *telling, struct pw_text body)
{
    struct json_error error;
    return json_parse(&telling->earlier, body.data, body.length, &json_limits_frame, &error) == 0 &&
           json_text_is(&telling->earlier, json_member(&telling->earlier, PW_NODE_ROOT, "change"),
                        "withdrawn");
}

/* Rows come oldest first, so that the newest of each recipient has the last word. Whom the configuration no
 * longer knows cannot be told. */
static int recall_recipient(void *to, const struct journal_notice *notice)
{
    struct telling *telling = to;
    const char *channel = channel_named(telling->config, notice->channel);
    const char *reviewer = reviewer_named(telling->config, notice->reviewer);
    const char *address = "";
    if (channel && reviewer && *reviewer)
        address = address_on(telling->config, reviewer, channel);
    if (!channel || !reviewer || !address)
        return 0;
    struct recipient *recipient = add_recipient(telling, channel, reviewer, address);
    if (!recipient)
        return 0;
    recipient->digest = text_is(notice->state, "digest");
    recipient->told = !tells_withdrawal(telling, notice->body);
    return 0;
}

/* A withdrawal goes to those who were told, the way they were told: the routes would look at a level that
 * nobody holds any more. */
static int recall_recipients(struct telling *telling)
{
    uint32_t kept = 0;
    int status = journal_notices_of_case(journal_writer_view(telling->writer),
                                         telling->change->after->case_id, recall_recipient, telling);
    for (uint32_t i = 0; i < telling->recipient_count; i++)
        if (telling->recipients[i].told)
            telling->recipients[kept++] = telling->recipients[i];
    telling->recipient_count = kept;
    return status;
}

/* ---- what ---- */

/* Notes are for reports and digests; a notice tells what made the case. */
static int collect_finding(void *to, const struct journal_finding *finding)
{
    struct telling *telling = to;
    if (finding->withdrawn || (finding->level < PW_LEVEL_SUGGESTED && !finding->needs_information))
        return 0;
    if (telling->finding_count == NOTICE_MAX_FINDINGS) {
        telling->left_out++;
        return 0;
    }
    telling->finding_count++;
    json_write_raw(&telling->findings, finding->body);
    return 0;
}

static void write_event(struct buffer *out, const struct pw_document *event)
{
    static const char *const members[] = {"source", "id", "type"};
    json_write_key(out, "event");
    json_write_begin(out, '{');
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        json_member_text(out, members[i], json_text(event, json_member(event, PW_NODE_ROOT, members[i])));
    json_write_end(out, '}');
}

static void write_pathways(struct buffer *out, const struct case_change *change)
{
    json_write_key(out, "pathways");
    json_write_begin(out, '[');
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        if (change->levels[pathway] > PW_LEVEL_NOTE || change->asks[pathway])
            json_write_string(out, pathways[pathway].name);
    json_write_end(out, ']');
}

static void write_body(struct buffer *out, const struct telling *telling, const struct recipient *recipient,
                       const char *notice_id)
{
    const struct case_change *change = telling->change;
    const struct journal_case *item = change->after;
    char name[CASE_NAME_SIZE], act[CASE_NAME_SIZE + 32], time[TIME_TEXT_SIZE];
    case_name(item->case_id, name);
    snprintf(act, sizeof(act), "pathwayctl case show %s", name);
    time_format(item->updated_ms, time);
    json_write_begin(out, '{');
    json_member_string(out, "notice_id", notice_id);
    json_member_string(out, "case_id", name);
    json_member_text(out, "engagement_id", item->engagement_id);
    json_member_unsigned(out, "revision", item->revision);
    json_member_string(out, "change", change->change);
    json_member_string(out, "level", level_names[item->level]);
    json_member_boolean(out, "needs_information", item->needs_information);
    json_member_string(out, "previous_level", level_names[change->previous_level]);
    write_pathways(out, change);
    json_write_key(out, "recipient");
    json_write_begin(out, '{');
    json_member_string(out, "reviewer", recipient->reviewer);
    json_member_string(out, "address", recipient->address);
    json_write_end(out, '}');
    json_member_string(out, "time", time);
    json_member_text(out, "title", item->title);
    json_member_text(out, "link",
                     json_text(change->event, json_find(change->event, PW_NODE_ROOT, "/data/link")));
    write_event(out, change->event);
    json_write_key(out, "findings");
    json_write_raw(out, buffer_view(&telling->findings));
    json_member_unsigned(out, "findings_left_out", telling->left_out);
    if (change->changed.length)
        json_member_raw(out, "changed", change->changed);
    json_member_string(out, "act", act);
    json_write_end(out, '}');
}

static int write_notice(struct telling *telling, const struct recipient *recipient)
{
    const struct journal_case *item = telling->change->after;
    char name[CASE_NAME_SIZE];
    struct buffer id = {0}, body = {0};
    case_name(item->case_id, name);
    /* The instant of opening keeps a new journal's ids apart from an old one's: mail services drop a repeated
     * id. Neither '+' nor '*' can stand in a name, and two ids that met would stop every commit after. */
    buffer_format(&id, "%s-%llx-%llu+%s+%s", name, (unsigned long long)item->opened_ms,
                  (unsigned long long)item->revision, recipient->channel,
                  recipient->reviewer[0] ? recipient->reviewer : "*");
    if (!id.failed)
        write_body(&body, telling, recipient, id.data);
    struct journal_notice notice = {.case_id = item->case_id,
                                    .revision = item->revision,
                                    .notice_id = buffer_view(&id),
                                    .channel = text_of(recipient->channel),
                                    .reviewer = text_of(recipient->reviewer),
                                    .address = text_of(recipient->address),
                                    .state = text_of(recipient->digest ? "digest" : "waiting"),
                                    .body = buffer_view(&body),
                                    .created_ms = item->updated_ms,
                                    .next_ms = item->updated_ms};
    int status = id.failed || body.failed ? PW_ERROR_MEMORY : journal_notice_add(telling->writer, &notice);
    buffer_release(&id);
    buffer_release(&body);
    return status;
}

int notices_write(struct journal_writer *writer, const struct config *config,
                  const struct case_change *change, uint32_t *ret_count)
{
    struct telling *telling = calloc(1, sizeof(*telling));
    if (!telling)
        return PW_ERROR_MEMORY;
    telling->writer = writer;
    telling->config = config;
    telling->change = change;
    int status = 0;
    if (strcmp(change->change, "withdrawn") == 0)
        status = recall_recipients(telling);
    else
        for (uint32_t i = 0; i < config->route_count; i++)
            if (route_matches(&config->routes[i], change))
                add_route(telling, &config->routes[i]);
    json_write_begin(&telling->findings, '[');
    if (status == 0)
        status = journal_findings_of_case(journal_writer_view(writer), change->after->case_id,
                                          collect_finding, telling);
    json_write_end(&telling->findings, ']');
    if (telling->findings.failed)
        status = PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < telling->recipient_count && status == 0; i++)
        status = write_notice(telling, &telling->recipients[i]);
    if (status == 0)
        *ret_count = telling->recipient_count;
    buffer_release(&telling->findings);
    json_release(&telling->earlier);
    free(telling);
    return status;
}
