/* SPDX-License-Identifier: Apache-2.0
 *
 * event.c: event list, event show, findings.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctl/review.h"
#include "ctl/list.h"

int ctl_event_list(struct ctl *ctl)
{
    static const char *const options[] = {"--type", "--engagement", NULL};
    static const char *const keys[] = {"type", "engagement", NULL};
    static const struct table_column columns[] = {{"sequence", "sequence", 0},
                                                  {"received", "received", 0},
                                                  {"feed", "feed", 16},
                                                  {"type", "type", 44},
                                                  {"id", "id", 32},
                                                  {"engagement", "engagement_id", 32},
                                                  {NULL, NULL, 0}};
    return list_show(ctl, "event.list", options, keys, columns, "There are no such events.");
}

int ctl_findings(struct ctl *ctl)
{
    static const char *const options[] = {"--pathway", "--rule", "--min-level", "--engagement", NULL};
    static const char *const keys[] = {"pathway", "rule", "min_level", "engagement", NULL};
    static const struct table_column columns[] = {{"finding", "finding", 0},
                                                  {"level", "level", 0},
                                                  {"rule", "rule", 36},
                                                  {"pathway", "pathway", 0},
                                                  {"asks", "needs_information", 0},
                                                  {"engagement", "engagement_id", 24},
                                                  {"withdrawn", "withdrawn", 0},
                                                  {"explanation", "explanation", 60},
                                                  {NULL, NULL, 0}};
    return list_show(ctl, "finding.list", options, keys, columns, "There are no such findings.");
}

static bool all_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static void write_request(const struct ctl *ctl, const char *op, uint64_t before, struct buffer *request)
{
    buffer_clear(request);
    json_write_begin(request, '{');
    json_member_string(request, "op", op);
    if (ctl->positional_count == 1) {
        json_member_unsigned(request, "sequence", strtoull(ctl->positionals[0], NULL, 10));
    } else {
        json_member_string(request, "source", ctl->positionals[0]);
        json_member_string(request, "id", ctl->positionals[1]);
        json_member_unsigned(request, "before", before);
    }
    json_write_end(request, '}');
}

/* The daemon looks through its events piece by piece, from the newest on. */
int event_ask(struct ctl *ctl, const char *op, cJSON **ret_answer)
{
    struct call *call = NULL;
    struct buffer request = {0};
    cJSON *answer = NULL;
    uint64_t before = 0;
    int status = CTL_GOOD;
    bool numbered = ctl->positional_count == 1 && all_digits(ctl->positionals[0]);
    if (!numbered && (ctl->positional_count == 1 || !*ctl->positionals[0] || !*ctl->positionals[1])) {
        ctl_complain("an event is named by its sequence number, or by its source and its id");
        return CTL_USAGE;
    }
    errno = 0;
    unsigned long long sequence = numbered ? strtoull(ctl->positionals[0], NULL, 10) : 1;
    if (errno != 0 || sequence == 0 || sequence > INT64_MAX) {
        ctl_complain("there is no event %s", ctl->positionals[0]);
        return CTL_BAD;
    }
    status = call_open(ctl, &call);
    if (status != CTL_GOOD)
        return status;
    do {
        cJSON_Delete(answer);
        answer = NULL;
        write_request(ctl, op, before, &request);
        status = call_ask(call, &request, &answer);
        double next = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(answer, "next"));
        before = next > 0 ? (uint64_t)next : 0;
    } while (status == CTL_GOOD && before > 0);
    if (status == CTL_GOOD)
        *ret_answer = answer;
    buffer_release(&request);
    call_close(call);
    return status;
}

static void print_field(const char *name, const cJSON *object, const char *path)
{
    char *value = table_value(table_find(object, path));
    if (value && *value) {
        printf("%-12s ", name);
        table_print(value);
        putchar('\n');
    }
    free(value);
}

static void show_event(const struct ctl *ctl, const cJSON *result)
{
    const cJSON *finding = NULL, *data = NULL;
    printf("%sEvent %.0f%s\n", table_bold(ctl), cJSON_GetNumberValue(table_find(result, "sequence")),
           table_plain(ctl));
    print_field("type", result, "type");
    print_field("source", result, "source");
    print_field("id", result, "id");
    print_field("received", result, "received");
    print_field("feed", result, "feed");
    const cJSON *members = table_find(result, "event.data");
    cJSON_ArrayForEach(data, members)
    {
        print_field(data->string, members, data->string);
    }
    print_field("affiliation", result, "raw_affiliation");
    const cJSON *findings = table_find(result, "findings");
    printf("\n%sFindings%s%s\n", table_bold(ctl), table_plain(ctl),
           cJSON_GetArraySize(findings) > 0 ? "" : ": none");
    cJSON_ArrayForEach(finding, findings)
    {
        review_finding(ctl, finding);
    }
}

int ctl_event_show(struct ctl *ctl)
{
    cJSON *answer = NULL;
    int status = event_ask(ctl, "event.show", &answer);
    if (status != CTL_GOOD)
        return status;
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(answer, "result");
    if (ctl->json)
        list_print_json(result);
    else
        show_event(ctl, result);
    cJSON_Delete(answer);
    return CTL_GOOD;
}
