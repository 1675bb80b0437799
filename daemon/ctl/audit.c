/* SPDX-License-Identifier: Apache-2.0
 *
 * audit.c: audit verify. It reads the journal itself, because a chain is only worth something when somebody
 * other than its writer checks it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "ctl/ctl.h"
#include "journal/journal.h"
#include "json/buffer.h"

static void show_progress(void *to, uint64_t done, uint64_t total)
{
    const struct ctl *ctl = to;
    if (ctl->terminal_err)
        fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " records\033[K", done, total);
}

static void report(const struct ctl *ctl, const char *path, int result, uint64_t records, const char *head,
                   const char *error)
{
    if (ctl->json) {
        struct buffer out = {0};
        json_write_begin(&out, '{');
        json_member_boolean(&out, "intact", result == 0);
        json_member_string(&out, "journal", path);
        json_member_unsigned(&out, "records", records);
        if (result == 0)
            json_member_string(&out, "head", head);
        else
            json_member_string(&out, "error", error ? error : "the journal could not be read");
        json_write_end(&out, '}');
        puts(out.failed ? "{\"error\":\"out of memory\"}" : out.data);
        buffer_release(&out);
    } else if (result == 0) {
        printf("The audit records of %s, %" PRIu64 " of them, and the events are intact. Findings, cases and "
               "notices are not covered by it.\nHead %s\n"
               "Compare the head with the one in the system's log: a chain that was rewritten as a whole is "
               "only "
               "seen there.\n",
               path, records, head);
    } else {
        ctl_complain("%s: %s", path, error ? error : "the journal could not be read");
    }
}

int ctl_audit_verify(struct ctl *ctl)
{
    const char *path = ctl_option(ctl, "--journal");
    bool named = path != NULL;
    struct journal_view *view = NULL;
    char *error = NULL, head[65] = "";
    uint64_t records = 0;
    if (!path) {
        int status = ctl_config(ctl);
        if (status != CTL_GOOD)
            return status;
        path = ctl->config->journal;
    }
    int result = journal_view_open(path, &view, &error);
    if (result == 0)
        result = journal_audit_verify(view, show_progress, ctl, &records, head, &error);
    if (ctl->terminal_err)
        fputs("\r\033[K", stderr);
    report(ctl, path, result, records, head, error);
    if (view)
        journal_view_close(view);
    free(error);
    /* A file that is named and cannot be opened is a mistake in the command, and no broken chain. */
    return result == 0 ? CTL_GOOD : named && access(path, R_OK) != 0 ? CTL_USAGE : CTL_BAD;
}
