/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest_tls.c: a feed over TLS: only clients of its own CA get in. The certificates are made here by
 * openssl.
 */
#include "ingest_scene.h"
#include <nng/supplemental/tls/tls.h>

/* CA "ours" signs server and client, CA "theirs" a stranger. */
static const char make_certificates[] =
    "cd %s && exec 2>/dev/null &&"
    "key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; } &&"
    "ca() { key $1 && openssl req -x509 -new -key $1.key -days 2 -subj /CN=$1 -out $1.pem; } &&"
    "leaf() { key $1 && openssl req -new -key $1.key -subj /CN=$3 -out $1.csr &&"
    " openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days 2 -out $1.pem >/dev/null; "
    "} &&"
    "ca ours && ca theirs && leaf server ours localhost && leaf client ours client && leaf stranger theirs "
    "client";

static char paths[3][128];

static int tls_set_up(void **state)
{
    char command[1024];
    scene_set_up(state);
    struct scene *scene = *state;
    static const char *const names[] = {"server.pem", "server.key", "ours.pem"};
    snprintf(command, sizeof command, make_certificates, scene->folder);
    if (system(command) != 0)
        return -1;
    for (int i = 0; i < 3; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", scene->folder, names[i]);
    snprintf(scene->listen[0], sizeof scene->listen[0], "tls+tcp://127.0.0.1:%d", 20000 + getpid() % 20000);
    scene->feeds[0].tls_cert = paths[0];
    scene->feeds[0].tls_key = paths[1];
    scene->feeds[0].tls_client_ca = paths[2];
    return 0;
}

/* Dials with the certificate of `who`, or none, trusting the server's CA. */
static int dial(const struct scene *scene, const char *who, nng_socket *ret_client)
{
    char path[160], combined[160], command[512];
    nng_tls_config *tls;
    nng_dialer dialer;
    assert_int_equal(nng_req0_open(ret_client), 0);
    assert_int_equal(nng_socket_set_ms(*ret_client, NNG_OPT_RECVTIMEO, SCENE_WAIT_MS), 0);
    assert_int_equal(nng_socket_set_ms(*ret_client, NNG_OPT_SENDTIMEO, 1000), 0);
    assert_int_equal(nng_tls_config_alloc(&tls, NNG_TLS_MODE_CLIENT), 0);
    snprintf(path, sizeof path, "%s/ours.pem", scene->folder);
    assert_int_equal(nng_tls_config_ca_file(tls, path), 0);
    assert_int_equal(nng_tls_config_server_name(tls, "localhost"), 0);
    if (who) {
        snprintf(combined, sizeof combined, "%s/%s.both", scene->folder, who);
        snprintf(command, sizeof command, "cd %s && cat %s.pem %s.key > %s.both", scene->folder, who, who,
                 who);
        assert_int_equal(system(command), 0);
        assert_int_equal(nng_tls_config_cert_key_file(tls, combined, NULL), 0);
    }
    assert_int_equal(nng_dialer_create(&dialer, *ret_client, scene->listen[0]), 0);
    assert_int_equal(nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, tls), 0);
    int result = nng_dialer_start(dialer, 0);
    nng_tls_config_free(tls);
    return result;
}

static void own_client_gets_in(void **state)
{
    struct scene *scene = *state;
    nng_socket client;
    scene_start(scene);
    assert_int_equal(dial(scene, "client", &client), 0);
    client_expect(client, EVENT("1", ""), ANSWER("1", "\"status\":\"accepted\",\"sequence\":1}"));
    nng_close(client);
}

static void others_do_not(void **state)
{
    static const char *const others[] = {NULL, "stranger"};
    struct scene *scene = *state;
    nng_socket client, good;
    scene_start(scene);
    for (int i = 0; i < 2; i++) {
        assert_int_not_equal(dial(scene, others[i], &client), 0);
        nng_close(client);
    }
    assert_int_equal(scene_counter(scene, "/0/connections"), 0);
    assert_int_equal(scene_counter(scene, "/0/requests"), 0);
    assert_int_equal(dial(scene, "client", &good), 0);
    client_expect(good, EVENT("1", ""), ANSWER("1", "\"status\":\"accepted\",\"sequence\":1}"));
    nng_close(good);
}

static void bad_files_are_named(void **state)
{
    struct scene *scene = *state;
    char missing[160];
    snprintf(missing, sizeof missing, "%s/none.pem", scene->folder);
    scene->feeds[0].tls_cert = missing;
    assert_int_equal(scene_try_start(scene), PW_ERROR_IO);
    assert_non_null(strstr(scene->error, "feed \"a\": "));
    assert_non_null(strstr(scene->error, "none.pem: No such file"));
    scene->feeds[0].tls_cert = paths[0];
    scene->feeds[0].tls_key = paths[2]; /* a certificate is no key */
    assert_int_equal(scene_try_start(scene), PW_ERROR_IO);
    assert_non_null(strstr(scene->error, "certificate or key is of no use"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(own_client_gets_in, tls_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(others_do_not, tls_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(bad_files_are_named, tls_set_up, scene_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
