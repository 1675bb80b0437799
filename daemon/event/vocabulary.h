/* SPDX-License-Identifier: Apache-2.0
 *
 * vocabulary.h: what an event may say, as tables. Internal to this folder; fields.c walks them.
 */
#ifndef PATHWAYD_EVENT_VOCABULARY_H
#define PATHWAYD_EVENT_VOCABULARY_H

#include <stdbool.h>
#include <pathwayd/text.h>

/* A struct pw_text in a constant table, where PW_TEXT's compound literal is not allowed. */
#define NAME(literal)                                                                                        \
    {                                                                                                        \
        (literal), sizeof(literal) - 1                                                                       \
    }

enum field_kind {
    FIELD_TEXT,       /* characters at most `most` */
    FIELD_IDENTIFIER, /* the same, not empty, without control characters */
    FIELD_PSEUDONYM,  /* an identifier that is neither a name nor an e-mail address */
    FIELD_CHOICE,     /* one of `choices` */
    FIELD_CHOICES,    /* an array of them, `most` elements */
    FIELD_CODES,      /* an array of dotted codes, `most` elements */
    FIELD_BOOLEAN,    /* true, false or "unknown" */
    FIELD_DATE,       /* YYYY-MM-DD */
    FIELD_MOMENT,     /* a date or an RFC 3339 date-time */
    FIELD_LINK,       /* https URL */
    FIELD_ROR,
    FIELD_ORCID,
    FIELD_COUNTRY,     /* ISO 3166-1 alpha-2, upper case */
    FIELD_CURRENCY,    /* ISO 4217, upper case */
    FIELD_DECIMAL,     /* an exact decimal in a string */
    FIELD_OBJECT,      /* `members` */
    FIELD_OBJECTS,     /* an array of them, `most` elements */
    FIELD_AFFILIATION, /* text that is kept outside the body */
};

struct field {
    struct pw_text name; /* ends a table when empty */
    enum field_kind kind;
    uint32_t most;
    bool required;
    const char *const *choices;  /* NULL-terminated */
    const struct field *members; /* table of the nested object */
};

extern const struct field data_fields[];

/* The field of this name, or NULL. */
const struct field *field_of(const struct field *table, struct pw_text name);

/* Whether nobody may send a field of this name (R58): compared without case, '-' and '_'. */
bool name_is_refused(struct pw_text name);

#endif
