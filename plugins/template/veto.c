/* SPDX-License-Identifier: Apache-2.0
 *
 * veto.c: a whole policy, to start your own from. It reads agreements on the research pathway and says
 *
 *     the clauses include "publication_veto"    what the configuration's `level` says, once per agreement
 *     nobody has said what the clauses are      nothing is held; the department is asked
 *     neither                                   nothing
 */
#include <pathwayd/plugin.h>

#include <stdlib.h>

struct veto {
    const struct pw_host *host;
    uint32_t level;
};

static const struct pw_config_field fields[] = {
    {.name = "level",
     .type = PW_CONFIG_CHOICE,
     .choices = "suggested|recommended",
     .default_value = "\"recommended\"",
     .help = "How urgent a review is when the other side may veto publication."},
    {0},
};

static int is(struct pw_text text, struct pw_text other)
{
    size_t i = 0;
    while (i < text.length && i < other.length && text.data[i] == other.data[i])
        i++;
    return i == text.length && i == other.length;
}

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    struct veto *veto = calloc(1, sizeof *veto);
    if (veto == NULL)
        return PW_ERROR_MEMORY;
    veto->host = host;
    *ret_instance = veto;
    return PW_OK;
}

/* The host has checked the configuration against the table: `level` is there and is one of the two words. */
static int32_t start(void *instance, const struct pw_document *config)
{
    struct veto *veto = instance;
    const struct pw_document_api *api = veto->host->documents;
    struct pw_text level = api->text(config, api->find(config, PW_NODE_ROOT, PW_TEXT("/level")));
    veto->level = is(level, PW_TEXT("suggested")) ? PW_LEVEL_SUGGESTED : PW_LEVEL_RECOMMENDED;
    return PW_OK;
}

/* Every finding names what is lost and what is gained (R04) and says what to do next (R62). */
static int32_t find_veto(const struct veto *veto)
{
    const struct pw_text requirements[] = {PW_TEXT("R44"), PW_TEXT("R04")};
    const struct pw_text costs[] = {PW_TEXT("C1.knowhow_beyond_paper")};
    const struct pw_text benefits[] = {PW_TEXT("B1.access_knowledge")};
    const struct pw_finding finding = {
        .struct_size = sizeof finding,
        .kind = PW_KIND_JUDGEMENT,
        .level = veto->level,
        .rule = PW_TEXT("veto.publication"),
        .regime = PW_TEXT("paper"),
        .explanation =
            PW_TEXT("The agreement lets the other side forbid publication. Ask the contracts office "
                    "whether the clause can become a right to comment within thirty days."),
        .answerable_by = PW_TEXT("contracts office"),
        .requirements = requirements,
        .requirement_count = 2,
        .costs = costs,
        .cost_count = 1,
        .benefits = benefits,
        .benefit_count = 1,
    };
    return veto->host->emit_finding(veto->host, &finding);
}

/* Unknown is an answer of its own: it asks whoever can tell, and it neither holds nor clears. */
static int32_t ask(const struct veto *veto)
{
    const struct pw_unknown unknown = {PW_TEXT("Which clauses does the agreement contain?"),
                                       PW_TEXT("department")};
    const struct pw_finding finding = {
        .struct_size = sizeof finding,
        .kind = PW_KIND_JUDGEMENT,
        .level = PW_LEVEL_NONE,
        .needs_information = 1,
        .rule = PW_TEXT("veto.unknown"),
        .regime = PW_TEXT("paper"),
        .explanation = PW_TEXT("Nobody has said which clauses the agreement contains. The department can."),
        .answerable_by = PW_TEXT("department"),
        .unknowns = &unknown,
        .unknown_count = 1,
    };
    return veto->host->emit_finding(veto->host, &finding);
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    const struct veto *veto = instance;
    const struct pw_document_api *api = veto->host->documents;
    const struct pw_document *event = message->event;
    uint32_t agreement = api->find(event, PW_NODE_ROOT, PW_TEXT("/data/agreement"));
    uint32_t clauses = api->find(event, agreement, PW_TEXT("/clauses"));
    if (api->type(event, agreement) == PW_JSON_ABSENT)
        return PW_OK;
    if (api->type(event, clauses) == PW_JSON_ABSENT)
        return ask(veto);
    for (uint32_t node = api->first(event, clauses); node != PW_NODE_NONE; node = api->next(event, node))
        if (is(api->text(event, node), PW_TEXT("publication_veto")))
            return find_veto(veto);
    return PW_OK;
}

static void stop(void *instance)
{
    (void)instance; /* nothing to flush */
}

static void destroy(void *instance)
{
    free(instance);
}

static const char *const pathways[] = {"research", NULL};

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof(struct pw_plugin),
    .stage = PW_STAGE_ASSESS,
    .config_field_size = sizeof(struct pw_config_field),
    .name = "veto",
    .version = "1.0",
    .summary = "Asks for a review of agreements that let the other side veto publication",
    .licence = "Apache-2.0",
    .pathways = pathways,
    .config = fields,
    .create = create,
    .start = start,
    .handle = handle,
    .stop = stop,
    .destroy = destroy,
};
