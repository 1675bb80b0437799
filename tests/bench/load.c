/* SPDX-License-Identifier: Apache-2.0
 *
 * A feed that makes its own 700-byte events and measures the acknowledgements: how many a second, and how
 * long each took. libnng REQ with contexts, as a feed would. Prints one JSON line. Ends by itself.
 *
 *     bench_load URL COUNT IN_FLIGHT BATCH [RATE] [SEED]
 *
 * RATE 0: as fast as answers come; else so many requests a second are offered, and latency counts from the
 * instant a request was due, so that a stall is not hidden by the sender waiting (coordinated omission).
 */
#include <inttypes.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVENT_BYTES 700u
#define MAX_FLIGHT  4096u

struct load {
    nng_socket socket;
    uint32_t count, in_flight, batch, rate, seed; /* count: requests */
    uint32_t started, finished;
    uint64_t begun_ns, *latency_ns;
    uint64_t accepted, duplicate, rejected, busy, failed;
    pthread_mutex_t lock;
    pthread_cond_t all_done;
};

struct flight {
    struct load *load;
    nng_ctx context;
    nng_aio *aio;
    uint64_t due_ns;
    uint32_t number;
    int phase; /* 0 waiting for its instant, 1 sending, 2 receiving */
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Ordinary collaborations: most events of a university raise nothing, as in life. */
static size_t make_event(char *out, size_t size, uint32_t seed, uint64_t number)
{
    static const char *const types[] = {"agreement.proposed", "hr.appointment.proposed",
                                        "visa.petition.proposed", "publication.submitted"};
    static const char *const partners[] = {"Wageningen University & Research", "ETH Zurich",
                                           "University of Nairobi", "Fudan University",
                                           "Universidad de Chile"};
    int used = snprintf(
        out, size,
        "{\"specversion\":\"1.0\",\"id\":\"b-%" PRIu32 "-%" PRIu64
        "\",\"source\":\"https://bench.example.edu/\","
        "\"type\":\"org.pathwayd.%s.v1\",\"time\":\"2026-03-02T09:00:00Z\",\"data\":{\"engagement_id\":\"E-"
        "%" PRIu32 "-%" PRIu64
        "\",\"title\":\"Joint work on crop models\",\"role\":\"student_grad\",\"visa_class\":\"study\","
        "\"partner\":[{\"name\":\"%s\",\"country\":\"NL\",\"kind\":\"university\",\"relation\":\"party\"}],"
        "\"technology_areas\":[\"ai\"],\"publication_intent\":\"open\",\"transfer_mode\":[\"read_only_"
        "output\"],"
        "\"applications\":[\"climate\"],\"questions\":{\"q1\":{\"answer\":\"no\"},\"q2\":{\"answer\":\"no\"},"
        "\"q3\":{\"answer\":\"no\"}},\"summary\":\"",
        seed, number, types[number % 4], seed, number, partners[number % 5]);
    while ((size_t)used < EVENT_BYTES - 3 && (size_t)used < size - 4) {
        out[used] = (char)('a' + (used * 7 + (int)(number % 23)) % 26);
        used++;
    }
    used += snprintf(out + used, size - (size_t)used, "\"}}");
    return (size_t)used;
}

static nng_msg *make_message(const struct load *load, uint32_t number)
{
    char event[1024];
    nng_msg *message = NULL;
    nng_msg_alloc(&message, 0);
    if (load->batch > 1)
        nng_msg_append(message, "[", 1);
    for (uint32_t i = 0; i < load->batch; i++) {
        size_t length = make_event(event, sizeof(event), load->seed, (uint64_t)number * load->batch + i);
        if (i)
            nng_msg_append(message, ",", 1);
        nng_msg_append(message, event, length);
    }
    if (load->batch > 1)
        nng_msg_append(message, "]", 1);
    return message;
}

static uint64_t occurrences(const char *text, size_t length, const char *word)
{
    uint64_t count = 0;
    size_t word_length = strlen(word);
    for (const char *at = text; (at = memmem(at, length - (size_t)(at - text), word, word_length));
         at += word_length)
        count++;
    return count;
}

static void count_answer(struct load *load, nng_msg *answer)
{
    const char *text = nng_msg_body(answer);
    size_t length = nng_msg_len(answer);
    load->accepted += occurrences(text, length, "\"status\":\"accepted\"");
    load->duplicate += occurrences(text, length, "\"status\":\"duplicate\"");
    load->rejected += occurrences(text, length, "\"status\":\"rejected\"");
    load->busy += occurrences(text, length, "\"status\":\"busy\"");
}

static void next_request(struct flight *flight)
{
    struct load *load = flight->load;
    pthread_mutex_lock(&load->lock);
    bool more = load->started < load->count;
    flight->number = more ? load->started++ : 0;
    pthread_mutex_unlock(&load->lock);
    if (!more)
        return;
    uint64_t now = now_ns();
    flight->due_ns = load->rate ? load->begun_ns + (uint64_t)flight->number * 1000000000u / load->rate : now;
    flight->phase = 0;
    nng_duration wait =
        flight->due_ns > now ? (nng_duration)((flight->due_ns - now + 999999u) / 1000000u) : 0;
    nng_sleep_aio(wait, flight->aio);
}

static void finished(struct flight *flight, nng_msg *answer)
{
    struct load *load = flight->load;
    pthread_mutex_lock(&load->lock);
    load->latency_ns[flight->number] = now_ns() - flight->due_ns;
    if (answer)
        count_answer(load, answer);
    else
        load->failed++;
    if (++load->finished == load->count)
        pthread_cond_signal(&load->all_done);
    pthread_mutex_unlock(&load->lock);
    nng_msg_free(answer);
    next_request(flight);
}

static void stepped(void *argument)
{
    struct flight *flight = argument;
    int status = nng_aio_result(flight->aio);
    if (flight->phase == 0) {
        nng_aio_set_msg(flight->aio, make_message(flight->load, flight->number));
        flight->phase = 1;
        nng_ctx_send(flight->context, flight->aio);
        return;
    }
    if (status != 0) {
        if (flight->phase == 1)
            nng_msg_free(nng_aio_get_msg(flight->aio));
        finished(flight, NULL);
        return;
    }
    if (flight->phase == 1) {
        flight->phase = 2;
        nng_ctx_recv(flight->context, flight->aio);
        return;
    }
    nng_msg *answer = nng_aio_get_msg(flight->aio);
    nng_aio_set_msg(flight->aio, NULL);
    finished(flight, answer);
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void report(struct load *load, double seconds)
{
    qsort(load->latency_ns, load->count, sizeof(load->latency_ns[0]), by_size);
    uint64_t events = (uint64_t)load->count * load->batch;
    printf("{\"events\":%" PRIu64 ",\"batch\":%" PRIu32 ",\"in_flight\":%" PRIu32 ",\"seconds\":%.3f,"
           "\"events_per_s\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f,\"accepted\":%" PRIu64
           ",\"duplicate\":%" PRIu64 ",\"rejected\":%" PRIu64 ",\"busy\":%" PRIu64 ",\"failed\":%" PRIu64
           "}\n",
           events, load->batch, load->in_flight, seconds, (double)events / seconds,
           (double)load->latency_ns[load->count / 2] / 1e6,
           (double)load->latency_ns[(uint64_t)load->count * 99 / 100] / 1e6,
           (double)load->latency_ns[load->count - 1] / 1e6, load->accepted, load->duplicate, load->rejected,
           load->busy, load->failed);
}

int main(int count, char **arguments)
{
    if (count < 5) {
        fprintf(stderr, "usage: bench_load URL REQUESTS IN_FLIGHT BATCH [RATE] [SEED]\n");
        return 2;
    }
    struct load load = {.count = (uint32_t)strtoul(arguments[2], NULL, 10),
                        .in_flight = (uint32_t)strtoul(arguments[3], NULL, 10),
                        .batch = (uint32_t)strtoul(arguments[4], NULL, 10),
                        .rate = count > 5 ? (uint32_t)strtoul(arguments[5], NULL, 10) : 0,
                        .seed = count > 6 ? (uint32_t)strtoul(arguments[6], NULL, 10) : 1};
    if (!load.count || !load.batch || !load.in_flight || load.in_flight > MAX_FLIGHT) {
        fprintf(stderr, "bench_load: REQUESTS, IN_FLIGHT (at most %u) and BATCH must be positive\n",
                MAX_FLIGHT);
        return 2;
    }
    load.latency_ns = calloc(load.count, sizeof(*load.latency_ns));
    struct flight *flights = calloc(load.in_flight, sizeof(*flights));
    pthread_mutex_init(&load.lock, NULL);
    pthread_cond_init(&load.all_done, NULL);
    int status = nng_req0_open(&load.socket);
    if (status == 0)
        status = nng_dial(load.socket, arguments[1], NULL, 0);
    if (status != 0 || !flights || !load.latency_ns) {
        fprintf(stderr, "bench_load: cannot reach %s: %s\n", arguments[1], nng_strerror(status));
        return 1;
    }
    load.begun_ns = now_ns();
    for (uint32_t i = 0; i < load.in_flight; i++) {
        flights[i].load = &load;
        nng_ctx_open(&flights[i].context, load.socket);
        nng_ctx_set_ms(flights[i].context, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
        nng_aio_alloc(&flights[i].aio, stepped, &flights[i]);
        nng_aio_set_timeout(flights[i].aio, 60000);
        next_request(&flights[i]);
    }
    pthread_mutex_lock(&load.lock);
    while (load.finished < load.count)
        pthread_cond_wait(&load.all_done, &load.lock);
    pthread_mutex_unlock(&load.lock);
    double seconds = (double)(now_ns() - load.begun_ns) / 1e9;
    for (uint32_t i = 0; i < load.in_flight; i++)
        nng_aio_stop(flights[i].aio);
    nng_close(load.socket);
    for (uint32_t i = 0; i < load.in_flight; i++)
        nng_aio_free(flights[i].aio);
    report(&load, seconds);
    free(flights);
    free(load.latency_ns);
    return load.accepted + load.duplicate == (uint64_t)load.count * load.batch ? 0 : 1;
}
