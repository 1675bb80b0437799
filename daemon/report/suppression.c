/* SPDX-License-Identifier: Apache-2.0
 *
 * suppression.c: see suppression.h.
 */
#include "report/suppression.h"

static bool is_small(const struct figure *figure)
{
    return figure->row_engagements < SUPPRESSION_LEAST ||
           (figure->count > 0 && figure->engagements < SUPPRESSION_LEAST);
}

bool suppression_column(struct figure *figures, size_t count, struct figure *total)
{
    size_t cover = count;
    bool small = false, any = total->count > 0;
    total->shown = any && is_small(total) ? SHOWN_AS_SMALL : SHOWN;
    for (size_t i = 0; i < count; i++) {
        figures[i].shown = any && is_small(&figures[i]) ? SHOWN_AS_SMALL : SHOWN;
        small = small || figures[i].shown == SHOWN_AS_SMALL;
        if (figures[i].shown == SHOWN && figures[i].count >= SUPPRESSION_COVER &&
            (cover == count || figures[i].count < figures[cover].count))
            cover = i;
    }
    if (!small || total->shown != SHOWN)
        return true;
    if (cover == count)
        return false;
    figures[cover].shown = SHOWN_AS_COVER;
    return true;
}

static void hide(struct figure *figure)
{
    if (figure->count > 0 && figure->shown == SHOWN)
        figure->shown = SHOWN_AS_COVER;
}

void suppression_hide(struct figure *figures, size_t count, struct figure *total)
{
    hide(total);
    for (size_t i = 0; i < count; i++)
        hide(&figures[i]);
}

void engagements_add(struct engagements *engagements, uint64_t hash)
{
    for (uint32_t i = 0; i < engagements->count; i++)
        if (engagements->hashes[i] == hash)
            return;
    if (engagements->count < SUPPRESSION_LEAST)
        engagements->hashes[engagements->count++] = hash;
}
