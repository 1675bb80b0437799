/* SPDX-License-Identifier: Apache-2.0
 *
 * metrics.c: the daemon's figures, once or over HTTP.
 */
#include <stdio.h>
#include "ctl/exporter.h"
#include "ctl/list.h"

int ctl_metrics(struct ctl *ctl)
{
    cJSON *answer = NULL;
    const char *address = ctl_option(ctl, "--listen");
    if (address)
        return exporter_serve(ctl, address);
    int status = call_once(ctl, "metrics", &answer);
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(answer, "result");
    if (status == CTL_GOOD && ctl->json)
        list_print_json(result);
    else if (status == CTL_GOOD && cJSON_IsString(result))
        fputs(result->valuestring, stdout);
    cJSON_Delete(answer);
    return status;
}
