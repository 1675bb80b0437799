/* SPDX-License-Identifier: Apache-2.0
 *
 * health.c: whether what the cases rest on is well: lists, feeds, plugins, what waits. From `status`, which everybody sees
 * who may ask the daemon at all.
 */
#include "json/json.h"
#include "page/shared.h"
#include "page/visit.h"

static void put_flag(struct visit *visit, bool good, const char *well, const char *ill)
{
    html(visit->out, "<span class=\"flag %s\">%s</span>", good ? "well" : "ill", good ? well : ill);
}

static void put_head(struct visit *visit, const char *title, const char *const *columns)
{
    html(visit->out,
         "<section><h2>%s</h2><div class=\"wide\" tabindex=\"0\" role=\"region\" "
         "aria-label=\"%s\"><table><thead><tr>",
         title, title);
    for (; *columns; columns++)
        html(visit->out, "<th scope=\"col\">%s</th>", *columns);
    html(visit->out, "</tr></thead><tbody>\n");
}

static void put_foot(struct visit *visit)
{
    html(visit->out, "</tbody></table></div></section>\n");
}

static void put_lists(struct visit *visit, const struct answer *answer)
{
    static const char *const columns[] = {"List", "Checked", "State", NULL};
    if (answer_first(answer, answer->result, "lists") == PW_NODE_NONE) {
        html(visit->out, "<section><h2>Lists</h2><p>No list is fetched by this daemon.</p></section>\n");
        return;
    }
    put_head(visit, "Lists", columns);
    for (uint32_t item = answer_first(answer, answer->result, "lists"); item != PW_NODE_NONE;
         item = answer_next(answer, item)) {
        html(visit->out, "<tr><th scope=\"row\">%t</th><td>", answer_text(answer, item, "list"));
        html_time(visit->out, answer_text(answer, item, "checked"));
        html(visit->out, "</td><td>");
        put_flag(visit, !answer_true(answer, item, "stale"), "current", "too old");
        html(visit->out, "</td></tr>\n");
    }
    put_foot(visit);
}

static void put_plugins(struct visit *visit, const struct answer *answer)
{
    static const char *const columns[] = {"Plugin",  "Stage",    "State",        "Handled",
                                          "Waiting", "Restarts", "Last trouble", NULL};
    put_head(visit, "Plugins", columns);
    for (uint32_t item = answer_first(answer, answer->result, "plugins"); item != PW_NODE_NONE;
         item = answer_next(answer, item)) {
        html(visit->out, "<tr><th scope=\"row\">%t</th><td>%t</td><td>",
             answer_text(answer, item, "instance"), answer_text(answer, item, "stage"));
        put_flag(visit, answer_is(answer, item, "state", "up"), "up", "not up");
        html(visit->out, "</td><td>%u</td><td>%u</td><td>%u</td><td>%t</td></tr>\n",
             answer_number(answer, item, "handled"), answer_number(answer, item, "outstanding"),
             answer_number(answer, item, "restarts"), answer_text(answer, item, "last_error"));
    }
    put_foot(visit);
}

static void put_feeds(struct visit *visit, const struct answer *answer)
{
    static const char *const columns[] = {"Feed", "State", "Last event", "Accepted", "Rejected", NULL};
    put_head(visit, "Feeds", columns);
    for (uint32_t item = answer_first(answer, answer->result, "feeds"); item != PW_NODE_NONE;
         item = answer_next(answer, item)) {
        html(visit->out, "<tr><th scope=\"row\">%t</th><td>", answer_text(answer, item, "feed"));
        put_flag(visit, !answer_true(answer, item, "silent"), "heard", "silent");
        html(visit->out, "</td><td>");
        html_time(visit->out, answer_text(answer, item, "last_accepted"));
        html(visit->out, "</td><td>%u</td><td>%u</td></tr>\n", answer_number(answer, item, "accepted"),
             answer_number(answer, item, "rejected"));
    }
    put_foot(visit);
}

static void put_work(struct visit *visit, const struct answer *answer)
{
    static const struct {
        const char *key, *label;
    } figures[] = {{"events", "events"},
                   {"open_cases", "open cases"},
                   {"pending", "judgements owed"},
                   {"poison", "events set aside, for they kill a plugin"},
                   {"notices_waiting", "notices on their way"},
                   {"notices_held", "notices that wait for their hour"},
                   {"notices_failed", "notices that did not get through"}};
    uint32_t journal = answer_node(answer, answer->result, "journal");
    uint32_t dispatch = answer_node(answer, answer->result, "dispatch");
    uint64_t last = answer_number(answer, dispatch, "last"), done = answer_number(answer, dispatch, "cursor");
    html(visit->out, "<section><h2>Work</h2><p>");
    put_flag(visit, !answer_true(answer, dispatch, "paused"), "Events are being judged.",
             "Judging is paused.");
    html(visit->out, " %u wait.</p><dl class=\"figures\">\n", last > done ? last - done : 0);
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        html(visit->out, "<div><dt>%s</dt><dd>%u</dd></div>\n", figures[i].label,
             answer_number(answer, journal, figures[i].key));
    html(visit->out, "</dl></section>\n");
}

void view_health(struct visit *visit)
{
    struct buffer request = {0};
    struct answer answer;
    visit_request(visit, &request, "status");
    visit_ask(visit, &request, &answer);
    visit_begin(visit, "Health", "Health");
    html(visit->out, "<h1>Health of lists, plugins and feeds</h1>\n");
    if (answer.good) {
        put_lists(visit, &answer);
        put_plugins(visit, &answer);
        put_feeds(visit, &answer);
        put_work(visit, &answer);
        visit_end(visit);
    } else {
        visit_refused(visit, &answer);
    }
    inquiry_release(&answer);
}
