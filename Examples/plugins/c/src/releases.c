#include "releases.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int release_is_name(const char *name) {
    size_t digits = strspn(name, "0123456789abcdef");
    if (digits != 40 && digits != 64) return 0;
    const char *number = name + digits;
    if (*number == 0) return 1;
    return *number++ == '.' && strspn(number, "0123456789") == strlen(number) && strlen(number) <= 6 && atoi(number) > 1;
}

void release_live(const char *folder, char name[RELEASE_NAME]) {
    char link[TREE_PATH];
    ssize_t length = -1;
    if (snprintf(link, sizeof link, "%s/current", folder) < TREE_PATH) length = readlink(link, name, RELEASE_NAME - 1);
    name[length > 0 ? length : 0] = 0;
    if (!release_is_name(name)) name[0] = 0;
}

int release_sweep(tree_walk *walk, const char *folder) {
    char path[TREE_PATH];
    const char *names[] = {".incoming", ".outgoing", ".next"};
    for (int index = 0; index < 3; index++)
        if (tree_join(walk, path, folder, names[index]) || tree_remove(walk, path)) return -1;
    return 0;
}

static void count(void *context, const char *action, const char *path) {
    (void)action, (void)path;
    ++*(int *)context;
}

int release_install(tree_walk *walk, const char *folder, const char *source, const char *revision,
                    char name[RELEASE_NAME], int *was_there) {
    char path[TREE_PATH], incoming[TREE_PATH];
    struct stat status;
    for (int number = 1;; number++) {
        snprintf(name, RELEASE_NAME, number == 1 ? "%s" : "%s.%d", revision, number);
        if (tree_join(walk, path, folder, name)) return -1;
        if (lstat(path, &status)) break;
        int differences = 0;
        if (tree_compare(walk, source, path, count, &differences)) return -1;
        if (differences == 0) return *was_there = 1, 0;
    }
    *was_there = 0;
    if (tree_join(walk, incoming, folder, ".incoming") || tree_copy(walk, source, incoming)) return -1;
    if (rename(incoming, path) == 0) return tree_synchronize(walk, folder);
    snprintf(walk->failed, sizeof walk->failed, "%s", path);
    return -1;
}

int release_flip(tree_walk *walk, const char *folder, const char *name) {
    char next[TREE_PATH], current[TREE_PATH];
    if (tree_join(walk, next, folder, ".next") || tree_join(walk, current, folder, "current")) return -1;
    int result = *name ? tree_remove(walk, next) || symlink(name, next) || rename(next, current)
                       : unlink(current) && errno != ENOENT;
    if (result == 0) return tree_synchronize(walk, folder);
    snprintf(walk->failed, sizeof walk->failed, "%s", current);
    return -1;
}

static int is_release(const struct dirent *entry) { return release_is_name(entry->d_name); }

/* The older one, by when its folder was filled; -1 when there is none that may go. */
static int oldest(const char *folder, struct dirent **names, int count, const char *live, const char *kept) {
    int found = -1;
    struct timespec when = {0, 0};
    for (int index = 0; index < count; index++) {
        char path[TREE_PATH];
        struct stat status;
        if (!names[index] || !strcmp(names[index]->d_name, live) || !strcmp(names[index]->d_name, kept)) continue;
        if (snprintf(path, sizeof path, "%s/%s", folder, names[index]->d_name) >= TREE_PATH || lstat(path, &status)) continue;
        int is_older = status.st_mtim.tv_sec < when.tv_sec ||
                       (status.st_mtim.tv_sec == when.tv_sec && status.st_mtim.tv_nsec < when.tv_nsec);
        if (found < 0 || is_older) found = index, when = status.st_mtim;
    }
    return found;
}

int release_prune(tree_walk *walk, const char *folder, int keep, const char *kept) {
    struct dirent **names;
    char live[RELEASE_NAME], path[TREE_PATH], outgoing[TREE_PATH];
    release_live(folder, live);
    int count = scandir(folder, &names, is_release, alphasort), result = count < 0 ? -1 : 0;
    for (int left = count; left > keep && result == 0; left--) {
        int index = oldest(folder, names, count, live, kept);
        if (index < 0) break;
        /* Renamed first: a folder that is half removed must not pass for a release. */
        result = tree_join(walk, path, folder, names[index]->d_name) || tree_join(walk, outgoing, folder, ".outgoing") ||
                         rename(path, outgoing) || tree_remove(walk, outgoing)
                     ? -1
                     : 0;
        if (result == 0) say(walk->call, "removed release %s", names[index]->d_name);
        free(names[index]);
        names[index] = NULL;
    }
    for (int index = 0; index < count; index++) free(names[index]);
    if (count >= 0) free(names);
    return result;
}
