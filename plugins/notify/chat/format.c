/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: how much of a post fits is asked of the platform's own format, so that no estimate of
 * its escapes can be wrong.
 */
#include "format.h"

#include <string.h>

const struct format *format_named(struct pw_text name)
{
    static const struct format *const formats[] = {&format_slack, &format_mattermost, &format_teams};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strlen(formats[i]->name) == name.length && memcmp(formats[i]->name, name.data, name.length) == 0)
            return formats[i];
    return NULL;
}

static int attempt(const struct format *format, const struct post *post, uint32_t shown, struct page *json)
{
    page_release(json);
    bool fits = format->write(post, shown, json);
    if (json->failed)
        return PW_ERROR_MEMORY;
    return fits ? PW_OK : PW_ERROR_LIMIT;
}

/* The most optional lines that fit: more of them are never shorter. */
static int fit(const struct format *format, const struct post *post, struct page *json)
{
    uint32_t fits = 0, exceeds = post->optional;
    int status = attempt(format, post, fits, json);
    while (status == PW_OK && exceeds - fits > 1u) {
        uint32_t middle = fits + (exceeds - fits) / 2u;
        int tried = attempt(format, post, middle, json);
        if (tried == PW_OK)
            fits = middle;
        else if (tried == PW_ERROR_LIMIT)
            exceeds = middle;
        else
            status = tried;
    }
    return status == PW_OK ? attempt(format, post, fits, json) : status;
}

int format_write(const struct format *format, const struct post *post, struct page *ret_json)
{
    struct page json = {0};
    if (post->words.failed)
        return PW_ERROR_MEMORY;
    int status = attempt(format, post, post->optional, &json);
    if (status == PW_ERROR_LIMIT)
        status = fit(format, post, &json);
    if (status == PW_OK)
        *ret_json = json;
    else
        page_release(&json);
    return status;
}
