/* SPDX-License-Identifier: Apache-2.0
 *
 * style.c: see style.h; the bytes are made of style.css and icon.svg when this is built.
 */
#include "page/style.h"

#include "page/visit.h"

static void give(struct visit *visit, const char *type, const char *bytes, size_t length)
{
    visit->reply->type = type;
    visit->reply->lasting = true;
    buffer_append(visit->out, bytes, length);
}

void view_style(struct visit *visit)
{
    give(visit, "text/css; charset=utf-8", style_css, style_css_length);
}

void view_icon(struct visit *visit)
{
    give(visit, "image/svg+xml", style_icon, style_icon_length);
}
