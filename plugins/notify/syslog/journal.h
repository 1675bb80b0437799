/* SPDX-License-Identifier: Apache-2.0
 *
 * journal.h: a record as an entry of the systemd journal.
 *
 *     MESSAGE            the sentence             SYSLOG_IDENTIFIER  pathwayd
 *     MESSAGE_ID         constant per kind        SYSLOG_FACILITY    as configured
 *     PRIORITY           by level                 PATHWAYD_KIND      case, digest, question, alarm
 *     PATHWAYD_…         the values of record.h, those that the notice has
 *
 *     journalctl PATHWAYD_CASE=C-000123
 */
#ifndef SYSLOG_JOURNAL_H
#define SYSLOG_JOURNAL_H

#include <sys/uio.h>
#include "record.h"

#define JOURNAL_SOCKET       "/run/systemd/journal/socket" /* libsystemd's own, and it takes no other */
#define JOURNAL_FIXED_FIELDS 6u
#define JOURNAL_MAX_FIELDS   (JOURNAL_FIXED_FIELDS + RECORD_VALUES)
#define JOURNAL_ENTRY_BYTES                                                                                  \
    (64u << 10) /* fits one datagram; a larger entry would need a memory file, which a plugin may not make */

struct journal_entry {
    struct page fields[JOURNAL_MAX_FIELDS]; /* "NAME=value" */
    struct iovec parts[JOURNAL_MAX_FIELDS]; /* the same for sd_journal_sendv */
    int count;
};

/* PW_ERROR_MEMORY. Values that would make the entry too large are left out, last ones first. */
int journal_entry_write(const struct record *record, uint32_t facility, struct journal_entry *ret_entry);
void journal_entry_release(struct journal_entry *entry);

/* 0 or a negative errno. Without a journal -ENOENT: libsystemd itself would call that a success. */
int journal_send(const struct journal_entry *entry);

#endif
