/* SPDX-License-Identifier: Apache-2.0
 *
 * stream: publishes every notice on an NNG PUB socket, for dashboards and scripts of the university's own.
 *
 * One message for each pathway of the notice:
 *
 *     research/required\n
 *     {"notice_id": … }                  the notice document exactly as pathwayd/notice.h describes it
 *
 * The first line is the topic: the pathway, a slash, the case's level; of a digest or an alarm, "digest" or "alarm". An NNG SUB socket subscribes by
 * prefix:
 * "" everything, "research/" one pathway, "research/required" one level of it.
 *
 * Rationale: why no ipc://? A plugin may not remove files, so after a restart it would find the socket file
 * that it left behind and could not listen again. tcp:// on loopback and abstract:// leave nothing behind;
 * both are open to every account of the machine, so what may not be seen there must not be streamed.
 *
 * A stream is for whoever is listening: a notice counts as delivered once the socket has taken it, and a
 * subscriber that is away or slower than its queue misses messages. Notices that must reach somebody belong
 * on another channel as well.
 */
#include <pathwayd/plugin.h>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/supplemental/util/platform.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words/delivery.h"
#include "words/option.h"

#define STREAM_QUEUE      128  /* messages kept per subscriber: a minute of a busy night, a few MiB at most */
#define STREAM_URL_BYTES  256u /* NNG's own bound is 128 for the address */
#define STREAM_WORD_BYTES 32u  /* longest pathway or level name taken into a topic */
#define STREAM_FLUSH_MS   200  /* NNG sends behind our back; closing at once would drop the last message */

struct stream {
    const struct pw_host *host;
    nng_socket socket;
    int open, sent;
};

static const struct pw_config_field fields[] = {
    {.name = "listen",
     .type = PW_CONFIG_TEXT,
     .required = 1,
     .help = "Where subscribers connect: tcp://127.0.0.1:PORT or abstract://NAME. NNG PUB; the topic is "
             "\"PATHWAY/LEVEL\" and a line feed, e.g. research/required, then the notice as JSON."},
    {0},
};

static const char *const schemes[] = {"tcp://", "abstract://"};

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return PW_ERROR_MEMORY;
    stream->host = host;
    *ret_instance = stream;
    return PW_OK;
}

static int scheme_known(const char *url)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
            return 1;
    return 0;
}

static int32_t start(void *instance, const struct pw_document *config)
{
    struct stream *stream = instance;
    struct pw_text listen = option_text(stream->host, config, "/listen");
    char url[STREAM_URL_BYTES];
    char sentence[STREAM_URL_BYTES + 128u];
    if (listen.length >= sizeof url)
        return option_refuse(stream->host, "\"listen\" is longer than 255 bytes.");
    memcpy(url, listen.data != NULL ? listen.data : "", listen.length);
    url[listen.length] = '\0';
    if (!scheme_known(url))
        return option_refuse(
            stream->host,
            "\"listen\" must begin with tcp:// or abstract://; a sandboxed plugin cannot keep an "
            "ipc:// file.");
    int status = nng_pub0_open(&stream->socket);
    if (status == 0) {
        stream->open = 1;
        status = nng_socket_set_int(stream->socket, NNG_OPT_SENDBUF, STREAM_QUEUE);
    }
    if (status == 0)
        status = nng_listen(stream->socket, url, NULL, 0);
    if (status == 0)
        return PW_OK;
    snprintf(sentence, sizeof sentence, "Cannot publish on %s: %s.", url, nng_strerror(status));
    (void)option_refuse(stream->host, sentence);
    return status == NNG_ENOMEM ? PW_ERROR_MEMORY : PW_ERROR_IO;
}

/* A topic is split at the slash and ends at the line feed: only the characters that names are made of pass.
 */
static size_t put_word(char *at, struct pw_text word)
{
    size_t length = word.length < STREAM_WORD_BYTES ? word.length : STREAM_WORD_BYTES;
    for (size_t i = 0; i < length; i++) {
        char c = word.data[i];
        int plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        at[i] = plain ? c : '_';
    }
    return length;
}

/* Without a level, the first word is the topic. */
static int publish(struct stream *stream, struct pw_text first, struct pw_text level, struct pw_text json)
{
    char topic[2u * STREAM_WORD_BYTES + 2u];
    size_t length = put_word(topic, first);
    if (level.length > 0) {
        topic[length++] = '/';
        length += put_word(topic + length, level);
    }
    topic[length++] = '\n';
    nng_msg *message = NULL;
    int status = nng_msg_alloc(&message, 0);
    if (status != 0)
        return status;
    status = nng_msg_append(message, topic, length);
    if (status == 0)
        status = nng_msg_append(message, json.data, json.length);
    if (status == 0)
        status = nng_sendmsg(stream->socket, message, 0);
    if (status != 0) /* the message is ours again */
        nng_msg_free(message);
    return status;
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct stream *stream = instance;
    const struct pw_host *host = stream->host;
    const struct pw_document_api *documents = host->documents;
    const struct pw_document *notice = message->notice;
    struct pw_text json = documents->raw(notice, PW_NODE_ROOT);
    struct pw_text level = option_text(host, notice, "/level");
    uint32_t pathways = documents->find(notice, PW_NODE_ROOT, PW_TEXT("/pathways"));
    uint32_t count = 0;
    int status = 0;
    for (uint32_t node = documents->first(notice, pathways); node != PW_NODE_NONE && status == 0;
         node = documents->next(notice, node)) {
        status = publish(stream, documents->text(notice, node), level, json);
        count += status == 0;
    }
    struct pw_text kind = option_text(host, notice, "/kind");
    if (count == 0 && status == 0) { /* a digest, an alarm; a case that is of no pathway any more */
        status = publish(stream, kind.length > 0 ? kind : PW_TEXT("case"), (struct pw_text){0}, json);
        count += status == 0;
    }
    stream->sent |= count > 0;
    if (status != 0)
        return delivery_answer(host, PW_DELIVERY_RETRY, 0, nng_strerror(status));
    char words[96];
    snprintf(words, sizeof words, "published under %u topic%s", (unsigned)count, count == 1 ? "" : "s");
    return delivery_answer(host, PW_DELIVERY_DONE, 0, words);
}

static void stop(void *instance)
{
    struct stream *stream = instance;
    if (stream->open && stream->sent)
        nng_msleep(STREAM_FLUSH_MS);
    if (stream->open)
        nng_close(stream->socket);
    stream->open = 0;
}

static void destroy(void *instance)
{
    struct stream *stream = instance;
    if (stream == NULL)
        return;
    if (stream->open)
        nng_close(stream->socket);
    free(stream);
}

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof(struct pw_plugin),
    .stage = PW_STAGE_NOTIFY,
    .config_field_size = sizeof(struct pw_config_field),
    .name = "stream",
    .version = PATHWAYD_VERSION,
    .summary = "Publishes notices on an NNG PUB socket",
    .licence = "Apache-2.0",
    .config = fields,
    .create = create,
    .start = start,
    .handle = handle,
    .stop = stop,
    .destroy = destroy,
};
