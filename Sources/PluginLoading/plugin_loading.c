#include "plugin_loading.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* More libraries than any runtime has. */
enum { MOST_MISSING = 64 };

/* The name in "libx.so: cannot open shared object file: ..."; 0 when the message is another. */
static int missing_library(const char *message, const char *plugin, char *name, size_t size) {
    const char *end = message ? strstr(message, ": cannot open shared object file") : NULL;
    if (!end || (size_t)(end - message) >= size) return 0;
    memcpy(name, message, (size_t)(end - message));
    name[end - message] = 0;
    /* A path is the library itself, or one that was asked for by its path. */
    return !strchr(name, '/') && strcmp(name, plugin) != 0;
}

void *plugin_load(const char *path, const char *runtime, const char **error) {
    char name[256], before[256] = "", candidate[4096];
    for (int round = 0; round < MOST_MISSING; round++) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (library) return library;
        *error = dlerror();
        if (!runtime || !*runtime || !missing_library(*error, path, name, sizeof name)) return NULL;
        if (!strcmp(name, before)) return NULL; /* it is loaded, and still not what is wanted */
        snprintf(before, sizeof before, "%s", name);
        if (snprintf(candidate, sizeof candidate, "%s/%s", runtime, name) >= (int)sizeof candidate) return NULL;
        if (access(candidate, R_OK) != 0) return NULL;
        /* What is loaded satisfies everybody who asks for its name. Never closed, like everything of Swift. */
        if (!dlopen(candidate, RTLD_NOW | RTLD_LOCAL)) {
            *error = dlerror();
            return NULL;
        }
    }
    return NULL;
}

unsigned long plugin_runtime_folder(char *folder, unsigned long size) {
#ifdef __linux__
    static const char beside[] = "/../lib";
    ssize_t length = readlink("/proc/self/exe", folder, size - 1);
    if (length <= 0 || (unsigned long)length >= size - 1) return 0;
    folder[length] = 0;
    char *slash = strrchr(folder, '/');
    if (!slash || (unsigned long)(slash - folder) + sizeof beside > size) return 0;
    memcpy(slash, beside, sizeof beside);
    return (unsigned long)(slash - folder) + sizeof beside - 1;
#else
    (void)folder;
    (void)size;
    return 0;
#endif
}
