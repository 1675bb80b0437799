/* SPDX-License-Identifier: Apache-2.0
 *
 * picky.c: a policy that behaves, but for events titled "BAD …", with which it does what its setting `mode` says; it
 * notes `picky.seen` on the others.
 */
#define BAD_STAGE PW_STAGE_ASSESS
#include "bad/bad.h"

#include <stdbool.h>
#include <time.h>

struct picky {
    const struct pw_host *host;
    struct pw_text mode;
};

static const struct pw_config_field fields[] = {
    {"mode", PW_CONFIG_CHOICE, 1, NULL, 0, 0, "abort|too_many|empty_frames|slow|many|large", "what it does"},
    {NULL, 0, 0, NULL, 0, 0, NULL, NULL},
};

static bool is(struct pw_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    struct picky *picky = calloc(1, sizeof *picky);
    if (!picky)
        return PW_ERROR_MEMORY;
    picky->host = host;
    *ret_instance = picky;
    return PW_OK;
}

static int32_t start(void *instance, const struct pw_document *config)
{
    struct picky *picky = instance;
    const struct pw_document_api *api = picky->host->documents;
    picky->mode = api->text(config, api->find(config, PW_NODE_ROOT, PW_TEXT("/mode")));
    return PW_OK;
}

static int32_t say(const struct picky *picky, const char *rule, struct pw_text explanation)
{
    const struct pw_finding finding = {.struct_size = sizeof finding,
                                       .kind = PW_KIND_JUDGEMENT,
                                       .level = PW_LEVEL_NOTE,
                                       .rule = {rule, strlen(rule)},
                                       .regime = PW_TEXT("paper"),
                                       .explanation = explanation,
                                       .answerable_by = PW_TEXT("nobody")};
    return picky->host->emit_finding(picky->host, &finding);
}

static int32_t say_many(const struct picky *picky, uint32_t count)
{
    int32_t status = PW_OK;
    for (uint32_t i = 0; i < count && status == PW_OK; i++) {
        char rule[32];
        snprintf(rule, sizeof rule, "picky.rule_%u", i);
        status = say(picky, rule, PW_TEXT("One of many."));
    }
    return status;
}

/* 200 KiB in one finding: within what the host takes. */
static int32_t say_much(const struct picky *picky)
{
    static char text[200 << 10];
    memset(text, 'x', sizeof text);
    return say(picky, "picky.large", (struct pw_text){text, sizeof text});
}

/* One finding more than an event may have, in a frame that the host did not write. */
static void answer_too_many(uint64_t sequence)
{
    char frame[8192];
    size_t at = 28;
    for (int i = 0; i < 65; i++)
        at += (size_t)sprintf(frame + at, "%c{\"level\":\"note\",\"rule\":\"r.%d\",\"pathway\":\"research\"}",
                              i ? ',' : '[', i);
    frame[at++] = ']';
    const uint32_t header[3] = {(uint32_t)at - 8, 5, 1}; /* length, FRAME_RESULT, count */
    const uint32_t rest[2] = {0, (uint32_t)at - 28};     /* status, length */
    memcpy(frame, header, sizeof header);
    memcpy(frame + 12, &sequence, sizeof sequence);
    memcpy(frame + 20, rest, sizeof rest);
    if (write(3, frame, at) == (ssize_t)at)
        pause();
}

/* Answers that answer nothing, often enough to look alive. */
static void send_empty_frames(void)
{
    const uint32_t frame[3] = {4, 5, 0};
    const struct timespec pause_ms = {.tv_nsec = 50000000};
    while (write(3, frame, sizeof frame) == (ssize_t)sizeof frame)
        nanosleep(&pause_ms, NULL);
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    const struct picky *picky = instance;
    const struct pw_document_api *api = picky->host->documents;
    const struct timespec slow = {.tv_nsec = 30000000};
    struct pw_text title =
        api->text(message->event, api->find(message->event, PW_NODE_ROOT, PW_TEXT("/data/title")));
    bool bad = title.length >= 3 && memcmp(title.data, "BAD", 3) == 0;
    if (bad && is(picky->mode, "abort"))
        abort();
    if (bad && is(picky->mode, "too_many"))
        answer_too_many(message->sequence);
    if (bad && is(picky->mode, "empty_frames"))
        send_empty_frames();
    if (is(picky->mode, "slow"))
        nanosleep(&slow, NULL);
    if (is(picky->mode, "many"))
        return say_many(picky, 64);
    if (is(picky->mode, "large"))
        return say_much(picky);
    return say(picky, "picky.seen", PW_TEXT("Seen."));
}

BAD_PLUGIN(.config = fields, .create = create, .start = start, .handle = handle)
