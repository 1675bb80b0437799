/* SPDX-License-Identifier: Apache-2.0
 *
 * answer.c: the command `answer`: whoever was asked says what nobody had said. It arrives as any correction does, over a
 * feed, so that it is stored, judged and audited like everything else.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ctl/act.h"
#include "ctl/case.h"
#include "ctl/endpoint.h"
#include "ctl/flight.h"
#include "ctl/list.h"
#include "ctl/table.h"
#include "json/time.h"

#define ANSWER_TIMEOUT_MS 10000
#define ANSWER_MAX_ASKING 64 /* events of one case that an answer is about */

static void now(char text[TIME_TEXT_SIZE])
{
    struct timespec instant;
    clock_gettime(CLOCK_REALTIME, &instant);
    time_format((int64_t)instant.tv_sec * 1000, text);
}

/* ---- what is asked ---- */

static bool asks(const cJSON *finding)
{
    return cJSON_IsTrue(table_find(finding, "needs_information")) &&
           !cJSON_IsTrue(table_find(finding, "withdrawn")) && !cJSON_IsTrue(table_find(finding, "shadow"));
}

static bool is_listed(const cJSON *const *asking, int count, const cJSON *finding)
{
    for (int i = 0; i < count; i++)
        if (strcmp(table_word(asking[i], "event.id"), table_word(finding, "event.id")) == 0 &&
            strcmp(table_word(asking[i], "event.source"), table_word(finding, "event.source")) == 0)
            return true;
    return false;
}

/* One asking finding for each event; how many. */
static int list_asking(const cJSON *item, const cJSON *asking[ANSWER_MAX_ASKING])
{
    const cJSON *finding = NULL;
    int count = 0;
    cJSON_ArrayForEach(finding, table_find(item, "findings"))
    {
        if (asks(finding) && count < ANSWER_MAX_ASKING && !is_listed(asking, count, finding))
            asking[count++] = finding;
    }
    return count;
}

/* ---- a colleague's question ---- */

/* The one of --question, or the only one that is open; NULL: none, or a sentence was printed with *ret_status. */
static const cJSON *find_question(const struct ctl *ctl, const cJSON *item, int *ret_status)
{
    const cJSON *question = NULL, *found = NULL;
    int64_t wanted = 0;
    uint32_t open = 0;
    *ret_status = ctl_option_number(ctl, "--question", 1, INT32_MAX, 0, &wanted);
    cJSON_ArrayForEach(question, table_find(item, "questions"))
    {
        bool fits = cJSON_IsTrue(table_find(question, "open")) &&
                    (!wanted || cJSON_GetNumberValue(table_find(question, "question")) == (double)wanted);
        open += fits;
        found = fits ? question : found;
    }
    if (*ret_status == CTL_GOOD && open > 1) {
        ctl_complain("%u questions of colleagues are open in %s: say which, with --question", open,
                     table_word(item, "case"));
        *ret_status = CTL_USAGE;
    } else if (*ret_status == CTL_GOOD && wanted && !found) {
        ctl_complain("question %" PRId64 " is not open in %s", wanted, table_word(item, "case"));
        *ret_status = CTL_BAD;
    }
    return *ret_status == CTL_GOOD ? found : NULL;
}

/* Whoever heard the answer writes it down. */
static int note_answer(struct ctl *ctl)
{
    struct buffer request = {0};
    struct words words = {0};
    cJSON *answer = NULL;
    int64_t number = 0;
    int status = ctl_option_number(ctl, "--question", 1, INT32_MAX, 0, &number);
    if (status == CTL_GOOD)
        status = words_read(ctl, "--text", "say what the answer is", &words);
    if (status == CTL_GOOD)
        status = act_begin(ctl, &request, "case.answer");
    if (status == CTL_GOOD) {
        if (number)
            json_member_integer(&request, "question", number);
        json_member_string(&request, "text", words.text);
        status = act_ask(ctl, &request, &words, &answer);
    }
    const cJSON *result = table_find(answer, "result");
    if (status == CTL_GOOD && ctl->json)
        list_print_json(result);
    else if (status == CTL_GOOD)
        printf("%s has the answer, and is %s.\n", table_word(result, "case"), table_word(result, "state"));
    words_release(&words);
    buffer_release(&request);
    cJSON_Delete(answer);
    return status;
}

static void show_open(const struct ctl *ctl, const cJSON *item)
{
    static const struct table_column columns[] = {{"question", "question", 0}, {"unit", "unit", 20},
                                                  {"what", "text", 0},         {"asked by", "asked_by", 20},
                                                  {"by", "answer_by", 0},      {NULL, NULL, 0}};
    const cJSON *question = NULL;
    bool any = false;
    cJSON_ArrayForEach(question, table_find(item, "questions"))
    {
        any = any || cJSON_IsTrue(table_find(question, "open"));
    }
    if (!any)
        return;
    struct table *table = table_new(ctl, columns);
    cJSON_ArrayForEach(question, table_find(item, "questions"))
    {
        if (cJSON_IsTrue(table_find(question, "open")))
            table_add(table, question);
    }
    table_end(table, NULL);
}

/* ---- what the findings ask ---- */

static void show_asked(const struct ctl *ctl, const cJSON *item)
{
    static const struct table_column columns[] = {{"who can say", "who", 30}, {"what", "what", 0},
                                                  {"by", "due", 0},           {"rule", "rule", 0},
                                                  {"event", "event", 30},     {NULL, NULL, 0}};
    const cJSON *finding = NULL, *unknown = NULL;
    struct table *table = table_new(ctl, columns);
    cJSON_ArrayForEach(finding, table_find(item, "findings"))
    {
        if (!asks(finding))
            continue;
        cJSON_ArrayForEach(unknown, table_find(finding, "unknowns"))
        {
            cJSON *row = cJSON_Duplicate(unknown, true);
            cJSON_AddStringToObject(row, "due", table_word(finding, "due"));
            cJSON_AddStringToObject(row, "rule", table_word(finding, "rule"));
            cJSON_AddStringToObject(row, "event", table_word(finding, "event.id"));
            table_add(table, row);
            cJSON_Delete(row);
        }
    }
    table_end(table, "Nothing is asked any more.");
    show_open(ctl, item);
}

/* ---- what is answered ---- */

/* The object at one step of a pointer, made when it is not there. */
static cJSON *object_in(cJSON *object, const char *name)
{
    cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    return found ? found : cJSON_AddObjectToObject(object, name);
}

/* "/data/determination/atas/value=granted" */
static int set_field(cJSON *data, const char *word, const char *equals)
{
    char *path = strndup(word, (size_t)(equals - word)), *rest = NULL;
    cJSON *object = data, *value = cJSON_Parse(equals + 1);
    char *step = path ? strtok_r(path, "/", &rest) : NULL, *last = NULL;
    bool good = step && strcmp(step, "data") == 0;
    while (good && (step = strtok_r(NULL, "/", &rest))) {
        if (last)
            object = object_in(object, last);
        last = step;
    }
    if (good && last && object) {
        cJSON_DeleteItemFromObjectCaseSensitive(object, last);
        cJSON_AddItemToObject(object, last, value ? value : cJSON_CreateString(equals + 1));
    } else {
        cJSON_Delete(value);
        ctl_complain("\"%s\" names no field of an event; write e.g. /data/determination/atas/value=granted",
                     word);
    }
    free(path);
    return good && last ? CTL_GOOD : CTL_USAGE;
}

static int set_question(const struct ctl *ctl, cJSON *data, const char *word, const char *equals)
{
    static const char *const answers[] = {"yes", "no", "unknown"};
    static const char *const options[] = {"--by", "--text"};
    static const char *const members[] = {"by", "text"};
    char name[3] = {word[0], word[1], '\0'}, time[TIME_TEXT_SIZE];
    bool good = equals == word + 2 && word[0] == 'q' && word[1] >= '1' && word[1] <= '3', known = false;
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
        known = known || strcmp(equals + 1, answers[i]) == 0;
    if (!good || !known) {
        ctl_complain("\"%s\" is no answer; write q1=no, q2=yes, q3=unknown, or /data/FIELD=VALUE", word);
        return CTL_USAGE;
    }
    cJSON *question = object_in(object_in(data, "questions"), name);
    now(time);
    cJSON_AddStringToObject(question, "answer", equals + 1);
    cJSON_AddStringToObject(question, "at", time);
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
        if (ctl_option(ctl, options[i]))
            cJSON_AddStringToObject(question, members[i], ctl_option(ctl, options[i]));
    return CTL_GOOD;
}

/* The merge patch that the answers make (RFC 7396); NULL after a sentence. */
static cJSON *make_patch(const struct ctl *ctl)
{
    cJSON *data = cJSON_CreateObject();
    int status = CTL_GOOD;
    for (int i = 1; i < ctl->positional_count && status == CTL_GOOD; i++) {
        const char *word = ctl->positionals[i], *equals = strchr(word, '=');
        if (equals && word[0] == '/')
            status = set_field(data, word, equals);
        else
            status = set_question(ctl, data, word, equals ? equals : word);
    }
    if (status == CTL_GOOD)
        return data;
    cJSON_Delete(data);
    return NULL;
}

/* The same answer to the same state of a case is the same event. */
static uint64_t hash_of(const struct ctl *ctl, const cJSON *item, const cJSON *finding)
{
    struct buffer all = {0};
    buffer_format(&all, "%s\n%.0f\n%s\n%s", table_word(item, "case"),
                  cJSON_GetNumberValue(table_find(item, "revision")), table_word(finding, "event.source"),
                  table_word(finding, "event.id"));
    for (int i = 1; i < ctl->positional_count; i++)
        buffer_format(&all, "\n%s", ctl->positionals[i]);
    uint64_t hash = text_hash(TEXT_HASH_SEED, buffer_view(&all));
    buffer_release(&all);
    return hash;
}

/* `key` of the colleague's question that it answers as well; empty: none. */
static char *make_correction(const struct ctl *ctl, const cJSON *item, const cJSON *finding, const char *key,
                             const cJSON *data)
{
    cJSON *event = cJSON_CreateObject();
    char id[48], time[TIME_TEXT_SIZE], type[256];
    snprintf(id, sizeof(id), "answer-%016" PRIx64, hash_of(ctl, item, finding));
    snprintf(type, sizeof(type), "%scorrection.v1", ctl->config->type_prefix);
    now(time);
    cJSON_AddStringToObject(event, "specversion", "1.0");
    cJSON_AddStringToObject(event, "id", id);
    cJSON_AddStringToObject(event, "source", table_word(finding, "event.source"));
    cJSON_AddStringToObject(event, "type", type);
    cJSON_AddStringToObject(event, "time", time);
    cJSON_AddStringToObject(event, "causationid", table_word(finding, "event.id"));
    if (*key)
        cJSON_AddStringToObject(event, "correlationid", key);
    cJSON_AddItemToObject(event, "data", cJSON_Duplicate(data, true));
    char *text = cJSON_PrintUnformatted(event);
    cJSON_Delete(event);
    return text;
}

/* ---- sending ---- */

static void print_acknowledgement(const struct ctl *ctl, const cJSON *finding, const cJSON *acknowledgement)
{
    const cJSON *error = NULL;
    if (ctl->json) {
        list_print_json(acknowledgement);
        return;
    }
    table_print(table_word(finding, "event.id"));
    printf(": %s", table_word(acknowledgement, "status"));
    cJSON_ArrayForEach(error, table_find(acknowledgement, "errors"))
    {
        fputs("\n  ", stdout);
        table_print(table_word(error, "pointer"));
        fputs(": ", stdout);
        table_print(table_word(error, "message"));
    }
    putchar('\n');
}

/* One request and its answer: CTL_GOOD when it was taken. */
static int send_one(struct ctl *ctl, const cJSON *finding, const char *text, struct flight *flight)
{
    struct pw_text answer = {0};
    const char *why = "no answer in time";
    int status = flight_send(flight, 0, (struct pw_text){text, strlen(text)});
    struct pollfd wake = {.fd = flight_descriptor(flight), .events = POLLIN};
    while (status == 0) {
        (void)poll(&wake, 1, ANSWER_TIMEOUT_MS);
        flight_drain(flight);
        status = flight_answer(flight, 0, &answer, &why);
    }
    cJSON *acknowledgement = status == 1 ? cJSON_ParseWithLength(answer.data, answer.length) : NULL;
    const char *word = table_word(acknowledgement, "status");
    bool taken = strcmp(word, "accepted") == 0 || strcmp(word, "duplicate") == 0;
    if (acknowledgement)
        print_acknowledgement(ctl, finding, acknowledgement);
    else
        ctl_complain("%s: %s; the same answer may be given again", table_word(finding, "event.id"), why);
    cJSON_Delete(acknowledgement);
    return taken ? CTL_GOOD : CTL_BAD;
}

static int send_to(struct ctl *ctl, const cJSON *finding, const char *text)
{
    char *url = NULL;
    struct flight *flight = NULL;
    int status = endpoint_for_correction(ctl, table_word(finding, "event.source"), &url);
    if (status != CTL_GOOD)
        return status;
    const struct flight_options options = {
        .url = url, .slots = 1, .timeout_ms = ANSWER_TIMEOUT_MS, .give_up_ms = ANSWER_TIMEOUT_MS};
    status = flight_open(&options, &flight) == 0 ? send_one(ctl, finding, text, flight) : CTL_BAD;
    flight_close(flight);
    free(url);
    return status;
}

/* Where the findings ask nothing, a colleague's question is answered with a correction of the case's last event. */
static int list_events(const cJSON *item, const cJSON *question, cJSON *latest,
                       const cJSON *asking[ANSWER_MAX_ASKING])
{
    int count = list_asking(item, asking);
    const char *source = table_word(item, "latest_event.source"), *id = table_word(item, "latest_event.id");
    if (count > 0 || !question || !*source || !*id)
        return count;
    cJSON *event = cJSON_AddObjectToObject(latest, "event");
    cJSON_AddStringToObject(event, "source", source);
    cJSON_AddStringToObject(event, "id", id);
    asking[0] = latest;
    return 1;
}

static int give_one(struct ctl *ctl, const cJSON *item, const cJSON *finding, const char *key,
                    const cJSON *data)
{
    char *text = make_correction(ctl, item, finding, key, data);
    int status = !text ? CTL_BAD : CTL_GOOD;
    if (text && ctl_option(ctl, "--dry-run"))
        puts(text);
    else if (text)
        status = send_to(ctl, finding, text);
    cJSON_free(text);
    return status;
}

static int give_answers(struct ctl *ctl, const cJSON *item)
{
    const cJSON *asking[ANSWER_MAX_ASKING];
    int status = CTL_GOOD;
    const cJSON *question = find_question(ctl, item, &status);
    cJSON *data = status == CTL_GOOD ? make_patch(ctl) : NULL, *latest = cJSON_CreateObject();
    if (!data) {
        cJSON_Delete(latest);
        return status == CTL_GOOD ? CTL_USAGE : status;
    }
    int count = list_events(item, question, latest, asking);
    if (count == 0) {
        ctl_complain("nothing is asked in case %s", table_word(item, "case"));
        status = CTL_BAD;
    }
    for (int i = 0; i < count; i++) {
        int one = give_one(ctl, item, asking[i], table_word(question, "key"), data);
        status = one > status ? one : status;
    }
    cJSON_Delete(data);
    cJSON_Delete(latest);
    return status;
}

int ctl_answer(struct ctl *ctl)
{
    cJSON *answer = NULL;
    int status = ctl_config(ctl);
    if (status == CTL_GOOD && ctl->positional_count == 1 && ctl_option(ctl, "--text"))
        return note_answer(ctl);
    if (status == CTL_GOOD)
        status = case_find(ctl, ctl->positionals[0], false, &answer);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(answer, "result");
    if (status == CTL_GOOD && ctl->positional_count > 1)
        status = give_answers(ctl, item);
    else if (status == CTL_GOOD)
        show_asked(ctl, item);
    cJSON_Delete(answer);
    return status;
}
