/* SPDX-License-Identifier: Apache-2.0
 *
 * vocabulary.c: the allow-list of docs/vocabulary.md and the names that R58 refuses, nothing else, so that
 * the page and the program can be held side by side.
 */
#include "event/vocabulary.h"
#include "event/event.h"

#include <string.h>

enum {
    SHORT_TEXT = 128, /* identifiers */
    UNIT_TEXT = 64,
    NAME_TEXT = 512, /* institutions' names and affiliations as printed */
    FEW = 16,        /* choices in one array: more than any list of choices has */
};

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define TEXT(field, characters)                                                                              \
    {                                                                                                        \
        .name = NAME(field), .kind = FIELD_TEXT, .most = (characters)                                        \
    }
#define IDENTIFIER(field, characters)                                                                        \
    {                                                                                                        \
        .name = NAME(field), .kind = FIELD_IDENTIFIER, .most = (characters)                                  \
    }
#define CHOICE(field, ...)                                                                                   \
    {                                                                                                        \
        .name = NAME(field), .kind = FIELD_CHOICE, .choices = LIST(__VA_ARGS__)                              \
    }
#define CHOICES(field, ...)                                                                                  \
    {                                                                                                        \
        .name = NAME(field), .kind = FIELD_CHOICES, .most = FEW, .choices = LIST(__VA_ARGS__)                \
    }
#define OF_KIND(field, what)                                                                                 \
    {                                                                                                        \
        .name = NAME(field), .kind = (what)                                                                  \
    }
#define OBJECT(field, table)                                                                                 \
    {                                                                                                        \
        .name = NAME(field), .kind = FIELD_OBJECT, .members = (table)                                        \
    }
#define END                                                                                                  \
    {                                                                                                        \
        .name = { NULL, 0 }                                                                                  \
    }

static const struct field partner_fields[] = {
    TEXT("name", NAME_TEXT),
    OF_KIND("ror", FIELD_ROR),
    OF_KIND("country", FIELD_COUNTRY),
    CHOICE("kind", "university", "company", "government", "military", "nonprofit", "unknown"),
    TEXT("unit", UNIT_TEXT),
    CHOICE("relation", "employer", "funder", "host", "coauthor", "party", "degree", "supplier"),
    OF_KIND("from", FIELD_DATE),
    OF_KIND("to", FIELD_DATE),
    OF_KIND("current", FIELD_BOOLEAN),
    CHOICE("assertion", "author", "curator", "machine"),
    END,
};

static const struct field answer_fields[] = {
    CHOICE("answer", "yes", "no", "unknown"),
    IDENTIFIER("by", SHORT_TEXT),
    OF_KIND("at", FIELD_MOMENT),
    TEXT("text", 2000),
    END,
};

static const struct field question_fields[] = {
    OBJECT("q1", answer_fields),
    OBJECT("q2", answer_fields),
    OBJECT("q3", answer_fields),
    END,
};

static const struct field funding_fields[] = {
    CHOICE("kind", "gift", "contract", "grant", "in_kind"),
    OF_KIND("amount", FIELD_DECIMAL),
    OF_KIND("currency", FIELD_CURRENCY),
    OF_KIND("period_start", FIELD_DATE),
    OF_KIND("period_end", FIELD_DATE),
    IDENTIFIER("source_type", UNIT_TEXT),
    OF_KIND("conditional", FIELD_BOOLEAN),
    END,
};

static const struct field agreement_fields[] = {
    CHOICE("kind", "mou", "mta", "nda", "dua", "sponsored_research", "joint_lab", "confucius_institute",
           "exchange", "licence"),
    OF_KIND("start", FIELD_DATE),
    OF_KIND("end", FIELD_DATE),
    CHOICES("clauses", "forced_transfer", "source_code", "publication_veto", "exclusive_ip", "foreign_law"),
    END,
};

static const struct field outcome_fields[] = {
    CHOICE("value", "required", "applied", "pending", "granted", "refused", "yes", "no", "unknown"),
    OF_KIND("at", FIELD_MOMENT),
    END,
};

static const struct field determination_fields[] = {
    OBJECT("deemed_export", outcome_fields),    OBJECT("atas", outcome_fields),
    OBJECT("pp10043", outcome_fields),          OBJECT("license_required", outcome_fields),
    OBJECT("license_held", outcome_fields),     OBJECT("talent_program_certified", outcome_fields),
    OBJECT("training_current", outcome_fields), END,
};

static const struct field location_fields[] = {
    OF_KIND("country", FIELD_COUNTRY),
    CHOICE("mode", "onsite", "remote", "travel"),
    END,
};

const struct field data_fields[] = {
    {.name = NAME("engagement_id"), .kind = FIELD_IDENTIFIER, .most = SHORT_TEXT, .required = true},
    IDENTIFIER("project_id", SHORT_TEXT),
    TEXT("title", 300),
    TEXT("summary", 2000),
    {.name = NAME("link"), .kind = FIELD_LINK, .most = 1024},
    {.name = NAME("person_ref"), .kind = FIELD_PSEUDONYM, .most = SHORT_TEXT},
    OF_KIND("orcid", FIELD_ORCID),
    CHOICE("role", "pi", "co_pi", "senior_key", "postdoc", "visiting", "student_grad", "student_ug", "staff",
           "affiliate", "committee"),
    CHOICE("study_level", "undergraduate", "taught", "doctoral", "exchange"),
    CHOICE("visa_class", "study", "exchange", "work"),
    OF_KIND("covered_individual", FIELD_BOOLEAN),
    IDENTIFIER("unit", UNIT_TEXT),
    {.name = NAME("partner"), .kind = FIELD_OBJECTS, .most = 64, .members = partner_fields},
    {.name = NAME("technology_areas"), .kind = FIELD_CODES, .most = 32},
    CHOICE("publication_intent", "open", "staged", "limited", "proprietary", "restricted", "unknown"),
    CHOICES("transfer_mode", "read_only_output", "data", "code", "compute", "hands_on", "equipment"),
    CHOICES("resources", "dataset_nonpublic", "model_weights", "compute", "engineering_knowhow", "equipment",
            "source_code", "biological", "none"),
    CHOICES("applications", "military", "surveillance", "repression", "critical_infrastructure", "health",
            "climate", "general", "unknown"),
    OBJECT("questions", question_fields),
    OBJECT("funding", funding_fields),
    OBJECT("agreement", agreement_fields),
    OBJECT("determination", determination_fields),
    CHOICES("precautions", "ip_checklist", "segregated_network", "visitor_escort", "device_policy"),
    CHOICE("disclosure_state", "disclosed", "partial", "undisclosed", "unknown"),
    OBJECT("location", location_fields),
    TEXT("public_benefit", 500),
    OF_KIND("start", FIELD_DATE),
    OF_KIND("end", FIELD_DATE),
    OF_KIND("decide_by", FIELD_DATE),
    {.name = NAME("raw_affiliation"), .kind = FIELD_AFFILIATION, .most = NAME_TEXT},
    END,
};

const struct field *field_of(const struct field *table, struct pw_text name)
{
    if (name.length == 0)
        return NULL;
    for (; table->name.data; table++)
        if (table->name.length == name.length && memcmp(table->name.data, name.data, name.length) == 0)
            return table;
    return NULL;
}

/* Lower case, without '-' and '_': the form in which names are compared. */
static const struct pw_text refused_names[] = {
    NAME("nationality"),  NAME("citizenship"),     NAME("countryofbirth"),
    NAME("placeofbirth"), NAME("birthplace"),      NAME("ethnicity"),
    NAME("race"),         NAME("religion"),        NAME("gender"),
    NAME("sex"),          NAME("nativelanguage"),  NAME("mothertongue"),
    NAME("name"),         NAME("firstname"),       NAME("lastname"),
    NAME("surname"),      NAME("givenname"),       NAME("fullname"),
    NAME("familyname"),   NAME("email"),           NAME("phone"),
    NAME("address"),      NAME("passport"),        NAME("passportnumber"),
    NAME("visanumber"),   NAME("nationalid"),      NAME("dob"),
    NAME("dateofbirth"),  NAME("birthdate"),       NAME("photo"),
    NAME("party"),        NAME("partymembership"), NAME("politicalaffiliation"),
};

enum { REFUSED_LONGEST = sizeof "politicalaffiliation" - 1 };

bool name_is_refused(struct pw_text name)
{
    char plain[REFUSED_LONGEST];
    size_t length = 0;
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.data[i];
        if (byte == '-' || byte == '_')
            continue;
        if (length == sizeof plain)
            return false;
        plain[length++] = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    }
    for (size_t i = 0; i < sizeof refused_names / sizeof refused_names[0]; i++)
        if (text_equal(refused_names[i], (struct pw_text){plain, length}))
            return true;
    return false;
}
