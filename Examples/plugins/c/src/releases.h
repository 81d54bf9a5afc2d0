/* The releases of one service on the disk: `<revision>`, or `<revision>.2` for another build of it, and `current`, a link to
 * the one that is live. What begins with a dot is unfinished. A folder gets its name, and `current` its target, by one rename:
 * whatever ends a deployment at whatever moment, each release is whole and `current` leads to one. */
#ifndef RELEASES_H
#define RELEASES_H

#include "tree.h"

enum { RELEASE_NAME = 80 };

/* 40 or 64 hexadecimal digits, alone or followed by `.2`, `.3` … */
int release_is_name(const char *name);

/* Name of the live release; empty when there is none. */
void release_live(const char *folder, char name[RELEASE_NAME]);

/* Removes what a killed deployment left. */
int release_sweep(tree_walk *walk, const char *folder);

/* Makes a release of `source` unless there is one with the same content; leaves its name, and whether it was there. */
int release_install(tree_walk *walk, const char *folder, const char *source, const char *revision,
                    char name[RELEASE_NAME], int *was_there);

/* Makes a release the live one in a single step; "" makes none live. */
int release_flip(tree_walk *walk, const char *folder, const char *name);

/* Removes the oldest releases until `keep` are left, but never the live one nor `kept`. */
int release_prune(tree_walk *walk, const char *folder, int keep, const char *kept);

#endif
