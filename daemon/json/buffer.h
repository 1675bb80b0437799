/* SPDX-License-Identifier: Apache-2.0
 *
 * buffer.h: a growing byte buffer, and JSON written into it.
 *
 * Errors are sticky: after a failed allocation `failed` is set, further calls do nothing, and the caller
 * looks once at the end. A zeroed buffer is an empty, valid one. Commas are the writer's business:
 * json_write_* put one where it is needed, so callers just name members and values in order.
 */
#ifndef PATHWAYD_JSON_BUFFER_H
#define PATHWAYD_JSON_BUFFER_H

#include <stdbool.h>
#include <pathwayd/text.h>

struct buffer {
    char *data; /* NUL-terminated whenever length > 0 and not failed */
    size_t length, capacity;
    bool failed;
};

void buffer_release(struct buffer *buffer); /* frees and zeroes; NULL is fine */
void buffer_clear(struct buffer *buffer);   /* keeps the memory */
void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_text(struct buffer *buffer, struct pw_text text);
void buffer_string(struct buffer *buffer, const char *string);
void buffer_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Gives the bytes (NUL-terminated, malloc'd) to the caller and empties the buffer; NULL after a failure. */
char *buffer_take(struct buffer *buffer, size_t *ret_length);
struct pw_text buffer_view(const struct buffer *buffer);

void json_write_begin(struct buffer *buffer, char bracket); /* '{' or '[' */
void json_write_end(struct buffer *buffer, char bracket);   /* '}' or ']' */
void json_write_key(struct buffer *buffer, const char *key);
void json_write_text(struct buffer *buffer, struct pw_text text); /* invalid UTF-8 becomes U+FFFD */
void json_write_string(struct buffer *buffer, const char *string);
void json_write_integer(struct buffer *buffer, int64_t value);
void json_write_unsigned(struct buffer *buffer, uint64_t value);
void json_write_boolean(struct buffer *buffer, bool value);
void json_write_null(struct buffer *buffer);
void json_write_raw(struct buffer *buffer, struct pw_text json); /* JSON text, as it is */

/* Member = key + value. */
void json_member_text(struct buffer *buffer, const char *key, struct pw_text text);
void json_member_string(struct buffer *buffer, const char *key, const char *string);
void json_member_integer(struct buffer *buffer, const char *key, int64_t value);
void json_member_unsigned(struct buffer *buffer, const char *key, uint64_t value);
void json_member_boolean(struct buffer *buffer, const char *key, bool value);
void json_member_raw(struct buffer *buffer, const char *key, struct pw_text json);

#endif
