/* SPDX-License-Identifier: Apache-2.0
 *
 * Uses services before their time: in create, in start, and of another stage.
 */
#include "bad.h"

static struct attempts attempts;

static void try_services(const struct pw_host *host, const char *fact_name, const char *finding_name)
{
    const struct pw_fact fact = {.struct_size = sizeof fact, .fact = PW_TEXT("early"), .value = PW_TEXT("1")};
    const struct pw_finding finding = {.struct_size = sizeof finding};
    errno = -host->emit_fact(host, &fact);
    attempts_add(&attempts, fact_name, -1);
    errno = -host->emit_finding(host, &finding);
    attempts_add(&attempts, finding_name, -1);
}

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    try_services(host, "create_fact", "create_finding");
    return bad_create(host, ret_instance);
}

static int32_t start(void *instance, const struct pw_document *config)
{
    struct bad *bad = instance;
    (void)config;
    try_services(bad->host, "start_fact", "start_finding");
    return PW_OK;
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    (void)message;
    const struct pw_finding finding = {.struct_size = sizeof finding};
    errno = -bad->host->emit_finding(bad->host, &finding);
    attempts_add(&attempts, "handle_finding", -1);
    return attempts_emit(&attempts, bad->host, BAD_STAGE);
}

BAD_PLUGIN(.create = create, .start = start, .handle = handle)
