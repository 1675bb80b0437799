/* SPDX-License-Identifier: Apache-2.0
 *
 * page.h: the reviewers' page, one request at a time and without sockets: a request in, a reply out. server.c carries them.
 *
 *     browser ──▶ server.c ──▶ page_answer ──▶ a view (queue.c, case.c, …) ──▶ inquiry.c ──▶ control endpoint
 *
 * The page keeps nothing but who has signed in. What it shows and does, it asks the daemon for, on behalf of whoever signed
 * in ("as"), and the daemon checks it as it checks pathwayctl. There is no script; forms and links do everything. A GET
 * changes nothing but the record that somebody looked.
 *
 * page_answer may run on any number of threads at once.
 */
#ifndef PATHWAYD_PAGE_PAGE_H
#define PATHWAYD_PAGE_PAGE_H

#include "config/config.h"
#include "json/buffer.h"
#include "page/account.h"
#include "page/inquiry.h"
#include "page/session.h"

#define PAGE_LOCATION 512u
#define PAGE_COOKIE   512u
#define COOKIE_NAME   32u

enum cookie {
    COOKIE_SESSION,
    COOKIE_FORM, /* of somebody who has not signed in yet */
    COOKIE_KNOWN /* of a browser in which somebody has before */
};

struct page {
    const struct config *config;
    const char *base;      /* path under which it is reached, with slashes at both ends: "/" */
    bool secure;           /* it is reached by https */
    bool proxied;          /* a proxy says who it is; else accounts do */
    unsigned char key[32]; /* of this run, for forms */
    struct inquiries *inquiries;
    struct sessions *sessions;
    struct accounts *accounts; /* NULL behind a proxy */
};

/* As server.c has read it; nothing here is to be believed. */
struct ask {
    bool post;
    struct pw_text path, query; /* as they were sent */
    struct pw_text cookie;      /* the header */
    struct pw_text body;        /* of a POST */
    struct pw_text user;        /* what the proxy says, empty: nothing */
    bool cross_site;            /* a link on another site led here (Fetch Metadata) */
    int64_t now_ms;             /* by the calendar */
    int64_t steady_ms;          /* by a clock that nobody sets */
};

struct reply { /* zeroed: empty */
    unsigned code;
    const char *type; /* NULL: HTML */
    struct buffer body;
    bool lasting; /* it is the same for everybody, for ever: its address names its content */
    char location[PAGE_LOCATION];
    char cookies[2][PAGE_COOKIE]; /* "": none */
    unsigned retry_s;             /* 0: not said */
};

void page_answer(struct page *page, const struct ask *ask, struct reply *reply);
void page_cookie_name(const struct page *page, enum cookie cookie, char ret_name[COOKIE_NAME]);
/* Its value in that header; one that is there twice, or not at all, is empty. */
struct pw_text page_cookie(const struct page *page, struct pw_text header, enum cookie cookie);
struct pw_text page_cookie_value(struct pw_text header, const char *name);
void reply_release(struct reply *reply);

#endif
