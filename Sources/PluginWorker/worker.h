/* What the parts of the worker know of each other. */
#ifndef WORKER_H
#define WORKER_H

#include "wire.h"

/* guardian.c: runs `work` in a child, sees to it that nothing survives; returns the exit code of the process. */
int guard(int (*work)(void));

/* commands.c: reads the command, loads the plugin, does what is asked. */
int serve(void);

/* sinks.c */

/* What the parts of one event may take: the largest output value with its key, and a diagnostic with all that belongs to
 * it. The host takes no frame of more than 9 MiB; the fields around the parts have the rest. */
enum { LARGEST_EVENT = DEPLOYER_CAP_DIAGNOSTIC + 64 * 1024 };

/* The host's table for one call of the plugin: a token of its own, valid until host_end. Never freed: a stray thread
 * of the plugin may still hold it. */
const deployer_host *host_begin(const frame *command);
void host_end(void);

/* Copies a struct by the rule of growth: the smaller of both sizes into zeroed memory. */
void copy_sized(void *target, size_t target_size, const void *source);

/*
 * Whether a call with this token may be served. On DEPLOYER_CALL_OK the operation is held open until `leave`: host_end
 * waits for it, so nothing of a call follows the frame that ends its operation.
 */
int32_t enter(uint64_t token);
void leave(void);

/* Whether a string can be read at all, and is not longer than `cap`. */
int32_t check_string(deployer_string text, uint64_t cap);

/* services.c: the table of a host service, or NULL. */
const void *service_table(deployer_string id);

/* arguments.c: fields of a call. Each does nothing but pass on a code that is not OK, and answers with the next code. */
int32_t put_text(buffer *frame, enum tag tag, deployer_string text, int32_t code);
int32_t put_blob(buffer *frame, enum tag tag, deployer_bytes bytes, int32_t code);
int32_t put_list(buffer *frame, enum tag tag, const deployer_string *items, uint64_t count, int32_t code);
int32_t put_pairs(buffer *frame, enum tag tag, const deployer_pair *items, uint64_t count, int32_t code);
int32_t put_secrets(buffer *frame, enum tag tag, const deployer_secret_pair *items, uint64_t count, int32_t code);
/* A number that is unsigned in the ABI. */
int64_t clamped(uint64_t value);
/* Sends the call if its arguments were good; *reply is NULL otherwise. */
int32_t ask(buffer *request, uint64_t number, int32_t code, void (*chunk)(void *, const frame *), void *context,
            frame **reply);
/* Hands the head of an answer, and its body where it has one, to `response`. */
void pass_response(const frame *reply, void *context, void (*response)(void *, const deployer_http_response *));

/* streams.c: http-stream/1. */
extern const deployer_http_stream_v1 http_stream_table;

/* calls.c: sends a CALL frame and waits; chunks go to `chunk`. Returns the REPLY (malloc'ed). */
frame *call_host(buffer *request, uint64_t number, void (*chunk)(void *context, const frame *frame), void *context);
/* Starts a CALL frame and gives it a number. */
uint64_t call_begin(buffer *request, enum function function);

#endif
