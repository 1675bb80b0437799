/* SPDX-License-Identifier: Apache-2.0
 *
 * screening_hard.c: spellings made to slip past the screening, by machines or by people, and texts made to hurt it. A
 * listed institution is found however it is disguised; its look-alikes are not; and what could not be screened says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "answer.h"
#include "screening_scene.h"

#define BEIHANG "Beihang University"

static int set_up(void **state)
{
    struct screener *screener = malloc(sizeof *screener);
    char why[LISTING_ERROR_BYTES] = "";
    assert_non_null(screener);
    if (scene_screener(screener, scene_list, true, why))
        fail_msg("%s", why);
    *state = screener;
    return 0;
}

static int tear_down(void **state)
{
    screener_close(*state);
    free(*state);
    return 0;
}

static struct screening screening;

static const char *ask_bytes(struct screener *screener, struct pw_text text, bool whole, const char *country)
{
    struct screener_query query = {.as_of = INT64_MIN, .country = scene_text(country)};
    if (whole)
        query.name = text;
    else
        query.sentence = text;
    assert_int_equal(screener_screen(screener, &query, &screening), PW_OK);
    for (uint32_t i = 0; i < screening.count; i++)
        assert_true(screening.matches[i].from < screening.matches[i].to &&
                    screening.matches[i].to <= text.length);
    return scene_ids(screener, &screening);
}

static const char *ask(struct screener *screener, const char *text, bool whole, const char *country)
{
    return ask_bytes(screener, scene_text(text), whole, country);
}

/* ---- disguises ------------------------------------------------------------------------------------------------ */

/* Each as a whole name, and in the midst of an affiliation. */
static const struct disguise {
    const char *text, *id;
} disguises[] = {
    {"Bei\u200Bhang University", "beihang;"},                         /* zero-width space */
    {"B\u200Ce\u200Di\uFEFFhang Uni\u200Bversity", "beihang;"},       /* and its kin */
    {"Bei\u00ADhang Univer\u00ADsity", "beihang;"},                   /* soft hyphen */
    {"Bei\u2060hang Univer\u2060sity", "beihang;"},                   /* word joiner */
    {"\u202EBei\u202Chang \u2066Univer\u2069sity\u200F", "beihang;"}, /* bidi controls */
    {"\u061CBeihang\u200E University", "beihang;"},                   /* bidi marks */
    {"Bei\u034Fhang Uni\u180Eversity", "beihang;"},                   /* joiners of other scripts */
    {"Bei\uFE0Fhang Uni\U000E0061versity", "beihang;"},               /* variation selector, tag */
    {"Bei\u2062hang Uni\u2063versity", "beihang;"},                   /* invisible operators */
    {"Bei\u3164hang Uni\u115Fversity", "beihang;"},                   /* Hangul fillers */
    {"Bei\u00A0hang\u2003University", "beihang;"},                    /* other blanks */
    {"Bei\u2010hang\u2014University", "beihang;"},                    /* other hyphens */
    {"Веihang University", "beihang;"},                               /* Cyrillic В, е */
    {"Βeihang Universitу", "beihang;"},                               /* Greek Β, Cyrillic у */
    {"Bеіhаng Unіvеrѕіtу", "beihang;"},                               /* every letter that has a double */
    {"В\u200Beihang Universit\u200Bу", "beihang;"},                   /* with something between */
    {"Beiհang Univerѕity", "beihang;"},                               /* Armenian հ */
    {"Beihanɡ Unɩversity", "beihang;"},                               /* phonetic ɡ, ɩ */
    {"Beıhang Unıversity", "beihang;"},                               /* without its dot */
    {"Beiħang Universiŧy", "beihang;"},                               /* with a stroke */
    {"ＢＥＩＨＡＮＧ　ＵＮＩＶＥＲＳＩＴＹ", "beihang;"},             /* full width */
    {"𝐁𝐞𝐢𝐡𝐚𝐧𝐠 𝓤𝓷𝓲𝓿𝓮𝓻𝓼𝓲𝓽𝔂", "beihang;"},                               /* mathematical letters */
    {"Ⓑⓔⓘⓗⓐⓝⓖ Uni\u0332versity", "beihang;"},                         /* circled, underlined */
    {"Be\u0301iha\u0300ng Universita\u0308t", "beihang;"},            /* taken apart */
    {"B\u00E9ih\u00E0ng Universit\u00E4t", "beihang;"},               /* put together */
    {"bEIHANG uNIVERSITY", "beihang;"},                               /* caps lock */
    {"BeihangUniversity", "beihang;"},                                /* glued */
    {"beihang-university", "beihang;"},
    {"BEIHANG_UNIVERSITY", "beihang;"},
    {"beihanguniversity", "beihang;"},
    {"BEIHANGUNIVERSITY", "beihang;"},
    {"Bei hang University", "beihang;"}, /* split */
    {"Beihang Univ.", "beihang;"},
    {"Xi&#x0027;an Exemplar University", "xianex;"},
    {"Xi&#39;an Exemplar University", "xianex;"},
    {"Xi&apos;an Exemplar&nbsp;University", "xianex;"},
    {"Xi&amp;#x27;an Exemplar University", "xianex;"}, /* escaped twice */
    {"Xi\u2019an Exemplar University", "xianex;"},
    {"Xian Exemplar University", "xianex;"},
    {"Xi&#00000000039;an Exemplar University", "xianex;"},
    {"Bei&#8203;hang&#160;University", "beihang;"},
    {"Bei&#x200B;hang&#32;University", "beihang;"},
    {"Nanjing University of Science &amp;amp; Technology", "njust;"},
    {"Nanjing University of Science &amp; Technology", "njust;"},
    {"Nanjing University of Science & Technology", "njust;"},
    {"&#66;eihang Universit&#x79;", "beihang;"},
    {"Bei&#0;hang University", "beihang;"}, /* no character at all */
    {"Beihang&#x110000;University", "beihang;"},
    {"Beihang&#xD800;University", "beihang;"},
    {"Beihang&#99999999999999999999;University", "beihang;"},
    {"МОСКОВСКИЙ АВИАЦИОННЫЙ ИНСТИТУТ", "mai;"},
    {"Московский авиационный институт", "mai;"},
    {"北京航空航天大學", "beihang;"}, /* traditional */
    {"北\u200B京 航空-航天大学", "beihang;"},
};

static void disguises_are_seen_through(void **state)
{
    struct screener *screener = *state;
    uint32_t failures = 0;
    for (size_t i = 0; i < sizeof disguises / sizeof *disguises; i++)
        for (int whole = 0; whole < 2; whole++) {
            char text[512];
            snprintf(text, sizeof text, whole ? "%s" : "Dept. of Physics, %s, 12 Road", disguises[i].text);
            const char *found = ask(screener, text, whole, "");
            if (strcmp(found, disguises[i].id) == 0)
                continue;
            print_error("%s: \"%s\"\n", text, found);
            failures++;
        }
    assert_int_equal(failures, 0);
}

/* ---- look-alikes ---------------------------------------------------------------------------------------------- */

static const struct question {
    const char *text;
    bool whole;
    const char *country, *ids;
} questions[] = {
    /* A name matches whole or not at all; a sentence is searched. */
    {"Beihang University", true, "", "beihang;"},
    {"Friends of Beihang University", true, "", ""},
    {"Beihang University Press", true, "", ""},
    {"Dept. of Physics, Beihang University", true, "", ""},
    {"Dept. of Physics, Beihang University", false, "", "beihang;"},
    {"XBeihang Universityx", false, "", ""},
    {"Beihang", true, "", ""},
    {"Beihang (University)", true, "", "beihang;"},
    {"Beihang;\nUniversity", true, "", "beihang;"},
    {"Beihang | University", false, "", ""},
    /* Namesakes are told apart by their country; an abbreviation without one asks to be verified. */
    {"HIT", true, "", "hit?;"},
    {"HIT", true, "JP", ""},
    {"HIT", true, "CN", "hit?;"},
    {"BIT", true, "IN", ""},
    {"BIT", true, "CN", "bit?;"},
    {"NUST", true, "PK", ""},
    {"NUST", true, "ZW", ""},
    {"NUST", true, "CN", "njust?;"},
    {"NUST, Islamabad, Pakistan", false, "", ""},
    {"School of Computing, NUST, Bulawayo, Zimbabwe", false, "", ""},
    {"HIT, Hiroshima, Japan", false, "", ""},
    {"Birla Institute of Technology (BIT), Mesra, Ranchi, India", false, "", ""},
    {"National University of Sciences and Technology (NUST), Islamabad", false, "", ""},
    {"Harbin Institute of Technology (HIT), Harbin, China", false, "", "hit;"},
    {"Beijing Institute of Technology, Beijing, China", false, "", "bit;"},
    /* A longer name is another institution, known or not. */
    {"Central South University, Changsha", false, "", "csu;"},
    {"Central South University of Forestry and Technology, Changsha", false, "", ""},
    {"Central South University of Forestry and Technology", true, "", ""},
    {"Central South University of Basket Weaving", false, "", ""},
    {"National Central South University", false, "", ""},
    {"Nanjing University", true, "", ""},
    {"School of Science and Technology, Nanjing University", false, "", ""},
    {"Hospital of Central South University", false, "", "csu;"},
    {"Central South University of Forestry and Technology; Beihang University", false, "", "beihang;"},
    {"Central South University; Central South University of Forestry and Technology", false, "", "csu;"},
};

static void look_alikes_are_told_apart(void **state)
{
    struct screener *screener = *state;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        const struct question *question = &questions[i];
        const char *found = ask(screener, question->text, question->whole, question->country);
        if (strcmp(found, question->ids) != 0)
            fail_msg("%s (%s, %s): \"%s\"", question->text, question->whole ? "name" : "sentence",
                     question->country, found);
    }
}

/* ---- floods --------------------------------------------------------------------------------------------------- */

/* `unit` again and again between two texts, at most FOLDING_MAX_BYTES in all; free() it. */
static char *flood(const char *before, const char *unit, const char *after, size_t most)
{
    size_t length = strlen(before), step = strlen(unit), rest = strlen(after);
    char *text = malloc(most + 1);
    assert_non_null(text);
    memcpy(text, before, length);
    for (; length + step + rest <= most; length += step)
        memcpy(text + length, unit, step);
    memcpy(text + length, after, rest + 1);
    return text;
}

static const struct deluge {
    const char *before, *unit, *after, *ids;
} deluges[] = {
    {"B", "\u0301", "eihang University", "beihang;"},
    {"", ",", "Beihang University", "beihang;"},
    {"Beihang University", ",", "", "beihang;"},
    {"Beihang", "\u200B", " University", "beihang;"},
    {"Beihang University; ", "\u0436", "", "beihang;"}, /* one word of Cyrillic */
    {"Beihang University; ", "\u0430", "", "beihang;"}, /* the same of letters that have doubles */
    {"Beihang University; ", "&amp;", "", "beihang;"},
    {"Beihang University; &", "amp;", "", "beihang;"},
    {"Beihang University; ", "&#", "", "beihang;"},
    {"Beihang University; &#x", "0", "", "beihang;"},
    {"Beihang University; ", "(", "", "beihang;"},
    {"Beihang University; ", "of ", "", "beihang;"},
    {"Beihang University; ", "a ", "", "beihang;"},
    {"Beihang University; ", "University of ", "", "beihang;"},
    {"Beihang University; ", "China ", "", "beihang;"},
    {"Beihang University; ", "航", "", "beihang;"},
    {"Beihang University; ", "\uFDFA", "", "beihang;"}, /* the longest compatibility mapping */
    {"", "Beihang University; ", "", "beihang;"},
    {"", "Beihang University ", "", "beihang;"},
};

/* As much as is ever screened, in a time that a person does not notice; sanitizers and slow machines have room. */
static void floods_hurt_nobody(void **state)
{
    struct screener *screener = *state;
    for (size_t i = 0; i < sizeof deluges / sizeof *deluges; i++) {
        char *text = flood(deluges[i].before, deluges[i].unit, deluges[i].after, FOLDING_MAX_BYTES);
        clock_t begun = clock();
        const char *found = ask(screener, text, false, "");
        double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
        if (strcmp(found, deluges[i].ids) != 0 || screening.full || seconds > 2)
            fail_msg("%s%s…: \"%s\"%s in %.2f s", deluges[i].before, deluges[i].unit, found,
                     screening.full ? ", full" : "", seconds);
        ask(screener, text, true, "");
        free(text);
    }
}

static void bytes_that_are_no_text(void **state)
{
    struct screener *screener = *state;
    static const char *const texts[] = {
        "\xFF\xFE Beihang University \x80",
        "Beihang\xC3 University\xE4\xB8",
        "Bei\xF8\x88\x80\x80\x80hang University",
        "\xED\xA0\x80 Beihang University",     /* a lone surrogate */
        "\xC0\xAF Beihang University",         /* overlong */
        "Beihang University \xF4\x90\x80\x80", /* past the last character */
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(ask(screener, texts[i], false, ""), "beihang;") != 0)
            fail_msg("case %zu", i);
    assert_string_equal(ask_bytes(screener, PW_TEXT("Beihang\0University"), true, ""), "beihang;");
    for (uint32_t first = 0x80; first < 0x100; first++) {
        char all[] = {(char)first, 'x', (char)first, (char)first, 0};
        ask(screener, all, false, "");
        ask(screener, all, true, all + 2); /* as a country, too */
    }
}

static void too_long_is_said(void **state)
{
    struct screener *screener = *state;
    char *text = flood("Beihang University, ", "x", "", FOLDING_MAX_BYTES + 1);
    struct screener_query query = {.sentence = scene_text(text), .as_of = INT64_MIN};
    assert_int_equal(screener_screen(screener, &query, &screening), PW_ERROR_LIMIT);
    assert_int_equal(screening.count, 0);
    query.sentence.length--;
    assert_int_equal(screener_screen(screener, &query, &screening), PW_OK);
    assert_int_equal(screening.count, 1);
    free(text);
}

/* Some publishers print half a paragraph as a name. */
static void long_names_are_found(void **state)
{
    (void)state;
    struct screener screener = {0};
    char why[LISTING_ERROR_BYTES], list[1024], name[600] = "Zyxgard Ministry", sentence[700];
    for (int i = 0; i < 54; i++)
        snprintf(name + strlen(name), sizeof name - strlen(name), " zyx%c%c", 'a' + i / 26, 'a' + i % 26);
    snprintf(list, sizeof list,
             SCENE_HEAD "{\"id\":\"long\",\"name\":\"%s\",\"category\":\"other\","
                        "\"effect\":\"informs\"}]}",
             name);
    if (scene_screener(&screener, list, false, why))
        fail_msg("%s", why);
    assert_string_equal(ask(&screener, name, true, ""), "long;");
    snprintf(sentence, sizeof sentence, "Dept. of Physics, %s, 12 Road", name);
    assert_string_equal(ask(&screener, sentence, false, ""), "long;");
    screener_close(&screener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(disguises_are_seen_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(look_alikes_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(floods_hurt_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_that_are_no_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_long_is_said, set_up, tear_down),
        cmocka_unit_test(long_names_are_found),
    };
    return cmocka_run_group_tests_name("screening_hard", tests, NULL, NULL);
}
