/* The stages of a site: a release folder for each revision, and a link `current` to the one that is live. */
#ifndef SITE_H
#define SITE_H

#include "call.h"
#include "options.h"

int32_t site_detect(const call *call, const char *folder);
int32_t site_run(const call *call, const options *options, const deployer_run_request *request);

#endif
