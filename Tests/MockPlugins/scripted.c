/*
 * A service kind whose stages are scripts of the service's own, so that the loop as a whole can be tested in a second:
 *
 *     kind.scripted   recognised by this file; a number in it is the confidence
 *     build, check    run for the stages build and test; a line "FILE:LINE:COLUMN: error: MESSAGE" (or warning:) becomes a
 *                     finding; what follows " => " in its message is its fix-it, to be put in at that place
 *     detect-crash    names a file; while that is there, detect crashes
 *     before-deploy   run before the release is put in place
 *     before-rollback run before the old release is put back
 *     gives-up        with this file a first deployment is taken back; without it that is a failure
 *     run             the service itself, kept running by the host
 *     plan            run for the stage plan; what it prints is the output of that name
 *
 * A folder with the file kind.second is of the kind 'second' as well, of which nothing but a build is known.
 *
 * Scripts are given SOURCE, SCRATCH, REVISION, PREVIOUS, STATE, OPTIONS (JSON) and PLUGIN (its version). A script that ends
 * with 75 found nothing to do, with 69 something unavailable. A release is a copy of the sources; `current` points to the live
 * one, and the checkpoint names its revision.
 *
 * Compiled with KIND and MARKER it is a plugin of another kind, whose scripts have names that begin with the kind: several
 * of them recognise one folder. ORDER is its place there. Where a file BESIDE lies in the folder it is a companion.
 */
#define _GNU_SOURCE
#include "plugin_api.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "1.0.0"
#endif
#ifndef ORDER
#define ORDER "50"
#endif
#ifdef KIND
#define PREFIX KIND "-"
#define SECOND "\""
#else
#define SECOND "\",\"second\""
#define KIND "scripted"
#define MARKER "kind.scripted"
#define PREFIX ""
#endif

static deployer_string text(const char *value) { return (deployer_string){value, strlen(value)}; }

static const deployer_host *host;
static const deployer_run_request *request;
static char *options;

static int is(deployer_string name, const char *value) {
    return name.length == strlen(value) && memcmp(name.data, value, name.length) == 0;
}

static const void *service(const char *id) { return host->get_extension(host->context, host->operation, text(id)); }

static int32_t describe(void *context, int32_t (*write)(void *, deployer_string)) {
    return write(context, text("{\"id\":\"" KIND "\",\"version\":\"" VERSION "\",\"kinds\":[\"" KIND
                               SECOND "],\"order\":" ORDER ",\"stages\":["
                               "{\"name\":\"build\",\"repeatable\":true},{\"name\":\"test\",\"repeatable\":true},"
                               "{\"name\":\"deploy\",\"repeatable\":true},{\"name\":\"restart\"},{\"name\":\"health\"},"
                               "{\"name\":\"rollback\"},{\"name\":\"plan\"}],\"services\":[\"process/1\",\"supervise/1\",\"cancel/1\"],"
                               "\"configuration\":{\"type\":\"object\",\"additionalProperties\":false,"
                               "\"properties\":{\"run_e2e\":{\"type\":\"boolean\"},"
                               "\"build_docker\":{\"type\":\"boolean\"}}}}"));
}

static int32_t open_instance(const deployer_open_request *asked, const deployer_host *given, void **instance) {
    (void)given;
    /* The library is loaded anew for each stage, so one place does. */
    free(options);
    options = strndup(asked->configuration.data, asked->configuration.length);
    *instance = NULL;
    return DEPLOYER_STATUS_OK;
}

static void close_instance(void *instance) { (void)instance; }

static int32_t detect(const deployer_detect_request *asked, const deployer_host *given) {
    char path[4096];
    snprintf(path, sizeof path, "%.*s/" MARKER, (int)asked->source_directory.length, asked->source_directory.data);
    char marker[4096], crash[4096];
    snprintf(marker, sizeof marker, "%.*s/detect-crash", (int)asked->source_directory.length,
             asked->source_directory.data);
    FILE *file = fopen(marker, "r");
    if (file) {
        if (fgets(crash, sizeof crash, file) && access(crash, F_OK) == 0)
            abort();
        fclose(file);
    }
    deployer_detection found = {
        .size = sizeof found, .kind = text(KIND), .evidence = text(MARKER " found"), .confidence = 90};
    file = fopen(path, "r");
    if (file && fscanf(file, "%d", &found.confidence) != 1)
        found.confidence = 90;
#ifdef BESIDE
    char beside[4096];
    snprintf(beside, sizeof beside, "%.*s/" BESIDE, (int)asked->source_directory.length, asked->source_directory.data);
    if (access(beside, F_OK) == 0)
        found.flags = DEPLOYER_DETECTION_COMPANION;
#endif
    if (file && fclose(file) == 0)
        given->detected(given->context, given->operation, &found);
    found.flags = 0;
    snprintf(path, sizeof path, "%.*s/kind.second", (int)asked->source_directory.length,
             asked->source_directory.data);
    found.kind = text("second");
    found.evidence = text("kind.second found");
    if (access(path, F_OK) == 0)
        given->detected(given->context, given->operation, &found);
    return DEPLOYER_STATUS_OK;
}

/* What a script printed: its findings are handed over, and whether there was an error. */
static int findings;
static char *printed;
static void find(deployer_bytes output) {
    char *copy = strndup((const char *)output.data, output.length);
    char *rest = copy;
    for (char *line; (line = strsep(&rest, "\n"));) {
        char file[1024], message[1024];
        unsigned row, column;
        int is_error = sscanf(line, "%1000[^:]:%u:%u: error: %1000[^\n]", file, &row, &column, message) == 4;
        if (!is_error && sscanf(line, "%1000[^:]:%u:%u: warning: %1000[^\n]", file, &row, &column, message) != 4)
            continue;
        deployer_diagnostic d = {.size = sizeof d,
                                 .severity = is_error ? DEPLOYER_SEVERITY_ERROR : DEPLOYER_SEVERITY_WARNING,
                                 .code = text("scripted.error"),
                                 .summary = text(message),
                                 .file = text(file),
                                 .line = row,
                                 .column = column};
        deployer_fix_it fix = {.size = sizeof fix,
                               .file = text(file),
                               .start_line = row,
                               .start_column = column,
                               .end_line = row,
                               .end_column = column};
        const deployer_fix_it *fixes[] = {&fix};
        char *proposal = strstr(message, " => ");
        if (proposal) {
            *proposal = 0;
            d.summary = text(message);
            fix.replacement = text(proposal + 4);
            d.fix_its = fixes;
            d.fix_it_count = 1;
        }
        host->diagnostic(host->context, host->operation, &d);
        findings += is_error;
    }
    free(copy);
}

struct ending {
    int32_t outcome, code;
};

static void take_result(void *context, const deployer_process_result *result) {
    struct ending *ending = context;
    *ending = (struct ending){result->outcome, result->code};
    free(printed);
    printed = strndup((const char *)result->output.data, result->output.length);
    find(result->output);
    find(result->error);
}

static int32_t fail(const char *code, const char *summary) {
    if (findings == 0) {
        deployer_diagnostic d = {
            .size = sizeof d, .severity = DEPLOYER_SEVERITY_ERROR, .code = text(code), .summary = text(summary)};
        host->diagnostic(host->context, host->operation, &d);
    }
    host->summary(host->context, host->operation, text(summary));
    return DEPLOYER_STATUS_FAILED;
}

/* Runs a command in the source folder; OK when it ends with 0. */
static int32_t command(const deployer_string *arguments, uint64_t count, const char *name) {
    const deployer_process_v1 *process = service("process/1");
    if (!process)
        return DEPLOYER_STATUS_UNAVAILABLE;
    deployer_pair environment[] = {{text("SOURCE"), request->source_directory},
                                   {text("SCRATCH"), request->scratch_directory},
                                   {text("RELEASES"), request->release_directory},
                                   {text("REVISION"), request->revision},
                                   {text("PREVIOUS"), request->previous_revision},
                                   {text("STATE"), {(const char *)request->state.data, request->state.length}},
                                   {text("OPTIONS"), text(options ? options : "")},
                                   {text("PLUGIN"), text(VERSION)}};
    deployer_process_request asked = {.size = sizeof asked,
                                      .arguments = arguments,
                                      .argument_count = count,
                                      .environment = environment,
                                      .environment_count = sizeof environment / sizeof environment[0],
                                      .flags = DEPLOYER_PROCESS_WANT_OUTPUT};
    struct ending ending = {-1, -1};
    char line[256];
    int32_t call = process->run(host->context, host->operation, &asked, &ending, take_result);
    if (call == DEPLOYER_CALL_CANCELLED || ending.outcome == DEPLOYER_PROCESS_CANCELLED)
        return DEPLOYER_STATUS_CANCELLED;
    if (ending.outcome == DEPLOYER_PROCESS_TIMED_OUT)
        return DEPLOYER_STATUS_TIMED_OUT;
    if (ending.outcome == DEPLOYER_PROCESS_EXITED && ending.code == 0)
        return DEPLOYER_STATUS_OK;
    if (ending.outcome == DEPLOYER_PROCESS_EXITED && ending.code == 75)
        return DEPLOYER_STATUS_NO_CHANGE;
    if (ending.outcome == DEPLOYER_PROCESS_EXITED && ending.code == 69) {
        host->summary(host->context, host->operation, text("the engine is not there"));
        return DEPLOYER_STATUS_UNAVAILABLE;
    }
    snprintf(line, sizeof line, "'%s' ended with %d", name, ending.code);
    return fail("scripted.script", line);
}

static char path[4096];

/* Whether there is a script of that name; `path` is where. */
static int has(const char *name) {
    snprintf(path, sizeof path, "%.*s/" PREFIX "%s", (int)request->source_directory.length,
             request->source_directory.data, name);
    return access(path, F_OK) == 0;
}

static int32_t script(const char *name) {
    if (!has(name))
        return DEPLOYER_STATUS_NO_CHANGE;
    deployer_string arguments[] = {text("/bin/sh"), text("-e"), text(path)};
    return command(arguments, 3, name);
}

static int32_t shell(const char *line, const char *name) {
    deployer_string arguments[] = {text("/bin/sh"), text("-e"), text("-c"), text(line)};
    return command(arguments, 4, name);
}

static void take_status(void *context, const deployer_service_status *status) {
    *(int32_t *)context = status->state;
    host->summary(host->context, host->operation, status->message);
}

static int32_t start(void) {
    const deployer_supervise_v1 *supervise = service("supervise/1");
    if (!supervise)
        return DEPLOYER_STATUS_UNAVAILABLE;
    char folder[4096], run[4096];
    snprintf(folder, sizeof folder, "%.*s/current", (int)request->release_directory.length,
             request->release_directory.data);
    char *real = realpath(folder, NULL);
    if (!real)
        return has("run") ? fail("scripted.release", "there is no release") : DEPLOYER_STATUS_NO_CHANGE;
    snprintf(run, sizeof run, "%s/" PREFIX "run", real);
    if (access(run, F_OK) != 0) {
        free(real);
        return DEPLOYER_STATUS_NO_CHANGE;
    }
    deployer_string arguments[] = {text("/bin/sh"), text(run)};
    deployer_service_spec spec = {.size = sizeof spec,
                                  .arguments = arguments,
                                  .argument_count = 2,
                                  .directory = text(real),
                                  .grace_ms = 2000};
    int32_t state = -1;
    int32_t call = supervise->start(host->context, host->operation, &spec, &state, take_status);
    free(real);
    return call == DEPLOYER_CALL_OK ? DEPLOYER_STATUS_OK : fail("scripted.start", "it could not be started");
}

static int32_t stop(void) {
    const deployer_supervise_v1 *supervise = service("supervise/1");
    int32_t state = -1;
    if (!supervise)
        return DEPLOYER_STATUS_UNAVAILABLE;
    int32_t call = supervise->stop(host->context, host->operation, text(""), 1000, &state, take_status);
    return call == DEPLOYER_CALL_OK ? DEPLOYER_STATUS_OK : fail("scripted.stop", "it could not be stopped");
}

static int32_t well(void) {
    char run[4096];
    snprintf(run, sizeof run, "%.*s/current/" PREFIX "run", (int)request->release_directory.length,
             request->release_directory.data);
    if (access(run, F_OK) != 0)
        return DEPLOYER_STATUS_NO_CHANGE;
    const deployer_supervise_v1 *supervise = service("supervise/1");
    int32_t state = -1;
    if (!supervise)
        return DEPLOYER_STATUS_UNAVAILABLE;
    supervise->status(host->context, host->operation, text(""), &state, take_status);
    return state == DEPLOYER_SERVICE_RUNNING ? DEPLOYER_STATUS_OK : fail("scripted.health", "it does not run");
}

#define FLIP(name) "ln -sfn \"$" name "\" \"$RELEASES/next\"; mv -T \"$RELEASES/next\" \"$RELEASES/current\""

static int32_t run(void *instance, const deployer_run_request *asked, const deployer_host *given) {
    (void)instance;
    host = given;
    request = asked;
    if (is(asked->stage, "build"))
        return script("build");
    if (is(asked->stage, "test"))
        return script("check");
    if (is(asked->stage, "deploy")) {
        int32_t before = script("before-deploy");
        if (before != DEPLOYER_STATUS_OK && before != DEPLOYER_STATUS_NO_CHANGE)
            return before;
        if (before == DEPLOYER_STATUS_NO_CHANGE && has("before-deploy"))
            return before;
        int32_t copied = shell("rm -rf \"$RELEASES/$REVISION\"; mkdir -p \"$RELEASES/$REVISION\"; "
                     "cp -R \"$SOURCE/.\" \"$RELEASES/$REVISION\"; " FLIP("REVISION"),
                     "copying the release");
        deployer_bytes live = {(const uint8_t *)request->revision.data, request->revision.length};
        host->checkpoint(host->context, host->operation, live);
        return copied;
    }
    if (is(asked->stage, "restart"))
        return start();
    if (is(asked->stage, "health"))
        return well();
    if (is(asked->stage, "plan")) {
        int32_t planned = script("plan");
        if (planned == DEPLOYER_STATUS_OK && printed)
            host->output(host->context, host->operation, text("plan"), text(printed));
        return planned;
    }
    if (is(asked->stage, "rollback")) {
        int32_t before = script("before-rollback");
        if (before != DEPLOYER_STATUS_OK && before != DEPLOYER_STATUS_NO_CHANGE)
            return before;
        if (asked->previous_revision.length == 0 && has("gives-up"))
            return stop();
        if (asked->previous_revision.length == 0)
            return fail("scripted.rollback", "there is no earlier release");
        int32_t back = shell(FLIP("PREVIOUS"), "going back");
        return back == DEPLOYER_STATUS_OK ? start() : back;
    }
    return DEPLOYER_STATUS_UNSUPPORTED;
}

DEPLOYER_EXPORT const deployer_plugin *codex_deployer_plugin_entry_v1(const deployer_hello *hello) {
    static const deployer_plugin plugin = {.size = sizeof plugin,
                                           .built_minor = DEPLOYER_ABI_MINOR,
                                           .describe = describe,
                                           .open = open_instance,
                                           .close = close_instance,
                                           .detect = detect,
                                           .run = run};
    (void)hello;
    return &plugin;
}
