/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: what a log record says is one thing, how a receiver wants it spelt another. Here is the first.
 */
#include "record.h"

#include <inttypes.h>
#include <string.h>

#include "words/phrase.h"

const struct record_name record_names[RECORD_VALUES] = {
    [RECORD_NOTICE] = {"/notice_id", "notice", "PATHWAYD_NOTICE", false},
    [RECORD_CASE_ID] = {"/case_id", "case", "PATHWAYD_CASE", false},
    [RECORD_REVISION] = {"/revision", "revision", "PATHWAYD_REVISION", false},
    [RECORD_CHANGE] = {"/change", "change", "PATHWAYD_CHANGE", false},
    [RECORD_LEVEL] = {"/level", "level", "PATHWAYD_LEVEL", false},
    [RECORD_PREVIOUS_LEVEL] = {"/previous_level", "previous", "PATHWAYD_PREVIOUS_LEVEL", false},
    [RECORD_NEEDS_INFORMATION] = {"/needs_information", "asks", "PATHWAYD_NEEDS_INFORMATION", false},
    [RECORD_PATHWAYS] = {"/pathways", "pathways", "PATHWAYD_PATHWAYS", false},
    [RECORD_QUEUE] = {"/queue", "queue", "PATHWAYD_QUEUE", false},
    [RECORD_STATE] = {"/state", "state", "PATHWAYD_STATE", false},
    [RECORD_DECIDE_BY] = {"/decide_by", "decide_by", "PATHWAYD_DECIDE_BY", false},
    [RECORD_DUE] = {"/due", "due", "PATHWAYD_DUE", false},
    [RECORD_ANSWER_BY] = {"/answer_by", "answer_by", "PATHWAYD_ANSWER_BY", false},
    [RECORD_PAGE] = {"/page", "page", "PATHWAYD_PAGE", false},
    [RECORD_ENGAGEMENT] = {"/engagement_id", "engagement", "PATHWAYD_ENGAGEMENT", true},
    [RECORD_TITLE] = {"/title", "title", "PATHWAYD_TITLE", true},
    [RECORD_RULES] = {"/findings", "rules", "PATHWAYD_RULES", true},
};

const char *const record_kinds[RECORD_KINDS] = {[RECORD_CASE] = "case",
                                                [RECORD_DIGEST] = "digest",
                                                [RECORD_QUESTION] = "question",
                                                [RECORD_ALARM] = "alarm"};

static const struct {
    const char *level;
    uint32_t severity;
} severities[] = {
    {"prohibited", 3}, /* error */
    {"required", 4},   /* warning */
    {"recommended", 5},
    {"suggested", 5}, /* notice */
};
#define SEVERITY_ALARM  2u /* critical: somebody has to mend something */
#define SEVERITY_NOTICE 5u
#define SEVERITY_INFO   6u

/* The notice being read and the record being made of it. */
struct reading {
    const struct pw_document_api *documents;
    const struct pw_document *notice;
    bool full;
    struct record *record;
};

static uint32_t find(const struct reading *reading, uint32_t node, const char *pointer)
{
    return reading->documents->find(reading->notice, node, (struct pw_text){pointer, strlen(pointer)});
}

static struct pw_text text_of(const struct reading *reading, uint32_t node, const char *pointer)
{
    return reading->documents->text(reading->notice, find(reading, node, pointer));
}

static bool is(struct pw_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

/* ---- values -------------------------------------------------------------------------------------------- */

/* Strings as they are, of objects the member that names them: a finding its rule, a digest's case its id. */
static void put_item(const struct reading *reading, uint32_t node, struct page *page)
{
    static const char *const names[] = {"/rule", "/case_id"};
    page_text(page, reading->documents->text(reading->notice, node));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        page_text(page, text_of(reading, node, names[i]));
}

static void put_list(const struct reading *reading, uint32_t list, struct page *page)
{
    const struct pw_document_api *documents = reading->documents;
    uint32_t count = 0;
    for (uint32_t node = documents->first(reading->notice, list); node != PW_NODE_NONE;
         node = documents->next(reading->notice, node)) {
        if (count++ >= RECORD_MAX_ITEMS)
            continue;
        page_string(page, count > 1u ? " " : "");
        put_item(reading, node, page);
    }
    if (count > RECORD_MAX_ITEMS)
        page_format(page, " and %" PRIu32 " more", count - RECORD_MAX_ITEMS);
}

static void put_value(const struct reading *reading, uint32_t node, struct page *page)
{
    switch (reading->documents->type(reading->notice, node)) {
    case PW_JSON_STRING:
        page_text(page, reading->documents->text(reading->notice, node));
        break;
    case PW_JSON_NUMBER:
    case PW_JSON_TRUE:
    case PW_JSON_FALSE:
        page_text(page, reading->documents->raw(reading->notice, node));
        break;
    case PW_JSON_ARRAY:
        put_list(reading, node, page);
        break;
    default:
        break;
    }
}

static void read_values(const struct reading *reading)
{
    for (size_t i = 0; i < RECORD_VALUES; i++)
        if (reading->full || !record_names[i].full_only)
            put_value(reading, find(reading, PW_NODE_ROOT, record_names[i].pointer),
                      &reading->record->values[i]);
}

/* ---- the sentence -------------------------------------------------------------------------------------- */

/* The words before a value, the value, the words after it; nothing when the notice does not say. */
static void say(const struct reading *reading, const char *before, const char *pointer, const char *after)
{
    struct page *message = &reading->record->message;
    uint32_t node = find(reading, PW_NODE_ROOT, pointer);
    struct page value = {0};
    put_value(reading, node, &value);
    if (value.length > 0) {
        page_string(message, before);
        page_bytes(message, value.data, value.length);
        page_string(message, after);
    }
    message->failed |= value.failed;
    page_release(&value);
}

/* Ends the sentence that began at `from`, when it came to anything. */
static void end(const struct reading *reading, size_t from)
{
    if (reading->record->message.length > from)
        page_string(&reading->record->message, ".");
}

static void say_case(const struct reading *reading)
{
    struct page *message = &reading->record->message;
    const char *change = phrase_find(phrase_changes, reading->record->change);
    say(reading, "Case ", "/case_id", ": ");
    page_string(message, change != NULL ? change : "The case changed.");
    size_t from = message->length;
    say(reading, " Level ", "/level", "");
    say(reading, ", before ", "/previous_level", "");
    end(reading, from);
    if (reading->documents->type(reading->notice, find(reading, PW_NODE_ROOT, "/needs_information")) ==
        PW_JSON_TRUE)
        page_string(message, " Information is missing.");
    say(reading, " To be decided by ", "/decide_by", ".");
    say(reading, " Statutory date ", "/due", ".");
    if (!reading->full)
        return;
    from = message->length;
    say(reading, " Engagement ", "/engagement_id", "");
    say(reading, ": \"", "/title", "\"");
    end(reading, from);
    say(reading, " Rules: ", "/findings", ".");
}

static void say_digest(const struct reading *reading)
{
    int64_t left_out = 0;
    uint32_t count = reading->documents->count(reading->notice, find(reading, PW_NODE_ROOT, "/cases"));
    (void)reading->documents->integer(reading->notice, find(reading, PW_NODE_ROOT, "/left_out"), &left_out);
    page_format(&reading->record->message, "A digest of %" PRIi64 " case(s).",
                count + (left_out > 0 && left_out < INT32_MAX ? left_out : 0));
    say(reading, " ", "/cases", ".");
}

static void say_question(const struct reading *reading)
{
    say(reading, "A question about case ", "/case_id", " was asked");
    say(reading, ", to be answered by ", "/answer_by", "");
    page_string(&reading->record->message, ".");
    if (reading->full)
        say(reading, " \"", "/question", "\"");
}

static void say_alarm(const struct reading *reading)
{
    page_string(&reading->record->message, "Alarm:");
    say(reading, " ", "/subject", "");
    if (reading->full)
        say(reading, " ", "/text", "");
}

static void (*const sentences[RECORD_KINDS])(const struct reading *reading) = {
    [RECORD_CASE] = say_case,
    [RECORD_DIGEST] = say_digest,
    [RECORD_QUESTION] = say_question,
    [RECORD_ALARM] = say_alarm};

/* ---- the whole ----------------------------------------------------------------------------------------- */

static int kind_of(struct pw_text kind, enum record_kind *ret_kind)
{
    if (kind.length == 0)
        kind = PW_TEXT("case");
    for (size_t i = 0; i < RECORD_KINDS; i++)
        if (is(kind, record_kinds[i])) {
            *ret_kind = (enum record_kind)i;
            return PW_OK;
        }
    return PW_ERROR_UNSUPPORTED;
}

static uint32_t severity_of(enum record_kind kind, struct pw_text level)
{
    if (kind == RECORD_ALARM)
        return SEVERITY_ALARM;
    if (kind == RECORD_QUESTION)
        return SEVERITY_NOTICE;
    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++)
        if (is(level, severities[i].level))
            return severities[i].severity;
    return SEVERITY_INFO;
}

static bool failed(const struct record *record)
{
    bool any = record->message.failed;
    for (size_t i = 0; i < RECORD_VALUES; i++)
        any |= record->values[i].failed;
    return any;
}

int record_read(const struct pw_document_api *documents, const struct pw_document *notice, bool full,
                struct record *ret_record)
{
    struct record record = {0};
    struct reading reading = {.documents = documents, .notice = notice, .full = full, .record = &record};
    int status = kind_of(text_of(&reading, PW_NODE_ROOT, "/kind"), &record.kind);
    if (status != PW_OK)
        return status;
    record.severity = severity_of(record.kind, text_of(&reading, PW_NODE_ROOT, "/level"));
    record.time = text_of(&reading, PW_NODE_ROOT, "/time");
    record.change = text_of(&reading, PW_NODE_ROOT, "/change");
    read_values(&reading);
    sentences[record.kind](&reading);
    say(&reading, " Act: ", "/act", "");
    if (failed(&record)) {
        record_release(&record);
        return PW_ERROR_MEMORY;
    }
    *ret_record = record;
    return PW_OK;
}

void record_release(struct record *record)
{
    page_release(&record->message);
    for (size_t i = 0; i < RECORD_VALUES; i++)
        page_release(&record->values[i]);
}
