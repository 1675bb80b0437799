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

static void set_cookie(struct visit *visit, const char *name, const char *value, bool ended)
{
    snprintf(visit->reply->cookie, sizeof(visit->reply->cookie),
             "%s=%s; Path=%s; HttpOnly; Secure; SameSite=Strict%s", name, value, visit->page->base,
             ended ? "; Max-Age=0" : "");
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

/* A fresh cookie, which the form's token then follows from. */
static void begin_form(struct visit *visit)
{
    unsigned char bytes[24], key[SESSION_SECRET];
    char value[sodium_base64_ENCODED_LEN(sizeof(bytes), sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(value, sizeof(value), bytes, sizeof(bytes), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    set_cookie(visit, PAGE_FORM_COOKIE, value, false);
    page_form_secret(visit->page, text_of(value), key);
    memcpy(visit->session.secret, key, sizeof(key));
}

static void put_form(struct visit *visit, const char *trouble)
{
    struct pw_text to = destination(visit), name = form_value(&visit->form, "name");
    visit->session.who[0] = '\0';
    begin_form(visit);
    visit_begin(visit, "Sign in", NULL);
    html(visit->out, "<div class=\"narrow\"><h1>Sign in</h1>");
    if (trouble)
        html(visit->out, "<p class=\"alert\" role=\"alert\">%s</p>", trouble);
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
    if (visit->page->config->page_server.second_factor)
        html(visit->out,
             "<p><label for=\"code\">Code of six digits, from your authenticator</label><input id=\"code\" "
             "name=\"code\" "
             "inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"6\" required></p>");
    html(visit->out, "<p><button>Sign in</button></p></form></div>\n");
    visit_end(visit);
}

void view_sign_in(struct visit *visit)
{
    if (visit->page->proxied || visit->session.who[0])
        visit_go(visit, "%s", "");
    else
        put_form(visit, NULL);
}

static void signed_in(struct visit *visit, struct pw_text name)
{
    char who[SESSION_WHO], token[SESSION_TOKEN];
    struct pw_text to = destination(visit);
    snprintf(who, sizeof(who), "%.*s", TEXT_FMT(name));
    session_begin(visit->page->sessions, who, visit->ask->now_ms, token);
    set_cookie(visit, PAGE_COOKIE, token, false);
    visit_go(visit, "%.*s", TEXT_FMT(to));
    fprintf(stderr, "pathwayd-page: %s signed in\n", who);
}

static const struct {
    unsigned code;
    const char *sentence, *log;
} verdicts[] = {
    [ACCOUNT_WRONG] = {403, "Name, password or code is wrong. After five failures a name has to wait.",
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
            : account_check(visit->page->accounts, name, form_value(&visit->form, "password"),
                            form_value(&visit->form, "code"), visit->ask->now_ms);
    if (verdict == ACCOUNT_GOOD) {
        signed_in(visit, name);
        return;
    }
    visit->reply->code = verdicts[verdict].code;
    visit->reply->retry_s = verdict == ACCOUNT_BUSY     ? 2
                            : verdict == ACCOUNT_LOCKED ? ACCOUNT_LOCK_MS / 1000
                                                        : 0;
    fprintf(stderr, "pathwayd-page: %s\n", verdicts[verdict].log);
    put_form(visit, verdicts[verdict].sentence);
}

void view_sign_out(struct visit *visit)
{
    if (!visit->page->proxied)
        session_end(visit->page->sessions, page_cookie(visit->ask->cookie, PAGE_COOKIE));
    set_cookie(visit, PAGE_COOKIE, "", true);
    visit_go(visit, "sign-in");
}
