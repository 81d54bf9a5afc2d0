/* One call of the host: what it offers in it, and the words the plugin says. */
#ifndef CALL_H
#define CALL_H

#include "plugin_api.h"

typedef struct call {
    deployer_host host;
    deployer_cancel_v1 cancel;
    uint64_t deadline_ns; /* CLOCK_MONOTONIC; 0: none */
} call;

/* Copies a struct of the host's: it may have been compiled with a shorter or a longer one than ours. */
void take(void *target, uint64_t size, const void *source);

void call_begin(call *call, const deployer_host *host, uint64_t deadline_ns);

deployer_string text(const char *value);
int is(deployer_string text, const char *word);

/* Writes a line into the log. */
void say(const call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How the call ended, in one sentence; returns `status`. */
int32_t end(const call *call, int32_t status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Reports an error, says the same as the end of the call, and returns `status`. `pointer` is a JSON Pointer into the options,
 * `file` a path in the sources; each may be NULL. */
int32_t complain(const call *call, int32_t status, const char *code, const char *pointer, const char *file,
                 const char *format, ...) __attribute__((format(printf, 6, 7)));

void output(const call *call, const char *key, const char *value);

/* Whether the call is to end now. */
int is_interrupted(const call *call);

/* CANCELLED or TIMED_OUT, whichever it is. */
int32_t interruption(const call *call);

#endif
