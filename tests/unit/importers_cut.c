/* SPDX-License-Identifier: Apache-2.0
 *
 * importers_cut.c: each way in which a download goes wrong: nobody in it, cut short, damaged, several files, or much too
 * much. Half a list would read as "no match".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "importers_scene.h"
#include "json/buffer.h"

/* ---- what is half a list -------------------------------------------------------------------------------------- */

static void a_list_of_nobody(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *format, *bytes;
    } lists[] = {{"csl-csv", CSL_HEADER},
                 {"csl-csv", CSL_HEADER "\n\x1a"},
                 {"bis-dpl", "Name\tCountry\tExpiration_Date\n"},
                 {"dod-1286", "schema,name,aliases,program,end-date\n"},
                 {"aspi-misp", "{\"type\":\"china-defence-universities\",\"values\":[]}"},
                 {"aspi-misp", "{\"type\":\"china-defence-universities\"}"},
                 {"ror", "[]"}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        put(scene, "nobody", lists[i].bytes, strlen(lists[i].bytes));
        assert_refused(scene, lists[i].format, "nobody", "there is nobody in it");
    }
}

/* A row that ends before the header's last column, of somebody who would be on the list. */
static void a_row_cut_short(void **state)
{
    struct scene *scene = *state;
    static const char whole[] = "1," SDN ",Entity,Zyxgard Works,Dubai,,Qwertz Foundry,x,y";
    for (size_t length = strlen(whole) - 2; length >= 60; length--) {
        char list[512];
        int used = snprintf(list, sizeof list, CSL_HEADER "0," SDN ",Entity,Zyxgard Sons,,,,,\n%.*s",
                            (int)length, whole);
        put(scene, "cut", list, (size_t)used);
        assert_refused(scene, "csl-csv", "cut", "row 3:");
    }
}

static size_t read_back(const struct scene *scene, const char *name, char *bytes, size_t most)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", scene->folder, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(bytes, 1, most, file);
    fclose(file);
    return length;
}

/* Whether the scene's file "damaged" compiles, with the sample's name in what comes of it; a refusal names the file. */
static bool is_whole(struct scene *scene)
{
    char task[96];
    struct answer answer = {0};
    struct compilation compilation = {.api = &json_document_api, .folding = scene->screener.folding};
    snprintf(task, sizeof task, "list=csl-csv:%s/damaged", scene->folder);
    int error = compilation_add(&compilation, (struct pw_text){task, strlen(task)}, scene->why);
    if (!error)
        error = compilation_run(&compilation, &answer, scene->why);
    if (error)
        assert_non_null(strstr(scene->why, "/damaged"));
    bool whole = !error && memmem(compilation.bytes, compilation.length, "Zyxgard Works", 13);
    assert_true(error || whole || scene->damage_shows);
    answer_release(&answer);
    compilation_release(&compilation);
    return whole;
}

/* Cut anywhere, a packed list is refused, or nothing of the list is missing. */
static void a_download_cut_short(void **state)
{
    struct scene *scene = *state;
    for (int zip = 0; zip < 2; zip++) {
        char bytes[4096];
        uint32_t whole = 0;
        pack(scene, "whole", zip, samples[0].bytes);
        size_t length = read_back(scene, "whole", bytes, sizeof bytes);
        assert_int_equal(compile_file(scene, "csl-csv", "whole"), PW_OK);
        for (size_t cut = 0; cut < length; cut++) {
            put(scene, "damaged", bytes, cut);
            whole += is_whole(scene);
        }
        assert_true(whole < length / 2);
    }
}

/* A zip's contents are checked when they are unpacked; a gzip's are not, but most damage breaks the packing. */
static void a_bit_flipped_on_the_way(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(compile_one(scene, samples[0].format, samples[0].bytes), PW_OK);
    for (int zip = 0; zip < 2; zip++) {
        char bytes[4096];
        pack(scene, "whole", zip, samples[0].bytes);
        size_t length = read_back(scene, "whole", bytes, sizeof bytes);
        scene->damage_shows = !zip;
        for (size_t at = 0; at < length; at++) {
            bytes[at] = (char)(bytes[at] ^ (1 << at % 8));
            put(scene, "damaged", bytes, length);
            is_whole(scene);
            bytes[at] = (char)(bytes[at] ^ (1 << at % 8));
        }
    }
}

static void several_files_in_one(void **state)
{
    struct scene *scene = *state;
    pack_all(scene, "two.zip", true, samples[0].bytes, 2);
    assert_refused(scene, "csl-csv", "two.zip", "more than one file");
    pack(scene, "one.zip", true, samples[0].bytes);
    assert_int_equal(compile_file(scene, "csl-csv", "one.zip"), PW_OK);
}

/* ---- what is too much ------------------------------------------------------------------------------------------ */

/* The format's sample with its name ten megabytes long. */
static void ten_megabytes_in_a_name(void **state)
{
    struct scene *scene = *state;
    const size_t much = 10u << 20;
    char *flood = malloc(much);
    assert_non_null(flood);
    for (size_t i = 0; i < SAMPLES; i++)
        for (int k = 0; k < 3; k++) {
            struct buffer list = {0};
            const char *name = strcasestr(samples[i].bytes, "zyxgard");
            size_t length = k ? 5000 : much; /* more than a field holds, and more than a name has */
            memset(flood, k == 2 ? ' ' : 'x', length);
            flood[0] = flood[length - 1] = 'x';
            buffer_append(&list, samples[i].bytes, (size_t)(name - samples[i].bytes));
            buffer_append(&list, flood, length);
            buffer_string(&list, name);
            assert_false(list.failed);
            put(scene, "much", list.data, list.length);
            buffer_release(&list);
            assert_refused(scene, samples[i].format, "much", NULL);
        }
    free(flood);
}

static void a_quote_that_does_not_end(void **state)
{
    struct scene *scene = *state;
    struct buffer list = {0};
    buffer_string(&list,
                  CSL_HEADER "0," SDN ",Entity,Zyxgard Sons,,,,,\n1," SDN ",Entity,\"Zyxgard Works,,,,,\n");
    while (list.length < 3u << 20)
        buffer_string(&list, "2," SDN ",Entity,Qwertz Foundry,,,,,\n");
    put(scene, "quote", list.data, list.length);
    buffer_release(&list);
    assert_refused(scene, "csl-csv", "quote", "row 2: the field \"name\" has more than");
    assert_int_equal(compile_one(scene, "csl-csv", CSL_HEADER "1," SDN ",Entity,\"Zyxgard Works,,,,,\n"),
                     PW_ERROR_INVALID);
    assert_non_null(strstr(scene->why, "row 2: the row ends too early"));
}

static void forty_thousand_aliases(void **state)
{
    struct scene *scene = *state;
    struct buffer list = {0};
    buffer_string(&list, CSL_HEADER "1," SDN ",Entity,Zyxgard Works,,,");
    for (int i = 0; i < 40000; i++)
        buffer_format(&list, "Qwertz %d Ltd;", i);
    buffer_string(&list, ",,\n");
    put(scene, "many", list.data, list.length);
    buffer_release(&list);
    assert_int_equal(compile_file(scene, "csl-csv", "many"), PW_OK);
    assert_string_equal(matches(scene, "Qwertz 39999 Ltd", true), "Zyxgard Works;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_list_of_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_cut_short, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_download_cut_short, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bit_flipped_on_the_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(several_files_in_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ten_megabytes_in_a_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_quote_that_does_not_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forty_thousand_aliases, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("importers_cut", tests, NULL, NULL);
}
