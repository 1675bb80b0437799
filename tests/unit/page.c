/* SPDX-License-Identifier: Apache-2.0
 *
 * page.c, sign_in.c and act.c while the daemon is away: which address is what, who somebody is, whose forms are taken, and
 * where one is led.
 */
#include "page_scene.h"

static struct guest ann, ben;

static int set_up(void **state)
{
    (void)state;
    if (scene_begin(20) != 0)
        return -1;
    sign_in(&ann, "ann@example.edu");
    sign_in(&ben, "ben@example.edu");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return scene_end();
}

static bool says(const char *words)
{
    return strstr(body(), words) != NULL;
}

/* ---- addresses ----------------------------------------------------------------------------------------- */

static void each_address_has_its_method(void **state)
{
    static const struct {
        const char *path;
        unsigned get, post;
    } rows[] = {
        {"/", 503, 405},         {"/case/C-000001", 503, 403}, {"/search", 303, 405},
        {"/health", 503, 405},   {"/report", 503, 405},        {"/sign-in", 303, 403},
        {"/sign-out", 405, 403}, {"/style.css", 200, 405},     {"/icon.svg", 200, 405},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(get(&ann, rows[i].path, ""), rows[i].get);
        assert_int_equal(post(&ann, rows[i].path, ""), rows[i].post);
    }
    assert_int_equal(get(&ann, "/search", "q=crops"), 503);
    assert_int_equal(reply.retry_s, 5);
    assert_int_equal(get(NULL, "/style.css", "v"), 200); /* for everybody */
    assert_string_equal(reply.type, "text/css; charset=utf-8");
    assert_true(reply.lasting && reply.body.length > 1000);
}

static void what_is_no_address_is_not_there(void **state)
{
    static const char *const paths[] = {
        "",          "/nothing",     "/case",       "/case/",       "/Health",     "/health/",
        "//health",  "/style.css/",  "/case%2FC-1", "/case/C-1%00", "/case/\xff",  "/case/<i>",
        "/case/a b", "//evil.test/", "/sign-in/x",  "health",       "/case/C-1\n", "/case/C-1\\",
        "*",         "/.."};
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_int_equal(get(&ann, paths[i], ""), 404);
        assert_int_equal(get(NULL, paths[i], ""), 404);
    }
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health\0"), .cookie = text_of(ann.cookie)}), 404);
}

static void a_page_may_stand_below_another(void **state)
{
    (void)state;
    page.base = "/reviews/";
    assert_int_equal(get(NULL, "/reviews/style.css", ""), 200);
    assert_int_equal(get(NULL, "/style.css", ""), 404);
    assert_int_equal(get(NULL, "/reviews", ""), 404);
    assert_int_equal(get(NULL, "/reviewsstyle.css", ""), 404);
    assert_int_equal(get(NULL, "/reviews/case/C-000001", ""), 303);
    assert_string_equal(reply.location, "/reviews/sign-in?to=case/C-000001");
    assert_int_equal(get(NULL, "/reviews/sign-in", ""), 200);
    assert_int_equal(strncmp(reply.cookies[0], "__Secure-pathwayd_form=", 23), 0);
    assert_non_null(strstr(reply.cookies[0], "; Path=/reviews/; HttpOnly; Secure; SameSite=Strict"));
    page.base = "/";
}

static void what_is_garbled_is_refused(void **state)
{
    (void)state;
    assert_int_equal(get(&ann, "/search", "q=%"), 400);
    assert_int_equal(get(&ann, "/search", "q=%00"), 400);
    assert_int_equal(get(NULL, "/search", "q=\xff"), 400);
    assert_int_equal(post(&ann, "/sign-out", "token=%zz"), 400);
}

static void a_case_is_found_by_its_number(void **state)
{
    (void)state;
    assert_int_equal(get(&ann, "/search", "q=C-000123"), 303);
    assert_string_equal(reply.location, "/case/C-000123");
    assert_int_equal(get(&ann, "/search", "q=7"), 303);
    assert_string_equal(reply.location, "/case/C-000007");
    assert_int_equal(get(&ann, "/search", "q=++"), 303);
    assert_string_equal(reply.location, "/");
    assert_int_equal(get(&ann, "/search", "q=C-"), 503); /* words, which are asked for */
    assert_int_equal(get(&ann, "/search", "q=0"), 503);
    assert_int_equal(get(&ann, "/search", "q=123456789012345678901"), 503);
    assert_int_equal(get(&ann, "/search", "q=1%0d%0aX:"), 503);
}

/* ---- who it is ----------------------------------------------------------------------------------------- */

static void cookies_are_read(void **state)
{
    static const struct {
        const char *header, *value;
    } rows[] = {
        {"", ""},
        {"a=1", "1"},
        {"b=2; a=1; c=3", "1"},
        {"b=2;a=1", "1"},
        {"  a=1", "1"},
        {"b=2;   a=1=2", "1=2"},
        {"a=1;", "1"},
        {"a=", ""},
        {"a", ""},
        {"=1", ""},
        {"a =1", ""},
        {"aa=1; ba=2; A=3", ""},
        {"b=a=1", ""},
        {"a=1; a=1", ""}, /* whose would it be */
        {"a=1; b=2; a=", ""},
        {";;; a=1 ;;;", "1 "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!text_is(page_cookie_value(text_of(rows[i].header), "a"), rows[i].value))
            fail_msg("%s", rows[i].header);
    assert_int_equal(page_cookie_value((struct pw_text){0}, "a").length, 0);
}

static void only_a_session_s_cookie_signs_in(void **state)
{
    char header[256];
    (void)state;
    assert_int_equal(get(&ann, "/health", ""), 503);
    snprintf(header, sizeof(header), "%s; %s", ann.cookie, ben.cookie);
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .cookie = text_of(header)}), 303);
    snprintf(header, sizeof(header), "x%s", ann.cookie);
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .cookie = text_of(header)}), 303);
    snprintf(header, sizeof(header), "%s ", ann.cookie);
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .cookie = text_of(header)}), 303);
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .user = PW_TEXT("ann@example.edu")}), 303);
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"),
                                      .cookie = text_of(ann.cookie),
                                      .steady_ms = NOW + SESSION_IDLE_MS}),
                     303);
}

static void a_proxy_says_who_it_is(void **state)
{
    char name[SESSION_WHO + 1];
    (void)state;
    page.proxied = true;
    memset(name, 'x', sizeof(name));
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .user = PW_TEXT("ann")}), 503);
    assert_true(says("<span>ann</span>") && !says("Sign out"));
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .user = {name, SESSION_WHO - 1}}), 503);
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .user = {name, SESSION_WHO}}), 403);
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health")}), 403);
    assert_true(says("The proxy in front of this page"));
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .user = PW_TEXT("ann\0x")}), 403);
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .user = PW_TEXT("\0ann")}), 403);
    assert_int_equal(get(&ann, "/health", ""), 403); /* cookies say nothing there */
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/sign-in"), .user = PW_TEXT("ann")}), 303);
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .user = PW_TEXT("<i>\"'&\xe2\x80\xae")}),
                     503);
    assert_true(says("&lt;i&gt;"));
    page.proxied = false;
}

/* ---- signing in ---------------------------------------------------------------------------------------- */

static void who_is_not_signed_in_is_led_there_and_back(void **state)
{
    char path[160] = "/case/";
    (void)state;
    assert_int_equal(get(NULL, "/case/C-000001", "done=take"), 303);
    assert_string_equal(reply.location, "/sign-in?to=case/C-000001");
    assert_int_equal(get(NULL, "/", ""), 303);
    assert_string_equal(reply.location, "/sign-in?to=");
    memset(path + 6, 'x', 120);
    assert_int_equal(get(NULL, path, ""), 303);
    assert_string_equal(reply.location, "/sign-in?to=");
    assert_int_equal(post(NULL, "/case/C-000001/take", ""), 403);
    assert_true(says("Nothing was done"));
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/case/C-000001"), .cross_site = true}), 200);
    assert_true(says("<meta http-equiv=\"refresh\" content=\"0; url=/case/C-000001\">"));
    assert_int_equal(reply.location[0], '\0');
    assert_int_equal(ask((struct ask){.post = true, .path = PW_TEXT("/case/C-000001"), .cross_site = true}),
                     403);
}

/* What the form would send as `to`. */
static bool leads_to(const char *query, const char *where)
{
    char field[256];
    assert_int_equal(get(NULL, "/sign-in", query), 200);
    snprintf(field, sizeof(field), "name=\"to\" value=\"%s\"", where);
    return says(field);
}

static void nobody_is_led_elsewhere(void **state)
{
    static const char *const elsewhere[] = {
        "to=//evil.test",     "to=https:%2F%2Fevil.test",
        "to=%5Cevil.test",    "to=/%5Cevil.test",
        "to=..%2F..%2Fx",     "to=.",
        "to=javascript:x",    "to=/evil.test",
        "to=case/C-1?x",      "to=case/C-1%0d%0aX:+y",
        "to=%22%3E%3Cscript", "to=case/%C3%A4",
        "to=@evil.test",      "to=%20",
        "to=%09//evil.test",
    };
    char query[300] = "to=";
    (void)state;
    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
        if (!leads_to(elsewhere[i], ""))
            fail_msg("%s", elsewhere[i]);
    assert_true(leads_to("to=case/C-000001", "case/C-000001"));
    assert_true(leads_to("", ""));
    memset(query + 3, 'x', 200);
    assert_true(leads_to(query, ""));
}

/* What stands in quotes behind `mark`. */
static const char *quoted(const char *mark, char *to, size_t size)
{
    const char *found = strstr(body(), mark);
    assert_non_null(found);
    snprintf(to, size, "%.*s", (int)strcspn(found + strlen(mark), "\""), found + strlen(mark));
    return to;
}

static void write_accounts(void)
{
    struct account account = {.name = "ann@example.edu"};
    char path[80], *error = NULL;
    snprintf(path, sizeof(path), "%s/accounts.json", folder);
    assert_int_equal(account_set_password(&account, PW_TEXT("correct horse battery"), &error), 0);
    assert_int_equal(account_file_write(path, &(struct account_file){&account, 1}, geteuid(), &error), 0);
    free(account.password);
    page.accounts = accounts_new(path, false, 0);
    assert_non_null(page.accounts);
}

static unsigned send_sign_in(const char *cookie, const char *token, const char *more)
{
    char fields[512];
    snprintf(fields, sizeof(fields), "token=%s&revision=0&name=ann%%40example.edu%s", token, more);
    return ask((struct ask){
        .post = true, .path = PW_TEXT("/sign-in"), .cookie = text_of(cookie), .body = text_of(fields)});
}

static void an_account_signs_in(void **state)
{
    static const char good[] = "&password=correct+horse+battery";
    char cookie[256], other[256], token[64], mine[256];
    (void)state;
    write_accounts();
    assert_int_equal(get(NULL, "/sign-in", ""), 200);
    snprintf(other, sizeof(other), "%.*s", (int)strcspn(reply.cookies[0], ";"), reply.cookies[0]);
    assert_int_equal(get(NULL, "/sign-in", ""), 200);
    snprintf(cookie, sizeof(cookie), "%.*s", (int)strcspn(reply.cookies[0], ";"), reply.cookies[0]);
    quoted("name=\"token\" value=\"", token, sizeof(token));
    assert_string_not_equal(cookie, other);
    assert_int_equal(send_sign_in(other, token, good), 403); /* somebody else's form */
    assert_int_equal(send_sign_in("", token, good), 403);
    assert_int_equal(send_sign_in(cookie, "", good), 403);
    assert_int_equal(reply.cookies[0][0], '\0');

    assert_int_equal(send_sign_in(cookie, token, "x&password=wrong&to=case/C-000001"), 403);
    assert_true(says("The name, the password or the code is not right") &&
                says("value=\"ann@example.edux\"") && !says("value=\"wrong\""));
    assert_true(says("name=\"to\" value=\"case/C-000001\"")); /* and it is still known where to */
    assert_int_equal(reply.cookies[0][0], '\0');              /* other tabs keep their form */

    assert_int_equal(send_sign_in(cookie, token, "&password=correct+horse+battery&to=//evil.test"), 303);
    assert_string_equal(reply.location, "/");
    assert_int_equal(send_sign_in(cookie, token, "&password=correct+horse+battery&to=case/C-000001"), 303);
    assert_string_equal(reply.location, "/case/C-000001");
    assert_int_equal(strncmp(reply.cookies[0], "__Host-pathwayd_session=", 24), 0);
    assert_int_equal(strncmp(reply.cookies[1], "__Host-pathwayd_known=", 22), 0);
    assert_non_null(strstr(reply.cookies[1], "; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age="));
    assert_non_null(strstr(reply.cookies[0], "; Path=/; HttpOnly; Secure; SameSite=Strict"));
    snprintf(mine, sizeof(mine), "%.*s", (int)strcspn(reply.cookies[0], ";"), reply.cookies[0]);
    assert_int_equal(ask((struct ask){.path = PW_TEXT("/health"), .cookie = text_of(mine)}), 503);
    assert_true(says("<span>ann@example.edu</span>"));
}

/* Who writes for longer than a session lasts signs in anew, and sends the form again. */
static void a_form_outlives_its_session(void **state)
{
    struct guest cleo, again;
    char fields[4096];
    (void)state;
    sign_in(&cleo, "cleo@example.edu");
    snprintf(fields, sizeof(fields), "%s", fields_for(&cleo, "case/C-000001/comment", 7, "&text=Long+words"));
    session_end(page.sessions, page_cookie(&page, text_of(cleo.cookie), COOKIE_SESSION));
    assert_int_equal(post(&cleo, "/case/C-000001/comment", fields), 403);
    assert_true(says("You are signed out") && says("\nLong words</textarea>"));
    sign_in(&again, "cleo@example.edu");
    assert_int_equal(post(&again, "/case/C-000001/comment", fields), 503); /* it would be done */
    assert_int_equal(post(&ann, "/case/C-000001/comment", fields), 403);
}

static void signing_out_ends_the_session(void **state)
{
    struct guest cleo;
    (void)state;
    sign_in(&cleo, "cleo@example.edu");
    assert_int_equal(post(&cleo, "/sign-out", fields_for(&cleo, "sign-out", 0, "")), 303);
    assert_string_equal(reply.location, "/sign-in?out=1");
    assert_non_null(strstr(reply.cookies[0], "Max-Age=0"));
    assert_int_equal(get(&cleo, "/health", ""), 303);
    assert_int_equal(post(&cleo, "/sign-out", fields_for(&cleo, "sign-out", 0, "")),
                     303); /* it has ended already */
    assert_string_equal(reply.location, "/sign-in?out=1");
}

/* ---- forms --------------------------------------------------------------------------------------------- */

static void a_form_is_for_one_visitor_address_and_revision(void **state)
{
    char fields[4096];
    (void)state;
    snprintf(fields, sizeof(fields), "%s", fields_for(&ann, "case/C-000001/comment", 7, "&text=x"));
    assert_int_equal(post(&ann, "/case/C-000001/comment", fields), 503); /* it would be done */
    assert_int_equal(post(&ben, "/case/C-000001/comment", fields), 403);
    assert_int_equal(post(&ann, "/case/C-000002/comment", fields), 403);
    assert_int_equal(post(&ann, "/case/C-000001/close", fields), 403);
    assert_int_equal(post(&ann, "/case/C-000001/comment/", fields), 403);
    *strstr(fields, "revision=7") = 'R';
    assert_int_equal(post(&ann, "/case/C-000001/comment", fields), 403);
    assert_true(says("That form has expired") &&
                says("\nx</textarea>")); /* and what was written stands there */
    snprintf(fields, sizeof(fields), "%s", fields_for(&ann, "case/C-000001/comment", 7, ""));
    strstr(fields, "revision=7")[9] = '8';
    assert_int_equal(post(&ann, "/case/C-000001/comment", fields), 403);
    assert_int_equal(post(&ann, "/case/C-000001/nothing", fields_for(&ann, "case/C-000001/nothing", 7, "")),
                     404);
    assert_int_equal(post(&ann, "/case/C-000001", fields_for(&ann, "case/C-000001", 7, "")), 404);
    assert_int_equal(post(&ann, "/case/C-000001/take/x", fields_for(&ann, "case/C-000001/take/x", 7, "")),
                     404);
}

static void what_was_written_is_given_back_when_the_daemon_is_away(void **state)
{
    (void)state;
    assert_int_equal(
        post(&ann, "/case/C-000001/decide",
             fields_for(&ann, "case/C-000001/decide", 7,
                        "&disposition=declined&reason=%3C/textarea%3E%3Ci%3E%22%27%26&mitigations=one&"
                        "mitigations=two%0D%0Athree&other=%3Cb%3E")),
        503);
    assert_int_equal(reply.retry_s, 5);
    assert_true(says("pathwayd does not answer"));
    assert_true(says("&lt;/textarea&gt;&lt;i&gt;&quot;&#39;&amp;</textarea>"));
    assert_true(says("\ndeclined</textarea>") && says("\none</textarea>") && says("\ntwo\nthree</textarea>"));
    assert_false(says("&lt;b&gt;")); /* no field of that form */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address_has_its_method),
        cmocka_unit_test(what_is_no_address_is_not_there),
        cmocka_unit_test(a_page_may_stand_below_another),
        cmocka_unit_test(what_is_garbled_is_refused),
        cmocka_unit_test(a_case_is_found_by_its_number),
        cmocka_unit_test(cookies_are_read),
        cmocka_unit_test(only_a_session_s_cookie_signs_in),
        cmocka_unit_test(a_proxy_says_who_it_is),
        cmocka_unit_test(who_is_not_signed_in_is_led_there_and_back),
        cmocka_unit_test(nobody_is_led_elsewhere),
        cmocka_unit_test(an_account_signs_in),
        cmocka_unit_test(a_form_outlives_its_session),
        cmocka_unit_test(signing_out_ends_the_session),
        cmocka_unit_test(a_form_is_for_one_visitor_address_and_revision),
        cmocka_unit_test(what_was_written_is_given_back_when_the_daemon_is_away),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
