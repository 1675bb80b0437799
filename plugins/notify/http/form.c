/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: libcurl is generous in what it takes for a web address; a configuration should be held to what
 * everybody reads in the same way.
 */
#include "http/form.h"

#include <curl/curl.h>
#include <string.h>

static const char *const methods[] = {"POST", "PUT", "DELETE", "GET"};

/* RFC 3986: what may stand in a url; everything else is percent-encoded. '#' is not among them. */
static bool url_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~:/?[]@!$&'()*+,;=%", c) != NULL);
}

static bool hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool url_characters(const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!url_character(data[i]))
            return false;
        if (data[i] == '%' && (length - i < 3u || !hex_digit(data[i + 1u]) || !hex_digit(data[i + 2u])))
            return false;
    }
    return true;
}

static bool begins(struct pw_text text, const char *with)
{
    return text.length >= strlen(with) && memcmp(text.data, with, strlen(with)) == 0;
}

/* What stands between "://" and the path; the url begins with a known scheme. */
static struct pw_text authority(struct pw_text url)
{
    size_t begin = begins(url, "https://") ? strlen("https://") : strlen("http://");
    size_t end = begin;
    while (end < url.length && url.data[end] != '/' && url.data[end] != '?')
        end++;
    return (struct pw_text){url.data + begin, end - begin};
}

static bool libcurl_takes(const char *url)
{
    CURLU *parts = curl_url();
    char *port = NULL;
    bool taken = parts != NULL && curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK;
    if (taken && curl_url_get(parts, CURLUPART_PORT, &port, 0) == CURLUE_OK)
        taken = strcmp(port, "0") != 0;
    curl_free(port);
    curl_url_cleanup(parts);
    return taken;
}

const char *http_url_fault(struct pw_text url, bool *ret_plain)
{
    char string[HTTP_URL_BYTES];
    bool plain = begins(url, "http://");
    if (!plain && !begins(url, "https://"))
        return "must begin with https:// (or http://, where that is allowed).";
    if (url.length >= sizeof string)
        return "is too long.";
    if (!url_characters(url.data, url.length))
        return "has characters that must be percent-encoded, or a fragment (#).";
    struct pw_text host = authority(url);
    if (host.length == 0)
        return "names no server.";
    if (memchr(host.data, '@', host.length) != NULL)
        return "must not hold a user name or a password.";
    memcpy(string, url.data, url.length);
    string[url.length] = '\0';
    bool taken = libcurl_takes(string);
    explicit_bzero(string, sizeof string);
    if (!taken || host.data[host.length - 1u] == ':')
        return "is not a web address.";
    *ret_plain = plain;
    return NULL;
}

bool http_url_pathless(struct pw_text url)
{
    struct pw_text host = authority(url);
    return host.data + host.length == url.data + url.length;
}

/* "." or "..", also in disguise; a server, or libcurl, would take it for a step. */
static bool is_step(const char *name, size_t length)
{
    size_t dots = 0;
    for (size_t i = 0; i < length; i++, dots++) {
        if (name[i] == '%' && length - i >= 3u && name[i + 1u] == '2' &&
            (name[i + 2u] == 'e' || name[i + 2u] == 'E'))
            i += 2u;
        else if (name[i] != '.')
            return false;
    }
    return dots == 1u || dots == 2u;
}

bool http_suffix_valid(const char *suffix)
{
    if (suffix == NULL)
        return true;
    size_t length = strlen(suffix);
    if (length >= HTTP_URL_BYTES || !url_characters(suffix, length))
        return false;
    size_t path = strcspn(suffix, "?");
    for (size_t at = 0; at <= path;) {
        size_t name = strcspn(suffix + at, "/?");
        if (is_step(suffix + at, name))
            return false;
        at += name + 1u;
    }
    return true;
}

static bool token_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* An empty value is refused: to libcurl it means to leave the header out. */
bool http_header_valid(const char *header)
{
    size_t name = 0;
    while (token_character(header[name]))
        name++;
    if (name == 0 || header[name] != ':' || header[name + 1u] != ' ' || header[name + 2u] == ' ' ||
        header[name + 2u] == '\0')
        return false;
    for (const char *c = header + name + 2u; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20u || (unsigned char)*c == 0x7fu)
            return false;
    return true;
}

bool http_method_known(const char *method)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(method, methods[i]) == 0)
            return true;
    return false;
}
