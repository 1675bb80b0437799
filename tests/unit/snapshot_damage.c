/* SPDX-License-Identifier: Apache-2.0
 *
 * snapshot_damage.c: snapshot files that are not what was compiled: cut, flipped, of another version, of other bytes
 * altogether. Each is refused with a sentence that names the file; and what passes as a snapshot, because somebody
 * computed its check anew, gives wrong answers at worst.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "answer.h"
#include "importer.h"
#include "screening_scene.h"

struct scene {
    char folder[40], path[64];
    char *bytes;
    size_t length;
    struct folding *folding;
    char why[LISTING_ERROR_BYTES];
};

static void put(const struct scene *scene, const void *bytes, size_t length)
{
    FILE *file = fopen(scene->path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

/* Registry, list, and a listed institution that is another's parent, so that no section is empty. */
static void compile_scene(struct scene *scene)
{
    struct import import = {.api = &json_document_api};
    struct listing *listing = NULL;
    uint32_t parent, part;
    assert_int_equal(compiler_open(scene->folding, &import.compiler), PW_OK);
    assert_int_equal(scene_put_registry(import.compiler), PW_OK);
    assert_int_equal(compiler_add_organisation(import.compiler, PW_TEXT("00f1zfq44"),
                                               PW_TEXT("Central South University"), PW_TEXT("CN"),
                                               PW_TEXT("Changsha"), &parent),
                     PW_OK);
    assert_int_equal(compiler_add_organisation(import.compiler, PW_TEXT("05akvb491"),
                                               PW_TEXT("Xiangya Hospital"), PW_TEXT("CN"),
                                               PW_TEXT("Changsha"), &part),
                     PW_OK);
    assert_int_equal(compiler_add_relation(import.compiler, part, PW_TEXT("00f1zfq44"), RELATION_PARENT),
                     PW_OK);
    assert_int_equal(compiler_add_relation(import.compiler, parent, PW_TEXT("05akvb491"), RELATION_CHILD),
                     PW_OK);
    assert_int_equal(
        compiler_add_source(import.compiler, PW_TEXT("own"), PW_TEXT("2026-01-01"), 0, &import.source),
        PW_OK);
    assert_int_equal(
        listing_read(&json_document_api, PW_TEXT("own.json"), PW_TEXT(scene_list), &listing, scene->why),
        PW_OK);
    assert_int_equal(import_listing(&import, listing), PW_OK);
    assert_int_equal(compiler_finish(import.compiler, &scene->bytes, &scene->length), PW_OK);
    listing_free(listing);
    compiler_close(import.compiler);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    strcpy(scene->folder, "/tmp/pathwayd-snapshot-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    snprintf(scene->path, sizeof scene->path, "%s/lists", scene->folder);
    assert_int_equal(folding_open(&scene->folding), PW_OK);
    compile_scene(scene);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    folding_close(scene->folding);
    unlink(scene->path);
    rmdir(scene->folder);
    free(scene->bytes);
    free(scene);
    return 0;
}

/* That the file is refused, and why. */
static void assert_refused(struct scene *scene, const char *why)
{
    struct snapshot snapshot = {0};
    scene->why[0] = '\0';
    assert_true(snapshot_open(&snapshot, scene->path, scene->why) < 0);
    assert_null(snapshot.base);
    if (strncmp(scene->why, scene->path, strlen(scene->path)) != 0 || !strstr(scene->why, why))
        fail_msg("\"%s\", expected \"%s\"", scene->why, why);
}

/* The bytes with `length` of them at `at` replaced. */
static void assert_change_refused(struct scene *scene, size_t at, const void *by, size_t length,
                                  const char *why)
{
    char *changed = malloc(scene->length);
    assert_non_null(changed);
    memcpy(changed, scene->bytes, scene->length);
    memcpy(changed + at, by, length);
    put(scene, changed, scene->length);
    free(changed);
    assert_refused(scene, why);
}

static void whole_ones_open(void **state)
{
    struct scene *scene = *state;
    struct snapshot snapshot = {0};
    put(scene, scene->bytes, scene->length);
    if (snapshot_open(&snapshot, scene->path, scene->why))
        fail_msg("%s", scene->why);
    assert_int_equal(snapshot.entry_count, 7);
    assert_int_equal(snapshot.relation_count, 2);
    snapshot_close(&snapshot);
}

static void cut_ones(void **state)
{
    struct scene *scene = *state;
    const struct snapshot_header *header = (const void *)scene->bytes;
    put(scene, "", 0);
    assert_refused(scene, "empty");
    for (size_t length = 1; length < sizeof *header; length += 7) {
        put(scene, scene->bytes, length);
        assert_refused(scene, "not a compiled list snapshot");
    }
    for (int i = 0; i < SECTION_COUNT; i++) /* at each section, and a little into it */
        for (size_t more = 0; more <= 8; more += 4) {
            size_t length = header->sections[i].offset + more;
            if (length >= scene->length)
                continue;
            put(scene, scene->bytes, length);
            assert_refused(scene, "cut short");
        }
    char *longer = calloc(1, scene->length + 1);
    assert_non_null(longer);
    memcpy(longer, scene->bytes, scene->length);
    put(scene, longer, scene->length + 1);
    free(longer);
    assert_refused(scene, "cut short, or longer");
}

static void other_ones(void **state)
{
    struct scene *scene = *state;
    const uint32_t versions[] = {0, SNAPSHOT_VERSION + 1, UINT32_MAX}, sections = SECTION_COUNT + 1;
    assert_change_refused(scene, 0, "PWLIST\n\n", 8,
                          "not a compiled list snapshot"); /* as if through a text mode */
    assert_change_refused(scene, 0, "PK\3\4", 4, "not a compiled list snapshot");
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        assert_change_refused(scene, offsetof(struct snapshot_header, version), &versions[i],
                              sizeof *versions, "another version");
    assert_change_refused(scene, offsetof(struct snapshot_header, section_count), &sections, sizeof sections,
                          "another version");
    unlink(scene->path);
    assert_refused(scene, "No such file");
    assert_int_equal(mkdir(scene->path, 0700), 0);
    assert_refused(scene, "no regular file");
    rmdir(scene->path);
    assert_int_equal(mkfifo(scene->path, 0600), 0); /* must not be waited for */
    assert_refused(scene, "no regular file");
    unlink(scene->path);
}

static void sections_outside_the_file(void **state)
{
    struct scene *scene = *state;
    const struct snapshot_header *header = (const void *)scene->bytes;
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        size_t place = offsetof(struct snapshot_header, sections) + i * sizeof header->sections[0];
        const uint64_t offsets[] = {
            0, 8, sizeof *header - 8, header->sections[i].offset + 1, scene->length + 8, UINT64_MAX - 7};
        const uint64_t counts[] = {scene->length + 1, UINT32_MAX, UINT32_MAX + 1ull, UINT64_MAX,
                                   UINT64_MAX / 8};
        for (size_t k = 0; k < sizeof offsets / sizeof *offsets; k++)
            assert_change_refused(scene, place, &offsets[k], sizeof offsets[k], "damaged");
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            assert_change_refused(scene, place + 8, &counts[k], sizeof counts[k], "damaged");
    }
}

/* A bit in any place: of the header, of the slots, of a name. */
static void flipped_ones(void **state)
{
    struct scene *scene = *state;
    for (size_t at = 0; at < scene->length; at += at < sizeof(struct snapshot_header) ? 1 : 211) {
        char flipped = (char)(scene->bytes[at] ^ (1 << at % 8));
        assert_change_refused(scene, at, &flipped, 1, "compile");
    }
}

/* ---- what passes as one ---------------------------------------------------------------------------------------- */

/* Opens the bytes unchecked, as they come from memory, and asks all there is to ask. */
static bool survives(struct scene *scene, const char *changed)
{
    char *bytes = malloc(scene->length);
    struct screener screener = {.api = &json_document_api, .folding = scene->folding};
    struct screening screening;
    struct answer answer = {0};
    const struct answer_terms terms = {.as_of = 0, .max_age_ms = 1};
    const struct screener_query queries[] = {
        {.name = PW_TEXT("Beihang University"),
         .sentence = PW_TEXT("HIT, Harbin Institute of Technology, China")},
        {.name = PW_TEXT("BUAA"),
         .sentence = PW_TEXT("Technology of Institute Beijing, and Friends, Moscow")},
        {.sentence = PW_TEXT("Xiangya Hospital, Changsha")},
        {.name = PW_TEXT("Central South University"), .ror = PW_TEXT("00wk2mp56"), .country = PW_TEXT("CN")}};
    assert_non_null(bytes);
    memcpy(bytes, changed, scene->length);
    if (snapshot_adopt(&screener.snapshots[0], bytes, scene->length, scene->why))
        return false;
    screener.snapshot_count = 1;
    assert_int_equal(resolver_open(&screener.resolver, screener.folding, screener.snapshots, 1), PW_OK);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        assert_int_equal(screener_screen(&screener, &queries[i], &screening), PW_OK);
        answer_screening(&answer, &screener, queries[i].name, &screening);
        for (uint32_t k = 0; k < screening.count; k++)
            answer_fact(&answer, &screener, &screening.matches[k], &terms,
                        screening.matches[k].field == FIELD_NAME ? queries[i].name : queries[i].sentence,
                        PW_TEXT("/data"));
    }
    answer_release(&answer);
    screener.folding = NULL;
    screener_close(&screener);
    return true;
}

/* Every word of the file replaced by what an index, a length or an instant must not be. */
static void no_number_leads_outside(void **state)
{
    struct scene *scene = *state;
    static const uint32_t numbers[] = {0, 1, 3, 4, 0x7FFFFFFF, 0x80000000, UINT32_MAX - 1, UINT32_MAX};
    const struct snapshot_header *header = (const void *)scene->bytes;
    char *changed = malloc(scene->length);
    uint32_t survived = 0;
    assert_non_null(changed);
    for (int i = SECTION_SOURCES; i < SECTION_COUNT; i++) {
        /* Countries fill the table of places; what stands once is what stands a thousand times. */
        bool large = i == SECTION_PLACE_SLOTS || i == SECTION_PLACE_KEYS || i == SECTION_WORD_SLOTS;
        size_t from = header->sections[i].offset, to = scene->length;
        for (int k = 0; k < SECTION_COUNT; k++)
            if (header->sections[k].offset > from && header->sections[k].offset < to)
                to = header->sections[k].offset;
        for (size_t at = from; at + 4 <= to; at += large ? 404 : 4)
            for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
                memcpy(changed, scene->bytes, scene->length);
                memcpy(changed + at, &numbers[k], 4);
                survived += survives(scene, changed);
            }
    }
    free(changed);
    assert_true(survived > 1000);
}

/* The same number in a whole section: every link, meaning, key or slot is wrong at once. */
static void no_section_of_nonsense_leads_outside(void **state)
{
    struct scene *scene = *state;
    const struct snapshot_header *header = (const void *)scene->bytes;
    char *changed = malloc(scene->length);
    assert_non_null(changed);
    for (int byte = 0; byte < 256; byte++)
        for (int i = SECTION_TEXT; i < SECTION_COUNT; i++) {
            size_t from = header->sections[i].offset, to = scene->length;
            for (int k = 0; k < SECTION_COUNT; k++)
                if (header->sections[k].offset > from && header->sections[k].offset < to)
                    to = header->sections[k].offset;
            memcpy(changed, scene->bytes, scene->length);
            memset(changed + from, byte, to - from);
            survives(scene, changed);
        }
    free(changed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_ones_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cut_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sections_outside_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flipped_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_number_leads_outside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_section_of_nonsense_leads_outside, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("snapshot_damage", tests, NULL, NULL);
}
