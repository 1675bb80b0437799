/* SPDX-License-Identifier: Apache-2.0
 *
 * commit.c: see commit.h.
 */
#include "journal/commit.h"

#include <sys/statvfs.h>
#include <time.h>

static int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- queues -------------------------------------------------------------------------------------------- */

void commit_queues_begin(struct journal *journal)
{
    journal->appends.last = &journal->appends.first;
    journal->late_appends.last = &journal->late_appends.first;
    journal->tasks.last = &journal->tasks.first;
    journal->late_tasks.last = &journal->late_tasks.first;
}

static void refuse_append(struct journal_append *append)
{
    for (uint32_t i = 0; i < append->count; i++)
        append->events[i].status = PW_ERROR_STATE;
    append->done(append);
}

void journal_append(struct journal *journal, struct journal_append *append)
{
    struct append_queue *queue;
    bool ended;

    append->next = NULL;
    pthread_mutex_lock(&journal->mutex);
    queue = journal->closing ? &journal->late_appends : &journal->appends;
    ended = journal->ended;
    if (!ended) {
        *queue->last = append;
        queue->last = &append->next;
        pthread_cond_signal(&journal->work);
    }
    pthread_mutex_unlock(&journal->mutex);
    if (ended)
        refuse_append(append);
}

bool journal_may_pass(int status)
{
    return status == PW_ERROR_IO || status == PW_ERROR_FULL || status == PW_ERROR_MEMORY ||
           status == PW_ERROR_BUSY || status == PW_ERROR_STATE;
}

void journal_submit(struct journal *journal, struct journal_task *task)
{
    struct task_queue *queue;
    bool ended;

    task->next = NULL;
    pthread_mutex_lock(&journal->mutex);
    queue = journal->closing ? &journal->late_tasks : &journal->tasks;
    ended = journal->ended;
    if (!ended) {
        *queue->last = task;
        queue->last = &task->next;
        pthread_cond_signal(&journal->work);
    }
    pthread_mutex_unlock(&journal->mutex);
    if (ended)
        task->done(task, PW_ERROR_STATE);
}

/* Takes appends up to the bound, the first whatever its size. */
static struct journal_append *take_appends(struct journal *journal)
{
    struct append_queue *queue = &journal->appends;
    struct journal_append *first = queue->first, *last = first;
    uint64_t events;

    if (!first)
        return NULL;
    events = first->count;
    while (last->next && events + last->next->count <= COMMIT_EVENTS) {
        last = last->next;
        events += last->count;
    }
    queue->first = last->next;
    if (!queue->first)
        queue->last = &queue->first;
    last->next = NULL;
    return first;
}

static struct journal_task *take_task(struct journal *journal)
{
    struct task_queue *queue = &journal->tasks;
    struct journal_task *task;

    pthread_mutex_lock(&journal->mutex);
    task = queue->first;
    if (task)
        queue->first = task->next;
    if (!queue->first)
        queue->last = &queue->first;
    pthread_mutex_unlock(&journal->mutex);
    return task;
}

/* ---- one group ----------------------------------------------------------------------------------------- */

/* What a list may take from the disk, generously: rows and pages, in the -wal file and in the journal. */
static uint64_t disk_bytes(const struct journal_append *list)
{
    uint64_t bytes = 0;

    for (; list; list = list->next)
        for (uint32_t i = 0; i < list->count; i++)
            bytes +=
                2 * (COMMIT_EVENT_BYTES + list->events[i].body.length + list->events[i].affiliation.length);
    return bytes;
}

/* The free space that must remain: the configured mark, and what the stages will still write about events that
 * were accepted. The slower they are, the earlier feeds hear "busy". */
static uint64_t space_mark(const struct journal *journal)
{
    const struct progress *now = &journal->writer.committed;
    uint64_t waiting =
        now->last_sequence > now->slowest_cursor ? now->last_sequence - now->slowest_cursor : 0;

    return journal->min_free_bytes + (waiting + now->tallies[TALLY_PENDING]) * COMMIT_OWED_BYTES;
}

/* Below the mark nothing new comes in, so that stages and decisions can still finish. Free space is asked for
 * now and then, and when what was stored since may have used up what there was. */
static bool room_is_short(struct journal *journal, const struct journal_append *list)
{
    int64_t now = monotonic_ms();
    uint64_t bytes = disk_bytes(list);
    struct statvfs room;
    bool recent = journal->space_seen_ms && now - journal->space_seen_ms < COMMIT_SPACE_MS;

    journal->space_left = journal->space_left > bytes ? journal->space_left - bytes : 0;
    if (recent && (journal->below_mark || journal->space_left >= space_mark(journal)))
        return journal->below_mark;
    if (statvfs(journal->folder, &room) < 0)
        return journal->below_mark;
    journal->space_seen_ms = now;
    journal->space_left = (uint64_t)room.f_bavail * room.f_frsize;
    journal->below_mark = journal->space_left < space_mark(journal);
    return journal->below_mark;
}

static void refuse_appends(struct journal *journal, struct journal_append *list, int status)
{
    append_undo(&journal->writer, &journal->group, list, status == PW_ERROR_FULL ? status : PW_ERROR_IO);
}

static int begin(struct journal *journal)
{
    return writer_begin(&journal->writer, journal->clock_ms(journal->clock_context));
}

/* Opens the transaction and stores the appends; when that fails they are refused and nothing is open. */
static int store_appends(struct journal *journal, struct journal_append *list)
{
    int status = begin(journal);

    if (!status)
        status = append_store(&journal->writer, &journal->group, list);
    if (!status)
        return 0;
    writer_rollback(&journal->writer);
    refuse_appends(journal, list, status);
    return status;
}

/* Runs queued tasks until the slice is used up, at least one. PW_ERROR_* when the transaction was lost. */
static int run_tasks(struct journal *journal)
{
    int64_t until = monotonic_ms() + journal->stage_slice_ms;

    while (journal->ran_count < COMMIT_TASKS) {
        struct journal_task *task = take_task(journal);
        int result;
        if (!task)
            return 0;
        result = writer_run_task(&journal->writer, task);
        journal->ran[journal->ran_count] = task;
        journal->results[journal->ran_count++] = result;
        if (!writer_is_open(&journal->writer))
            return result < 0 ? result : PW_ERROR_IO;
        if (monotonic_ms() >= until)
            return 0;
    }
    return 0;
}

/* The tasks of a failed transaction once more, without the appends. */
static void run_again(struct journal *journal)
{
    int status = begin(journal);

    for (uint32_t i = 0; i < journal->ran_count && !status; i++) {
        journal->results[i] = writer_run_task(&journal->writer, journal->ran[i]);
        if (!writer_is_open(&journal->writer))
            status = journal->results[i] < 0 ? journal->results[i] : PW_ERROR_IO;
    }
    if (!status)
        status = writer_commit(&journal->writer);
    if (!status)
        return;
    writer_rollback(&journal->writer);
    for (uint32_t i = 0; i < journal->ran_count; i++)
        journal->results[i] = status;
}

/* `list` is NULL when no append takes part. Returns whether the appends are on disk. */
static bool transact(struct journal *journal, struct journal_append *list)
{
    int status = 0;

    if (list && store_appends(journal, list))
        list = NULL;
    if (!list)
        status = begin(journal);
    if (!status)
        status = run_tasks(journal);
    if (!status)
        status = writer_commit(&journal->writer);
    if (!status) {
        append_keep(&journal->group);
        return list != NULL;
    }
    writer_rollback(&journal->writer);
    if (list)
        refuse_appends(journal, list, status);
    if (journal->ran_count)
        run_again(journal);
    else if (!list)
        while (journal->ran_count < COMMIT_TASKS) { /* no transaction to be had: say so to whoever waits */
            struct journal_task *task = take_task(journal);
            if (!task)
                break;
            journal->ran[journal->ran_count] = task;
            journal->results[journal->ran_count++] = status;
        }
    return false;
}

static void call_back(struct journal *journal, struct journal_append *list)
{
    uint64_t before = atomic_load(&journal->last_sequence);
    uint64_t last = journal->writer.committed.last_sequence;

    atomic_store(&journal->last_sequence, last);
    while (list) {
        struct journal_append *next = list->next; /* `done` may free or queue it again */
        list->done(list);
        list = next;
    }
    if (last > before && journal->stored)
        journal->stored(journal->stored_context, last);
    for (uint32_t i = 0; i < journal->ran_count; i++)
        journal->ran[i]->done(journal->ran[i], journal->results[i]);
    journal->ran_count = 0;
}

static int on_frames(void *context, sqlite3 *db, const char *name, int frames)
{
    struct journal *journal = context;

    (void)db;
    (void)name;
    journal->wal_frames = frames;
    return SQLITE_OK;
}

/* After the callbacks, so that nobody waits for it who need not. What fails here is tried again after the
 * next commit. */
static void checkpoint(struct journal *journal)
{
    sqlite3 *db = journal->writer.view.store.db;
    int mode = SQLITE_CHECKPOINT_PASSIVE;

    if (journal->wal_frames < journal->checkpointed)
        journal->checkpointed = 0; /* the file has started anew */
    if (journal->below_mark && journal->wal_frames >= COMMIT_SHORT_FRAMES)
        mode = SQLITE_CHECKPOINT_TRUNCATE;
    else if (journal->wal_frames - journal->checkpointed < COMMIT_CHECKPOINT_FRAMES)
        return;
    else if (journal->wal_frames >= COMMIT_CHECKPOINT_LIMIT)
        mode = SQLITE_CHECKPOINT_RESTART;
    sqlite3_busy_timeout(db, COMMIT_CHECKPOINT_WAIT_MS);
    sqlite3_wal_checkpoint_v2(db, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(db, STORE_BUSY_MS);
    journal->checkpointed = journal->wal_frames;
}

static void run_group(struct journal *journal, struct journal_append *list)
{
    bool storable = list && !room_is_short(journal, list);

    if (list && !storable)
        append_undo(&journal->writer, &journal->group, list, PW_ERROR_FULL);
    transact(journal, storable ? list : NULL);
    call_back(journal, list);
    checkpoint(journal);
}

/* ---- the thread ---------------------------------------------------------------------------------------- */

static void refuse_late(struct journal *journal)
{
    struct journal_append *append = journal->late_appends.first;
    struct journal_task *task = journal->late_tasks.first;

    journal->late_appends = (struct append_queue){NULL, &journal->late_appends.first};
    journal->late_tasks = (struct task_queue){NULL, &journal->late_tasks.first};
    pthread_mutex_unlock(&journal->mutex);
    while (append) {
        struct journal_append *next = append->next;
        refuse_append(append);
        append = next;
    }
    while (task) {
        struct journal_task *next = task->next;
        task->done(task, PW_ERROR_STATE);
        task = next;
    }
    pthread_mutex_lock(&journal->mutex);
}

static void *work(void *context)
{
    struct journal *journal = context;

    pthread_mutex_lock(&journal->mutex);
    for (;;) {
        if (journal->appends.first || journal->tasks.first) {
            struct journal_append *list = take_appends(journal);
            pthread_mutex_unlock(&journal->mutex);
            run_group(journal, list);
            pthread_mutex_lock(&journal->mutex);
        } else if (journal->late_appends.first || journal->late_tasks.first) {
            refuse_late(journal);
        } else if (journal->closing) {
            break;
        } else {
            pthread_cond_wait(&journal->work, &journal->mutex);
        }
    }
    journal->ended = true;
    pthread_mutex_unlock(&journal->mutex);
    return NULL;
}

int commit_start(struct journal *journal)
{
    sqlite3_wal_hook(journal->writer.view.store.db, on_frames, journal);
    journal->has_mutex = pthread_mutex_init(&journal->mutex, NULL) == 0;
    journal->has_work = pthread_cond_init(&journal->work, NULL) == 0;
    if (journal->has_mutex && journal->has_work)
        journal->has_thread = pthread_create(&journal->thread, NULL, work, journal) == 0;
    return journal->has_thread ? 0 : PW_ERROR_MEMORY;
}

void commit_stop(struct journal *journal)
{
    if (journal->has_thread) {
        pthread_mutex_lock(&journal->mutex);
        journal->closing = true;
        pthread_cond_signal(&journal->work);
        pthread_mutex_unlock(&journal->mutex);
        pthread_join(journal->thread, NULL);
    }
    if (journal->has_work)
        pthread_cond_destroy(&journal->work);
    if (journal->has_mutex)
        pthread_mutex_destroy(&journal->mutex);
    journal->has_thread = journal->has_work = journal->has_mutex = false;
}

int64_t journal_now(const struct journal *journal)
{
    return journal->clock_ms(journal->clock_context);
}

uint64_t journal_last_sequence(const struct journal *journal)
{
    return atomic_load(&journal->last_sequence);
}

void journal_on_stored(struct journal *journal, void (*stored)(void *context, uint64_t last_sequence),
                       void *context)
{
    journal->stored = stored;
    journal->stored_context = context;
}
