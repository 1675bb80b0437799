/* SPDX-License-Identifier: Apache-2.0
 *
 * plan.c: see plan.h. The file is the operator's, read by the one strict scanner.
 */
#include "ctl/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases/decision.h"
#include "ctl/case.h"
#include "ctl/table.h"
#include "json/buffer.h"

#define PLAN_FILE       "mitigations.json"
#define PLAN_FILE_BYTES (256u << 10)
#define PLAN_SUGGESTED  64u

static int read_bytes(const char *path, struct buffer *bytes)
{
    char block[4096];
    size_t length;
    FILE *file = fopen(path, "re");
    if (!file) {
        ctl_complain("%s: %s; it holds the plans that --plan names", path, strerror(errno));
        return CTL_USAGE;
    }
    while ((length = fread(block, 1, sizeof(block), file)) > 0 && bytes->length <= PLAN_FILE_BYTES)
        buffer_append(bytes, block, length);
    bool good = !ferror(file) && bytes->length <= PLAN_FILE_BYTES && !bytes->failed;
    fclose(file);
    if (!good)
        ctl_complain("%s cannot be read, or has more than %u bytes", path, PLAN_FILE_BYTES);
    return good ? CTL_GOOD : CTL_USAGE;
}

/* CTL_USAGE after a sentence when it is no list of mitigations. */
static int take_plan(const struct pw_document *document, uint32_t plan, const char *path, const char *name,
                     cJSON **ret_plan)
{
    cJSON *list = cJSON_CreateArray();
    bool good = list && json_type(document, plan) == PW_JSON_ARRAY && json_count(document, plan) > 0 &&
                json_count(document, plan) <= DECISION_ITEMS;
    for (uint32_t node = json_first(document, plan); good && node != PW_NODE_NONE;
         node = json_next(document, node)) {
        struct pw_text words = json_text(document, node);
        char text[DECISION_ITEM + 1];
        good = !text_blank(words) && words.length <= DECISION_ITEM;
        snprintf(text, sizeof(text), "%.*s", TEXT_FMT(words));
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
    if (good) {
        *ret_plan = list;
        return CTL_GOOD;
    }
    ctl_complain("%s: the plan \"%s\" must be a list of 1 to %u texts of at most %u bytes", path, name,
                 DECISION_ITEMS, DECISION_ITEM);
    cJSON_Delete(list);
    return CTL_USAGE;
}

static int no_plan(const struct pw_document *document, const char *name)
{
    char *names[PLAN_SUGGESTED + 1] = {NULL};
    uint32_t count = 0;
    for (uint32_t node = json_first(document, PW_NODE_ROOT); node != PW_NODE_NONE && count < PLAN_SUGGESTED;
         node = json_next(document, node)) {
        struct pw_text key = json_key(document, node);
        names[count] = strndup(key.data ? key.data : "", key.length);
        count += names[count] != NULL;
    }
    ctl_suggest("plan", name, (const char *const *)names);
    for (uint32_t i = 0; i < count; i++)
        free(names[i]);
    return CTL_USAGE;
}

static int find_plan(const char *path, const char *name, const struct buffer *bytes, cJSON **ret_plan)
{
    struct pw_document document = {0};
    struct json_error error = {0};
    int status = CTL_USAGE;
    if (json_parse(&document, bytes->data ? bytes->data : "", bytes->length, &json_limits_config, &error) !=
            0 ||
        json_type(&document, PW_NODE_ROOT) != PW_JSON_OBJECT) {
        ctl_complain("%s:%u:%u: %s", path, error.line, error.column,
                     error.code ? error.message : "plans are one object, {\"name\": [\"mitigation\", …], …}");
    } else {
        uint32_t plan = json_member(&document, PW_NODE_ROOT, name);
        status = plan == PW_NODE_NONE ? no_plan(&document, name)
                                      : take_plan(&document, plan, path, name, ret_plan);
    }
    json_release(&document);
    return status;
}

/* ---- placeholders -------------------------------------------------------------------------------------- */

static const struct {
    const char *word, *path;
} placeholders[] = {{"case", "case"},
                    {"engagement", "engagement_id"},
                    {"title", "title"},
                    {"unit", "unit"},
                    {"partner", "latest_event.data.partner"}};

/* A text of the case; of partners, the names. */
static void put_value(struct buffer *out, const cJSON *item, const char *path)
{
    const cJSON *value = table_find(item, path), *partner = NULL;
    if (!cJSON_IsArray(value)) {
        buffer_string(out, table_word(item, path));
        return;
    }
    cJSON_ArrayForEach(partner, value)
    {
        buffer_string(out, partner == value->child ? "" : ", ");
        buffer_string(out, table_word(partner, "name"));
    }
}

/* The text with the case's words in it; `item` NULL: only whether all are known. NULL after a sentence. */
static char *fill_text(const char *text, const cJSON *item)
{
    struct buffer out = {0};
    for (const char *end; *text; text = end) {
        size_t plain = strcspn(text, "{"), word, known;
        buffer_append(&out, text, plain);
        text += plain;
        end = text;
        if (!*text)
            break;
        word = strcspn(text, "}");
        for (known = 0; known < sizeof(placeholders) / sizeof(placeholders[0]); known++)
            if (strlen(placeholders[known].word) + 1 == word &&
                strncmp(text + 1, placeholders[known].word, word - 1) == 0)
                break;
        if (text[word] != '}' || known == sizeof(placeholders) / sizeof(placeholders[0])) {
            ctl_complain("a plan has no placeholder \"%.*s\"; there are {case}, {engagement}, {title}, "
                         "{unit} and {partner}",
                         (int)(word < 60 ? word + (text[word] == '}') : 60), text);
            buffer_release(&out);
            return NULL;
        }
        put_value(&out, item, placeholders[known].path);
        end = text + word + 1;
    }
    buffer_append(&out, "", 1);
    return buffer_take(&out, NULL);
}

static bool has_placeholder(const cJSON *plan)
{
    const cJSON *text = NULL;
    cJSON_ArrayForEach(text, plan)
    {
        if (strchr(cJSON_GetStringValue(text), '{'))
            return true;
    }
    return false;
}

/* Nothing is asked of the daemon before all placeholders are known. */
static int fill(struct ctl *ctl, cJSON *plan)
{
    cJSON *answer = NULL, *text = NULL;
    int status = CTL_GOOD;
    for (int turn = 0; turn < 2 && status == CTL_GOOD && has_placeholder(plan); turn++) {
        if (turn == 1 && (status = case_find(ctl, ctl->positionals[0], false, &answer)) != CTL_GOOD)
            break;
        cJSON_ArrayForEach(text, plan)
        {
            char *filled = fill_text(cJSON_GetStringValue(text), turn ? table_find(answer, "result") : NULL);
            if (!filled)
                status = CTL_USAGE;
            else if (turn && !cJSON_SetValuestring(text, filled))
                status = CTL_BAD;
            free(filled);
        }
    }
    cJSON_Delete(answer);
    return status;
}

int plan_read(struct ctl *ctl, cJSON **ret_plan)
{
    const char *name = ctl_option(ctl, "--plan");
    struct buffer path = {0}, bytes = {0};
    int status = name ? ctl_config(ctl) : CTL_GOOD;
    if (!name || status != CTL_GOOD)
        return status;
    buffer_format(&path, "%s/" PLAN_FILE, ctl->config->base);
    status = path.failed ? CTL_BAD : read_bytes(path.data, &bytes);
    if (status == CTL_GOOD)
        status = find_plan(path.data, name, &bytes, ret_plan);
    if (status == CTL_GOOD)
        status = fill(ctl, *ret_plan);
    buffer_release(&path);
    buffer_release(&bytes);
    return status;
}
