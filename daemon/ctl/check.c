/* SPDX-License-Identifier: Apache-2.0
 *
 * check.c: the command `plugin check`: loads a plugin as the daemon would, runs the samples through it twice,
 * one at a time, so that whatever goes wrong has the sample's name.
 *
 *   probe (descriptor, file) ──▶ create, start ──▶ each sample, twice ──▶ stop, destroy
 *                                     ▲                │ dies
 *                                     └── a new host ──┘ at most CHECK_MAX_DEATHS times
 */
#include <pathwayd/plugin.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ctl/list.h"
#include "ctl/offline.h"
#include "ctl/plugin.h"
#include "ctl/sample.h"
#include "dispatch/pathway.h"
#include "json/json.h"

#define CHECK_MAX_DEATHS 3
#define CHECK_ROUNDS     2 /* the second must say the same as the first */

struct unit {
    uint32_t sample;
    enum pathway pathway; /* PATHWAY_COUNT: none */
    char *answer;         /* of the first round */
    bool dead;
};

struct check {
    struct ctl *ctl;
    uv_loop_t loop;
    struct plugin_target target;
    struct host_process *host;
    struct unit *units;
    uint32_t unit_count, at, round, deaths, handled;
    struct buffer event, facts;
    struct buffer defects; /* a JSON array of sentences */
    uint32_t defect_count;
    bool up, finished;
};

static void add_defect(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_defect(struct check *check, const char *format, ...)
{
    char sentence[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    json_write_string(&check->defects, sentence);
    check->defect_count++;
    if (!check->ctl->json) {
        fputs("- ", stdout);
        table_print(sentence);
        putchar('\n');
    }
}

static void add_lines(struct check *check, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        add_defect(check, "%.*s", (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}

/* "64 partners (lab)" */
static const char *unit_name(const struct unit *unit, char name[96])
{
    bool pathway = unit->pathway < PATHWAY_COUNT;
    snprintf(name, 96, "\"%s\"%s%s%s", sample_name(unit->sample), pathway ? " (" : "",
             pathway ? pathways[unit->pathway].name : "", pathway ? ")" : "");
    return name;
}

/* ---- samples ------------------------------------------------------------------------------------------- */

static void send_next(struct check *check)
{
    while (check->round < CHECK_ROUNDS) {
        while (check->at < check->unit_count && check->units[check->at].dead)
            check->at++;
        if (check->at < check->unit_count)
            break;
        check->at = 0;
        check->round++;
    }
    if (check->round >= CHECK_ROUNDS || check->unit_count == 0) {
        check->finished = true;
        host_process_stop(check->host);
        return;
    }
    const struct unit *unit = &check->units[check->at];
    const char *pathway = unit->pathway < PATHWAY_COUNT ? pathways[unit->pathway].name : "";
    sample_event(unit->sample, &check->event);
    sample_facts(unit->sample, &check->facts);
    bool enrich = check->target.plugin.stage == PW_STAGE_ENRICH;
    struct frame_item item = {
        .sequence = check->at + 1, .as_of = SAMPLE_TIME_MS, .event = buffer_view(&check->event)};
    if (enrich)
        item.affiliation = sample_affiliation(unit->sample);
    else
        item.facts = buffer_view(&check->facts);
    item.pathway = (struct pw_text){pathway, strlen(pathway)};
    if (host_process_send(check->host, &item, 1) != 0)
        host_process_fail(check->host, "the sample could not be sent");
}

static const char *finding_fault(const struct pw_document *document, uint32_t node, enum pathway pathway)
{
    uint32_t level = level_by_name(json_text(document, json_member(document, node, "level")));
    bool asks = json_true(document, json_member(document, node, "needs_information"));
    if (level >= PW_LEVEL_COUNT)
        return "a finding without a known level";
    if (level > pathways[pathway].max_level)
        return "a finding above the level that its pathway can ever have";
    if (asks && !pathways[pathway].may_ask)
        return "a finding that asks, on a pathway that never asks";
    return NULL;
}

static void check_answer(struct check *check, const struct unit *unit, struct pw_text answer)
{
    struct pw_document document = {0};
    struct json_error error = {0};
    char name[96];
    if (json_parse(&document, answer.data, answer.length, &json_limits_frame, &error) != 0 ||
        json_type(&document, PW_NODE_ROOT) != PW_JSON_ARRAY)
        add_defect(check, "On %s it answered with something that is not a JSON array.",
                   unit_name(unit, name));
    for (uint32_t node = json_first(&document, PW_NODE_ROOT);
         node != PW_NODE_NONE && unit->pathway < PATHWAY_COUNT; node = json_next(&document, node)) {
        const char *fault = finding_fault(&document, node, unit->pathway);
        if (fault)
            add_defect(check, "On %s it emitted %s.", unit_name(unit, name), fault);
    }
    json_release(&document);
}

static void compare(struct check *check, struct unit *unit, struct pw_text answer)
{
    char name[96];
    bool same = unit->answer && strlen(unit->answer) == answer.length &&
                memcmp(unit->answer, answer.data ? answer.data : "", answer.length) == 0;
    if (!same)
        add_defect(check,
                   "On %s it answered otherwise the second time; the same event must give the same answer.",
                   unit_name(unit, name));
}

static void host_result(void *owner, struct host_process *host, const struct frame_result *result)
{
    struct check *check = owner;
    struct unit *unit = &check->units[check->at];
    char name[96];
    (void)host;
    check->handled++;
    if (result->status < 0 && check->round == 0) {
        add_defect(check, "On %s handle returned %d: %.*s", unit_name(unit, name), result->status,
                   (int)(result->body.length > 400 ? 400 : result->body.length),
                   result->body.length ? result->body.data : "it did not explain why");
        unit->dead = true;
    } else if (check->round == 0) {
        check_answer(check, unit, result->body);
        unit->answer = strndup(result->body.data ? result->body.data : "", result->body.length);
    } else {
        compare(check, unit, result->body);
    }
    check->at++;
    send_next(check);
}

/* ---- the host ------------------------------------------------------------------------------------------ */

static void host_up(void *owner, struct host_process *host, const struct pw_document *ready)
{
    struct check *check = owner;
    (void)host;
    (void)ready;
    check->up = true;
    send_next(check);
}

static void host_down(void *owner, struct host_process *host, const char *why, uint32_t unanswered,
                      uint32_t suspects)
{
    struct check *check = owner;
    char name[96];
    (void)host;
    (void)unanswered;
    (void)suspects;
    if (check->finished) {
        if (!strstr(why, "exited with status 0"))
            add_defect(check, "While it stopped: %s.", why);
        return;
    }
    if (!check->up) {
        add_lines(check, why);
        check->finished = true;
        return;
    }
    struct unit *unit = &check->units[check->at];
    add_defect(check, "On %s: %s.", unit_name(unit, name), why);
    unit->dead = true;
    if (++check->deaths >= CHECK_MAX_DEATHS) {
        add_defect(check, "It died %d times; the other samples were not tried.", CHECK_MAX_DEATHS);
        check->finished = true;
    }
}

static void start_host(struct check *check);

static void host_stopped(void *owner, struct host_process *host)
{
    struct check *check = owner;
    host_process_free(host);
    check->host = NULL;
    if (!check->finished)
        start_host(check);
}

static void host_log(void *owner, uint32_t severity, const char *instance, struct pw_text line)
{
    (void)owner;
    offline_log(severity, instance, line);
}

static const struct host_events host_events = {
    .up = host_up, .result = host_result, .down = host_down, .log = host_log, .stopped = host_stopped};

static const char *host_program(const struct check *check)
{
    return check->target.loaded ? check->target.loaded->host_program : check->ctl->places.host_program;
}

static void start_host(struct check *check)
{
    const struct host_options options = {
        .host_program = host_program(check), .base = check->target.base, .landlock_max = -1, .check = true};
    check->up = false;
    if (host_process_new(&check->loop, &check->target.plugin, &options, &host_events, check, &check->host) !=
        0) {
        add_defect(check, "The plugin host could not be started: out of memory.");
        check->finished = true;
        return;
    }
    host_process_start(check->host);
}

/* ---- the command --------------------------------------------------------------------------------------- */

static int make_units(struct check *check, const cJSON *ready)
{
    uint32_t stage = check->target.plugin.stage;
    const cJSON *names = stage == PW_STAGE_ASSESS ? table_find(ready, "pathways") : NULL, *name = NULL;
    size_t kinds = stage == PW_STAGE_ASSESS ? (size_t)cJSON_GetArraySize(names) : stage == PW_STAGE_ENRICH;
    check->units = calloc(sample_count() * kinds + 1, sizeof(*check->units));
    if (!check->units)
        return CTL_BAD;
    for (uint32_t sample = 0; sample < sample_count() && kinds > 0; sample++) {
        if (stage == PW_STAGE_ENRICH)
            check->units[check->unit_count++] = (struct unit){.sample = sample, .pathway = PATHWAY_COUNT};
        cJSON_ArrayForEach(name, names)
        {
            const char *word = cJSON_GetStringValue(name) ? cJSON_GetStringValue(name) : "";
            enum pathway pathway = pathway_by_name((struct pw_text){word, strlen(word)});
            if (pathway < PATHWAY_COUNT)
                check->units[check->unit_count++] = (struct unit){.sample = sample, .pathway = pathway};
        }
    }
    return CTL_GOOD;
}

/* Another address that is free: any port, or a name of this process. NULL when it is no address with such. */
static char *free_address(const char *address)
{
    char *other = NULL, *end = NULL;
    const char *colon = strrchr(address, ':');
    long port = colon ? strtol(colon + 1, &end, 10) : 0;
    int made = -1;
    if (strncmp(address, "tcp://", 6) == 0 && port > 0 && port <= UINT16_MAX && *end == '\0')
        made = asprintf(&other, "%.*s:0", (int)(colon - address), address);
    else if (strncmp(address, "abstract://", 11) == 0)
        made = asprintf(&other, "%s-check-%d", address, (int)getpid());
    return made < 0 ? NULL : other;
}

/* Where it listens, a running daemon has it listening already, which is no defect of the plugin. */
static void free_listeners(struct check *check)
{
    cJSON *config = cJSON_Parse(check->target.config);
    const cJSON *listen = cJSON_GetObjectItemCaseSensitive(config, "listen");
    const char *address = cJSON_GetStringValue(listen);
    char *other = address ? free_address(address) : NULL, *text = NULL;
    if (other) {
        ctl_complain("the check listens on %s, because a daemon may have %s", other, address);
        cJSON_ReplaceItemInObjectCaseSensitive(config, "listen", cJSON_CreateString(other));
        text = cJSON_PrintUnformatted(config);
    }
    if (text) {
        free(check->target.config);
        check->target.config = check->target.plugin.config = text;
    }
    free(other);
    cJSON_Delete(config);
}

/* A plugin that cannot start for want of configuration is not defective; whoever checks it has to say more.
 */
static int check_required(const struct check *check, const cJSON *ready)
{
    const cJSON *field = NULL;
    cJSON *config = cJSON_Parse(check->target.config);
    int status = CTL_GOOD;
    cJSON_ArrayForEach(field, table_find(ready, "config"))
    {
        const cJSON *required = table_find(field, "required");
        bool needed = cJSON_IsTrue(required) || cJSON_GetNumberValue(required) > 0;
        if (!needed || cJSON_GetObjectItemCaseSensitive(config, table_word(field, "name")))
            continue;
        ctl_complain("the plugin needs \"%s\" in its configuration (%s); give it by --with '{\"%s\": …}'",
                     table_word(field, "name"), table_word(field, "help"), table_word(field, "name"));
        status = CTL_USAGE;
    }
    cJSON_Delete(config);
    return status;
}

static int run_samples(struct check *check, const char *text)
{
    cJSON *ready = cJSON_Parse(text);
    double stage = cJSON_GetNumberValue(table_find(ready, "stage"));
    check->target.plugin.stage = stage >= 1 && stage <= 3 ? (uint32_t)stage : 0;
    int status = check_required(check, ready);
    if (status == CTL_GOOD)
        status = make_units(check, ready);
    cJSON_Delete(ready);
    if (status == CTL_GOOD && uv_loop_init(&check->loop) == 0) {
        start_host(check);
        uv_run(&check->loop, UV_RUN_DEFAULT);
        uv_loop_close(&check->loop);
    }
    return status;
}

static void report(struct check *check)
{
    json_write_end(&check->defects, ']');
    if (check->ctl->json) {
        struct buffer out = {0};
        json_write_begin(&out, '{');
        json_member_string(&out, "file", check->target.file);
        json_member_boolean(&out, "good", check->defect_count == 0);
        json_member_unsigned(&out, "samples", check->handled);
        json_member_raw(&out, "defects", buffer_view(&check->defects));
        json_write_end(&out, '}');
        puts(out.failed ? "{\"error\":\"out of memory\"}" : out.data);
        buffer_release(&out);
    } else if (check->defect_count == 0) {
        printf("%s is good: it loads, starts, answers %u sample events the same way each time, and stops.\n",
               check->target.file, check->handled);
    } else {
        printf("%s has %u defect%s.\n", check->target.file, check->defect_count,
               check->defect_count == 1 ? "" : "s");
    }
}

int ctl_plugin_check(struct ctl *ctl)
{
    struct check check = {.ctl = ctl};
    char *ready = NULL, *defects = NULL;
    int status = plugin_find(ctl, ctl->positionals[0], ctl_option(ctl, "--with"), &check.target);
    if (status != CTL_GOOD)
        return status;
    free_listeners(&check);
    json_write_begin(&check.defects, '[');
    if (plugin_probe(ctl, &check.target, true, &ready, &defects) != CTL_GOOD)
        add_lines(&check, defects ? defects : "Out of memory.");
    else
        status = run_samples(&check, ready);
    if (status == CTL_GOOD) {
        report(&check);
        status = check.defect_count > 0 ? CTL_BAD : CTL_GOOD;
    }
    for (uint32_t i = 0; i < check.unit_count; i++)
        free(check.units[i].answer);
    free(check.units);
    free(ready);
    free(defects);
    buffer_release(&check.event);
    buffer_release(&check.facts);
    buffer_release(&check.defects);
    plugin_release(&check.target);
    return status;
}
