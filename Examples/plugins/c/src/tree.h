/* Folders with everything in them: copied, compared, removed. Hidden files (`.git`, `.DS_Store`) are passed over. */
#ifndef TREE_H
#define TREE_H

#include "call.h"

enum { TREE_PATH = 4096 };

/* What one walk through folders knows; `failed` says at what, and errno why, when a function returns -1. errno is ECANCELED
 * when the call was interrupted. */
typedef struct tree_walk {
    const call *call;
    char failed[TREE_PATH];
} tree_walk;

/* "left/right" into `path`; -1 with ENAMETOOLONG when it does not fit. */
int tree_join(tree_walk *walk, char path[TREE_PATH], const char *left, const char *right);

/* Copies a folder to where nothing is, and waits until all of it is on the disk. A link, a socket or the like in it is
 * EINVAL: what it leads to may be anywhere. */
int tree_copy(tree_walk *walk, const char *source, const char *target);

/* Removes a file or a folder with everything in it; fine when there is nothing. Never follows a link. */
int tree_remove(tree_walk *walk, const char *path);

/* Calls `found` for each file that differs: action "create" (it is only in `source`), "update" or "remove" (only in `live`);
 * `path` is relative to both. `live` need not be there. */
typedef void (*tree_difference)(void *context, const char *action, const char *path);
int tree_compare(tree_walk *walk, const char *source, const char *live, tree_difference found, void *context);

/* Waits until a folder's entries are on the disk. */
int tree_synchronize(tree_walk *walk, const char *folder);

#endif
