/* The options of a service: `options:` in deployer.yaml. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "call.h"

typedef struct options {
    char folder[1024]; /* what is published, relative to the service's folder */
    int keep_releases;
} options;

/* JSON Schema, for people and for the host. It is checked in `options_read`: in C nobody else does. */
#define OPTIONS_SCHEMA                                                                                                 \
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"                                             \
    "\"folder\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":1000,\"default\":\".\","                            \
    "\"description\":\"The folder that is published, relative to the service's own.\"},"                               \
    "\"keep_releases\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100,\"default\":5,"                             \
    "\"description\":\"Releases kept for rollbacks.\"}}}"

/* OK, or INVALID_CONFIG with one diagnostic for each problem. */
int32_t options_read(const call *call, deployer_string json, options *options);

#endif
