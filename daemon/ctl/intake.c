/* SPDX-License-Identifier: Apache-2.0
 *
 * intake.c: checks each event before it travels: one malformed line would cost a whole batch, and a message
 * over the daemon's bound would only make libnng reconnect for ever (a client has to know the size itself).
 */
#include "ctl/intake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/ctl.h"
#include "json/scan.h"

void item_release(struct item *item)
{
    free(item->bytes);
    free(item->answer);
    *item = (struct item){0};
}

void intake_release(struct intake *intake)
{
    source_close(intake->source);
    map_free(intake->map);
    csv_release(&intake->csv);
    json_release(&intake->document);
}

static void set_error(struct item *item, const char *unit, const char *sentence)
{
    struct buffer out = {0};
    json_write_begin(&out, '{');
    json_member_string(&out, "error", sentence);
    json_member_unsigned(&out, unit, item->line);
    json_write_end(&out, '}');
    item->outcome = ITEM_BAD;
    item->answer = buffer_take(&out, NULL);
}

/* Why these bytes cannot be sent as one event; false when they can. */
static bool faulty(struct intake *intake, struct pw_text bytes, char *sentence, size_t size)
{
    struct json_error error = {0};
    struct json_limits limits = {.max_bytes = SOURCE_MAX_LINE,
                                 .max_values = intake->limits.max_event_values,
                                 .max_depth = intake->limits.max_depth};
    if (bytes.length == 0)
        snprintf(sentence, size, "The line is empty.");
    else if (bytes.length > intake->limits.max_event_bytes)
        snprintf(sentence, size, "The event has %zu bytes; the daemon takes at most %u.", bytes.length,
                 intake->limits.max_event_bytes);
    else if (json_parse(&intake->document, bytes.data, bytes.length, &limits, &error) != 0)
        snprintf(sentence, size, "Column %u: %s", error.column, error.message);
    else if (json_type(&intake->document, PW_NODE_ROOT) != PW_JSON_OBJECT)
        snprintf(sentence, size, "A line is one event, a JSON object; --batch makes the arrays.");
    else
        return false;
    return true;
}

static int take_event(struct intake *intake, struct pw_text bytes, const char *unit, struct item *item)
{
    char sentence[400];
    if (faulty(intake, bytes, sentence, sizeof(sentence))) {
        set_error(item, unit, sentence);
        return 1;
    }
    item->bytes = malloc(bytes.length + 1);
    if (!item->bytes)
        return PW_ERROR_MEMORY;
    memcpy(item->bytes, bytes.data, bytes.length);
    item->bytes[bytes.length] = '\0';
    item->length = bytes.length;
    item->outcome = ITEM_OPEN;
    return 1;
}

static int next_line(struct intake *intake, struct item *item)
{
    struct pw_text line = {NULL, 0};
    char sentence[100];
    int status = source_line(intake->source, &line);
    if (status == 0)
        return 0;
    item->line = ++intake->lines;
    if (status < 0) {
        snprintf(sentence, sizeof(sentence), "The line is longer than %u bytes.", SOURCE_MAX_LINE);
        set_error(item, "line", sentence);
        return 1;
    }
    return take_event(intake, line, "line", item);
}

/* The header decides whether the map and the file belong together at all. */
static int bind(struct intake *intake)
{
    char error[MAP_ERROR_SIZE];
    int status = csv_row(&intake->csv, intake->source);
    if (status == 0 && source_at_end(intake->source)) {
        ctl_complain("%s is empty; its first row must name the columns", source_name(intake->source));
        return PW_ERROR_INVALID;
    }
    if (status < 0) {
        ctl_complain("%s, the header: %s", source_name(intake->source), intake->csv.error);
        return PW_ERROR_INVALID;
    }
    if (status == 1 && map_bind(intake->map, &intake->csv, error) != 0) {
        ctl_complain("%s: %s", source_name(intake->source), error);
        return PW_ERROR_INVALID;
    }
    intake->bound = status == 1;
    return status;
}

/* Bytes that are no text would be sent as something else than what is in the file. */
static bool readable_row(const struct intake *intake, char error[MAP_ERROR_SIZE])
{
    const char *encoding = intake->map->encoding;
    for (uint32_t i = 0; i < intake->csv.count; i++) {
        const char *at = intake->csv.fields[i].data, *end = at + intake->csv.fields[i].length;
        while (at < end) {
            size_t length = scan_utf8(at, end);
            if (length == 0) {
                snprintf(error, MAP_ERROR_SIZE, "field %u has bytes that are no text in %s%s", i + 1,
                         *encoding ? encoding : "UTF-8",
                         *encoding ? "" : "; name another \"encoding\" in the map");
                return false;
            }
            at += length;
        }
    }
    return true;
}

static int next_row(struct intake *intake, struct item *item)
{
    char error[MAP_ERROR_SIZE], sentence[MAP_ERROR_SIZE + 80];
    struct buffer event = {0};
    int status = csv_row(&intake->csv, intake->source);
    if (status == 0)
        return 0;
    item->line = intake->csv.row;
    intake->broken = status == PW_ERROR_LIMIT;
    if (status < 0)
        snprintf(error, sizeof(error), "%s", intake->csv.error);
    else if (!readable_row(intake, error))
        status = PW_ERROR_INVALID;
    else
        status = map_event(intake->map, &intake->csv, &event, error);
    if (status == 1) {
        item->outcome = ITEM_SKIPPED;
    } else if (status < 0) {
        snprintf(sentence, sizeof(sentence), "Row %" PRIu64 " (line %" PRIu64 "): %s.", intake->csv.row,
                 intake->csv.line, error);
        set_error(item, "row", sentence);
    } else {
        status = take_event(intake, buffer_view(&event), "row", item);
    }
    buffer_release(&event);
    return status == PW_ERROR_MEMORY ? status : 1;
}

int intake_next(struct intake *intake, struct item *ret_item)
{
    struct item item = {0};
    int status = 1;
    if (intake->broken)
        return 0;
    if (intake->map && !intake->bound)
        status = bind(intake);
    if (status == 1)
        status = intake->map ? next_row(intake, &item) : next_line(intake, &item);
    if (status == 1 && item.outcome != ITEM_SKIPPED && !item.answer && !item.bytes)
        status = PW_ERROR_MEMORY;
    if (status < 0) {
        if (status == PW_ERROR_MEMORY)
            ctl_complain("out of memory");
        item_release(&item);
        intake->trouble = status;
        return status;
    }
    if (status == 1)
        *ret_item = item;
    return status;
}

bool intake_ended(const struct intake *intake)
{
    return intake->broken || source_ended(intake->source);
}
