/* SPDX-License-Identifier: Apache-2.0
 *
 * field.c: the vocabulary as far as rules may see it.
 */
#include "rules/field.h"

#include <string.h>

#define DECIDED "required|applied|pending|granted|refused|yes|no|unknown"

const struct field fields[] = {
    {"/data/role", "role",
     "pi|co_pi|senior_key|postdoc|visiting|student_grad|student_ug|staff|affiliate|committee", "", HOME_ROLE,
     FIELD_WORD, GROUND_CONTEXT, false},
    {"/data/study_level", "study_level", "undergraduate|taught|doctoral|exchange", "", HOME_STUDY_LEVEL,
     FIELD_WORD, GROUND_CONTEXT, false},
    {"/data/visa_class", "visa_class", "study|exchange|work", "", HOME_VISA_CLASS, FIELD_WORD, GROUND_CONTEXT,
     false},
    {"/data/covered_individual", "covered_individual", "true|false|unknown", "", HOME_COVERED_INDIVIDUAL,
     FIELD_WORD, GROUND_CONTEXT, false},
    {"/data/technology_areas", "technology_areas", NULL, "", HOME_TECHNOLOGY_AREAS, FIELD_WORDS,
     GROUND_ACCESS, true},
    {"/data/publication_intent", "publication_intent", "open|staged|limited|proprietary|restricted|unknown",
     "", HOME_PUBLICATION_INTENT, FIELD_WORD, GROUND_TERMS, false},
    {"/data/transfer_mode", "transfer_mode", "read_only_output|data|code|compute|hands_on|equipment|unknown",
     "", HOME_TRANSFER_MODE, FIELD_WORDS, GROUND_ACCESS, false},
    {"/data/resources", "resources",
     "dataset_nonpublic|model_weights|compute|engineering_knowhow|equipment|source_code|biological|none|"
     "unknown",
     "", HOME_RESOURCES, FIELD_WORDS, GROUND_ACCESS, false},
    {"/data/applications", "applications",
     "military|surveillance|repression|critical_infrastructure|health|climate|general|unknown", "",
     HOME_APPLICATIONS, FIELD_WORDS, GROUND_USE, false},
    {"/data/funding/kind", "funding_kind", "gift|contract|grant|in_kind", "/kind", HOME_FUNDING, FIELD_WORD,
     GROUND_TERMS, false},
    {"/data/funding/source_type", "funding_source_type", NULL, "/source_type", HOME_FUNDING, FIELD_WORD,
     GROUND_TERMS, false},
    {"/data/funding/conditional", "funding_conditional", "true|false|unknown", "/conditional", HOME_FUNDING,
     FIELD_WORD, GROUND_TERMS, false},
    {"/data/agreement/kind", "agreement_kind",
     "mou|mta|nda|dua|sponsored_research|joint_lab|confucius_institute|exchange|licence", "/kind",
     HOME_AGREEMENT, FIELD_WORD, GROUND_CONTEXT, false},
    {"/data/agreement/clauses", "clauses",
     "forced_transfer|source_code|publication_veto|exclusive_ip|foreign_law", "/clauses", HOME_AGREEMENT,
     FIELD_WORDS, GROUND_TERMS, false},
    {"/data/determination/deemed_export/value", "deemed_export", DECIDED, "/deemed_export/value",
     HOME_DETERMINATION, FIELD_WORD, GROUND_DETERMINATION, false},
    {"/data/determination/atas/value", "atas", DECIDED, "/atas/value", HOME_DETERMINATION, FIELD_WORD,
     GROUND_DETERMINATION, false},
    {"/data/determination/pp10043/value", "pp10043", DECIDED, "/pp10043/value", HOME_DETERMINATION,
     FIELD_WORD, GROUND_DETERMINATION, false},
    {"/data/determination/license_required/value", "license_required", DECIDED, "/license_required/value",
     HOME_DETERMINATION, FIELD_WORD, GROUND_DETERMINATION, false},
    {"/data/determination/license_held/value", "license_held", DECIDED, "/license_held/value",
     HOME_DETERMINATION, FIELD_WORD, GROUND_DETERMINATION, false},
    {"/data/determination/talent_program_certified/value", "talent_program_certified", DECIDED,
     "/talent_program_certified/value", HOME_DETERMINATION, FIELD_WORD, GROUND_DETERMINATION, false},
    {"/data/determination/training_current/value", "training_current", DECIDED, "/training_current/value",
     HOME_DETERMINATION, FIELD_WORD, GROUND_DETERMINATION, false},
    {"/data/precautions", "precautions", "ip_checklist|segregated_network|visitor_escort|device_policy", "",
     HOME_PRECAUTIONS, FIELD_WORDS, GROUND_CONTEXT, false},
    {"/data/disclosure_state", "disclosure_state", "disclosed|partial|undisclosed|unknown", "",
     HOME_DISCLOSURE_STATE, FIELD_WORD, GROUND_TERMS, false},
    {"/data/location/mode", "location_mode", "onsite|remote|travel", "/mode", HOME_LOCATION, FIELD_WORD,
     GROUND_CONTEXT, false},
    {"/data/public_benefit", "public_benefit", NULL, "", HOME_PUBLIC_BENEFIT, FIELD_TEXT, GROUND_CONTEXT,
     false},
};
const uint32_t field_count = sizeof fields / sizeof *fields;

const char *const field_homes[HOME_COUNT] = {
    "role",
    "study_level",
    "visa_class",
    "covered_individual",
    "technology_areas",
    "publication_intent",
    "transfer_mode",
    "resources",
    "applications",
    "questions",
    "funding",
    "agreement",
    "determination",
    "precautions",
    "disclosure_state",
    "location",
    "public_benefit",
    "partner",
};

const char *const event_types[] = {
    "hr.appointment.proposed",
    "hr.appointment.approved",
    "hr.appointment.changed",
    "hr.appointment.ended",
    "visa.petition.proposed",
    "visa.petition.filed",
    "visa.petition.determined",
    "agreement.proposed",
    "agreement.signed",
    "agreement.amended",
    "agreement.renewed",
    "agreement.terminated",
    "lab.partnership.proposed",
    "lab.partnership.started",
    "lab.partnership.changed",
    "lab.partnership.ended",
    "publication.submitted",
    "publication.published",
    "conference.hosting.proposed",
    "conference.attendance.proposed",
    "student.enrolment.offered",
    "student.enrolment.enrolled",
    "student.enrolment.withdrawn",
    "funding.gift.received",
    "funding.contract.received",
    NULL,
};

const char match_categories[] = "seven_sons|military|security|defence_industry|civilian|other";
const char match_effects[] = "forbids_dealing|needs_licence|informs";
const char match_bases[] = "id_exact|name_exact|alias_exact|acronym|name_fuzzy";
const char partner_relations[] = "employer|funder|host|coauthor|party|degree|supplier";

bool text_same(struct pw_text text, const char *literal)
{
    size_t length = strlen(literal);
    return text.length == length && (length == 0 || memcmp(text.data, literal, length) == 0);
}

bool text_same_text(struct pw_text a, struct pw_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

uint32_t field_by_pointer(struct pw_text pointer)
{
    uint32_t i = 0;
    while (i < field_count && !text_same(pointer, fields[i].pointer))
        i++;
    return i;
}

uint32_t field_by_name(struct pw_text name)
{
    uint32_t i = 0;
    while (i < field_count && !text_same(name, fields[i].name))
        i++;
    return i;
}

enum field_home field_home_of(struct pw_text key)
{
    uint32_t i = 0;
    while (i < HOME_COUNT &&
           (field_homes[i][0] != (key.length ? key.data[0] : '\0') || !text_same(key, field_homes[i])))
        i++;
    return (enum field_home)i;
}

bool field_choice(const char *choices, struct pw_text word)
{
    while (*choices) {
        size_t length = strcspn(choices, "|");
        if (length == word.length && memcmp(choices, word.data, length) == 0)
            return true;
        choices += length + (choices[length] == '|');
    }
    return false;
}

/* Versions are not the rules' business: "agreement.signed.v1" and ".v2" mean the same act. */
static struct pw_text without_version(struct pw_text type)
{
    size_t i = type.length;
    while (i > 0 && type.data[i - 1] >= '0' && type.data[i - 1] <= '9')
        i--;
    bool version = i < type.length && i >= 2 && type.data[i - 1] == 'v' && type.data[i - 2] == '.';
    return version ? (struct pw_text){type.data, i - 2} : type;
}

uint32_t event_type_index(struct pw_text type)
{
    struct pw_text name = without_version(type);
    if (name.length == 0)
        return EVENT_TYPE_OTHER;
    for (uint32_t i = 0; event_types[i]; i++) {
        size_t length = strlen(event_types[i]);
        if (length > name.length || name.data[name.length - length] != event_types[i][0] ||
            memcmp(name.data + name.length - length, event_types[i], length) != 0)
            continue;
        if (length == name.length || name.data[name.length - length - 1] == '.')
            return i;
    }
    return EVENT_TYPE_OTHER;
}

uint64_t event_type_bits(struct pw_text pattern)
{
    uint64_t bits = 0;
    if (text_same(pattern, "*"))
        return UINT64_MAX;
    bool family = pattern.length > 2 && memcmp(pattern.data + pattern.length - 2, ".*", 2) == 0;
    size_t length = family ? pattern.length - 1 : pattern.length;
    for (uint32_t i = 0; event_types[i]; i++) {
        size_t own = strlen(event_types[i]);
        bool fits = family ? own > length : own == length;
        if (fits && memcmp(event_types[i], pattern.data, length) == 0)
            bits |= UINT64_C(1) << i;
    }
    return bits;
}
