#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(tree_walk *walk, const char *path) {
    snprintf(walk->failed, sizeof walk->failed, "%s", path);
    return -1;
}

static int check(tree_walk *walk, const char *path) {
    if (!is_interrupted(walk->call)) return 0;
    errno = ECANCELED;
    return fail(walk, path);
}

int tree_join(tree_walk *walk, char path[TREE_PATH], const char *left, const char *right) {
    if (snprintf(path, TREE_PATH, "%s%s%s", left, *left ? "/" : "", right) < TREE_PATH) return 0;
    errno = ENAMETOOLONG;
    return fail(walk, left);
}

static int is_visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }
static int is_real(const struct dirent *entry) { return strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."); }

/* 'd' folder, 'f' file, '?' something else, 0 nothing. */
static char kind(const char *path, struct stat *status) {
    if (lstat(path, status)) return 0;
    return S_ISDIR(status->st_mode) ? 'd' : S_ISREG(status->st_mode) ? 'f' : '?';
}

int tree_synchronize(tree_walk *walk, const char *folder) {
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return fail(walk, folder);
    /* Some file systems have no fsync for folders. */
    int result = fsync(descriptor) == 0 || errno == EINVAL ? 0 : fail(walk, folder);
    close(descriptor);
    return result;
}

static int write_all(int output, const char *bytes, ssize_t count) {
    while (count > 0) {
        ssize_t written = write(output, bytes, (size_t)count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return -1;
        bytes += written;
        count -= written;
    }
    return 0;
}

static int copy_file(tree_walk *walk, const char *source, const char *target) {
    char buffer[64 * 1024];
    int input = open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (input < 0) return fail(walk, source);
    int output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    int result = output < 0 ? fail(walk, target) : 0;
    while (result == 0) {
        ssize_t count = read(input, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) result = fail(walk, source);
        else if (count == 0) break;
        else if (write_all(output, buffer, count)) result = fail(walk, target);
        else result = check(walk, source);
    }
    if (result == 0 && fsync(output)) result = fail(walk, target);
    int error = errno;
    if (output >= 0) close(output);
    close(input);
    errno = error;
    return result;
}

int tree_copy(tree_walk *walk, const char *source, const char *target) {
    struct stat status;
    if (check(walk, source)) return -1;
    switch (kind(source, &status)) {
    case 'f': return copy_file(walk, source, target);
    case 'd': break;
    case '?': errno = EINVAL; return fail(walk, source);
    default: return fail(walk, source);
    }
    if (mkdir(target, 0755)) return fail(walk, target);
    struct dirent **names;
    int count = scandir(source, &names, is_visible, alphasort), result = count < 0 ? fail(walk, source) : 0;
    for (int index = 0; index < count; index++) {
        char from[TREE_PATH], to[TREE_PATH];
        if (result == 0 && (tree_join(walk, from, source, names[index]->d_name) ||
                            tree_join(walk, to, target, names[index]->d_name) || tree_copy(walk, from, to)))
            result = -1;
        free(names[index]);
    }
    if (count >= 0) free(names);
    return result ? result : tree_synchronize(walk, target);
}

int tree_remove(tree_walk *walk, const char *path) {
    struct stat status;
    char found = kind(path, &status);
    if (found == 0) return errno == ENOENT ? 0 : fail(walk, path);
    if (found != 'd') return unlink(path) == 0 || errno == ENOENT ? 0 : fail(walk, path);
    struct dirent **names;
    int count = scandir(path, &names, is_real, alphasort), result = count < 0 ? fail(walk, path) : 0;
    for (int index = 0; index < count; index++) {
        char inner[TREE_PATH];
        if (result == 0 && (tree_join(walk, inner, path, names[index]->d_name) || tree_remove(walk, inner))) result = -1;
        free(names[index]);
    }
    if (count >= 0) free(names);
    return result ? result : rmdir(path) == 0 || errno == ENOENT ? 0 : fail(walk, path);
}

static int have_equal_content(tree_walk *walk, const char *left, const char *right, int *are_equal) {
    char buffers[2][64 * 1024];
    FILE *files[2] = {fopen(left, "rbe"), fopen(right, "rbe")};
    int result = !files[0] ? fail(walk, left) : !files[1] ? fail(walk, right) : 0;
    *are_equal = 1;
    while (result == 0 && *are_equal) {
        size_t counts[2];
        for (int side = 0; side < 2; side++) counts[side] = fread(buffers[side], 1, sizeof buffers[side], files[side]);
        if (ferror(files[0]) || ferror(files[1])) result = fail(walk, ferror(files[0]) ? left : right);
        else *are_equal = counts[0] == counts[1] && !memcmp(buffers[0], buffers[1], counts[0]);
        if (counts[0] == 0) break;
        if (result == 0) result = check(walk, left);
    }
    int error = errno;
    for (int side = 0; side < 2; side++)
        if (files[side]) fclose(files[side]);
    errno = error;
    return result;
}

/* Both folders at one relative path; `source` is gone where only `live` is left, and the other way round. */
static int compare(tree_walk *walk, const char *source, const char *live, const char *path, tree_difference found,
                   void *context) {
    char left[TREE_PATH], right[TREE_PATH], inner[TREE_PATH];
    struct stat status[2];
    if (tree_join(walk, left, source, path) || tree_join(walk, right, live, path) || check(walk, left)) return -1;
    char kinds[2] = {kind(left, &status[0]), kind(right, &status[1])};
    if (kinds[0] != 'd' && kinds[1] != 'd') {
        int are_equal = 0;
        if (kinds[0] == kinds[1] && status[0].st_size == status[1].st_size &&
            have_equal_content(walk, left, right, &are_equal))
            return -1;
        if (!are_equal) found(context, !kinds[0] ? "remove" : !kinds[1] ? "create" : "update", path);
        return 0;
    }
    if (kinds[0] && kinds[1] && kinds[0] != kinds[1]) found(context, "update", path);
    for (int side = 0; side < 2; side++) {
        struct dirent **names;
        if (kinds[side] != 'd') continue;
        const char *folder = side == 0 ? left : right;
        int count = scandir(folder, &names, is_visible, alphasort), result = count < 0 ? fail(walk, folder) : 0;
        for (int index = 0; index < count; index++) {
            struct stat other;
            const char *name = names[index]->d_name;
            if (result == 0) result = tree_join(walk, inner, left, name);
            /* What is on both sides was compared when the first was gone through. */
            int is_known = result == 0 && side == 1 && kinds[0] == 'd' && kind(inner, &other);
            if (result == 0 && !is_known)
                result = tree_join(walk, inner, path, name) || compare(walk, source, live, inner, found, context) ? -1 : 0;
            free(names[index]);
        }
        if (count >= 0) free(names);
        if (result) return result;
    }
    return 0;
}

int tree_compare(tree_walk *walk, const char *source, const char *live, tree_difference found, void *context) {
    return compare(walk, source, live, "", found, context);
}
