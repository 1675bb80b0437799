/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a form: what is read is text without NUL, within the limits, and encoded again it is read as the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/buffer.h"
#include "json/json.h"
#include "json/scan.h"
#include "page/form.h"
#include "page/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

static void check_text(const struct form *form, struct pw_text text, size_t size)
{
    require(text.data >= form->bytes && text.data + text.length <= form->bytes + size);
    for (size_t i = 0; i < text.length;) {
        size_t length =
            (unsigned char)text.data[i] < 0x80 ? 1 : scan_utf8(text.data + i, text.data + text.length);
        require(length > 0 && text.data[i] != '\0');
        i += length;
    }
    require(!text.length ||
            !memchr(text.data, '\r', text.length)); /* a browser's line breaks are read as LF */
}

static void check_again(const struct form *form)
{
    struct buffer encoded = {0};
    struct form again;
    for (uint32_t i = 0; i < form->count; i++) {
        buffer_string(&encoded, i ? "&" : "");
        html_address(&encoded, form->fields[i].name);
        buffer_string(&encoded, "=");
        html_address(&encoded, form->fields[i].value);
    }
    if (encoded.length <= FORM_BYTES) {
        require(form_read(&again, buffer_view(&encoded)) == 0);
        require(again.count == form->count);
        for (uint32_t i = 0; i < form->count; i++)
            require(text_equal(again.fields[i].name, form->fields[i].name) &&
                    text_equal(again.fields[i].value, form->fields[i].value));
        form_release(&again);
    }
    buffer_release(&encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct form form;
    /* A copy of the exact size, so that the sanitizer sees one byte too many. */
    char *bytes = malloc(size + !size);
    if (!bytes)
        return 0;
    if (size > 0)
        memcpy(bytes, data, size);
    if (form_read(&form, (struct pw_text){bytes, size}) == 0) {
        require(size <= FORM_BYTES && form.count <= FORM_FIELDS);
        for (uint32_t i = 0; i < form.count; i++) {
            check_text(&form, form.fields[i].name, size);
            check_text(&form, form.fields[i].value, size);
        }
        check_again(&form);
    } else {
        require(form.count == 0 && !form.bytes);
    }
    form_release(&form);
    free(bytes);
    return 0;
}
