/* Loading a plugin's library, the same way in the worker and in the test harness. */
#ifndef PLUGIN_LOADING_H
#define PLUGIN_LOADING_H

/*
 * dlopen with RTLD_NOW | RTLD_LOCAL. Where a library that it needs is not found its own way, the one in `runtime` is
 * taken: the host's copy of the Swift runtime, for a library that was built on a machine with a toolchain and runs on one
 * without. What is found its own way is never replaced: Swift's runtimes of two versions do not mix.
 *
 * runtime   absolute folder; NULL or "": none
 * Returns NULL on failure; dlerror's text is in *error then.
 */
void *plugin_load(const char *path, const char *runtime, const char **error);

/* The runtime's folder of an installed host: `lib` beside the folder of this program. Its length, 0 if it does not fit. */
unsigned long plugin_runtime_folder(char *folder, unsigned long size);

#endif
