/*
 * All mock plugins in one source: what one does wrong is chosen by macros when it is compiled, and by the word after
 * "do": in the service's options when it runs. Built by TestSupport.MockPlugins.
 */
#define _GNU_SOURCE
#include "plugin_api.h"
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef MOCK_ID
#define MOCK_ID "mock"
#endif
#ifndef MOCK_KIND
#define MOCK_KIND "mock"
#endif
#ifndef MOCK_VERSION
#define MOCK_VERSION "1.0.0"
#endif
#ifndef MOCK_SERVICE
#define MOCK_SERVICE "process/1"
#endif
#ifndef MOCK_PERMISSION
#define MOCK_PERMISSION "secret-plain"
#endif
#ifndef MOCK_TYPE
#define MOCK_TYPE "object"
#endif
/* Members of the schema beside its type. */
#ifndef MOCK_SCHEMA
#define MOCK_SCHEMA ""
#endif
/* What it does where the options do not say. */
#ifndef MOCK_DO
#define MOCK_DO "ok"
#endif

static deployer_string text(const char *value) { return (deployer_string){value, strlen(value)}; }

static int write_junk(const char *junk, size_t size) { return write(3, junk, size) >= 0; }

static void die(const char *how) {
    if (!strcmp(how, "segv")) {
        volatile int *nowhere = NULL;
        *nowhere = 1;
    }
    if (!strcmp(how, "ill"))
        __builtin_trap();
    if (!strcmp(how, "abort"))
        abort();
    if (!strcmp(how, "exit0"))
        exit(0);
    if (!strcmp(how, "exit3"))
        _exit(3);
    if (!strcmp(how, "hang"))
        for (;;)
            pause();
    if (!strcmp(how, "print-for-ever"))
        for (char line[] = "on and on and on\n";;)
            if (write(1, line, sizeof line - 1) < 0)
                _exit(9);
    if (!strcmp(how, "close-socket")) {
        close(3);
        for (;;)
            pause();
    }
}

#ifdef MOCK_CONSTRUCTOR
__attribute__((constructor)) static void construct(void) { die(MOCK_CONSTRUCTOR); }
#endif

#include "mock_process.h"

/* ---- describe ---- */

static int32_t describe(void *context, int32_t (*write)(void *, deployer_string)) {
#ifdef MOCK_DESCRIBE
    die(MOCK_DESCRIBE);
    misbehave(MOCK_DESCRIBE);
    if (!strcmp(MOCK_DESCRIBE, "another")) {
        char version[160];
        snprintf(version, sizeof version, "{\"id\":\"mock\",\"version\":\"%ld\",\"kinds\":[\"mock\"],\"stages\":[{\"name\":\"build\"}]}",
                 (long)time(NULL) * 1000000 + clock());
        return write(context, text(version));
    }
    if (!strcmp(MOCK_DESCRIBE, "garbage"))
        return write(context, text("\xff\xfe{not json"));
    if (!strcmp(MOCK_DESCRIBE, "empty"))
        return DEPLOYER_STATUS_OK;
    if (!strcmp(MOCK_DESCRIBE, "bad-id"))
        return write(context,
                     text("{\"id\":\"../x\",\"version\":\"1\",\"kinds\":[\"k\"],\"stages\":[{\"name\":\"build\"}]}"));
    if (!strcmp(MOCK_DESCRIBE, "status") && fputs("first\nno engine\n", stderr) >= 0)
        return DEPLOYER_STATUS_UNAVAILABLE;
    if (!strcmp(MOCK_DESCRIBE, "flood")) {
        for (int i = 0; i < 3000; i++)
            if (write(context,
                      text("                                                                                           "
                           "                                                                                           "
                           "                                                                                           "
                           "                                                                                           "
                           "                                                                                           "
                           "                                                                                           "
                           "                                              ")) != 0)
                break;
        return DEPLOYER_STATUS_OK;
    }
    if (!strcmp(MOCK_DESCRIBE, "frames")) {
        char junk[64];
        memset(junk, 0xEE, sizeof junk);
        if (write_junk(junk, sizeof junk))
            pause();
    }
#endif
    /* in pieces, as a plugin may */
    write(context, text("{\"id\":\"" MOCK_ID "\",\"version\":\"" MOCK_VERSION "\",\"kinds\":[\"" MOCK_KIND "\"],"));
    write(context,
          text("\"stages\":[{\"name\":\"build\",\"repeatable\":true},{\"name\":\"test\"},{\"name\":\"deploy\"}],"));
    write(context, text("\"services\":[\"" MOCK_SERVICE "\",\"process/1\",\"http/1\",\"http-stream/1\",\"secret/1\",\"cancel/1\",\"supervise/1\"],"));
    return write(
        context,
        text("\"permissions\":[\"" MOCK_PERMISSION "\"],\"unknown-member\":[1,2],\"configuration\":{\"type\":\"" MOCK_TYPE "\"" MOCK_SCHEMA "}}"));
}

#include "mock_sinks.h"
#include "mock_services.h"
#include "mock_streams.h"
#include "mock_excess.h"
#include "mock_behaviour.h"
#include "mock_blunders.h"

/* ---- the table ---- */

static char behaviour[64];

static int32_t open_instance(const deployer_open_request *request, const deployer_host *given, void **instance) {
    host = given;
    char options[4096] = {0};
    memcpy(options, request->configuration.data,
           request->configuration.length < 4095 ? request->configuration.length : 4095);
    char *word = strstr(options, "\"do\":\"");
    snprintf(behaviour, sizeof behaviour, "%s", word ? word + 6 : MOCK_DO);
    char *end = strchr(behaviour, '"');
    if (end)
        *end = 0;
    *instance = behaviour;
    uint64_t length = request->configuration.length;
    remember(options);
#ifdef MOCK_OPEN
    die(MOCK_OPEN);
    misbehave(MOCK_OPEN);
    if (!strcmp(MOCK_OPEN, "accept"))
        return DEPLOYER_STATUS_OK;
    if (!strcmp(MOCK_OPEN, "vague") && strstr(options, "\"n\":"))
        return refuse_options("/somewhere");
#endif
    if (length && (options[0] != '{' || request->configuration.data[length - 1] != '}'))
        return refuse_options("/");
    if (strstr(options, "\"open-segv\""))
        die("segv");
    if (strstr(options, "\"open-hang\""))
        die("hang");
    if (strstr(options, "\"open-silent\""))
        return DEPLOYER_STATUS_INVALID_CONFIG;
    if (strstr(options, "\"invalid\"")) {
        deployer_diagnostic d = {.size = sizeof d,
                                 .severity = DEPLOYER_SEVERITY_ERROR,
                                 .code = text("config.invalid"),
                                 .summary = text("must be a word"),
                                 .pointer = text("/do")};
        host->diagnostic(host->context, host->operation, &d);
        return DEPLOYER_STATUS_INVALID_CONFIG;
    }
    return DEPLOYER_STATUS_OK;
}

static void close_instance(void *instance) {
#ifndef MOCK_CLOSE_TRUSTS
    if (!instance)
        return;
#endif
    ((volatile char *)instance)[0];
    closed_instances++;
    if (is(behaviour, "late"))
        usleep(600 * 1000);
    if (is(behaviour, "close-hangs"))
        die("hang");
    if (is(behaviour, "close-crashes"))
        die("segv");
}

static int32_t detect(const deployer_detect_request *request, const deployer_host *given) {
    host = given;
    char path[1024];
    struct stat information;
    snprintf(path, sizeof path, "%.*s/%s", (int)request->source_directory.length, request->source_directory.data,
             MOCK_ID ".mock");
    deployer_detection found = {
        .size = sizeof found, .kind = text(MOCK_KIND), .evidence = text(MOCK_ID ".mock found"), .confidence = 80};
#ifdef MOCK_DETECT
    die(MOCK_DETECT);
#endif
#ifdef MOCK_DETECT_WRITES
    close(open(path, O_CREAT | O_WRONLY, 0600));
#endif
#ifdef MOCK_DETECT_CLAIMS
    host->detected(host->context, host->operation, &found);
#endif
    if (stat(path, &information) == 0)
        host->detected(host->context, host->operation, &found);
    return DEPLOYER_STATUS_OK;
}

static int32_t run(void *instance, const deployer_run_request *request, const deployer_host *given) {
    (void)instance;
    host = given;
    if (is(behaviour, "close-hangs") || is(behaviour, "close-crashes"))
        return DEPLOYER_STATUS_OK;
    if (!is_stage(request->stage))
        return DEPLOYER_STATUS_UNSUPPORTED;
#ifdef MOCK_RUN
    misbehave(MOCK_RUN);
    int32_t status = blunder(MOCK_RUN, request);
    if (status >= 0)
        return status;
#endif
    return behave(behaviour, request);
}

#ifdef MOCK_LONG_TABLE
typedef struct {
    deployer_plugin base;
    uint64_t poison[16];
} table_type;
#define TABLE_SIZE sizeof(table_type)
#else
typedef struct {
    deployer_plugin base;
} table_type;
#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(deployer_plugin)
#endif
#endif
#ifndef LEAST_MINOR
#define LEAST_MINOR 0
#endif
#ifndef BUILT_MINOR
#define BUILT_MINOR DEPLOYER_ABI_MINOR
#endif

#ifdef MOCK_EXTENSION
static const void *extension(deployer_string id) { return id.length ? behaviour : NULL; }
#endif
#ifdef MOCK_EXPORTS
DEPLOYER_EXPORT int somebody_elses_function(void) { return 1; }
#endif

#ifndef MOCK_NO_ENTRY
#ifdef MOCK_UNDEFINED
void nobody_has_this(void);
#endif
DEPLOYER_EXPORT const deployer_plugin *codex_deployer_plugin_entry_v1(const deployer_hello *hello) {
    static table_type table;
    memset(&table, 0xAA, sizeof table);
    table.base = (deployer_plugin){.size = TABLE_SIZE,
                                   .built_minor = BUILT_MINOR,
                                   .least_host_minor = LEAST_MINOR,
                                   .describe = describe,
                                   .open = open_instance,
                                   .close = close_instance,
                                   .detect = detect,
                                   .run = run};
#ifdef MOCK_ONLY_THIS_HOST
    if (hello->host_minor != DEPLOYER_ABI_MINOR)
        return NULL;
#endif
#ifdef MOCK_SILENT_WHEN_OLD
    if (hello->host_minor < LEAST_MINOR)
        return NULL;
#endif
#ifdef MOCK_UNDEFINED
    nobody_has_this();
#endif
#ifdef MOCK_EXTENSION
    table.base.get_extension = extension;
#endif
#ifdef MOCK_REFUSES
    hello->refuse(hello->context, text("this mock wants no host"));
    return NULL;
#endif
#ifdef MOCK_REFUSES_SILENTLY
    return NULL;
#endif
#ifdef MOCK_HELLO
    /* what a plugin of a later minor sees of today's hello */
    if (hello->size != sizeof(deployer_hello) || hello->host_minor != DEPLOYER_ABI_MINOR ||
        !hello->host_version.length || !hello->feature_count)
        return NULL;
#endif
    (void)hello;
    return &table.base;
}
#endif