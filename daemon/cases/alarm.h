/* SPDX-License-Identifier: Apache-2.0
 *
 * alarm.h: what operators are told: a feed that fell silent, a list that is too old, a channel that gets nothing through.
 * Once when it begins; when it is over that is noted, so that it is told again should it begin anew.
 *
 * Journal thread, inside a task's transaction.
 */
#ifndef PATHWAYD_CASES_ALARM_H
#define PATHWAYD_CASES_ALARM_H

#include "config/config.h"
#include "journal/journal.h"

#define ALARM_MARK "alarm/" /* a mark of the journal, followed by the key: since when; 0: it is over */
#define ALARM_KEY  96u      /* bytes of one */

struct alarm {
    const char *key;     /* "list/sdn": the same as long as it is the same trouble */
    const char *keeper;  /* a reviewer who is told beside the operators; NULL: nobody */
    const char *channel; /* by which nobody is told, for it is what the trouble is about; NULL: any */
    const char *subject, *text, *act;
};

/* 0 also when it was told before. */
int alarm_raise(struct journal_writer *writer, const struct config *config, const struct alarm *alarm);
int alarm_end(struct journal_writer *writer, const char *key);

/* Any view: whether it was raised and is not over. */
bool alarm_stands(struct journal_view *view, const char *key);

#endif
