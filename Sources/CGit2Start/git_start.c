#define _GNU_SOURCE
#include "git_start.h"

#include <dlfcn.h>
#include <stddef.h>

extern int git_libgit2_init(void);

static int skips_authorities;

#if defined(__linux__)
/*
 * Takes the place of mbedTLS's function of this name for libgit2, as any symbol of an executable does on ELF systems;
 * libgit2 offers no option for it. A libgit2 built with another TLS library never calls it.
 */
int mbedtls_x509_crt_parse_file(void *chain, const char *path);

int mbedtls_x509_crt_parse_file(void *chain, const char *path) {
    /* Any failure will do: libgit2 then has no authorities, and trusts nobody. This is mbedTLS's code for "no such file". */
    const int unreadable = -0x3E00;
    if (skips_authorities) return unreadable;
    int (*parse)(void *, const char *) = (int (*)(void *, const char *))dlsym(RTLD_NEXT, "mbedtls_x509_crt_parse_file");
    return parse == NULL ? unreadable : parse(chain, path);
}
#endif

int git_start(int wants_authorities) {
    skips_authorities = !wants_authorities;
    const int status = git_libgit2_init();
    skips_authorities = 0;
    return status;
}
