/* SPDX-License-Identifier: Apache-2.0
 *
 * Posts of a chat room: golden texts of every kind in every format, what each may hold, how they are cut at
 * the platforms' limits; and the JSON writer. What hostile names do is tested in chat_hostile.c, what a platform's
 * answer means in chat_reply.c, the wire in tests/integration/chat.py.
 *
 * PATHWAYD_GOLDEN=write writes the golden texts anew: read the difference before it is kept.
 */
#include "chat_scene.h"

#include "chat/escape.h"
#include "chat/payload.h"

static const char *const contents[] = {"minimal", "full"};

/* ---- golden -------------------------------------------------------------------------------------------- */

static void compare(const char *kind, const char *content, const struct format *format)
{
    char name[96];
    char *notice = scene_notice(kind);
    struct page json = {0};
    struct pw_document document = {0};
    scene_write(notice, format, strcmp(content, "full") == 0, &json);
    scene_parse(&json, &document);
    page_string(&json, "\n");
    snprintf(name, sizeof name, "%s.%s.%s.json", kind, content, format->name);
    if (getenv("PATHWAYD_GOLDEN") != NULL) {
        char path[512];
        snprintf(path, sizeof path, SCENE_FOLDER "%s", name);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(json.data, 1, json.length, file), json.length);
        assert_int_equal(fclose(file), 0);
    }
    char *expected = scene_read(name);
    if (expected == NULL || strcmp(expected, json.data) != 0)
        fail_msg("%s differs; this was written:\n%s", name, json.data);
    free(expected);
    free(notice);
    json_release(&document);
    page_release(&json);
}

static void every_kind_is_written_in_every_format(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < 4; kind++)
        for (size_t content = 0; content < 2; content++)
            for (size_t format = 0; format < 3; format++)
                compare(scene_kinds[kind], contents[content], scene_formats[format]);
}

static void same_notice_gives_the_same_bytes(void **state)
{
    (void)state;
    char *notice = scene_notice("case");
    for (size_t i = 0; i < 3; i++) {
        struct page first = {0}, second = {0};
        setenv("TZ", "Pacific/Auckland", 1);
        scene_write(notice, scene_formats[i], true, &first);
        setenv("TZ", "America/New_York", 1);
        scene_write(notice, scene_formats[i], true, &second);
        unsetenv("TZ");
        assert_string_equal(first.data, second.data);
        page_release(&first);
        page_release(&second);
    }
    free(notice);
}

/* ---- what is told -------------------------------------------------------------------------------------- */

static void every_question_is_answered(void **state)
{
    (void)state;
    static const char *const answers[] = {"became more serious",
                                          "before it was suggested",
                                          "research, lab",
                                          "q2",
                                          "seven",
                                          "Beihang University",
                                          "SS as of 2022-11-01",
                                          "another of its exact names",
                                          "Who can say",
                                          "department",
                                          "know-how beyond the published paper",
                                          "access to the partner's knowledge",
                                          "check what the results will be used for",
                                          "2026-01-06T17",
                                          "2026-07-31",
                                          "pathwayctl case show C-000123",
                                          "pack",
                                          "names the partner otherwise now"};
    char *notice = scene_notice("case");
    for (size_t format = 0; format < 3; format++) {
        struct page json = {0};
        scene_write(notice, scene_formats[format], true, &json);
        for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
            if (strstr(json.data, answers[i]) == NULL)
                fail_msg("%s: \"%s\" is not in:\n%s", scene_formats[format]->name, answers[i], json.data);
        const char *cost = strstr(json.data, "know-how beyond");
        assert_null(strstr(cost + 1, "know-how beyond")); /* two findings share it */
        page_release(&json);
    }
    free(notice);
}

/* Words that somebody wrote, of every notice in tests/unit/chat. */
static void a_minimal_post_tells_nothing_that_anybody_wrote(void **state)
{
    (void)state;
    static const char *const words[] = {
        "flight",  "Beihang",  "Seven Sons",        "alice", "hr.example.edu", "evt-1", "institution",
        "北京",    "know-how", "told of it",        "Visit", "talk",           "pays",  "tunnel",
        "contact", "535",      "names the partner", "q2"};
    for (size_t kind = 0; kind < 4; kind++)
        for (size_t format = 0; format < 3; format++) {
            struct page json = {0};
            char *notice = scene_notice(scene_kinds[kind]);
            scene_write(notice, scene_formats[format], false, &json);
            for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                if (strstr(json.data, words[i]) != NULL)
                    fail_msg("%s, %s: \"%s\" is in:\n%s", scene_kinds[kind], scene_formats[format]->name,
                             words[i], json.data);
            free(notice);
            page_release(&json);
        }
}

static void a_notice_without_kind_is_a_case_and_an_unknown_kind_is_told(void **state)
{
    (void)state;
    struct page json = {0};
    scene_write("{\"case_id\":\"C-1\",\"level\":\"required\",\"act\":\"do it\"}", &format_slack, false,
                &json);
    assert_non_null(strstr(json.data, "C-1: required"));
    assert_non_null(strstr(json.data, "Command: do it"));
    page_release(&json);
    scene_write("{\"kind\":\"summons\",\"case_id\":\"C-1\",\"act\":\"do it\"}", &format_slack, true, &json);
    assert_non_null(strstr(json.data, "Kind: summons"));
    assert_non_null(strstr(json.data, "Command: do it"));
    page_release(&json);
    scene_write("{}", &format_teams, true, &json); /* nothing at all is still a card */
    page_release(&json);
}

/* Only an address that ends no link and names no user is one. */
static void only_a_plain_https_address_becomes_a_link(void **state)
{
    (void)state;
    static const struct {
        const char *page;
        bool link;
    } rows[] = {{"https://r.example.edu/case/C-1?x=%20#top", true},
                {"http://r.example.edu/", false},
                {"javascript:alert(1)", false},
                {"https://", false},
                {"https://r.example.edu/>|x", false},
                {"https://r.example.edu/)x", false},
                {"https://r.example.edu@evil.test/", false},
                {"https://r.example.edu/ x", false},
                {"https://r.example.edu/*x*", false},
                {"https://r.example.edu/\xc3\xa9", false}};
    static const char *const links[] = {"|" FORMAT_LINK_WORDS ">", "[" FORMAT_LINK_WORDS "](https://",
                                        "Action.OpenUrl"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t format = 0; format < 3; format++) {
            struct page notice = {0}, json = {0};
            page_format(&notice, "{\"case_id\":\"C-1\",\"page\":\"%s\"}", rows[i].page);
            scene_write(notice.data, scene_formats[format], false, &json);
            if ((strstr(json.data, links[format]) != NULL) != rows[i].link)
                fail_msg("%s, %s:\n%s", scene_formats[format]->name, rows[i].page, json.data);
            page_release(&notice);
            page_release(&json);
        }
}

/* ---- limits -------------------------------------------------------------------------------------------- */

static size_t text_units(const struct pw_document *document, uint32_t node, const char *pointer)
{
    return escape_units(json_text(document, json_find(document, node, pointer)));
}

static void assert_within_limits(const struct format *format, const struct page *json)
{
    struct pw_document document = {0};
    scene_parse(json, &document);
    if (format == &format_teams)
        assert_true(json->length <= TEAMS_BYTES);
    if (format == &format_mattermost)
        assert_true(text_units(&document, PW_NODE_ROOT, "/text") <= MATTERMOST_UNITS);
    if (format == &format_slack) {
        uint32_t blocks = json_member(&document, PW_NODE_ROOT, "blocks");
        assert_true(json_count(&document, blocks) <= SLACK_MAX_BLOCKS);
        for (uint32_t node = json_first(&document, blocks); node != PW_NODE_NONE;
             node = json_next(&document, node)) {
            bool header = json_text_is(&document, json_member(&document, node, "type"), "header");
            size_t units = text_units(&document, node, "/text/text");
            assert_true(units > 0 && units <= (header ? SLACK_HEADER_UNITS : SLACK_TEXT_UNITS));
        }
    }
    json_release(&document);
}

/* `count` findings whose every text is `length` bytes of `letter`. */
static void write_large(struct page *notice, uint32_t count, const char *letter, size_t length)
{
    struct page text = {0};
    for (size_t i = 0; i < length; i++)
        page_string(&text, letter);
    page_format(
        notice,
        "{\"case_id\":\"C-1\",\"level\":\"required\",\"act\":\"pathwayctl case show C-1\",\"title\":\"");
    page_bytes(notice, text.data, text.length);
    page_string(notice, "\",\"findings\":[");
    for (uint32_t i = 0; i < count; i++) {
        page_format(notice, "%s{\"rule\":\"r%u\",\"explanation\":\"", i > 0 ? "," : "", i);
        page_bytes(notice, text.data, text.length);
        page_string(notice, "\",\"evidence\":[{\"text\":\"");
        page_bytes(notice, text.data, text.length);
        page_string(notice, "\",\"list\":\"");
        page_bytes(notice, text.data, text.length);
        page_format(notice, "\"}],\"costs\":[\"c%u\"]}", i);
    }
    page_string(notice, "]}");
    assert_false(notice->failed);
    page_release(&text);
}

static void large_notices_are_cut_and_say_so(void **state)
{
    (void)state;
    static const struct {
        uint32_t findings;
        const char *letter;
        size_t length;
    } rows[] = {{1, "x", 10000},      {40, "x", 500},
                {40, "&", 2000},      {40, "\xf0\x9f\x98\x80", 500},
                {40, "\\u202e", 500}, {3, "\xe5\x8c\x97", 3000},
                {200, "*", 100},      {40, "\\\"", 900}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t format = 0; format < 3; format++) {
            struct page notice = {0}, json = {0};
            write_large(&notice, rows[i].findings, rows[i].letter, rows[i].length);
            scene_write(notice.data, scene_formats[format], true, &json);
            assert_within_limits(scene_formats[format], &json);
            if (strstr(json.data, "cut here") == NULL && strstr(json.data, "Cut here, ") == NULL &&
                strstr(json.data, "stand in the case") == NULL)
                fail_msg("%zu, %s: the cut is not told:\n%s", i, scene_formats[format]->name, json.data);
            assert_non_null(strstr(json.data, "Command: pathwayctl case show C-1"));
            page_release(&notice);
            page_release(&json);
        }
}

/* As much as fits is told: with one line more it would not be taken. */
static void no_more_is_cut_than_must_be(void **state)
{
    (void)state;
    static struct post post;
    for (size_t format = 0; format < 3; format++) {
        struct page json = {0}, more = {0};
        for (int i = 0; i < 300; i++) {
            post_begin(&post, i == 0 ? POST_TITLE : i % 2 == 0 ? POST_HEADING : POST_LINE, i == 0);
            post_say(&post,
                     "Some line that is as long as lines of prose are, about that long or somewhat longer.");
        }
        assert_int_equal(format_write(scene_formats[format], &post, &json), PW_OK);
        const char *note = strstr(json.data, "Cut here, ");
        assert_non_null(note);
        uint32_t missing = (uint32_t)strtoul(note + strlen("Cut here, "), NULL, 10);
        assert_true(missing > 0 && missing < post.optional);
        assert_true(scene_formats[format]->write(&post, post.optional - missing, &more));
        assert_string_equal(more.data, json.data);
        page_release(&more);
        assert_false(scene_formats[format]->write(&post, post.optional - missing + 1u, &more));
        page_release(&more);
        page_release(&json);
        post_release(&post);
    }
}

/* Every kept text at its longest and at its most expensive still fits. */
static void what_is_kept_always_fits(void **state)
{
    (void)state;
    static const char *const letters[] = {"&", "<",   "\\\\", "*", "@", "$", "\\u202e", "\xf0\x9f\x98\x80",
                                          "{", "\\\""};
    static const char *const members[] = {"case_id", "engagement_id", "level",     "previous_level",
                                          "change",  "queue",         "state",     "assignee",
                                          "because", "title",         "decide_by", "due",
                                          "act",     "page",          "subject",   "answer_by"};
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        for (size_t format = 0; format < 3; format++) {
            struct page notice = {0}, json = {0}, list = {0};
            page_string(&notice, "{\"revision\":1");
            for (size_t k = 0; k < sizeof members / sizeof members[0]; k++) {
                page_format(&notice, ",\"%s\":\"", members[k]);
                for (int n = 0; n < 1000; n++)
                    page_string(&notice, letters[i]);
                page_string(&notice, "\"");
            }
            for (int n = 0; n < 200; n++)
                page_string(&list, letters[i]);
            page_string(&notice, ",\"pathways\":[");
            for (int n = 0; n < 30; n++)
                page_format(&notice, "%s\"%s%d\"", n > 0 ? "," : "", letters[i], n);
            page_string(&notice, "]}");
            scene_write(notice.data, scene_formats[format], true, &json);
            assert_within_limits(scene_formats[format], &json);
            page_release(&notice);
            page_release(&json);
            page_release(&list);
        }
}

static void what_cannot_be_cut_is_refused(void **state)
{
    (void)state;
    static struct post post;
    for (size_t format = 0; format < 3; format++) {
        struct page json = {0};
        for (uint32_t i = 0; i < POST_MAX_LINES; i++) {
            post_begin(&post, POST_HEADING, true);
            for (int n = 0; n < 10; n++)
                post_say(&post, "Too long. ");
        }
        assert_int_equal(format_write(scene_formats[format], &post, &json), PW_ERROR_LIMIT);
        assert_null(json.data);
        post.words.failed = true;
        assert_int_equal(format_write(scene_formats[format], &post, &json), PW_ERROR_MEMORY);
        post_release(&post);
    }
}

static void a_full_post_keeps_room_for_what_is_kept(void **state)
{
    (void)state;
    static struct post post;
    for (uint32_t i = 0; i < POST_MAX_LINES + 100u; i++) {
        post_begin(&post, POST_LINE, false);
        post_say(&post, "x");
    }
    assert_int_equal(post.line_count, POST_MAX_LINES - POST_KEPT_LINES);
    assert_int_equal(post.left_out, 100u + POST_KEPT_LINES);
    for (uint32_t i = 0; i < POST_KEPT_LINES + 1u; i++)
        post_begin(&post, POST_LINE, true);
    assert_int_equal(post.line_count, POST_MAX_LINES);
    assert_int_equal(post.left_out, 101u + POST_KEPT_LINES);
    post_release(&post);
}

/* ---- the JSON writer ----------------------------------------------------------------------------------- */

static void json_is_written(void **state)
{
    (void)state;
    static const char hostile[] = "a\"b\\c\nd\x01\x7f\xff\xc3\xa9\xed\xa0\x80\xf0\x9f\x98\x80";
    struct page json = {0};
    payload_open(&json, '{');
    payload_member(&json, "a", "x{");
    payload_key(&json, "b");
    payload_open(&json, '[');
    payload_text(&json, PW_TEXT("["));
    payload_text(&json, (struct pw_text){hostile, sizeof hostile - 1u});
    payload_text(&json, (struct pw_text){0});
    payload_open(&json, '{');
    payload_close(&json, '}');
    payload_close(&json, ']');
    payload_true(&json, "c:");
    payload_false(&json, "d");
    payload_close(&json, '}');
    assert_string_equal(json.data,
                        "{\"a\":\"x{\",\"b\":[\"[\",\"a\\\"b\\\\c\\u000ad\\u0001\\u007f\xef\xbf\xbd\xc3\xa9"
                        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80\",\"\",{}],\"c:\":true,"
                        "\"d\":false}");
    page_release(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_written_in_every_format),
        cmocka_unit_test(same_notice_gives_the_same_bytes),
        cmocka_unit_test(every_question_is_answered),
        cmocka_unit_test(a_minimal_post_tells_nothing_that_anybody_wrote),
        cmocka_unit_test(a_notice_without_kind_is_a_case_and_an_unknown_kind_is_told),
        cmocka_unit_test(only_a_plain_https_address_becomes_a_link),
        cmocka_unit_test(large_notices_are_cut_and_say_so),
        cmocka_unit_test(no_more_is_cut_than_must_be),
        cmocka_unit_test(what_is_kept_always_fits),
        cmocka_unit_test(what_cannot_be_cut_is_refused),
        cmocka_unit_test(a_full_post_keeps_room_for_what_is_kept),
        cmocka_unit_test(json_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
