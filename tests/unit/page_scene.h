/* SPDX-License-Identifier: Apache-2.0
 *
 * page_scene.h: the page without a server in front of it; requests to it, and what it replies, which is looked over each time.
 */
#ifndef PATHWAYD_TESTS_PAGE_SCENE_H
#define PATHWAYD_TESTS_PAGE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "json/json.h"
#include "markup.h"
#include "page/visit.h"

#define NOW INT64_C(1795941840000)

static struct config_reviewer reviewers[] = {
    {.name = "ann"}, {.name = "ben.c_d"}, {.name = "<i>\"'&x\xe2\x80\xae"}};
static struct config_queue queues[] = {{.name = "labs"}, {.name = "<i>\"'&\xc3\xa4"}};
static struct config_person people[] = {{.sign_in = "ann@example.edu", .roles = ROLE_ALL}};
static struct config config = {.page = "https://reviews.example.edu/",
                               .type_prefix = "org.pathwayd.",
                               .reviewers = reviewers,
                               .reviewer_count = 3,
                               .queues = queues,
                               .queue_count = 2,
                               .people = people,
                               .person_count = 1};
static struct page page = {.config = &config, .base = "/", .secure = true};
static struct reply reply;
static char folder[] = "/tmp/pathwayd-page-XXXXXX", url[64];

static int scene_begin(int patience_ms)
{
    if (sodium_init() < 0 || !mkdtemp(folder))
        return -1;
    snprintf(url, sizeof(url), "ipc://%s/control", folder);
    randombytes_buf(page.key, sizeof(page.key));
    page.sessions = sessions_new();
    return page.sessions ? inquiries_open(url, 2, patience_ms, &page.inquiries) : -1;
}

static int scene_end(void)
{
    char path[80];
    reply_release(&reply);
    inquiries_close(page.inquiries);
    sessions_free(page.sessions);
    accounts_free(page.accounts);
    snprintf(path, sizeof(path), "%s/accounts.json", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/control", folder);
    unlink(path);
    return rmdir(folder);
}

static const char *body(void)
{
    return reply.body.length ? reply.body.data : "";
}

/* The reply's code. */
static unsigned ask(struct ask ask)
{
    const char *at;
    reply_release(&reply);
    reply = (struct reply){0};
    ask.now_ms = ask.now_ms ? ask.now_ms : NOW;
    ask.steady_ms = ask.steady_ms ? ask.steady_ms : ask.now_ms;
    page_answer(&page, &ask, &reply);
    assert_false(reply.body.failed);
    const char *wrong = reply.type ? NULL : markup_wrong(buffer_view(&reply.body), &at);
    if (wrong)
        fail_msg("%.*s: %s at \"%.200s\"", TEXT_FMT(ask.path), wrong, at);
    return reply.code;
}

/* Somebody's cookie, and who they are by it. */
struct guest {
    char cookie[COOKIE_NAME + SESSION_TOKEN];
    struct visitor is;
};

static void sign_in(struct guest *guest, const char *who)
{
    char token[SESSION_TOKEN], name[COOKIE_NAME];
    session_begin(page.sessions, who, NOW, token);
    page_cookie_name(&page, COOKIE_SESSION, name);
    snprintf(guest->cookie, sizeof(guest->cookie), "%s=%s", name, token);
    assert_true(session_find(page.sessions, text_of(token), NOW, guest->is.who));
    page_secret(&page, PAGE_SIGNED_IN, text_of(guest->is.who), guest->is.secret);
}

static unsigned get(const struct guest *guest, const char *path, const char *query)
{
    return ask((struct ask){.path = text_of(path),
                            .query = text_of(query),
                            .cookie = guest ? text_of(guest->cookie) : (struct pw_text){0}});
}

static unsigned post(const struct guest *guest, const char *path, const char *fields)
{
    return ask((struct ask){.post = true,
                            .path = text_of(path),
                            .body = text_of(fields),
                            .cookie = guest ? text_of(guest->cookie) : (struct pw_text){0}});
}

/* The fields of a form for that action, with its token. */
static const char *fields_for(const struct guest *guest, const char *action, uint64_t revision,
                              const char *more)
{
    static char fields[4096];
    char token[VISIT_TOKEN];
    struct visit visit = {.page = &page, .visitor = guest->is};
    visit_token(&visit, text_of(action), revision, token);
    snprintf(fields, sizeof(fields), "token=%s&revision=%llu%s", token, (unsigned long long)revision, more);
    return fields;
}

#endif
