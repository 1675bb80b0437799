/* SPDX-License-Identifier: Apache-2.0
 *
 * link.c: what an event belongs to, and how much of what came before it is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "dispatch/link.h"

static void parse(struct pw_document *document, const char *text)
{
    struct json_error error;
    assert_int_equal(json_parse_copy(document, text, strlen(text), &json_limits_frame, &error), 0);
}

static void assert_links(const char *data, const char *const *names)
{
    struct pw_document event = {0};
    struct links links = {0};
    char text[2048];
    uint32_t count = 0;
    snprintf(text, sizeof text, "{\"data\": %s}", data);
    parse(&event, text);
    assert_int_equal(links_read(&links, &event), 0);
    for (; names[count]; count++) {
        assert_true(count < links.count);
        assert_int_equal(links.items[count].length, strlen(names[count]));
        assert_memory_equal(links.items[count].name, names[count], strlen(names[count]));
        assert_int_equal(links.items[count].source, names[count][0] == 'f');
    }
    assert_int_equal(links.count, count);
    links_release(&links);
    json_release(&event);
}

static void an_engagement_and_its_sources(void **state)
{
    (void)state;
    assert_links("{}", (const char *const[]){NULL});
    assert_links("{\"engagement_id\": \"E  A\", \"partner\": [{\"name\": \"X\"}]}",
                 (const char *const[]){"e:E  A", NULL});
    assert_links(
        "{\"engagement_id\": \"E\", \"funding\": {}, \"partner\": [{\"name\": \" The \\t X  Fund \"}]}",
        (const char *const[]){"e:E", "f:name:the x fund", NULL});
    assert_links("{\"funding\": {}, \"partner\": [{\"name\": \"A\", \"relation\": \"party\"}, {\"name\": "
                 "\"B\", \"relation\": "
                 "\"funder\", \"ror\": \"05a28rw58\"}]}",
                 (const char *const[]){"f:ror:05a28rw58", NULL});
    assert_links("{\"funding\": {}, \"partner\": [{\"name\": \"A\"}, {\"name\": \"B\"}]}",
                 (const char *const[]){NULL});
    assert_links("{\"funding\": {}, \"partner\": [{\"name\": \"   \"}]}", (const char *const[]){NULL});
}

static void more_sources_than_are_kept(void **state)
{
    (void)state;
    struct buffer text = {0};
    struct pw_document event = {0};
    struct links links = {0};
    buffer_string(&text, "{\"data\": {\"engagement_id\": \"E\", \"funding\": {}, \"partner\": [");
    for (int i = 0; i < 40; i++)
        buffer_format(&text, "%s{\"name\": \"Fund %d\", \"relation\": \"funder\"}", i ? "," : "", i);
    buffer_string(&text, "]}}");
    parse(&event, text.data);
    assert_int_equal(links_read(&links, &event), 0);
    assert_int_equal(links.count, LINKS_OF_EVENT);
    assert_int_equal(links.items[LINKS_OF_EVENT - 1].partner, LINKS_OF_EVENT - 2);
    links_release(&links);
    json_release(&event);
    buffer_release(&text);
}

static void order_is_by_time_then_identity(void **state)
{
    (void)state;
    int64_t tie = link_tie(PW_TEXT("https://a/"), PW_TEXT("1"));
    assert_int_equal(tie, link_tie(PW_TEXT("https://a/"), PW_TEXT("1")));
    assert_int_not_equal(tie, link_tie(PW_TEXT("https://a/"), PW_TEXT("2")));
    assert_int_not_equal(tie, link_tie(PW_TEXT("https://a/1"), PW_TEXT("")));
    assert_true(earlier_than(1, 9, 2, 1));
    assert_true(earlier_than(1, -1, 1, 0));
    assert_false(earlier_than(1, 5, 1, 5));
    assert_false(earlier_than(2, 1, 1, 9));
}

/* Facts of so many events, whose data is so long, written in a shuffled order. */
static void write_many(struct buffer *out, uint32_t count, size_t length, bool more)
{
    const struct link link = {.name = (char *)"e:E", .length = 3};
    struct earlier *items = calloc(count + 1, sizeof *items);
    for (uint32_t i = 0; i < count; i++) {
        struct pw_document event = {0};
        struct buffer text = {0};
        uint32_t place = i * 7 % count; /* 7 divides none of the counts used */
        buffer_format(
            &text, "{\"id\": \"i%u\", \"source\": \"s\", \"type\": \"t\", \"data\": {\"summary\": \"%*s\"}}",
            place, (int)length, "");
        parse(&event, text.data);
        assert_int_equal(earlier_make(&items[i], &link, &event, 86400000 * (int64_t)place), 0);
        json_release(&event);
        buffer_release(&text);
    }
    earlier_write(out, &link, items, count, more);
    for (uint32_t i = 0; i < count; i++)
        earlier_release(&items[i]);
    free(items);
}

static uint32_t told(const struct buffer *out, bool *ret_left_out)
{
    struct buffer array = {0};
    struct pw_document facts = {0};
    uint32_t count = 0, before = 0;
    buffer_format(&array, "[%s]", out->data ? out->data : "");
    parse(&facts, array.data);
    *ret_left_out = false;
    for (uint32_t node = json_first(&facts, PW_NODE_ROOT); node != PW_NODE_NONE;
         node = json_next(&facts, node)) {
        bool left_out = json_text_is(&facts, json_member(&facts, node, "fact"), "engagement.left_out");
        *ret_left_out |= left_out;
        if (left_out)
            continue;
        uint32_t number = (uint32_t)atoi(json_text(&facts, json_find(&facts, node, "/value/id")).data + 1);
        assert_true(count == 0 || number == before + 1); /* in the order of time, without a gap */
        before = number;
        count++;
    }
    json_release(&facts);
    buffer_release(&array);
    return count;
}

static void what_came_before_is_told_in_order(void **state)
{
    (void)state;
    struct buffer out = {0};
    bool left_out;
    write_many(&out, 40, 10, false);
    assert_int_equal(told(&out, &left_out), 40);
    assert_false(left_out);
    assert_non_null(strstr(out.data, "\"time\":\"1970-01-02T00:00:00Z\""));
    buffer_clear(&out);
    write_many(&out, 40, 10, true);
    assert_int_equal(told(&out, &left_out), 40);
    assert_true(left_out);
    buffer_clear(&out);
    write_many(&out, 0, 0, false);
    assert_int_equal(out.length, 0);
    buffer_release(&out);
}

static void what_has_no_room_is_said_to_be_left_out(void **state)
{
    (void)state;
    struct buffer out = {0};
    bool left_out;
    write_many(&out, 60, 10000, false);
    uint32_t count = told(&out, &left_out);
    assert_true(count > 5 && count < 15 && left_out);
    assert_non_null(strstr(out.data, "\"i59\"")); /* the newest */
    assert_true(out.length < LINK_BYTES + 200);
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engagement_and_its_sources),
        cmocka_unit_test(more_sources_than_are_kept),
        cmocka_unit_test(order_is_by_time_then_identity),
        cmocka_unit_test(what_came_before_is_told_in_order),
        cmocka_unit_test(what_has_no_room_is_said_to_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
