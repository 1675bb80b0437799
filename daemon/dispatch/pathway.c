/* SPDX-License-Identifier: Apache-2.0
 *
 * Feeds say what happened; this table says which policies apply (requirements: The five pathways).
 */
#include "dispatch/pathway.h"

#include <fnmatch.h>
#include <string.h>

#define AT_STAKE(costs, benefits) "[" costs "]", "[" benefits "]"

/* clang-format off: a table */
const struct pathway_info pathways[PATHWAY_COUNT] = {
    [PATHWAY_RESEARCH] =
        {"research", "P1", PW_LEVEL_PROHIBITED, true,
         AT_STAKE("\"C1.knowhow_beyond_paper\"",
                  "\"B1.access_knowledge\",\"B1.understand_pace_focus\",\"B1.leads_to_graduate_study\"")},
    [PATHWAY_CONFERENCE] = {"conference", "P2", PW_LEVEL_RECOMMENDED, false, /* R46 */
                            AT_STAKE("\"C2.access_cutting_edge\"",
                                     "\"B2.insight\",\"B2.understand_pace_focus\",\"B2.networking\"")},
    [PATHWAY_ENROLMENT] =
        {"enrolment", "P3", PW_LEVEL_PROHIBITED, true,
         AT_STAKE("\"C3.hands_on_training_may_return\"",
                  "\"B3.economic_gain\",\"B3.research_opportunities\",\"B3.exposure_to_values\"")},
    [PATHWAY_PUBLICATION] = {"publication", "P4", PW_LEVEL_NOTE, false, /* R42, R43 */
                             AT_STAKE("\"C4.access_cutting_edge_research\"",
                                      "\"B4.access_their_developments\"")},
    [PATHWAY_LAB] = {"lab", "P5", PW_LEVEL_PROHIBITED, true,
                     AT_STAKE(
                         "\"C5.training_and_commercial_knowledge\"",
                         "\"B5.close_engagement_talent\",\"B5.understand_ecosystem\",\"B5.test_products\"")},
    [PATHWAY_LEGAL] = {"legal", "", PW_LEVEL_PROHIBITED, true,
                       AT_STAKE("\"C1.knowhow_beyond_paper\"", "\"B1.access_knowledge\"")},
};
/* clang-format on */

const char *const level_names[PW_LEVEL_COUNT] = {"none",        "note",     "suggested",
                                                 "recommended", "required", "prohibited"};

#define BIT(pathway) (1u << (pathway))

/* What a family always goes to; what it may go to besides is decided by the event's own fields. */
static const uint32_t family_routes[] = {
    [EVENT_UNROUTED] = 0,
    [EVENT_HR_APPOINTMENT] = BIT(PATHWAY_RESEARCH) | BIT(PATHWAY_LEGAL),
    [EVENT_VISA_PETITION] = BIT(PATHWAY_LEGAL), /* and P3 or P1, by visa class */
    [EVENT_AGREEMENT] = BIT(PATHWAY_RESEARCH) | BIT(PATHWAY_LEGAL),
    [EVENT_LAB_PARTNERSHIP] = BIT(PATHWAY_LAB) | BIT(PATHWAY_RESEARCH) | BIT(PATHWAY_LEGAL),
    [EVENT_PUBLICATION] = BIT(PATHWAY_PUBLICATION),
    [EVENT_CONFERENCE] = BIT(PATHWAY_CONFERENCE),
    [EVENT_STUDENT_ENROLMENT] = BIT(PATHWAY_ENROLMENT) | BIT(PATHWAY_LEGAL),
    [EVENT_FUNDING] = BIT(PATHWAY_RESEARCH) | BIT(PATHWAY_LEGAL),
    [EVENT_CONTROL] = 0,
};

enum pathway pathway_by_name(struct pw_text name)
{
    enum pathway pathway = PATHWAY_RESEARCH;
    while (pathway < PATHWAY_COUNT && !text_is(name, pathways[pathway].name))
        pathway++;
    return pathway;
}

uint32_t level_by_name(struct pw_text name)
{
    uint32_t level = 0;
    while (level < PW_LEVEL_COUNT && !text_is(name, level_names[level]))
        level++;
    return level;
}

static bool unit_is_lab(const struct config *config, struct pw_text unit)
{
    for (char **lab = config->lab_units; lab && *lab; lab++)
        if (text_is(unit, *lab))
            return true;
    return false;
}

/* P3 for study and exchange, P1 for work; without a class, student roles and `visiting` are P3. */
static uint32_t visa_route(const struct pw_document *event, uint32_t data)
{
    static const char *const students[] = {"student_grad", "student_ug", "visiting"};
    uint32_t visa_class = json_member(event, data, "visa_class");
    if (json_type(event, visa_class) == PW_JSON_STRING)
        return json_text_is(event, visa_class, "work") ? BIT(PATHWAY_RESEARCH) : BIT(PATHWAY_ENROLMENT);
    uint32_t role = json_member(event, data, "role");
    for (size_t i = 0; i < sizeof(students) / sizeof(students[0]); i++)
        if (json_text_is(event, role, students[i]))
            return BIT(PATHWAY_ENROLMENT);
    return BIT(PATHWAY_RESEARCH);
}

static bool override_route(const struct config *config, struct pw_text name, uint32_t *ret_route)
{
    char short_name[128];
    if (name.length >= sizeof(short_name))
        return false;
    memcpy(short_name, name.data, name.length);
    short_name[name.length] = '\0';
    for (uint32_t i = 0; i < config->pathway_count; i++) {
        if (fnmatch(config->pathways[i].pattern, short_name, 0) != 0)
            continue;
        *ret_route = 0;
        for (char **pathway = config->pathways[i].pathways; pathway && *pathway; pathway++) {
            enum pathway known = pathway_by_name((struct pw_text){*pathway, strlen(*pathway)});
            *ret_route |= known < PATHWAY_COUNT ? BIT(known) : 0;
        }
        return true;
    }
    return false;
}

uint32_t pathway_route(const struct config *config, const struct pw_document *event)
{
    struct pw_text name = {0};
    struct pw_text type = json_text(event, json_member(event, PW_NODE_ROOT, "type"));
    enum event_family family = event_family_of(type, config->type_prefix, &name);
    uint32_t data = json_member(event, PW_NODE_ROOT, "data");
    uint32_t route = family_routes[family];
    if (family == EVENT_UNROUTED || family == EVENT_CONTROL || override_route(config, name, &route))
        return route;
    if (family == EVENT_VISA_PETITION)
        route |= visa_route(event, data);
    if (family == EVENT_HR_APPOINTMENT &&
        unit_is_lab(config, json_text(event, json_member(event, data, "unit"))))
        route |= BIT(PATHWAY_LAB);
    if (family == EVENT_AGREEMENT &&
        json_text_is(event, json_find(event, data, "/agreement/kind"), "joint_lab"))
        route |= BIT(PATHWAY_LAB);
    return route;
}
