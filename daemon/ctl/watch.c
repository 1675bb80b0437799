/* SPDX-License-Identifier: Apache-2.0
 *
 * watch.c: the command `watch`: open cases by queue, who waits for an answer and what comes in, on a terminal and anew
 * every two seconds; printed once where there is no terminal.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "ctl/call.h"
#include "ctl/table.h"
#include "dispatch/pathway.h"
#include "json/time.h"

#define WATCH_MS     2000
#define WATCH_QUEUES 24u    /* lines of the first table */
#define WATCH_ROWS   8u     /* of the others */
#define WATCH_CASES  20000u /* open ones that are counted; more are said to be */
#define NO_QUEUE     "(none)"

struct queue_row {
    char name[65];
    uint64_t open, waiting, unassigned;
    uint32_t level;
    char *oldest; /* when its oldest case was opened */
};

struct watch {
    struct ctl *ctl;
    struct queue_row queues[WATCH_QUEUES];
    uint32_t queue_count;
    uint64_t left_out;                              /* cases of further queues */
    cJSON *asking[WATCH_ROWS], *newest[WATCH_ROWS]; /* the longest asked first; the last changed first */
    uint32_t asking_count, newest_count;
    uint64_t count;
};

/* ---- counting ---- */

static struct queue_row *row_of(struct watch *watch, const char *name)
{
    for (uint32_t i = 0; i < watch->queue_count; i++)
        if (strcmp(watch->queues[i].name, name) == 0)
            return &watch->queues[i];
    if (watch->queue_count == WATCH_QUEUES)
        return NULL;
    struct queue_row *row = &watch->queues[watch->queue_count++];
    *row = (struct queue_row){0};
    snprintf(row->name, sizeof(row->name), "%s", name);
    return row;
}

/* RFC 3339 in UTC sorts as text, near enough for a glance. */
static void keep(cJSON **rows, uint32_t *count, const cJSON *item, const char *key, int sign)
{
    uint32_t at = *count;
    while (at > 0 && sign * strcmp(table_word(item, key), table_word(rows[at - 1], key)) < 0)
        at--;
    if (at == WATCH_ROWS)
        return;
    if (*count == WATCH_ROWS)
        cJSON_Delete(rows[--*count]);
    memmove(&rows[at + 1], &rows[at], (*count - at) * sizeof(rows[0]));
    rows[at] = cJSON_Duplicate(item, true);
    ++*count;
}

static void take_case(void *to, const cJSON *item)
{
    struct watch *watch = to;
    const char *queue = table_word(item, "queue"), *word = table_word(item, "level");
    struct queue_row *row = row_of(watch, *queue ? queue : NO_QUEUE);
    uint32_t level = level_by_name((struct pw_text){word, strlen(word)});
    bool waits = strcmp(table_word(item, "state"), "needs_information") == 0;
    watch->count++;
    if (waits)
        keep(watch->asking, &watch->asking_count, item, "updated", 1);
    keep(watch->newest, &watch->newest_count, item, "updated", -1);
    if (!row) {
        watch->left_out++;
        return;
    }
    row->open++;
    row->waiting += waits;
    row->unassigned += !*table_word(item, "assignee");
    row->level = level < PW_LEVEL_COUNT && level > row->level ? level : row->level;
    if (!row->oldest || strcmp(table_word(item, "opened"), row->oldest) < 0) {
        free(row->oldest);
        row->oldest = strdup(table_word(item, "opened"));
    }
}

static void forget(struct watch *watch)
{
    for (uint32_t i = 0; i < watch->queue_count; i++)
        free(watch->queues[i].oldest);
    for (uint32_t i = 0; i < watch->asking_count; i++)
        cJSON_Delete(watch->asking[i]);
    for (uint32_t i = 0; i < watch->newest_count; i++)
        cJSON_Delete(watch->newest[i]);
    *watch = (struct watch){.ctl = watch->ctl};
}

/* ---- drawing ---- */

static void draw_queues(const struct watch *watch)
{
    static const struct table_column columns[] = {{"queue", "queue", 32},
                                                  {"open", "open", 0},
                                                  {"of nobody", "nobody", 0},
                                                  {"waiting", "waiting", 0},
                                                  {"highest", "level", 0},
                                                  {"oldest", "oldest", 0},
                                                  {NULL, NULL, 0}};
    struct table *table = table_new(watch->ctl, columns);
    for (uint32_t i = 0; table && i < watch->queue_count; i++) {
        const struct queue_row *row = &watch->queues[i];
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "queue", row->name);
        cJSON_AddNumberToObject(object, "open", (double)row->open);
        cJSON_AddNumberToObject(object, "nobody", (double)row->unassigned);
        cJSON_AddNumberToObject(object, "waiting", (double)row->waiting);
        cJSON_AddStringToObject(object, "level", level_names[row->level]);
        cJSON_AddStringToObject(object, "oldest", row->oldest ? row->oldest : "");
        table_add(table, object);
        cJSON_Delete(object);
    }
    table_end(table, "No case is open.");
    if (watch->left_out)
        printf("… and %llu of further queues\n", (unsigned long long)watch->left_out);
    if (watch->count >= WATCH_CASES)
        printf("… and more: only the first %u are counted\n", WATCH_CASES);
}

static void draw_cases(const struct watch *watch, const char *title, cJSON *const *rows, uint32_t count)
{
    static const struct table_column columns[] = {
        {"case", "case", 0},    {"level", "level", 0},     {"state", "state", 0}, {"whose", "assignee", 16},
        {"title", "title", 40}, {"changed", "updated", 0}, {NULL, NULL, 0}};
    printf("\n%s%s%s\n", table_bold(watch->ctl), title, table_plain(watch->ctl));
    struct table *table = table_new(watch->ctl, columns);
    for (uint32_t i = 0; table && i < count; i++)
        table_add(table, rows[i]);
    table_end(table, "Nothing.");
}

static void draw_head(const struct watch *watch, const cJSON *status)
{
    struct timespec instant;
    char now[TIME_TEXT_SIZE];
    clock_gettime(CLOCK_REALTIME, &instant);
    time_format((int64_t)instant.tv_sec * 1000, now);
    printf("%spathwayd%s  %s  events %.0f, judgements owed %.0f, notices waiting %.0f\n\n",
           table_bold(watch->ctl), table_plain(watch->ctl), now,
           cJSON_GetNumberValue(table_find(status, "result.journal.events")),
           cJSON_GetNumberValue(table_find(status, "result.journal.pending")),
           cJSON_GetNumberValue(table_find(status, "result.journal.notices_waiting")));
}

/* What is read is read before anything is wiped, so that nothing flickers. */
static int draw(struct watch *watch)
{
    static const char *const keys[] = {"open", NULL}, *const values[] = {"yes", NULL};
    cJSON *status = NULL;
    int result = call_once(watch->ctl, "status", &status);
    if (result == CTL_GOOD)
        result = call_pages(watch->ctl, "case.list", keys, values, 0, WATCH_CASES, take_case, watch);
    if (result == CTL_GOOD) {
        fputs(watch->ctl->terminal_out ? "\033[H\033[2J" : "", stdout);
        draw_head(watch, status);
        draw_queues(watch);
        draw_cases(watch, "Waiting for an answer", watch->asking, watch->asking_count);
        draw_cases(watch, "Coming in", watch->newest, watch->newest_count);
        fputs(watch->ctl->terminal_out ? "\nq ends.\n" : "", stdout);
        fflush(stdout);
    }
    cJSON_Delete(status);
    forget(watch);
    return result;
}

/* ---- the terminal ---- */

/* Whether a key that ends it comes within the time; Ctrl-C is a key here. */
static bool ended(void)
{
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    char key = 0;
    if (poll(&keys, 1, WATCH_MS) <= 0)
        return false;
    return read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q' || key == 3 || key == 4;
}

int ctl_watch(struct ctl *ctl)
{
    struct watch watch = {.ctl = ctl};
    struct termios before, raw;
    if (!ctl->terminal_out || tcgetattr(STDIN_FILENO, &before) != 0) {
        ctl->terminal_out = false;
        return draw(&watch);
    }
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    fputs("\033[?1049h\033[?25l", stdout);
    /* Later the daemon may be changing over; it is asked again. */
    int status = draw(&watch);
    bool seen = status == CTL_GOOD;
    while (seen && !ended())
        status = draw(&watch);
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return status;
}
