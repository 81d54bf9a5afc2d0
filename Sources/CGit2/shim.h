#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/commit.h>
#include <git2/sys/repository.h>

/* Swift imports no variadic functions: one typed wrapper for each option of git_libgit2_opts that is used. */

/* Where configuration of one level (git_config_level_t) is looked for; "" looks nowhere, NULL restores the default. */
static inline int cgit2_set_search_path(int level, const char *path) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

/* Trusts the PEM file's authorities in place of the system's. */
static inline int cgit2_set_authorities(const char *file) {
    return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, NULL);
}

/* Bytes of objects that all repositories of the process keep in memory together. */
static inline int cgit2_set_cache_size(int64_t bytes) {
    return git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)bytes);
}

#if defined(__GLIBC__)
#include <malloc.h>
#endif

/* Gives memory that was freed back to the system, after work that needed much of it. */
static inline void cgit2_release_memory(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
