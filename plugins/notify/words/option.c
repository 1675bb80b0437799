/* SPDX-License-Identifier: Apache-2.0
 *
 * option.c: see option.h.
 */
#include "words/option.h"

#include <string.h>

static uint32_t find(const struct pw_host *host, const struct pw_document *config, const char *pointer)
{
    return host->documents->find(config, PW_NODE_ROOT, (struct pw_text){pointer, strlen(pointer)});
}

struct pw_text option_text(const struct pw_host *host, const struct pw_document *config, const char *pointer)
{
    return host->documents->text(config, find(host, config, pointer));
}

bool option_is(const struct pw_host *host, const struct pw_document *config, const char *pointer,
               const char *word)
{
    struct pw_text text = option_text(host, config, pointer);
    return text.length == strlen(word) && (text.length == 0 || memcmp(text.data, word, text.length) == 0);
}

bool option_true(const struct pw_host *host, const struct pw_document *config, const char *pointer)
{
    return host->documents->type(config, find(host, config, pointer)) == PW_JSON_TRUE;
}

uint32_t option_number(const struct pw_host *host, const struct pw_document *config, const char *pointer,
                       uint32_t otherwise)
{
    int64_t number = otherwise;
    (void)host->documents->integer(config, find(host, config, pointer), &number);
    return number < 0 || number > UINT32_MAX ? otherwise : (uint32_t)number;
}

int32_t option_refuse(const struct pw_host *host, const char *sentence)
{
    host->explain(host, (struct pw_text){sentence, strlen(sentence)});
    return PW_ERROR_INVALID;
}
