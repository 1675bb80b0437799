/* SPDX-License-Identifier: Apache-2.0
 *
 * folding.c: see folding.h. Works code point by code point, so that every folded byte knows its origin and no
 * flood of combining characters can grow anything: what it would compose is taken apart again anyway.
 */
#include "folding.h"
#include "reference.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>
#include <unicode/utrans.h>

/* The ideographs that have a traditional and a simplified form: Extension A and the unified block. */
#define HAN_FIRST 0x3400
#define HAN_LAST  0x9FFF
#define HAN_COUNT (HAN_LAST - HAN_FIRST + 1)

/* Phonetic, Greek, Cyrillic and Armenian letters, where most stand that look like Latin ones. */
#define ALIKE_FIRST 0x250
#define ALIKE_LAST  0x58F
#define ALIKE_COUNT (ALIKE_LAST - ALIKE_FIRST + 1)

/* No compatibility mapping is longer (U+FDFA has 18 units). */
#define MAX_MAPPING 32

struct folding {
    const UNormalizer2 *folder; /* ICU's own; never closed */
    UChar simplified[HAN_COUNT];
    char latin[ALIKE_COUNT]; /* the ASCII letter that a Greek or Cyrillic one looks like; 0 none */
};

/* One call over all ideographs: asking the transliterator per name would cost more than the whole look-up. */
static int load_simplified(struct folding *folding)
{
    UErrorCode status = U_ZERO_ERROR;
    static const UChar id[] = {'H', 'a', 'n', 't', '-', 'H', 'a', 'n', 's', 0};
    UTransliterator *transliterator = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    UChar *text = malloc(2u * HAN_COUNT * sizeof *text);
    if (U_FAILURE(status) || !text) {
        free(text);
        utrans_close(transliterator);
        return text ? PW_ERROR_UNSUPPORTED : PW_ERROR_MEMORY;
    }
    /* A line end between any two keeps rules for whole words out of it. */
    for (int32_t i = 0; i < HAN_COUNT; i++) {
        text[2 * i] = (UChar)(HAN_FIRST + i);
        text[2 * i + 1] = '\n';
    }
    int32_t length = 2 * HAN_COUNT;
    int32_t limit = length;
    utrans_transUChars(transliterator, text, &length, length, 0, &limit, &status);
    utrans_close(transliterator);
    bool paired = U_SUCCESS(status) && length == 2 * HAN_COUNT;
    for (int32_t i = 0; paired && i < HAN_COUNT; i++) {
        folding->simplified[i] = text[2 * i];
        paired = text[2 * i + 1] == '\n';
    }
    free(text);
    return paired ? PW_OK : PW_ERROR_UNSUPPORTED;
}

/* What Unicode's table of confusables (UTS 39) says of each letter. */
static int load_alike(struct folding *folding)
{
    UErrorCode status = U_ZERO_ERROR;
    USpoofChecker *checker = uspoof_open(&status);
    for (int32_t i = 0; i < ALIKE_COUNT && U_SUCCESS(status); i++) {
        const UChar letter = (UChar)(ALIKE_FIRST + i);
        UChar skeleton[8];
        int32_t length = uspoof_getSkeleton(checker, 0, &letter, 1, skeleton, 8, &status);
        bool ascii = length == 1 && skeleton[0] < 0x80 && u_isalpha(skeleton[0]);
        folding->latin[i] = ascii ? (char)u_tolower(skeleton[0]) : '\0';
        if (ascii && u_isupper(letter) && skeleton[0] == 'l') /* a capital I is drawn like it */
            folding->latin[i] = 'i';
    }
    uspoof_close(checker);
    return U_SUCCESS(status) ? PW_OK : PW_ERROR_UNSUPPORTED;
}

int folding_open(struct folding **ret_folding)
{
    struct folding *folding = calloc(1, sizeof *folding);
    if (!folding)
        return PW_ERROR_MEMORY;
    UErrorCode status = U_ZERO_ERROR;
    folding->folder = unorm2_getNFKCCasefoldInstance(&status);
    int error = U_FAILURE(status) ? PW_ERROR_UNSUPPORTED : load_simplified(folding);
    if (!error)
        error = load_alike(folding);
    if (error) {
        folding_close(folding);
        return error;
    }
    *ret_folding = folding;
    return PW_OK;
}

struct folding *folding_close(struct folding *folding)
{
    free(folding);
    return NULL;
}

/* What is being written: a token is open while its characters follow one another. */
struct writer {
    struct folded *folded;
    uint32_t from, to; /* of the code point at hand, in the original */
    bool open;
    bool failed;
};

static bool reserve_bytes(struct folded *folded, uint32_t more)
{
    if (folded->length + more <= folded->capacity)
        return true;
    uint32_t capacity = 2 * folded->capacity + more + 64;
    char *grown = realloc(folded->bytes, capacity);
    if (!grown)
        return false;
    folded->bytes = grown;
    folded->capacity = capacity;
    return true;
}

static bool reserve_token(struct folded *folded)
{
    if (folded->count < folded->token_capacity)
        return true;
    uint32_t capacity = 2 * folded->token_capacity + 16;
    struct folded_token *grown = realloc(folded->tokens, capacity * sizeof *grown);
    if (!grown)
        return false;
    folded->tokens = grown;
    folded->token_capacity = capacity;
    return true;
}

static void put(struct writer *writer, UChar32 c, bool ideograph)
{
    struct folded *folded = writer->folded;
    bool begins = !writer->open || ideograph;
    if (!reserve_bytes(folded, U8_MAX_LENGTH) || (begins && !reserve_token(folded))) {
        writer->failed = true;
        return;
    }
    if (begins)
        folded->tokens[folded->count++] =
            (struct folded_token){folded->length, folded->length, writer->from, writer->to, ideograph};
    if (c < 0x80) {
        folded->bytes[folded->length++] = (char)c;
    } else {
        uint8_t *bytes = (uint8_t *)folded->bytes;
        U8_APPEND_UNSAFE(bytes, folded->length, (uint32_t)c);
    }
    struct folded_token *token = &folded->tokens[folded->count - 1];
    token->end = folded->length;
    token->to = writer->to;
    writer->open = !ideograph;
}

static void put_and(struct writer *writer)
{
    writer->open = false;
    put(writer, 'a', false);
    put(writer, 'n', false);
    put(writer, 'd', false);
    writer->open = false;
}

/* Marks and controls: nothing that stands in a line by itself. */
static bool is_invisible(UChar32 c)
{
    return u_getCombiningClass(c) != 0 || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

/* Letters that are others with a stroke through them, or without their dot: Unicode does not take them apart. */
static UChar32 without_stroke(UChar32 c)
{
    static const struct {
        uint16_t stroked;
        char plain;
    } letters[] = {{0x111, 'd'}, {0x127, 'h'}, {0x131, 'i'}, {0x142, 'l'}, {0x167, 't'},
                   {0x180, 'b'}, {0x1E5, 'g'}, {0x268, 'i'}, {0xF8, 'o'}};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].stroked == c)
            return letters[i].plain;
    return c;
}

/* One code point, case folded and taken apart. Vowel signs of Indic scripts have combining class 0 and stay.
 */
static void put_folded(const struct folding *folding, struct writer *writer, UChar32 c)
{
    int8_t type = u_charType(c);
    if (u_getCombiningClass(c) != 0 || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR)
        return;
    if (c == '&') {
        put_and(writer);
    } else if (c >= HAN_FIRST && c <= HAN_LAST) {
        put(writer, folding->simplified[c - HAN_FIRST], true);
    } else if (u_isalnum(c)) {
        put(writer, without_stroke(c), u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC));
    } else if (writer->open && (type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK)) {
        put(writer, c, false);
    } else {
        writer->open = false;
    }
}

static void put_mapped(const struct folding *folding, struct writer *writer, UChar32 c)
{
    UChar mapping[MAX_MAPPING];
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = unorm2_getDecomposition(folding->folder, c, mapping, MAX_MAPPING, &status);
    if (length < 0 || U_FAILURE(status)) {
        put_folded(folding, writer, c);
        return;
    }
    for (int32_t i = 0; i < length;) {
        UChar unit = mapping[i++];
        bool pair = U16_IS_LEAD(unit) && i < length;
        put_folded(folding, writer, pair ? U16_GET_SUPPLEMENTARY(unit, mapping[i++]) : unit);
    }
}

/* Most bytes of most names; everything else is ICU's business. "NanjingUniversity" is two words whose author forgot
 * the blank; comparing joined, nothing is lost where he did not ("McGill"). "uNIVERSITY" is one word of somebody whose
 * keyboard was locked. */
static void put_ascii(struct writer *writer, char c, char before, char after)
{
    if (c >= 'A' && c <= 'Z') {
        if (before >= 'a' && before <= 'z' && after >= 'a' && after <= 'z')
            writer->open = false;
        put(writer, c - 'A' + 'a', false);
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        put(writer, c, false);
    else if (c == '&')
        put_and(writer);
    else
        writer->open = false;
}

static bool is_alike(UChar32 c)
{
    return c >= ALIKE_FIRST && c <= ALIKE_LAST;
}

/* A row of letters that may be others' doubles, and whether Latin ones stand around it. */
struct row {
    int32_t end;
    bool latin;
};

/* Looks once at a whole row: a text of nothing else must not cost its square. What nobody sees parts no row. */
static struct row read_row(struct pw_text text, int32_t at)
{
    const uint8_t *bytes = (const uint8_t *)text.data;
    int32_t length = (int32_t)text.length, before = at;
    UChar32 c = 0;
    struct row row = {.end = at};
    do {
        c = 0;
        if (before > 0)
            U8_PREV(bytes, 0, before, c);
    } while (c > 0x7F && is_invisible(c));
    row.latin = c > 0 && c < 0x80 && u_isalpha(c);
    do {
        c = 0;
        if (row.end < length)
            U8_NEXT(bytes, row.end, length, c);
    } while (c > 0x7F && (is_alike(c) || is_invisible(c)));
    row.latin |= c > 0 && c < 0x80 && u_isalpha(c);
    return row;
}

/* The Latin letter meant by one of another script in the midst of Latin ones ("Веihang"); 0: the word is what it
 * looks like. `row` is zeroed at the text's beginning. */
static char latin_of(const struct folding *folding, struct pw_text text, int32_t at, UChar32 c,
                     struct row *row)
{
    if (!is_alike(c) || !folding->latin[c - ALIKE_FIRST])
        return '\0';
    if (at >= row->end)
        *row = read_row(text, at);
    return row->latin ? folding->latin[c - ALIKE_FIRST] : '\0';
}

int folding_fold(const struct folding *folding, struct pw_text name, struct folded *ret_folded)
{
    ret_folded->length = ret_folded->count = 0;
    if (name.length > FOLDING_MAX_BYTES)
        return PW_ERROR_LIMIT;
    struct writer writer = {.folded = ret_folded};
    struct row row = {0};
    const uint8_t *bytes = (const uint8_t *)name.data;
    int32_t length = (int32_t)name.length;
    for (int32_t i = 0; i < length && !writer.failed;) {
        writer.from = (uint32_t)i;
        uint32_t taken = 0;
        UChar32 meant = bytes[i] != '&'
                            ? 0
                            : reference_read((struct pw_text){name.data + i, (size_t)(length - i)}, &taken);
        if (meant) {
            i += (int32_t)taken;
            writer.to = (uint32_t)i;
            put_mapped(folding, &writer, meant);
            continue;
        }
        if (bytes[i] < 0x80) {
            writer.to = (uint32_t)++i;
            put_ascii(&writer, name.data[writer.from], writer.from ? name.data[writer.from - 1] : ' ',
                      i < length ? name.data[i] : ' ');
            continue;
        }
        UChar32 c;
        U8_NEXT(bytes, i, length, c);
        writer.to = (uint32_t)i;
        char latin = c < 0 ? '\0' : latin_of(folding, name, (int32_t)writer.from, c, &row);
        if (c < 0)
            writer.open = false;
        else if (latin)
            put(&writer, latin, false);
        else
            put_mapped(folding, &writer, c);
    }
    if (!writer.failed)
        return PW_OK;
    ret_folded->length = ret_folded->count = 0;
    return PW_ERROR_MEMORY;
}

bool folded_is(const struct folded *folded, uint32_t token, const char *word)
{
    if (token >= folded->count)
        return false;
    const struct folded_token *at = &folded->tokens[token];
    size_t length = strlen(word);
    return at->end - at->start == length && memcmp(folded->bytes + at->start, word, length) == 0;
}

uint32_t folded_first(const struct folded *folded)
{
    return folded->count > 1 && folded_is(folded, 0, "the") ? 1 : 0;
}

void folded_release(struct folded *folded)
{
    free(folded->bytes);
    free(folded->tokens);
    *folded = (struct folded){0};
}
