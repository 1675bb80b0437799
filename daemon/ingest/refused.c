/* SPDX-License-Identifier: Apache-2.0
 *
 * refused.c: which of the vocabulary's refused names a pointer ends in. Names are compared as the vocabulary
 * says: without regard to case, '-' and '_'.
 */
#include <string.h>
#include "ingest/refused.h"

const char *const refused_names[REFUSED_COUNT] = {
    "nationality",
    "citizenship",
    "country_of_birth",
    "place_of_birth",
    "birthplace",
    "ethnicity",
    "race",
    "religion",
    "gender",
    "sex",
    "native_language",
    "mother_tongue",
    "name",
    "first_name",
    "last_name",
    "surname",
    "given_name",
    "full_name",
    "family_name",
    "email",
    "phone",
    "address",
    "passport",
    "passport_number",
    "visa_number",
    "national_id",
    "dob",
    "date_of_birth",
    "birth_date",
    "photo",
    "party",
    "party_membership",
    "political_affiliation",
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t skip(const char *bytes, size_t length, size_t at)
{
    while (at < length && (bytes[at] == '-' || bytes[at] == '_'))
        at++;
    return at;
}

static int is_name(const char *bytes, size_t length, const char *name)
{
    size_t i = 0, j = 0, size = strlen(name);
    for (;;) {
        i = skip(bytes, length, i);
        j = skip(name, size, j);
        if (i == length || j == size)
            return i == length && j == size;
        if (lower(bytes[i++]) != name[j++])
            return 0;
    }
}

static void count_one(atomic_ullong counters[REFUSED_COUNT], const char *bytes, size_t length)
{
    for (size_t i = 0; i < REFUSED_COUNT; i++)
        if (is_name(bytes, length, refused_names[i])) {
            atomic_fetch_add(&counters[i], 1);
            return;
        }
}

void refused_count(atomic_ullong counters[REFUSED_COUNT], struct pw_text pointers)
{
    size_t segment = 0;
    int inside = 0;
    for (size_t i = 0; i < pointers.length; i++) {
        char c = pointers.data[i];
        if (c == '\\') {
            i++;
        } else if (c == '"') {
            if (inside)
                count_one(counters, pointers.data + segment, i - segment);
            inside = !inside;
            segment = i + 1;
        } else if (c == '/') {
            segment = i + 1;
        }
    }
}
