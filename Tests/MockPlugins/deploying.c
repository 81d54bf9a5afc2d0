/*
 * A kind that deploys for itself, slowly enough to be killed: a release is a folder named by its revision with fifty copies
 * of the sources' `text`, and `current` leads to the live one. What it does wrong is chosen by macros:
 *
 *     FORGETFUL     deploys again what is there
 *     TRUSTS_HALF   takes a release folder that is there for a whole one
 *     KEEPS_NOTHING leaves no checkpoint
 *     UNDOES_NOTHING  says OK to rollback and does nothing
 *     ONLY_ITS_OWN  reads no state but its own
 *     DEAF          heeds no cancellation, and waits for ever after one
 */
#define _GNU_SOURCE
#include "plugin_api.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPIES = 50 };
static const char prefix[] = "2:";

static deployer_string text(const char *value) { return (deployer_string){value, strlen(value)}; }
static int is(deployer_string a, const char *b) { return a.length == strlen(b) && !memcmp(a.data, b, a.length); }

static int32_t describe(void *context, int32_t (*write)(void *, deployer_string)) {
    return write(context, text("{\"id\":\"deploying\",\"version\":\"2.0.0\",\"kinds\":[\"deploying\"],\"stages\":["
                               "{\"name\":\"deploy\",\"repeatable\":true},{\"name\":\"rollback\"}],\"services\":[\"cancel/1\"]}"));
}

static int32_t fail(const deployer_host *host, const char *summary) {
    deployer_diagnostic d = {.size = sizeof d, .severity = DEPLOYER_SEVERITY_ERROR, .code = text("deploying.failed"), .summary = text(summary)};
    host->diagnostic(host->context, host->operation, &d);
    return DEPLOYER_STATUS_FAILED;
}

static void path_of(char *path, size_t size, deployer_string folder, const char *first, const char *second) {
    snprintf(path, size, "%.*s/%s%s", (int)folder.length, folder.data, first, second);
}

/* Writes anew and renames, as one should: only a release as a whole can be half. */
static int copy(const char *source, const char *target) {
    char content[4096] = {0}, draft[4200];
    FILE *file = fopen(source, "r");
    size_t length = file ? fread(content, 1, sizeof content, file) : 0;
    if (file)
        fclose(file);
    snprintf(draft, sizeof draft, "%s.new", target);
    file = fopen(draft, "w");
    if (!file)
        return 0;
    int isWritten = fwrite(content, 1, length, file) == length;
    return fclose(file) == 0 && isWritten && rename(draft, target) == 0;
}

static int flip(deployer_string releases, const char *name) {
    char next[4096], current[4096];
    path_of(next, sizeof next, releases, "next", "");
    path_of(current, sizeof current, releases, "current", "");
    unlink(next);
    return symlink(name, next) == 0 && rename(next, current) == 0;
}

static int is_cancelled(const deployer_host *host) {
    const deployer_cancel_v1 *cancel = host->get_extension(host->context, host->operation, text("cancel/1"));
    int cancelled = cancel && cancel->is_cancelled(host->context, host->operation);
#ifdef DEAF
    while (cancelled)
        pause();
#endif
    return cancelled;
}

static int fill(const deployer_run_request *r, const deployer_host *host, const char *name) {
    char folder[4096], source[4096], target[4200];
    path_of(folder, sizeof folder, r->release_directory, name, "");
    path_of(source, sizeof source, r->source_directory, "harness-change.txt", "");
    if (access(source, R_OK) != 0)
        path_of(source, sizeof source, r->source_directory, "text", "");
#ifdef TRUSTS_HALF
    if (access(folder, F_OK) == 0)
        return 1;
#endif
    mkdir(folder, 0755);
    for (int index = 0; index < COPIES; index++) {
        snprintf(target, sizeof target, "%s/%d", folder, index);
        if (!copy(source, target) || is_cancelled(host))
            return 0;
        usleep(4000);
    }
    return 1;
}

static int32_t deploy(const deployer_run_request *r, const deployer_host *host, const char *name) {
    char state[128], live[128] = {0}, current[4096];
    snprintf(state, sizeof state, "%s%s", prefix, name);
    path_of(current, sizeof current, r->release_directory, "current", "");
#ifdef ONLY_ITS_OWN
    if (r->state.length && (r->state.length < 2 || memcmp(r->state.data, prefix, 2)))
        return fail(host, "the state is another version's");
#endif
#ifndef FORGETFUL
    if (readlink(current, live, sizeof live - 1) > 0 && !strcmp(live, name) && r->state.length == strlen(state) &&
        !memcmp(r->state.data, state, strlen(state)))
        return DEPLOYER_STATUS_NO_CHANGE;
#endif
    if (!fill(r, host, name) || !flip(r->release_directory, name))
        return is_cancelled(host) ? DEPLOYER_STATUS_CANCELLED : fail(host, "the release was not written");
#ifndef KEEPS_NOTHING
    host->checkpoint(host->context, host->operation, (deployer_bytes){(const uint8_t *)state, strlen(state)});
#endif
    return DEPLOYER_STATUS_OK;
}

static int32_t run(void *instance, const deployer_run_request *r, const deployer_host *host) {
    char name[128];
    (void)instance;
    snprintf(name, sizeof name, "%.*s", (int)r->revision.length, r->revision.data);
    if (is(r->stage, "deploy"))
        return deploy(r, host, name);
    if (!is(r->stage, "rollback"))
        return DEPLOYER_STATUS_UNSUPPORTED;
#ifdef UNDOES_NOTHING
    return DEPLOYER_STATUS_OK;
#endif
    if (r->state.length < 3 || r->state.length > 100)
        return fail(host, "there is nothing to go back to");
    snprintf(name, sizeof name, "%.*s", (int)r->state.length - 2, r->state.data + 2);
    return flip(r->release_directory, name) ? DEPLOYER_STATUS_OK : fail(host, "the old release is not live again");
}

DEPLOYER_EXPORT const deployer_plugin *codex_deployer_plugin_entry_v1(const deployer_hello *hello) {
    static const deployer_plugin plugin = {
        .size = sizeof plugin, .built_minor = DEPLOYER_ABI_MINOR, .describe = describe, .run = run};
    (void)hello;
    return &plugin;
}
