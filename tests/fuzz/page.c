/* SPDX-License-Identifier: Apache-2.0
 *
 * Any request to the page behind a proxy, with the daemon away: the reply is sound HTML, and leads nowhere else. A form's token
 * is put in where the input asks for it, so that what lies behind is reached.
 */
#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/markup.h"
#include "json/json.h"
#include "page/visit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config_queue queues[] = {{.name = "labs"}};
static struct config config = {.page = "https://reviews.example.edu/r/",
                               .type_prefix = "org.pathwayd.",
                               .queues = queues,
                               .queue_count = 1};
static struct page page = {.config = &config, .base = "/r/", .secure = true};

static void require(int condition)
{
    if (!condition)
        abort();
}

static void begin(void)
{
    require(sodium_init() >= 0);
    page.sessions = sessions_new();
    require(page.sessions != NULL);
    require(inquiries_open("ipc:///nonexistent/control", 1, 0, &page.inquiries) == 0);
}

/* What comes before the next 0xff, which no text holds; a copy of the exact size. */
static struct pw_text cut(const uint8_t **data, size_t *size)
{
    const uint8_t *end = *size ? memchr(*data, 0xff, *size) : NULL;
    size_t length = end ? (size_t)(end - *data) : *size;
    char *bytes = malloc(length + !length);
    require(bytes != NULL);
    if (length)
        memcpy(bytes, *data, length);
    *data += length + (end != NULL);
    *size -= length + (end != NULL);
    return (struct pw_text){bytes, length};
}

/* The form is one that was made for the visitor. */
static void sign(const struct ask *ask, struct buffer *body)
{
    char token[VISIT_TOKEN];
    size_t base = strlen(page.base);
    struct visit visit = {.page = &page};
    page_secret(&page, PAGE_PROXIED, ask->user, visit.visitor.secret);
    if (ask->path.length < base)
        return;
    visit_token(&visit, (struct pw_text){ask->path.data + base, ask->path.length - base}, 7, token);
    buffer_format(body, "token=%s&revision=7&", token);
}

static void check(const struct reply *reply)
{
    const char *at;
    require(!reply->body.failed && reply->code >= 200 && reply->code < 600);
    if (!reply->type) {
        const char *wrong = markup_wrong(buffer_view(&reply->body), &at);
        if (wrong)
            fprintf(stderr, "%s at %.200s\n", wrong, at);
        require(!wrong);
    }
    require(strlen(reply->location) < PAGE_LOCATION && !strpbrk(reply->location, "\r\n\\ "));
    require(!reply->location[0] ||
            (strncmp(reply->location, page.base, strlen(page.base)) == 0 && reply->location[3] != '/'));
    require(!strpbrk(reply->cookies[0], "\r\n") &&
            (!reply->cookies[0][0] || strstr(reply->cookies[0], "; Secure; ")));
    require((reply->location[0] != '\0') == (reply->code == 303));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!page.inquiries)
        begin();
    if (size < 1)
        return 0;
    uint8_t flags = *data++;
    size--;
    struct buffer body = {0};
    struct ask ask = {.post = flags & 1, .cross_site = (flags & 2) != 0, .now_ms = INT64_C(1795941840000)};
    page.proxied = !(flags & 4);
    ask.path = cut(&data, &size);
    ask.query = cut(&data, &size);
    ask.cookie = cut(&data, &size);
    ask.user = cut(&data, &size);
    if (flags & 8)
        sign(&ask, &body);
    buffer_append(&body, data, size);
    ask.body = buffer_view(&body);
    /* Without a proxy nobody gets as far as to an account: there are none, and a form of theirs is not to be had. */
    struct reply reply = {0};
    page_answer(&page, &ask, &reply);
    check(&reply);
    reply_release(&reply);
    buffer_release(&body);
    free((char *)(uintptr_t)ask.path.data);
    free((char *)(uintptr_t)ask.query.data);
    free((char *)(uintptr_t)ask.cookie.data);
    free((char *)(uintptr_t)ask.user.data);
    return 0;
}
