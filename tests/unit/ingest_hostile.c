/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest_hostile.c: clients that mean harm or are broken: each is bounded and counted, and nobody else
 * notices.
 */
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include "ingest_scene.h"
#include "visitor.h"

#define BUSY_BYTES 16384

/* A bystander gets its answer within `most_ms`. */
static void bystander_is_served(nng_socket client, const char *id, int64_t most_ms)
{
    char request[512], *answer;
    int64_t begun = scene_clock(NULL);
    snprintf(request, sizeof request, EVENT("%s", ""), id);
    answer = client_try(client, request, strlen(request));
    if (!answer || scene_elapsed(begun) > most_ms)
        fail_msg("%s after %lld ms: %s", id, (long long)scene_elapsed(begun), answer ? answer : "no answer");
    assert_non_null(strstr(answer, "\"status\":\"accepted\""));
    free(answer);
}

/* Writes requests and never reads an answer, until the feed has taken no more for so long. *ret_left: the bytes
 * that end the last one's frame, of which the feed has taken a part only. */
static int deaf_client(const char *url, const char *request, int tenths, size_t *ret_left)
{
    size_t size = strlen(request);
    char frame[BUSY_BYTES];
    *ret_left = 0;
    int descriptor = raw_connect(url), stalled = 0;
    assert_true(descriptor >= 0);
    raw_greet(descriptor);
    assert_int_equal(fcntl(descriptor, F_SETFL, O_NONBLOCK), 0);
    size_t length = raw_header(frame, size, 1);
    memcpy(frame + length, request, size);
    length += size;
    for (int sent = 0; sent < 20000 && stalled < tenths; sent++) {
        struct pollfd ready = {.fd = descriptor, .events = POLLOUT};
        ssize_t wrote = send(descriptor, frame, length, MSG_NOSIGNAL);
        if (wrote == (ssize_t)length)
            continue;
        if (wrote >= 0) {
            *ret_left = length - (size_t)wrote;
            break;
        }
        assert_true(errno == EAGAIN || errno == EWOULDBLOCK);
        stalled = poll(&ready, 1, 100) > 0 ? 0 : stalled + 1;
    }
    return descriptor;
}

/* Reads whatever answers come until there is one for the new event, which it asks for again and again. */
static void listens_again(int descriptor, const char *request, size_t left)
{
    char bytes[4096], frame[BUSY_BYTES];
    size_t size = strlen(request), length = raw_header(frame, size, 2), filled = 0;
    memcpy(frame + length, request, size);
    length += size;
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    for (int quiet = 0; quiet < SCENE_WAIT_MS / 100;) {
        if (poll(&ready, 1, 100) > 0) {
            ssize_t got = recv(descriptor, bytes + filled, sizeof bytes - 1 - filled, 0);
            assert_true(got > 0);
            filled += (size_t)got;
            if (memmem(bytes, filled, "\"accepted\"", 10))
                return;
            size_t keep = filled < 16 ? filled : 16; /* it may come in two parts */
            memmove(bytes, bytes + filled - keep, keep);
            filled = keep;
        } else {
            quiet++;
            if (left > 0)
                left -= (size_t)send(descriptor, request + size - left, left, MSG_NOSIGNAL);
            else
                assert_int_equal(send(descriptor, frame, length, MSG_NOSIGNAL), (ssize_t)length);
        }
    }
    fail_msg("it reads, and is not heard");
}

static void deaf_client_is_not_heard_until_it_listens(void **state)
{
    struct scene *scene = *state;
    size_t left;
    scene_start(scene);
    nng_socket same = client_open(scene->listen[0]), other = client_open(scene->listen[1]);
    bystander_is_served(same, "warm-1", 2000);
    bystander_is_served(other, "warm-2", 2000);
    int deaf = deaf_client(scene->listen[0], EVENT("deaf", ""), 10, &left);
    bystander_is_served(other, "other", 1000); /* another feed does not notice … */
    bystander_is_served(same, "same",
                        INGEST_SEND_MS + 2000); /* … and the same one is free again after the limit */
    scene_await(scene, "/0/deaf", 1);
    assert_int_equal(scene_counter(scene, "/1/deaf"), 0);
    scene_await(scene, "/0/in_flight_bytes", 0);
    assert_true(scene_counter(scene, "/0/unheard") > 0);
    assert_int_equal(scene_counter(scene, "/0/connections"), 2);
    bystander_is_served(same, "after", 1000);
    listens_again(deaf, EVENT("heard", ""), left);
    assert_int_equal(scene_counter(scene, "/0/deaf"), 1);
    close(deaf);
    scene_await(scene, "/0/connections", 1);
    nng_close(same);
    nng_close(other);
}

/* Together they have every slot, and all of them time out at about the same time. */
static void several_deaf_clients_hold_nothing_up(void **state)
{
    enum { DEAF = 6, LONG_ANSWER = 400 };
    struct scene *scene = *state;
    int deaf[DEAF];
    size_t left;
    char request[2 * LONG_ANSWER + 2] = "[1"; /* each of these is answered at length */
    for (int i = 1; i < LONG_ANSWER; i++)
        memcpy(request + 2 * i, ",1", 2);
    strcpy(request + 2 * LONG_ANSWER, "]");
    scene_start(scene);
    for (int i = 0; i < DEAF; i++)
        deaf[i] = deaf_client(scene->listen[0], request, 1, &left);
    scene_await(scene, "/0/deaf", DEAF);
    nng_socket same = client_open(scene->listen[0]);
    bystander_is_served(same, "after", 2000);
    for (int i = 0; i < DEAF; i++)
        close(deaf[i]);
    scene_await(scene, "/0/connections", 1);
    assert_false(ingest_is_stuck(scene->ingest));
    bystander_is_served(same, "alone", 1000);
    nng_close(same);
}

static void stops_with_a_deaf_client(void **state)
{
    struct scene *scene = *state;
    size_t left;
    scene_start(scene);
    int deaf = deaf_client(scene->listen[0], EVENT("deaf", ""), 10, &left);
    int64_t begun = scene_clock(NULL);
    scene_stop(scene);
    assert_true(scene_elapsed(begun) < INGEST_SEND_MS + 4000);
    close(deaf);
}

static void huge_message_ends_its_connection(void **state)
{
    struct scene *scene = *state;
    static const uint64_t lengths[] = {UINT64_C(2) << 20, UINT64_C(1) << 33, UINT64_C(1) << 62};
    char header[16];
    scene_start(scene);
    nng_socket same = client_open(scene->listen[0]);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        int descriptor = raw_connect(scene->listen[0]);
        raw_greet(descriptor);
        size_t length = raw_header(header, lengths[i], 1);
        assert_int_equal(send(descriptor, header, length, MSG_NOSIGNAL), (ssize_t)length);
        assert_true(raw_is_closed(descriptor));
        close(descriptor);
    }
    bystander_is_served(same, "1", 2000);
    scene_await(scene, "/0/connections", 1);
    nng_close(same);
}

static void garbage_ends_its_connection(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        bool greet;
    } cases[] = {
        {"GET / HTTP/1.0\r\n\r\n", 18, false},
        {"\0SP\0\0\x99\0\0", 8, false},               /* a protocol nobody speaks */
        {"\0SP\0\0\x50\0\0", 8, false},               /* PUSH, which a REP does not talk to */
        {"\x07\0\0\0\0\0\0\0\x10", 9, true},          /* no such frame type */
        {"\x01\0\0\0\0\0\0\0\x02hi", 11, true},       /* too short for a request number */
        {"\x01\0\0\0\0\0\0\0\x04\0\0\0\1", 13, true}, /* a number that is not marked as the last */
    };
    struct scene *scene = *state;
    scene_start(scene);
    nng_socket same = client_open(scene->listen[0]);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int descriptor = raw_connect(scene->listen[0]);
        if (cases[i].greet)
            raw_greet(descriptor);
        assert_int_equal(send(descriptor, cases[i].bytes, cases[i].length, MSG_NOSIGNAL),
                         (ssize_t)cases[i].length);
        bystander_is_served(same, (const char[2]){(char)('a' + i), 0}, 2000);
        if (i < 5)
            assert_true(raw_is_closed(descriptor));
        close(descriptor);
    }
    nng_close(same);
}

static void half_a_message_holds_nothing_up(void **state)
{
    struct scene *scene = *state;
    char frame[64];
    scene_start(scene);
    nng_socket same = client_open(scene->listen[0]);
    int descriptor = raw_connect(scene->listen[0]);
    raw_greet(descriptor);
    size_t length = raw_header(frame, 1000, 1);
    assert_int_equal(send(descriptor, frame, length, MSG_NOSIGNAL), (ssize_t)length);
    bystander_is_served(same, "1", 2000);
    close(descriptor);
    scene_await(scene, "/0/connections", 1);
    nng_close(same);
}

static void hoarder_stays_under_the_cap(void **state)
{
    enum { CAP = 3 };
    struct scene *scene = *state;
    int held[CAP];
    scene->feeds[0].max_connections = CAP;
    scene_start(scene);
    for (int i = 0; i < CAP; i++) {
        held[i] = raw_connect(scene->listen[0]);
        raw_greet(held[i]);
    }
    scene_await(scene, "/0/connections", CAP);
    for (int i = 0; i < 5; i++) {
        int more = raw_connect(scene->listen[0]);
        raw_greet(more);
        assert_true(raw_is_closed(more));
        close(more);
    }
    scene_await(scene, "/0/turned_away", 5);
    scene_await(scene, "/0/connections", CAP);
    nng_socket other = client_open(scene->listen[1]);
    bystander_is_served(other, "other", 2000);
    close(held[0]);
    scene_await(scene, "/0/connections", CAP - 1);
    nng_socket same = client_open(scene->listen[0]);
    bystander_is_served(same, "same", 2000);
    for (int i = 1; i < CAP; i++)
        close(held[i]);
    nng_close(same);
    nng_close(other);
}

/* The cap follows from the budget when that is smaller than what the feed asks for. */
static void cap_follows_the_budget(void **state)
{
    struct scene *scene = *state;
    scene->config.ingest_budget_bytes = 2 * scene->config.limits.max_batch_bytes;
    scene_start(scene);
    int first = raw_connect(scene->listen[0]), second = raw_connect(scene->listen[0]);
    raw_greet(first);
    raw_greet(second);
    scene_await(scene, "/0/connections", 2);
    int third = raw_connect(scene->listen[0]);
    raw_greet(third);
    assert_true(raw_is_closed(third));
    close(first);
    close(second);
    close(third);
}

/* libnng sends again when no answer comes in time: the same request, twice in work at one time. */
static void resending_client_gets_the_first_sequence(void **state)
{
    static const char event[] = EVENT("again", "");
    struct scene *scene = *state;
    char frames[4096], answer[256];
    size_t length = 0;
    scene_start(scene);
    int descriptor = raw_connect(scene->listen[0]);
    raw_greet(descriptor);
    for (uint32_t i = 0; i < 10; i++) {
        length += raw_header(frames + length, sizeof event - 1, i + 1);
        memcpy(frames + length, event, sizeof event - 1);
        length += sizeof event - 1;
    }
    assert_int_equal(send(descriptor, frames, length, MSG_NOSIGNAL), (ssize_t)length);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(recv(descriptor, answer, 13, MSG_WAITALL), 13);
        size_t body = ((size_t)(unsigned char)answer[7] << 8 | (unsigned char)answer[8]) - 4;
        assert_true(body < sizeof answer);
        assert_int_equal(recv(descriptor, answer, body, MSG_WAITALL), (ssize_t)body);
        answer[body] = '\0';
        assert_non_null(strstr(answer, "\"sequence\":1}"));
    }
    assert_int_equal(scene_counter(scene, "/0/accepted"), 1);
    assert_int_equal(scene_counter(scene, "/0/duplicates"), 9);
    assert_int_equal(journal_last_sequence(scene->journal), 1);
    close(descriptor);
}

/* ---- who may connect ----------------------------------------------------------------------------------- */

static void other_accounts_are_turned_away(void **state)
{
    struct scene *scene = *state;
    const struct passwd *nobody = getpwnam("nobody");
    uid_t friends[1];
    if (geteuid() != 0 || !nobody)
        skip(); /* only root can become somebody else */
    friends[0] = nobody->pw_uid;
    scene->feeds[0].mode = scene->feeds[1].mode = 0666; /* so that only the uid stands in the way */
    scene->feeds[1].peer_uids = friends;
    scene->feeds[1].peer_uid_count = 1;
    scene_start(scene);
    assert_int_equal(visit_as(scene->listen[0], nobody->pw_uid), 1);
    scene_await(scene, "/0/turned_away", 1);
    assert_int_equal(visit_as(scene->listen[1], nobody->pw_uid), 0);
    assert_int_equal(scene_counter(scene, "/1/turned_away"), 0);
    assert_int_equal(visit_as(scene->listen[0], 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(deaf_client_is_not_heard_until_it_listens, scene_set_up,
                                        scene_tear_down),
        cmocka_unit_test_setup_teardown(several_deaf_clients_hold_nothing_up, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(stops_with_a_deaf_client, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(huge_message_ends_its_connection, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(garbage_ends_its_connection, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(half_a_message_holds_nothing_up, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(hoarder_stays_under_the_cap, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(cap_follows_the_budget, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(resending_client_gets_the_first_sequence, scene_set_up,
                                        scene_tear_down),
        cmocka_unit_test_setup_teardown(other_accounts_are_turned_away, scene_set_up, scene_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
