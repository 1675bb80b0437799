/* SPDX-License-Identifier: Apache-2.0
 *
 * rfc5424.h: a record as the bytes of one syslog message (RFC 5424), and that message as a frame of a stream (RFC 6587
 * octet counting, which RFC 5425 has over TLS too).
 *
 *     <PRI>1 TIMESTAMP HOSTNAME pathwayd - MSGID [pathwayd@32473 case="…" …] sentence
 *
 * TIMESTAMP is the notice's time, MSGID the change of a case (of anything else its kind), and there is no PROCID: the same
 * notice gives the same bytes on the same machine. A message has RFC5424_BYTES at most, so that it fits every receiver; a
 * value that finds no room is left out, last ones first, and the sentence is cut and says so.
 */
#ifndef SYSLOG_RFC5424_H
#define SYSLOG_RFC5424_H

#include "record.h"

#define RFC5424_BYTES     2048u /* RFC 5424, 6.1: what every receiver should take */
#define RFC5424_SENTENCE  480u  /* of them kept for the sentence */
#define RFC5424_HOST      255u  /* HOSTNAME */
#define RFC5424_MESSAGEID 32u
#define RFC5424_SD_ID                                                                                        \
    "pathwayd@32473" /* the number that RFC 5612 sets aside for examples: nobody's enterprise */

/* `hostname` may be anything; what a header cannot hold becomes "-". PW_OK or PW_ERROR_MEMORY. */
int rfc5424_write(const struct record *record, uint32_t facility, const char *hostname,
                  struct page *ret_message);

/* "123 <message>". */
int rfc5424_frame(const struct page *message, struct page *ret_frame);

#endif
