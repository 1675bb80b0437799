/* SPDX-License-Identifier: Apache-2.0
 *
 * session.c: see session.h.
 */
#include "page/session.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH 32u

struct entry {
    unsigned char hash[HASH];
    char who[SESSION_WHO];
    int64_t begun_ms, seen_ms;
    bool used;
};

struct sessions {
    pthread_mutex_t lock;
    struct entry entries[SESSIONS];
};

struct sessions *sessions_new(void)
{
    struct sessions *sessions = calloc(1, sizeof(*sessions));
    if (sessions)
        pthread_mutex_init(&sessions->lock, NULL);
    return sessions;
}

void sessions_free(struct sessions *sessions)
{
    if (!sessions)
        return;
    pthread_mutex_destroy(&sessions->lock);
    sodium_memzero(sessions, sizeof(*sessions));
    free(sessions);
}

static void hash(struct pw_text token, unsigned char ret_hash[HASH])
{
    crypto_generichash(ret_hash, HASH, (const unsigned char *)token.data, token.length, NULL, 0);
}

/* A clock that went back ends nothing. */
static bool lives(const struct entry *entry, int64_t now_ms)
{
    return entry->used && now_ms - entry->seen_ms < SESSION_IDLE_MS &&
           now_ms - entry->begun_ms < SESSION_MOST_MS;
}

static struct entry *find(struct sessions *sessions, struct pw_text token)
{
    unsigned char wanted[HASH];
    struct entry *found = NULL;
    if (token.length != SESSION_TOKEN - 1)
        return NULL;
    hash(token, wanted);
    for (uint32_t i = 0; i < SESSIONS; i++)
        if (sessions->entries[i].used && sodium_memcmp(sessions->entries[i].hash, wanted, HASH) == 0)
            found = &sessions->entries[i];
    return found;
}

static struct entry *room(struct sessions *sessions, int64_t now_ms)
{
    struct entry *oldest = &sessions->entries[0];
    for (uint32_t i = 0; i < SESSIONS; i++) {
        struct entry *entry = &sessions->entries[i];
        if (!lives(entry, now_ms))
            return entry;
        if (entry->seen_ms < oldest->seen_ms)
            oldest = entry;
    }
    return oldest;
}

void session_begin(struct sessions *sessions, const char *who, int64_t now_ms, char ret_token[SESSION_TOKEN])
{
    unsigned char bytes[32];
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(ret_token, SESSION_TOKEN, bytes, sizeof(bytes),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    pthread_mutex_lock(&sessions->lock);
    struct entry *entry = room(sessions, now_ms);
    *entry = (struct entry){.begun_ms = now_ms, .seen_ms = now_ms, .used = true};
    hash((struct pw_text){ret_token, SESSION_TOKEN - 1}, entry->hash);
    snprintf(entry->who, sizeof(entry->who), "%s", who);
    pthread_mutex_unlock(&sessions->lock);
}

bool session_find(struct sessions *sessions, struct pw_text token, int64_t now_ms, char ret_who[SESSION_WHO])
{
    pthread_mutex_lock(&sessions->lock);
    struct entry *entry = find(sessions, token);
    bool found = entry && lives(entry, now_ms);
    if (found) {
        entry->seen_ms = now_ms;
        memcpy(ret_who, entry->who, SESSION_WHO);
    }
    pthread_mutex_unlock(&sessions->lock);
    return found;
}

void session_end(struct sessions *sessions, struct pw_text token)
{
    pthread_mutex_lock(&sessions->lock);
    struct entry *entry = find(sessions, token);
    if (entry)
        sodium_memzero(entry, sizeof(*entry));
    pthread_mutex_unlock(&sessions->lock);
}
