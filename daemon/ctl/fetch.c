/* SPDX-License-Identifier: Apache-2.0
 *
 * fetch.c: see fetch.h.
 */
#include "ctl/fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <pathwayd/plugin.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONNECT_S       30L  /* until there is a connection */
#define SLOW_BYTES      100L /* a second: slower than that for SLOW_S is as good as nothing */
#define SLOW_S          60L
#define REDIRECTIONS    5L
#define PROGRESS_STEP   (1ll << 20)
#define HEADER_ETAG     "etag:"
#define CONDITION_BYTES (FETCH_ETAG_BYTES + 32)

struct fetching {
    struct fetch *fetch;
    CURL *curl;
    struct curl_slist *headers;
    char etag[FETCH_ETAG_BYTES];
    char error[CURL_ERROR_SIZE];
    curl_off_t shown;
};

static size_t take_bytes(char *data, size_t size, size_t count, void *to)
{
    struct fetching *fetching = to;
    size_t length = size * count, done = 0;
    while (done < length) {
        ssize_t wrote = write(fetching->fetch->file, data + done, length - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            snprintf(fetching->error, sizeof(fetching->error), "it cannot be stored: %s", strerror(errno));
            return 0;
        }
        done += (size_t)wrote;
    }
    fetching->fetch->bytes += length;
    return length;
}

/* Of the last answer in a chain of redirections: a new status line forgets what came before. */
static size_t take_header(char *data, size_t size, size_t count, void *to)
{
    struct fetching *fetching = to;
    size_t length = size * count, name = sizeof(HEADER_ETAG) - 1;
    if (length > 5 && memcmp(data, "HTTP/", 5) == 0)
        fetching->etag[0] = '\0';
    if (length <= name || strncasecmp(data, HEADER_ETAG, name) != 0)
        return length;
    const char *from = data + name, *end = data + length;
    while (from < end && (*from == ' ' || *from == '\t'))
        from++;
    while (end > from && (unsigned char)end[-1] <= ' ')
        end--;
    if ((size_t)(end - from) < FETCH_ETAG_BYTES) {
        memcpy(fetching->etag, from, (size_t)(end - from));
        fetching->etag[end - from] = '\0';
    }
    return length;
}

static int show_progress(void *to, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
    struct fetching *fetching = to;
    (void)up_total;
    (void)up;
    if (!fetching->fetch->progress || now - fetching->shown < PROGRESS_STEP)
        return 0;
    fetching->shown = now;
    if (total > 0)
        fprintf(stderr, "\r  %.0f of %.0f MiB", (double)now / 1048576, (double)total / 1048576);
    else
        fprintf(stderr, "\r  %.0f MiB", (double)now / 1048576);
    return 0;
}

static CURLcode set_up(struct fetching *fetching)
{
    CURL *curl = fetching->curl;
    const struct fetch *fetch = fetching->fetch;
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {{CURLOPT_FOLLOWLOCATION, 1},
                   {CURLOPT_MAXREDIRS, REDIRECTIONS},
                   {CURLOPT_FAILONERROR, 1},
                   {CURLOPT_FILETIME, 1},
                   {CURLOPT_NOSIGNAL, 1},
                   {CURLOPT_NOPROGRESS, 0},
                   {CURLOPT_CONNECTTIMEOUT, CONNECT_S},
                   {CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES},
                   {CURLOPT_LOW_SPEED_TIME, SLOW_S}};
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, fetch->url);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && code == CURLE_OK; i++)
        code = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,file");
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_USERAGENT, "pathwayd/" PATHWAYD_VERSION);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)FETCH_MAX_BYTES);
    if (code == CURLE_OK && fetch->ca_file)
        code = curl_easy_setopt(curl, CURLOPT_CAINFO, fetch->ca_file);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, fetching->error);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, fetching);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, fetching);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, show_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, fetching);
    return code;
}

/* By its ETag where it has one; else by when it was written. */
static CURLcode set_condition(struct fetching *fetching)
{
    const struct fetch *fetch = fetching->fetch;
    char condition[CONDITION_BYTES];
    if (fetch->etag[0]) {
        snprintf(condition, sizeof(condition), "If-None-Match: %s", fetch->etag);
        fetching->headers = curl_slist_append(NULL, condition);
        return fetching->headers ? curl_easy_setopt(fetching->curl, CURLOPT_HTTPHEADER, fetching->headers)
                                 : CURLE_OUT_OF_MEMORY;
    }
    if (fetch->modified_s < 0)
        return CURLE_OK;
    CURLcode code = curl_easy_setopt(fetching->curl, CURLOPT_TIMECONDITION, (long)CURL_TIMECOND_IFMODSINCE);
    if (code == CURLE_OK)
        code = curl_easy_setopt(fetching->curl, CURLOPT_TIMEVALUE_LARGE, (curl_off_t)fetch->modified_s);
    return code;
}

static int finish(struct fetching *fetching, CURLcode code)
{
    struct fetch *fetch = fetching->fetch;
    curl_off_t modified = -1;
    long unmet = 0, answer = 0;
    if (fetch->progress && fetching->shown)
        fprintf(stderr, "\n");
    if (code != CURLE_OK) {
        snprintf(fetch->why, sizeof(fetch->why), "%s",
                 fetching->error[0] ? fetching->error : curl_easy_strerror(code));
        return PW_ERROR_IO;
    }
    curl_easy_getinfo(fetching->curl, CURLINFO_CONDITION_UNMET, &unmet);
    curl_easy_getinfo(fetching->curl, CURLINFO_RESPONSE_CODE, &answer);
    curl_easy_getinfo(fetching->curl, CURLINFO_FILETIME_T, &modified);
    fetch->unchanged = unmet || answer == 304;
    if (fetch->unchanged)
        return 0;
    snprintf(fetch->etag, sizeof(fetch->etag), "%s", fetching->etag);
    fetch->modified_s = modified;
    /* The day a list is of is the day its file was written, where it does not say itself. */
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = modified}};
    if (modified >= 0)
        futimens(fetch->file, times);
    return 0;
}

int fetch_run(struct fetch *fetch)
{
    struct fetching fetching = {.fetch = fetch};
    fetch->unchanged = false;
    fetch->bytes = 0;
    fetch->why[0] = '\0';
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    fetching.curl = code == CURLE_OK ? curl_easy_init() : NULL;
    if (!fetching.curl) {
        snprintf(fetch->why, sizeof(fetch->why), "libcurl cannot be set up");
        return PW_ERROR_IO;
    }
    code = set_up(&fetching);
    if (code == CURLE_OK)
        code = set_condition(&fetching);
    if (code == CURLE_OK)
        code = curl_easy_perform(fetching.curl);
    int status = finish(&fetching, code);
    curl_slist_free_all(fetching.headers);
    curl_easy_cleanup(fetching.curl);
    return status;
}
