/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_host.h: a plugin host for tests, in one process: loads the real policy plugins, hands them events
 * and facts, and keeps what they say as JSON. Included by the unit tests of the policies only.
 */
#ifndef PATHWAYD_TESTS_POLICY_HOST_H
#define PATHWAYD_TESTS_POLICY_HOST_H

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <pathwayd/plugin.h>
#include "json/buffer.h"
#include "json/json.h"
#include "json/time.h"

#define POLICY_COUNT      6
#define HOST_MAX_FINDINGS 64

static const char *const policy_names[POLICY_COUNT] = {"research",    "conference", "enrolment",
                                                       "publication", "lab",        "legal"};
static const char *const policy_levels[PW_LEVEL_COUNT] = {"none",        "note",     "suggested",
                                                          "recommended", "required", "prohibited"};

struct heard { /* one finding, as far as tests look at it */
    char rule[80];
    uint32_t level, asks, unknowns, evidence;
    size_t bytes;
};

struct test_host {
    struct pw_host host;
    struct heard findings[HOST_MAX_FINDINGS];
    uint32_t count;
    bool silent;        /* count only: for timing */
    struct buffer said; /* the findings as JSON, one a line */
    char explained[1024];
    char pathway[16];
};

static inline struct test_host *test_host_of(const struct pw_host *host)
{
    return host->context;
}

static void host_log(const struct pw_host *host, uint32_t severity, struct pw_text line)
{
    (void)host, (void)severity, (void)line;
}

static void host_explain(const struct pw_host *host, struct pw_text sentence)
{
    struct test_host *test = test_host_of(host);
    snprintf(test->explained, sizeof test->explained, "%.*s", (int)sentence.length, sentence.data);
}

static void write_texts(struct buffer *out, const char *key, const struct pw_text *texts, uint32_t count)
{
    json_write_key(out, key);
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < count; i++)
        json_write_text(out, texts[i]);
    json_write_end(out, ']');
}

static void write_evidence(struct buffer *out, const struct pw_finding *finding)
{
    json_write_key(out, "evidence");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < finding->evidence_count; i++) {
        const struct pw_evidence *evidence = &finding->evidence[i];
        json_write_begin(out, '{');
        json_member_text(out, "source", evidence->source);
        json_member_text(out, "list", evidence->list);
        json_member_text(out, "entry", evidence->entry);
        json_member_text(out, "entry_name", evidence->entry_name);
        json_member_text(out, "snapshot", evidence->snapshot);
        json_member_text(out, "basis", evidence->basis);
        json_member_text(out, "text", evidence->text);
        json_member_text(out, "pointer", evidence->pointer);
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
}

static void write_unknowns(struct buffer *out, const struct pw_finding *finding)
{
    json_write_key(out, "unknowns");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < finding->unknown_count; i++) {
        json_write_begin(out, '{');
        json_member_text(out, "what", finding->unknowns[i].what);
        json_member_text(out, "who", finding->unknowns[i].who);
        json_write_end(out, '}');
    }
    json_write_end(out, ']');
}

static void write_finding(struct buffer *out, const struct test_host *test, const struct pw_finding *finding)
{
    json_write_begin(out, '{');
    json_member_string(out, "pathway", test->pathway);
    json_member_unsigned(out, "kind", finding->kind);
    json_member_text(out, "rule", finding->rule);
    json_member_text(out, "regime", finding->regime);
    json_member_text(out, "version", finding->version);
    json_member_text(out, "label", finding->label);
    json_member_text(out, "due", finding->due);
    json_member_boolean(out, "shadow", finding->shadow);
    json_member_string(out, "level", policy_levels[finding->level]);
    json_member_boolean(out, "needs_information", finding->needs_information != 0);
    write_texts(out, "requirements", finding->requirements, finding->requirement_count);
    write_evidence(out, finding);
    write_unknowns(out, finding);
    write_texts(out, "costs", finding->costs, finding->cost_count);
    write_texts(out, "benefits", finding->benefits, finding->benefit_count);
    write_texts(out, "mitigations", finding->mitigations, finding->mitigation_count);
    json_member_text(out, "explanation", finding->explanation);
    json_member_text(out, "answerable_by", finding->answerable_by);
    json_member_raw(out, "trace", finding->trace.length ? finding->trace : PW_TEXT("null"));
    json_write_end(out, '}');
    buffer_string(out, "\n");
}

/* What the real host refuses, this one fails on. */
static void check_finding(const struct pw_finding *finding)
{
    assert_int_equal(finding->struct_size, sizeof *finding);
    assert_in_range(finding->kind, PW_KIND_JUDGEMENT, PW_KIND_SYSTEM);
    assert_in_range(finding->level, PW_LEVEL_NOTE, PW_LEVEL_PROHIBITED);
    assert_true(finding->rule.length > 0 && finding->explanation.length > 0 && finding->regime.length > 0);
    if (finding->needs_information) {
        assert_true(finding->level <= PW_LEVEL_SUGGESTED);
        assert_true(finding->unknown_count > 0 && finding->answerable_by.length > 0);
    }
    if (finding->kind != PW_KIND_SYSTEM)
        assert_true(finding->cost_count > 0 && finding->benefit_count > 0 && finding->requirement_count > 0);
    if (finding->trace.length) {
        struct pw_document trace = {0};
        struct json_error error;
        assert_int_equal(
            json_parse(&trace, finding->trace.data, finding->trace.length, &json_limits_frame, &error), 0);
        json_release(&trace);
    }
}

static int32_t host_emit_finding(const struct pw_host *host, const struct pw_finding *finding)
{
    struct test_host *test = test_host_of(host);
    if (test->count >= HOST_MAX_FINDINGS)
        return PW_ERROR_LIMIT;
    struct heard *heard = &test->findings[test->count++];
    if (test->silent)
        return PW_OK;
    check_finding(finding);
    size_t before = test->said.length;
    snprintf(heard->rule, sizeof heard->rule, "%.*s", (int)finding->rule.length, finding->rule.data);
    heard->level = finding->level;
    heard->asks = finding->needs_information;
    heard->unknowns = finding->unknown_count;
    heard->evidence = finding->evidence_count;
    write_finding(&test->said, test, finding);
    heard->bytes = test->said.length - before;
    return PW_OK;
}

static void test_host_begin(struct test_host *test)
{
    memset(test, 0, sizeof *test);
    test->host = (struct pw_host){.struct_size = sizeof test->host,
                                  .abi_minor = PW_ABI_MINOR,
                                  .context = test,
                                  .documents = &json_document_api,
                                  .log = host_log,
                                  .explain = host_explain,
                                  .emit_finding = host_emit_finding};
}

static inline void test_host_clear(struct test_host *test)
{
    test->count = 0;
    test->explained[0] = '\0';
    buffer_clear(&test->said);
}

/* A plugin is never unloaded, here as little as in the real host. */
static const struct pw_plugin *plugin_load(const char *name)
{
    char path[1024];
    const char *folder = getenv("PATHWAYD_PLUGINS");
    snprintf(path, sizeof path, "%s/%s.so", folder ? folder : PATHWAYD_BUILD "/plugins", name);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        fail_msg("%s", dlerror());
    const struct pw_plugin *plugin = dlsym(library, "pw_plugin");
    assert_non_null(plugin);
    assert_int_equal(plugin->magic, PW_PLUGIN_MAGIC);
    return plugin;
}

/* "paper" → the shipped pack's file. */
static inline void pack_path(const char *pack, char *path, size_t size)
{
    const char *folder = getenv("PATHWAYD_PACKS");
    snprintf(path, size, "%s/%s.json", folder ? folder : PATHWAYD_SOURCE "/conf/packs", pack);
}

/* An instance with the packs of `file`; NULL and a sentence in test->explained when start refuses. */
static inline void *instance_start(struct test_host *test, const struct pw_plugin *plugin, const char *file,
                                   const char *seven_sons, struct pw_document *config)
{
    struct buffer text = {0};
    struct json_error error;
    void *instance = NULL;
    json_write_begin(&text, '{');
    json_member_string(&text, "packs", file);
    json_member_string(&text, "seven_sons", seven_sons);
    json_write_end(&text, '}');
    assert_int_equal(json_parse_copy(config, text.data, text.length, &json_limits_frame, &error), 0);
    buffer_release(&text);
    assert_int_equal(plugin->create(&test->host, &instance), PW_OK);
    if (plugin->start(instance, config) == PW_OK)
        return instance;
    plugin->destroy(instance);
    return NULL;
}

static inline void instance_end(const struct pw_plugin *plugin, void *instance)
{
    if (instance)
        plugin->stop(instance);
    plugin->destroy(instance);
}

static int32_t instance_judge(struct test_host *test, const struct pw_plugin *plugin, void *instance,
                              const char *pathway, const struct pw_document *event,
                              const struct pw_document *facts, int64_t as_of)
{
    struct pw_message message = {.struct_size = sizeof message,
                                 .stage = PW_STAGE_ASSESS,
                                 .sequence = 1,
                                 .as_of = as_of,
                                 .pathway = {pathway, strlen(pathway)},
                                 .event = event,
                                 .facts = facts};
    snprintf(test->pathway, sizeof test->pathway, "%s", pathway);
    return plugin->handle(instance, &message);
}

#endif
