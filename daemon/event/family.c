/* SPDX-License-Identifier: Apache-2.0
 *
 * family.c: the types of docs/vocabulary.md and what family each belongs to.
 */
#include "event/event.h"
#include "event/vocabulary.h"

#include <string.h>

static const char version_suffix[] = ".v1";

/* In step with `families` below; the unit tests hold them to it. */
const char *const event_type_names[] = {
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
    "list.updated",
    "advisory.received",
    "correction",
    NULL,
};

/* A known name's family, by how the name begins. */
static const struct {
    struct pw_text beginning;
    enum event_family family;
} families[] = {
    {NAME("hr."), EVENT_HR_APPOINTMENT},
    {NAME("visa."), EVENT_VISA_PETITION},
    {NAME("agreement."), EVENT_AGREEMENT},
    {NAME("lab."), EVENT_LAB_PARTNERSHIP},
    {NAME("publication."), EVENT_PUBLICATION},
    {NAME("conference."), EVENT_CONFERENCE},
    {NAME("student."), EVENT_STUDENT_ENROLMENT},
    {NAME("funding."), EVENT_FUNDING},
    {NAME("list."), EVENT_CONTROL},
    {NAME("advisory."), EVENT_CONTROL},
    {NAME("correction"), EVENT_CONTROL},
};

static bool begins_with(struct pw_text text, struct pw_text beginning)
{
    return text.length >= beginning.length && memcmp(text.data, beginning.data, beginning.length) == 0;
}

static bool is_known(struct pw_text name)
{
    for (const char *const *known = event_type_names; *known; known++)
        if (text_is(name, *known))
            return true;
    return false;
}

enum event_family event_family_of(struct pw_text type, const char *prefix, struct pw_text *ret_name)
{
    const size_t suffix = sizeof version_suffix - 1;
    size_t length = strlen(prefix);
    struct pw_text name = type;
    if (begins_with(name, (struct pw_text){prefix, length})) {
        name.data += length;
        name.length -= length;
    } else {
        *ret_name = name;
        return EVENT_UNROUTED;
    }
    bool versioned =
        name.length > suffix && memcmp(name.data + name.length - suffix, version_suffix, suffix) == 0;
    if (versioned)
        name.length -= suffix;
    *ret_name = name;
    if (!versioned || !is_known(name))
        return EVENT_UNROUTED;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (begins_with(name, families[i].beginning))
            return families[i].family;
    return EVENT_UNROUTED;
}
