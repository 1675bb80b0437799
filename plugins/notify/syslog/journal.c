/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: libsystemd speaks the journal's protocol; which fields an entry has is said here.
 */
#include "journal.h"

#define SD_JOURNAL_SUPPRESS_LOCATION /* the place in our source is nobody's business */
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>

/* Made by `systemd-id128 new`; they never change: saved searches and catalogues name them. */
static const char *const message_ids[RECORD_KINDS] = {
    [RECORD_CASE] = "5927cfb4825e4a28b0c39489e0fad8e3",
    [RECORD_DIGEST] = "cdce272ef94a4eca81a45381c462fda3",
    [RECORD_QUESTION] = "ab1fc9a364a14e4289dd78e918c7cbb4",
    [RECORD_ALARM] = "bfd1f0b5d53a4fbaa296f852b0671c41",
};

static void put_value(struct page *field, const char *name, const struct page *value)
{
    page_format(field, "%s=", name);
    page_bytes(field, value->data, value->length);
}

static void write_fixed(const struct record *record, uint32_t facility,
                        struct page fields[JOURNAL_FIXED_FIELDS])
{
    put_value(&fields[0], "MESSAGE", &record->message);
    page_format(&fields[1], "MESSAGE_ID=%s", message_ids[record->kind]);
    page_format(&fields[2], "PRIORITY=%" PRIu32, record->severity);
    page_format(&fields[3], "SYSLOG_FACILITY=%" PRIu32, facility);
    page_string(&fields[4], "SYSLOG_IDENTIFIER=pathwayd");
    page_format(&fields[5], "PATHWAYD_KIND=%s", record_kinds[record->kind]);
}

int journal_entry_write(const struct record *record, uint32_t facility, struct journal_entry *ret_entry)
{
    struct journal_entry entry = {.count = JOURNAL_FIXED_FIELDS};
    size_t bytes = 0;
    bool failed = false;
    write_fixed(record, facility, entry.fields);
    for (size_t i = 0; i < JOURNAL_FIXED_FIELDS; i++)
        bytes += entry.fields[i].length;
    for (size_t i = 0; i < RECORD_VALUES; i++) {
        const struct page *value = &record->values[i];
        if (value->length == 0 || bytes + value->length > JOURNAL_ENTRY_BYTES)
            continue;
        put_value(&entry.fields[entry.count], record_names[i].journal, value);
        bytes += entry.fields[entry.count++].length;
    }
    for (int i = 0; i < entry.count; i++) {
        failed |= entry.fields[i].failed;
        entry.parts[i] = (struct iovec){entry.fields[i].data, entry.fields[i].length};
    }
    if (failed) {
        journal_entry_release(&entry);
        return PW_ERROR_MEMORY;
    }
    *ret_entry = entry;
    return PW_OK;
}

void journal_entry_release(struct journal_entry *entry)
{
    for (size_t i = 0; i < JOURNAL_MAX_FIELDS; i++)
        page_release(&entry->fields[i]);
}

int journal_send(const struct journal_entry *entry)
{
    struct stat status;
    if (stat(JOURNAL_SOCKET, &status) != 0)
        return -errno;
    return sd_journal_sendv(entry->parts, entry->count);
}
