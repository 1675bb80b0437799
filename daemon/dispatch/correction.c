/* SPDX-License-Identifier: Apache-2.0
 *
 * correction.c: see correction.h.
 */
#include "dispatch/correction.h"

#include <stdlib.h>
#include <string.h>

#include "event/correct.h"

struct applying {
    struct work *work;
    struct buffer *scratch;
};

static int apply(void *to, const struct journal_event *correction)
{
    struct applying *applying = to;
    struct work *work = applying->work;
    struct pw_text affiliation = {work->bytes + work->body_length, work->affiliation_length};
    bool unsaid = false;
    int status = event_correct(applying->scratch, work_body(work), correction->body, &unsaid);
    if (status < 0) /* about another event whose hash is the same */
        return status == PW_ERROR_MEMORY ? status : 0;
    if (correction->affiliation.length)
        affiliation = correction->affiliation;
    else if (unsaid)
        affiliation.length = 0;
    return work_reword(work, buffer_view(applying->scratch), affiliation);
}

/* Source and one more member of a stored event. */
static int identify(struct pw_document *document, const struct work *work, const char *key,
                    struct pw_text *ret_source, struct pw_text *ret_value)
{
    struct json_error error;
    struct pw_text body = work_body(work);
    int status = json_parse(document, body.data, body.length, &json_limits_frame, &error);
    if (status < 0)
        return status;
    *ret_source = json_text(document, json_member(document, PW_NODE_ROOT, "source"));
    *ret_value = json_text(document, json_member(document, PW_NODE_ROOT, key));
    return 0;
}

int correction_apply(struct journal_view *view, struct work *work, struct buffer *scratch)
{
    struct applying applying = {work, scratch};
    struct pw_document document = {0};
    struct pw_text source, id;
    int status = identify(&document, work, "id", &source, &id);
    /* The texts may point into the event's bytes, which the first correction replaces. */
    char *copy = status == 0 ? strndup(id.data ? id.data : "", id.length) : NULL;
    char *from = status == 0 ? strndup(source.data ? source.data : "", source.length) : NULL;
    if (status == 0)
        status = copy && from ? journal_corrections_read(view, (struct pw_text){from, source.length},
                                                         (struct pw_text){copy, id.length}, apply, &applying)
                              : PW_ERROR_MEMORY;
    json_release(&document);
    free(copy);
    free(from);
    return status;
}

int correction_write(struct journal_writer *writer, const struct work *work,
                     const struct work_context *context)
{
    struct pw_document document = {0};
    struct pw_text source, target;
    uint64_t sequence = 0;
    int status = identify(&document, work, "causationid", &source, &target);
    if (status == 0)
        status = journal_correction_put(writer, work->sequence, source, target);
    if (status == 0) {
        status = journal_event_find(journal_writer_view(writer), source, target, &sequence);
        /* An event that is not here yet is read with its corrections when it comes. */
        status = status == PW_ERROR_NOT_FOUND ? 0
                 : status < 0                 ? status
                                              : work_owe(writer, sequence, "correction", context);
    }
    json_release(&document);
    return status;
}
