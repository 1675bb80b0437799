/* SPDX-License-Identifier: Apache-2.0
 *
 * good.c: a plugin without defects, built once for each stage. What it emits is fixed, so that the bytes a
 * host makes of it can be compared; it reads its configuration, the event and the facts on the way.
 */
#include <pathwayd/plugin.h>

#include <stdlib.h>

struct good {
    const struct pw_host *host;
    struct pw_text word;
    int64_t number;
};

static const struct pw_config_field fields[] = {
    {.name = "word", .type = PW_CONFIG_TEXT, .default_value = "\"hello\"", .help = "A word to repeat."},
    {.name = "number",
     .type = PW_CONFIG_INTEGER,
     .default_value = "7",
     .minimum = 1,
     .maximum = 10,
     .help = "A number, without unit."},
    {0},
};

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    struct good *good = calloc(1, sizeof *good);
    if (good == NULL)
        return PW_ERROR_MEMORY;
    good->host = host;
    host->log(host, PW_LOG_DEBUG, PW_TEXT("created"));
    *ret_instance = good;
    return PW_OK;
}

static int32_t start(void *instance, const struct pw_document *config)
{
    struct good *good = instance;
    const struct pw_document_api *api = good->host->documents;
    good->word = api->text(config, api->find(config, PW_NODE_ROOT, PW_TEXT("/word")));
    return api->integer(config, api->find(config, PW_NODE_ROOT, PW_TEXT("/number")), &good->number);
}

#if GOOD_STAGE == 1
static int32_t handle(void *instance, const struct pw_message *message)
{
    struct good *good = instance;
    const struct pw_document_api *api = good->host->documents;
    const struct pw_fact id = {
        .struct_size = sizeof id,
        .fact = PW_TEXT("good.id"),
        .pointer = PW_TEXT("/id"),
        .value = api->raw(message->event, api->find(message->event, PW_NODE_ROOT, PW_TEXT("/id")))};
    const struct pw_fact empty = {
        .struct_size = sizeof empty, .fact = PW_TEXT("good.empty"), .value = PW_TEXT("null")};
    int32_t status = good->host->emit_fact(good->host, &id);
    return status < 0 || message->affiliation.length == 0 ? status
                                                          : good->host->emit_fact(good->host, &empty);
}
#elif GOOD_STAGE == 2
static const char *const pathways[] = {"research", "lab", NULL};

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct good *good = instance;
    const struct pw_document_api *api = good->host->documents;
    const struct pw_text requirements[] = {PW_TEXT("R21"), PW_TEXT("R23")};
    const struct pw_text costs[] = {PW_TEXT("C1.knowhow_beyond_paper")};
    const struct pw_text benefits[] = {PW_TEXT("B1.access_knowledge")};
    const struct pw_evidence evidence = {.source = PW_TEXT("seven-sons"),
                                         .list = PW_TEXT("SEVEN-SONS"),
                                         .entry = PW_TEXT("beihang"),
                                         .entry_name = PW_TEXT("Beihang University"),
                                         .snapshot = PW_TEXT("2022-04-21"),
                                         .basis = PW_TEXT("name_exact"),
                                         .text = PW_TEXT("Beihang \"U\"\n"),
                                         .pointer = PW_TEXT("/data/partner/0/name")};
    const struct pw_unknown unknown = {.what = PW_TEXT("What for?"), .who = PW_TEXT("researcher")};
    const struct pw_finding finding = {
        .struct_size = sizeof finding,
        .kind = PW_KIND_JUDGEMENT,
        .level = PW_LEVEL_RECOMMENDED,
        .rule = PW_TEXT("good.finding"),
        .regime = PW_TEXT("paper"),
        .explanation = good->word,
        .answerable_by = PW_TEXT("department"),
        .trace = PW_TEXT("{\"q1\":\"yes\"}"),
        .requirements = requirements,
        .evidence = &evidence,
        .unknowns = &unknown,
        .costs = costs,
        .benefits = benefits,
        .requirement_count = 2,
        .evidence_count = 1,
        .unknown_count = 1,
        .cost_count = 1,
        .benefit_count = 1,
    };
    if (api->count(message->facts, PW_NODE_ROOT) == 0)
        return PW_OK;
    return good->host->emit_finding(good->host, &finding);
}
#else
static int32_t handle(void *instance, const struct pw_message *message)
{
    struct good *good = instance;
    const struct pw_document_api *api = good->host->documents;
    const struct pw_delivery delivery = {
        .struct_size = sizeof delivery,
        .outcome = PW_DELIVERY_RETRY,
        .retry_after = (uint32_t)good->number,
        .message =
            api->text(message->notice, api->find(message->notice, PW_NODE_ROOT, PW_TEXT("/notice_id"))),
    };
    return good->host->emit_delivery(good->host, &delivery);
}
#endif

static void stop(void *instance)
{
    struct good *good = instance;
    good->host->log(good->host, PW_LOG_DEBUG, PW_TEXT("stopped"));
}

static void destroy(void *instance)
{
    free(instance);
}

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof(struct pw_plugin),
    .stage = GOOD_STAGE,
    .config_field_size = sizeof(struct pw_config_field),
    .name = "good",
    .version = "1",
    .summary = "Does what it should",
    .licence = "Apache-2.0",
#if GOOD_STAGE == 2
    .pathways = pathways,
#endif
    .config = fields,
    .create = create,
    .start = start,
    .handle = handle,
    .stop = stop,
    .destroy = destroy,
};
