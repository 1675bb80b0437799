/* SPDX-License-Identifier: Apache-2.0
 *
 * sandbox.c: the two steps of sandbox.h. The order matters: capabilities before the parent's death signal and
 * the dumpable flag (changing them may reset both), rules before the filter that would deny making them.
 */
#include "host/sandbox.h"

#include "host/filter.h"
#include "host/frame.h"
#include "host/named.h"

#include <pathwayd/plugin.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef PATHWAYD_SANITIZED
#define SANITIZED true /* the sanitizers map terabytes of shadow and read /proc when they report */
#else
#define SANITIZED false
#endif

#define DESCRIPTORS_MOST 64u /* a socket, a list file or two, a resolver; a leak shows soon */
#define THREADS_MOST                                                                                         \
    1024u             /* counts the whole account's: enough for the daemon's other hosts, not for a bomb */
#define ARENAS_MOST 2 /* each reserves 64 MiB of the address space that memory_mb limits */

static const char *const system_folders[] = {"/usr", "/lib", "/lib32", "/lib64", "/libx32"};
static const char *const system_files[] = {"/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom",
                                           "/sys/devices/system/cpu"};
/* Name resolution and certificates, but not the private keys that stand beside them (/etc/ssl/private,
 * /etc/pki/tls/private). The folders of /run are there because resolv.conf is replaced, not rewritten. */
static const char *const network_files[] = {"/etc/resolv.conf",       "/etc/hosts",
                                            "/etc/nsswitch.conf",     "/etc/host.conf",
                                            "/etc/gai.conf",          "/etc/services",
                                            "/etc/protocols",         "/etc/ssl/certs",
                                            "/etc/ssl/openssl.cnf",   "/etc/ssl/cert.pem",
                                            "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/certs",
                                            "/etc/pki/tls/cert.pem",  "/etc/pki/tls/openssl.cnf",
                                            "/etc/pki/ca-trust",      "/etc/ca-certificates",
                                            "/run/systemd/resolve",   "/run/NetworkManager",
                                            "/run/resolvconf"};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void miss(struct sandbox *sandbox, const char *sentence)
{
    if (sandbox->missing_count < SANDBOX_MAX_MISSING)
        sandbox->missing[sandbox->missing_count++] = sentence;
}

static bool has_network(const struct load_request *request)
{
    return request->stage == PW_STAGE_NOTIFY;
}

int sandbox_follow_parent(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return PW_ERROR_UNSUPPORTED;
    return getppid() == parent ? 0 : PW_ERROR_STATE;
}

static struct __user_cap_header_struct own_capabilities(void)
{
    return (struct __user_cap_header_struct){.version = _LINUX_CAPABILITY_VERSION_3};
}

static void set_capabilities(uint32_t effective, uint32_t permitted)
{
    struct __user_cap_header_struct header = own_capabilities();
    const struct __user_cap_data_struct data[2] = {{.effective = effective, .permitted = permitted}, {0}};
    syscall(SYS_capset, &header, data);
}

/* Reading what root may read is kept through the first step, since lists and plugins may stand in a folder of
 * somebody else's; everything else goes at once. Threads of a plugin's keep what they have in the second step, where
 * enrich and assess cannot open anything any more but notify can: a notify plugin keeps the privilege only when it
 * cannot even be loaded without. */
static void drop_most_capabilities(struct sandbox *sandbox, const struct load_request *request)
{
    struct __user_cap_header_struct header = own_capabilities();
    struct __user_cap_data_struct data[2] = {{0}};
    if (syscall(SYS_capget, &header, data) < 0)
        return;
    uint32_t reading = data[0].permitted & (1u << CAP_DAC_READ_SEARCH);
    if (reading && has_network(request)) {
        set_capabilities(0, reading);
        if (faccessat(AT_FDCWD, request->file, R_OK, AT_EACCESS) < 0 && errno == EACCES)
            miss(sandbox, "The plugin stands in a folder that only root's privilege opens; threads that it "
                          "begins before it has started keep that privilege.");
        else
            reading = 0;
    }
    set_capabilities(reading, reading);
}

static void limit(__rlimit_resource_t resource, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(resource, &now) < 0)
        return;
    if (value < now.rlim_max)
        now.rlim_max = value;
    now.rlim_cur = now.rlim_max < value ? now.rlim_max : value;
    setrlimit(resource, &now);
}

static void limit_resources(struct sandbox *sandbox, const struct load_request *request)
{
    limit(RLIMIT_NOFILE, DESCRIPTORS_MOST);
    limit(RLIMIT_NPROC, THREADS_MOST);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    signal(SIGXFSZ, SIG_IGN); /* a diagnosis on a standard error that is a file is lost, not deadly */
    signal(SIGPIPE, SIG_IGN); /* a daemon that is gone is an error of write, not a signal */
    if (SANITIZED) {
        miss(sandbox, "This build has sanitizers: memory is not limited, and files may be opened for reading "
                      "after start.");
        return;
    }
    mallopt(M_ARENA_MAX, ARENAS_MOST);
    limit(RLIMIT_AS, (rlim_t)request->memory_mb << 20);
    sandbox->memory_mb = request->memory_mb;
}

/* Descriptors: nothing but the daemon's socket and standard error, which sanitizers and assert speak on. */
static int keep_descriptors(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
        return PW_ERROR_IO;
    if (syscall(SYS_close_range, FRAME_FD + 1, ~0u, 0) < 0) {
        long most = sysconf(_SC_OPEN_MAX); /* kernels before 5.9 */
        for (int fd = FRAME_FD + 1; fd < most; fd++)
            close(fd);
    }
    return 0;
}

static int allow_list(struct landlock *landlock, const char *const *paths, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++)
        status = landlock_allow_read(landlock, paths[i]);
    return status;
}

static int allow_folder_of(struct landlock *landlock, const char *file)
{
    char *folder = realpath(file, NULL);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    int status = 0;
    if (slash) {
        slash[slash == folder ? 1 : 0] = '\0';
        status = landlock_allow_read(landlock, folder);
    }
    free(folder);
    return status;
}

static int allow_readable(struct landlock *landlock, const struct load_request *request)
{
    const struct pw_document *document = &request->document;
    int status = 0;
    for (uint32_t node = json_first(document, request->readable); node != PW_NODE_NONE && status == 0;
         node = json_next(document, node)) {
        struct pw_text text = json_text(document, node);
        char *path = strndup(text.data ? text.data : "", text.length);
        if (!path)
            return PW_ERROR_MEMORY;
        status = has_network(request) ? landlock_allow_sockets(landlock, path)
                                      : landlock_allow_read(landlock, path);
        free(path);
    }
    return status;
}

static int allow_files(struct landlock *landlock, const struct load_request *request)
{
    int status = allow_list(landlock, system_folders, COUNT(system_folders));
    if (status == 0)
        status = allow_list(landlock, system_files, COUNT(system_files));
    if (status == 0 && has_network(request))
        status = allow_list(landlock, network_files, COUNT(network_files));
    if (status == 0 && SANITIZED)
        status = landlock_allow_read(landlock, "/proc");
    if (status == 0)
        status = allow_folder_of(landlock, request->file);
    if (status == 0)
        status = named_allow(landlock, request);
    return status ? status : allow_readable(landlock, request);
}

static void explain_landlock(struct sandbox *sandbox, bool network)
{
    if (sandbox->landlock == 0)
        miss(sandbox, network
                          ? "Without Landlock the plugin can read every file that the daemon can."
                          : "Without Landlock the plugin can, until it has started, read every file that the "
                            "daemon can.");
    if (sandbox->landlock < 4 && !network)
        miss(sandbox, "Landlock does not know the network here: seccomp alone denies it.");
    if (sandbox->landlock < 6)
        miss(sandbox,
             network ? "Landlock does not know signals and abstract sockets here: seccomp denies signals, "
                       "nothing denies abstract sockets."
                     : "Landlock does not know signals here: seccomp alone denies them.");
}

static int restrict_files(struct sandbox *sandbox, const struct load_request *request)
{
    if (sandbox->landlock == 0)
        return 0;
    struct landlock landlock;
    if (landlock_begin(&landlock, sandbox->landlock, has_network(request)) < 0)
        return PW_ERROR_UNSUPPORTED;
    if (allow_files(&landlock, request) < 0) {
        close(landlock.fd);
        return PW_ERROR_UNSUPPORTED;
    }
    return landlock_restrict(&landlock);
}

int sandbox_enter_first(struct sandbox *sandbox, const struct load_request *request, const char **ret_why)
{
    if (keep_descriptors() < 0) {
        *ret_why = "The plugin host cannot give up its descriptors (/dev/null does not open).";
        return PW_ERROR_UNSUPPORTED;
    }
    drop_most_capabilities(sandbox, request);
    limit_resources(sandbox, request);
    sandbox->no_new_privs = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    sandbox->landlock = landlock_abi(request->landlock_max);
    sandbox->landlock_net = sandbox->landlock >= 4 && !has_network(request);
    if (restrict_files(sandbox, request) < 0) {
        *ret_why = "The kernel has Landlock but refused the plugin host's rules.";
        return PW_ERROR_UNSUPPORTED;
    }
    explain_landlock(sandbox, has_network(request));
    sandbox->seccomp = sandbox->no_new_privs && filter_load_first(has_network(request)) == 0;
    if (!sandbox->seccomp) {
        *ret_why = "The kernel does not take a seccomp filter, and without one no plugin is loaded.";
        return PW_ERROR_UNSUPPORTED;
    }
    return 0;
}

int sandbox_enter_second(const struct load_request *request, const char **ret_why)
{
    set_capabilities(0, 0);
    if (filter_load_second(has_network(request) || SANITIZED) < 0) {
        *ret_why = "The kernel refused the sandbox's second step.";
        return PW_ERROR_UNSUPPORTED;
    }
    return 0;
}

void sandbox_write(const struct sandbox *sandbox, struct buffer *out)
{
    json_write_begin(out, '{');
    json_member_boolean(out, "no_new_privs", sandbox->no_new_privs);
    json_member_integer(out, "landlock", sandbox->landlock);
    json_member_boolean(out, "landlock_net", sandbox->landlock_net);
    json_member_boolean(out, "seccomp", sandbox->seccomp);
    json_member_unsigned(out, "memory_mb", sandbox->memory_mb);
    json_write_key(out, "missing");
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < sandbox->missing_count; i++)
        json_write_string(out, sandbox->missing[i]);
    json_write_end(out, ']');
    json_write_end(out, '}');
}
