/* SPDX-License-Identifier: Apache-2.0
 *
 * silence.c: silence add, silence list, silence end.
 */
#include <stdio.h>
#include <stdlib.h>
#include "ctl/act.h"
#include "ctl/call.h"
#include "ctl/list.h"

static int ask(struct ctl *ctl, struct buffer *request, const char *done)
{
    cJSON *answer = NULL;
    int status = act_ask(ctl, request, NULL, &answer);
    const cJSON *result = table_find(answer, "result");
    if (status == CTL_GOOD && ctl->json)
        list_print_json(result);
    else if (status == CTL_GOOD)
        printf("Silence %.0f %s.\n", cJSON_GetNumberValue(table_find(result, "silence")), done);
    cJSON_Delete(answer);
    return status;
}

int ctl_silence_add(struct ctl *ctl)
{
    static const char *const options[][2] = {{"--case", "case"},
                                             {"--rule", "rule"},
                                             {"--pathway", "pathway"},
                                             {"--unit", "unit"},
                                             {"--until", "until"}};
    struct buffer request = {0};
    struct words words = {0};
    if (!ctl_option(ctl, "--until")) {
        ctl_complain("a silence ends by itself: give --until DATE");
        return CTL_USAGE;
    }
    int status = words_read(ctl, "--reason", "say why nobody is to be told", &words);
    if (status == CTL_GOOD) {
        json_write_begin(&request, '{');
        json_member_string(&request, "op", "silence.add");
        for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
            act_option(ctl, &request, options[i][0], options[i][1]);
        json_member_string(&request, "reason", words.text);
        status = ask(ctl, &request, "begins; what is found is found all the same");
    }
    words_release(&words);
    return status;
}

int ctl_silence_end(struct ctl *ctl)
{
    struct buffer request = {0};
    const char *word = ctl->positionals[0];
    char *end = NULL;
    long long number = strtoll(word, &end, 10);
    if (end == word || *end || number < 1) {
        ctl_complain("a silence has a number, as silence list shows, not \"%s\"", word);
        return CTL_USAGE;
    }
    json_write_begin(&request, '{');
    json_member_string(&request, "op", "silence.end");
    json_member_integer(&request, "silence", number);
    return ask(ctl, &request, "is over");
}

int ctl_silence_list(struct ctl *ctl)
{
    static const char *const none[] = {NULL};
    static const struct table_column columns[] = {{"silence", "silence", 0}, {"state", "state", 0},
                                                  {"until", "until", 0},     {"case", "case", 0},
                                                  {"rule", "rule", 40},      {"pathway", "pathway", 0},
                                                  {"unit", "unit", 20},      {"by", "author", 20},
                                                  {"reason", "reason", 40},  {NULL, NULL, 0}};
    return list_show(ctl, "silence.list", none, none, columns, "Nothing is silenced.");
}
