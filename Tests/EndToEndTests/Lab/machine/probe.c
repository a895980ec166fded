// SPDX-License-Identifier: Apache-2.0
// Takes stampd's place in its unit, and tries what the unit forbids: a line "NAME RESULT" for each, where RESULT is "ok" or
// errno's name. Then it tells READY=1 and waits to be stopped.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void tell(const char *name, long result) {
    printf("%s %s\n", name, result >= 0 ? "ok" : strerrorname_np(errno));
}

static void tellWrite(const char *name, const char *path) {
    tell(name, open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static void tellRead(const char *name, const char *path) { tell(name, open(path, O_RDONLY | O_CLOEXEC)); }

static void files(void) {
    const char *places[] = {"/", "/usr/bin/", "/usr/lib/", "/etc/", "/etc/stampd/", "/run/", "/tmp/", "/var/", "/var/tmp/",
                            "/dev/", "/dev/shm/", "/dev/mqueue/", "/home/", "/root/", "/proc/", "/sys/"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char name[64], path[64];
        snprintf(name, sizeof name, "write:%s", places[i]);
        snprintf(path, sizeof path, "%sprobe", places[i]);
        tellWrite(name, path);
    }
    tellWrite("write:program", "/usr/bin/stampd");
    tellWrite("write:configuration", "/etc/stampd/stampd.json");
    tellRead("read:configuration", "/etc/stampd/stampd.json");
    tellRead("read:/etc/passwd", "/etc/passwd");
    tellRead("read:/usr/bin/sh", "/usr/bin/sh");
    tellRead("read:/home", "/home");
    tellRead("read:/root", "/root");
    tellRead("read:/sys/kernel", "/sys/kernel");
    tellRead("read:/proc/kmsg", "/proc/kmsg");
    tellRead("read:/proc/meminfo", "/proc/meminfo");
    tellRead("read:/proc/1/environ", "/proc/1/environ");
    tellWrite("write:/proc/sys", "/proc/sys/kernel/core_pattern");
    tellRead("read:/proc/self/status", "/proc/self/status");
    tellRead("read:/dev/null", "/dev/null");
    tellRead("read:/dev/mem", "/dev/mem");
    tellRead("read:/dev/kmsg", "/dev/kmsg");
    tellRead("read:/dev/tty", "/dev/tty");
    tell("mknod", mknod("/run/probe-node", S_IFCHR | 0600, makedev(1, 1)));
    tell("execute:/usr/bin/sh", access("/usr/bin/sh", X_OK));
}

static void network(void) {
    const struct { const char *name; int family, type; } kinds[] = {
        {"socket:inet", AF_INET, SOCK_STREAM}, {"socket:inet6", AF_INET6, SOCK_DGRAM},
        {"socket:netlink", AF_NETLINK, SOCK_RAW}, {"socket:packet", AF_PACKET, SOCK_RAW},
        {"socket:vsock", AF_VSOCK, SOCK_STREAM}, {"socket:unix", AF_UNIX, SOCK_DGRAM}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        tell(kinds[i].name, socket(kinds[i].family, kinds[i].type | SOCK_CLOEXEC, 0));
    struct sockaddr_un name = {AF_UNIX, "/run/probe.sock"};
    tell("bind", bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&name, sizeof name));
}

static void memory(void) {
    void *both = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    tell("map:write+execute", both == MAP_FAILED ? -1 : 0);
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    tell("protect:execute", mprotect(page, 4096, PROT_READ | PROT_EXEC));
    tell("lock:64M", mlock(mmap(NULL, 64 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 64 << 20));
    tell("personality", personality(ADDR_NO_RANDOMIZE) < 0 ? -1 : 0);
}

static void calls(void) {
    struct sched_param realtime = {1};
    struct timespec epoch = {0, 0};
    tell("unshare:user", unshare(CLONE_NEWUSER));
    tell("unshare:mount", unshare(CLONE_NEWNS));
    tell("unshare:network", unshare(CLONE_NEWNET));
    tell("realtime", sched_setscheduler(0, SCHED_FIFO, &realtime));
    tell("setuid", setuid(0));
    tell("chroot", chroot("/run"));
    tell("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
    tell("remount", mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL));
    tell("sethostname", sethostname("probe", 5));
    tell("clock", clock_settime(CLOCK_REALTIME, &epoch));
    tell("ptrace", ptrace(PTRACE_ATTACH, 1, NULL, NULL));
    tell("kill:1", kill(1, 0));
    tell("syslog", syscall(SYS_syslog, 2, NULL, 0));
    tell("module", syscall(SYS_init_module, "", 0, ""));
    tell("bpf", syscall(SYS_bpf, 0, NULL, 0));
    tell("perf", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
    tell("io_uring", syscall(SYS_io_uring_setup, 1, NULL));
    tell("userfaultfd", syscall(SYS_userfaultfd, 0));
    tell("keyring", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1));
    tell("reboot", syscall(SYS_reboot, 0, 0, 0, NULL));
    tell("swapon", syscall(SYS_swapon, "/dev/null", 0));
    pid_t child = fork();
    if (child == 0) _exit(0);
    tell("fork", child);
    tell("setuid-bit", chmod("/run", 04755));
}

static long number(const char *path) {
    char text[64] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (read(file, text, sizeof text - 1) < 0) return -1;
    return strtol(text, NULL, 0);
}

static void settings(void) {
    const struct { const char *name; int resource; } limits[] = {
        {"limit:core", RLIMIT_CORE}, {"limit:files", RLIMIT_NOFILE}, {"limit:file-size", RLIMIT_FSIZE},
        {"limit:message-queue", RLIMIT_MSGQUEUE}, {"limit:locked-memory", RLIMIT_MEMLOCK}};
    struct rlimit limit;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        getrlimit(limits[i].resource, &limit);
        printf("%s %ld\n", limits[i].name, (long)limit.rlim_max);
    }
    printf("secure-bits %#x\n", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
    printf("no-new-privileges %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    printf("capabilities-bounding %d\n", prctl(PR_CAPBSET_READ, 0, 0, 0, 0));
    printf("core-filter %ld\n", number("/proc/self/coredump_filter"));
    printf("umask %o\n", umask(0777));
    printf("root-entries");
    int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *known[] = {"boot", "home", "mnt", "opt", "srv", "media", "work", "sbin", "bin"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (faccessat(root, known[i], F_OK, 0) == 0) printf(" %s", known[i]);
    printf("\n");
}

static void ready(void) {
    struct sockaddr_un manager = {AF_UNIX, ""};
    strncpy(manager.sun_path, getenv("NOTIFY_SOCKET"), sizeof manager.sun_path - 1);
    int notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sendto(notify, "READY=1", 7, 0, (struct sockaddr *)&manager, sizeof manager);
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    settings();
    files();
    network();
    memory();
    calls();
    printf("end ok\n");
    ready();
    pause();
}
