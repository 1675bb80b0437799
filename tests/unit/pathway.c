/* SPDX-License-Identifier: Apache-2.0
 *
 * Which event goes to which pathway: the table of requirements.md, line by line, and what each pathway can
 * never say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/pathway.h"

#define R (1u << PATHWAY_RESEARCH)
#define C (1u << PATHWAY_CONFERENCE)
#define E (1u << PATHWAY_ENROLMENT)
#define P (1u << PATHWAY_PUBLICATION)
#define L (1u << PATHWAY_LAB)
#define G (1u << PATHWAY_LEGAL)

static const struct {
    const char *name, *data;
    uint32_t route;
} routes[] = {
    {"hr.appointment.proposed", "{}", R | G},
    {"hr.appointment.ended", "{\"unit\":\"AI-LAB\"}", R | L | G},
    {"hr.appointment.approved", "{\"unit\":\"AI-LABS\"}", R | G},
    {"visa.petition.filed", "{\"visa_class\":\"study\"}", E | G},
    {"visa.petition.filed", "{\"visa_class\":\"exchange\",\"role\":\"staff\"}", E | G},
    {"visa.petition.proposed", "{\"visa_class\":\"work\",\"role\":\"student_grad\"}", R | G},
    {"visa.petition.determined", "{\"role\":\"student_ug\"}", E | G},
    {"visa.petition.determined", "{\"role\":\"visiting\"}", E | G},
    {"visa.petition.determined", "{\"visa_class\":null,\"role\":\"postdoc\"}", R | G},
    {"visa.petition.determined", "{}", R | G},
    {"agreement.proposed", "{\"agreement\":{\"kind\":\"mou\"}}", R | G},
    {"agreement.renewed", "{\"agreement\":{\"kind\":\"joint_lab\"}}", R | L | G},
    {"lab.partnership.started", "{}", L | R | G},
    {"publication.submitted", "{}", P},
    {"publication.published", "{\"unit\":\"AI-LAB\"}", P},
    {"conference.hosting.proposed", "{}", C},
    {"conference.attendance.proposed", "{}", C},
    {"student.enrolment.offered", "{}", E | G},
    {"funding.gift.received", "{}", R | G},
    {"list.updated", "{}", 0},
    {"advisory.received", "{}", 0},
    {"correction", "{}", 0},
    {"something.else", "{}", 0},
};

static uint32_t route(const struct config *config, const char *name, const char *data)
{
    char event[512];
    struct pw_document document = {0};
    struct json_error error;
    snprintf(event, sizeof(event), "{\"type\":\"org.pathwayd.%s.v1\",\"data\":%s}", name, data);
    assert_int_equal(json_parse(&document, event, strlen(event), &json_limits_frame, &error), 0);
    uint32_t result = pathway_route(config, &document);
    json_release(&document);
    return result;
}

static void every_line_of_the_table(void **state)
{
    char *labs[] = {"AI-LAB", NULL};
    struct config config = {.type_prefix = "org.pathwayd.", .lab_units = labs};
    (void)state;
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        print_message("%s %s\n", routes[i].name, routes[i].data);
        assert_int_equal(route(&config, routes[i].name, routes[i].data), routes[i].route);
    }
}

/* Every type of the vocabulary but the control types goes somewhere. */
static void no_type_is_forgotten(void **state)
{
    struct config config = {.type_prefix = "org.pathwayd."};
    (void)state;
    for (const char *const *name = event_type_names; *name; name++) {
        bool control = strcmp(*name, "list.updated") == 0 || strcmp(*name, "advisory.received") == 0 ||
                       strcmp(*name, "correction") == 0;
        assert_int_equal(route(&config, *name, "{}") == 0, control);
    }
}

static void configuration_overrides(void **state)
{
    char *only_legal[] = {"legal", NULL};
    struct config_pathway_route override = {.pattern = "agreement.*", .pathways = only_legal};
    struct config config = {.type_prefix = "org.pathwayd.", .pathways = &override, .pathway_count = 1};
    (void)state;
    assert_int_equal(route(&config, "agreement.signed", "{\"agreement\":{\"kind\":\"joint_lab\"}}") & ~L, G);
    assert_int_equal(route(&config, "hr.appointment.proposed", "{}"), R | G);
}

static void what_can_never_be_said(void **state)
{
    (void)state;
    assert_int_equal(pathways[PATHWAY_PUBLICATION].max_level, PW_LEVEL_NOTE);
    assert_int_equal(pathways[PATHWAY_CONFERENCE].max_level, PW_LEVEL_RECOMMENDED);
    assert_false(pathways[PATHWAY_PUBLICATION].may_ask);
    assert_false(pathways[PATHWAY_CONFERENCE].may_ask);
    for (enum pathway pathway = 0; pathway < PATHWAY_COUNT; pathway++)
        assert_int_equal(
            pathway_by_name((struct pw_text){pathways[pathway].name, strlen(pathways[pathway].name)}),
            pathway);
    assert_int_equal(pathway_by_name(PW_TEXT("labs")), PATHWAY_COUNT);
    assert_int_equal(level_by_name(PW_TEXT("required")), PW_LEVEL_REQUIRED);
    assert_int_equal(level_by_name(PW_TEXT("urgent")), PW_LEVEL_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_of_the_table),
        cmocka_unit_test(no_type_is_forgotten),
        cmocka_unit_test(configuration_overrides),
        cmocka_unit_test(what_can_never_be_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
