/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayd/list.h: extension "pathwayd.list/1", offered by an enrich plugin that screens institutions.
 * `pathwayctl screen` calls it through the plugin host, like everyone else.
 */
#ifndef PATHWAYD_LIST_H
#define PATHWAYD_LIST_H

#include <pathwayd/text.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PW_EXTENSION_LIST "pathwayd.list/1"

struct pw_screen_query {
    uint32_t struct_size;
    uint32_t reserved;
    struct pw_text query;   /* a name or an affiliation as printed; may be empty when ror is given */
    struct pw_text country; /* ISO 3166-1 alpha-2; may be empty */
    struct pw_text ror;     /* may be empty */
};

struct pw_list {
    uint32_t struct_size;
    uint32_t reserved;

    /* Screens one query and writes one JSON object without a trailing newline through `write` (any number of
     * calls):
     * {"query","organisations":[{"ror","name","country","basis","span"}],
     *  "matches":[{"source","list","entry","entry_name","category","effect","basis","span","snapshot","reportable"}],
     *  "rejected":[{"name","because"}]}
     * and "related":[{"source","list","entry","entry_name","relation","of","snapshot"}] where a parent or a part of an
     * organisation is listed (fact.h); and "full":true where the query names more than can be screened at once or the answer can hold.
     * `span` is [start,end) in bytes of the query, [0,0] for a match by the ROR id, which is not in it.
     * 0 or a negative code. [after start] */
    int32_t (*screen)(void *instance, const struct pw_screen_query *query,
                      void (*write)(void *to, struct pw_text bytes), void *to);

    /* Compiles what the instance's configuration names into one snapshot, kept in memory, and writes one JSON object
     * that says what came of each source:
     * {"sources":[{"name","format","snapshot","entries","organisations","names","skipped"}],"bytes"}.
     * May be NULL together with `read`. [after start] */
    int32_t (*compile)(void *instance, void (*write)(void *to, struct pw_text bytes), void *to);

    /* Writes up to `most` bytes of the compiled snapshot from `offset` on; none at its end. [after compile] */
    int32_t (*read)(void *instance, uint64_t offset, uint32_t most,
                    void (*write)(void *to, struct pw_text bytes), void *to);

    /* Writes a word of at most 64 printable ASCII characters that is another one whenever what is screened against
     * is: then what was said of earlier events is looked at again (R36, R61). May be NULL. [after start] */
    int32_t (*version)(void *instance, void (*write)(void *to, struct pw_text bytes), void *to);
};

#ifdef __cplusplus
}
#endif
#endif
