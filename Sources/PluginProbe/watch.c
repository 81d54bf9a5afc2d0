/* The process as the plugin finds and leaves it. */
#include "probe.h"

#include <dirent.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGNALS = 65, WATCHED_FDS = 5 };

struct surroundings {
    char directory[4096];
    mode_t umask;
    char locale[256];
    struct sigaction actions[SIGNALS];
    sigset_t mask;
    char **environment;
    struct stat files[WATCHED_FDS];
};

extern char **environ;

static char **copy_environment(void) {
    size_t count = 0;
    while (environ && environ[count]) count++;
    char **copy = calloc(count + 1, sizeof *copy);
    for (size_t index = 0; copy && index < count; index++) copy[index] = strdup(environ[index]);
    return copy;
}

surroundings *look_around(void) {
    surroundings *now = calloc(1, sizeof *now);
    if (!now) _exit(72);
    if (!getcwd(now->directory, sizeof now->directory)) now->directory[0] = 0;
    now->umask = umask(0);
    umask(now->umask);
    snprintf(now->locale, sizeof now->locale, "%s", setlocale(LC_ALL, NULL));
    for (int number = 1; number < SIGNALS; number++) sigaction(number, NULL, &now->actions[number]);
    sigprocmask(SIG_BLOCK, NULL, &now->mask);
    now->environment = copy_environment();
    for (int fd = 0; fd < WATCHED_FDS; fd++) fstat(fd, &now->files[fd]);
    return now;
}

static int has_variable(char **environment, const char *line) {
    for (; environment && *environment; environment++)
        if (!strcmp(*environment, line)) return 1;
    return 0;
}

static void compare_environment(const surroundings *before, const surroundings *after, const char *when) {
    for (char **line = after->environment; line && *line; line++)
        if (!has_variable(before->environment, *line)) bad("%s, the environment has '%.80s'", when, *line);
    for (char **line = before->environment; line && *line; line++)
        if (!has_variable(after->environment, *line)) bad("%s, '%.80s' is gone from the environment", when, *line);
}

static void compare_signals(const surroundings *before, const surroundings *after, const char *when) {
    for (int number = 1; number < SIGNALS; number++) {
        if (before->actions[number].sa_handler != after->actions[number].sa_handler)
            bad("%s, signal %d (%s) has another handler", when, number, strsignal(number));
        if (sigismember(&before->mask, number) != sigismember(&after->mask, number))
            bad("%s, signal %d (%s) is %sblocked", when, number, strsignal(number),
                sigismember(&after->mask, number) ? "" : "no longer ");
    }
}

static void compare_descriptors(const surroundings *before, const surroundings *after, const char *when) {
    for (int fd = 0; fd < WATCHED_FDS; fd++) {
        const struct stat *a = &before->files[fd], *b = &after->files[fd];
        if (a->st_dev != b->st_dev || a->st_ino != b->st_ino)
            bad("%s, descriptor %d is %s", when, fd, b->st_ino ? "another file" : "closed");
    }
    /* 3 is a socket of ours in the place of the worker's: whatever arrives at the other end was not sent by us. */
    char byte;
    int other = (int)number_argument("other-end", -1);
    if (other >= 0 && recv(other, &byte, 1, MSG_DONTWAIT) > 0)
        bad("%s, something was written to descriptor 3, the host's socket", when);
}

/* What has been said is not said again: `before` becomes what there is now. */
void compare_surroundings(surroundings *before, const char *part, const char *when) {
    surroundings *after = look_around();
    if (!strcmp(part, "directory") && strcmp(before->directory, after->directory))
        bad("%s, the working directory is '%s'", when, after->directory);
    if (!strcmp(part, "umask") && before->umask != after->umask)
        bad("%s, the umask is %03o instead of %03o", when, after->umask, before->umask);
    if (!strcmp(part, "locale") && strcmp(before->locale, after->locale))
        bad("%s, the locale is '%s' instead of '%s'", when, after->locale, before->locale);
    if (!strcmp(part, "signals")) compare_signals(before, after, when);
    if (!strcmp(part, "environment")) compare_environment(before, after, when);
    if (!strcmp(part, "descriptors")) compare_descriptors(before, after, when);
    for (char **line = before->environment; line && *line; line++) free(*line);
    free(before->environment);
    *before = *after;
    free(after);
}

unsigned count_in(DIR *stream) {
    unsigned count = 0;
    if (stream) rewinddir(stream);
    for (struct dirent *entry; stream && (entry = readdir(stream));) count += entry->d_name[0] != '.';
    return count;
}

unsigned count_entries(const char *folder) {
    DIR *stream = opendir(folder);
    unsigned count = count_in(stream);
    if (stream) closedir(stream);
    return count;
}

long used_memory(void) {
    struct mallinfo2 information = mallinfo2();
    return (long)(information.uordblks + information.hblkhd);
}

static long status_value(const char *name) {
    char line[256];
    long value = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name))) value = strtol(line + strlen(name) + 1, NULL, 10);
    if (file) fclose(file);
    return value;
}

long mapped_memory(void) { return status_value("VmSize"); }
long peak_memory(void) { return status_value("VmHWM"); }
