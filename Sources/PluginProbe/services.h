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
const void *service_table(deployer_string id);

#endif
