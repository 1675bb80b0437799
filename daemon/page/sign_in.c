/* SPDX-License-Identifier: Apache-2.0
 *
 * sign_in.c: signing in with an account of the page's, and out. The form is bound to a cookie that was given out with it, so
 * that nobody can be signed in by somebody else's page.
 */
#include "page/visit.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "json/json.h"

#define KNOWN_S 7776000 /* a browser is known for 90 days */

/* `lives_s`: 0 as long as the browser runs, less than that: it ends now. */
static void set_cookie(struct visit *visit, enum cookie cookie, const char *value, int lives_s)
{
    char name[COOKIE_NAME], age[32] = "";
    struct reply *reply = visit->reply;
    char *out = reply->cookies[0][0] ? reply->cookies[1] : reply->cookies[0];
    page_cookie_name(visit->page, cookie, name);
    if (lives_s != 0)
        snprintf(age, sizeof(age), "; Max-Age=%d", lives_s > 0 ? lives_s : 0);
    snprintf(out, PAGE_COOKIE, "%s=%s; Path=%s; HttpOnly; Secure; SameSite=Strict%s", name, value,
             visit->page->base, age);
}

/* Where to go then: an address of ours, or the queue. */
static struct pw_text destination(const struct visit *visit)
{
    struct pw_text to = form_value(visit->ask->post ? &visit->form : &visit->query, "to");
    bool plain = to.length < 200;
    for (size_t i = 0; plain && i < to.length; i++)
        plain = (to.data[i] >= 'a' && to.data[i] <= 'z') || (to.data[i] >= 'A' && to.data[i] <= 'Z') ||
                (to.data[i] >= '0' && to.data[i] <= '9') || to.data[i] == '-' || (to.data[i] == '/' && i > 0);
    return plain ? to : (struct pw_text){0};
}

#define FORM_BYTES_RANDOM 24u
#define FORM_VALUE        33u /* these in base64url, and NUL */

/* The cookie that the form's token follows from; a browser with several tabs keeps the one it has. */
static void begin_form(struct visit *visit)
{
    unsigned char bytes[FORM_BYTES_RANDOM];
    char value[FORM_VALUE];
    struct pw_text sent = page_cookie(visit->page, visit->ask->cookie, COOKIE_FORM);
    if (sent.length == FORM_VALUE - 1) {
        page_secret(visit->page, PAGE_NOBODY, sent, visit->visitor.secret);
        return;
    }
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(value, sizeof(value), bytes, sizeof(bytes), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    set_cookie(visit, COOKIE_FORM, value, 0);
    page_secret(visit->page, PAGE_NOBODY, text_of(value), visit->visitor.secret);
}

static void put_form(struct visit *visit, const char *trouble)
{
    struct pw_text to = destination(visit), name = form_value(&visit->form, "name");
    bool factor = visit->page->config->page_server.second_factor;
    visit->visitor.who[0] = '\0';
    begin_form(visit);
    visit_begin(visit, trouble ? "Not signed in" : "Sign in", NULL);
    html(visit->out, "<div class=\"narrow\"><h1>Sign in</h1>");
    if (trouble)
        html(visit->out, "<p class=\"alert\" role=\"alert\" tabindex=\"-1\" autofocus>%s</p>", trouble);
    else if (form_value(&visit->query, "out").length)
        html(visit->out, "<p class=\"done\" role=\"status\">You are signed out.</p>");
    visit_form(visit, "sign-in", 0);
    html(visit->out,
         "<input type=\"hidden\" name=\"to\" value=\"%v\">"
         "<p><label for=\"name\">Name</label><input id=\"name\" name=\"name\" value=\"%v\" "
         "autocomplete=\"username\" "
         "autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"128\" required></p>"
         "<p><label for=\"password\">Password</label><input id=\"password\" name=\"password\" "
         "type=\"password\" "
         "autocomplete=\"current-password\" maxlength=\"256\" required></p>",
         to, name);
    html(visit->out,
         "<p><label for=\"code\">%s</label><input id=\"code\" name=\"code\" inputmode=\"numeric\" "
         "autocomplete=\"one-time-code\" maxlength=\"6\"%r></p>",
         factor ? "Code of six digits, from your authenticator" : "Code, if your account has one",
         factor ? " required" : "");
    html(visit->out, "<p><button>Sign in</button></p></form></div>\n");
    visit_end(visit);
}

void view_sign_in(struct visit *visit)
{
    if (visit->page->proxied || visit->visitor.who[0])
        visit_go(visit, "%s", "");
    else
        put_form(visit, NULL);
}

static void signed_in(struct visit *visit, struct pw_text name)
{
    char who[SESSION_WHO], token[SESSION_TOKEN], known[ACCOUNT_KNOWN];
    struct pw_text to = destination(visit);
    snprintf(who, sizeof(who), "%.*s", TEXT_FMT(name));
    session_begin(visit->page->sessions, who, visit->ask->steady_ms, token);
    set_cookie(visit, COOKIE_SESSION, token, 0);
    if (account_known(visit->page->accounts, name, known))
        set_cookie(visit, COOKIE_KNOWN, known, KNOWN_S);
    visit_go(visit, "%.*s", TEXT_FMT(to));
    fprintf(stderr, "pathwayd-page: %s signed in\n", who);
}

static const struct {
    unsigned code;
    const char *sentence, *log;
} verdicts[] = {
    [ACCOUNT_WRONG] =
        {403, "The name, the password or the code is not right. After five failures a name has to wait.",
         "a sign-in failed"},
    [ACCOUNT_LOCKED] = {429, "That name failed too often and has to wait, a quarter of an hour at most.",
                        "a sign-in was refused for having failed too often"},
    [ACCOUNT_BUSY] = {503, "Too many people sign in just now. Try again in a moment.",
                      "a sign-in had to wait"},
    [ACCOUNT_BROKEN] = {500,
                        "Nobody can sign in now: the accounts cannot be read. Tell whoever runs this page.",
                        "the accounts cannot be read"},
};

/* A name is logged only when it is somebody's: people type their passwords there. */
void view_signing_in(struct visit *visit)
{
    struct pw_text name = form_value(&visit->form, "name");
    if (visit->page->proxied) {
        visit_fail(visit, 404, "Not found", PW_TEXT("There is no such page."));
        return;
    }
    enum account_verdict verdict =
        name.length == 0 || name.length >= SESSION_WHO
            ? ACCOUNT_WRONG
            : account_check(
                  visit->page->accounts,
                  &(struct attempt){.name = name,
                                    .password = form_value(&visit->form, "password"),
                                    .code = form_value(&visit->form, "code"),
                                    .known = page_cookie(visit->page, visit->ask->cookie, COOKIE_KNOWN),
                                    .now_ms = visit->ask->now_ms,
                                    .steady_ms = visit->ask->steady_ms});
    if (verdict == ACCOUNT_GOOD) {
        signed_in(visit, name);
        return;
    }
    visit->reply->code = verdicts[verdict].code;
    visit->reply->retry_s = verdict == ACCOUNT_BUSY     ? 2
                            : verdict == ACCOUNT_LOCKED ? ACCOUNT_LOCK_MOST_MS / 1000
                                                        : 0;
    fprintf(stderr, "pathwayd-page: %s\n", verdicts[verdict].log);
    put_form(visit, verdicts[verdict].sentence);
}

void view_sign_out(struct visit *visit)
{
    if (!visit->page->proxied)
        session_end(visit->page->sessions, page_cookie(visit->page, visit->ask->cookie, COOKIE_SESSION));
    set_cookie(visit, COOKIE_SESSION, "", -1);
    visit_go(visit, "sign-in?out=1");
}
