/* SPDX-License-Identifier: Apache-2.0
 *
 * activation.h: brings into force what people have agreed on (change.h):
 *
 *     trying ──▶ a generation is made, `current` leads to it ──▶ reload: the policies try it
 *                    they read it ──▶ done                 they refuse ──▶ `current` leads back, refused
 *
 * What was interrupted is begun again at the next start. Loop thread.
 */
#ifndef PATHWAYD_PACKS_ACTIVATION_H
#define PATHWAYD_PACKS_ACTIVATION_H

#include <uv.h>
#include "config/config.h"
#include "journal/journal.h"

struct activation;

struct activation_events {
    /* Starts a reload, which ends in activation_reloaded; PW_ERROR_BUSY: one is under way, and nothing was started. */
    int (*reload)(void *owner, char **ret_error);
    void (*log)(void *owner, uint32_t severity, const char *instance, struct pw_text line);
    void (*stopped)(void *owner);
};

/* `config` is where the configuration in force is found: a reload changes it. */
int activation_new(uv_loop_t *loop, const struct config *const *config, struct journal *journal,
                   const struct activation_events *events, void *owner, struct activation **ret_activation,
                   char **ret_error);
void activation_look(struct activation *activation); /* something may have been agreed on */
/* A reload has ended, whoever asked for it; `errors` NULL: the new configuration is in force. */
void activation_reloaded(struct activation *activation, const char *errors);
/* Ends in `stopped`, after which it is freed. */
void activation_stop(struct activation *activation);

#endif
