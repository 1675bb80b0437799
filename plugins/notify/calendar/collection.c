/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: which state of an entry may replace which other one.
 */
#include "calendar/collection.h"

#include <stdio.h>
#include <string.h>

#include "calendar/stored.h"

#define CONDITION_BYTES (HTTP_ETAG_BYTES + 16u)

enum kept { KEPT, KEPT_NOTHING, KEPT_NEWER, KEPT_TROUBLE };

/* ---- what the server says ------------------------------------------------------------------------------ */

/* Statuses that say something of the collection or the login, not of this entry. */
static bool operators_business(long status)
{
    static const long statuses[] = {401, 403, 404, 405, 409, 410};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (status == statuses[i])
            return true;
    return status >= 300 && status <= 399;
}

static enum kept trouble(struct http_verdict *verdict)
{
    if (verdict->status == 412) {
        verdict->outcome = PW_DELIVERY_RETRY;
        snprintf(verdict->message, sizeof verdict->message, "Somebody changed the entry at the same moment.");
    }
    if (operators_business(verdict->status)) {
        verdict->outcome = PW_DELIVERY_RETRY;
        verdict->operator_needed = true;
    }
    return KEPT_TROUBLE;
}

/* ---- requests ------------------------------------------------------------------------------------------ */

/* PW_OK, also when there is nothing: then `ret_stored` is empty and the condition says that there must be nothing still. */
static int look(struct collection *collection, const char *resource, struct stored *ret_stored,
                char condition[CONDITION_BYTES])
{
    static const char *const headers[] = {"Accept: text/calendar", NULL};
    struct http_verdict *verdict = &collection->verdict;
    const struct http_request request = {.method = "GET", .suffix = resource, .headers = headers};
    http_send(collection->http, &request, verdict);
    *ret_stored = (struct stored){0};
    condition[0] = '\0';
    if (verdict->status == 404 || verdict->status == 410) {
        snprintf(condition, CONDITION_BYTES, "If-None-Match: *");
        return PW_OK;
    }
    if (verdict->outcome != PW_DELIVERY_DONE)
        return PW_ERROR_IO;
    stored_read((struct pw_text){verdict->answer, verdict->answer_length}, ret_stored);
    if (ret_stored->revision == 0 && !verdict->answer_whole)
        return PW_ERROR_LIMIT;
    /* A weak tag (a proxy that compresses makes them so) never matches; then the moment between has no guard. */
    if (verdict->etag[0] == '"')
        snprintf(condition, CONDITION_BYTES, "If-Match: %s", verdict->etag);
    return PW_OK;
}

static enum kept put(struct collection *collection, const char *resource, const char *condition,
                     const struct page *page)
{
    const char *const headers[] = {"Content-Type: text/calendar; charset=utf-8",
                                   condition[0] != '\0' ? condition : NULL, NULL};
    const struct http_request request = {
        .method = "PUT", .suffix = resource, .headers = headers, .body = {page->data, page->length}};
    http_send(collection->http, &request, &collection->verdict);
    return collection->verdict.outcome == PW_DELIVERY_DONE ? KEPT : trouble(&collection->verdict);
}

/* ---- one entry ----------------------------------------------------------------------------------------- */

/* A date that nobody has to keep is not worth an entry of its own. */
static bool needless(const struct entry_case *item, enum entry_kind kind, const char *condition)
{
    bool nothing_there = strcmp(condition, "If-None-Match: *") == 0;
    return kind == ENTRY_DATE && nothing_there && (item->due[0] == '\0' || item->state > ENTRY_PROPOSED);
}

static enum kept settle(struct http_verdict *verdict, uint32_t outcome, const char *words)
{
    verdict->outcome = outcome;
    verdict->operator_needed = false;
    verdict->retry_after = 0;
    snprintf(verdict->message, sizeof verdict->message, "%s", words);
    return KEPT_TROUBLE;
}

static enum kept keep(struct collection *collection, const struct entry_case *item, enum entry_kind kind)
{
    char resource[ENTRY_UID_BYTES + 8u], condition[CONDITION_BYTES];
    struct stored stored;
    struct page page = {0};
    entry_uid(item, kind, resource);
    strcat(resource, ".ics");
    int status = look(collection, resource, &stored, condition);
    if (status == PW_ERROR_LIMIT)
        return settle(&collection->verdict, PW_DELIVERY_FAIL,
                      "What the calendar holds of this case is too large to be read.");
    if (status != PW_OK)
        return trouble(&collection->verdict);
    if (stored.revision > item->revision)
        return KEPT_NEWER;
    if (stored.revision == item->revision || needless(item, kind, condition))
        return KEPT_NOTHING;
    const char *day = item->due[0] != '\0' ? item->due : stored.day;
    char stamp_day[ENTRY_DAY_BYTES];
    snprintf(stamp_day, sizeof stamp_day, "%.8s",
             item->stamp); /* for a date whose day somebody has made unreadable */
    if (entry_write(item, kind, day[0] != '\0' ? day : stamp_day, &page) != PW_OK)
        return settle(&collection->verdict, PW_DELIVERY_RETRY, "There was not enough memory for the entry.");
    enum kept kept = put(collection, resource, condition, &page);
    page_release(&page);
    return kept;
}

/* ---- the case ------------------------------------------------------------------------------------------ */

void collection_keep(struct collection *collection, const struct entry_case *item)
{
    const char *words = "The calendar took it.";
    enum kept task = keep(collection, item, ENTRY_TASK), date = KEPT_NOTHING;
    if (task == KEPT || task == KEPT_NOTHING)
        date = keep(collection, item, ENTRY_DATE);
    if (task == KEPT_TROUBLE || date == KEPT_TROUBLE)
        return; /* the verdict says which */
    if (task == KEPT_NEWER)
        words = "The calendar has a newer state of this case already.";
    else if (task == KEPT_NOTHING && date != KEPT)
        words = "The calendar has this state of the case already.";
    (void)settle(&collection->verdict, PW_DELIVERY_DONE, words);
}
