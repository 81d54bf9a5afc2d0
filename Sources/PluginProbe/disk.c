/* A disk that is full: a small file system of the probe's own, in a mount namespace of its own. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static char obstacle[160];

static int write_text(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return 0;
    int is_written = write(file, text, strlen(text)) == (ssize_t)strlen(text);
    close(file);
    return is_written;
}

static int fill(const char *folder) {
    char path[4096], block[4096] = {0};
    if (mount("harness", folder, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,nr_inodes=16") != 0) return 0;
    snprintf(path, sizeof path, "%s/full", folder);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return 0;
    while (write(file, block, sizeof block) > 0) {}
    close(file);
    return 1;
}

/* Before there is a second thread: a process with several cannot change its user namespace. */
void prepare_disk(void) {
    char map[64];
    uid_t user = getuid();
    gid_t group = getgid();
    int is_apart = unshare(CLONE_NEWNS) == 0;
    if (!is_apart && unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
        snprintf(map, sizeof map, "0 %u 1", user);
        is_apart = write_text("/proc/self/uid_map", map) && write_text("/proc/self/setgroups", "deny");
        snprintf(map, sizeof map, "0 %u 1", group);
        is_apart = is_apart && write_text("/proc/self/gid_map", map);
    }
    if (!is_apart || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || !fill(argument("scratch")) || !fill(argument("release")))
        snprintf(obstacle, sizeof obstacle, "no file system can be mounted here for it (%s); run it as root", strerror(errno));
}

void check_disk(void) {
    if (*obstacle) skip("%s", obstacle);
    load_plugin();
    void *instance = open_good();
    for (char **stage = stages; *stage; stage++) {
        char what[80];
        snprintf(what, sizeof what, "'%.30s' on a full disk", *stage);
        judge(what, call_run(instance, *stage, stage_time()));
    }
    call_close(instance);
}
