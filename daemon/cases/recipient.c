/* SPDX-License-Identifier: Apache-2.0
 *
 * recipient.c: see recipient.h.
 */
#include "cases/recipient.h"

#include <pathwayd/plugin.h>
#include <stdio.h>
#include <string.h>

#include "json/json.h"

bool change_ends(struct pw_text change)
{
    return text_is(change, "withdrawn") || text_is(change, "decided") || text_is(change, "closed");
}

/* ---- names --------------------------------------------------------------------------------------------- */

const struct config_reviewer *reviewer_named(const struct config *config, struct pw_text name)
{
    for (uint32_t i = 0; i < config->reviewer_count; i++)
        if (text_is(name, config->reviewers[i].name))
            return &config->reviewers[i];
    return NULL;
}

const struct config_queue *queue_named(const struct config *config, struct pw_text name)
{
    for (uint32_t i = 0; i < config->queue_count; i++)
        if (text_is(name, config->queues[i].name))
            return &config->queues[i];
    return NULL;
}

const char *reviewer_address(const struct config_reviewer *reviewer, const char *channel)
{
    for (uint32_t i = 0; reviewer->channels && reviewer->channels[i]; i++)
        if (strcmp(reviewer->channels[i], channel) == 0)
            return reviewer->addresses[i];
    return NULL;
}

static bool among(char *const *names, struct pw_text name)
{
    for (; *names; names++)
        if (text_is(name, *names))
            return true;
    return false;
}

/* ---- routes -------------------------------------------------------------------------------------------- */

/* What the case says to a route that looks at some regimes only. */
struct voices {
    const struct config_route *route;
    struct case_change *heard;
    struct pw_document document;
};

static int hear(void *to, const struct journal_finding *finding)
{
    struct voices *voices = to;
    struct json_error error;
    enum pathway pathway = pathway_by_name(finding->pathway);
    if (finding->withdrawn || pathway == PATHWAY_COUNT)
        return 0;
    int status =
        json_parse(&voices->document, finding->body.data, finding->body.length, &json_limits_frame, &error);
    if (status < 0)
        return status;
    if (!among(voices->route->regimes,
               json_text(&voices->document, json_member(&voices->document, PW_NODE_ROOT, "regime"))))
        return 0;
    if (finding->level > voices->heard->levels[pathway])
        voices->heard->levels[pathway] = finding->level;
    voices->heard->asks[pathway] |= finding->needs_information != 0;
    return 0;
}

static bool is_loud_enough(const struct config_route *route, const struct case_change *change)
{
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++) {
        if (route->pathways && !among(route->pathways, text_of(pathways[pathway].name)))
            continue;
        if (change->levels[pathway] >= route->min_level && change->levels[pathway] > PW_LEVEL_NOTE)
            return true;
        if (route->asking && change->asks[pathway])
            return true;
    }
    return false;
}

int route_matches(const struct config_route *route, const struct route_question *question, bool *ret_matches,
                  const char **ret_why)
{
    struct case_change heard = *question->change;
    int status = 0;
    *ret_why = "";
    *ret_matches = false;
    if (route->units && !among(route->units, question->change->after->unit)) {
        *ret_why = "it is for other units";
        return 0;
    }
    if (route->regimes) {
        struct voices voices = {.route = route, .heard = &heard};
        memset(heard.levels, 0, sizeof heard.levels);
        memset(heard.asks, 0, sizeof heard.asks);
        status = journal_findings_of_case(question->view, question->change->after->case_id, hear, &voices);
        json_release(&voices.document);
    }
    *ret_matches = status == 0 && is_loud_enough(route, &heard);
    if (!*ret_matches)
        *ret_why = "no finding of its pathways and regimes is at its level, or asks";
    return status;
}

int recipients_queue(struct journal_view *view, const struct config *config, const struct case_change *change,
                     const char **ret_queue)
{
    struct route_question question = {change, view};
    const char *why;
    int status = 0;
    *ret_queue = NULL;
    for (uint32_t i = 0; i < config->route_count && status == 0; i++) {
        bool matches = false;
        if (config->routes[i].queue)
            status = route_matches(&config->routes[i], &question, &matches, &why);
        if (matches) {
            *ret_queue = config->routes[i].queue;
            break;
        }
    }
    return status;
}

/* ---- people -------------------------------------------------------------------------------------------- */

/* A sentence with a name in it. */
struct because {
    const char *before, *name, *after;
};

/* The one there is already, or a new one; NULL when there are too many. */
static struct recipient *add(struct recipients *recipients, const char *channel, const char *reviewer,
                             const char *address, const struct because *because)
{
    struct recipient *recipient = recipients->items;
    for (uint32_t i = 0; i < recipients->count; i++, recipient++)
        if (strcmp(recipient->channel, channel) == 0 && strcmp(recipient->reviewer, reviewer) == 0)
            return recipient;
    if (recipients->count == MAX_RECIPIENTS)
        return NULL;
    recipients->count++;
    *recipient = (struct recipient){.channel = channel, .reviewer = reviewer, .address = address};
    snprintf(recipient->because, sizeof recipient->because, "%s%s%s", because->before, because->name,
             because->after);
    return recipient;
}

/* A channel on which no named reviewer has an address is a broadcast channel: one row for all. */
static void add_people(struct recipients *recipients, const struct config *config, char *const *channels,
                       char *const *reviewers, const struct because *because)
{
    static const struct because broadcast = {"The channel is told of every case of its route.", "", ""};
    for (; channels && *channels; channels++) {
        bool addressed = false;
        for (char *const *each = reviewers; each && *each; each++) {
            const struct config_reviewer *reviewer = reviewer_named(config, text_of(*each));
            const char *address = reviewer ? reviewer_address(reviewer, *channels) : NULL;
            if (!address)
                continue;
            addressed = true;
            add(recipients, *channels, reviewer->name, address, because);
        }
        if (!addressed)
            add(recipients, *channels, "", "", &broadcast);
    }
}

/* One person, on those of the channels where they are reached, else on any of their own. */
static bool add_person(struct recipients *recipients, char *const *channels,
                       const struct config_reviewer *reviewer, const struct because *because)
{
    bool reached = false;
    for (; channels && *channels; channels++) {
        const char *address = reviewer_address(reviewer, *channels);
        if (address)
            reached = add(recipients, *channels, reviewer->name, address, because) || reached;
    }
    for (uint32_t i = 0; !reached && reviewer->channels && reviewer->channels[i]; i++)
        add(recipients, reviewer->channels[i], reviewer->name, reviewer->addresses[i], because);
    return reached || (reviewer->channels && reviewer->channels[0]);
}

static void add_lead(struct recipients *recipients, const struct config *config,
                     const struct config_queue *queue)
{
    const struct config_reviewer *lead = queue->lead ? reviewer_named(config, text_of(queue->lead)) : NULL;
    const struct because because = {"You lead the queue ", queue->name,
                                    ", and this was not decided in time."};
    if (lead)
        add_person(recipients, queue->channels, lead, &because);
}

static int add_routes(struct journal_view *view, const struct config *config,
                      const struct case_change *change, struct recipients *recipients)
{
    static const struct because named = {"A route names you for cases like this.", "", ""};
    struct route_question question = {change, view};
    const char *why;
    int status = 0;
    for (uint32_t i = 0; i < config->route_count && status == 0; i++) {
        const struct config_route *route = &config->routes[i];
        const struct config_queue *queue = route->queue ? queue_named(config, text_of(route->queue)) : NULL;
        bool matches = false;
        status = route_matches(route, &question, &matches, &why);
        if (!matches)
            continue;
        if (queue) {
            const struct because because = {"You work on the queue ", queue->name, "."};
            add_people(recipients, config, queue->channels, queue->reviewers, &because);
        }
        add_people(recipients, config, route->channels, route->reviewers, &named);
    }
    return status;
}

/* Whoever has the case hears of it for the others, but of what all of them must know. */
static void leave_to_assignee(struct recipients *recipients, const struct config *config,
                              const struct case_change *change)
{
    static const char *const for_all[] = {"proposed", "escalated", "raised"};
    const struct config_reviewer *assignee = reviewer_named(config, change->after->assignee);
    const struct config_queue *queue = queue_named(config, change->after->queue);
    static const struct because yours = {"The case is yours.", "", ""};
    uint32_t kept = 0;
    if (!assignee)
        return;
    for (size_t i = 0; i < sizeof for_all / sizeof *for_all; i++)
        if (strcmp(change->change, for_all[i]) == 0)
            return;
    if (!assignee->channels || !assignee->channels[0])
        return; /* who cannot be reached hears of nothing for anybody */
    for (uint32_t i = 0; i < recipients->count; i++)
        if (!*recipients->items[i].reviewer)
            recipients->items[kept++] = recipients->items[i];
    recipients->count = kept;
    add_person(recipients, queue ? queue->channels : NULL, assignee, &yours);
}

/* ---- who was told -------------------------------------------------------------------------------------- */

struct recalling {
    const struct config *config;
    struct recipients *recipients;
};

static const char *channel_named(const struct config *config, struct pw_text name)
{
    for (uint32_t i = 0; i < config->plugin_count; i++)
        if (text_is(name, config->plugins[i].name))
            return config->plugins[i].name;
    for (uint32_t i = 0; i < config->route_count; i++)
        for (char **channel = config->routes[i].channels; channel && *channel; channel++)
            if (text_is(name, *channel))
                return *channel;
    return NULL;
}

/* Rows come oldest first, so that the newest of each recipient has the last word. Whom the configuration no
 * longer knows cannot be told. */
static int recall(void *to, const struct journal_notice *notice)
{
    static const struct because told = {"You were told that it stands.", "", ""};
    struct recalling *recalling = to;
    const char *channel = channel_named(recalling->config, notice->channel);
    const struct config_reviewer *reviewer = reviewer_named(recalling->config, notice->reviewer);
    const char *address = reviewer && channel ? reviewer_address(reviewer, channel) : NULL;
    if (!channel || (notice->reviewer.length && !address) || text_is(notice->state, "muted"))
        return 0;
    struct recipient *recipient =
        add(recalling->recipients, channel, reviewer ? reviewer->name : "", reviewer ? address : "", &told);
    if (!recipient)
        return 0;
    recipient->told = !change_ends(notice->change);
    recipient->digest = text_is(notice->state, "folded") || text_is(notice->state, "digest");
    return 0;
}

/* What ends a case goes to those who were told of it: the routes would look at a level that nobody holds any more. */
static int recall_recipients(struct journal_view *view, const struct config *config,
                             const struct case_change *change, struct recipients *recipients)
{
    struct recalling recalling = {config, recipients};
    uint32_t kept = 0;
    int status = journal_notices_of_case(view, change->after->case_id, recall, &recalling);
    for (uint32_t i = 0; i < recipients->count; i++)
        if (recipients->items[i].told)
            recipients->items[kept++] = recipients->items[i];
    recipients->count = kept;
    return status;
}

int recipients_find(struct journal_view *view, const struct config *config, const struct case_change *change,
                    struct recipients *recipients)
{
    const struct config_queue *queue = queue_named(config, change->after->queue);
    recipients->count = 0;
    if (change_ends(text_of(change->change)))
        return recall_recipients(view, config, change, recipients);
    if (strcmp(change->change, "escalated") == 0 && queue && queue->lead)
        add_lead(recipients, config, queue);
    int status = add_routes(view, config, change, recipients);
    leave_to_assignee(recipients, config, change);
    return status;
}
