/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV: rows as RFC 4180 has them and as exports really are, in pieces of every size; and how a map turns them
 * into events.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/csv.h"
#include "ctl/map.h"

static void write_file(char *path, const char *bytes, size_t length)
{
    strcpy(path, "/tmp/pathwayd-csv-XXXXXX");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, length), (ssize_t)length);
    close(descriptor);
}

struct table {
    char path[64];
    struct source *source;
    struct csv csv;
};

static void table_open(struct table *table, const char *bytes, size_t length, const char *encoding)
{
    *table = (struct table){.csv.delimiter = ','};
    write_file(table->path, bytes, length);
    assert_int_equal(source_open(table->path, &table->source), 0);
    if (encoding)
        assert_int_equal(source_encoding(table->source, encoding), 0);
}

static void table_close(struct table *table)
{
    source_close(table->source);
    csv_release(&table->csv);
    unlink(table->path);
}

/* The next row's status, filling as needed. */
static int next(struct table *table)
{
    for (;;) {
        int status = csv_row(&table->csv, table->source);
        if (status != 0 || source_ended(table->source))
            return status;
        assert_true(source_fill(table->source) >= 0);
    }
}

static void has(const struct table *table, uint32_t field, const char *text)
{
    assert_true(field < table->csv.count);
    assert_int_equal(table->csv.fields[field].length, strlen(text));
    assert_memory_equal(table->csv.fields[field].data, text, strlen(text));
}

static void quoted_fields_hold_anything(void **state)
{
    static const char bytes[] = "a,b,c\r\n\"x, \"\"y\"\"\",\"two\r\nlines\",\n\"\",,\"\"\"\"\nlast,row,here";
    struct table table;
    (void)state;
    table_open(&table, bytes, sizeof(bytes) - 1, NULL);
    assert_int_equal(next(&table), 1);
    assert_int_equal(table.csv.count, 3);
    assert_int_equal(next(&table), 1);
    has(&table, 0, "x, \"y\"");
    has(&table, 1, "two\r\nlines");
    has(&table, 2, "");
    assert_int_equal(table.csv.line, 2);
    assert_int_equal(next(&table), 1);
    has(&table, 0, "");
    has(&table, 2, "\"");
    assert_int_equal(table.csv.row, 3);
    assert_int_equal(table.csv.line, 4);
    assert_int_equal(next(&table), 1);
    has(&table, 2, "here");
    assert_int_equal(next(&table), 0);
    table_close(&table);
}

/* A pipe delivers where it likes: every cut of the text must give the same rows. */
static void pieces_do_not_matter(void **state)
{
    static const char bytes[] = "h1,h2\n\"a\"\"\nb\",\"c\"\r\nd,e\n";
    (void)state;
    for (size_t cut = 1; cut < sizeof(bytes) - 1; cut++) {
        int ends[2];
        struct table table = {.csv.delimiter = ','};
        char path[32];
        assert_int_equal(pipe(ends), 0);
        snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
        assert_int_equal(source_open(path, &table.source), 0);
        uint32_t rows = 0;
        for (int part = 0; part < 2; part++) {
            size_t from = part ? cut : 0, to = part ? sizeof(bytes) - 1 : cut;
            assert_int_equal(write(ends[1], bytes + from, to - from), (ssize_t)(to - from));
            assert_int_equal(source_fill(table.source), 1);
            while (csv_row(&table.csv, table.source) == 1)
                rows++;
        }
        assert_int_equal(rows, 3);
        has(&table, 0, "d");
        has(&table, 1, "e");
        close(ends[1]);
        assert_int_equal(source_fill(table.source), 0);
        assert_true(source_ended(table.source));
        source_close(table.source);
        csv_release(&table.csv);
        close(ends[0]);
    }
}

static void bad_rows_are_named_and_passed_over(void **state)
{
    static const char bytes[] = "a,b\n\"x\"y,z\ngood,row\n\"never closed\n";
    struct table table;
    (void)state;
    table_open(&table, bytes, sizeof(bytes) - 1, NULL);
    assert_int_equal(next(&table), 1);
    assert_int_equal(next(&table), PW_ERROR_INVALID);
    assert_int_equal(table.csv.row, 2);
    assert_non_null(strstr(table.csv.error, "field 1"));
    assert_int_equal(next(&table), 1);
    has(&table, 0, "good");
    assert_int_equal(next(&table), PW_ERROR_LIMIT);
    assert_int_equal(table.csv.row, 4);
    table_close(&table);
}

static void marks_and_encodings_are_read(void **state)
{
    static const char marked[] = "\xEF\xBB\xBF"
                                 "name\nx\n";
    static const char latin[] = "name\nZ\xFCrich\n", utf16[] = "\xFF\xFEn\0\n\0\xFC\0\n\0",
                      half[] = "\xFF\xFE\x00\xD8\n\0x\0\n\0";
    struct table table;
    (void)state;
    table_open(&table, marked, sizeof(marked) - 1, NULL);
    assert_int_equal(next(&table), 1);
    has(&table, 0, "name");
    table_close(&table);
    table_open(&table, latin, sizeof(latin) - 1, "ISO-8859-1");
    assert_int_equal(next(&table), 1);
    assert_int_equal(next(&table), 1);
    has(&table, 0, "Zürich");
    table_close(&table);
    table_open(&table, utf16, sizeof(utf16) - 1, "UTF-16");
    assert_int_equal(next(&table), 1);
    assert_int_equal(next(&table), 1);
    has(&table, 0, "ü");
    table_close(&table);
    table_open(&table, half, sizeof(half) - 1, "UTF-16");
    assert_int_equal(next(&table), 1);
    has(&table, 0, SOURCE_NO_TEXT);
    assert_int_equal(next(&table), 1); /* and costs no other its place */
    has(&table, 0, "x");
    table_close(&table);
    table_open(&table, latin, sizeof(latin) - 1, "UTF-8");
    assert_int_equal(next(&table), 1);
    assert_int_equal(next(&table), 1); /* what is no text stays in its row, marked */
    has(&table, 0, "Z" SOURCE_NO_TEXT "rich");
    assert_int_not_equal(source_encoding(table.source, "NO-SUCH-ENCODING"), 0);
    table_close(&table);
}

static void long_lines_are_skipped_not_kept(void **state)
{
    size_t length = SOURCE_MAX_LINE + 100;
    char *bytes = malloc(length + 8);
    struct pw_text line = {NULL, 0};
    struct table table;
    int status = 0, refused = 0;
    (void)state;
    memset(bytes, 'x', length);
    memcpy(bytes + length, "\nshort\n", 7);
    table_open(&table, bytes, length + 7, NULL);
    while (!source_ended(table.source)) {
        status = source_line(table.source, &line);
        refused += status == PW_ERROR_LIMIT;
        if (status == 1)
            break;
        if (status == 0)
            source_fill(table.source);
    }
    assert_int_equal(refused, 1);
    assert_int_equal(line.length, 5);
    table_close(&table);
    free(bytes);
}

/* ---- maps ---------------------------------------------------------------------------------------------- */

static int read_map(const char *text, struct map **ret_map, char error[MAP_ERROR_SIZE])
{
    char path[64];
    write_file(path, text, strlen(text));
    int status = map_read(path, ret_map, error);
    unlink(path);
    return status;
}

/* The event of the file's second row; PW_ERROR_INVALID with `error` for whatever is wrong. */
static int map_row(const char *text, const char *rows, struct buffer *out, char error[MAP_ERROR_SIZE])
{
    struct map *map = NULL;
    struct table table;
    int status = read_map(text, &map, error);
    if (status != 0)
        return status;
    table_open(&table, rows, strlen(rows), NULL);
    assert_int_equal(next(&table), 1);
    status = map_bind(map, &table.csv, error);
    if (status == 0) {
        assert_int_equal(next(&table), 1);
        status = map_event(map, &table.csv, out, error);
    }
    map_free(map);
    table_close(&table);
    return status;
}

#define HEAD                                                                                                 \
    "{\"source\":\"https://x.test/\",\"type\":\"org.pathwayd.agreement.{Step}.v1\",\"id\":\"{No}-{Step}\","

static void expect_event(const char *map, const char *rows, const char *expected)
{
    struct buffer out = {0};
    char error[MAP_ERROR_SIZE] = "";
    if (map_row(map, rows, &out, error) != 0)
        fail_msg("%s", error);
    assert_string_equal(out.data, expected);
    buffer_release(&out);
}

static void expect_fault(const char *map, const char *rows, const char *part)
{
    struct buffer out = {0};
    char error[MAP_ERROR_SIZE] = "";
    assert_int_equal(map_row(map, rows, &out, error), PW_ERROR_INVALID);
    if (!strstr(error, part))
        fail_msg("\"%s\" does not say \"%s\"", error, part);
    buffer_release(&out);
}

static void a_row_becomes_an_event(void **state)
{
    (void)state;
    expect_event(
        HEAD "\"fields\":{\"/data/engagement_id\":\"E-{No}\",\"/data/partner/0/name\":\"{P}\","
             "\"/data/partner/0/relation\":\"party\",\"/data/partner/1/name\":\"{Q}\","
             "\"/data/partner/1/relation\":\"funder\",\"/data/title\":\"{{{T}\",\"/data/start\":\"{D}\","
             "\"/data/technology_areas\":\"{A}\",\"/data/partner/0/current\":\"{C}\"},"
             "\"values\":{\"Step\":{\"new\":\"proposed\"},\"P\":{\"ETH\":\"ETH Zurich\",\"*\":\"other\"}},"
             "\"dates\":{\"D\":\"DD.MM.YYYY\"},\"types\":{\"/data/partner/0/current\":\"boolean\"},"
             "\"split\":{\"/data/technology_areas\":\";\"}}",
        "No,Step,P,Q,T,D,A,C\n7,new,ETH,,\"a \"\"b\"\"\",31.01.2026,ai; quantum;,yes\n",
        "{\"specversion\":\"1.0\",\"id\":\"7-proposed\",\"source\":\"https://x.test/\",\"type\":"
        "\"org.pathwayd.agreement.proposed.v1\",\"data\":{\"engagement_id\":\"E-7\",\"partner\":[{\"name\":"
        "\"ETH Zurich\",\"current\":true,\"relation\":\"party\"}],\"title\":\"{a \\\"b\\\"\",\"start\":"
        "\"2026-01-31\",\"technology_areas\":[\"ai\",\"quantum\"]}}");
}

/* Literals of an array element that has no value of its own are left out, and gaps between elements close. */
static void empty_cells_leave_nothing_behind(void **state)
{
    (void)state;
    expect_event(
        HEAD "\"fields\":{\"/data/engagement_id\":\"{No}\",\"/data/partner/0/name\":\"{P}\","
             "\"/data/partner/0/relation\":\"party\",\"/data/partner/1/name\":\"{Q}\"}}",
        "No,Step,P,Q\n7,signed, ,Q Ltd\n",
        "{\"specversion\":\"1.0\",\"id\":\"7-signed\",\"source\":\"https://x.test/\",\"type\":"
        "\"org.pathwayd.agreement.signed.v1\",\"data\":{\"engagement_id\":\"7\",\"partner\":[{\"name\":"
        "\"Q Ltd\"}]}}");
}

static void numbers_keep_their_spelling(void **state)
{
    (void)state;
    expect_event(HEAD
                 "\"fields\":{\"/data/a\":\"{A}\",\"/data/b\":\"{B}\"},\"types\":{\"/data/a\":\"number\","
                 "\"/data/b\":\"json\"}}",
                 "No,Step,A,B\n7,x,9007199254740993.10,\"[1,null]\"\n",
                 "{\"specversion\":\"1.0\",\"id\":\"7-x\",\"source\":\"https://x.test/\",\"type\":"
                 "\"org.pathwayd.agreement.x.v1\",\"data\":{\"a\":9007199254740993.10,\"b\":[1,null]}}");
}

static void rows_can_be_left_out(void **state)
{
    struct buffer out = {0};
    char error[MAP_ERROR_SIZE] = "";
    (void)state;
    assert_int_equal(map_row(HEAD "\"fields\":{\"/data/a\":\"{No}\"},\"skip_if_empty\":[\"P\"]}",
                             "No,Step,P\n1,x,\n", &out, error),
                     1);
    buffer_release(&out);
}

static void bad_rows_say_why(void **state)
{
    (void)state;
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"{No}\"},\"values\":{\"Step\":{\"new\":\"proposed\"}}}",
                 "No,Step\n1,old\n", "\"old\" is not among");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"{D}\"},\"dates\":{\"D\":\"DD.MM.YYYY\"}}",
                 "No,Step,D\n1,x,1.1.2026\n", "not a date like DD.MM.YYYY");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"{D}\"},\"dates\":{\"D\":\"DD.MM.YYYY\"}}",
                 "No,Step,D\n1,x,0a.01.2026\n", "not a date");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"{D}\"},\"types\":{\"/data/a\":\"number\"}}",
                 "No,Step,D\n1,x,1e\n", "not a number");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"{D}\"},\"types\":{\"/data/a\":\"boolean\"}}",
                 "No,Step,D\n1,x,maybe\n", "true, false");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"{No}\"}}", "No,Step\n1,x,y\n", "3 fields, the header 2");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"{No}\"}}", "No,Step\n,\n", "id");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"{No}\",\"/data/a/b\":\"{No}\"}}", "No,Step\n1,x\n",
                 "does not fit");
}

static void bad_maps_are_refused_before_the_first_row(void **state)
{
    static const char rows[] = "No,Step\n1,x\n";
    (void)state;
    expect_fault("{", rows, ":1:");
    expect_fault("{}", rows, "\"source\" is missing");
    expect_fault(HEAD "\"field\":{}}", rows, "no member \"field\"");
    expect_fault(HEAD "\"delimiter\":\",\"}", rows, "\"fields\" is missing");
    expect_fault(HEAD "\"fields\":{\"data\":\"{No}\"}}", rows, "pointer below /data/");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"{Nope}\"}}", rows, "no column \"Nope\"");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"{}\"}}", rows, "names no column");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"x\"},\"delimiter\":\"ab\"}", rows, "delimiter");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"x\"},\"types\":{\"/data/a\":\"date\"}}", rows, "types");
    expect_fault(HEAD "\"fields\":{\"/data/a\":\"x\"},\"split\":{\"/data/b\":\";\"}}", rows, "split");
    expect_fault("{\"source\":\"s\",\"type\":\"t\",\"id\":\"fixed\",\"fields\":{\"/data/a\":\"x\"}}", rows,
                 "same identity");
}

static void the_shipped_maps_are_good(void **state)
{
    static const char *const files[] = {PATHWAYD_SOURCE "/conf/feeds/hr-export.json",
                                        PATHWAYD_SOURCE "/conf/feeds/visa-export.json"};
    char error[MAP_ERROR_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct map *map = NULL;
        if (map_read(files[i], &map, error) != 0)
            fail_msg("%s", error);
        map_free(map);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quoted_fields_hold_anything),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(bad_rows_are_named_and_passed_over),
        cmocka_unit_test(marks_and_encodings_are_read),
        cmocka_unit_test(long_lines_are_skipped_not_kept),
        cmocka_unit_test(a_row_becomes_an_event),
        cmocka_unit_test(empty_cells_leave_nothing_behind),
        cmocka_unit_test(numbers_keep_their_spelling),
        cmocka_unit_test(rows_can_be_left_out),
        cmocka_unit_test(bad_rows_say_why),
        cmocka_unit_test(bad_maps_are_refused_before_the_first_row),
        cmocka_unit_test(the_shipped_maps_are_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
