/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd/plugin.h: what a plugin is. Include this one; it brings the others.
 *
 * A plugin is a shared object with exactly one exported symbol, `pw_plugin`, of type const struct pw_plugin.
 * It is loaded into a process of its own (pathwayd-host), one process per configured instance, and never into
 * the daemon. It may block, leak or crash: that is its own process's business. It runs without network
 * (except stage notify), without write access to any file, and after `start` without opening any.
 *
 * Life of an instance, one thread throughout:
 *
 *     create ──▶ start ──▶ handle* ──▶ stop ──▶ destroy
 *        └─ failed ──────────────────────────────▲   (destroy gets what create left in *ret_instance, maybe NULL)
 *                    └─ failed ─────────────────▲    (no stop after a failed start)
 *
 * Rationale: why a struct and not functions by name? One symbol can be checked before anything runs, and a
 * missing slot is a sentence instead of a crash.
 * Rationale: there is no unloading. A plugin host ends as a process; dlclose is never called.
 *
 * Stability: draft 1.2. Fields are only ever appended; struct_size says how far a build reaches.
 */
#ifndef PATHWAYD_PLUGIN_H
#define PATHWAYD_PLUGIN_H

#include <pathwayd/text.h>
#include <pathwayd/config.h>
#include <pathwayd/host.h>
#include <pathwayd/list.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PW_PLUGIN_MAGIC 0x49504450u /* "PDPI" read as little-endian */
#define PW_ABI_MAJOR    1u
#define PW_ABI_MINOR    2u

#define PW_STAGE_ENRICH 1u /* adds facts */
#define PW_STAGE_ASSESS 2u /* reads event and facts, returns findings */
#define PW_STAGE_NOTIFY 3u /* delivers notices; the only stage with network */

#if defined(__GNUC__)
#define PW_EXPORT __attribute__((visibility("default")))
#else
#define PW_EXPORT
#endif

/* One thing to handle. Everything in it belongs to the host and ends with the call. */
struct pw_message {
    uint32_t struct_size;
    uint32_t stage;
    uint64_t sequence; /* the event's or notice's number; for messages only */
    int64_t as_of;     /* the instant to judge by, ms since 1970-01-01 UTC; the only clock a policy may use */
    struct pw_text pathway; /* assess: the pathway asked about ("research" …, or "legal") */
    const struct pw_document
        *event; /* enrich, assess: the CloudEvent as stored: {"specversion","id",…,"data":{…}} */
    const struct pw_document *facts;  /* assess: see fact.h */
    const struct pw_document *notice; /* notify: see notice.h */
    struct pw_text affiliation; /* enrich: the event's raw_affiliation as printed, which is kept apart so
                                         that it can be purged; empty when there is none (any more) */
};

struct pw_plugin {
    uint32_t magic; /* PW_PLUGIN_MAGIC */
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t struct_size; /* sizeof(struct pw_plugin) of the plugin's build */

    uint32_t stage;             /* PW_STAGE_* */
    uint32_t config_field_size; /* sizeof(struct pw_config_field) of the plugin's build */

    const char *name;    /* [a-z0-9-], at most 32 bytes */
    const char *version; /* the plugin's own */
    const char *summary; /* one line */
    const char *licence; /* SPDX expression */

    /* assess: the pathways it judges, NULL-terminated; an instance may narrow them. Others: NULL. */
    const char *const *pathways;

    const struct pw_config_field *config; /* ends with a NULL name; NULL: takes no configuration */

    /* Makes an instance. No service but `log` may be called yet. On failure a negative code; whatever is in
     * *ret_instance (NULL at entry) still gets `destroy`. */
    int32_t (*create)(const struct pw_host *host, void **ret_instance);

    /* Reads the checked configuration, opens files, connects. `config` lives until `destroy`. On failure a
     * negative code after `explain`. */
    int32_t (*start)(void *instance, const struct pw_document *config);

    /* Handles one message. 0, or a negative code after `explain`: the message is then tried again later as
     * if the host had died, so return an error only for trouble, never as an answer. */
    int32_t (*handle)(void *instance, const struct pw_message *message);

    /* The end of handling; flush and disconnect. */
    void (*stop)(void *instance);

    /* Frees the instance. Accepts NULL and half-built ones. */
    void (*destroy)(void *instance);

    /* A named, revisioned interface that the plugin offers beyond these slots, or NULL. May be NULL itself.
     * [after start] */
    const void *(*extension)(void *instance, const char *name);
};

/* The one exported symbol. */
extern PW_EXPORT const struct pw_plugin pw_plugin;

#ifdef __cplusplus
}
#endif
#endif
