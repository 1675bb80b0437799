/* SPDX-License-Identifier: Apache-2.0
 *
 * email_scene.h: a notice of every kind, the letter it becomes, and the letter taken apart again: header
 * fields, the two parts decoded, and what a reader of each part reads.
 */
#ifndef EMAIL_SCENE_H
#define EMAIL_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pathwayd/notice.h>
#include "email/header.h"
#include "email/letter.h"
#include "json/json.h"

#define SCENE_LINK "<a href=\"https://reviews.example.edu/case/C-000123?from=mail&amp;to=alice\">"
#define SCENE_LINE 998u /* longest line of a letter (RFC 5322) */

static const char case_notice[] =
    "{\"notice_id\":\"C-000123.3.alice.mail\",\"kind\":\"case\",\"case_id\":\"C-000123\",\"engagement_id\":"
    "\"E 7/2026\",\"revision\":3,\"change\":\"raised\",\"level\":\"required\",\"needs_information\":true,"
    "\"previous_level\":\"suggested\",\"pathways\":[\"research\",\"lab\"],"
    "\"recipient\":{\"reviewer\":\"alice\",\"address\":\"alice@example.edu\"},"
    "\"because\":\"You work for the queue export-control, and bob is away.\","
    "\"queue\":\"export-control\",\"state\":\"new\",\"assignee\":\"Dana Reviewer\","
    "\"time\":\"2026-01-02T03:04:05Z\",\"decide_by\":\"2026-01-06T17:00:00Z\",\"due\":\"2026-07-31\","
    "\"title\":\"Joint lab on flight control\",\"link\":\"https://hr.example.edu/agreements/7\","
    "\"event\":{\"source\":\"/hr\",\"id\":\"evt-1\",\"type\":\"org.pathwayd.agreement.proposed.v1\"},"
    "\"findings\":[{\"pathway\":\"research\",\"kind\":\"judgement\",\"rule\":\"research.q2_seven_sons\","
    "\"requirements\":[\"R21\",\"R22\"],\"regime\":\"paper\",\"level\":\"required\",\"needs_information\":"
    "false,\"evidence\":[{\"source\":\"seven-sons\",\"list\":\"SS\",\"entry\":\"00wk2mp56\",\"entry_name\":"
    "\"Beihang University\",\"snapshot\":\"2022-11-01\",\"basis\":\"alias_exact\",\"text\":"
    "\"北京航空航天大学\",\"pointer\":\"/data/partner/0/name\"}],\"unknowns\":[],"
    "\"costs\":[\"C1.knowhow_beyond_paper\"],\"benefits\":[\"B1.access_knowledge\"],"
    "\"mitigations\":[\"M1.screen_applications\"],\"answerable_by\":\"research security office\","
    "\"explanation\":\"The partner is one of the Seven Sons of National Defence. The finding is about the "
    "institution and not about any person.\"},"
    "{\"pathway\":\"lab\",\"kind\":\"verify\",\"rule\":\"verify.affiliation\",\"level\":\"suggested\","
    "\"needs_information\":true,\"evidence\":[],\"unknowns\":[{\"what\":\"Q1: is the partner's unit part of "
    "the listed institution?\",\"who\":\"department\"},{\"what\":\"Q3: what is it used for?\"}],"
    "\"costs\":[\"C1.knowhow_beyond_paper\",\"X9.pack_code\"],\"benefits\":[],\"mitigations\":[],"
    "\"explanation\":\"Please ask the department.\",\"due\":\"2026-08-01\"}],\"findings_left_out\":1,"
    "\"muted\":2,\"changed\":[\"The entry says something else now.\"],"
    "\"page\":\"https://reviews.example.edu/case/C-000123?from=mail&to=alice\","
    "\"act\":\"pathwayctl case show C-000123\"}";

static const char digest_notice[] =
    "{\"notice_id\":\"digest.2026-01-02.alice.mail\",\"kind\":\"digest\",\"recipient\":{\"reviewer\":"
    "\"alice\",\"address\":\"alice@example.edu\"},\"time\":\"2026-01-02T07:00:00Z\","
    "\"because\":\"You asked for a digest each working day.\",\"cases\":["
    "{\"case_id\":\"C-000001\",\"engagement_id\":\"E-1\",\"change\":\"opened\",\"level\":\"suggested\","
    "\"needs_information\":true,\"state\":\"new\",\"pathways\":[\"lab\"],\"title\":\"Crop models\","
    "\"explanation\":\"Not all of the three questions are answered.\",\"due\":\"2026-03-16\","
    "\"act\":\"pathwayctl case show C-000001\"},"
    "{\"case_id\":\"C-000002\",\"engagement_id\":\"E-2\",\"change\":\"raised\",\"level\":\"prohibited\","
    "\"needs_information\":false,\"state\":\"proposed\",\"pathways\":[\"legal\",\"lab\"],\"title\":"
    "\"Rocket engines\",\"explanation\":\"Acme Rockets is a denied person.\","
    "\"decide_by\":\"2026-01-03T12:00:00Z\",\"due\":\"2026-01-31\",\"act\":"
    "\"pathwayctl case show C-000002\"},"
    "{\"case_id\":\"C-000003\",\"engagement_id\":\"E-3\",\"change\":\"strange\",\"level\":\"suggested\","
    "\"needs_information\":false,\"state\":\"new\",\"pathways\":[],\"title\":\"Weather balloons\","
    "\"explanation\":\"\",\"act\":\"pathwayctl case show C-000003\"}],\"left_out\":2,\"act\":"
    "\"pathwayctl case list\"}";

/* What no contact may read stands in it all the same, should somebody once send it. */
static const char question_notice[] =
    "{\"notice_id\":\"C-000123.q1.dana.mail\",\"kind\":\"question\",\"case_id\":\"C-000123\","
    "\"engagement_id\":\"E 7/2026\",\"recipient\":{\"reviewer\":\"dana\",\"address\":"
    "\"dana@physics.example.edu\"},\"time\":\"2026-01-02T03:04:05Z\",\"because\":\"You are who the unit "
    "Physics named for questions.\",\"title\":\"Joint lab on flight control\",\"question\":\"Q1: does the "
    "cooperation give the partner anything that reading the published paper would not?\",\"asked_by\":"
    "\"Dana Reviewer\",\"answer_by\":\"2026-01-06\",\"event\":{\"source\":\"/hr\",\"id\":\"evt-1\",\"type\":"
    "\"org.pathwayd.agreement.proposed.v1\"},\"act\":\"pathwayctl answer C-000123\",\"level\":\"required\","
    "\"pathways\":[\"legal\"],\"findings\":[{\"rule\":\"legal.binding_list\",\"explanation\":\"Beihang "
    "University is listed.\"}]}";

static const char alarm_notice[] =
    "{\"notice_id\":\"alarm.7.ops.mail\",\"kind\":\"alarm\",\"recipient\":{\"reviewer\":\"ops\",\"address\":"
    "\"ops@example.edu\"},\"time\":\"2026-01-02T03:04:05Z\",\"because\":\"You are an operator.\","
    "\"subject\":\"the plugin legal does not come back\",\"text\":\"The plugin legal ended five times within "
    "a minute and is not started any more; 12 events wait for it.\",\"act\":\"pathwayctl plugin list\"}";

static inline struct letter_style scene_style(bool full)
{
    return (struct letter_style){.from_name = PW_TEXT("Research security"),
                                 .from_address = PW_TEXT("reviews@example.edu"),
                                 .reply_name = PW_TEXT("Compliance"),
                                 .reply_address = PW_TEXT("compliance@example.edu"),
                                 .domain = PW_TEXT("example.edu"),
                                 .subject_prefix = PW_TEXT("[pathwayd]"),
                                 .full = full};
}

/* ---- writing ---- */

static inline void scene_write(const char *json, const struct letter_style *style, int expected,
                               struct page *ret_letter)
{
    struct pw_document document = {0};
    struct json_error error;
    struct page to = {0};
    *ret_letter = (struct page){0};
    if (json_parse(&document, json, strlen(json), &json_limits_frame, &error) != 0)
        fail_msg("no JSON: %s", json);
    assert_int_equal(letter_write(&json_document_api, &document, 1000, style, ret_letter, &to), expected);
    page_release(&to);
    json_release(&document);
}

/* The notice with one piece replaced by another. */
static inline char *scene_changed(const char *notice, const char *from, const char *to)
{
    const char *at = strstr(notice, from);
    if (at == NULL)
        fail_msg("\"%s\" is not in the notice", from);
    size_t before = (size_t)(at - notice);
    char *json = malloc(strlen(notice) + strlen(to) + 1u);
    assert_non_null(json);
    memcpy(json, notice, before);
    sprintf(json + before, "%s%s", to, at + strlen(from));
    return json;
}

/* ---- taking apart ---- */

struct parts {
    char *header;        /* the letter's own, up to its empty line, unfolded */
    char *plain, *html;  /* the bodies, decoded */
    char *words, *marks; /* what a reader of the plain part reads, and of the HTML: words and single spaces */
};

static inline int scene_hex(char c)
{
    const char *digits = "0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    assert_non_null(at);
    return (int)(at - digits);
}

/* Undoes quoted-printable; checks that every line is legal on the wire. */
static inline char *scene_decode(const char *at, const char *end)
{
    char *body = calloc(1, (size_t)(end - at) + 1u);
    size_t length = 0, column = 0;
    assert_non_null(body);
    for (; at < end; at++, column++) {
        assert_true(column <= 78);
        if (at[0] == '\r' && at[1] == '\n') {
            body[length++] = '\n';
            at++;
            column = (size_t)-1;
        } else if (at[0] == '=' && at[1] == '\r') {
            at += 2;
            column = (size_t)-1;
        } else if (at[0] == '=') {
            body[length++] = (char)(scene_hex(at[1]) * 16 + scene_hex(at[2]));
            at += 2;
            column += 2;
        } else {
            assert_true(*at >= ' ' && *at <= '~');
            assert_true(column != 0 || *at != '.');
            body[length++] = *at;
        }
    }
    return body;
}

/* Runs of spaces and line feeds become one space; a lone "-" is a list's mark and no word. */
static inline char *scene_words(const char *text)
{
    char *words = calloc(1, strlen(text) + 2u);
    size_t length = 0;
    assert_non_null(words);
    while (*(text += strspn(text, " \n")) != '\0') {
        size_t word = strcspn(text, " \n");
        if (word != 1 || *text != '-') {
            memcpy(words + length, text, word);
            length += word;
            words[length++] = ' ';
        }
        text += word;
    }
    return words;
}

/* The tags that a letter may have; anything else that begins with "<" fails the test. */
static inline size_t scene_tag(const char *at)
{
    static const char *const tags[] = {"<h2 style=\"font-size: 1em\">",
                                       "</h2>",
                                       "<p>",
                                       "</p>",
                                       "<ul>",
                                       "</ul>",
                                       "<li>",
                                       "</li>",
                                       "<pre style=\"white-space: pre-wrap\">",
                                       "</pre>",
                                       SCENE_LINK,
                                       "</a>",
                                       "</body>",
                                       "</html>"};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        if (strncmp(at, tags[i], strlen(tags[i])) == 0)
            return strlen(tags[i]);
    fail_msg("a tag that no letter has: %.60s", at);
    return 0;
}

static inline size_t scene_entity(const char *at, char *ret_character)
{
    static const struct {
        const char *name;
        char character;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
        if (strncmp(at, entities[i].name, strlen(entities[i].name)) == 0) {
            *ret_character = entities[i].character;
            return strlen(entities[i].name);
        }
    fail_msg("an & that begins nothing: %.60s", at);
    return 0;
}

/* What the body of the HTML shows: without tags, entities decoded. */
static inline char *scene_shown(const char *html)
{
    const char *at = strstr(html, "<body");
    char *shown = calloc(1, strlen(html) + 1u);
    size_t length = 0;
    assert_non_null(shown);
    assert_non_null(at);
    at = strchr(at, '>') + 1;
    while (*at != '\0') {
        assert_true(*at != '>' && *at != '"' && *at != '\'');
        if (*at == '<')
            at += scene_tag(at);
        else if (*at == '&')
            at += scene_entity(at, &shown[length++]);
        else
            shown[length++] = *at++;
    }
    return shown;
}

static inline char *scene_unfold(const char *letter, const char *end)
{
    char *header = calloc(1, (size_t)(end - letter) + 3u);
    size_t length = 0;
    assert_non_null(header);
    for (const char *line = letter; line < end; line = strstr(line, "\r\n") + 2)
        assert_true(strcspn(line, "\r\n") <= SCENE_LINE);
    for (const char *at = letter; at < end + 2; at++) {
        if (at[0] == '\r' && at[1] == '\n' && at[2] == ' ')
            at += 1;
        else
            header[length++] = *at;
    }
    return header;
}

/* One body part of that type from `at`; past its end. */
static inline const char *scene_part(const char *at, const char *delimiter, const char *type, char **ret_body)
{
    char begin[256];
    int length = snprintf(begin, sizeof begin,
                          "%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: "
                          "quoted-printable\r\n\r\n",
                          delimiter, type);
    assert_memory_equal(at, begin, (size_t)length);
    const char *end = strstr(at + length, delimiter);
    assert_non_null(end);
    assert_memory_equal(end - 2, "\r\n", 2);
    *ret_body = scene_decode(at + length, end);
    return end;
}

static inline void scene_take_apart(const struct page *letter, struct parts *ret_parts)
{
    char delimiter[80], close[84];
    const char *end = strstr(letter->data, "\r\n\r\n");
    const char *boundary = strstr(letter->data, " boundary=\"");
    assert_non_null(end);
    assert_true(boundary != NULL && boundary < end);
    boundary += strlen(" boundary=\"");
    snprintf(delimiter, sizeof delimiter, "--%.*s", (int)strcspn(boundary, "\""), boundary);
    snprintf(close, sizeof close, "%s--\r\n", delimiter);
    const char *at = scene_part(end + 4, delimiter, "text/plain", &ret_parts->plain);
    at = scene_part(at, delimiter, "text/html", &ret_parts->html);
    assert_string_equal(at, close);
    ret_parts->header = scene_unfold(letter->data, end);
    ret_parts->words = scene_words(ret_parts->plain);
    char *shown = scene_shown(ret_parts->html);
    ret_parts->marks = scene_words(shown);
    free(shown);
}

static inline void scene_write_apart(const char *json, bool full, struct parts *ret_parts)
{
    const struct letter_style style = scene_style(full);
    struct page letter;
    scene_write(json, &style, 0, &letter);
    scene_take_apart(&letter, ret_parts);
    page_release(&letter);
}

static inline void scene_release(struct parts *parts)
{
    free(parts->header);
    free(parts->plain);
    free(parts->html);
    free(parts->words);
    free(parts->marks);
}

/* ---- what it says ---- */

static inline void scene_assert_says(const struct parts *parts, const char *words)
{
    if (strstr(parts->words, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, parts->plain);
    if (strstr(parts->marks, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, parts->html);
}

/* Nowhere: neither shown nor in the header. */
static inline void scene_assert_hides(const struct parts *parts, const char *words)
{
    if (strcasestr(parts->plain, words) != NULL || strcasestr(parts->html, words) != NULL ||
        strcasestr(parts->words, words) != NULL || strcasestr(parts->header, words) != NULL)
        fail_msg("\"%s\" is in:\n%s\n%s", words, parts->header, parts->plain);
}

static inline void scene_assert_header(const struct parts *parts, const char *line)
{
    if (strstr(parts->header, line) == NULL)
        fail_msg("no header \"%s\" in:\n%s", line, parts->header);
}

#endif
