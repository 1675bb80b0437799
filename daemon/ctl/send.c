/* SPDX-License-Identifier: Apache-2.0
 *
 * send.c: the command `send`: input in, groups of events over a window of requests, answers out in order. One
 * thread sleeps in poll(2) on the input, the answers and the clock; nothing is read that there is no room
 * for.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "ctl/endpoint.h"
#include "ctl/flight.h"
#include "ctl/group.h"
#include "ctl/resume.h"
#include "ctl/tally.h"

#define SEND_WINDOW     64
#define SEND_MAX_WINDOW 4096
#define SEND_MAX_BATCH  100000 /* what the configuration can allow at most */
#define SEND_TIMEOUT_S  10
#define SEND_GIVE_UP_S  120
#define SEND_RETRY_MS   200 /* after no answer: the connection may just be coming back */
#define SEND_TICK_MS    500 /* progress and clocks when nothing happens */

struct send {
    struct ctl *ctl;
    struct intake intake;
    struct flight *flight;
    struct resume resume;
    struct tally tally;
    struct group *groups; /* a ring: groups[head % window] is the oldest */
    uint64_t head, tail;  /* tail: the one being filled */
    uint32_t window, batch;
    int64_t give_up_ms;
    struct item held; /* read, but the group before it was full of bytes */
    bool holding, abandoned;
    struct buffer message;
};

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint32_t slot_of(const struct send *send, uint64_t number)
{
    return (uint32_t)(number % send->window);
}

static void launch(struct send *send, uint64_t number)
{
    struct group *group = &send->groups[slot_of(send, number)];
    group->state = GROUP_SETTLED;
    if (group_open_count(group) == 0)
        return;
    /* One event may be larger than a batch may be, but not as a batch. */
    bool array = send->batch > 1 && group->bytes + 1 <= send->intake.limits.max_batch_bytes;
    group_message(group, array, &send->message);
    group->state = GROUP_IN_FLIGHT;
    if (send->message.failed ||
        flight_send(send->flight, slot_of(send, number), buffer_view(&send->message)) != 0) {
        group->state = GROUP_WAITING;
        group->wait_until = monotonic_ms() + SEND_RETRY_MS;
    }
}

static void close_group(struct send *send)
{
    send->groups[slot_of(send, send->tail)].moved_ms = monotonic_ms();
    launch(send, send->tail++);
}

/* True when the item was an earlier run's and is done with. */
static bool settled_before(struct send *send, struct item *item)
{
    if (!send->resume.file || send->resume.settled >= send->resume.before)
        return false;
    struct pw_text bytes = {item->bytes, item->bytes ? item->length : 0};
    send->intake.trouble = resume_note(&send->resume, bytes, false);
    send->tally.resumed++;
    item_release(item);
    return true;
}

static int next_item(struct send *send, struct item *ret_item)
{
    if (send->holding) {
        *ret_item = send->held;
        send->holding = false;
        return 1;
    }
    if (send->intake.trouble != 0)
        return send->intake.trouble;
    for (;;) {
        int status = intake_next(&send->intake, ret_item);
        if (status != 1 || !settled_before(send, ret_item))
            return status;
        if (send->intake.trouble != 0)
            return send->intake.trouble;
    }
}

/* Takes what the input has into groups, as far as the window is free. */
static void gather(struct send *send)
{
    struct item item;
    while (send->tail - send->head < send->window && !send->abandoned) {
        struct group *group = &send->groups[slot_of(send, send->tail)];
        int status = next_item(send, &item);
        if (status != 1)
            break;
        if (item.outcome == ITEM_OPEN &&
            !group_fits(group, item.length, send->intake.limits.max_batch_bytes)) {
            send->held = item;
            send->holding = true;
            close_group(send);
            continue;
        }
        group_add(group, item);
        if (group->count == send->batch)
            close_group(send);
    }
}

/* Nothing more comes of the input: it ended, or cannot be read on. What was read is still sent. */
static bool input_over(const struct send *send)
{
    return intake_ended(&send->intake) || send->intake.trouble != 0;
}

/* A group that is not full goes off when nothing more is there to fill it now. */
static void close_if_idle(struct send *send, bool input_waits)
{
    bool room = send->tail - send->head < send->window;
    if (room && send->groups[slot_of(send, send->tail)].count > 0 && (!input_waits || input_over(send)))
        close_group(send);
}

static void abandon(struct send *send, const char *why)
{
    for (uint64_t i = send->head; i < send->tail; i++) {
        struct group *group = &send->groups[slot_of(send, i)];
        group_give_up(group, why);
        group->state = GROUP_SETTLED;
    }
    if (!send->abandoned)
        ctl_complain("given up: %s; what is left of the input was not read", why);
    send->abandoned = true;
}

static void wait_again(struct send *send, struct group *group, int64_t wait_ms, const char *why)
{
    int64_t now = monotonic_ms();
    group->state = GROUP_WAITING;
    group->wait_until = now + wait_ms;
    if (now - group->moved_ms >= send->give_up_ms)
        abandon(send, why);
}

static void look_at(struct send *send, uint64_t number)
{
    struct group *group = &send->groups[slot_of(send, number)];
    struct pw_text answer = {NULL, 0};
    const char *why = NULL;
    uint32_t retry_after = 0, before = group_open_count(group);
    int status = flight_answer(send->flight, slot_of(send, number), &answer, &why);
    if (status == 0)
        return;
    if (status == 1 && group_answer(group, answer, &retry_after, &why) != 0) {
        abandon(send, why);
        return;
    }
    if (status == 1 && group_open_count(group) < before)
        group->moved_ms = monotonic_ms();
    if (status == 1 && group_open_count(group) == 0)
        group->state = GROUP_SETTLED;
    else if (status == 1)
        wait_again(send, group, (int64_t)retry_after * 1000, "the daemon stays busy");
    else
        wait_again(send, group, SEND_RETRY_MS, "the daemon does not answer");
}

static void look_at_all(struct send *send)
{
    int64_t now = monotonic_ms();
    flight_drain(send->flight);
    for (uint64_t i = send->head; i < send->tail; i++) {
        struct group *group = &send->groups[slot_of(send, i)];
        if (group->state == GROUP_IN_FLIGHT)
            look_at(send, i);
        else if (group->state == GROUP_WAITING && now >= group->wait_until)
            launch(send, i);
    }
}

static void report_group(struct send *send, struct group *group)
{
    for (uint32_t i = 0; i < group->count; i++) {
        struct item *item = &group->items[i];
        struct pw_text bytes = {item->bytes, item->bytes ? item->length : 0};
        send->resume.frozen |= item->outcome == ITEM_UNANSWERED;
        resume_note(&send->resume, bytes, item->outcome == ITEM_REJECTED || item->outcome == ITEM_BAD);
        tally_item(&send->tally, item);
    }
    group_clear(group);
}

static void report(struct send *send)
{
    while (send->head < send->tail && send->groups[slot_of(send, send->head)].state == GROUP_SETTLED)
        report_group(send, &send->groups[slot_of(send, send->head++)]);
    if (resume_save(&send->resume, false) != 0)
        send->intake.trouble = PW_ERROR_IO;
    tally_progress(&send->tally);
}

/* Milliseconds until something has to be sent again. */
static int wait_ms(const struct send *send)
{
    int64_t now = monotonic_ms(), least = SEND_TICK_MS;
    for (uint64_t i = send->head; i < send->tail; i++) {
        const struct group *group = &send->groups[slot_of(send, i)];
        if (group->state == GROUP_WAITING && group->wait_until - now < least)
            least = group->wait_until - now;
    }
    return least < 0 ? 0 : (int)least;
}

static void sleep_until_something(struct send *send)
{
    bool room = send->tail - send->head < send->window && !send->abandoned;
    bool wants = room && !source_at_end(send->intake.source) && !send->intake.broken && !input_over(send);
    struct pollfd waits[2] = {{.fd = flight_descriptor(send->flight), .events = POLLIN},
                              {.fd = wants ? source_descriptor(send->intake.source) : -1, .events = POLLIN}};
    struct pollfd now = waits[1];
    bool ready = wants && poll(&now, 1, 0) > 0;
    if (wants)
        close_if_idle(send, ready);
    fflush(stdout);
    if (!ready && poll(waits, 2, wait_ms(send)) > 0)
        ready = waits[1].revents != 0;
    if (ready && source_fill(send->intake.source) < 0)
        send->intake.trouble = PW_ERROR_IO;
}

static int run(struct send *send)
{
    for (;;) {
        gather(send);
        close_if_idle(send, true);
        look_at_all(send);
        report(send);
        if (send->head == send->tail &&
            (send->abandoned ||
             (input_over(send) && !send->holding && send->groups[slot_of(send, send->tail)].count == 0)))
            break;
        if (send->tail - send->head < send->window && input_over(send) && send->holding)
            continue;
        sleep_until_something(send);
    }
    if (send->intake.trouble == 0 && !send->abandoned)
        send->intake.trouble = resume_end(&send->resume);
    resume_save(&send->resume, true);
    if (send->resume.mistaken)
        send->tally.resumed = send->tally.resumed_refused = 0;
    tally_end(&send->tally);
    return send->intake.trouble != 0 ? CTL_USAGE : tally_status(&send->tally);
}

/* ---- setting up ---------------------------------------------------------------------------------------- */

static int print_only(struct send *send)
{
    struct item item;
    int status = CTL_GOOD;
    for (;;) {
        int got = intake_next(&send->intake, &item);
        if (got < 0 || (got == 0 && intake_ended(&send->intake)))
            break;
        if (got == 0 && source_fill(send->intake.source) < 0)
            return CTL_BAD;
        if (got != 1)
            continue;
        if (item.outcome != ITEM_SKIPPED)
            puts(item.bytes ? item.bytes : item.answer);
        status = item.outcome == ITEM_BAD ? CTL_BAD : status;
        item_release(&item);
    }
    return send->intake.trouble != 0 ? CTL_USAGE : status;
}

static int open_input(struct send *send)
{
    char error[MAP_ERROR_SIZE];
    const char *map = ctl_option(send->ctl, "--map");
    if (map && map_read(map, &send->intake.map, error) != 0) {
        ctl_complain("%s", error);
        return CTL_USAGE;
    }
    if (source_open(send->ctl->positionals[0], &send->intake.source) != 0)
        return CTL_USAGE;
    if (map)
        send->intake.csv.delimiter = send->intake.map->delimiter;
    if (map && send->intake.map->encoding[0] &&
        source_encoding(send->intake.source, send->intake.map->encoding) != 0)
        return CTL_USAGE;
    return CTL_GOOD;
}

static int open_flight(struct send *send, const char *url)
{
    int64_t timeout = 0;
    int status = ctl_option_number(send->ctl, "--timeout", 1, 3600, SEND_TIMEOUT_S, &timeout);
    if (status != CTL_GOOD)
        return status;
    struct flight_options options = {.url = url,
                                     .slots = send->window,
                                     .timeout_ms = (int32_t)timeout * 1000,
                                     .give_up_ms = send->give_up_ms,
                                     .tls_ca = ctl_option(send->ctl, "--tls-ca"),
                                     .tls_cert = ctl_option(send->ctl, "--tls-cert"),
                                     .tls_key = ctl_option(send->ctl, "--tls-key"),
                                     .tls_name = ctl_option(send->ctl, "--tls-name")};
    status = flight_open(&options, &send->flight);
    return status == 0 ? CTL_GOOD : status == PW_ERROR_INVALID ? CTL_USAGE : CTL_BAD;
}

static int read_numbers(struct send *send)
{
    int64_t batch = 0, window = 0, give_up = 0;
    uint32_t most = send->intake.limits.max_batch_events;
    int status = ctl_option_number(send->ctl, "--batch", 1, SEND_MAX_BATCH, 1, &batch);
    if (status == CTL_GOOD)
        status = ctl_option_number(send->ctl, "--window", 1, SEND_MAX_WINDOW, SEND_WINDOW, &window);
    if (status == CTL_GOOD)
        status = ctl_option_number(send->ctl, "--give-up", 0, 31536000, SEND_GIVE_UP_S, &give_up);
    if (status != CTL_GOOD)
        return status;
    if (batch > most)
        ctl_complain("the daemon takes batches of %u events at most, so batches have %u and not %" PRId64,
                     most, most, batch);
    send->batch = batch > most ? most : (uint32_t)batch;
    send->window = (uint32_t)window;
    send->give_up_ms = give_up * 1000;
    send->groups = calloc(send->window, sizeof(*send->groups));
    for (uint32_t i = 0; send->groups && i < send->window; i++)
        if (group_init(&send->groups[i], send->batch) != 0)
            status = CTL_BAD;
    if (!send->groups || status != CTL_GOOD) {
        ctl_complain("out of memory");
        return CTL_BAD;
    }
    return CTL_GOOD;
}

int ctl_send(struct ctl *ctl)
{
    struct send send = {.ctl = ctl};
    char *url = NULL;
    send.intake.limits = event_limits_default;
    int status = open_input(&send);
    if (status == CTL_GOOD && ctl_option(ctl, "--print")) {
        status = print_only(&send);
    } else if (status == CTL_GOOD) {
        status = endpoint_find(ctl, &url, &send.intake.limits);
        if (status == CTL_GOOD)
            status = read_numbers(&send);
        if (status == CTL_GOOD && resume_open(&send.resume, ctl_option(ctl, "--resume")) != 0)
            status = CTL_USAGE;
        if (status == CTL_GOOD)
            status = open_flight(&send, url);
        tally_begin(&send.tally, ctl, send.intake.source);
        send.tally.resumed_refused = send.resume.refused;
        if (status == CTL_GOOD)
            status = run(&send);
    }
    free(url);
    if (!flight_close(send.flight)) {
        /* All is said; what is still open ends with the process. */
        _exit(fflush(stdout) != 0 && status == CTL_GOOD ? CTL_BAD : status);
    }
    for (uint32_t i = 0; send.groups && i < send.window; i++)
        group_release(&send.groups[i]);
    free(send.groups);
    if (send.holding)
        item_release(&send.held);
    buffer_release(&send.message);
    intake_release(&send.intake);
    return status;
}
