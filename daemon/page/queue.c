/* SPDX-License-Identifier: Apache-2.0
 *
 * queue.c: what waits for somebody: their own cases, and their queues' by urgency; and what a search finds.
 */
#include <stdio.h>
#include <string.h>
#include "json/json.h"
#include "page/shared.h"
#include "page/visit.h"

#define QUEUE_ROWS "50" /* of a list on one page: what a person looks through */

/* ---- one case of a list -------------------------------------------------------------------------------- */

static void put_row(struct visit *visit, const struct answer *answer, uint32_t row)
{
    struct buffer *out = visit->out;
    struct pw_text title = answer_text(answer, row, "title"), whose = answer_text(answer, row, "assignee");
    html(out, "<li><a href=\"%scase/%v\">%t</a> ", visit->page->base, answer_text(answer, row, "case"),
         title.length ? title : answer_text(answer, row, "engagement_id"));
    shared_level(out, answer, row);
    html(out, "<span class=\"meta\">%t \xc2\xb7 ", answer_text(answer, row, "case"));
    if (answer_is(answer, row, "state", "proposed"))
        html(out, "<strong>proposed, needs a second person</strong>");
    else
        html_words(out, answer_text(answer, row, "state"));
    if (whose.length)
        html(out, " \xc2\xb7 %t", whose);
    html(out, " \xc2\xb7 ");
    shared_list(out, answer, row, "pathways");
    if (answer_text(answer, row, "unit").length)
        html(out, " \xc2\xb7 %t", answer_text(answer, row, "unit"));
    shared_due(out, answer_text(answer, row, "decide_by"), visit->ask->now_ms);
    html(out, "</span></li>\n");
}

/* How many were shown. `but`: whose cases are not. */
static uint32_t put_rows(struct visit *visit, const struct answer *answer, struct pw_text but)
{
    uint32_t count = 0;
    for (uint32_t row = json_first(&answer->document, answer->result); row != PW_NODE_NONE;
         row = answer_next(answer, row)) {
        if (but.length && text_equal(answer_text(answer, row, "assignee"), but))
            continue;
        html(visit->out, count++ ? "" : "<ol class=\"cases\">\n");
        put_row(visit, answer, row);
    }
    if (count > 0)
        html(visit->out, "</ol>\n");
    return count;
}

/* ---- lists of the queue page --------------------------------------------------------------------------- */

struct list {
    const char *title;
    bool mine;
    const char *queue; /* "": cases in none; NULL: not by queue */
    const char *level; /* at least */
    uint64_t after;
};

static bool ask_list(struct visit *visit, const struct list *list, struct answer *answer)
{
    struct buffer request = {0};
    visit_request(visit, &request, "case.list");
    json_member_string(&request, "open", "1");
    if (list->mine) {
        json_member_string(&request, "mine", "1");
    } else {
        json_member_string(&request, "urgent", "1");
        json_member_string(&request, "queue", list->queue);
    }
    if (list->level)
        json_member_string(&request, "min_level", list->level);
    json_write_key(&request, "limit");
    buffer_string(&request, QUEUE_ROWS);
    if (list->after)
        json_member_unsigned(&request, "after", list->after);
    visit_ask(visit, &request, answer);
    return answer->good;
}

static void put_address(struct buffer *out, const char *key, struct pw_text value)
{
    html(out, "%s", key);
    html_address(out, value);
}

static void put_more(struct visit *visit, const struct list *list, const struct answer *answer)
{
    if (answer->next == 0)
        return;
    html(visit->out, "<p><a href=\"%s?", visit->page->base);
    if (list->mine)
        html(visit->out, "mine=1");
    else
        put_address(visit->out, "queue=", text_of(list->queue));
    if (list->level)
        html(visit->out, "&amp;level=%s", list->level);
    html(visit->out, "&amp;after=%u\">The next of \xe2\x80\x9c%s\xe2\x80\x9d</a></p>\n", answer->next,
         list->title);
}

/* Whose queues; NULL: all. */
static char *const *queues_of(const struct visit *visit)
{
    const struct config_person *person = visit_person(visit);
    return person && !(person->roles & ROLE_AUDITOR) ? person->queues : NULL;
}

/* false: the daemon refused, and the visit is answered. */
static bool put_list(struct visit *visit, const struct list *list, bool even_empty)
{
    struct answer answer;
    bool good = ask_list(visit, list, &answer);
    if (!good) {
        visit_refused(visit, &answer);
    } else if (even_empty || json_count(&answer.document, answer.result) > 0) {
        html(visit->out, "<section><h2>%s</h2>\n", list->title);
        if (put_rows(visit, &answer, list->mine ? (struct pw_text){0} : visit_name(visit)) == 0)
            html(visit->out,
                 answer.next ? "<p>None on this page; more follow.</p>\n" : "<p>Nothing waits here.</p>\n");
        put_more(visit, list, &answer);
        html(visit->out, "</section>\n");
    }
    inquiry_release(&answer);
    return good;
}

static bool has(char *const *names, const char *name)
{
    if (!names)
        return true;
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static const char *known_level(const struct visit *visit)
{
    static const char *const levels[] = {"suggested", "recommended", "required", "prohibited"};
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        if (text_is(form_value(&visit->query, "level"), levels[i]))
            return levels[i];
    return NULL;
}

static void put_filter(struct visit *visit, const char *level)
{
    static const char *const levels[][2] = {{"", "all levels"},
                                            {"recommended", "recommended or above"},
                                            {"required", "required or above"},
                                            {"prohibited", "prohibited"}};
    html(visit->out,
         "<form class=\"filter\" action=\"%s\"><label for=\"level\">Level</label><select id=\"level\" "
         "name=\"level\">",
         visit->page->base);
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        html(visit->out, "<option value=\"%s\"%r>%s</option>", levels[i][0],
             level && strcmp(level, levels[i][0]) == 0 ? " selected" : "", levels[i][1]);
    html(visit->out, "</select><button class=\"quiet\">Show</button></form>\n");
}

static bool put_lists(struct visit *visit, const char *level)
{
    const struct config *config = visit->page->config;
    char *const *queues = queues_of(visit);
    bool good = put_list(visit, &(struct list){.title = "Yours", .mine = true, .level = level}, true);
    for (uint32_t i = 0; good && i < config->queue_count; i++)
        if (has(queues, config->queues[i].name))
            good = put_list(visit,
                            &(struct list){.title = config->queues[i].name,
                                           .queue = config->queues[i].name,
                                           .level = level},
                            true);
    return good && put_list(visit,
                            &(struct list){.title = config->queue_count ? "In no queue" : "Everybody's",
                                           .queue = "",
                                           .level = level},
                            config->queue_count == 0);
}

/* One list alone, from where it was left. */
static bool put_rest(struct visit *visit, const char *level)
{
    const struct config *config = visit->page->config;
    struct pw_text queue = form_value(&visit->query, "queue");
    struct list list = {
        .title = "Everybody's", .queue = "", .level = level, .after = visit_number(visit, "after")};
    if (text_is(form_value(&visit->query, "mine"), "1"))
        list = (struct list){.title = "Yours", .mine = true, .level = level, .after = list.after};
    for (uint32_t i = 0; i < config->queue_count; i++)
        if (text_is(queue, config->queues[i].name))
            list.title = list.queue = config->queues[i].name;
    return put_list(visit, &list, true);
}

void view_queue(struct visit *visit)
{
    const char *level = known_level(visit);
    visit_begin(visit, "Queue", "Queue");
    html(visit->out, "<h1>What waits for you</h1>\n");
    put_filter(visit, level);
    if (form_value(&visit->query, "after").length ? put_rest(visit, level) : put_lists(visit, level))
        visit_end(visit);
}

/* ---- searching ----------------------------------------------------------------------------------------- */

/* "C-000123", "c-123" or "123" as the case's address; false: it is no case's number. */
static bool case_address(struct pw_text words, char ret_name[32])
{
    bool named = words.length > 2 && (words.data[0] == 'C' || words.data[0] == 'c') && words.data[1] == '-';
    unsigned long long number = 0;
    for (size_t i = named ? 2 : 0; i < words.length; i++) {
        if (words.data[i] < '0' || words.data[i] > '9' || words.length > 17)
            return false;
        number = number * 10 + (unsigned long long)(words.data[i] - '0');
    }
    snprintf(ret_name, 32, "C-%06llu", number);
    return number > 0;
}

static void ask_search(struct visit *visit, struct pw_text words, struct answer *answer)
{
    struct buffer request = {0};
    visit_request(visit, &request, "case.list");
    json_member_text(&request, "text", words);
    json_write_key(&request, "limit");
    buffer_string(&request, QUEUE_ROWS);
    if (visit_number(visit, "after"))
        json_member_unsigned(&request, "after", visit_number(visit, "after"));
    visit_ask(visit, &request, answer);
}

static void put_found(struct visit *visit, struct pw_text words)
{
    struct answer answer;
    ask_search(visit, words, &answer);
    visit_begin(visit, "Search", NULL);
    html(visit->out,
         "<h1>Cases with \xe2\x80\x9c%t\xe2\x80\x9d</h1>\n<p>In the title, the engagement or the unit.</p>\n",
         words);
    if (!answer.good) {
        visit_refused(visit, &answer);
        inquiry_release(&answer);
        return;
    }
    if (put_rows(visit, &answer, (struct pw_text){0}) == 0)
        html(visit->out,
             answer.next ? "<p>None among the cases looked at so far.</p>\n" : "<p>There are none.</p>\n");
    if (answer.next) {
        html(visit->out, "<p><a href=\"%ssearch?", visit->page->base);
        put_address(visit->out, "q=", words);
        html(visit->out, "&amp;after=%u\">Look on</a></p>\n", answer.next);
    }
    visit_end(visit);
    inquiry_release(&answer);
}

void view_search(struct visit *visit)
{
    struct pw_text words = form_value(&visit->query, "q");
    char name[32];
    if (text_blank(words))
        visit_go(visit, "%s", "");
    else if (case_address(words, name))
        visit_go(visit, "case/%s", name);
    else
        put_found(visit, words);
}
