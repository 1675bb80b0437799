/* SPDX-License-Identifier: Apache-2.0
 *
 * policies.c: how long the policies take over one event: PACKS CASES [ROUNDS], where CASES has a JSON object a line,
 * {"pathway", "event", "facts"} (policies.py makes them of the scenarios). The real plugins, without a host between.
 *
 * Prints one JSON object: the median and the 99th percentile of a call in microseconds, and calls a second.
 */
#include <time.h>
#include "../plugin/policy_host.h"

#define CASES_MAX 4096

struct judged {
    int policy;
    struct pw_document event, facts;
};

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static void copy(struct pw_document *to, const struct pw_document *from, const char *key)
{
    struct json_error error;
    struct pw_text text = json_raw(from, json_member(from, PW_NODE_ROOT, key));
    if (json_parse_copy(to, text.data, text.length, &json_limits_frame, &error) < 0)
        exit(2);
}

static uint32_t read_cases(const char *file, struct judged *cases)
{
    FILE *stream = fopen(file, "r");
    char *line = NULL;
    size_t room = 0;
    uint32_t count = 0;
    for (ssize_t length; stream && count < CASES_MAX && (length = getline(&line, &room, stream)) > 0;) {
        struct pw_document document = {0};
        struct json_error error;
        if (json_parse_copy(&document, line, (size_t)length, &json_limits_frame, &error) < 0)
            exit(2);
        struct judged *each = &cases[count++];
        struct pw_text pathway = json_text(&document, json_member(&document, PW_NODE_ROOT, "pathway"));
        while (each->policy < POLICY_COUNT && !text_is(pathway, policy_names[each->policy]))
            each->policy++;
        copy(&each->event, &document, "event");
        copy(&each->facts, &document, "facts");
        json_release(&document);
    }
    free(line);
    if (stream)
        fclose(stream);
    return count;
}

int main(int argc, char **argv)
{
    static struct judged cases[CASES_MAX];
    static struct test_host test;
    static struct pw_document configs[POLICY_COUNT];
    const struct pw_plugin *plugins[POLICY_COUNT];
    void *instances[POLICY_COUNT];
    uint32_t rounds = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 100;
    if (argc < 3) {
        fprintf(stderr, "usage: bench_policies PACKS CASES [ROUNDS]\n");
        return 2;
    }
    test_host_begin(&test);
    for (int i = 0; i < POLICY_COUNT; i++) {
        plugins[i] = plugin_load(policy_names[i]);
        instances[i] = instance_start(&test, plugins[i], argv[1], "extra-scrutiny", &configs[i]);
        if (!instances[i]) {
            fprintf(stderr, "%s\n", test.explained);
            return 2;
        }
    }
    uint32_t count = read_cases(argv[2], cases);
    double *times = calloc((size_t)count * rounds + 1, sizeof *times);
    test.silent = true;
    double begin = now_us();
    for (uint32_t k = 0; k < rounds; k++)
        for (uint32_t i = 0; i < count; i++) {
            double from = now_us();
            test.count = 0;
            (void)instance_judge(&test, plugins[cases[i].policy], instances[cases[i].policy],
                                 policy_names[cases[i].policy], &cases[i].event, &cases[i].facts,
                                 1772442000000);
            times[(size_t)k * count + i] = now_us() - from;
        }
    double seconds = (now_us() - begin) / 1e6;
    size_t all = (size_t)count * rounds;
    qsort(times, all, sizeof *times, compare);
    printf("{\"cases\": %u, \"median_us\": %.2f, \"p99_us\": %.2f, \"per_second\": %.0f}\n", count,
           times[all / 2], times[all * 99 / 100], (double)all / seconds);
    free(times);
    return 0;
}
