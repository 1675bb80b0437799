/* SPDX-License-Identifier: Apache-2.0
 *
 * importers.c: lists as publishers really serve them, with all that is wrong in them, through compilation to a match;
 * and what is no such list, refused by a sentence that names the place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "importers_scene.h"

/* ---- what publishers do ------------------------------------------------------------------------------------ */

static void consolidated_list(void **state)
{
    struct scene *scene = *state;
    static const char list[] = CSL_HEADER
        "1," SDN
        ",Entity, Example Trading Company ,\"Dubai, AE\",,\"EXTRACO; and Example Commerce House; \",,\n"
        "2," SDN ",Individual,\"DOE, Jane\",,,Jane of Examples,1970-01-02,XY\n"
        "3," SDN ",Vessel,EXAMPLE STAR,,,,,\n"
        "4," EL ",,\"Institute of\nExample Dynamics (IED)\",\"12 Road, Beijing, CN; Hong Kong, "
        "HK\",,People?s Example "
        "Works,,\n"
        "_id,source,type,name,addresses,end_date,alt_names,dates_of_birth,nationalities\n"
        "5,\"Denied Persons List (DPL) - Bureau of Industry and Security\",,JOHN Q. SAMPLE,,2030-01-01,,,\n"
        "6,\"Denied Persons List (DPL) - Bureau of Industry and Security\",,SAMPLE AVIATION LTD.,\"Miami, "
        "FL, "
        "US\",2030-01-01,,,\n\x1a";
    if (compile_one(scene, "csl-csv", list))
        fail_msg("%s", scene->why);
    assert_string_equal(matches(scene, "Example Trading Company", true), "Example Trading Company;");
    assert_string_equal(matches(scene, "Example Commerce House", true), "Example Trading Company;");
    assert_string_equal(matches(scene, "Example Trading Co., Ltd.", true), "Example Trading Company;");
    assert_string_equal(matches(scene, "Dept. of Physics, Institute of Example Dynamics, Beijing", false),
                        "Institute of\nExample Dynamics (IED);");
    assert_string_equal(matches(scene, "Sample Aviation", true), "SAMPLE AVIATION LTD.;");
    assert_string_equal(matches(scene, "John Q. Sample", true), "");
    /* Nothing about persons, ships or streets is in the file, nor when and where anybody was born. */
    static const char *const discarded[] = {"DOE",     "Jane", "1970-01-02", "EXAMPLE STAR",
                                            "SAMPLE,", "JOHN", "12 Road"};
    for (size_t i = 0; i < sizeof discarded / sizeof *discarded; i++)
        assert_false(holds(scene, discarded[i]));
    assert_true(holds(scene, "SAMPLE AVIATION"));
}

static void every_source_has_its_effect(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *word, *list;
        enum effect effect;
    } sources[] = {
        {"Specially Designated Nationals (SDN) - Treasury Department", "SDN", EFFECT_FORBIDS_DEALING},
        {"Denied Persons List (DPL) - Bureau of Industry and Security", "DPL", EFFECT_FORBIDS_DEALING},
        {"Entity List (EL) - Bureau of Industry and Security", "EL", EFFECT_NEEDS_LICENCE},
        {"Unverified List (UVL) - Bureau of Industry and Security", "UVL", EFFECT_NEEDS_LICENCE},
        {"Military End User (MEU) List - Bureau of Industry and Security", "MEU", EFFECT_NEEDS_LICENCE},
        {"ITAR Debarred (DTC) - State Department", "DTC", EFFECT_NEEDS_LICENCE},
        {"Nonproliferation Sanctions (ISN) - State Department", "ISN", EFFECT_FORBIDS_DEALING},
        {"Foreign Sanctions Evaders (FSE) - Treasury Department", "FSE", EFFECT_FORBIDS_DEALING},
        {"Sectoral Sanctions Identifications List (SSI) - Treasury Department", "SSI", EFFECT_INFORMS},
        {"Palestinian Legislative Council List (PLC) - Treasury Department", "PLC", EFFECT_INFORMS},
        {"Capta List (CAP) - Treasury Department", "CAP", EFFECT_INFORMS},
        {"Non-SDN Menu-Based Sanctions List (NS-MBS List) - Treasury Department", "NS-MBS", EFFECT_INFORMS},
        {"Non-SDN Chinese Military-Industrial Complex Companies List (CMIC) - Treasury Department", "CMIC",
         EFFECT_INFORMS}};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        char list[512];
        snprintf(list, sizeof list, CSL_HEADER "7,\"%s\",Entity,Zanzibar Widget Company,,,,,\n",
                 sources[i].word);
        assert_int_equal(compile_one(scene, "csl-csv", list), PW_OK);
        const struct snapshot *snapshot = &scene->screener.snapshots[0];
        assert_int_equal(snapshot->entry_count, 1);
        assert_int_equal(snapshot->entries[0].effect, sources[i].effect);
        struct pw_text code = snapshot_text(snapshot, snapshot->entries[0].list);
        assert_memory_equal(code.data, sources[i].list, code.length);
        assert_int_equal(code.length, strlen(sources[i].list));
    }
}

static void denied_persons(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(compile_one(scene, "bis-dpl",
                                 "\"Name\"\t\"Street_Address\"\t\"Country\"\t\"Expiration_Date\"\r\n"
                                 "\" RICHARD ROE\"\t\"1 ROAD\"\t\"US\"\t\"01/14/2026\"\r\n"
                                 "\"EXAMPLE AIRLINES\"\t\"2 ROAD\"\t\"IR\"\t\"01/14/2026\"\r\n"),
                     PW_OK);
    assert_string_equal(matches(scene, "Example Airlines", true), "EXAMPLE AIRLINES;");
    assert_false(holds(scene, "ROE"));
    struct screening screening;
    struct screener_query query = {.name = PW_TEXT("Example Airlines")};
    assert_int_equal(listing_date(PW_TEXT("2026-01-15"), &query.as_of), PW_OK);
    assert_int_equal(screener_screen(&scene->screener, &query, &screening), PW_OK);
    assert_int_equal(screening.count, 0);
    assert_non_null(strstr(screening.rejected[0].because, "valid until 2026-01-14"));
}

static const char tracker[] =
    "{\"type\":\"china-defence-universities\",\"values\":[{\"value\":\"Example University of Aeronautics "
    "(示例航空大学)\",\"meta\":{\"aliases\":[\"EUA\",\" Example Aviation College \"],\"categories\":[\"Seven "
    "sons of "
    "national defence\"]},\"description\":\"prose\"}]}";

static void tracker_of_universities(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(compile_one(scene, "aspi-misp", tracker), PW_OK);
    assert_string_equal(matches(scene, "示例航空大学", true), "Example University of Aeronautics;");
    assert_string_equal(matches(scene, "Example Aviation College", true),
                        "Example University of Aeronautics;");
    assert_string_equal(matches(scene, "EUA", true), ""); /* an abbreviation alone verifies */
    assert_int_equal(scene->screener.snapshots[0].entries[0].category, CATEGORY_SEVEN_SONS);
    assert_false(holds(scene, "prose"));
}

static void section_1286(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(compile_one(scene, "dod-1286",
                                 "schema,name,aliases,program,end-date,country\n"
                                 "Company,Example Polytechnic,,Section 1286,,\n"
                                 "Company,Example Polytechnic,Instituto Exemplar,Section 1286,,cn\n"),
                     PW_OK);
    assert_int_equal(scene->screener.snapshots[0].entry_count, 1); /* a row a year, one institution */
    assert_string_equal(matches(scene, "Instituto Exemplar", true), "Example Polytechnic;");
}

/* ---- the registry ------------------------------------------------------------------------------------------- */

#define ORGANISATION(ror, status, name, more)                                                                \
    "{\"id\":\"https://ror.org/" ror "\",\"status\":\"" status                                               \
    "\",\"names\":[{\"types\":[\"ror_display\"],\"value\":\"" name                                           \
    "\"}],\"locations\":[{\"geonames_details\":{\"country_code\":\"CN\",\"name\":\"Changsha\"}}]" more "}"

static const char registry[] =
    "[" ORGANISATION("00f1zfq44", "active", "Central South University", "") ",\n" ORGANISATION(
        "02czw2k81", "active", "Central South University of Forestry and Technology",
        "") "," ORGANISATION("04wn28048", "inactive", "Changsha Railway University",
                             ",\"relationships\":[{\"type\":\"successor\",\"id\":\"https://ror.org/"
                             "00f1zfq44\"}]") "," ORGANISATION("00a2xv884", "withdrawn",
                                                               "Example Withdrawn University", "") "]";

static const char own_list[] =
    "{\"format\":\"pathwayd-list/"
    "1\",\"source\":\"own\",\"list\":\"OWN\",\"snapshot\":\"2026-01-01\",\"title\":\"t\","
    "\"licence\":\"l\",\"entries\":[{\"id\":\"1\",\"name\":\"Central South "
    "University\",\"category\":\"military\","
    "\"effect\":\"informs\",\"country\":\"CN\"}]}";

static void the_registry_tells_names_apart(void **state)
{
    struct scene *scene = *state;
    put(scene, "own", own_list, strlen(own_list));
    pack(scene, "ror.zip", true, registry);
    if (compile(scene, (const char *const[]){"own=simple:own", "ror=ror:ror.zip", NULL}))
        fail_msg("%s", scene->why);
    assert_string_equal(matches(scene, "College of Computing, Central South University, Changsha", false),
                        "Central South University;");
    assert_string_equal(
        matches(scene, "Central South University of Forestry and Technology, Changsha", false), "");
    assert_string_equal(matches(scene, "Changsha Railway University", true), "Central South University;");
    assert_false(holds(scene, "Withdrawn"));
}

static void packed_alike(void **state)
{
    struct scene *scene = *state;
    put(scene, "own", own_list, strlen(own_list));
    pack(scene, "ror.gz", false, registry);
    assert_int_equal(compile(scene, (const char *const[]){"own=simple:own", "ror=ror:ror.gz", NULL}), PW_OK);
    assert_string_equal(matches(scene, "Central South University of Forestry and Technology", false), "");
}

/* ---- what is no list ------------------------------------------------------------------------------------------ */

struct refused {
    const char *format, *bytes, *why;
};
static const struct refused refusals[] = {
    {"csl-csv", "<!DOCTYPE html><html><body>503 Service Unavailable</body></html>\n", "no column \"_id\""},
    {"csl-csv", "", "is empty"},
    {"csl-csv", "schema,name,aliases,program,end-date\nCompany,X,,,\n", "no column \"_id\""},
    {"csl-csv", CSL_HEADER "1,A list nobody knows,Entity,X,,,,,\n",
     "row 2: the source \"A list nobody knows\""},
    {"csl-csv", CSL_HEADER "," SDN ",Entity,X,,,,,\n", "row 2: the id or the name is empty"},
    {"bis-dpl", "Name,Country\nX,US\n", "no column \"Name\""},
    {"dod-1286", CSL_HEADER, "no column \"schema\""},
    {"aspi-misp", "{\"type\":\"threat-actor\",\"values\":[]}", "not the China Defence Universities Tracker"},
    {"aspi-misp",
     "{\"type\":\"china-defence-universities\",\"values\":[{\"value\":\"X\",\"meta\":{\"categories\":["
     "\"New\"]}}]}",
     "row 1: the category \"New\""},
    {"aspi-misp", "{\"type\":", "line 1"},
    {"ror", "{\"hits\":[]}", "not a JSON array of organisations"},
    {"ror", "[{\"id\":\"https://ror.org/00f1zfq44\",\"names\":[]}]", "row 1: an organisation without"},
    {"ror", "[{\"id\":\"https://ror.org/00f1zfq44\"", "ends too early"},
    {"ror", "[{\"id\":}]", "row 1:"},
    {"simple", "[]", "file"},
};

static void what_is_no_list_is_refused(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        assert_true(compile_one(scene, refusals[i].format, refusals[i].bytes) < 0);
        if (!strstr(scene->why, refusals[i].why) || !strstr(scene->why, "/file"))
            fail_msg("%s: \"%s\", expected \"%s\"", refusals[i].format, scene->why, refusals[i].why);
    }
}

static void a_truncated_download(void **state)
{
    struct scene *scene = *state;
    char path[96], bytes[4096];
    pack(scene, "whole.gz", false, registry);
    snprintf(path, sizeof path, "%s/whole.gz", scene->folder);
    FILE *file = fopen(path, "r");
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    put(scene, "cut.gz", bytes, length - 40);
    assert_true(compile(scene, (const char *const[]){"ror=ror:cut.gz", NULL}) < 0);
    assert_non_null(strstr(scene->why, "cut.gz"));
}

static void ten_megabytes_in_one_field(void **state)
{
    struct scene *scene = *state;
    size_t length = 10u << 20;
    char *list = malloc(length + 1024);
    int used = sprintf(list, CSL_HEADER "1," SDN ",Entity,\"");
    memset(list + used, 'x', length);
    strcpy(list + used + length, "\",,,,,\n");
    assert_true(compile_one(scene, "csl-csv", list) < 0);
    assert_non_null(strstr(scene->why, "the field \"name\""));
    free(list);
}

static void tasks_are_checked(void **state)
{
    struct scene *scene = *state;
    put(scene, "own", own_list, strlen(own_list));
    assert_true(compile(scene, (const char *const[]){"own=excel:own", NULL}) < 0);
    assert_non_null(strstr(scene->why, "the formats are csl-csv"));
    assert_true(compile(scene, (const char *const[]){"Own=simple:own", NULL}) < 0);
    assert_true(compile(scene, (const char *const[]){"own=simple:own", "own=simple:own", NULL}) < 0);
    assert_non_null(strstr(scene->why, "the name is taken"));
    assert_true(compile(scene, (const char *const[]){"own=simple:missing", NULL}) < 0);
    assert_non_null(strstr(scene->why, "No such file"));
}

/* ---- damaged snapshots ---------------------------------------------------------------------------------------- */

/* Whatever bytes a file has, it is refused or answers something; it never takes anybody down. */
static void a_damaged_snapshot_harms_nobody(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(compile_one(scene, "aspi-misp", tracker), PW_OK);
    assert_true(snapshot_verify(&scene->screener.snapshots[0]));
    uint32_t seed = 1, refused = 0;
    for (int round = 0; round < 3000; round++) {
        char *bytes = malloc(scene->length);
        struct snapshot snapshot = {0};
        memcpy(bytes, scene->snapshot, scene->length);
        for (int i = 0; i < 1 + round % 8; i++) {
            seed = seed * 1664525u + 1013904223u;
            size_t at = (seed >> 8) % (round % 2 ? scene->length : sizeof(struct snapshot_header) + 4096);
            bytes[at % scene->length] = (char)(seed >> 16);
        }
        if (snapshot_adopt(&snapshot, bytes, scene->length, scene->why)) {
            refused++;
            continue;
        }
        struct screener damaged = {.api = &json_document_api, .folding = scene->screener.folding};
        struct screening screening;
        struct answer answer = {0};
        struct screener_query query = {.name = PW_TEXT("示例航空大学"),
                                       .sentence =
                                           PW_TEXT("Example University of Aeronautics, Beijing, China"),
                                       .as_of = INT64_MIN};
        damaged.snapshots[0] = snapshot;
        damaged.snapshot_count = 1;
        assert_int_equal(resolver_open(&damaged.resolver, damaged.folding, damaged.snapshots, 1), PW_OK);
        assert_int_equal(screener_screen(&damaged, &query, &screening), PW_OK);
        answer_screening(&answer, &damaged, query.sentence, &screening);
        answer_release(&answer);
        damaged.folding = NULL;
        screener_close(&damaged);
    }
    assert_true(refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(consolidated_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_source_has_its_effect, set_up, tear_down),
        cmocka_unit_test_setup_teardown(denied_persons, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tracker_of_universities, set_up, tear_down),
        cmocka_unit_test_setup_teardown(section_1286, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_registry_tells_names_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(packed_alike, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_list_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_truncated_download, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ten_megabytes_in_one_field, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tasks_are_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_snapshot_harms_nobody, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("importers", tests, NULL, NULL);
}
