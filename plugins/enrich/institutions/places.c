/* SPDX-License-Identifier: Apache-2.0
 *
 * places.c: which words of an affiliation are countries and towns, and of which country.
 */
#include "compiler_private.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

void compiler_put_country(char to[4], struct pw_text country)
{
    if (country.length != 2)
        return;
    to[0] = (char)(country.data[0] & ~0x20);
    to[1] = (char)(country.data[1] & ~0x20);
}

int compiler_add_place(struct compiler *compiler, struct pw_text name, struct pw_text country, uint32_t kind)
{
    int error = phrase_read(compiler->folding, name, &compiler->phrase);
    if (error || compiler->phrase.count == 0 || country.length != 2)
        return error == PW_ERROR_LIMIT ? PW_OK : error;
    uint32_t number = compiler_enter(compiler, &compiler->places,
                                     phrase_key(&compiler->phrase, 0, compiler->phrase.count - 1));
    if (number == SNAPSHOT_NONE)
        return PW_ERROR_MEMORY;
    struct snapshot_key *row = table_key(&compiler->places, number);
    uint32_t code = (uint32_t)(country.data[0] & ~0x20) << 8 | (uint32_t)(country.data[1] & ~0x20);
    if (kind == 1 || row->count == 1) { /* a country is a country, whatever town is named after it */
        row->value = kind == 1 ? code : row->value;
        row->count = 1;
        return PW_OK;
    }
    if (row->count == 0)
        *row = (struct snapshot_key){row->hash, code, row->key, 2, 0};
    row->reserved += row->value == code ? 0x10001 : 0x10000; /* all, and those that agree */
    return PW_OK;
}

/* The names of countries as ICU knows them in the languages in which affiliations are printed, and what treaties and
 * addresses call some of them. */
int compiler_add_countries(struct compiler *compiler)
{
    static const char *const languages[] = {"en", "de", "fr", "es", "it", "pt",
                                            "ru", "zh", "ja", "ko", "tr", "nl"};
    static const char *const others[][2] = {{"USA", "US"},
                                            {"U.S.A.", "US"},
                                            {"United States of America", "US"},
                                            {"UK", "GB"},
                                            {"England", "GB"},
                                            {"Scotland", "GB"},
                                            {"Wales", "GB"},
                                            {"Northern Ireland", "GB"},
                                            {"PR China", "CN"},
                                            {"People's Republic of China", "CN"},
                                            {"Mainland China", "CN"},
                                            {"PRC", "CN"},
                                            {"Russian Federation", "RU"},
                                            {"Republic of Korea", "KR"},
                                            {"Korea", "KR"},
                                            {"Viet Nam", "VN"},
                                            {"Taiwan", "TW"},
                                            {"Taiwan, ROC", "TW"},
                                            {"Hong Kong", "HK"},
                                            {"Macau", "MO"},
                                            {"Iran", "IR"},
                                            {"Islamic Republic of Iran", "IR"},
                                            {"Czech Republic", "CZ"},
                                            {"Turkey", "TR"},
                                            {"Kingdom of Saudi Arabia", "SA"},
                                            {"KSA", "SA"},
                                            {"UAE", "AE"},
                                            {"The Netherlands", "NL"},
                                            {"Brasil", "BR"},
                                            {"DPRK", "KP"},
                                            {"North Korea", "KP"},
                                            {"South Korea", "KR"},
                                            {"Macedonia", "MK"}};
    int error = PW_OK;
    for (const char *const *code = uloc_getISOCountries(); *code && !error; code++) {
        for (size_t i = 0; i < sizeof languages / sizeof *languages && !error; i++) {
            char locale[8] = "und_", name[256];
            UChar wide[128];
            UErrorCode status = U_ZERO_ERROR;
            int32_t length = 0;
            memcpy(locale + 4, *code, 3);
            uloc_getDisplayCountry(locale, languages[i], wide, 128, &status);
            u_strToUTF8(name, sizeof name, &length, wide, -1, &status);
            if (U_SUCCESS(status))
                error = compiler_add_place(compiler, (struct pw_text){name, (size_t)length},
                                           (struct pw_text){*code, 2}, 1);
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others && !error; i++)
        error = compiler_add_place(compiler, (struct pw_text){others[i][0], strlen(others[i][0])},
                                   (struct pw_text){others[i][1], 2}, 1);
    return error;
}

/* A town counts where nine of ten of its organisations are in one country. */
void compiler_settle_places(struct compiler *compiler)
{
    for (uint32_t i = 0; i < compiler->places.keys.count; i++) {
        struct snapshot_key *row = table_key(&compiler->places, i);
        uint32_t all = row->reserved >> 16, agree = row->reserved & 0xffff;
        if (row->count == 2 && agree * 10 < all * 9)
            row->count = 0;
        row->reserved = 0;
    }
}
