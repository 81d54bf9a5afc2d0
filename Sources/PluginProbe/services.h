/* What the parts of the scripted host know of each other. */
#ifndef PROBE_SERVICES_H
#define PROBE_SERVICES_H

#include "probe.h"

/* OK, or REFUSED and counted. */
int32_t host_enter(uint64_t operation);
void host_count(unsigned *counter);
/* Remembers a string that is none; answers what the host would. */
int32_t host_text(const char *what, deployer_string text, uint64_t cap);
/* Reads a struct by the rule of growth. */
void copy_sized(void *target, size_t target_size, const void *source);
/* Remembers a call that breaks the service's own rules; answers INVALID. */
int32_t host_misuse(const char *what);
const void *service_table(deployer_string id);

/* ---- services.c: what http/1 and http-stream/1 share ---- */

void check_pairs(const char *what, const deployer_pair *items, uint64_t count);
void check_secrets(const char *what, const deployer_secret_pair *items, uint64_t count);
int32_t check_body(deployer_bytes body);
/* What stands in the way of an answer, by the fault of this check; OK when there is one. */
int32_t http_obstacle(long milliseconds, const char **reason);
/* The answer's length, and so many bytes of it (malloc'ed). */
size_t http_length(void);
uint8_t *http_content(size_t length, uint32_t *noise);
/* On guard pages where the check lends everything there. */
deployer_bytes lend_body(const uint8_t *data, size_t length);

/* ---- streams.c ---- */

extern const deployer_http_stream_v1 http_stream_table;
/* The operation is over: its streams are closed. */
void streams_shut(void);

#endif
