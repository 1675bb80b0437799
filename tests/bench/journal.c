/* SPDX-License-Identifier: Apache-2.0
 *
 * journal.c: what the journal costs, against the raw limit of the same disk in the same run: events a second
 * by batch size beside append + fdatasync, latency at 2,000 events a second, disk bytes per event with
 * findings, time to start and resident memory at a million events.
 *
 * bench_journal [FOLDER] [EVENTS]; FOLDER should stand on the disk in question (default: the working folder).
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "journal/journal.h"

#define BODY_BYTES    700u
#define FINDING_BYTES 700u
#define FINDINGS      3u
#define RUN_SECONDS   2.0
#define ROUNDS        3
#define BATCH_MAX     1024u
#define PACED_RATE    2000u
#define PACED_EVENTS  10000u
#define STAGE_EVENTS  20000u
#define STAGE_BATCH   64u

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "bench_journal: %s\n", what);
    exit(1);
}

static struct pw_text text(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

/* ---- one batch in flight ------------------------------------------------------------------------------- */

struct batch {
    struct journal_append append;
    struct journal_event events[BATCH_MAX];
    char ids[BATCH_MAX][40];
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool done;
    double sent, answered;
};

static void answered(struct journal_append *append)
{
    struct batch *batch = append->owner;

    pthread_mutex_lock(&batch->mutex);
    batch->done = true;
    batch->answered = now();
    pthread_cond_signal(&batch->changed);
    pthread_mutex_unlock(&batch->mutex);
}

static void send_batch(struct journal *journal, struct batch *batch, uint32_t count, uint64_t *number)
{
    static char body[BODY_BYTES + 1];

    if (!body[0])
        memset(body, 'b', BODY_BYTES);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t id = (*number)++;
        snprintf(batch->ids[i], sizeof(batch->ids[i]), "%08llx-%04llx-4000-8000-%012llx",
                 (unsigned long long)(id * 2654435761u % 0xffffffffu), (unsigned long long)(id % 0xffff),
                 (unsigned long long)id);
        batch->events[i] = (struct journal_event){.received_ms = 1767225600000,
                                                  .feed = PW_TEXT("hr"),
                                                  .source = PW_TEXT("https://hr.example.edu/appointments"),
                                                  .id = text(batch->ids[i]),
                                                  .type = PW_TEXT("org.pathwayd.hr.appointment.proposed.v1"),
                                                  .engagement_id = text(batch->ids[i]),
                                                  .body = {body, BODY_BYTES}};
    }
    batch->append =
        (struct journal_append){.events = batch->events, .count = count, .done = answered, .owner = batch};
    batch->done = false;
    batch->sent = now();
    journal_append(journal, &batch->append);
}

static void wait_batch(struct batch *batch)
{
    pthread_mutex_lock(&batch->mutex);
    while (!batch->done)
        pthread_cond_wait(&batch->changed, &batch->mutex);
    pthread_mutex_unlock(&batch->mutex);
    for (uint32_t i = 0; i < batch->append.count; i++)
        if (batch->events[i].status != 0)
            die("an event was not stored");
}

static struct batch *batches_new(uint32_t count)
{
    struct batch *batches = calloc(count, sizeof(*batches));

    if (!batches)
        die("out of memory");
    for (uint32_t i = 0; i < count; i++) {
        pthread_mutex_init(&batches[i].mutex, NULL);
        pthread_cond_init(&batches[i].changed, NULL);
    }
    return batches;
}

/* ---- throughput ---------------------------------------------------------------------------------------- */

static double raw_rate(const char *folder, uint32_t batch)
{
    char name[512], *bytes = calloc(batch, BODY_BYTES);
    double start, end;
    uint64_t events = 0;
    int file;

    snprintf(name, sizeof(name), "%s/bench.raw", folder);
    file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || !bytes)
        die("the raw file cannot be made");
    start = now();
    do {
        if (write(file, bytes, (size_t)batch * BODY_BYTES) < 0 || fdatasync(file) < 0)
            die("the raw file cannot be written");
        events += batch;
        end = now();
    } while (end - start < RUN_SECONDS);
    close(file);
    unlink(name);
    free(bytes);
    return (double)events / (end - start);
}

/* One batch after the other, as the raw file: what the journal adds. */
static double journal_rate(struct journal *journal, struct batch *batch, uint32_t size, uint64_t *number)
{
    double start = now(), end;
    uint64_t events = 0;

    do {
        send_batch(journal, batch, size, number);
        wait_batch(batch);
        events += size;
        end = now();
    } while (end - start < RUN_SECONDS);
    return (double)events / (end - start);
}

static void throughput(struct journal *journal, const char *folder, uint64_t *number)
{
    static const uint32_t sizes[] = {1, 64, 1024};
    struct batch *batch = batches_new(1);

    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            double raw = raw_rate(folder, sizes[i]), stored = journal_rate(journal, batch, sizes[i], number);
            printf("batch %4u: journal %8.0f events/s, raw append + fdatasync %8.0f, ratio %.2f\n", sizes[i],
                   stored, raw, stored / raw);
        }
    free(batch);
}

/* Offered at a fixed rate, one event an append. */
static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void latency(struct journal *journal, uint64_t *number)
{
    struct batch *batches = batches_new(64);
    double *times = calloc(PACED_EVENTS, sizeof(*times)), start = now();

    for (uint32_t i = 0; i < PACED_EVENTS; i++) {
        struct batch *batch = &batches[i % 64];
        double due = start + (double)i / PACED_RATE, wait = due - now();
        if (i >= 64) {
            wait_batch(batch);
            times[i - 64] = batch->answered - batch->sent;
        }
        if (wait > 0)
            usleep((useconds_t)(wait * 1e6));
        send_batch(journal, batch, 1, number);
    }
    for (uint32_t i = PACED_EVENTS - 64; i < PACED_EVENTS; i++) {
        wait_batch(&batches[i % 64]);
        times[i] = batches[i % 64].answered - batches[i % 64].sent;
    }
    qsort(times, PACED_EVENTS, sizeof(*times), compare);
    printf("at %u events/s: p50 %.2f ms, p99 %.2f ms, worst %.2f ms\n", PACED_RATE,
           times[PACED_EVENTS / 2] * 1e3, times[PACED_EVENTS * 99 / 100] * 1e3,
           times[PACED_EVENTS - 1] * 1e3);
    free(times);
    free(batches);
}

/* ---- stages -------------------------------------------------------------------------------------------- */

struct work {
    struct journal_task task;
    uint64_t first, last;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool done;
};

static int assess(struct journal_writer *writer, struct journal_task *task)
{
    static const char *const pathways[FINDINGS] = {"research", "lab", "legal"};
    const struct work *work = task->owner;
    char body[FINDING_BYTES];
    int status = 0;

    memset(body, 'f', sizeof(body));
    for (uint64_t sequence = work->first; sequence <= work->last && !status; sequence++) {
        status = journal_facts_put(writer, sequence, "institutions", PW_TEXT("[]"));
        for (size_t i = 0; i < FINDINGS && !status; i++) {
            struct journal_finding finding = {
                .rule = PW_TEXT("research.q1_access"), .level = 1, .body = {body, sizeof(body)}};
            status = journal_findings_put(writer, sequence, pathways[i], pathways[i], &finding, 1);
        }
    }
    return status ? status : journal_cursor_set(writer, "assess", work->last);
}

static void assessed(struct journal_task *task, int status)
{
    struct work *work = task->owner;

    if (status < 0)
        die("a task failed");
    pthread_mutex_lock(&work->mutex);
    work->done = true;
    pthread_cond_signal(&work->changed);
    pthread_mutex_unlock(&work->mutex);
}

static void stages(struct journal *journal, uint64_t first, uint64_t count)
{
    struct work work = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    double start = now();

    for (uint64_t at = first; at < first + count; at += STAGE_BATCH) {
        work.task = (struct journal_task){.run = assess, .done = assessed, .owner = &work};
        work.first = at;
        work.last = at + STAGE_BATCH - 1 < first + count ? at + STAGE_BATCH - 1 : first + count - 1;
        work.done = false;
        journal_submit(journal, &work.task);
        pthread_mutex_lock(&work.mutex);
        while (!work.done)
            pthread_cond_wait(&work.changed, &work.mutex);
        pthread_mutex_unlock(&work.mutex);
    }
    printf("stages: %.0f events/s with %u findings each, %u events a task\n", (double)count / (now() - start),
           FINDINGS, STAGE_BATCH);
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static struct journal *open_journal(const char *path)
{
    struct journal_options options = {.path = path};
    struct journal *journal = NULL;
    char *error = NULL;

    if (journal_open(&options, &journal, &error) != 0)
        die(error);
    return journal;
}

static uint64_t file_bytes(const char *path)
{
    struct journal_view *view = NULL;
    struct journal_counts counts;

    if (journal_view_open(path, &view, NULL) != 0 || journal_count(view, &counts) != 0)
        die("the journal cannot be read");
    journal_view_close(view);
    return counts.file_bytes;
}

static uint64_t resident_kib(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file || fscanf(file, "%*u %llu", &pages) != 1)
        die("/proc/self/statm cannot be read");
    fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static void remove_journal(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    char name[512];

    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
        unlink(name);
    }
}

static void disk_use(const char *path)
{
    struct journal *journal = open_journal(path);
    struct batch *batch = batches_new(1);
    uint64_t number = 0;

    while (number < STAGE_EVENTS) {
        send_batch(journal, batch, STAGE_BATCH, &number);
        wait_batch(batch);
    }
    stages(journal, 1, number);
    journal_close(journal);
    printf("disk: %.0f bytes an event of %u bytes with %u findings of %u bytes\n",
           (double)file_bytes(path) / (double)number, BODY_BYTES, FINDINGS, FINDING_BYTES);
    free(batch);
    remove_journal(path);
}

/* By identity, from a view: the oldest event is the furthest away. */
static void find_oldest(const char *path)
{
    struct journal_view *view = NULL;
    uint64_t sequence = 0;
    double start;

    if (journal_view_open(path, &view, NULL) != 0)
        die("the journal cannot be read");
    start = now();
    if (journal_event_find(view, PW_TEXT("https://hr.example.edu/appointments"),
                           PW_TEXT("00000000-0000-4000-8000-000000000000"), &sequence) != 0 ||
        sequence != 1)
        die("the first event is not found");
    printf("finding the oldest event by identity: %.0f ms\n", (now() - start) * 1e3);
    journal_view_close(view);
}

static void start_up(const char *path, struct journal *journal, uint64_t *number, uint64_t events)
{
    struct batch *batch = batches_new(1);
    uint64_t before;
    double start;

    while (*number < events) {
        send_batch(journal, batch, BATCH_MAX, number);
        wait_batch(batch);
    }
    printf("resident with %llu events: %llu KiB\n", (unsigned long long)*number,
           (unsigned long long)resident_kib());
    journal_close(journal);
    before = resident_kib();
    start = now();
    journal = open_journal(path);
    printf("start with %llu events: %.2f s, %llu KiB resident more\n", (unsigned long long)*number,
           now() - start, (unsigned long long)(resident_kib() - before));
    find_oldest(path);
    journal_close(journal);
    free(batch);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".";
    uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000, number = 0;
    char path[512];
    struct journal *journal;

    snprintf(path, sizeof(path), "%s/bench.journal", folder);
    remove_journal(path);
    disk_use(path);
    journal = open_journal(path);
    latency(journal, &number);
    throughput(journal, folder, &number);
    start_up(path, journal, &number, events);
    remove_journal(path);
    return 0;
}
