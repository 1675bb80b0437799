/* SPDX-License-Identifier: Apache-2.0
 *
 * rehearsal.c: see rehearsal.h. Where a scenario gives the facts no enricher runs: then the pipeline has nothing to wait
 * for, and what is given takes the place of what it joined before anything is sent.
 */
#include "ctl/rehearsal.h"

#include <pathwayd/plugin.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/offline.h"
#include "ctl/table.h"

struct rehearsal {
    const struct ctl *ctl;
    struct config config; /* the daemon's, with the plugins that are needed */
    struct scenarios *scenarios;
    struct line_options options;
    uv_loop_t loop;
    uv_idle_t idle;
    struct pipeline *pipeline;
    uint32_t pathways;
    size_t next, open; /* the next to be judged; how many are under way */
    bool given, stopping;
    int status;
};

static void want(struct rehearsal *rehearsal);

static void stop(struct rehearsal *rehearsal, int status)
{
    if (rehearsal->stopping)
        return;
    rehearsal->stopping = true;
    rehearsal->status = status;
    uv_close((uv_handle_t *)&rehearsal->idle, NULL);
    pipeline_stop(rehearsal->pipeline);
}

/* What the plugins said, or why they could not be asked. */
static void conclude(struct scenario *scenario)
{
    struct line *line = scenario->line;
    scenario->findings = cJSON_Parse(line->findings.data ? line->findings.data : "[]");
    if (line->bad)
        scenario_reason(scenario, "the event is refused: %s", table_word(scenario->findings, "error"));
    else if (line->lacking)
        scenario_reason(scenario, "a plugin could not be asked");
    else
        scenario_compare(scenario);
}

static void judged(void *owner, struct assessment *assessment)
{
    struct rehearsal *rehearsal = owner;
    struct line *line = assessment->owner;
    size_t index = assessment->sequence - 1;
    line_judged(line, rehearsal->pipeline, assessment);
    assessment_free(assessment);
    conclude(&rehearsal->scenarios->items[index]);
    rehearsal->open--;
    want(rehearsal);
}

static void give_facts(struct assessment *assessment, const char *facts)
{
    buffer_clear(&assessment->facts);
    buffer_string(&assessment->facts, facts);
}

static bool push(struct rehearsal *rehearsal, size_t index)
{
    struct scenario *scenario = &rehearsal->scenarios->items[index];
    struct assessment *assessment = NULL;
    struct pw_text text = {scenario->event, strlen(scenario->event)};
    scenario->line = line_read(&rehearsal->options, index + 1, text, false, &assessment);
    if (!scenario->line)
        return false;
    if (assessment && !assessment->pathways) /* a mistyped type would look like a pack that is silent */
        scenario_reason(scenario, "no pathway judges events of the type %.*s",
                        TEXT_FMT(rehearsal->options.event.type));
    if (assessment)
        assessment->pathways &= rehearsal->pathways;
    if (!assessment || !assessment->pathways) { /* nobody is to be asked */
        if (assessment)
            line_judged(scenario->line, rehearsal->pipeline, assessment);
        assessment_free(assessment);
        conclude(scenario);
        return true;
    }
    size_t before = ++rehearsal->open;
    if (pipeline_push(rehearsal->pipeline, assessment) != 0) {
        assessment_free(assessment);
        return false;
    }
    if (scenario->facts && rehearsal->open == before)
        give_facts(assessment, scenario->facts);
    return true;
}

/* Its own sentence was printed when it came. */
static bool refused(const struct rehearsal *rehearsal)
{
    for (uint32_t i = 0; i < pipeline_instance_count(rehearsal->pipeline); i++)
        if (host_process_state(pipeline_instance(rehearsal->pipeline, i)) != HOST_UP)
            return true;
    return false;
}

static bool is_due(const struct rehearsal *rehearsal, const struct scenario *scenario)
{
    return scenario->event && (scenario->facts != NULL) == rehearsal->given && !scenario->reasons->child;
}

static void pump(uv_idle_t *idle)
{
    struct rehearsal *rehearsal = idle->data;
    uv_idle_stop(idle);
    if (!pipeline_settled(rehearsal->pipeline))
        return;
    if (rehearsal->next == 0 && refused(rehearsal)) {
        stop(rehearsal, CTL_BAD);
        return;
    }
    for (; rehearsal->next < rehearsal->scenarios->count && pipeline_has_room(rehearsal->pipeline);
         rehearsal->next++)
        if (is_due(rehearsal, &rehearsal->scenarios->items[rehearsal->next]) &&
            !push(rehearsal, rehearsal->next)) {
            ctl_complain("out of memory");
            stop(rehearsal, CTL_USAGE);
            return;
        }
    if (rehearsal->next == rehearsal->scenarios->count && rehearsal->open == 0)
        stop(rehearsal, CTL_GOOD);
}

static void want(struct rehearsal *rehearsal)
{
    if (!rehearsal->stopping)
        uv_idle_start(&rehearsal->idle, pump);
}

static void changed(void *owner, uint32_t instance, bool up)
{
    (void)instance;
    (void)up;
    want(owner);
}

static void room(void *owner)
{
    want(owner);
}

static void logged(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    if (severity >= PW_LOG_ERROR)
        offline_log(severity, instance, line);
    want(owner);
}

static void stopped(void *owner)
{
    (void)owner; /* the loop ends when every handle is closed */
}

static const struct pipeline_events events = {
    .done = judged, .changed = changed, .room = room, .log = logged, .stopped = stopped};

static bool is_needed(const struct rehearsal *rehearsal, const struct config_plugin *plugin)
{
    if (plugin->stage == PW_STAGE_ENRICH)
        return !rehearsal->given;
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        if ((rehearsal->pathways & (1u << pathway)) && offline_judges(plugin, pathways[pathway].name))
            return true;
    return false;
}

/* The structs are copied, what they point to stays the configuration's. */
static bool choose_plugins(struct rehearsal *rehearsal)
{
    const struct config *all = rehearsal->ctl->config;
    rehearsal->config = *all;
    rehearsal->config.plugins = calloc(all->plugin_count + 1, sizeof(*all->plugins));
    rehearsal->config.plugin_count = 0;
    for (uint32_t i = 0; i < all->plugin_count && rehearsal->config.plugins; i++)
        if (is_needed(rehearsal, &all->plugins[i]))
            rehearsal->config.plugins[rehearsal->config.plugin_count++] = all->plugins[i];
    return rehearsal->config.plugins != NULL;
}

int rehearsal_run(const struct ctl *ctl, struct scenarios *scenarios, uint32_t concerned, bool given)
{
    struct rehearsal rehearsal = {
        .ctl = ctl, .scenarios = scenarios, .pathways = concerned, .given = given, .status = CTL_BAD};
    struct host_options options = offline_host_options(ctl);
    size_t due = 0;
    for (size_t i = 0; i < scenarios->count; i++)
        due += is_due(&rehearsal, &scenarios->items[i]);
    if (due == 0)
        return CTL_GOOD;
    rehearsal.options = (struct line_options){.ctl = ctl, .config = ctl->config};
    if (!choose_plugins(&rehearsal) || uv_loop_init(&rehearsal.loop) != 0)
        return CTL_BAD;
    uv_idle_init(&rehearsal.loop, &rehearsal.idle);
    rehearsal.idle.data = &rehearsal;
    if (pipeline_new(&rehearsal.loop, &rehearsal.config, &options, &events, &rehearsal,
                     &rehearsal.pipeline) != 0) {
        ctl_complain("the plugins cannot be prepared: out of memory, or more than %u of them",
                     PIPELINE_MAX_INSTANCES);
        return CTL_BAD;
    }
    pipeline_start(rehearsal.pipeline);
    want(&rehearsal);
    uv_run(&rehearsal.loop, UV_RUN_DEFAULT);
    pipeline_free(rehearsal.pipeline);
    uv_run(&rehearsal.loop, UV_RUN_DEFAULT);
    uv_loop_close(&rehearsal.loop);
    line_options_release(&rehearsal.options);
    free(rehearsal.config.plugins);
    return rehearsal.status;
}
