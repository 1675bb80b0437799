/* SPDX-License-Identifier: Apache-2.0
 *
 * channel.c: reads and writes whole frames on the inherited socket.
 */
#include "host/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHANNEL_LEAST_BYTES (128u << 10) /* a usual batch in one read */
#define CHANNEL_KEEP_BYTES  (2u << 20) /* a larger buffer is given back after its frame: memory is counted */

int channel_open(struct channel *channel, int fd)
{
    *channel = (struct channel){.fd = fd};
    return pthread_mutex_init(&channel->lock, NULL) == 0 ? 0 : PW_ERROR_MEMORY;
}

void channel_close(struct channel *channel)
{
    free(channel->input);
    pthread_mutex_destroy(&channel->lock);
    *channel = (struct channel){.fd = -1};
}

static size_t needed(const struct channel *channel)
{
    uint32_t length = 0;
    if (channel->filled - channel->used >= FRAME_HEADER_BYTES)
        memcpy(&length, channel->input + channel->used, sizeof length);
    size_t whole = FRAME_HEADER_BYTES + (size_t)length;
    return whole > CHANNEL_LEAST_BYTES ? whole : CHANNEL_LEAST_BYTES;
}

/* Moves what is left to the front and makes room for the frame that is coming; frame_next has bounded it. */
static int make_room(struct channel *channel)
{
    size_t need = needed(channel);
    size_t left = channel->filled - channel->used;
    if (left && channel->used)
        memmove(channel->input, channel->input + channel->used, left);
    channel->used = 0;
    channel->filled = left;
    bool fits = channel->capacity >= need;
    bool wasteful = channel->capacity > CHANNEL_KEEP_BYTES && need <= CHANNEL_LEAST_BYTES;
    if (fits && !wasteful)
        return 0;
    size_t wanted = need > left ? need : left;
    char *grown = realloc(channel->input, wanted);
    if (!grown)
        return PW_ERROR_MEMORY;
    channel->input = grown;
    channel->capacity = wanted;
    return 0;
}

int channel_receive(struct channel *channel, enum frame_type *ret_type, struct pw_text *ret_body)
{
    for (;;) {
        size_t used;
        int got = channel->input == NULL
                      ? 0
                      : frame_next(channel->input + channel->used, channel->filled - channel->used, ret_type,
                                   ret_body, &used);
        if (got < 0)
            return got;
        if (got > 0) {
            channel->used += used;
            return 1;
        }
        if (make_room(channel) < 0)
            return PW_ERROR_MEMORY;
        ssize_t count =
            read(channel->fd, channel->input + channel->filled, channel->capacity - channel->filled);
        if (count == 0)
            return 0;
        if (count > 0)
            channel->filled += (size_t)count;
        else if (errno != EINTR)
            return PW_ERROR_IO;
    }
}

int channel_send(struct channel *channel, const struct buffer *frames)
{
    if (frames->failed)
        return PW_ERROR_MEMORY;
    int status = 0;
    pthread_mutex_lock(&channel->lock);
    for (size_t sent = 0; sent < frames->length && status == 0;) {
        ssize_t count = write(channel->fd, frames->data + sent, frames->length - sent);
        if (count >= 0)
            sent += (size_t)count;
        else if (errno != EINTR)
            status = PW_ERROR_IO;
    }
    pthread_mutex_unlock(&channel->lock);
    return status;
}
