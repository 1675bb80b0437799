/* SPDX-License-Identifier: Apache-2.0
 *
 * The vocabulary's table, row by row: what each field takes and what it refuses.
 */
#include "event_case.h"

struct row {
    const char *field; /* member of data, as JSON */
    const char *code, *pointer;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[4096], pointer[128];
        snprintf(text, sizeof text, WITH_FIELDS(",%s"), rows[i].field);
        snprintf(pointer, sizeof pointer, "/data%s", rows[i].pointer ? rows[i].pointer : "");
        assert_fault(text, NULL, rows[i].code, pointer);
    }
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(rows)[0])

/* A JSON string of so many characters. */
static void put_text(struct buffer *text, const char *field, const char *character, int count)
{
    buffer_format(text, "{" ENVELOPE ",\"data\":{");
    if (strcmp(field, "engagement_id") != 0)
        buffer_string(text, "\"engagement_id\":\"E\",");
    buffer_format(text, "\"%s\":\"", field);
    for (int i = 0; i < count; i++)
        buffer_string(text, character);
    buffer_string(text, "\"}}");
}

static void test_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        int most;
    } fields[] = {{"engagement_id", 128},  {"project_id", 128},     {"title", 300},
                  {"summary", 2000},       {"person_ref", 128},     {"unit", 64},
                  {"public_benefit", 500}, {"raw_affiliation", 512}};
    static const char *const characters[] = {"a", "é", "😀", "\\u00e9"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        for (size_t c = 0; c < 4; c++) {
            char pointer[64];
            snprintf(pointer, sizeof pointer, "/data/%s", fields[i].field);
            struct buffer text = {0};
            put_text(&text, fields[i].field, characters[c], fields[i].most);
            assert_fault(text.data, NULL, NULL, NULL);
            buffer_clear(&text);
            put_text(&text, fields[i].field, characters[c], fields[i].most + 1);
            assert_fault(text.data, NULL, "length", pointer);
            buffer_release(&text);
        }
    }
}

static void test_identifiers(void **state)
{
    (void)state;
    assert_fault("{" ENVELOPE ",\"data\":{\"engagement_id\":\"\"}}", NULL, "length", "/data/engagement_id");
    assert_fault("{" ENVELOPE ",\"data\":{\"engagement_id\":7}}", NULL, "type", "/data/engagement_id");
    assert_fault("{" ENVELOPE ",\"data\":{\"engagement_id\":null}}", NULL, "required", "/data/engagement_id");
    assert_fault("{" ENVELOPE ",\"data\":{\"engagement_id\":\"a\\nb\"}}", NULL, "control",
                 "/data/engagement_id");
    assert_fault("{" ENVELOPE ",\"data\":{\"unit\":\"CS\"}}", NULL, "required", "/data/engagement_id");
    static const struct row rows[] = {
        {"\"project_id\":\"\"", "length", "/project_id"},
        {"\"project_id\":true", "type", "/project_id"},
        {"\"unit\":\"a\\u007fb\"", "control", "/unit"},
        {"\"person_ref\":\"p-8f1c\"", NULL, NULL},
        {"\"person_ref\":\"jane@example.edu\"", "format", "/person_ref"},
        {"\"person_ref\":\"Jane Doe\"", "format", "/person_ref"},
        {"\"person_ref\":\"\"", "length", "/person_ref"},
    };
    CHECK(rows);
}

static void test_texts(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"\"title\":\"\"", NULL, NULL},
        {"\"title\":null", NULL, NULL},
        {"\"summary\":\"two\\nlines\"", NULL, NULL},
        {"\"title\":5", "type", "/title"},
        {"\"title\":[\"a\"]", "type", "/title"},
        {"\"title\":{\"a\":\"b\"}", "type", "/title"},
        {"\"summary\":false", "type", "/summary"},
        {"\"public_benefit\":1", "type", "/public_benefit"},
        {"\"raw_affiliation\":[]", "type", "/raw_affiliation"},
    };
    CHECK(rows);
}

static void test_links(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"\"link\":\"https://hr.example.edu/a?b=c#d\"", NULL, NULL},
        {"\"link\":\"https://[2001:db8::1]/a\"", NULL, NULL},
        {"\"link\":\"https://h/?q=a@b\"", NULL, NULL},
        {"\"link\":\"http://hr.example.edu/\"", "format", "/link"},
        {"\"link\":\"https://\"", "format", "/link"},
        {"\"link\":\"https:///x\"", "format", "/link"},
        {"\"link\":\"https://a b/\"", "format", "/link"},
        {"\"link\":\"https://hr.example.edu@evil/\"", "format", "/link"},
        {"\"link\":\"javascript:alert(1)\"", "format", "/link"},
        {"\"link\":\"https://h/\\u0022onclick\"", "format", "/link"},
        {"\"link\":\"\"", "format", "/link"},
        {"\"link\":1", "type", "/link"},
    };
    CHECK(rows);
    struct buffer text = {0};
    buffer_string(&text, "{" ENVELOPE ",\"data\":{\"engagement_id\":\"E\",\"link\":\"https://h/");
    for (int i = 0; i < 1014; i++)
        buffer_string(&text, "a");
    size_t length = text.length;
    buffer_string(&text, "\"}}");
    assert_fault(text.data, NULL, NULL, NULL); /* 1,024 in all */
    text.length = length;
    buffer_string(&text, "a\"}}");
    assert_fault(text.data, NULL, "length", "/data/link");
    buffer_release(&text);
}

static void test_checked_identifiers(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"\"partner\":[{\"ror\":\"https://ror.org/03yrm5c26\"}]", NULL,
         NULL},                                                /* California Digital Library */
        {"\"partner\":[{\"ror\":\"042nb2s44\"}]", NULL, NULL}, /* MIT */
        {"\"partner\":[{\"ror\":\"00f54p054\"}]", NULL, NULL}, /* Stanford */
        {"\"partner\":[{\"ror\":\"https://ror.org/00F54P054\"}]", NULL, NULL},
        {"\"partner\":[{\"ror\":\"00f54p055\"}]", "checksum", "/partner/0/ror"},
        {"\"partner\":[{\"ror\":\"00f54q054\"}]", "checksum", "/partner/0/ror"},
        {"\"partner\":[{\"ror\":\"https://ror.org/0f054p054\"}]", "checksum", "/partner/0/ror"},
        {"\"partner\":[{\"ror\":\"10f54p054\"}]", "format", "/partner/0/ror"},
        {"\"partner\":[{\"ror\":\"00f54l054\"}]", "format", "/partner/0/ror"}, /* no such digit */
        {"\"partner\":[{\"ror\":\"00f54p05\"}]", "format", "/partner/0/ror"},
        {"\"partner\":[{\"ror\":\"00f54p0544\"}]", "format", "/partner/0/ror"},
        {"\"partner\":[{\"ror\":\"http://ror.org/00f54p054\"}]", "format", "/partner/0/ror"},
        {"\"partner\":[{\"ror\":\"https://ror.org/\"}]", "format", "/partner/0/ror"},
        {"\"partner\":[{\"ror\":\"\"}]", "format", "/partner/0/ror"},
        {"\"partner\":[{\"ror\":12}]", "type", "/partner/0/ror"},
        {"\"orcid\":\"0000-0002-1825-0097\"", NULL, NULL},
        {"\"orcid\":\"https://orcid.org/0000-0002-1694-233X\"", NULL, NULL},
        {"\"orcid\":\"0000-0002-1825-0098\"", "checksum", "/orcid"},
        {"\"orcid\":\"0000-0002-1694-2330\"", "checksum", "/orcid"},
        {"\"orcid\":\"0000-0002-8125-0097\"", "checksum", "/orcid"},
        {"\"orcid\":\"0000000218250097\"", "format", "/orcid"},
        {"\"orcid\":\"0000-0002-1694-233x\"", "format", "/orcid"},
        {"\"orcid\":\"0000-0002-X694-2330\"", "format", "/orcid"},
        {"\"orcid\":\"\"", "format", "/orcid"},
    };
    CHECK(rows);
}

static const struct {
    const char *field;
    const char *words; /* separated by blanks */
    bool array;
} choices[] = {
    {"role", "pi co_pi senior_key postdoc visiting student_grad student_ug staff affiliate committee", false},
    {"study_level", "undergraduate taught doctoral exchange", false},
    {"visa_class", "study exchange work", false},
    {"publication_intent", "open staged limited proprietary restricted unknown", false},
    {"transfer_mode", "read_only_output data code compute hands_on equipment", true},
    {"resources",
     "dataset_nonpublic model_weights compute engineering_knowhow equipment source_code biological none",
     true},
    {"applications",
     "military surveillance repression critical_infrastructure health climate general unknown", true},
    {"precautions", "ip_checklist segregated_network visitor_escort device_policy", true},
    {"disclosure_state", "disclosed partial undisclosed unknown", false},
    {"partner/0/kind", "university company government military nonprofit unknown", false},
    {"partner/0/relation", "employer funder host coauthor party degree supplier", false},
    {"partner/0/assertion", "author curator machine", false},
    {"questions/q1/answer", "yes no unknown", false},
    {"questions/q2/answer", "yes no unknown", false},
    {"questions/q3/answer", "yes no unknown", false},
    {"funding/kind", "gift contract grant in_kind", false},
    {"agreement/kind", "mou mta nda dua sponsored_research joint_lab confucius_institute exchange licence",
     false},
    {"agreement/clauses", "forced_transfer source_code publication_veto exclusive_ip foreign_law", true},
    {"determination/deemed_export/value", "required applied pending granted refused yes no unknown", false},
    {"determination/atas/value", "required applied pending granted refused yes no unknown", false},
    {"determination/pp10043/value", "required applied pending granted refused yes no unknown", false},
    {"determination/license_required/value", "required applied pending granted refused yes no unknown",
     false},
    {"determination/license_held/value", "required applied pending granted refused yes no unknown", false},
    {"determination/talent_program_certified/value",
     "required applied pending granted refused yes no unknown", false},
    {"determination/training_current/value", "required applied pending granted refused yes no unknown",
     false},
    {"location/mode", "onsite remote travel", false},
};

/* An event with `value` at the path, where "0" opens an array. */
static void put_at(struct buffer *text, const char *path, const char *value)
{
    char names[128], closing[16] = "";
    size_t closed = sizeof closing - 1;
    snprintf(names, sizeof names, "%s", path);
    buffer_string(text, "{" ENVELOPE ",\"data\":{\"engagement_id\":\"E\"");
    const char *before = ",";
    char *rest = names;
    for (char *name = strsep(&rest, "/"); name; name = strsep(&rest, "/")) {
        if (rest && strcmp(name, "0") == 0) {
            buffer_string(text, "[{");
            closed -= 2;
            memcpy(closing + closed, "}]", 2);
            before = "";
            continue;
        }
        buffer_format(text, "%s\"%s\":", before, name);
        if (rest && *rest != '0') {
            buffer_string(text, "{");
            closing[--closed] = '}';
            before = "";
        }
    }
    buffer_format(text, "%s%s}}", value, closing + closed);
}

static void assert_at(const char *path, const char *value, const char *code, const char *below)
{
    struct buffer text = {0};
    char pointer[160];
    put_at(&text, path, value);
    snprintf(pointer, sizeof pointer, "/data/%s%s", path, below);
    assert_fault(text.data, NULL, code, pointer);
    buffer_release(&text);
}

static void check_words(const char *path, const char *words, bool array)
{
    char list[256], value[64];
    snprintf(list, sizeof list, "%s", words);
    char *rest = list;
    for (char *word = strsep(&rest, " "); word; word = strsep(&rest, " ")) {
        snprintf(value, sizeof value, array ? "[\"%s\"]" : "\"%s\"", word);
        assert_at(path, value, NULL, "");
        snprintf(value, sizeof value, array ? "[\"%s_\"]" : "\"%s_\"", word);
        assert_at(path, value, "choice", array ? "/0" : "");
    }
}

static void test_choices(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        const char *path = choices[i].field, *below = choices[i].array ? "/0" : "";
        bool array = choices[i].array;
        check_words(path, choices[i].words, array);
        assert_at(path, array ? "[\"\"]" : "\"\"", "choice", below);
        assert_at(path, array ? "[1]" : "1", "type", below);
        assert_at(path, array ? "[null]" : "true", "type", below);
        assert_at(path, array ? "\"compute\"" : "[\"open\"]", "type", "");
        assert_at(path, "null", NULL, "");
        if (array)
            assert_at(path, "[]", NULL, "");
    }
}

static const char *const date_fields[] = {"start",
                                          "end",
                                          "decide_by",
                                          "partner/0/from",
                                          "partner/0/to",
                                          "funding/period_start",
                                          "funding/period_end",
                                          "agreement/start",
                                          "agreement/end"};
static const char *const moment_fields[] = {"questions/q1/at", "determination/atas/at"};
static const char *const boolean_fields[] = {"covered_individual", "partner/0/current",
                                             "funding/conditional"};

static void test_dates(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof date_fields / sizeof date_fields[0]; i++) {
        assert_at(date_fields[i], "\"2024-02-29\"", NULL, "");
        assert_at(date_fields[i], "\"2026-02-29\"", "format", "");
        assert_at(date_fields[i], "\"2026-02-01T00:00:00Z\"", "format", "");
        assert_at(date_fields[i], "\"01/02/2026\"", "format", "");
        assert_at(date_fields[i], "20260201", "type", "");
    }
    for (size_t i = 0; i < sizeof moment_fields / sizeof moment_fields[0]; i++) {
        assert_at(moment_fields[i], "\"2024-02-29\"", NULL, "");
        assert_at(moment_fields[i], "\"2026-02-01T00:00:00+01:00\"", NULL, "");
        assert_at(moment_fields[i], "\"2026-02-01T00:00:00\"", "format", "");
        assert_at(moment_fields[i], "1", "type", "");
    }
}

static void test_booleans(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof boolean_fields / sizeof boolean_fields[0]; i++) {
        assert_at(boolean_fields[i], "true", NULL, "");
        assert_at(boolean_fields[i], "false", NULL, "");
        assert_at(boolean_fields[i], "\"unknown\"", NULL, "");
        assert_at(boolean_fields[i], "\"true\"", "choice", "");
        assert_at(boolean_fields[i], "1", "type", "");
        assert_at(boolean_fields[i], "{}", "type", "");
    }
}

static void test_amounts_and_codes(void **state)
{
    (void)state;
    static const char *const amounts[] = {"0", "0.5", "1200.50", "999999999999999999.999999"};
    static const char *const others[] = {"",
                                         "-1",
                                         "+1",
                                         "1.",
                                         ".5",
                                         "1,200",
                                         "1e3",
                                         "01",
                                         "1 ",
                                         "NaN",
                                         "0x1",
                                         "1.2.3",
                                         "1234567890123456789",
                                         "0.1234567"};
    char value[64];
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        snprintf(value, sizeof value, "\"%s\"", amounts[i]);
        assert_at("funding/amount", value, NULL, "");
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        snprintf(value, sizeof value, "\"%s\"", others[i]);
        assert_at("funding/amount", value, "format", "");
    }
    assert_at("funding/amount", "1200.50", "type", "");
    assert_at("funding/currency", "\"USD\"", NULL, "");
    assert_at("funding/currency", "\"usd\"", "format", "");
    assert_at("funding/currency", "\"US\"", "format", "");
    assert_at("funding/source_type", "\"company\"", NULL, "");
    assert_at("location/country", "\"CN\"", NULL, "");
    assert_at("location/country", "\"cn\"", "format", "");
    assert_at("location/country", "\"CHN\"", "format", "");
    assert_at("partner/0/country", "\"GB\"", NULL, "");
    assert_at("partner/0/country", "\"G1\"", "format", "");
    assert_at("technology_areas", "[\"ai\",\"ai.large_model\",\"quantum\"]", NULL, "");
    static const char *const codes[] = {"", "AI", "ai.", ".ai", "a..b", "a b", "a-b"};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        snprintf(value, sizeof value, "[\"%s\"]", codes[i]);
        assert_at("technology_areas", value, "format", "/0");
    }
    assert_at("technology_areas", "[{}]", "type", "/0");
    assert_at("technology_areas", "{}", "type", "");
}

static void check_elements(const char *field, const char *element, int most)
{
    struct buffer value = {0};
    json_write_begin(&value, '[');
    for (int i = 0; i < most; i++)
        json_write_raw(&value, (struct pw_text){element, strlen(element)});
    json_write_end(&value, ']');
    assert_at(field, value.data, NULL, "");
    value.length--;
    buffer_format(&value, ",%s]", element);
    assert_at(field, value.data, "length", "");
    buffer_release(&value);
}

static void test_array_bounds(void **state)
{
    (void)state;
    check_elements("partner", "{}", 64);
    check_elements("technology_areas", "\"ai\"", 32);
    check_elements("resources", "\"none\"", 16);
}

static void test_nested_objects(void **state)
{
    (void)state;
    static const char *const objects[] = {"questions",     "questions/q1",       "funding", "agreement",
                                          "determination", "determination/atas", "location"};
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        assert_at(objects[i], "{}", NULL, "");
        assert_at(objects[i], "null", NULL, "");
        assert_at(objects[i], "[]", "type", "");
        assert_at(objects[i], "\"x\"", "type", "");
    }
    assert_at("partner", "[{\"name\":\"ETH Zurich\",\"unit\":\"D-INFK\"}]", NULL, "");
    assert_at("partner", "[]", NULL, "");
    assert_at("partner", "{}", "type", "");
    assert_at("partner", "[\"ETH Zurich\"]", "type", "/0");
    assert_at("partner", "[{\"name\":5}]", "type", "/0/name");
    assert_at("partner", "[null]", "type", "/0");
    assert_at("questions/q1/by", "\"researcher\"", NULL, "");
    assert_at("questions/q1/text", "\"because\"", NULL, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_identifiers),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_checked_identifiers),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_booleans),
        cmocka_unit_test(test_amounts_and_codes),
        cmocka_unit_test(test_array_bounds),
        cmocka_unit_test(test_nested_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
