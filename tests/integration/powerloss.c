/* SPDX-License-Identifier: Apache-2.0
 *
 * powerloss.c: the power goes at hundreds of random instants, while the journal starts, stores, checkpoints
 * and closes. Afterwards every acknowledged event must be there, under its sequence number, with the stage
 * writes that were acknowledged, and the audit chain must be whole. On a disk that lies about syncing (as
 * with synchronous = OFF) the same check must find losses: else it proves nothing.
 *
 * powerloss [--cuts N] [--seed S] [--unsafe]; prints TAP. --unsafe runs the first check on the lying disk and
 * so must fail.
 */
#include "../unit/journal_scratch.h"

#include <time.h>

#include "powerloss_disk.h"

#define CUTS_DEFAULT   300u
#define CUTS_LYING     40u
#define CUTS_LINEAGE   8u  /* cuts that one journal lives through */
#define APPENDS_MAX    48u /* between two cuts */
#define BATCH_MAX      24u
#define BODY_MAX       6000u
#define OPERATIONS_MAX 900u /* the cut comes before one of so many writes and syncs */
/* Now and then so much that the journal is checkpointed and its -wal file starts anew under load. */
#define BIG_ONE_IN         10u
#define BIG_BODY           80000u
#define BIG_OPERATIONS_MAX 16000u
#define EVENTS_MAX         (CUTS_LINEAGE * APPENDS_MAX * BATCH_MAX)

/* What one journal was told and has promised. */
struct promise {
    uint64_t sequence; /* 0: not acknowledged */
};

struct trial {
    struct disk *disk;
    struct scratch scratch;
    uint64_t chance;
    struct promise promises[EVENTS_MAX]; /* by the event's number, which is its id */
    uint32_t sent;
    uint64_t cursor; /* acknowledged */
    uint64_t losses;
    uint64_t acknowledged;
    bool big; /* this cut's load */
    char complaint[512];
};

static uint64_t draw(struct trial *trial, uint64_t below)
{
    uint64_t x = trial->chance += 0x9e3779b97f4a7c15u;

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (x ^ (x >> 31)) % below;
}

static void complain(struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void complain(struct trial *trial, const char *format, ...)
{
    va_list values;

    trial->losses++;
    if (trial->complaint[0])
        return;
    va_start(values, format);
    vsnprintf(trial->complaint, sizeof(trial->complaint), format, values);
    va_end(values);
}

/* ---- load ---------------------------------------------------------------------------------------------- */

struct shipment {
    struct trial *trial;
    struct journal_append append;
    struct journal_event events[BATCH_MAX];
    uint32_t numbers[BATCH_MAX];
    char ids[BATCH_MAX][16];
    char *body;
    struct journal_task task;
    uint64_t cursor;
    struct gate stored, staged;
};

/* An acknowledgement counts when it was given before the power went. */
static void shipped(struct journal_append *append)
{
    struct shipment *shipment = append->owner;
    struct trial *trial = shipment->trial;

    for (uint32_t i = 0; i < append->count && !disk_is_cut(trial->disk); i++)
        if (append->events[i].status >= 0)
            trial->promises[shipment->numbers[i]].sequence = append->events[i].sequence;
    gate_open(&shipment->stored, 0);
}

static int stage(struct journal_writer *writer, struct journal_task *task)
{
    struct shipment *shipment = task->owner;
    struct journal_finding finding = {
        .rule = PW_TEXT("research.q1_access"), .level = 2, .body = PW_TEXT("{\"a\":1}")};
    int status = journal_findings_put(writer, shipment->cursor, "policy", "research", &finding, 1);

    return status ? status : journal_cursor_set(writer, "assess", shipment->cursor);
}

static void staged(struct journal_task *task, int status)
{
    struct shipment *shipment = task->owner;

    if (status == 0 && !disk_is_cut(shipment->trial->disk))
        shipment->trial->cursor = shipment->cursor;
    gate_open(&shipment->staged, status);
}

static void ship(struct trial *trial, struct shipment *shipment)
{
    uint32_t count = 1 + (uint32_t)draw(trial, BATCH_MAX),
             length = 2 + (uint32_t)draw(trial, trial->big ? BIG_BODY : BODY_MAX);

    memset(shipment, 0, sizeof(*shipment));
    shipment->trial = trial;
    shipment->body = malloc(length + 1);
    memset(shipment->body, 'x', length);
    shipment->body[length] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        shipment->numbers[i] = trial->sent++;
        snprintf(shipment->ids[i], sizeof(shipment->ids[i]), "%u", shipment->numbers[i]);
        shipment->events[i] = event_of("urn:load", shipment->ids[i], shipment->body);
    }
    shipment->append = (struct journal_append){
        .events = shipment->events, .count = count, .done = shipped, .owner = shipment};
    shipment->task = (struct journal_task){.run = stage, .done = staged, .owner = shipment};
    shipment->cursor = trial->sent;
    gate_begin(&shipment->stored);
    gate_begin(&shipment->staged);
    journal_append(trial->scratch.journal, &shipment->append);
    journal_submit(trial->scratch.journal, &shipment->task);
}

static void run_load(struct trial *trial)
{
    static struct shipment shipments[APPENDS_MAX];
    uint32_t count = trial->big ? APPENDS_MAX : 1 + (uint32_t)draw(trial, APPENDS_MAX), begun = 0;

    while (begun < count && !disk_is_cut(trial->disk)) {
        ship(trial, &shipments[begun++]);
        if (draw(trial, 3) == 0)
            usleep(300); /* smaller and larger groups */
    }
    for (uint32_t i = 0; i < begun; i++) {
        gate_wait(&shipments[i].stored);
        gate_wait(&shipments[i].staged);
        free(shipments[i].body);
    }
}

/* ---- what is left -------------------------------------------------------------------------------------- */

struct found {
    struct trial *trial;
    uint64_t sequences[EVENTS_MAX];
    uint64_t last;
};

static int see_event(void *to, const struct journal_event *event)
{
    struct found *found = to;
    char id[16];

    if (event->sequence != ++found->last)
        complain(found->trial, "sequence %llu is missing", (unsigned long long)found->last);
    found->last = event->sequence;
    snprintf(id, sizeof(id), "%.*s", (int)event->id.length, event->id.data);
    unsigned long number = strtoul(id, NULL, 10);
    if (number < EVENTS_MAX)
        found->sequences[number] = event->sequence;
    return 0;
}

static void check_promises(struct trial *trial, struct journal_view *view)
{
    static struct found found;
    uint64_t cursor = 0, records;
    char head[65], *error = NULL;

    memset(&found, 0, sizeof(found));
    found.trial = trial;
    int status = journal_events_read(view, 0, UINT32_MAX, see_event, &found);
    if (status)
        complain(trial, "reading the events back failed with %d", status);
    for (uint32_t i = 0; i < trial->sent; i++)
        if (trial->promises[i].sequence && trial->promises[i].sequence != found.sequences[i])
            complain(trial, "event %u was acknowledged as %llu and is now %llu", i,
                     (unsigned long long)trial->promises[i].sequence, (unsigned long long)found.sequences[i]);
    if (journal_cursor_get(view, "assess", &cursor) != 0 || cursor < trial->cursor)
        complain(trial, "the cursor was %llu and is %llu", (unsigned long long)trial->cursor,
                 (unsigned long long)cursor);
    if (journal_audit_verify(view, NULL, NULL, &records, head, &error) != 0)
        complain(trial, "%s", error);
    free(error);
}

static void resend_one(struct trial *trial)
{
    char id[16];
    uint32_t number = trial->sent ? (uint32_t)draw(trial, trial->sent) : 0;

    if (!trial->sent || !trial->promises[number].sequence)
        return;
    snprintf(id, sizeof(id), "%u", number);
    struct journal_event event = append_one(trial->scratch.journal, "urn:load", id, "{}");
    if (event.status != 1 || event.sequence != trial->promises[number].sequence)
        complain(trial, "event %u, sent again, got status %d and sequence %llu", number, event.status,
                 (unsigned long long)event.sequence);
}

/* Opens the survivor and holds it against what was promised. */
static void examine(struct trial *trial)
{
    char *error = NULL;
    struct journal_view *view = NULL;

    if (scratch_open_with(&trial->scratch, 1, DISK_NAME, &error) != 0) {
        complain(trial, "%s", error);
        free(error);
        return;
    }
    if (journal_view_open(trial->scratch.path, &view, &error) != 0)
        complain(trial, "%s", error);
    else
        check_promises(trial, view);
    free(error);
    journal_view_close(view);
    resend_one(trial);
    scratch_close(&trial->scratch);
}

/* ---- cuts ---------------------------------------------------------------------------------------------- */

static void one_cut(struct trial *trial)
{
    char *error = NULL;
    uint64_t operations;

    trial->big = draw(trial, BIG_ONE_IN) == 0;
    operations = draw(trial, 4) ? OPERATIONS_MAX : 30; /* often enough while it starts */
    operations = 1 + draw(trial, trial->big ? BIG_OPERATIONS_MAX : operations);
    disk_arm(trial->disk, operations, draw(trial, UINT64_MAX));
    if (scratch_open_with(&trial->scratch, 1, DISK_NAME, &error) == 0) {
        run_load(trial);
        if (draw(trial, 2))
            disk_cut(trial->disk); /* else the power may go while it closes */
        scratch_close(&trial->scratch);
    } else if (!disk_is_cut(trial->disk)) {
        complain(trial, "%s", error);
    }
    free(error);
    disk_restore(trial->disk);
    examine(trial);
}

static void run_cuts(struct trial *trial, uint32_t cuts)
{
    for (uint32_t i = 0; i < cuts; i++) {
        if (i % CUTS_LINEAGE == 0) {
            memset(trial->promises, 0, sizeof(trial->promises));
            trial->sent = 0;
            trial->cursor = 0;
            scratch_folder(&trial->scratch);
        }
        one_cut(trial);
        if ((i + 1) % CUTS_LINEAGE && i + 1 < cuts)
            continue;
        for (uint32_t n = 0; n < trial->sent; n++)
            trial->acknowledged += trial->promises[n].sequence != 0;
        scratch_remove(&trial->scratch);
        disk_forget(trial->disk);
    }
}

static uint64_t run_trial(struct disk *disk, uint64_t seed, uint32_t cuts, bool lying)
{
    struct trial *trial = calloc(1, sizeof(*trial));
    uint64_t losses;

    trial->disk = disk;
    trial->chance = seed;
    disk_set_lying(disk, lying);
    run_cuts(trial, cuts);
    disk_set_lying(disk, false);
    losses = trial->losses;
    printf("# %u cuts, %llu events acknowledged, %llu losses%s%s\n", cuts,
           (unsigned long long)trial->acknowledged, (unsigned long long)losses, losses ? "; the first: " : "",
           trial->complaint);
    free(trial);
    return losses;
}

/* ---- a commit that fails ------------------------------------------------------------------------------- */

struct twice {
    struct disk *disk;
    uint32_t runs;
};

/* Runs between the insert and the commit, so the sync that fails is the commit's. */
static int count_runs(struct journal_writer *writer, void *context)
{
    struct twice *twice = context;

    if (twice->runs++ == 0)
        disk_fail_syncs(twice->disk, 1);
    return journal_cursor_set(writer, "assess", 7);
}

/* Holds the journal's thread until everything of the group is queued. */
static int hold(struct journal_writer *writer, void *context)
{
    (void)writer;
    gate_wait(context);
    return 0;
}

static int failing_commit(struct disk *disk)
{
    struct scratch scratch;
    struct twice twice = {.disk = disk};
    struct gate held, stored;
    struct errand holder = {.body = hold, .context = &held},
                  counter = {.body = count_runs, .context = &twice};
    struct journal_event event = event_of("urn:hr", "a", "{}");
    struct journal_append append = {.events = &event, .count = 1, .done = append_done, .owner = &stored};
    char *error = NULL;
    bool right;

    scratch_folder(&scratch);
    if (scratch_open_with(&scratch, 1, DISK_NAME, &error) != 0)
        return -1;
    gate_begin(&held);
    gate_begin(&stored);
    gate_begin(&holder.gate);
    gate_begin(&counter.gate);
    holder.task = (struct journal_task){.run = errand_run, .done = errand_done, .owner = &holder};
    counter.task = (struct journal_task){.run = errand_run, .done = errand_done, .owner = &counter};
    journal_submit(scratch.journal, &holder.task);
    usleep(20000);
    journal_append(scratch.journal, &append);
    journal_submit(scratch.journal, &counter.task);
    gate_open(&held, 0);
    gate_wait(&stored);
    right = gate_wait(&holder.gate) == 0 && gate_wait(&counter.gate) == 0;
    right = right && event.status == PW_ERROR_IO && event.sequence == 0 && twice.runs == 2;
    event = append_one(scratch.journal, "urn:hr", "a", "{}");
    right = right && event.status == 0 && event.sequence == 1;
    scratch_close(&scratch);
    scratch_open(&scratch);
    right = right && append_one(scratch.journal, "urn:hr", "a", "{}").status == 1;
    scratch_remove(&scratch);
    disk_forget(disk);
    return right ? 0 : -1;
}

static int tell(int number, bool right, const char *what)
{
    printf("%sok %d - %s\n", right ? "" : "not ", number, what);
    fflush(stdout);
    return right ? 0 : 1;
}

int main(int argc, char **argv)
{
    uint64_t seed = (uint64_t)time(NULL);
    uint32_t cuts = CUTS_DEFAULT;
    bool unsafe = false;
    struct disk *disk = disk_new();
    int failed = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--unsafe") == 0)
            unsafe = true;
        else if (strcmp(argv[i], "--cuts") == 0 && i + 1 < argc)
            cuts = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = strtoull(argv[++i], NULL, 10);
        else
            return 2;
    }
    if (!disk)
        return 2;
    printf("1..3\n# repeat with --seed %llu\n", (unsigned long long)seed);
    failed += tell(1, run_trial(disk, seed, cuts, unsafe) == 0, "nothing acknowledged is lost");
    failed +=
        tell(2, run_trial(disk, seed, CUTS_LYING, true) > 0, "a disk that lies about syncing is found out");
    failed +=
        tell(3, failing_commit(disk) == 0, "a commit that fails refuses its events and keeps its tasks");
    disk_free(disk);
    return failed ? 1 : 0;
}
