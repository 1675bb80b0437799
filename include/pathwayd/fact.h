/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd/fact.h: what an enrich plugin adds to an event. Facts, also those that others share, are an input to policies and
 * decide nothing (R27); they are dated, and may change (R60).
 *
 * Facts are statements about institutions and activities that policies read. The policies of the event see
 * all facts as one document:
 *
 *     [ {"by": "institutions", "fact": "list.match", "pointer": "/data/partner/0", "value": { … }}, … ]
 *
 * in the order of the configured enrichers, then of emission. The fact `list.match` has the value
 *
 *     {"source","list","entry","entry_name","category","effect","basis","span":[start,end),"snapshot",
 *      "reportable":true|false, "text": the words that matched, "pointer": where they stand}
 *
 * and, where they say something, "stale":true, "note": sentences for a reader, and in the last one "left_out": how many
 * weaker matches an event had no room for;
 *
 * with `category` one of seven_sons, military, security, defence_industry, civilian, other; `effect` one of
 * forbids_dealing, needs_licence, informs; `reportable` true where the words are strong enough for a policy, whatever
 * the list. The policies shipped never do more than ask for verification on the bases acronym and name_fuzzy.
 *
 * The fact `list.related` says that an entry is about the parent or a part of an institution, not about itself; it is
 * no match, and none of the policies shipped acts on it. Its value is
 *
 *     {"source","list","entry","entry_name","relation":"parent"|"child","of": the institution named,"snapshot"}
 *
 * To a policy that asks for it by the extension "pathwayd.earlier/1" pathwayd itself adds, "by" the journal, what came
 * before by the events' own time: `engagement.event` for each earlier
 * event of the engagement, the newest 64 in the order of time, with the value {"id","type","time","data"}, and
 * `engagement.left_out` when there were more; `funding.earlier` for what the partner at `pointer`, the source of this
 * event's funding, gave before, with the value {"id","type","time","funding"}, and `funding.left_out` when there was more
 * than is told.
 */
#ifndef PATHWAYD_FACT_H
#define PATHWAYD_FACT_H

#include <pathwayd/text.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PW_EXTENSION_EARLIER "pathwayd.earlier/1"

#define PW_EARLIER_ENGAGEMENT 1u /* engagement.event */
#define PW_EARLIER_FUNDING    2u /* funding.earlier */

/* What an assess plugin wants to be told of what came before. When an event comes late, those that come after it are
 * judged again, so ask for no more than is read. [after start] */
struct pw_earlier {
    uint32_t struct_size;
    uint32_t wants; /* PW_EARLIER_* */
};

struct pw_fact {
    uint32_t struct_size;
    uint32_t reserved;
    struct pw_text fact;    /* the fact's name, dotted, e.g. "list.match" */
    struct pw_text pointer; /* what of the event it is about (RFC 6901), e.g. "/data/partner/0" */
    struct pw_text value;   /* JSON text; checked by the host, copied during emit_fact */
};

#ifdef __cplusplus
}
#endif
#endif
