/* The plugin "site-example": services of the kind "static-site", which are a folder of files that a web server shows. */
#include <stdlib.h>
#include <string.h>

#include "site.h"

#define STAGE(name) "{\"name\":\"" name "\",\"repeatable\":true}"

static int32_t describe(void *context, int32_t (*write)(void *, deployer_string)) {
    int32_t answer = write(context, text("{\"id\":\"site-example\",\"version\":\"1.0.0\",\"kinds\":[\"static-site\"],"
                                         "\"stages\":[" STAGE("build") "," STAGE("deploy") "," STAGE("health") "," STAGE(
                                             "rollback") "," STAGE("plan") "],"
                                         "\"services\":[\"cancel/1\"],\"configuration\":" OPTIONS_SCHEMA "}"));
    return answer == DEPLOYER_CALL_OK ? DEPLOYER_STATUS_OK : DEPLOYER_STATUS_FAILED;
}

static int32_t open_instance(const deployer_open_request *request, const deployer_host *host, void **instance) {
    deployer_open_request told;
    call call;
    take(&told, sizeof told, request);
    call_begin(&call, host, 0);
    options *options = *instance = calloc(1, sizeof *options);
    if (!options) return end(&call, DEPLOYER_STATUS_RETRYABLE, "there is no memory left");
    return options_read(&call, told.configuration, options);
}

static int32_t detect(const deployer_detect_request *request, const deployer_host *host) {
    deployer_detect_request told;
    call call;
    take(&told, sizeof told, request);
    call_begin(&call, host, 0);
    char *folder = strndup(told.source_directory.data ? told.source_directory.data : "", told.source_directory.length);
    if (!folder) return end(&call, DEPLOYER_STATUS_RETRYABLE, "there is no memory left");
    int32_t status = site_detect(&call, folder);
    free(folder);
    return status;
}

static int32_t run(void *instance, const deployer_run_request *request, const deployer_host *host) {
    deployer_run_request told;
    call call;
    take(&told, sizeof told, request);
    call_begin(&call, host, told.deadline_ns);
    return site_run(&call, instance, &told);
}

DEPLOYER_EXPORT const deployer_plugin *codex_deployer_plugin_entry_v1(const deployer_hello *hello) {
    static const deployer_plugin plugin = {.size = sizeof plugin,
                                           .built_minor = DEPLOYER_ABI_MINOR,
                                           .describe = describe,
                                           .open = open_instance,
                                           .close = free,
                                           .detect = detect,
                                           .run = run};
    (void)hello;
    return &plugin;
}
