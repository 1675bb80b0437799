/* SPDX-License-Identifier: Apache-2.0
 *
 * The envelope: CloudEvents attributes, what a feed may say, messages and acknowledgements.
 */
#include "event_case.h"

static void test_good_event(void **state)
{
    (void)state;
    static const char text[] =
        " {\"data\":{\"engagement_id\":\"E-1\"},\"time\":\"2026-01-02T03:04:05Z\",\"subject\":\"E-"
        "1\"," ENVELOPE
        ",\"datacontenttype\":\"application/json; charset=utf-8\",\"dataschema\":\"https://x.example/s\","
        "\"sequence\":5,\"partitionkey\":\"p\",\"correlationid\":\"c\",\"causationid\":\"0\","
        "\"dataclassification\":\"internal\",\"expirytime\":\"2020-01-01T00:00:00Z\"} ";
    struct event_case *read = case_read(text, NULL);
    const struct event *event = &read->event;
    assert_int_equal(read->status, 0);
    assert_true(text_is(event->id, "1"));
    assert_true(text_is(event->source, "https://hr.example.edu/a"));
    assert_true(text_is(event->type, "org.pathwayd.hr.appointment.proposed.v1"));
    assert_true(text_is(event->name, "hr.appointment.proposed"));
    assert_true(text_is(event->subject, "E-1"));
    assert_true(text_is(event->engagement_id, "E-1"));
    assert_true(text_is(event->causationid, "0"));
    assert_int_equal(event->family, EVENT_HR_APPOINTMENT);
    assert_true(event->time_ms == 1767323045000);
    assert_int_equal(event->dropped.length + event->refused.length + event->cut.length, 0);
    assert_ptr_equal(event->body.data, read->text + 1); /* uncut: the input itself, without blanks around */
    assert_int_equal(event->body.length, strlen(text) - 2);
    assert_null(event->cut.data); /* and no memory was needed */
    assert_null(event->marks.data);
    case_free(read);
}

#define REPEAT_16(s) s s s s s s s s s s s s s s s s
#define LONG_1024    REPEAT_16(REPEAT_16("abcd"))

struct row {
    const char *text, *code, *pointer;
};

static const struct row envelopes[] = {
    {WITH_ATTRIBUTES(""), NULL, NULL},
    /* null is absent */
    {WITH_ATTRIBUTES(",\"time\":null,\"subject\":null,\"datacontenttype\":null,\"dataschema\":null"), NULL,
     NULL},
    {WITH_ATTRIBUTES(",\"sequence\":null,\"expirytime\":null,\"data_base64\":null"), NULL, NULL},
    {"{\"specversion\":null,\"id\":\"1\",\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA "}", "required",
     "/specversion"},
    {"{\"specversion\":\"1.0\",\"id\":null,\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA "}",
     "required", "/id"},
    {"{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"org.pathwayd.x\"," DATA "}", "required", "/source"},
    {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\"," DATA "}", "required", "/type"},
    {"{" ENVELOPE "}", "required", "/data"},
    {"{" ENVELOPE ",\"data\":null}", "required", "/data"},
    /* specversion */
    {"{\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA "}",
     "unsupported", "/specversion"},
    {"{\"specversion\":1.0,\"id\":\"1\",\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA "}", "type",
     "/specversion"},
    /* id, source, type */
    {"{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA "}", "length",
     "/id"},
    {"{\"specversion\":\"1.0\",\"id\":7,\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA "}", "type",
     "/id"},
    {"{\"specversion\":\"1.0\",\"id\":\"a\\u0007\",\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA "}",
     "control", "/id"},
    {"{\"specversion\":\"1.0\",\"id\":\"a\\u0085\",\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA "}",
     "control", "/id"},
    {"{\"specversion\":\"1.0\",\"id\":\"a\\uFFFE\",\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA "}",
     "control", "/id"},
    {"{\"specversion\":\"1.0\",\"id\":\"é😀\",\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA "}", NULL,
     NULL},
    {"{\"specversion\":\"1.0\",\"id\":\"" LONG_1024 "\",\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA
     "}",
     NULL, NULL},
    {"{\"specversion\":\"1.0\",\"id\":\"" LONG_1024 "e\",\"source\":\"/\",\"type\":\"org.pathwayd.x\"," DATA
     "}",
     "length", "/id"},
    {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"\",\"type\":\"org.pathwayd.x\"," DATA "}", "length",
     "/source"},
    {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"\"," DATA "}", "length", "/type"},
    {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"com.example.x\"," DATA "}",
     "permission", "/type"},
    {"{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"org.pathwayd.\"," DATA "}",
     "permission", "/type"},
    /* time, datacontenttype, data */
    {WITH_ATTRIBUTES(",\"time\":\"2026-01-02\""), "format", "/time"},
    {WITH_ATTRIBUTES(",\"time\":1767323045"), "type", "/time"},
    {WITH_ATTRIBUTES(",\"expirytime\":\"soon\""), "format", "/expirytime"},
    {WITH_ATTRIBUTES(",\"datacontenttype\":\"APPLICATION/JSON\""), NULL, NULL},
    {WITH_ATTRIBUTES(",\"datacontenttype\":\"application/merge-patch+json\""), NULL, NULL},
    {WITH_ATTRIBUTES(",\"datacontenttype\":\"text/xml\""), "unsupported", "/datacontenttype"},
    {WITH_ATTRIBUTES(",\"datacontenttype\":\"application/jsonl\""), "unsupported", "/datacontenttype"},
    {WITH_ATTRIBUTES(",\"dataschema\":\"not a uri\""), "format", "/dataschema"},
    {WITH_ATTRIBUTES(",\"data_base64\":\"e30=\""), "unsupported", "/data_base64"},
    {"{" ENVELOPE ",\"data\":[]}", "type", "/data"},
    {"{" ENVELOPE ",\"data\":\"{}\"}", "type", "/data"},
    {"{" ENVELOPE ",\"data\":{}}", "required", "/data/engagement_id"},
    /* understood extensions */
    {WITH_ATTRIBUTES(",\"sequence\":\"5\""), NULL, NULL},
    {WITH_ATTRIBUTES(",\"sequence\":2147483648"), "type", "/sequence"},
    {WITH_ATTRIBUTES(",\"sequence\":1.5"), "type", "/sequence"},
    {WITH_ATTRIBUTES(",\"partitionkey\":{}"), "type", "/partitionkey"},
    {WITH_ATTRIBUTES(",\"causationid\":\"\""), "length", "/causationid"},
    /* other extensions */
    {WITH_ATTRIBUTES(",\"abc123\":true,\"i\":-2147483648,\"s\":\"x\""), NULL, NULL},
    {WITH_ATTRIBUTES(",\"abcdefghijklmnopqrst\":1"), NULL, NULL},
    {WITH_ATTRIBUTES(",\"abcdefghijklmnopqrstu\":1"), "name", "/abcdefghijklmnopqrstu"},
    {WITH_ATTRIBUTES(",\"Abc\":1"), "name", "/Abc"},
    {WITH_ATTRIBUTES(",\"a_b\":1"), "name", "/a_b"},
    {WITH_ATTRIBUTES(",\"\":1"), "name", "/"},
    {WITH_ATTRIBUTES(",\"abc\":{}"), "type", "/abc"},
    {WITH_ATTRIBUTES(",\"abc\":[1]"), "type", "/abc"},
    {WITH_ATTRIBUTES(",\"abc\":0.5"), "type", "/abc"},
    {WITH_ATTRIBUTES(",\"abc\":\"\\u001b\""), "control", "/abc"},
    /* what is no event at all */
    {"[]", "type", ""},
    {"\"x\"", "type", ""},
};

static void test_envelopes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof envelopes / sizeof envelopes[0]; i++)
        assert_fault(envelopes[i].text, NULL, envelopes[i].code, envelopes[i].pointer);
}

static void assert_source(const char *source, const struct event_permit *permit, const char *code)
{
    char text[512];
    snprintf(text, sizeof text,
             "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"%s\",\"type\":\"org.pathwayd.x\"," DATA "}",
             source);
    assert_fault(text, permit, code, "/source");
}

static void test_source_is_a_reference(void **state)
{
    (void)state;
    static const char *const good[] = {"/",
                                       "a",
                                       "a/b:c",
                                       "//h/x",
                                       "https://h.example/?q#f",
                                       "urn:uuid:1-2",
                                       "mailto:a@b",
                                       "?q",
                                       "#f",
                                       "http://[::1]:80/",
                                       "%41",
                                       "./a:b"};
    static const char *const bad[] = {"a b", "é",    "<x>",        "%4",        "%zz",  "a#b#c", "1a:b", ":x",
                                      "a^b", "x[1]", "http://h/[", "\\\\\\\\h", "a{b}", "`",     "|"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_source(good[i], NULL, NULL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_source(bad[i], NULL, "format");
}

static void test_source_permission(void **state)
{
    (void)state;
    static const struct {
        const char *prefix, *source;
        bool admitted;
    } rows[] = {
        {"https://hr.example.edu/", "https://hr.example.edu/", true},
        {"https://hr.example.edu/", "https://hr.example.edu/a/b", true},
        {"https://hr.example.edu/", "https://hr.example.edu", false},
        {"https://hr.example.edu/", "https://hr.example.edu.evil/", false},
        {"https://hr.example.edu/", "https://HR.example.edu/", false},
        {"https://hr.example.edu", "https://hr.example.edu", true},
        {"https://hr.example.edu", "https://hr.example.edu/a", true},
        {"https://hr.example.edu", "https://hr.example.edu?a", true},
        {"https://hr.example.edu", "https://hr.example.edu.evil/", false},
        {"https://hr.example.edu", "https://hr.example.edu:x@evil/", false},
        {"https://hr.example.edu/app", "https://hr.example.edu/app/1", true},
        {"https://hr.example.edu/app", "https://hr.example.edu/apples", false},
        {"urn:example:hr", "urn:example:hr:1", true},
        {"urn:example:hr", "urn:example:hrx", false},
        {"urn:example:", "urn:example:hr", true},
        {"", "anything", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct event_permit permit = {.sources =
                                                (const char *const[]){"/other/", rows[i].prefix, NULL}};
        assert_source(rows[i].source, &permit, rows[i].admitted ? NULL : "permission");
    }
    assert_source("/x", &(struct event_permit){.sources = (const char *const[]){NULL}}, "permission");
}

static void assert_type(const char *type, const struct event_permit *permit, const char *code)
{
    char text[512];
    snprintf(
        text, sizeof text,
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"causationid\":\"0\",\"type\":\"%s\"," DATA
        "}",
        type);
    assert_fault(text, permit, code, "/type");
}

static void test_type_permission(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *type;
        bool admitted;
    } rows[] = {
        {"hr.appointment.*", "org.pathwayd.hr.appointment.proposed.v1", true},
        {"hr.appointment.*", "org.pathwayd.hr.appointment.proposed.v2", true},
        {"hr.appointment.*", "org.pathwayd.hr.appointmentx.proposed.v1", false},
        {"hr.appointment*", "org.pathwayd.hr.appointment.proposed.v1", false},
        {"hr.*", "org.pathwayd.hr.appointment.ended.v1", true},
        {"hr.*", "org.pathwayd.visa.petition.filed.v1", false},
        {"visa.petition.filed", "org.pathwayd.visa.petition.filed.v1", true},
        {"visa.petition.filed", "org.pathwayd.visa.petition.filed.v2", false},
        {"*", "org.pathwayd.never.heard.of.v1", true},
        {"*", "org.pathwayd.correction.v1", false},
        {"*", "org.pathwayd.list.updated.v1", false},
        {"*", "org.pathwayd.advisory.received.v1", false},
        {"list.*", "org.pathwayd.list.updated.v1", false},
        {"correction", "org.pathwayd.correction.v1", true},
        {"list.updated", "org.pathwayd.list.updated.v1", true},
        {"advisory.received", "org.pathwayd.advisory.received.v1", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct event_permit permit = {.types = (const char *const[]){rows[i].pattern, NULL}};
        assert_type(rows[i].type, &permit, rows[i].admitted ? NULL : "permission");
    }
    const struct event_permit own = {.type_prefix = "edu.example."};
    assert_type("edu.example.hr.appointment.ended.v1", &own, NULL);
    assert_type("org.pathwayd.hr.appointment.ended.v1", &own, "permission");
}

static void test_classification_permission(void **state)
{
    (void)state;
    const struct event_permit permit = {.classifications = (const char *const[]){"public", "internal", NULL}};
    assert_fault(WITH_ATTRIBUTES(",\"dataclassification\":\"internal\""), &permit, NULL, NULL);
    assert_fault(WITH_ATTRIBUTES(""), &permit, NULL, NULL);
    assert_fault(WITH_ATTRIBUTES(",\"dataclassification\":\"secret\""), &permit, "permission",
                 "/dataclassification");
}

static void test_families(void **state)
{
    (void)state;
    static const uint32_t per_family[] = {0, 4, 3, 5, 4, 2, 2, 3, 2, 3}; /* by the vocabulary's list */
    uint32_t seen[EVENT_CONTROL + 1] = {0};
    for (const char *const *name = event_type_names; *name; name++) {
        char type[128];
        struct pw_text short_name;
        snprintf(type, sizeof type, "org.pathwayd.%s.v1", *name);
        seen[event_family_of((struct pw_text){type, strlen(type)}, "org.pathwayd.", &short_name)]++;
        assert_true(text_is(short_name, *name));
        type[strlen(type) - 1] = '2'; /* another version is not known */
        assert_int_equal(event_family_of((struct pw_text){type, strlen(type)}, "org.pathwayd.", &short_name),
                         EVENT_UNROUTED);
        type[strlen(type) - 3] = '\0'; /* nor is none */
        assert_int_equal(event_family_of((struct pw_text){type, strlen(type)}, "org.pathwayd.", &short_name),
                         EVENT_UNROUTED);
    }
    assert_memory_equal(seen, per_family, sizeof seen);
    struct pw_text name;
    assert_int_equal(event_family_of(PW_TEXT("com.example.correction.v1"), "org.pathwayd.", &name),
                     EVENT_UNROUTED);
    assert_int_equal(event_family_of(PW_TEXT("org.pathwayd.hr.appointment.v1"), "org.pathwayd.", &name),
                     EVENT_UNROUTED);
    assert_int_equal(event_family_of((struct pw_text){0}, "org.pathwayd.", &name), EVENT_UNROUTED);
}

#define CONTROL(name, more)                                                                                  \
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\",\"type\":\"org.pathwayd." name ".v1\"" more "}"

static void test_control_events(void **state)
{
    (void)state;
    assert_fault(CONTROL("list.updated", ",\"data\":{}"), NULL, NULL, NULL);
    assert_fault(CONTROL("advisory.received", ",\"data\":{}"), NULL, NULL, NULL);
    assert_fault(CONTROL("correction", ",\"data\":{}"), NULL, "required", "/causationid");
    assert_fault(CONTROL("correction", ",\"causationid\":null,\"data\":{}"), NULL, "required",
                 "/causationid");
    assert_fault(CONTROL("correction", ",\"causationid\":\"0\",\"data\":{\"role\":null,\"unit\":\"CS\"}"),
                 NULL, NULL, NULL);
    assert_fault(CONTROL("correction", ",\"causationid\":\"0\",\"data\":{\"role\":\"boss\"}"), NULL, "choice",
                 "/data/role");
    assert_fault(CONTROL("correction", ",\"causationid\":\"0\",\"data\":{\"engagement_id\":null}"), NULL,
                 "required", "/data/engagement_id");
    struct event_case *read = case_read(
        CONTROL("correction", ",\"causationid\":\"0\",\"data\":{\"nationality\":null,\"x\":1}"), NULL);
    assert_int_equal(read->event.family, EVENT_CONTROL);
    assert_notes(&read->event.refused, "[\"/data/nationality\"]");
    assert_body(read, CONTROL("correction", ",\"causationid\":\"0\",\"data\":{}"));
    case_free(read);
}

static void test_all_faults_at_once(void **state)
{
    (void)state;
    struct event_case *read =
        case_read("{\"id\":\"\",\"source\":\"a b\",\"data\":{\"role\":1,\"start\":\"x\"}}", NULL);
    assert_int_equal(read->event.fault_count, 7);
    case_free(read);
    struct buffer text = {0};
    buffer_string(&text, "{" ENVELOPE ",\"data\":{\"engagement_id\":\"E\",\"resources\":[");
    for (int i = 0; i < 16; i++)
        json_write_integer(&text, i);
    buffer_string(&text, "],\"applications\":[");
    for (int i = 0; i < 16; i++)
        json_write_integer(&text, i);
    buffer_string(&text, "]}}");
    read = case_read(text.data, NULL);
    assert_int_equal(read->event.fault_count, EVENT_MAX_ERRORS);
    assert_string_equal(read->event.faults[EVENT_MAX_ERRORS - 2].code, "type");
    assert_string_equal(read->event.faults[EVENT_MAX_ERRORS - 1].code, "more");
    case_free(read);
    buffer_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_event),
        cmocka_unit_test(test_envelopes),
        cmocka_unit_test(test_source_is_a_reference),
        cmocka_unit_test(test_source_permission),
        cmocka_unit_test(test_type_permission),
        cmocka_unit_test(test_classification_permission),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_control_events),
        cmocka_unit_test(test_all_faults_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
