/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes rule packs: any bytes as a pack (first byte odd: pack, event and facts between NUL bytes), or as the choices by
 * which a pack, an event and facts are made, so that the evaluator is reached at once.
 *
 * Of made ones more is asked than that nothing breaks: a condition never has a value that the reader held impossible, and
 * a rule that was refused because it can never fire would not have fired.
 */
#include <pathwayd/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "json/buffer.h"
#include "json/json.h"
#include "pack_maker.h"
#include "rules/assessment.h"
#include "rules/policy.h"
#include "rules/prospect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define AS_OF INT64_C(1772442000000) /* 2026-03-02 */

static const struct policy policies[] = {
    {.pathway = "research",
     .max_level = PW_LEVEL_PROHIBITED,
     .may_ask = true,
     .hold_grounds = GROUND_PARTNER | GROUND_USE},
    {.pathway = "publication", .max_level = PW_LEVEL_NOTE},
    {.pathway = "legal", .max_level = PW_LEVEL_PROHIBITED, .may_ask = true, .legal_only = true},
};

/* ---- a host ---- */

static void hear(const struct pw_host *host, struct pw_text sentence)
{
    snprintf(host->context, PACK_ERROR_SIZE, "%.*s", (int)sentence.length, sentence.data);
}

static int32_t emit(const struct pw_host *host, const struct pw_finding *finding)
{
    struct pw_document trace = {0};
    struct json_error error;
    (void)host;
    require(finding->level > PW_LEVEL_NONE && finding->level <= PW_LEVEL_PROHIBITED);
    require(finding->rule.length && finding->explanation.length);
    require(!finding->trace.length ||
            !json_parse(&trace, finding->trace.data, finding->trace.length, &json_limits_frame, &error));
    json_release(&trace);
    return PW_OK;
}

/* ---- judging ---- */

/* A name under which the bytes can be opened, and the descriptor to close. */
static int make_file(struct pw_text bytes, char name[32])
{
    int file = memfd_create("pack", MFD_CLOEXEC);
    require(file >= 0 && write(file, bytes.data, bytes.length) == (ssize_t)bytes.length);
    snprintf(name, 32, "/proc/self/fd/%d", file);
    return file;
}

static bool parse(struct pw_document *document, struct pw_text text)
{
    struct json_error error;
    return json_parse_copy(document, text.data, text.length, &json_limits_frame, &error) == 0;
}

/* Whether the pack was good; what it says of the event is checked as it comes. */
static bool judge(const struct policy *policy, struct pw_text pack, const struct pw_message *message,
                  char said[PACK_ERROR_SIZE])
{
    char name[32], text[64];
    struct pw_document config = {0};
    struct pw_host host = {.struct_size = sizeof host,
                           .abi_minor = PW_ABI_MINOR,
                           .context = said,
                           .documents = &json_document_api,
                           .explain = hear,
                           .emit_finding = emit};
    void *instance = NULL;
    int file = make_file(pack, name);
    said[0] = '\0';
    snprintf(text, sizeof text, "{\"packs\":\"%s\"}", name);
    require(parse(&config, (struct pw_text){text, strlen(text)}));
    require(policy_create(&host, policy, &instance) == PW_OK);
    bool good = policy_start(instance, &config) == PW_OK;
    require(good || said[0]);
    if (good)
        require(policy_handle(instance, message) == PW_OK);
    policy_destroy(instance);
    json_release(&config);
    close(file);
    return good;
}

/* ---- the checks ---- */

static struct assessment assessment;

/* No condition has a value that was held impossible. */
static void check_prospects(const struct pack *pack)
{
    struct prospect prospect;
    require(prospect_begin(&prospect, pack) == PW_OK);
    for (int weak = 0; weak < 2; weak++)
        for (uint32_t i = 0; i < pack->condition_count; i++) {
            assessment.with_weak = weak;
            uint32_t value = 1u << assessment_value(&assessment, i);
            require((prospect_of(&prospect, assessment.scene.type, i) & value) != 0);
        }
    prospect_end(&prospect);
}

/* The same conditions where nothing refuses them: what is asked, when. */
static void check_values(const struct made *made, const struct pw_message *message, bool refused)
{
    struct buffer text = {0};
    struct pack *pack = NULL;
    const struct pw_host host = {.documents = &json_document_api};
    char name[32], error[PACK_ERROR_SIZE] = "";
    buffer_string(&text, HEAD_TEXT);
    buffer_string(&text, made->define);
    buffer_string(&text,
                  VERIFY_TEXT ",{\"id\":\"own.rule\",\"kind\":\"judgement\",\"level\":\"note\","
                              "\"needs_information\":true,\"answerable_by\":\"x\"," RULE_TEXT ",\"types\":");
    buffer_string(&text, made->types);
    buffer_string(&text, ",\"unknowns\":[{\"what\":\"?\",\"who\":\"x\",\"when\":");
    buffer_string(&text, made->when);
    buffer_string(&text, "},{\"what\":\"?\",\"who\":\"x\",\"when\":");
    buffer_string(&text, made->own);
    buffer_string(&text, "}]}]}}}");
    int file = make_file(buffer_view(&text), name);
    if (pack_read(&host, &policies[0], name, SWITCH_BAN, &pack, error) == PW_OK) {
        assessment.documents = &json_document_api;
        assessment_read(&assessment, message);
        assessment_use(&assessment, pack);
        check_prospects(pack);
        bool applies = pack->rules[1].types >> assessment.scene.type & 1;
        for (int weak = 0; weak < 2; weak++) {
            assessment.with_weak = weak;
            require(!refused || !applies ||
                    assessment_value(&assessment, pack->requests[1].when) != TRUTH_YES ||
                    assessment_value(&assessment, pack->requests[2].when) != TRUTH_YES);
        }
    }
    pack_free(pack);
    close(file);
    buffer_release(&text);
}

static void check_made(const struct made *made, const struct pw_message *message)
{
    struct buffer text = {0};
    char said[PACK_ERROR_SIZE];
    buffer_string(&text, HEAD_TEXT);
    buffer_string(&text, made->define);
    buffer_string(&text, VERIFY_TEXT ",{\"id\":\"own.rule\",\"kind\":\"judgement\"," RULE_TEXT ",\"types\":");
    buffer_string(&text, made->types);
    buffer_string(&text, ",\"when\":");
    buffer_string(&text, made->when);
    buffer_string(&text, ",\"level\":[{\"level\":\"note\",\"when\":");
    buffer_string(&text, made->own);
    buffer_string(&text, "}]}]}}}");
    bool good = judge(&policies[0], buffer_view(&text), message, said);
    check_values(made, message, !good && strstr(said, "can never") != NULL);
    buffer_release(&text);
}

static struct pw_text piece(struct pw_text *rest)
{
    const char *end = rest->length ? memchr(rest->data, '\0', rest->length) : NULL;
    struct pw_text text = {rest->data, end ? (size_t)(end - rest->data) : rest->length};
    size_t taken = text.length + (end ? 1 : 0);
    *rest = (struct pw_text){rest->data + taken, rest->length - taken};
    return text;
}

static void check(const struct policy *policy, struct pw_text event_text, struct pw_text facts_text,
                  struct pw_text pack, const struct made *made)
{
    struct pw_document document = {0}, known = {0};
    char said[PACK_ERROR_SIZE];
    struct pw_message message = {.struct_size = sizeof message,
                                 .stage = PW_STAGE_ASSESS,
                                 .as_of = AS_OF,
                                 .event = &document,
                                 .facts = &known};
    message.pathway = (struct pw_text){policy->pathway, strlen(policy->pathway)};
    bool good = parse(&document, event_text);
    good = parse(&known, facts_text) && good;
    require(good || !made);
    if (made)
        check_made(made, &message);
    else
        judge(policy, pack, &message, said);
    json_release(&document);
    json_release(&known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct pw_text rest = {(const char *)data + 1, size - 1};
    if (data[0] & 1) {
        struct pw_text pack = piece(&rest), event_text = piece(&rest);
        check(&policies[data[0] / 2 % 3], event_text, rest, pack, NULL);
        return 0;
    }
    struct maker maker = {.data = data + 1, .size = size - 1, .more = 1469598103934665603u};
    struct made made = make(&maker);
    check(&policies[0], (struct pw_text){made.event, strlen(made.event)},
          (struct pw_text){made.facts, strlen(made.facts)}, (struct pw_text){0}, &made);
    unmake(&made);
    return 0;
}
