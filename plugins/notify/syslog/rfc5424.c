/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: the grammar of RFC 5424, kept apart from what a record says and from where it goes.
 */
#include "rfc5424.h"

#include <inttypes.h>
#include <string.h>

static const char cut_here[] = " [cut here]";

/* PRINTUSASCII of at most `most` bytes, or "-". */
static void put_header(struct page *page, struct pw_text text, size_t most)
{
    bool plain = text.length > 0 && text.length <= most;
    for (size_t i = 0; plain && i < text.length; i++)
        plain = text.data[i] > ' ' && text.data[i] <= '~';
    page_string(page, " ");
    if (plain)
        page_bytes(page, text.data, text.length);
    else
        page_string(page, "-");
}

/* 2026-01-02T03:04:05Z, or with up to six digits of a second, as RFC 5424 wants it and a notice has it. */
static bool instant(struct pw_text time)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    const size_t seconds = sizeof form - 1u;
    if (time.length <= seconds || time.data[time.length - 1u] != 'Z')
        return false;
    size_t fraction = time.length - seconds - 1u;
    if (fraction != 0 && (fraction < 2u || fraction > 7u || time.data[seconds] != '.'))
        return false;
    for (size_t i = 0; i < time.length - 1u; i++) {
        bool digit = time.data[i] >= '0' && time.data[i] <= '9';
        if (i != seconds && (i > seconds || form[i] == 'd' ? !digit : time.data[i] != form[i]))
            return false;
    }
    return true;
}

static void put_parameter(struct page *page, const char *name, const struct page *value)
{
    struct page parameter = {0};
    page_format(&parameter, " %s=\"", name);
    for (size_t i = 0; i < value->length; i++) {
        if (strchr("\"\\]", value->data[i]) != NULL)
            page_string(&parameter, "\\");
        page_bytes(&parameter, value->data + i, 1);
    }
    page_string(&parameter, "\"");
    page->failed |= parameter.failed;
    if (page->length + parameter.length + RFC5424_SENTENCE <= RFC5424_BYTES)
        page_bytes(page, parameter.data, parameter.length);
    page_release(&parameter);
}

/* Text that is not plain ASCII begins with the mark of UTF-8. */
static void put_sentence(struct page *page, const struct page *sentence)
{
    struct pw_text text = {sentence->data, sentence->length};
    bool plain = true;
    for (size_t i = 0; i < text.length; i++)
        plain &= (unsigned char)text.data[i] < 0x80u;
    page_string(page, plain ? " " : " \xef\xbb\xbf");
    if (page->length + text.length <= RFC5424_BYTES) {
        page_bytes(page, text.data, text.length);
        return;
    }
    size_t room = RFC5424_BYTES - page->length - (sizeof cut_here - 1u), at = 0, bytes = 0;
    while (at < text.length && page_character(text, at, &bytes) && at + bytes <= room)
        at += bytes;
    page_bytes(page, text.data, at);
    page_string(page, cut_here);
}

int rfc5424_write(const struct record *record, uint32_t facility, const char *hostname,
                  struct page *ret_message)
{
    struct page page = {0};
    const char *kind = record_kinds[record->kind];
    page_format(&page, "<%" PRIu32 ">1", facility * 8u + record->severity);
    put_header(&page, instant(record->time) ? record->time : (struct pw_text){0}, record->time.length);
    put_header(&page, (struct pw_text){hostname, strlen(hostname)}, RFC5424_HOST);
    page_string(&page, " pathwayd -");
    put_header(&page, record->kind == RECORD_CASE ? record->change : (struct pw_text){kind, strlen(kind)},
               RFC5424_MESSAGEID);
    page_string(&page, " [" RFC5424_SD_ID);
    for (size_t i = 0; i < RECORD_VALUES; i++)
        if (record->values[i].length > 0)
            put_parameter(&page, record_names[i].syslog, &record->values[i]);
    page_string(&page, "]");
    put_sentence(&page, &record->message);
    if (page.failed) {
        page_release(&page);
        return PW_ERROR_MEMORY;
    }
    *ret_message = page;
    return PW_OK;
}

int rfc5424_frame(const struct page *message, struct page *ret_frame)
{
    struct page frame = {0};
    page_format(&frame, "%zu ", message->length);
    page_bytes(&frame, message->data, message->length);
    if (frame.failed) {
        page_release(&frame);
        return PW_ERROR_MEMORY;
    }
    *ret_frame = frame;
    return PW_OK;
}
