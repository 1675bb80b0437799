/* SPDX-License-Identifier: Apache-2.0
 *
 * flight.h: requests in flight to one feed. Slots are independent; what completed is told through a
 * descriptor that poll(2) understands, so that input and answers can be waited for together. No libnng type
 * leaves flight.c.
 */
#ifndef PATHWAYD_CTL_FLIGHT_H
#define PATHWAYD_CTL_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>
#include <pathwayd/text.h>

#define FLIGHT_CLOSE_MS 3000 /* closing takes milliseconds, or for ever */

struct flight;

struct flight_options {
    const char *url;
    uint32_t slots;
    int32_t timeout_ms;                                 /* for one answer */
    int64_t give_up_ms;                                 /* how long to try to connect */
    const char *tls_ca, *tls_cert, *tls_key, *tls_name; /* PEM files; NULL */
};

/* Connects; on failure a sentence was printed. PW_ERROR_INVALID: the options; PW_ERROR_IO: nobody listens. */
int flight_open(const struct flight_options *options, struct flight **ret_flight);

/* NULL is fine. False when libnng did not let go within FLIGHT_CLOSE_MS: everything then stays as it is, and
 * the process must end by _exit. */
bool flight_close(struct flight *flight);

int flight_descriptor(const struct flight *flight); /* readable after something completed */
void flight_drain(struct flight *flight);           /* read it empty before looking at the slots */

/* Sends a copy of the bytes. The slot must be free or completed. */
int flight_send(struct flight *flight, uint32_t slot, struct pw_text bytes);

/* 1 with the answer, which lives until the slot's next use; 0 not yet; PW_ERROR_BUSY no answer in time or the
 * connection broke: send the same bytes again. `why` gets a static word. */
int flight_answer(struct flight *flight, uint32_t slot, struct pw_text *ret_answer, const char **ret_why);

#endif
