/* SPDX-License-Identifier: Apache-2.0
 *
 * describe.c: the status document: each stage describes itself, and this puts it together, so that no stage need
 * know of the others. Questions come while stages start and stop as well: one that is not there says nothing.
 */
#include "daemon.h"

#include <unistd.h>
#include "cases/reliance.h"
#include "json/json.h"
#include "json/time.h"
#include "lists.h"

static void describe_journal(const struct daemon *daemon, struct buffer *out)
{
    struct journal_counts counts = {0};
    uint64_t spared = 0;
    journal_count(daemon->control_view, &counts);
    journal_mark_get(daemon->control_view, ALERTS_SPARED_MARK, &spared);
    const struct {
        const char *name;
        uint64_t value;
    } members[] = {{"events", counts.events},
                   {"findings", counts.findings},
                   {"withdrawn", counts.withdrawn},
                   {"cases", counts.cases},
                   {"open_cases", counts.open_cases},
                   {"alerts_spared", spared},
                   {"pending", counts.pending},
                   {"poison", counts.poison},
                   {"notices_waiting", counts.notices_waiting},
                   {"notices_held", counts.notices_held},
                   {"notices_digest", counts.notices_digest},
                   {"notices_folded", counts.notices_folded},
                   {"notices_muted", counts.notices_muted},
                   {"notices_delivered", counts.notices_delivered},
                   {"notices_failed", counts.notices_failed},
                   {"audit_records", counts.audit_records},
                   {"file_bytes", counts.file_bytes},
                   {"free_bytes", counts.free_bytes},
                   {"schema", counts.schema}};
    json_write_key(out, "journal");
    json_write_begin(out, '{');
    json_member_string(out, "path", daemon->config->journal);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        json_member_unsigned(out, members[i].name, members[i].value);
    json_write_end(out, '}');
}

void describe_plugins(void *owner, struct buffer *out)
{
    const struct daemon *daemon = owner;
    struct buffer notify = {0};
    json_write_begin(out, '[');
    if (daemon->dispatch)
        dispatch_describe_plugins(daemon->dispatch, out);
    if (daemon->outbox)
        outbox_describe(daemon->outbox, &notify);
    if (notify.length > 2) { /* elements of its array */
        notify.data[notify.length - 1] = '\0';
        json_write_raw(out, (struct pw_text){notify.data + 1, notify.length - 2});
    }
    buffer_release(&notify);
    json_write_end(out, ']');
}

static void list_row(void *to, const struct list_age *age)
{
    struct buffer *out = to;
    char checked[TIME_TEXT_SIZE];
    json_write_begin(out, '{');
    json_member_text(out, "list", age->name);
    if (age->known) {
        time_format(age->checked_ms, checked);
        json_member_string(out, "checked", checked);
    }
    json_member_boolean(out, "stale", age->stale);
    json_write_end(out, '}');
}

void describe_status(void *owner, struct buffer *out)
{
    struct daemon *daemon = owner;
    json_member_string(out, "version", PATHWAYD_VERSION);
    json_member_integer(out, "pid", getpid());
    json_member_integer(out, "uptime_s", (wall_clock(NULL) - daemon->started_ms) / 1000);
    json_member_string(out, "config", daemon->config->file);
    describe_journal(daemon, out);
    if (daemon->dispatch)
        dispatch_describe(daemon->dispatch, out);
    json_write_key(out, "feeds");
    struct buffer feeds = {0};
    if (daemon->ingest)
        ingest_describe(daemon->ingest, daemon->silence, &feeds);
    json_write_raw(out, feeds.length ? buffer_view(&feeds) : PW_TEXT("[]"));
    buffer_release(&feeds);
    json_write_key(out, "lists");
    json_write_begin(out, '[');
    lists_read(daemon->config, wall_clock(NULL), list_row, out);
    json_write_end(out, ']');
    json_write_key(out, "plugins");
    struct buffer plugins = {0};
    describe_plugins(daemon, &plugins);
    json_write_raw(out, buffer_view(&plugins));
    buffer_release(&plugins);
}
