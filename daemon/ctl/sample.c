/* SPDX-License-Identifier: Apache-2.0
 *
 * sample.c: written as tables of data, because a new trap should cost one line.
 */
#include "ctl/sample.h"

#include <string.h>

#define SAMPLE_PARTNERS 64 /* the vocabulary's bound */

enum sample_facts_kind { FACTS_NONE, FACTS_STRONG, FACTS_WEAK, FACTS_MANY };

static const struct sample {
    const char *name, *type;
    const char *data; /* members of `data` beside engagement_id, with a leading comma */
    enum sample_facts_kind facts;
    const char *affiliation;
} samples[] = {
    {"an appointment", "hr.appointment.proposed",
     ",\"role\":\"postdoc\",\"unit\":\"lab-7\",\"partner\":[{\"name\":\"Example "
     "University\",\"relation\":\"degree\"}]",
     FACTS_NONE, "Example University, Exampleton"},
    {"an appointment with a listed employer", "hr.appointment.approved",
     ",\"role\":\"visiting\",\"partner\":[{\"name\":\"Beihang "
     "University\",\"ror\":\"00wk2mp56\",\"country\":\"CN\","
     "\"relation\":\"employer\",\"current\":true}]",
     FACTS_STRONG, "School of Automation, Beihang University"},
    {"a visa petition for study", "visa.petition.filed",
     ",\"role\":\"student_grad\",\"study_level\":\"doctoral\",\"visa_class\":\"study\"", FACTS_NONE, ""},
    {"a visa petition for work", "visa.petition.proposed",
     ",\"visa_class\":\"work\",\"determination\":{\"deemed_export\":{\"value\":\"pending\",\"at\":\"2026-01-"
     "01\"}}",
     FACTS_NONE, ""},
    {"an agreement", "agreement.proposed",
     ",\"agreement\":{\"kind\":\"mou\",\"clauses\":[\"source_code\"]},\"partner\":[{\"name\":\"Example "
     "GmbH\","
     "\"kind\":\"company\"}],\"questions\":{\"q1\":{\"answer\":\"yes\",\"by\":\"department\"}}",
     FACTS_WEAK, ""},
    {"a lab partnership", "lab.partnership.proposed",
     ",\"partner\":[{\"name\":\"Beihang "
     "University\",\"relation\":\"party\"}],\"transfer_mode\":[\"hands_on\"],"
     "\"technology_areas\":[\"quantum\"],\"publication_intent\":\"restricted\"",
     FACTS_STRONG, ""},
    {"a publication", "publication.published", ",\"publication_intent\":\"open\"", FACTS_NONE, ""},
    {"a conference", "conference.hosting.proposed", ",\"partner\":[{\"name\":\"Example Society\"}]",
     FACTS_STRONG, ""},
    {"an enrolment", "student.enrolment.offered", ",\"study_level\":\"undergraduate\"", FACTS_NONE, ""},
    {"a gift", "funding.gift.received",
     ",\"funding\":{\"kind\":\"gift\",\"amount\":\"0.10000000000000000001\",\"currency\":\"USD\"}",
     FACTS_NONE, ""},
    {"nothing but an engagement", "hr.appointment.changed", "", FACTS_NONE, ""},
    {"no partner", "agreement.signed", ",\"partner\":[]", FACTS_NONE, ""},
    {"a partner without a name", "agreement.amended", ",\"partner\":[{}]", FACTS_NONE, ""},
    {"64 partners", "agreement.renewed", NULL, FACTS_MANY, ""},
    {"unicode", "hr.appointment.ended",
     ",\"title\":"
     "\"\xE5\x8C\x97\xE4\xBA\xAC\xE8\x88\xAA\xE7\xA9\xBA\xE8\x88\xAA\xE5\xA4\xA9\xE5\xA4\xA7\xE5\xAD\xA6 "
     "\xF0\x9F\x8E\x93 e\xCC\x81 \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \\ud83d\\ude00 \\\"quoted\\\" \\\\ \\n\","
     "\"partner\":[{\"name\":\"\xE5\x8C\x97\xE8\x88\xAA\xE2\x80\x8B "
     "\xEF\xBC\xA2\xEF\xBC\xB5\xEF\xBC\xA1\xEF\xBC\xA1\"}]",
     FACTS_STRONG,
     "\xE5\x8C\x97\xE4\xBA\xAC\xE8\x88\xAA\xE7\xA9\xBA\xE8\x88\xAA\xE5\xA4\xA9\xE5\xA4\xA7\xE5\xAD\xA6"},
    {"everything unknown", "lab.partnership.changed",
     ",\"covered_individual\":\"unknown\",\"publication_intent\":\"unknown\",\"applications\":[\"unknown\"],"
     "\"questions\":{\"q1\":{\"answer\":\"unknown\"},\"q2\":{\"answer\":\"unknown\"},\"q3\":{\"answer\":"
     "\"unknown\"}},"
     "\"disclosure_state\":\"unknown\"",
     FACTS_WEAK, ""},
};

uint32_t sample_count(void)
{
    return (uint32_t)(sizeof(samples) / sizeof(samples[0]));
}

const char *sample_name(uint32_t sample)
{
    return samples[sample].name;
}

static void many_partners(struct buffer *out)
{
    buffer_string(out, ",\"partner\":[");
    for (int i = 0; i < SAMPLE_PARTNERS; i++)
        buffer_format(out, "%s{\"name\":\"Partner Number %d of a Consortium\",\"relation\":\"coauthor\"}",
                      i ? "," : "", i);
    buffer_string(out, "]");
}

void sample_event(uint32_t number, struct buffer *out)
{
    const struct sample *sample = &samples[number];
    buffer_clear(out);
    buffer_format(
        out,
        "{\"specversion\":\"1.0\",\"id\":\"sample-%u\",\"source\":\"https://sample.invalid/check\","
        "\"type\":\"org.pathwayd.%s.v1\",\"time\":\"2026-01-02T03:04:05Z\",\"data\":{\"engagement_id\":"
        "\"SAMPLE-%u\"",
        number, sample->type, number);
    if (sample->data)
        buffer_string(out, sample->data);
    else
        many_partners(out);
    buffer_string(out, "}}");
}

static void write_match(struct buffer *out, int partner, bool strong)
{
    buffer_format(
        out,
        "{\"by\":\"institutions\",\"fact\":\"list.match\",\"pointer\":\"/data/partner/%d\",\"value\":{"
        "\"source\":\"sample\",\"list\":\"SAMPLE\",\"entry\":\"%d\",\"entry_name\":\"Beihang University\","
        "\"category\":\"seven_sons\",\"effect\":\"informs\",\"basis\":\"%s\",\"span\":[0,7],"
        "\"snapshot\":\"2026-01-01\",\"reportable\":%s,\"text\":\"Beihang\",\"pointer\":"
        "\"/data/partner/%d/name\"}}",
        partner, partner, strong ? "name_exact" : "acronym", strong ? "true" : "false", partner);
}

void sample_facts(uint32_t number, struct buffer *out)
{
    enum sample_facts_kind kind = samples[number].facts;
    int count = kind == FACTS_NONE ? 0 : kind == FACTS_MANY ? SAMPLE_PARTNERS : 1;
    buffer_clear(out);
    buffer_string(out, "[");
    for (int i = 0; i < count; i++) {
        buffer_string(out, i ? "," : "");
        write_match(out, i, kind != FACTS_WEAK);
    }
    buffer_string(out, "]");
}

struct pw_text sample_affiliation(uint32_t number)
{
    const char *text = samples[number].affiliation;
    return (struct pw_text){text, strlen(text)};
}
