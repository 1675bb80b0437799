/* SPDX-License-Identifier: Apache-2.0
 *
 * backup.c: pathwayctl backup: the journal, the packs and the lists of a running daemon in a folder that can be restored.
 *
 * The daemon is not asked: the journal is read beside it, as `report` does, in one transaction. The journal comes first,
 * so that the packs are never older than what it says of them; should others come into force meanwhile, the backup is
 * given up.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "ctl/generations.h"
#include "journal/journal.h"
#include "json/buffer.h"
#include "json/time.h"

#define SPARE_BYTES (UINT64_C(4) << 20) /* manifest, folders, and what the packs grow by */

struct backup {
    struct ctl *ctl;
    const char *journal;
    char *target, *draft;
    bool replace;
    struct copying copying;
    struct manifest manifest;
};

static int no_memory(void)
{
    ctl_complain("out of memory");
    return CTL_BAD;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- where it goes ------------------------------------------------------------------------------------- */

static char *default_name(void)
{
    char text[32];
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(text, sizeof(text), "pathwayd-%Y%m%dT%H%M%SZ", &parts);
    return strdup(text);
}

/* Only a backup may be replaced: a slip of the finger must not cost a folder. */
static int check_target(struct backup *backup)
{
    struct stat found;
    if (lstat(backup->target, &found) != 0)
        return CTL_GOOD;
    if (!ctl_option(backup->ctl, "--force")) {
        ctl_complain("%s is there already; --force replaces a backup", backup->target);
        return CTL_USAGE;
    }
    char *manifest = part_path(backup->target, "manifest.json");
    bool is_backup = manifest && S_ISDIR(found.st_mode) && access(manifest, F_OK) == 0;
    free(manifest);
    if (!is_backup) {
        ctl_complain("%s is there already, and is no backup: it is not replaced", backup->target);
        return CTL_USAGE;
    }
    backup->replace = true;
    return CTL_GOOD;
}

static int set_target(struct backup *backup)
{
    const char *given = ctl_option(backup->ctl, "-o");
    backup->target = given ? strdup(given) : default_name();
    if (!backup->target)
        return no_memory();
    for (size_t length = strlen(backup->target); length > 1 && backup->target[length - 1] == '/'; length--)
        backup->target[length - 1] = '\0';
    const char *slash = strrchr(backup->target, '/'), *name = slash ? slash + 1 : backup->target;
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        ctl_complain("-o is a new folder for the backup, not \"%s\"", given);
        return CTL_USAGE;
    }
    return check_target(backup);
}

/* Bytes of the journal as it lies there. */
static uint64_t journal_bytes(const char *path)
{
    struct stat found;
    uint64_t bytes = stat(path, &found) == 0 ? (uint64_t)found.st_size : 0;
    char *wal = NULL;
    if (asprintf(&wal, "%s-wal", path) >= 0 && stat(wal, &found) == 0)
        bytes += (uint64_t)found.st_size;
    free(wal);
    return bytes;
}

/* A backup beside the journal must leave the daemon the room it wants (journal.min_free_bytes). */
static int check_room(struct backup *backup)
{
    struct stat here, there;
    uint64_t room = 0, need = journal_bytes(backup->journal) + SPARE_BYTES;
    bool same =
        stat(backup->draft, &there) == 0 && stat(backup->journal, &here) == 0 && here.st_dev == there.st_dev;
    uint64_t floor = same ? backup->ctl->config->min_free_bytes : 0;
    copying_begin(&backup->copying, backup->ctl, backup->draft, floor);
    int status = part_room(backup->draft, &room);
    if (status == CTL_GOOD && room < need + floor) {
        ctl_complain("there is no room for the backup: %" PRIu64 " MiB are needed%s, %" PRIu64
                     " MiB are free",
                     (need + floor) >> 20, floor ? " with those the daemon is to keep" : "", room >> 20);
        return CTL_BAD;
    }
    return status;
}

/* ---- the journal --------------------------------------------------------------------------------------- */

static int take_received(void *to, const struct journal_event *event)
{
    *(int64_t *)to = event->received_ms;
    return 0;
}

static void verify_goes_on(void *to, uint64_t done, uint64_t total)
{
    const struct copying *copying = to;
    if (copying->ctl->terminal_err)
        fprintf(stderr, "\rchecking: %" PRIu64 " of %" PRIu64 " records\033[K", done, total);
}

/* Of the copy, not of the journal: nobody is held up, and what is written down is what was copied. */
static int examine(struct backup *backup, struct journal_view *view)
{
    struct manifest *manifest = &backup->manifest;
    struct journal_counts counts;
    char *error = NULL;
    int status = journal_count(view, &counts);
    if (status == 0 && counts.events)
        status = journal_event_read(view, counts.events, take_received, &manifest->received_ms);
    if (status == 0)
        status = journal_audit_verify(view, verify_goes_on, &backup->copying, &manifest->audit_records,
                                      manifest->audit_head, &error);
    copying_end(&backup->copying);
    if (status != 0)
        ctl_complain("the journal %s is not good: %s", backup->journal, error ? error : "it cannot be read");
    manifest->schema = status == 0 ? counts.schema : 0;
    manifest->sequence = status == 0 ? counts.events : 0;
    free(error);
    return status == 0 ? CTL_GOOD : CTL_BAD;
}

static int copy_to(struct backup *backup, const char *path)
{
    struct journal_view *view = NULL;
    char *error = NULL;
    backup->copying.what = "copying the journal";
    backup->manifest.made_ms = now_ms();
    int status = journal_view_open(backup->journal, &view, &error);
    if (status == 0)
        status = journal_copy(view, path, copying_goes_on, &backup->copying, &error);
    copying_end(&backup->copying);
    journal_view_close(view);
    view = NULL;
    if (status == 0)
        status = journal_view_open(path, &view, &error);
    if (status != 0)
        ctl_complain("%s", error ? error : "the journal could not be copied");
    free(error);
    status = status == 0 ? examine(backup, view) : CTL_BAD;
    journal_view_close(view);
    return status;
}

static int save_journal(struct backup *backup)
{
    uint64_t bytes = 0;
    char hash[MANIFEST_HASH], *path = part_path(backup->draft, MANIFEST_JOURNAL);
    int status = path ? copy_to(backup, path) : CTL_BAD;
    backup->copying.what = "reading it back";
    if (status == CTL_GOOD)
        status = part_hash(&backup->copying, path, &bytes, hash);
    if (status == CTL_GOOD)
        status = manifest_add(&backup->manifest, MANIFEST_JOURNAL, bytes, hash);
    free(path);
    return status;
}

/* ---- all of it ----------------------------------------------------------------------------------------- */

static int put_in_place(struct backup *backup)
{
    char *parent = part_parent(backup->target);
    int status = parent ? part_sync_folder(backup->draft) : CTL_BAD;
    unsigned how = backup->replace ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    if (status == CTL_GOOD && renameat2(AT_FDCWD, backup->draft, AT_FDCWD, backup->target, how) != 0) {
        ctl_complain("%s cannot be made: %s", backup->target, strerror(errno));
        status = CTL_BAD;
    } else if (status == CTL_GOOD) {
        status = part_sync_folder(parent);
        if (backup->replace)
            part_remove(backup->draft); /* the old one now */
        free(backup->draft);
        backup->draft = NULL;
    }
    free(parent);
    return status;
}

static int save(struct backup *backup)
{
    char before[GENERATIONS_LINK_BYTES], after[GENERATIONS_LINK_BYTES];
    const struct generations all = {.state_dir = backup->ctl->config->state_dir,
                                    .draft = backup->draft,
                                    .copying = &backup->copying,
                                    .manifest = &backup->manifest};
    int status = check_room(backup);
    if (status == CTL_GOOD)
        status = generations_current(&all, "packs", before);
    if (status == CTL_GOOD)
        status = save_journal(backup);
    backup->copying.what = "copying packs and lists";
    if (status == CTL_GOOD)
        status = generations_save_packs(&all, before);
    if (status == CTL_GOOD)
        status = generations_save_lists(&all);
    if (status == CTL_GOOD)
        status = generations_current(&all, "packs", after);
    if (status == CTL_GOOD && strcmp(before, after) != 0) {
        ctl_complain("other packs came into force meanwhile; begin again");
        status = CTL_BAD;
    }
    if (status == CTL_GOOD)
        status = manifest_write(&backup->manifest, backup->draft);
    if (status == CTL_GOOD)
        status = put_in_place(backup);
    copying_end(&backup->copying);
    return status;
}

static uint64_t all_bytes(const struct manifest *manifest)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < manifest->part_count; i++)
        bytes += manifest->parts[i].bytes;
    return bytes;
}

static void report(const struct backup *backup)
{
    const struct manifest *manifest = &backup->manifest;
    char received[TIME_TEXT_SIZE];
    time_format(manifest->received_ms, received);
    if (backup->ctl->json) {
        struct buffer out = {0};
        json_write_begin(&out, '{');
        json_member_string(&out, "backup", backup->target);
        json_member_unsigned(&out, "sequence", manifest->sequence);
        if (manifest->sequence)
            json_member_string(&out, "received", received);
        json_member_unsigned(&out, "bytes", all_bytes(manifest));
        json_member_unsigned(&out, "audit_records", manifest->audit_records);
        json_member_string(&out, "audit_head", manifest->audit_head);
        json_write_end(&out, '}');
        puts(out.failed ? "{\"error\":\"out of memory\"}" : out.data);
        buffer_release(&out);
        return;
    }
    if (manifest->sequence)
        printf("%s holds all up to event %" PRIu64 ", received %s: %u files, %" PRIu64 " MiB.\n",
               backup->target, manifest->sequence, received, manifest->part_count, all_bytes(manifest) >> 20);
    else
        printf("%s holds a journal without events.\n", backup->target);
    printf("The audit chain is intact, %" PRIu64 " records, head %s.\nThe configuration, certificates and "
           "passwords are not in it.\n",
           manifest->audit_records, manifest->audit_head);
}

int ctl_backup(struct ctl *ctl)
{
    struct backup backup = {.ctl = ctl};
    int status = ctl_config(ctl);
    if (status != CTL_GOOD)
        return status;
    backup.journal = ctl->config->journal;
    status = set_target(&backup);
    if (status == CTL_GOOD)
        status = part_draft(backup.target, &backup.draft);
    if (status == CTL_GOOD)
        status = save(&backup);
    if (status == CTL_GOOD)
        report(&backup);
    if (backup.draft)
        part_remove(backup.draft);
    manifest_release(&backup.manifest);
    free(backup.draft);
    free(backup.target);
    return status;
}
