/* SPDX-License-Identifier: Apache-2.0
 *
 * visit.c: see visit.h. A form's token is a MAC over the visitor, the address and the case's revision, so none can be
 * used elsewhere; and since every act gives the case another revision, none twice.
 */
#include "page/visit.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json/json.h"
#include "page/style.h"

/* ---- the frame ----------------------------------------------------------------------------------------- */

static const struct {
    const char *path, *word;
} menu[] = {{"", "Queue"}, {"report", "Report"}, {"health", "Health"}};

static void put_menu(struct visit *visit, const char *here)
{
    const char *base = visit->page->base;
    html(visit->out, "<nav aria-label=\"Pages\"><ul>");
    for (size_t i = 0; i < sizeof(menu) / sizeof(menu[0]); i++) {
        bool current = here && strcmp(here, menu[i].word) == 0;
        html(visit->out, "<li><a href=\"%s%s\"%r>%s</a></li>", base, menu[i].path,
             current ? " aria-current=\"page\"" : "", menu[i].word);
    }
    html(visit->out,
         "</ul></nav><form role=\"search\" action=\"%ssearch\"><label for=\"q\">Number, title, engagement or "
         "unit</label>"
         "<input id=\"q\" name=\"q\" type=\"search\" maxlength=\"200\" "
         "value=\"%v\"><button>Find</button></form>",
         base, form_value(&visit->query, "q"));
}

static void put_visitor(struct visit *visit)
{
    html(visit->out, "<div class=\"who\"><span>%s</span>", visit->visitor.who);
    if (!visit->page->proxied) {
        visit_form(visit, "sign-out", 0);
        html(visit->out, "<button class=\"quiet\">Sign out</button></form>");
    }
    html(visit->out, "</div>");
}

void visit_begin(struct visit *visit, const char *title, const char *here)
{
    const char *base = visit->page->base;
    html(
        visit->out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s \xc2\xb7 pathwayd</title>"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\">"
        "<link rel=\"stylesheet\" href=\"%sstyle.css?%s\"><link rel=\"icon\" href=\"%sicon.svg?%s\"></head>\n"
        "<body><a class=\"skip\" href=\"#main\">Skip to the content</a><header><a class=\"name\" "
        "href=\"%s\">pathwayd</a>",
        title, base, style_version, base, style_version, base);
    if (visit->visitor.who[0]) {
        put_menu(visit, here);
        put_visitor(visit);
    }
    html(visit->out, "</header>\n<main id=\"main\" tabindex=\"-1\">\n");
}

void visit_end(struct visit *visit)
{
    html(visit->out, "</main>\n<footer>The system recommends; a person decides.</footer></body></html>\n");
}

void visit_fail(struct visit *visit, unsigned code, const char *title, struct pw_text sentence)
{
    buffer_clear(visit->out);
    visit->reply->code = code;
    visit_begin(visit, title, NULL);
    html(visit->out, "<h1>%s</h1><p>%t</p><p><a href=\"%s\">To the queue</a></p>\n", title, sentence,
         visit->page->base);
    visit_end(visit);
}

unsigned visit_status(const struct answer *answer)
{
    static const struct {
        const char *word;
        unsigned code;
    } codes[] = {{"not_found", 404},   {"role", 403},  {"two_people", 403},
                 {"changed", 409},     {"state", 409}, {"off", 409},
                 {"bad_request", 422}, {"busy", 503},  {"away", 503}};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (text_is(answer->code, codes[i].word))
            return codes[i].code;
    return 502;
}

void visit_refused(struct visit *visit, const struct answer *answer)
{
    unsigned code = visit_status(answer);
    visit->reply->retry_s = code == 503 ? 5 : 0;
    visit_fail(visit, code,
               code == 404   ? "Not found"
               : code == 403 ? "Not for you"
               : code == 503 ? "Not now"
                             : "That did not work",
               answer->error.length ? answer->error : PW_TEXT("pathwayd refused without saying why."));
}

void visit_go(struct visit *visit, const char *format, ...)
{
    va_list arguments;
    size_t length = strlen(visit->page->base);
    va_start(arguments, format);
    visit->reply->code = 303;
    snprintf(visit->reply->location, PAGE_LOCATION, "%s", visit->page->base);
    vsnprintf(visit->reply->location + length, PAGE_LOCATION - length, format, arguments);
    va_end(arguments);
}

/* ---- forms --------------------------------------------------------------------------------------------- */

void visit_token(const struct visit *visit, struct pw_text action, uint64_t revision,
                 char ret_token[VISIT_TOKEN])
{
    unsigned char mac[crypto_auth_BYTES], message[PAGE_LOCATION];
    int length = snprintf((char *)message, sizeof(message), "%llu %.*s", (unsigned long long)revision,
                          (int)(action.length > 400 ? 400 : action.length), action.data ? action.data : "");
    crypto_auth(mac, message, (unsigned long long)length, visit->visitor.secret);
    sodium_bin2base64(ret_token, VISIT_TOKEN, mac, sizeof(mac), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void visit_form(struct visit *visit, const char *action, uint64_t revision)
{
    char token[VISIT_TOKEN];
    visit_token(visit, text_of(action), revision, token);
    html(visit->out,
         "<form method=\"post\" action=\"%s%v\"><input type=\"hidden\" name=\"token\" value=\"%s\">"
         "<input type=\"hidden\" name=\"revision\" value=\"%u\">",
         visit->page->base, text_of(action), token, revision);
}

static uint64_t number(struct pw_text text)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.length && i < 18 && text.data[i] >= '0' && text.data[i] <= '9'; i++)
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    return value;
}

uint64_t visit_number(const struct visit *visit, const char *name)
{
    return number(form_value(&visit->query, name));
}

uint64_t visit_form_revision(const struct visit *visit)
{
    return number(form_value(&visit->form, "revision"));
}

bool visit_form_is_ours(struct visit *visit)
{
    char token[VISIT_TOKEN];
    struct pw_text sent = form_value(&visit->form, "token");
    visit_token(visit, visit->path, visit_form_revision(visit), token);
    return sent.length == VISIT_TOKEN - 1 && sodium_memcmp(sent.data, token, VISIT_TOKEN - 1) == 0;
}

/* ---- who it is ----------------------------------------------------------------------------------------- */

const struct config_person *visit_person(const struct visit *visit)
{
    const struct config *config = visit->page->config;
    for (uint32_t i = 0; i < config->person_count; i++)
        if (config->people[i].sign_in && strcmp(config->people[i].sign_in, visit->visitor.who) == 0)
            return &config->people[i];
    return NULL;
}

struct pw_text visit_actor(const struct visit *visit)
{
    const struct config_person *person = visit_person(visit);
    return text_of(person && person->account ? person->account : visit->visitor.who);
}

struct pw_text visit_name(const struct visit *visit)
{
    const struct config_person *person = visit_person(visit);
    return person && person->reviewer ? text_of(person->reviewer) : visit_actor(visit);
}

/* ---- asking the daemon --------------------------------------------------------------------------------- */

void visit_request(const struct visit *visit, struct buffer *request, const char *op)
{
    json_write_begin(request, '{');
    json_member_string(request, "op", op);
    json_member_string(request, "as", visit->visitor.who);
}

void visit_ask(struct visit *visit, struct buffer *request, struct answer *ret_answer)
{
    json_write_end(request, '}');
    inquiry_ask(visit->page->inquiries, request, ret_answer);
    buffer_release(request);
}
