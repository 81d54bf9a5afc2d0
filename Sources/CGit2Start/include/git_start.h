#ifndef GIT_START_H
#define GIT_START_H

/*
 * Starts libgit2 for this process, as git_libgit2_init() does, and returns what that returns.
 *
 * wants_authorities: 0 where no TLS connection will be made, or where git_libgit2_opts() names the authorities to trust.
 * libgit2 built with mbedTLS (Debian's is) parses the system's whole bundle of certificate authorities when it starts:
 * some four milliseconds of CPU and a megabyte of memory, for nothing in a process that never opens such a connection.
 */
int git_start(int wants_authorities);

#endif
