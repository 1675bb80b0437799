/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.h: the keys of the daemon's sections as data.
 *
 * A row says everything of a key: what it must be, what it is when left out, what it is for, and where it
 * goes.
 */
#ifndef PATHWAYD_CONFIG_ROWS_H
#define PATHWAYD_CONFIG_ROWS_H

#include "config/section.h"

/* How a value is stored. NOWHERE: code reads it, the row only checks it. */
enum place {
    NOWHERE,
    TO_STRING,
    TO_STRINGS,
    TO_U32,
    TO_U64,
    TO_BOOLEAN,
    TO_URL,
    TO_STAGE,
    TO_LEVEL,
    TO_MODE,
    TO_DAYS, /* uint32_t *, ends with 0 */
};

struct row {
    struct pw_config_field field;
    enum place place;
    size_t offset;
};

/* Each ends with a row without a name. */
extern const struct row section_root_rows[];
extern const struct row section_journal_rows[];
extern const struct row section_control_rows[];
extern const struct row section_ingest_rows[];
extern const struct row section_cases_rows[];
extern const struct row section_packs_rows[];
extern const struct row section_feed_rows[];
extern const struct row section_tls_rows[];
extern const struct row section_plugin_rows[];
extern const struct row section_reviewer_rows[];
extern const struct row section_person_rows[];
extern const struct row section_unit_rows[];
extern const struct row section_route_rows[];
extern const struct row section_queue_rows[];
extern const struct row section_pace_rows[];
extern const struct row section_notices_rows[];
extern const struct row section_clock_rows[];
extern const struct row section_operators_rows[];
extern const struct row section_page_rows[];
extern const struct row section_pathway_rows[];
extern const struct row section_list_rows[];

/* Checks an object (NULL when absent) against its rows and fills `target`; a value that is wrong is reported
 * and left out. `what` names it in errors. */
void section_read(struct loading *loading, const struct setting *object, const struct row *rows,
                  const char *what, void *target);

/* A member that is there and not null; of type object only. NULL otherwise. */
const struct setting *section_given(const struct setting *object, const char *key);
const struct setting *section_object(const struct setting *parent, const char *key);

/* Copies that note a failed allocation. */
char *section_copy(struct loading *loading, struct pw_text text);
char *section_copy_path(struct loading *loading, struct pw_text path);

/* people.c: one of `people`, one of `units`, and what no table can say of them. */
void people_read(struct loading *loading, const struct setting *object, const char *what, void *target);
void people_read_unit(struct loading *loading, const struct setting *object, const char *what, void *target);
void people_complete(struct loading *loading); /* labs, and the channel of questions */
void people_check(struct loading *loading);

/* page.c: the reviewers' page. */
void page_read(struct loading *loading);
void page_check(struct loading *loading);

/* An account's name as the configuration has it, "uid 1000" for a number. */
char *section_account(struct loading *loading, const struct setting *user);
/* An account's uid; false: there is no such account, which has been said. */
bool section_user(struct loading *loading, const struct setting *user, uid_t *ret_uid);
/* Account names and numbers as uids. */
void section_users(struct loading *loading, const struct setting *array, uid_t **ret_uids,
                   uint32_t *ret_count);

#endif
