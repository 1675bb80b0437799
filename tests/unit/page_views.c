/* SPDX-License-Identifier: Apache-2.0
 *
 * The views over answers as a daemon gives them (tests/unit/page/): whatever stands in the place of any text, it comes out as
 * text; and whatever stands in the place of anything, a page comes out.
 */
#include "page_scene.h"

#include <cjson/cJSON.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <pthread.h>

#define MARKER "<i>\"'&xQZ\xe2\x80\xae\xc3\xa4"

/* ---- the daemon ---------------------------------------------------------------------------------------- */

static const struct {
    const char *op, *file;
} files[] = {{"case.show", "case.json"},
             {"case.list", "list.json"},
             {"status", "status.json"},
             {"report", "report.json"}};
#define FILES (sizeof(files) / sizeof(files[0]))

static struct {
    nng_socket socket;
    pthread_t thread;
    pthread_mutex_t lock;
    cJSON *answers[FILES];
    const char *act; /* what it says to an act */
    char asked[65536];
} daemon_ = {.lock = PTHREAD_MUTEX_INITIALIZER};

static cJSON *read_answer(const char *name)
{
    static char bytes[1 << 20];
    char path[512];
    snprintf(path, sizeof(path), "%s/tests/unit/page/%s", PATHWAYD_SOURCE, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    bytes[fread(bytes, 1, sizeof(bytes) - 1, file)] = '\0';
    fclose(file);
    cJSON *answer = cJSON_Parse(bytes);
    assert_non_null(answer);
    return answer;
}

static char *answer_to(const char *request, size_t length)
{
    char *text = NULL;
    cJSON *asked = cJSON_ParseWithLength(request, length);
    const char *op = cJSON_GetStringValue(cJSON_GetObjectItem(asked, "op"));
    pthread_mutex_lock(&daemon_.lock);
    for (size_t i = 0; i < FILES; i++)
        if (op && strcmp(op, files[i].op) == 0)
            text = cJSON_PrintUnformatted(daemon_.answers[i]);
    if (!text) {
        snprintf(daemon_.asked, sizeof(daemon_.asked), "%.*s", (int)length, request);
        text = strdup(daemon_.act);
    }
    pthread_mutex_unlock(&daemon_.lock);
    cJSON_Delete(asked);
    return text;
}

static void *serve(void *nothing)
{
    char *request;
    size_t length;
    while (nng_recv(daemon_.socket, &request, &length, NNG_FLAG_ALLOC) == 0) {
        char *text = answer_to(request, length);
        nng_free(request, length);
        nng_send(daemon_.socket, text, strlen(text), 0);
        free(text);
    }
    return nothing;
}

/* ---- the scene ----------------------------------------------------------------------------------------- */

static struct guest ann;

static int set_up(void **state)
{
    (void)state;
    if (scene_begin(20000) != 0 || nng_rep0_open(&daemon_.socket) != 0 ||
        nng_listen(daemon_.socket, url, NULL, 0) != 0)
        return -1;
    for (size_t i = 0; i < FILES; i++)
        daemon_.answers[i] = read_answer(files[i].file);
    daemon_.act = "{\"ok\":true}";
    sign_in(&ann, "ann@example.edu");
    return pthread_create(&daemon_.thread, NULL, serve, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    nng_close(daemon_.socket);
    pthread_join(daemon_.thread, NULL);
    for (size_t i = 0; i < FILES; i++)
        cJSON_Delete(daemon_.answers[i]);
    return scene_end();
}

/* A view of that answer. */
static const struct view {
    size_t answer;
    const char *path, *query;
} views[] = {
    {0, "/case/C-000001", "done=take"}, {1, "/", ""},       {1, "/", "after=9&queue=labs&level=required"},
    {1, "/search", "q=crops"},          {2, "/health", ""}, {3, "/report", "from=2026-01-01"}};
#define VIEWS (sizeof(views) / sizeof(views[0]))

static unsigned look(const struct view *view)
{
    return get(&ann, view->path, view->query);
}

static uint32_t count_of(const char *what)
{
    uint32_t count = 0;
    for (const char *at = body(); (at = strstr(at, what)); at++)
        count++;
    return count;
}

/* Characters that turn the direction are shown by their number, but where somebody gets back what they wrote, and in drawings,
 * which have no elements for it. */
static void require_shown(void)
{
    for (const char *at = body(); (at = strstr(at, "\xe2\x80\xae")); at++) {
        const char *tag = at;
        while (tag > body() && *tag != '<')
            tag--;
        if (!memchr(tag, '>', (size_t)(at - tag)))
            continue; /* in an attribute */
        if (strncmp(tag, "<textarea", 9) != 0 && strncmp(tag, "<text ", 6) != 0)
            fail_msg("%.200s", tag);
    }
}

/* ---- tests --------------------------------------------------------------------------------------------- */

static void all_of_it_is_shown(void **state)
{
    static const char *const acts[] = {"take", "decide",  "second", "ask",    "answer", "assign",
                                       "hold", "comment", "attach", "appeal", "close",  "refer"};
    (void)state;
    for (size_t i = 0; i < VIEWS; i++) {
        assert_int_equal(look(&views[i]), 200);
        assert_int_equal(count_of("<script"), 0);
        assert_int_equal(count_of("<img"), 0);
        require_shown();
    }
    look(&views[0]);
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        char action[64];
        snprintf(action, sizeof(action), "action=\"/case/C-000001/%s\"", acts[i]);
        assert_int_equal(count_of(action), 1);
    }
    assert_int_equal(count_of("value=\"ben.c_d\">ben.c_d</option>"),
                     1);                                             /* a name is no word of a vocabulary */
    assert_int_equal(count_of("by ann@example.edu, by person<"), 1); /* who appealed */
    assert_int_equal(count_of(", mitigation 1, evidence RD-2026/118"), 1);
}

static uint32_t walk_texts(cJSON *node, const struct view *view)
{
    uint32_t seen = 0;
    for (cJSON *child = node ? node->child : NULL; child; child = child->next) {
        if (cJSON_IsString(child)) {
            char *text = child->valuestring;
            child->valuestring = (char *)(uintptr_t)MARKER;
            if (look(view) >= 500)
                fail_msg("%s", child->string ? child->string : "");
            require_shown(); /* and ask() has looked it over */
            seen += count_of("xQZ") > 0;
            child->valuestring = text;
        }
        seen += walk_texts(child, view);
    }
    return seen;
}

static void every_text_stays_text(void **state)
{
    static const uint32_t least[VIEWS] = {100, 10, 10, 10, 5, 10};
    (void)state;
    reviewers[2].name = queues[1].name = (char *)(uintptr_t) "other"; /* so that a marker is the answer's */
    for (size_t i = 0; i < VIEWS; i++) {
        uint32_t seen = walk_texts(daemon_.answers[views[i].answer], &views[i]);
        printf("%s?%s: %u texts shown\n", views[i].path, views[i].query, seen);
        assert_true(seen >= least[i]);
    }
    reviewers[2].name = queues[1].name = (char *)(uintptr_t)MARKER;
}

static void walk_all(cJSON *node, const struct view *view)
{
    static const int types[] = {cJSON_NULL,  cJSON_True,   cJSON_Number,
                                cJSON_Array, cJSON_Object, cJSON_String};
    for (cJSON *child = node ? node->child : NULL; child; child = child->next) {
        cJSON was = *child;
        for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
            child->type = types[i];
            child->child = NULL;
            child->valuestring = (char *)(uintptr_t) "";
            child->valuedouble = -1e300;
            (void)look(view);
        }
        child->type = was.type;
        child->child = was.child;
        child->valuestring = was.valuestring;
        child->valuedouble = was.valuedouble;
        walk_all(child, view);
    }
}

static void whatever_the_answer_a_page_comes_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < VIEWS; i++)
        walk_all(daemon_.answers[views[i].answer], &views[i]);
}

static unsigned act(const char *answer, const char *name, const char *fields)
{
    char path[80];
    pthread_mutex_lock(&daemon_.lock);
    daemon_.act = answer;
    pthread_mutex_unlock(&daemon_.lock);
    snprintf(path, sizeof(path), "/case/C-000001/%s", name);
    return post(&ann, path, fields_for(&ann, path + 1, 17, fields));
}

static void an_act_is_asked_for(void **state)
{
    (void)state;
    assert_int_equal(
        act("{\"ok\":true}", "decide",
            "&disposition=declined&reason=%22x%22&costs=C1.a_b&costs=++one+%0D%0A%0D%0A+two&benefits=&"
            "op=reload&as=root&displacement=&mitigations=+"),
        303);
    assert_int_equal(strncmp(reply.location, "/case/C-000001?done=", 20), 0);
    assert_string_equal(
        daemon_.asked,
        "{\"op\":\"case.decide\",\"as\":\"ann@example.edu\",\"case\":\"C-000001\",\"revision\":17,"
        "\"disposition\":\"declined\",\"reason\":\"\\\"x\\\"\",\"mitigations\":[],\"benefits\":[],"
        "\"costs\":[\"C1.a_b\",\"one\",\"two\"]}");
    assert_int_equal(act("{\"ok\":true}", "answer", "&question=2&text=yes"), 303);
    assert_non_null(strstr(daemon_.asked, "\"question\":2,\"text\":\"yes\""));
    assert_int_equal(act("{\"ok\":true}", "take", "&reviewer=ben"), 303);
    assert_null(strstr(daemon_.asked, "ben"));
}

static void what_is_refused_is_given_back(void **state)
{
    static const char fields[] =
        "&disposition=declined&reason=%3C/textarea%3E%3Ci%3E%22%27%26&mitigations=one";
    (void)state;
    assert_int_equal(
        act("{\"ok\":false,\"code\":\"changed\",\"error\":\"<i>&\",\"revision\":18}", "decide", fields), 409);
    assert_int_equal(count_of("<p>&lt;i&gt;&amp;</p>"), 1);
    assert_int_equal(count_of(">\n&lt;/textarea&gt;&lt;i&gt;&quot;&#39;&amp;</textarea>"), 1);
    assert_int_equal(count_of("value=\"declined\" required checked"), 1);
    assert_int_equal(count_of("The case is shown as it is now"), 1);
    assert_int_equal(act("{\"ok\":false,\"code\":\"bad_request\",\"error\":\"No.\"}", "decide", fields), 422);
    assert_int_equal(act("{\"ok\":false,\"code\":\"role\",\"error\":\"No.\"}", "decide", fields), 403);
    assert_int_equal(act("{\"ok\":false,\"code\":\"odd\"}", "decide", fields), 502);
    assert_int_equal(act("{}", "decide", fields), 503); /* no answer of the daemon's */
    assert_int_equal(act("x", "decide", fields), 503);
    assert_int_equal(act("{\"ok\":false,\"code\":\"not_found\",\"error\":\"\"}", "take", ""), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_is_shown),
        cmocka_unit_test(every_text_stays_text),
        cmocka_unit_test(whatever_the_answer_a_page_comes_out),
        cmocka_unit_test(an_act_is_asked_for),
        cmocka_unit_test(what_is_refused_is_given_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
