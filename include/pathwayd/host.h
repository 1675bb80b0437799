/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd/host.h: the services a plugin may call. They arrive as a table, so a plugin links against nothing
 * of pathwayd's. The table and all it points to live until `destroy` has returned.
 *
 * Thread: every service is for the thread that runs `handle` (a plugin host has one such thread), except
 * `log`, which any thread of the plugin may call.
 */
#ifndef PATHWAYD_HOST_H
#define PATHWAYD_HOST_H

#include <pathwayd/text.h>
#include <pathwayd/document.h>
#include <pathwayd/fact.h>
#include <pathwayd/finding.h>
#include <pathwayd/notice.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pw_host {
    uint32_t struct_size;
    uint32_t abi_minor; /* of the host; a slot beyond struct_size does not exist */
    void *context;      /* the host's own; pass the table on, never this */
    const struct pw_document_api *documents;

    /* One line to the daemon's log. Never log what an event says of a person. [start … stop, any thread] */
    void (*log)(const struct pw_host *host, uint32_t severity, struct pw_text line);

    /* Says in one sentence why the call now running is about to return an error. Copied. [start, handle] */
    void (*explain)(const struct pw_host *host, struct pw_text sentence);

    /* Adds a fact to the event being handled. PW_ERROR_STATE outside `handle` or for another stage,
     * PW_ERROR_INVALID when the value is not JSON, PW_ERROR_LIMIT past 256 facts or 256 KiB. [enrich, handle] */
    int32_t (*emit_fact)(const struct pw_host *host, const struct pw_fact *fact);

    /* Adds a finding. PW_ERROR_INVALID for an unknown kind or level, a rule not named
     * as finding.h says, an empty explanation, a trace that is not JSON, or a level the pathway can never
     * have; PW_ERROR_LIMIT past 64 findings or 256 KiB. [assess, handle] */
    int32_t (*emit_finding)(const struct pw_host *host, const struct pw_finding *finding);

    /* Says what became of the notice; exactly once. [notify, handle] */
    int32_t (*emit_delivery)(const struct pw_host *host, const struct pw_delivery *delivery);

    /* A named, revisioned group of further services ("pathwayd.something/1"), or NULL. [create … destroy] */
    const void *(*extension)(const struct pw_host *host, const char *name);
};

#ifdef __cplusplus
}
#endif
#endif
