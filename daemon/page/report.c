/* SPDX-License-Identifier: Apache-2.0
 *
 * report.c: what the policies cost, and whom they burden (R24, R38), drawn and in figures. Figures that come from few
 * engagements are hidden by the daemon, which says so in their place.
 */
#include <stdio.h>
#include <stdlib.h>
#include "json/json.h"
#include "page/visit.h"

#define BAR_ROW   24u  /* of a drawing, in its own units */
#define BAR_LEFT  150u /* for the names */
#define BAR_MOST  380u
#define BAR_WIDTH 600u
#define BAR_ROWS  24u /* more is not looked at as a drawing; all stands in the table */

/* A figure as it is shown: a number, or the words that hide it. */
static struct pw_text shown(const struct answer *answer, uint32_t row, const char *key)
{
    uint32_t node = answer_node(answer, row, key);
    uint32_t type = node == PW_NODE_NONE ? PW_JSON_NULL : json_type(&answer->document, node);
    return type == PW_JSON_STRING ? json_text(&answer->document, node)
           : type == PW_JSON_NULL ? PW_TEXT("\xe2\x80\x93")
                                  : json_raw(&answer->document, node);
}

/* 0 for what is hidden. */
static double number(const struct answer *answer, uint32_t row, const char *key)
{
    char digits[32];
    struct pw_text text = shown(answer, row, key);
    snprintf(digits, sizeof(digits), "%.*s", (int)(text.length > 30 ? 30 : text.length), text.data);
    return digits[0] >= '0' && digits[0] <= '9' ? strtod(digits, NULL) : 0;
}

static uint32_t first_row(const struct answer *answer, const char *table)
{
    uint32_t tables = answer_node(answer, answer->result, "tables");
    return answer_first(answer, answer_node(answer, tables, table), "rows");
}

/* ---- drawings ------------------------------------------------------------------------------------------ */

static void put_bar(struct visit *visit, const struct answer *answer, uint32_t row, const char *key,
                    double most, uint32_t index)
{
    uint64_t y = (uint64_t)index * BAR_ROW;
    uint64_t width = most > 0 ? (uint64_t)(BAR_MOST * number(answer, row, key) / most + 0.5) : 0;
    html(visit->out,
         "<text x=\"%u\" y=\"%u\" text-anchor=\"end\">%v</text><rect x=\"%u\" y=\"%u\" width=\"%u\" "
         "height=\"14\"/>"
         "<text x=\"%u\" y=\"%u\">%v</text>\n",
         (uint64_t)BAR_LEFT - 8, y + 16, text_cut(answer_text(answer, row, "name"), 24), (uint64_t)BAR_LEFT,
         y + 5, width, BAR_LEFT + width + 6, y + 16, shown(answer, row, key));
}

static void put_drawing(struct visit *visit, const struct answer *answer, const char *key, const char *title)
{
    double most = 0;
    uint32_t count = 0, index = 0;
    for (uint32_t row = first_row(answer, "pathway"); row != PW_NODE_NONE && count < BAR_ROWS;
         row = answer_next(answer, row)) {
        most = number(answer, row, key) > most ? number(answer, row, key) : most;
        count++;
    }
    html(visit->out, "<figure><figcaption>%s</figcaption>", title);
    if (most <= 0) {
        html(visit->out, "<p class=\"meta\">Nothing to draw yet: there is none, or from too few "
                         "engagements.</p></figure>\n");
        return;
    }
    html(visit->out,
         "<svg viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"%s, by pathway; the figures stand in the "
         "table below\">\n",
         (uint64_t)BAR_WIDTH, (uint64_t)count * BAR_ROW, title);
    for (uint32_t row = first_row(answer, "pathway"); row != PW_NODE_NONE && index < count;
         row = answer_next(answer, row))
        put_bar(visit, answer, row, key, most, index++);
    html(visit->out, "</svg></figure>\n");
}

/* ---- tables -------------------------------------------------------------------------------------------- */

static const struct {
    const char *key, *title;
} columns[] = {{"events", "events"},
               {"hits", "hits"},
               {"asks", "asks"},
               {"holds", "holds"},
               {"declines", "declined"},
               {"reversals", "reversed"},
               {"withdrawn", "withdrawn"},
               {"no_action", "came to nothing"},
               {"no_action_percent", "in per cent"},
               {"median_hours", "median hours"}};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void put_row(struct visit *visit, const struct answer *answer, uint32_t row)
{
    html(visit->out, "<tr><th scope=\"row\">%t</th>", answer_text(answer, row, "name"));
    for (size_t i = 0; i < COLUMNS; i++)
        html(visit->out, "<td>%t</td>", shown(answer, row, columns[i].key));
    html(visit->out, "</tr>\n");
}

static void put_table(struct visit *visit, const struct answer *answer, const char *table, const char *title)
{
    uint32_t tables = answer_node(answer, answer->result, "tables"), one = answer_node(answer, tables, table);
    uint32_t total = answer_node(answer, one, "total");
    if (first_row(answer, table) == PW_NODE_NONE)
        return;
    html(visit->out,
         "<section><h2>%s</h2><div class=\"wide\" tabindex=\"0\" role=\"region\" "
         "aria-label=\"%s\"><table><thead><tr><td></td>",
         title, title);
    for (size_t i = 0; i < COLUMNS; i++)
        html(visit->out, "<th scope=\"col\">%s</th>", columns[i].title);
    html(visit->out, "</tr></thead><tbody>\n");
    for (uint32_t row = first_row(answer, table); row != PW_NODE_NONE; row = answer_next(answer, row))
        put_row(visit, answer, row);
    if (total != PW_NODE_NONE)
        put_row(visit, answer, total);
    html(visit->out, "</tbody></table></div></section>\n");
}

static void put_noisy(struct visit *visit, const struct answer *answer)
{
    uint32_t first = answer_first(answer, answer->result, "noisy_rules");
    html(visit->out, "<section><h2>Rules that are mostly wrong</h2>\n");
    if (first == PW_NODE_NONE)
        html(visit->out, "<p>No rule with twenty hits or more came to nothing in most of them.</p>");
    for (uint32_t item = first; item != PW_NODE_NONE; item = answer_next(answer, item))
        html(visit->out, "<p><code>%t</code>: %t of %t hits came to nothing.</p>\n",
             answer_text(answer, item, "rule"), shown(answer, item, "came_to_nothing"),
             shown(answer, item, "hits"));
    html(visit->out, "<p>Alerts that decisions spared, so far: %u.</p></section>\n",
         answer_number(answer, answer->result, "alerts_spared"));
}

/* ---- all of it ----------------------------------------------------------------------------------------- */

static void put_period(struct visit *visit)
{
    html(visit->out,
         "<form class=\"filter\" action=\"%sreport\"><label for=\"from\">Events received from</label>"
         "<input type=\"date\" id=\"from\" name=\"from\" value=\"%v\"><label for=\"to\">to</label>"
         "<input type=\"date\" id=\"to\" name=\"to\" value=\"%v\"><button "
         "class=\"quiet\">Show</button></form>\n",
         visit->page->base, form_value(&visit->query, "from"), form_value(&visit->query, "to"));
}

static void put_report(struct visit *visit, const struct answer *answer)
{
    visit_begin(visit, "Report", "Report");
    html(visit->out, "<h1>What the policies cost</h1>\n");
    put_period(visit);
    html(visit->out,
         "<p>A hit is a finding that opens a case; a hold is one at <strong>required</strong> or above; a "
         "hit came "
         "to nothing when the case "
         "went on without anything to be done. <strong>&lt;5</strong> stands for a figure from fewer than "
         "five engagements, "
         "<strong>*</strong> for one that would give such a figure away.</p>\n<div class=\"drawings\">\n");
    put_drawing(visit, answer, "hits", "Hits: findings that open a case");
    put_drawing(visit, answer, "holds", "Holds: required or above");
    put_drawing(visit, answer, "median_hours", "Hours to a decision, median");
    put_drawing(visit, answer, "no_action_percent",
                "Over-restriction: hits that came to nothing, in per cent");
    html(visit->out, "</div>\n");
    put_table(visit, answer, "pathway", "By pathway");
    put_noisy(visit, answer);
    put_table(visit, answer, "rule", "By rule");
    put_table(visit, answer, "unit", "By unit");
    put_table(visit, answer, "country", "By the partner's country");
    html(visit->out,
         "<p class=\"meta\">Country is shown to find bias in the rules; no rule decides by it.</p>\n");
    visit_end(visit);
}

void view_report(struct visit *visit)
{
    static const char *const days[] = {"from", "to"};
    struct buffer request = {0};
    struct answer answer;
    visit_request(visit, &request, "report");
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
        if (form_value(&visit->query, days[i]).length)
            json_member_text(&request, days[i], form_value(&visit->query, days[i]));
    visit_ask(visit, &request, &answer);
    if (answer.good)
        put_report(visit, &answer);
    else
        visit_refused(visit, &answer);
    inquiry_release(&answer);
}
