/*
 * The smallest useful plugin: a service kind "files" that needs no building and whose deploy is a script of the
 * service's own, install-files.
 *     cc -shared -fPIC -fvisibility=hidden -I .../include files.c -o files.so
 */
#include "plugin_api.h"

#include <stdlib.h>
#include <string.h>

static deployer_string text(const char *value) { return (deployer_string){value, strlen(value)}; }

/* Strings end by their length, not by a NUL. */
static int is(deployer_string a, const char *b) { return a.length == strlen(b) && memcmp(a.data, b, a.length) == 0; }

static int32_t describe(void *context, int32_t (*write)(void *, deployer_string)) {
    return write(context, text("{\"id\":\"files\",\"version\":\"1.0.0\",\"kinds\":[\"files\"],"
                               "\"stages\":[{\"name\":\"build\",\"repeatable\":true},"
                               "{\"name\":\"deploy\",\"repeatable\":true}],"
                               "\"services\":[\"process/1\",\"cancel/1\"],"
                               "\"configuration\":{\"type\":\"object\",\"additionalProperties\":false}}"));
}

/* This kind has no options: the first that is there is one too many. They come without blanks, as {"name":value,...}. */
static int32_t open_instance(const deployer_open_request *request, const deployer_host *host, void **instance) {
    deployer_string options = request->configuration;
    *instance = NULL;
    if (options.length == 0 || is(options, "{}")) return DEPLOYER_STATUS_OK;
    char pointer[64] = "";
    for (uint64_t index = 2; options.data[0] == '{' && index < options.length && index < sizeof pointer &&
                             options.data[index] != '"'; index++) {
        pointer[0] = '/';
        pointer[index - 1] = options.data[index];
    }
    deployer_diagnostic problem = {.size = sizeof problem,
                                   .severity = DEPLOYER_SEVERITY_ERROR,
                                   .code = text("config.invalid"),
                                   .summary = text("services of the kind 'files' have no options"),
                                   .pointer = text(pointer)};
    host->diagnostic(host->context, host->operation, &problem);
    return DEPLOYER_STATUS_INVALID_CONFIG;
}

static void close_instance(void *instance) { free(instance); }

static int32_t fail(const deployer_host *host, const char *summary) {
    deployer_diagnostic problem = {.size = sizeof problem,
                                   .severity = DEPLOYER_SEVERITY_ERROR,
                                   .code = text("files.deploy"),
                                   .summary = text(summary)};
    host->diagnostic(host->context, host->operation, &problem);
    return DEPLOYER_STATUS_FAILED;
}

static void take_result(void *context, const deployer_process_result *result) {
    int32_t *code = context;
    *code = result->outcome == DEPLOYER_PROCESS_EXITED ? result->code : -1;
}

/* Whether the last deployment that ended well was of this revision. */
static int is_deployed(const deployer_run_request *request) {
    return (request->flags & DEPLOYER_RUN_HAS_STATE) && request->state.length == request->revision.length &&
           memcmp(request->state.data, request->revision.data, request->state.length) == 0;
}

/* Runs "install-files SOURCE RELEASES" of the service's own folder, as a child of the host. */
static int32_t deploy(const deployer_run_request *request, const deployer_host *host) {
    if (is_deployed(request)) return DEPLOYER_STATUS_NO_CHANGE;
    const deployer_process_v1 *process = host->get_extension(host->context, host->operation, text("process/1"));
    if (!process || !process->run) return DEPLOYER_STATUS_UNAVAILABLE;
    deployer_string arguments[] = {text("/bin/sh"), text("./install-files"), request->source_directory,
                                   request->release_directory};
    deployer_process_request command = {.size = sizeof command, .arguments = arguments, .argument_count = 4};
    int32_t code = -1;
    if (process->run(host->context, host->operation, &command, &code, take_result) != DEPLOYER_CALL_OK)
        return fail(host, "the host did not run install-files");
    if (code != 0) return fail(host, "install-files failed");
    /* Comes back as `state` once this deployment has ended well. */
    host->checkpoint(host->context, host->operation,
                     (deployer_bytes){(const uint8_t *)request->revision.data, request->revision.length});
    return DEPLOYER_STATUS_OK;
}

static int32_t run(void *instance, const deployer_run_request *request, const deployer_host *host) {
    (void)instance;
    if (is(request->stage, "build")) {
        host->log(host->context, host->operation, DEPLOYER_STREAM_PLUGIN, DEPLOYER_LEVEL_INFO,
                  text("files need no building"));
        return DEPLOYER_STATUS_NO_CHANGE;
    }
    if (is(request->stage, "deploy")) return deploy(request, host);
    return DEPLOYER_STATUS_UNSUPPORTED;
}

const deployer_plugin *codex_deployer_plugin_entry_v1(const deployer_hello *hello) {
    static const deployer_plugin plugin = {.size = sizeof plugin,
                                           .built_minor = DEPLOYER_ABI_MINOR,
                                           .describe = describe,
                                           .open = open_instance,
                                           .close = close_instance,
                                           .run = run};
    (void)hello;
    return &plugin;
}
