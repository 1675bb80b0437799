/* SPDX-License-Identifier: Apache-2.0
 *
 * form.h: what may become part of a request. Whatever could end a line, leave the server that the configuration names,
 * or climb out of the folder that it names, is refused.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <pathwayd/text.h>
#include <stdbool.h>

#define HTTP_URL_BYTES 2048u /* of the configuration's url, and again of a suffix */

/* NULL, or a sentence what is wrong; it never repeats the url. *ret_plain: whether it is http://. */
const char *http_url_fault(struct pw_text url, bool *ret_plain);

bool http_suffix_valid(const char *suffix); /* percent-encoded, without . and .. as names; NULL is fine */
bool http_header_valid(const char *header); /* "Name: value" */
bool http_method_known(const char *method);

/* Where the path must still begin: "https://example.edu". */
bool http_url_pathless(struct pw_text url);

#endif
