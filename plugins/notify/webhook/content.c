/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: what leaves the house is a list of what may, not of what may not; a member that notices get later
 * stays inside until somebody puts it here.
 */
#include "content.h"

#include <string.h>

static const char *const members[] = {
    "notice_id", "kind", "case_id",   "engagement_id", "revision",  "change", "level",    "needs_information",
    "state",     "time", "decide_by", "due",           "answer_by", "page",   "left_out", "act"};

static struct pw_text text_of(const char *string)
{
    return (struct pw_text){string, strlen(string)};
}

/* The child of that name; find would take a pointer, and is not needed for one level. */
static uint32_t member(const struct pw_document_api *documents, const struct pw_document *document,
                       uint32_t object, const char *name)
{
    struct pw_text wanted = text_of(name);
    uint32_t node = documents->first(document, object);
    for (; node != PW_NODE_NONE; node = documents->next(document, node)) {
        struct pw_text key = documents->key(document, node);
        if (key.length == wanted.length && memcmp(key.data, wanted.data, key.length) == 0)
            break;
    }
    return node;
}

static bool is_plain(uint32_t type)
{
    return type == PW_JSON_STRING || type == PW_JSON_NUMBER || type == PW_JSON_TRUE || type == PW_JSON_FALSE;
}

/* Values keep their own spelling: they are valid JSON as they stand. Objects and arrays are not what the list means. */
static size_t write_members(const struct pw_document_api *documents, const struct pw_document *notice,
                            uint32_t object, struct page *page)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        uint32_t node = member(documents, notice, object, members[i]);
        if (!is_plain(documents->type(notice, node)))
            continue;
        struct pw_text raw = documents->raw(notice, node);
        page_format(page, "%s\"%s\":", count++ > 0 ? "," : "", members[i]);
        page_bytes(page, raw.data, raw.length);
    }
    return count;
}

void content_minimal(const struct pw_document_api *documents, const struct pw_document *notice,
                     struct page *page)
{
    const char *comma = "";
    page_string(page, "{");
    size_t count = write_members(documents, notice, PW_NODE_ROOT, page);
    uint32_t cases = member(documents, notice, PW_NODE_ROOT, "cases");
    if (documents->type(notice, cases) == PW_JSON_ARRAY) {
        page_string(page, count > 0 ? ",\"cases\":[" : "\"cases\":[");
        for (uint32_t item = documents->first(notice, cases); item != PW_NODE_NONE;
             item = documents->next(notice, item)) {
            page_string(page, comma);
            page_string(page, "{");
            (void)write_members(documents, notice, item, page);
            page_string(page, "}");
            comma = ",";
        }
        page_string(page, "]");
    }
    page_string(page, "}");
}
