/* SPDX-License-Identifier: Apache-2.0
 *
 * form.h: what a browser sends with a form or behind the ? of an address: application/x-www-form-urlencoded (WHATWG URL,
 * 5.1), read strictly, because it comes from outside: bad escapes, bytes that are no UTF-8, NUL, and more fields than any
 * form here has are refused as a whole.
 */
#ifndef PATHWAYD_PAGE_FORM_H
#define PATHWAYD_PAGE_FORM_H

#include <stdbool.h>
#include <pathwayd/text.h>

#define FORM_FIELDS 96u          /* of the largest form, a decision's, with all its boxes ticked */
#define FORM_BYTES  (384u << 10) /* of a body: five texts of 8,192 characters, nine bytes each when escaped */

struct form {
    char *bytes; /* decoded */
    struct {
        struct pw_text name, value;
    } fields[FORM_FIELDS];
    uint32_t count;
};

/* 0; PW_ERROR_INVALID, PW_ERROR_LIMIT or PW_ERROR_MEMORY with the form empty. form_release in any case. */
int form_read(struct form *form, struct pw_text encoded);
void form_release(struct form *form);

/* The value of the first field of that name from *at on, which moves behind it; false: there is none. */
bool form_next(const struct form *form, const char *name, uint32_t *at, struct pw_text *ret_value);
/* The one value; empty when it is not there. */
struct pw_text form_value(const struct form *form, const char *name);

#endif
