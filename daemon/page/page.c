/* SPDX-License-Identifier: Apache-2.0
 *
 * page.c: finds out who asks, and which view answers. What is in no row of the table is not there.
 */
#include "page/page.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "json/json.h"
#include "page/case.h"

struct route {
    const char *path; /* one that ends with a slash stands for all that begin with it */
    bool post;
    bool open; /* for those who have not signed in */
    void (*view)(struct visit *visit);
};

static const struct route routes[] = {
    {"", false, false, view_queue},           {"case/", false, false, view_case},
    {"case/", true, false, view_act},         {"search", false, false, view_search},
    {"health", false, false, view_health},    {"report", false, false, view_report},
    {"sign-in", false, true, view_sign_in},   {"sign-in", true, true, view_signing_in},
    {"sign-out", true, false, view_sign_out}, {"style.css", false, true, view_style},
    {"icon.svg", false, true, view_icon},
};

static bool leads(const struct route *route, struct pw_text path)
{
    size_t length = strlen(route->path);
    bool folder = length > 0 && route->path[length - 1] == '/';
    return folder ? path.length > length && memcmp(path.data, route->path, length) == 0
                  : text_is(path, route->path);
}

/* *ret_other: it is there, but for the other method. */
static const struct route *find_route(const struct visit *visit, bool *ret_other)
{
    *ret_other = false;
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (!leads(&routes[i], visit->path))
            continue;
        if (routes[i].post == visit->ask->post)
            return &routes[i];
        *ret_other = true;
    }
    return NULL;
}

/* ---- who it is ----------------------------------------------------------------------------------------- */

/* A browser takes names with these prefixes only by https, and the first only without a domain (RFC 6265bis, 4.1.3): then no
 * other host under the same domain can set one. */
void page_cookie_name(const struct page *page, enum cookie cookie, char ret_name[COOKIE_NAME])
{
    static const char *const names[] = {[COOKIE_SESSION] = "pathwayd_session",
                                        [COOKIE_FORM] = "pathwayd_form",
                                        [COOKIE_KNOWN] = "pathwayd_known"};
    const char *prefix = !page->secure ? "" : strcmp(page->base, "/") == 0 ? "__Host-" : "__Secure-";
    snprintf(ret_name, COOKIE_NAME, "%s%s", prefix, names[cookie]);
}

struct pw_text page_cookie(const struct page *page, struct pw_text header, enum cookie cookie)
{
    char name[COOKIE_NAME];
    page_cookie_name(page, cookie, name);
    return page_cookie_value(header, name);
}

struct pw_text page_cookie_value(struct pw_text header, const char *name)
{
    struct pw_text found = {0};
    size_t length = strlen(name);
    uint32_t times = 0;
    for (size_t from = 0; from < header.length;) {
        const char *end = memchr(header.data + from, ';', header.length - from);
        size_t to = end ? (size_t)(end - header.data) : header.length;
        while (from < to && header.data[from] == ' ')
            from++;
        if (to - from > length && memcmp(header.data + from, name, length) == 0 &&
            header.data[from + length] == '=') {
            found = (struct pw_text){header.data + from + length + 1, to - from - length - 1};
            times++;
        }
        from = to + 1;
    }
    return times == 1 ? found : (struct pw_text){0};
}

/* By the name and not by the session, so that a form outlives it: whoever signs in anew can still send what they wrote. */
void page_secret(const struct page *page, enum page_who who, struct pw_text name,
                 unsigned char ret_secret[VISIT_SECRET])
{
    const unsigned char kind = (unsigned char)who;
    crypto_generichash_state state;
    crypto_generichash_init(&state, page->key, sizeof(page->key), VISIT_SECRET);
    crypto_generichash_update(&state, &kind, 1);
    crypto_generichash_update(&state, (const unsigned char *)name.data, name.length);
    crypto_generichash_final(&state, ret_secret, VISIT_SECRET);
}

/* NUL, or a name longer than any that signs in, is nobody. */
static void find_by_proxy(struct visit *visit)
{
    struct pw_text user = visit->ask->user;
    if (user.length == 0 || user.length >= SESSION_WHO || memchr(user.data, '\0', user.length))
        return;
    snprintf(visit->visitor.who, sizeof(visit->visitor.who), "%.*s", TEXT_FMT(user));
    page_secret(visit->page, PAGE_PROXIED, user, visit->visitor.secret);
}

static void find_visitor(struct visit *visit)
{
    const struct ask *ask = visit->ask;
    struct page *page = visit->page;
    if (page->proxied)
        find_by_proxy(visit);
    else if (session_find(page->sessions, page_cookie(page, ask->cookie, COOKIE_SESSION), ask->steady_ms,
                          visit->visitor.who))
        page_secret(page, PAGE_SIGNED_IN, text_of(visit->visitor.who), visit->visitor.secret);
    else
        page_secret(page, PAGE_NOBODY, page_cookie(page, ask->cookie, COOKIE_FORM), visit->visitor.secret);
}

/* ---- answering ----------------------------------------------------------------------------------------- */

static void refuse_form(struct visit *visit)
{
    act_give_back(
        visit, 403, "That form has expired",
        PW_TEXT("Nothing was done. The form was not made for you, here and now: go back, load the page anew, "
                "and send it again."));
}

/* From a link in a letter that is read in a browser, say: the session's cookie does not come along (SameSite=Strict), but
 * does when this page leads on to the very same address. */
static void lead_on(struct visit *visit)
{
    const struct ask *ask = visit->ask;
    const char *mark = ask->query.length ? "?" : "";
    html(visit->out,
         "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>pathwayd</title>"
         "<meta http-equiv=\"refresh\" content=\"0; url=%v%s%v\"></head>"
         "<body><p><a href=\"%v%s%v\">Continue</a></p></body></html>\n",
         ask->path, mark, ask->query, ask->path, mark, ask->query);
}

static void send_to_sign_in(struct visit *visit)
{
    if (visit->page->proxied)
        visit_fail(visit, 403, "Who are you?",
                   PW_TEXT("The proxy in front of this page did not say who signed in."));
    else if (visit->ask->cross_site && !visit->ask->post)
        lead_on(visit);
    else if (text_is(visit->path, "sign-out"))
        visit_go(visit, "sign-in?out=1");
    else if (visit->ask->post)
        act_give_back(
            visit, 403, "You are signed out",
            PW_TEXT("Nothing was done. Sign in in another tab, go back here, and send the form again."));
    else
        visit_go(visit, "sign-in?to=%.*s", (int)(visit->path.length > 100 ? 0 : visit->path.length),
                 visit->path.data);
}

static void run(struct visit *visit)
{
    bool other;
    const struct route *route = find_route(visit, &other);
    const struct ask *ask = visit->ask;
    if (form_read(&visit->query, ask->query) != 0 || (ask->post && form_read(&visit->form, ask->body) != 0))
        visit_fail(visit, 400, "That was garbled",
                   PW_TEXT("What was sent with the address or the form cannot be read."));
    else if (!route && other)
        visit_fail(visit, 405, "Not that way", PW_TEXT("This address cannot be used in that way."));
    else if (!route)
        visit_fail(visit, 404, "Not found", PW_TEXT("There is no such page."));
    else if (!route->open && !visit->visitor.who[0])
        send_to_sign_in(visit);
    else if (route->post && !visit_form_is_ours(visit))
        refuse_form(visit);
    else
        route->view(visit);
}

/* What an address of ours consists of; everything else is nobody's, whatever it would decode to. */
static bool is_plain(struct pw_text path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./";
    for (size_t i = 0; i < path.length; i++)
        if (!path.data[i] || !strchr(plain, path.data[i]))
            return false;
    return true;
}

void page_answer(struct page *page, const struct ask *ask, struct reply *reply)
{
    struct visit visit = {.page = page, .ask = ask, .reply = reply, .out = &reply->body};
    size_t base = strlen(page->base);
    reply->code = 200;
    find_visitor(&visit);
    if (ask->path.length >= base && memcmp(ask->path.data, page->base, base) == 0 && is_plain(ask->path)) {
        visit.path = (struct pw_text){ask->path.data + base, ask->path.length - base};
        run(&visit);
    } else {
        visit_fail(&visit, 404, "Not found", PW_TEXT("There is no such page."));
    }
    form_release(&visit.query);
    form_release(&visit.form);
    sodium_memzero(&visit.visitor, sizeof(visit.visitor));
}

void reply_release(struct reply *reply)
{
    buffer_release(&reply->body);
}
