/* SPDX-License-Identifier: Apache-2.0
 *
 * event_read.c: nanoseconds per event for reading JSON and for judging it against the vocabulary. Not a test:
 * run it alone on a quiet machine, with the number of rounds as its argument.
 */
#include "event/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEFAULT_ROUNDS = 200000 };

static const char event_head[] =
    "{\"specversion\":\"1.0\",\"id\":\"hr-2026-000123\",\"source\":\"https://hr.example.edu/appointments\","
    "\"type\":\"org.pathwayd.hr.appointment.proposed.v1\",\"time\":\"2026-03-02T09:14:00Z\","
    "\"subject\":\"E-2026-000123\",\"data\":{\"engagement_id\":\"E-2026-000123\","
    "\"title\":\"Visiting researcher in robotics\",\"link\":\"https://hr.example.edu/a/123\","
    "\"person_ref\":\"p-8f1c\",\"role\":\"visiting\",\"unit\":\"EECS\",\"partner\":[{\"name\":"
    "\"Example University of Technology\",\"ror\":\"https://ror.org/03yrm5c26\",\"country\":\"CN\","
    "\"kind\":\"university\",\"relation\":\"employer\",\"current\":true}],\"technology_areas\":"
    "[\"robotics\",\"ai\"],\"publication_intent\":\"open\",\"covered_individual\":\"unknown\",";
static const char good_tail[] = "\"start\":\"2026-09-01\",\"end\":\"2027-08-31\"}}";
static const char cut_tail[] =
    "\"nationality\":\"x\",\"start\":\"2026-09-01\",\"nickname\":{\"e-mail\":\"y\"}}}";

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int measure(const char *what, const char *tail, long rounds)
{
    char bytes[1024];
    int length = snprintf(bytes, sizeof bytes, "%s%s", event_head, tail);
    struct pw_document document = {0};
    struct event *event = calloc(1, sizeof *event);
    struct event_fault fault;
    bool batch;
    double parsing = 0, reading = 0;
    int status = event ? 0 : PW_ERROR_MEMORY;
    double begin = now();
    for (long i = 0; i < rounds && status == 0; i++)
        status = event_message_parse(&document, bytes, (size_t)length, &event_limits_default, &batch, &fault);
    parsing = now() - begin;
    begin = now();
    for (long i = 0; i < rounds && status == 0; i++)
        status = event_read(event, &document, PW_NODE_ROOT, &event_limits_default, NULL);
    reading = now() - begin;
    if (status == 0)
        printf("%s: %d bytes, %" PRIu32 " values: parse %.0f ns, event_read %.0f ns\n", what, length,
               document.node_count, parsing / (double)rounds, reading / (double)rounds);
    event_release(event);
    free(event);
    json_release(&document);
    return status;
}

int main(int count, char **arguments)
{
    long rounds = count > 1 ? strtol(arguments[1], NULL, 10) : DEFAULT_ROUNDS;
    return measure("nothing to cut", good_tail, rounds) < 0 ||
           measure("two members cut", cut_tail, rounds) < 0;
}
