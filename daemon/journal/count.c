/* SPDX-License-Identifier: Apache-2.0
 *
 * count.c: what is counted apart by rule, plugin instance or channel, and when a feed was heard last. The tables are
 * kept in step as rows change (schema.c), so asking costs the same however much there is.
 */
#include "journal/view.h"

static int each_share(struct journal_view *view, enum statement statement, journal_share_row *give, void *to)
{
    sqlite3_stmt *row;
    int status = store_query(&view->store, statement, &row, "");

    if (status)
        return status;
    while ((status = store_step(&view->store, row)) > 0) {
        struct journal_share share = {
            .name = store_text(row, 0),
            .word = store_text(row, 1),
            .number = (uint32_t)store_unsigned(row, 2),
            .count = store_unsigned(row, 3),
        };
        status = give(to, &share);
        if (status)
            break;
    }
    store_give(&view->store, statement, row);
    return status;
}

int journal_standing_read(struct journal_view *view, journal_share_row *row, void *to)
{
    return each_share(view, STATEMENT_STANDING, row, to);
}

int journal_owing_read(struct journal_view *view, journal_share_row *row, void *to)
{
    return each_share(view, STATEMENT_OWING, row, to);
}

int journal_telling_read(struct journal_view *view, journal_share_row *row, void *to)
{
    return each_share(view, STATEMENT_TELLING, row, to);
}

/* An instant by a name; PW_ERROR_NOT_FOUND when there is none. */
static int instant_of(struct journal_view *view, enum statement statement, struct pw_text name,
                      int64_t *ret_ms)
{
    sqlite3_stmt *row;
    int status = store_query(&view->store, statement, &row, "t", name);

    if (status)
        return status;
    status = store_step(&view->store, row);
    if (status > 0)
        *ret_ms = sqlite3_column_int64(row, 0);
    store_give(&view->store, statement, row);
    return status < 0 ? status : status ? 0 : PW_ERROR_NOT_FOUND;
}

int journal_notice_oldest(struct journal_view *view, struct pw_text channel, int64_t *ret_created_ms)
{
    return instant_of(view, STATEMENT_NOTICE_OLDEST, channel, ret_created_ms);
}

int journal_heard(struct journal_view *view, struct pw_text feed, int64_t *ret_received_ms)
{
    return instant_of(view, STATEMENT_HEARD, feed, ret_received_ms);
}
