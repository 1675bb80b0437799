/* SPDX-License-Identifier: Apache-2.0
 *
 * channel.h: the host's end of the stream socket: blocking, one frame at a time. Only read(2) and write(2)
 * are used, since the sandbox denies the socket calls. Reading is for one thread; sending is locked, so that
 * a plugin's threads may log.
 */
#ifndef PATHWAYD_HOST_CHANNEL_H
#define PATHWAYD_HOST_CHANNEL_H

#include <pthread.h>
#include "host/frame.h"

struct channel {
    int fd;
    char *input;
    size_t used, filled, capacity; /* [used, filled) is not yet taken */
    pthread_mutex_t lock;
};

int channel_open(struct channel *channel, int fd);
void channel_close(struct channel *channel); /* frees; the descriptor stays */

/* The next frame; the body lives until the next call. 1; 0 at the end of the stream; PW_ERROR_IO, _MEMORY,
 * or what frame_next said of the bytes. */
int channel_receive(struct channel *channel, enum frame_type *ret_type, struct pw_text *ret_body);

/* All of `frames`, or PW_ERROR_IO when the daemon is gone. */
int channel_send(struct channel *channel, const struct buffer *frames);

#endif
