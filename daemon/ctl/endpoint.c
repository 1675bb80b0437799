/* SPDX-License-Identifier: Apache-2.0
 *
 * endpoint.c: see endpoint.h.
 */
#include "ctl/endpoint.h"

#include <stdlib.h>
#include <string.h>
#include "json/buffer.h"

/* The address to dial for an address that is listened on: every interface is reached through this machine's
 * own. */
static char *dial_address(const char *listen)
{
    static const char *const anywhere[] = {"://0.0.0.0:", "://*:", "://[::]:", "://:"};
    struct buffer url = {0};
    for (size_t i = 0; i < sizeof(anywhere) / sizeof(anywhere[0]); i++) {
        const char *at = strstr(listen, anywhere[i]);
        if (!at)
            continue;
        buffer_append(&url, listen, (size_t)(at - listen));
        buffer_string(&url, "://127.0.0.1:");
        buffer_string(&url, at + strlen(anywhere[i]));
        return buffer_take(&url, NULL);
    }
    return strdup(listen);
}

int endpoint_for_correction(struct ctl *ctl, const char *source, char **ret_url)
{
    const char *url = ctl_option(ctl, "--endpoint");
    int status = url ? CTL_GOOD : ctl_config(ctl);
    if (status != CTL_GOOD)
        return status;
    *ret_url = url ? strdup(url) : NULL;
    for (uint32_t i = 0; !url && !*ret_url && i < ctl->config->feed_count; i++) {
        const struct config_feed *feed = &ctl->config->feeds[i];
        const struct event_permit permit = {.type_prefix = ctl->config->type_prefix,
                                            .sources = (const char *const *)feed->sources,
                                            .types = (const char *const *)feed->types};
        if (event_permits_correction(&permit, (struct pw_text){source, strlen(source)}))
            *ret_url = dial_address(feed->listen);
    }
    if (*ret_url)
        return CTL_GOOD;
    ctl_complain(
        "no feed may send corrections of events of %s: one needs that source, and the type \"correction\"",
        source);
    return CTL_USAGE;
}

int endpoint_find(struct ctl *ctl, char **ret_url, struct event_limits *ret_limits)
{
    const char *url = ctl_option(ctl, "--endpoint");
    /* A message over the daemon's bound breaks the connection for all that are under way, so the limits must
     * be known even when the address is. */
    int status = url ? ctl_config_if_any(ctl) : ctl_config(ctl);
    if (status != CTL_GOOD)
        return status;
    const struct event_limits limits = ctl->config ? ctl->config->limits : event_limits_default;
    if (!url && ctl->config->feed_count == 0) {
        ctl_complain("the configuration has no feed; say --endpoint URL");
        return CTL_USAGE;
    }
    char *dialled = url ? strdup(url) : dial_address(ctl->config->feeds[0].listen);
    if (!dialled)
        return CTL_BAD;
    *ret_url = dialled;
    *ret_limits = limits;
    return CTL_GOOD;
}
