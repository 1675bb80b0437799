/* SPDX-License-Identifier: Apache-2.0
 *
 * Every text of every notice is hostile at once, in every format. Two judges look at the payload: a list of
 * bytes that must not occur anywhere in it, and a reader of each format that undoes the escapes and knows
 * which signs may be left.
 */
#include "chat_scene.h"

#include "chat/escape.h"

/* As they stand in JSON. */
static const char *const names[] = {
    "<!here> <!channel> <!everyone> <@U123> <#C123|general> <https://evil.test|click>",
    "[x](https://evil.test) ![x](https://evil.test/x.png) [x]: https://evil.test",
    "a\\r\\nb\\n# heading\\n\\n- list\\n1. one\\n> quote\\n```\\ncode\\n```\\n| a | b |\\n|---|---|",
    "\\u202egnp.exe\\u202c \\u2066x\\u2069 a\\u200bb\\u200d\\ufeff \\u0007\\u2028",
    "<at>everyone</at> </at> <at id=\\\"0\\\">x</at>",
    "*bold* **bold** _it_ __it__ ~~del~~ `code` ``c`` ~town-square #hashtag ||spoiler||",
    "@channel @here @all @everyone @alice alice@example.edu",
    "https://evil.test http://evil.test www.evil.test evil.test/x javascript:alert(1) mailto:a@evil.test",
    "\\\\ \\\\\\\\ \\\\[x\\\\](https://evil.test) \\\\*a\\\\* \\\\`b\\\\` \\\\@here \\\\<!here\\\\>",
    "&lt;!here&gt; &#64;here &amp;lt; &copy; &#x5b;x&#x5d;(https&#58;//evil.test)",
    "{{DATE(2017-02-14T06:08:39Z,SHORT)}} {{{x}}} ${secret} @{variables('x')} $x^2$ :bomb: :) <3",
    "     # not a heading     and     not code     ",
    "\\\"},{\\\"type\\\":\\\"Action.Submit\\\"}",
    "",
};

#define SLACK      1u
#define MATTERMOST 2u
#define TEAMS      4u
#define ALL        7u

/* Nowhere in a payload of these formats, whatever it is told. Slack reads no Markdown in plain_text. */
static const struct {
    const char *bytes;
    unsigned formats;
} dangers[] = {
    {"<!here", ALL},
    {"<!channel", ALL},
    {"<!everyone", ALL},
    {"<@U", ALL},
    {"<#C", ALL},
    {"<https", ALL},
    {"@here", ALL},
    {"@channel", ALL},
    {"@all", ALL},
    {"@everyone", ALL},
    {"@alice", ALL},
    {"@example", ALL},
    {"@{", ALL},
    {"<at", ALL},
    {"</at", ALL},
    {"https://evil", ALL},
    {"http://evil", ALL},
    {"\xe2\x80\xae", ALL}, /* U+202E, right-to-left override */
    {"\xe2\x80\xac", ALL},
    {"\xe2\x81\xa6", ALL},
    {"\xe2\x80\x8b", ALL}, /* U+200B, no width */
    {"\xe2\x80\x8d", ALL},
    {"\xe2\x80\xa8", ALL},
    {"\xef\xbb\xbf", ALL},
    {"\\u000d", ALL},
    {"\\r", ALL},
    {"\\n", ALL},
    {"\r", ALL},
    {"\n", ALL},
    {"\\u0007", ALL},
    {"\"Action.Submit\"", ALL},
    {"](", MATTERMOST | TEAMS},
    {"``", MATTERMOST | TEAMS},
    {"**bold", MATTERMOST | TEAMS},
    {"~~", MATTERMOST | TEAMS},
    {"www.", MATTERMOST},
    {"script:", MATTERMOST},
    {":bomb:", MATTERMOST},
    {"#hashtag", MATTERMOST},
    {"~town", MATTERMOST},
    {"$x", MATTERMOST},
    {"{{", TEAMS},
    {"${", TEAMS},
};

/* The notice with every text but its kind replaced. */
static void poison(const char *notice, const char *name, struct page *ret_json)
{
    struct pw_document document = {0};
    struct json_error error;
    uint32_t at = 0;
    assert_int_equal(json_parse(&document, notice, strlen(notice), &json_limits_frame, &error), 0);
    for (uint32_t node = 0; node < document.node_count; node++) {
        const struct json_node *text = &document.nodes[node];
        if (text->type != PW_JSON_STRING)
            continue;
        struct pw_text key = json_key(&document, node);
        if (key.length == 4u && memcmp(key.data, "kind", 4) == 0)
            continue;
        page_bytes(ret_json, notice + at, text->start - at);
        page_format(ret_json, "\"%s\"", name);
        at = text->end;
    }
    page_string(ret_json, notice + at);
    assert_false(ret_json->failed);
    json_release(&document);
}

/* ---- readers ------------------------------------------------------------------------------------------- */

/* What one format's text may hold once its escapes are taken off. */
struct reader {
    const char *entities; /* "&…;" that count as an escape, blank-separated */
    const char *escaped;  /* what a backslash takes the meaning of; "" where it has none */
    const char *signs;    /* what must not be left */
};

static const struct reader readers[] = {
    {"&amp; &lt; &gt;", "", "<>&"},
    {"&amp; &lt; &gt; &#58; &#36;", "`*_[]()\\|.#~", "<>&`*_[]()\\|#~$"},
    {"&amp; &lt; &gt;", "`*_[]()\\~", "<>&`*_[]()\\~"},
};

static size_t entity_length(const struct reader *reader, const char *at)
{
    const char *end = strchr(at, ';');
    if (*at != '&' || end == NULL || end - at > 5)
        return 0;
    char entity[8] = "";
    memcpy(entity, at, (size_t)(end - at) + 1u);
    return strstr(reader->entities, entity) != NULL ? (size_t)(end - at) + 1u : 0;
}

static void assert_harmless(const struct reader *reader, const char *text)
{
    for (const char *at = text; *at != '\0';) {
        size_t entity = entity_length(reader, at);
        if (entity > 0) {
            at += entity;
            continue;
        }
        if (*at == '\\' && reader->escaped[0] != '\0' && at[1] != '\0' &&
            strchr(reader->escaped, at[1]) != NULL) {
            at += 2;
            continue;
        }
        if (strchr(reader->signs, *at) != NULL)
            fail_msg("'%c' is left at \"%.20s\" of:\n%s", *at, at, text);
        if (*at == '@' && at[1] != ' ')
            fail_msg("a mention is left at \"%.20s\" of:\n%s", at, text);
        at++;
    }
}

static char *string_at(const struct pw_document *document, uint32_t node, const char *member)
{
    struct pw_text text = json_text(document, json_member(document, node, member));
    char *string = strndup(text.length > 0 ? text.data : "", text.length);
    assert_non_null(string);
    return string;
}

/* Headings and links are the only mrkdwn, and the same whatever the notice says. */
static void read_slack(const struct pw_document *document)
{
    uint32_t blocks = json_member(document, PW_NODE_ROOT, "blocks");
    char *fallback = string_at(document, PW_NODE_ROOT, "text");
    assert_harmless(&readers[0], fallback);
    free(fallback);
    for (uint32_t node = json_first(document, blocks); node != PW_NODE_NONE;
         node = json_next(document, node)) {
        uint32_t object = json_member(document, node, "text");
        char *type = string_at(document, object, "type");
        char *text = string_at(document, object, "text");
        if (strcmp(type, "plain_text") == 0) {
            assert_int_equal(json_type(document, json_member(document, object, "emoji")), PW_JSON_FALSE);
            assert_harmless(&readers[0], text);
        } else {
            assert_string_equal(type, "mrkdwn");
            assert_int_equal(text[0], '*');
            assert_int_equal(strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ,"),
                             strlen(text) - 2u);
        }
        free(type);
        free(text);
    }
}

/* The lines are ours to begin: a title, headings, bullets, or a letter. */
static void read_mattermost(const struct pw_document *document)
{
    char *text = string_at(document, PW_NODE_ROOT, "text");
    char *rest = NULL;
    uint32_t titles = 0;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        size_t length = strlen(line);
        if (strncmp(line, "#### ", 5) == 0) {
            titles++;
            line += 5;
        } else if (length > 4u && strncmp(line, "**", 2) == 0 && strcmp(line + length - 2u, "**") == 0) {
            line[length - 2u] = '\0';
            line += 2;
        } else if (strncmp(line, "\xe2\x80\xa2 ", 4) != 0) {
            if (*line < 'A' || *line > 'Z')
                fail_msg("a line begins with words of others: %s", line);
        }
        assert_harmless(&readers[1], line);
    }
    assert_int_equal(titles, 1);
    free(text);
}

static void read_teams(const struct pw_document *document)
{
    uint32_t card = json_find(document, PW_NODE_ROOT, "/attachments/0/content");
    uint32_t body = json_member(document, card, "body");
    assert_true(json_count(document, body) > 1u);
    assert_int_equal(json_member(document, card, "actions"), PW_NODE_NONE);
    for (uint32_t node = json_first(document, body); node != PW_NODE_NONE; node = json_next(document, node)) {
        char *text = string_at(document, node, "text");
        assert_true(json_text_is(document, json_member(document, node, "type"), "TextBlock"));
        assert_true((*text >= 'A' && *text <= 'Z') || strncmp(text, "\xe2\x80\xa2 ", 4) == 0);
        assert_harmless(&readers[2], text);
        free(text);
    }
}

/* ---- the tests ----------------------------------------------------------------------------------------- */

static void judge(const struct page *json, size_t format)
{
    static void (*const reads[])(const struct pw_document *document) = {read_slack, read_mattermost,
                                                                        read_teams};
    struct pw_document document = {0};
    scene_parse(json, &document);
    reads[format](&document);
    json_release(&document);
}

/* In the bytes on the wire, less the line ends that are ours. */
static void assert_no_danger(const struct page *json, size_t format, const char *name)
{
    char *bytes = calloc(1, json->length + 1u);
    size_t length = 0;
    assert_non_null(bytes);
    for (size_t i = 0; i < json->length; i++) {
        bool ours = json->length - i >= 6u && memcmp(json->data + i, "\\u000a", 6) == 0;
        bytes[length++] = ours ? ' ' : json->data[i];
        i += ours ? 5u : 0;
    }
    for (size_t i = 0; i < sizeof dangers / sizeof dangers[0]; i++)
        if ((dangers[i].formats & 1u << format) != 0 && strstr(bytes, dangers[i].bytes) != NULL)
            fail_msg("%s of \"%s\": \"%s\" is in:\n%s", scene_formats[format]->name, name, dangers[i].bytes,
                     bytes);
    free(bytes);
}

static void no_text_is_obeyed(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < 4; kind++) {
        char *notice = scene_notice(scene_kinds[kind]);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            struct page poisoned = {0};
            poison(notice, names[i], &poisoned);
            for (size_t format = 0; format < 6; format++) {
                struct page json = {0};
                scene_write(poisoned.data, scene_formats[format / 2u], format % 2u == 0, &json);
                judge(&json, format / 2u);
                assert_no_danger(&json, format / 2u, names[i]);
                page_release(&json);
            }
            page_release(&poisoned);
        }
        free(notice);
    }
}

/* Each sign at the start, doubled, and beside every other: no two escapes may make a third thing. */
static void no_two_signs_make_a_third(void **state)
{
    (void)state;
    static const char signs[] = "<>&@#~*_`[](){}|\\$:/.!^=+-;\"' ah";
    for (size_t a = 0; a < sizeof signs - 1u; a++)
        for (size_t b = 0; b < sizeof signs - 1u; b++)
            for (size_t c = 0; c < sizeof signs - 1u; c++) {
                const char three[] = {signs[a], signs[b], signs[c]};
                struct pw_text text = {three, 3};
                const struct escape *const tables[] = {escape_slack, escape_mattermost, escape_teams};
                for (size_t format = 0; format < 3; format++) {
                    struct page written = {0};
                    escape_text(&written, tables[format], text, 100);
                    assert_harmless(&readers[format], written.data);
                    assert_null(strstr(written.data, "://"));
                    if (format == 2u)
                        assert_null(strstr(written.data, "{{"));
                    page_release(&written);
                }
            }
}

/* Bytes that no notice can hold, for a document is UTF-8: what is written is, all the same. */
static void bytes_that_are_no_characters_are_replaced(void **state)
{
    (void)state;
    static struct post post;
    static const char bytes[] = "a\xff\xc0\xaf\xed\xa0\x80\xf5\x80\x80\x80\xe2\x80z\x00\xc2";
    for (size_t format = 0; format < 3; format++) {
        struct page json = {0};
        post_begin(&post, POST_TITLE, true);
        post_text(&post, (struct pw_text){bytes, sizeof bytes - 1u}, POST_NAME_UNITS);
        assert_int_equal(format_write(scene_formats[format], &post, &json), PW_OK);
        struct pw_document document = {0};
        scene_parse(&json, &document); /* refuses invalid UTF-8 */
        assert_non_null(strstr(json.data, "a\xef\xbf\xbd"));
        assert_non_null(strstr(json.data, "U+0000"));
        json_release(&document);
        page_release(&json);
        post_release(&post);
    }
}

static void long_names_are_cut_between_characters(void **state)
{
    (void)state;
    static const char *const letters[] = {"x", "\xc3\xa9", "\xe5\x8c\x97", "\xf0\x9f\x98\x80", "\\u202e",
                                          "<", "@"};
    char *notice = scene_notice("case");
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        char *name = calloc(10001, 8);
        struct page poisoned = {0};
        assert_non_null(name);
        size_t letter = strlen(letters[i]);
        for (size_t n = 0; n < 10000; n++)
            memcpy(name + n * letter, letters[i], letter);
        char *at = strstr(notice, "Beihang University");
        assert_non_null(at);
        page_bytes(&poisoned, notice, (size_t)(at - notice));
        page_string(&poisoned, name);
        page_string(&poisoned, at + strlen("Beihang University"));
        for (size_t format = 0; format < 3; format++) {
            struct page json = {0};
            scene_write(poisoned.data, scene_formats[format], true, &json);
            assert_non_null(strstr(json.data, "cut here"));
            assert_non_null(
                strstr(json.data, "What would mitigate")); /* one long name costs nobody the rest */
            page_release(&json);
        }
        page_release(&poisoned);
        free(name);
    }
    free(notice);
}

/* A cut never splits an escape, and what is written is never longer than was asked for. */
static void cuts_fall_between_escapes(void **state)
{
    (void)state;
    static const char text[] = "a&b<c@d\xf0\x9f\x98\x80"
                               "e*f:g\\h[i](j)\xe5\x8c\x97k";
    const struct escape *const tables[] = {escape_slack, escape_mattermost, escape_teams};
    for (size_t format = 0; format < 3; format++)
        for (size_t most = sizeof ESCAPE_CUT - 1u; most < 100; most++) {
            struct page written = {0};
            escape_text(&written, tables[format], PW_TEXT(text), most);
            assert_true(escape_units((struct pw_text){written.data, written.length}) <= most);
            char *mark = strstr(written.data, ESCAPE_CUT);
            if (mark != NULL)
                *mark = '\0';
            assert_harmless(&readers[format], written.data);
            page_release(&written);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_is_obeyed),
        cmocka_unit_test(no_two_signs_make_a_third),
        cmocka_unit_test(bytes_that_are_no_characters_are_replaced),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(cuts_fall_between_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
