/* SPDX-License-Identifier: Apache-2.0
 *
 * style.h: the files of the page, built in: its style sheet and its icon, and a name for their content.
 */
#ifndef PATHWAYD_PAGE_STYLE_H
#define PATHWAYD_PAGE_STYLE_H

#include <stddef.h>

extern const char style_css[], style_icon[], style_version[];
extern const size_t style_css_length, style_icon_length;

#endif
