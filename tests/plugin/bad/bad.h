/* SPDX-License-Identifier: Apache-2.0
 *
 * bad.h: a plugin that does nothing wrong, so that each file beside this one shows one defect and nothing
 * else:
 *
 *     BAD_PLUGIN(.handle = handle)        the rest stays as it should be
 */
#ifndef TESTS_PLUGIN_BAD_H
#define TESTS_PLUGIN_BAD_H

#include <pathwayd/plugin.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bad {
    const struct pw_host *host;
};

static inline int32_t bad_create(const struct pw_host *host, void **ret_instance)
{
    struct bad *bad = calloc(1, sizeof *bad);
    if (bad == NULL)
        return PW_ERROR_MEMORY;
    bad->host = host;
    *ret_instance = bad;
    return PW_OK;
}

static inline int32_t bad_start(void *instance, const struct pw_document *config)
{
    (void)instance;
    (void)config;
    return PW_OK;
}

static inline int32_t bad_handle(void *instance, const struct pw_message *message)
{
    (void)instance;
    (void)message;
    return PW_OK;
}

static inline void bad_stop(void *instance)
{
    (void)instance;
}

static inline void bad_destroy(void *instance)
{
    free(instance);
}

/* What a plugin tried and what came of it, as the members of a JSON object: 0, or the errno. */
struct attempts {
    char json[3072];
    size_t length;
};

static inline void attempts_add(struct attempts *attempts, const char *what, long result)
{
    int why = result < 0 ? errno : 0;
    size_t room = sizeof attempts->json - attempts->length;
    int length = snprintf(attempts->json + attempts->length, room, "%s\"%s\":%d", attempts->length ? "," : "",
                          what, why);
    if (length > 0 && (size_t)length < room)
        attempts->length += (size_t)length;
}

/* As a fact of an enrich plugin, a policy's finding, or the answer of a notify plugin. */
static inline int32_t attempts_emit(const struct attempts *attempts, const struct pw_host *host,
                                    uint32_t stage)
{
    char json[sizeof attempts->json + 2];
    int length = snprintf(json, sizeof json, "{%s}", attempts->json);
    struct pw_text text = {json, (size_t)length};
    if (stage == PW_STAGE_NOTIFY) {
        const struct pw_delivery delivery = {
            .struct_size = sizeof delivery, .outcome = PW_DELIVERY_DONE, .message = text};
        return host->emit_delivery(host, &delivery);
    }
    if (stage == PW_STAGE_ASSESS) {
        const struct pw_finding finding = {.struct_size = sizeof finding,
                                           .kind = PW_KIND_JUDGEMENT,
                                           .level = PW_LEVEL_NOTE,
                                           .rule = PW_TEXT("bad.attempts"),
                                           .explanation = text};
        return host->emit_finding(host, &finding);
    }
    const struct pw_fact fact = {.struct_size = sizeof fact, .fact = PW_TEXT("attempts"), .value = text};
    return host->emit_fact(host, &fact);
}

#ifndef BAD_STAGE
#define BAD_STAGE PW_STAGE_ENRICH
#endif

/* Where a policy stands it must say what it judges. */
static const char *const bad_pathways[] __attribute__((unused)) = {"research", NULL};

/* The defaults come first and are overridden on purpose. */
#ifdef __clang__
#define BAD_PRAGMA _Pragma("clang diagnostic ignored \"-Winitializer-overrides\"")
#else
#define BAD_PRAGMA _Pragma("GCC diagnostic ignored \"-Woverride-init\"")
#endif

#define BAD_PLUGIN(...)                                                                                      \
    BAD_PRAGMA                                                                                               \
    PW_EXPORT const struct pw_plugin pw_plugin = {.magic = PW_PLUGIN_MAGIC,                                  \
                                                  .abi_major = PW_ABI_MAJOR,                                 \
                                                  .abi_minor = PW_ABI_MINOR,                                 \
                                                  .struct_size = sizeof(struct pw_plugin),                   \
                                                  .stage = BAD_STAGE,                                        \
                                                  .config_field_size = sizeof(struct pw_config_field),       \
                                                  .name = "bad",                                             \
                                                  .version = "1",                                            \
                                                  .summary = "Has one defect",                               \
                                                  .licence = "Apache-2.0",                                   \
                                                  .pathways =                                                \
                                                      BAD_STAGE == PW_STAGE_ASSESS ? bad_pathways : NULL,    \
                                                  .create = bad_create,                                      \
                                                  .start = bad_start,                                        \
                                                  .handle = bad_handle,                                      \
                                                  .stop = bad_stop,                                          \
                                                  .destroy = bad_destroy,                                    \
                                                  __VA_ARGS__};

#endif
