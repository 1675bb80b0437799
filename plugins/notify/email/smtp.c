/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: libcurl speaks SMTP, TLS and every login mechanism; what it cannot know is whose
 * fault a refusal is, so the conversation's step is followed here and judged.
 */
#include "smtp.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_CONNECTION_S 30L /* servers hang up on the idle after minutes; a new connection is cheap */

struct smtp {
    CURL *curl;
    char error[CURL_ERROR_SIZE];
    /* Of the letter under way: */
    const struct page *letter;
    size_t sent;
    enum smtp_step step;
    bool quitting;
    char reply[SMTP_REPLY_BYTES];
};

/* ---- judging ------------------------------------------------------------------------------------------- */

/* "4.7.1" and the like: whether the reply's enhanced code (RFC 3463) has this subject. */
static bool enhanced_subject(const char *reply, char subject)
{
    const char *at = strlen(reply) > 4u ? reply + 4 : "";
    return at[0] >= '2' && at[0] <= '5' && at[1] == '.' && at[2] == subject && at[3] == '.';
}

/* "… try again in 180 seconds" → 180; 0 when it does not say. */
static uint32_t asked_to_wait(const char *reply)
{
    for (const char *at = strlen(reply) > 4u ? reply + 4 : ""; *at != '\0'; at++) {
        if (*at < '0' || *at > '9')
            continue;
        char *end = NULL;
        unsigned long value = strtoul(at, &end, 10);
        if (value > SMTP_MAX_WAIT_S)
            value = SMTP_MAX_WAIT_S;
        if (strncmp(end, " second", 7) == 0 || strncmp(end, " sec", 4) == 0)
            return (uint32_t)value;
        if (strncmp(end, " minute", 7) == 0 || strncmp(end, " min", 4) == 0)
            return value * 60u > SMTP_MAX_WAIT_S ? SMTP_MAX_WAIT_S : (uint32_t)value * 60u;
        at = end - 1;
    }
    return 0;
}

static bool operators_business(enum smtp_step step, long code, const char *reply)
{
    if (step < SMTP_RECIPIENT || code == 530 || code == 535)
        return true;
    return step == SMTP_RECIPIENT && enhanced_subject(reply, '7');
}

void smtp_judge(enum smtp_step step, long code, const char *reply, const char *trouble,
                struct smtp_verdict *ret_verdict)
{
    struct smtp_verdict verdict = {.outcome = PW_DELIVERY_RETRY};
    if (code >= 500 && code <= 599) {
        verdict.operator_needed = operators_business(step, code, reply);
        verdict.outcome = verdict.operator_needed ? PW_DELIVERY_RETRY : PW_DELIVERY_FAIL;
    } else if (code >= 400 && code <= 499) {
        verdict.retry_after = asked_to_wait(reply);
        if (verdict.retry_after == 0 && (code == 450 || code == 451))
            verdict.retry_after = SMTP_GREY_WAIT_S;
    }
    if (code >= 400 && reply[0] != '\0')
        snprintf(verdict.message, sizeof verdict.message, "The mail server said: %s", reply);
    else
        snprintf(verdict.message, sizeof verdict.message, "%.*s", (int)SMTP_REPLY_BYTES, trouble);
    *ret_verdict = verdict;
}

/* ---- following the conversation ------------------------------------------------------------------------ */

static size_t read_letter(char *buffer, size_t size, size_t count, void *owner)
{
    struct smtp *smtp = owner;
    size_t room = size * count;
    size_t left = smtp->letter->length - smtp->sent;
    size_t length = left < room ? left : room;
    memcpy(buffer, smtp->letter->data + smtp->sent, length);
    smtp->sent += length;
    return length;
}

/* A connection that was kept and turns out dead makes libcurl start the letter over. */
static int rewind_letter(void *owner, curl_off_t offset, int origin)
{
    struct smtp *smtp = owner;
    if (origin != SEEK_SET || offset < 0 || (size_t)offset > smtp->letter->length)
        return CURL_SEEKFUNC_FAIL;
    smtp->sent = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

/* libcurl hands every reply line to the header callback. */
static size_t keep_reply(char *line, size_t size, size_t count, void *owner)
{
    struct smtp *smtp = owner;
    size_t length = size * count;
    if (smtp->quitting)
        return length;
    size_t kept = 0;
    for (size_t i = 0; i < length && kept + 1u < sizeof smtp->reply; i++) {
        unsigned char c = (unsigned char)line[i];
        if (c != '\r' && c != '\n')
            smtp->reply[kept++] = c >= 0x20u && c <= 0x7eu ? (char)c : '?';
    }
    smtp->reply[kept] = '\0';
    return length;
}

/* Which command went out last. Of each line only the verb is looked at: others hold the password. */
static int follow(CURL *curl, curl_infotype type, char *data, size_t length, void *owner)
{
    static const struct {
        const char *verb;
        enum smtp_step step;
    } verbs[] = {
        {"AUTH", SMTP_LOGIN}, {"MAIL", SMTP_SENDER}, {"RCPT", SMTP_RECIPIENT}, {"DATA", SMTP_LETTER}};
    (void)curl;
    struct smtp *smtp = owner;
    if (type != CURLINFO_HEADER_OUT || length < 5u || (data[4] != ' ' && data[4] != '\r'))
        return 0;
    if (memcmp(data, "QUIT", 4) == 0)
        smtp->quitting = true;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (memcmp(data, verbs[i].verb, 4) == 0)
            smtp->step = verbs[i].step;
    return 0;
}

/* ---- the handle ---------------------------------------------------------------------------------------- */

/* A NUL-terminated copy for libcurl, or NULL; refuses what a C string cannot hold. */
static char *copy(struct pw_text text)
{
    if (text.length > 0 && memchr(text.data, '\0', text.length) != NULL)
        return NULL;
    return strndup(text.data != NULL ? text.data : "", text.length);
}

static CURLcode set_text(CURL *curl, CURLoption option, struct pw_text text)
{
    if (text.length == 0)
        return CURLE_OK;
    char *string = copy(text);
    if (string == NULL)
        return CURLE_OUT_OF_MEMORY;
    CURLcode code = curl_easy_setopt(curl, option, string);
    explicit_bzero(string, strlen(string)); /* it may be the password */
    free(string);
    return code;
}

static CURLcode set_url(CURL *curl, const struct smtp_options *options)
{
    struct page url = {0};
    page_bytes(&url, options->server.data, options->server.length);
    page_string(&url, "/");
    page_bytes(&url, options->greeting.data, options->greeting.length);
    CURLcode code = url.failed ? CURLE_OUT_OF_MEMORY : curl_easy_setopt(curl, CURLOPT_URL, url.data);
    page_release(&url);
    return code;
}

static CURLcode set_sender(CURL *curl, struct pw_text from)
{
    struct page path = {0};
    page_string(&path, "<");
    page_bytes(&path, from.data, from.length);
    page_string(&path, ">");
    CURLcode code = path.failed ? CURLE_OUT_OF_MEMORY : curl_easy_setopt(curl, CURLOPT_MAIL_FROM, path.data);
    page_release(&path);
    return code;
}

static CURLcode set_options(struct smtp *smtp, const struct smtp_options *options)
{
    static const long tls[] = {[SMTP_TLS_REQUIRED] = CURLUSESSL_ALL,
                               [SMTP_TLS_OPPORTUNISTIC] = CURLUSESSL_TRY,
                               [SMTP_TLS_OFF] = CURLUSESSL_NONE};
    CURL *curl = smtp->curl;
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_TIMEOUT, (long)options->timeout_s},
        {CURLOPT_CONNECTTIMEOUT, (long)options->timeout_s},
        {CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)options->timeout_s},
        {CURLOPT_MAXAGE_CONN, KEEP_CONNECTION_S},
        {CURLOPT_USE_SSL, tls[options->tls]},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_UPLOAD, 1},
        {CURLOPT_VERBOSE, 1}, /* feeds `follow`, prints nothing */
    };
    const struct {
        CURLoption option;
        struct pw_text text;
    } texts[] = {
        {CURLOPT_PROTOCOLS_STR, PW_TEXT("smtp,smtps")},
        {CURLOPT_USERNAME, options->username},
        {CURLOPT_PASSWORD, options->password},
        {CURLOPT_CAINFO, options->ca_file},
    };
    CURLcode code = set_url(curl, options);
    if (code == CURLE_OK)
        code = set_sender(curl, options->from);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && code == CURLE_OK; i++)
        code = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && code == CURLE_OK; i++)
        code = set_text(curl, texts[i].option, texts[i].text);
    if (code == CURLE_OK && options->ca_file.length)
        code = curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* instead of the system's, not beside them */
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* no proxy from the environment */
    return code;
}

static void set_callbacks(struct smtp *smtp)
{
    curl_easy_setopt(smtp->curl, CURLOPT_ERRORBUFFER, smtp->error);
    curl_easy_setopt(smtp->curl, CURLOPT_READFUNCTION, read_letter);
    curl_easy_setopt(smtp->curl, CURLOPT_READDATA, smtp);
    curl_easy_setopt(smtp->curl, CURLOPT_SEEKFUNCTION, rewind_letter);
    curl_easy_setopt(smtp->curl, CURLOPT_SEEKDATA, smtp);
    curl_easy_setopt(smtp->curl, CURLOPT_HEADERFUNCTION, keep_reply);
    curl_easy_setopt(smtp->curl, CURLOPT_HEADERDATA, smtp);
    curl_easy_setopt(smtp->curl, CURLOPT_DEBUGFUNCTION, follow);
    curl_easy_setopt(smtp->curl, CURLOPT_DEBUGDATA, smtp);
}

int smtp_new(const struct smtp_options *options, struct smtp **ret_smtp, char *error, size_t error_size)
{
    struct smtp *smtp = calloc(1, sizeof *smtp);
    if (smtp == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(smtp);
        return PW_ERROR_MEMORY;
    }
    smtp->curl = curl_easy_init();
    if (smtp->curl == NULL) {
        smtp_free(smtp);
        return PW_ERROR_MEMORY;
    }
    set_callbacks(smtp);
    CURLcode code = set_options(smtp, options);
    if (code != CURLE_OK) {
        snprintf(error, error_size, "libcurl does not take the settings: %s.", curl_easy_strerror(code));
        smtp_free(smtp);
        return code == CURLE_OUT_OF_MEMORY ? PW_ERROR_MEMORY : PW_ERROR_INVALID;
    }
    *ret_smtp = smtp;
    return PW_OK;
}

void smtp_free(struct smtp *smtp)
{
    if (smtp == NULL)
        return;
    curl_easy_cleanup(smtp->curl);
    curl_global_cleanup();
    free(smtp);
}

/* ---- sending ------------------------------------------------------------------------------------------- */

static void judge(struct smtp *smtp, CURLcode code, struct smtp_verdict *ret_verdict)
{
    long reply_code = 0;
    if (code == CURLE_OK) {
        *ret_verdict = (struct smtp_verdict){.outcome = PW_DELIVERY_DONE};
        snprintf(ret_verdict->message, sizeof ret_verdict->message, "%s", smtp->reply);
        return;
    }
    const char *trouble = smtp->error[0] != '\0' ? smtp->error : curl_easy_strerror(code);
    /* A reply that belongs to an earlier step says nothing of the trouble at this one. */
    if (curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, &reply_code) != CURLE_OK || reply_code < 400)
        reply_code = 0;
    smtp_judge(smtp->step, reply_code, smtp->reply, trouble, ret_verdict);
    if (code == CURLE_LOGIN_DENIED)
        ret_verdict->operator_needed = true;
    if (code == CURLE_LOGIN_DENIED || code == CURLE_OPERATION_TIMEDOUT)
        ret_verdict->outcome = PW_DELIVERY_RETRY;
}

void smtp_send(struct smtp *smtp, const struct page *letter, const char *to, struct smtp_verdict *ret_verdict)
{
    struct page path = {0};
    page_format(&path, "<%s>", to);
    struct curl_slist *recipients = path.failed ? NULL : curl_slist_append(NULL, path.data);
    page_release(&path);
    if (recipients == NULL) {
        *ret_verdict = (struct smtp_verdict){.outcome = PW_DELIVERY_RETRY, .message = "out of memory"};
        return;
    }
    smtp->letter = letter;
    smtp->sent = 0;
    smtp->step = SMTP_CONNECT;
    smtp->quitting = false;
    smtp->reply[0] = smtp->error[0] = '\0';
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(smtp->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)letter->length);
    judge(smtp, curl_easy_perform(smtp->curl), ret_verdict);
    curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    smtp->letter = NULL;
}
