/* Checks of what goes wrong around a stage, and of what a stage does to its process. */
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_success(int32_t status) { return status == DEPLOYER_STATUS_OK || status == DEPLOYER_STATUS_NO_CHANGE; }

/* Stages that cannot have done their work when what they wanted done was not. */
static int needs_its_commands(const char *stage) {
    return !strcmp(stage, "build") || !strcmp(stage, "test") || !strcmp(stage, "deploy");
}

/* What a build or a test asked may have been a second opinion; then a warning says that there was none. What is deployed is
 * deployed or not. */
static int says_so(const char *stage) { return seen.warnings && strcmp(stage, "deploy"); }

void check_cancel(void) {
    const char *part = argument("part"), *stage = argument("stage");
    load_plugin();
    void *instance = open_good();
    long timeout = stage_time();
    if (!strcmp(part, "before")) {
        raise_cancel(0);
    } else if (!strcmp(part, "during")) {
        fault = FAULT_HANG;
        raise_cancel(300);
        timeout = 300;
    } else if (!strcmp(part, "deadline") || !strcmp(part, "hung")) {
        fault = !strcmp(part, "hung") ? FAULT_HANG : FAULT_SLOW;
        timeout = 700;
        raise_cancel(timeout);
    }
    say("with", "a cancellation that came %s", !strcmp(part, "before") ? "before it began" : !strcmp(part, "during") ? "while it worked"
        : !strcmp(part, "after") ? "after it" : "with its deadline");
    long began = now_us();
    int32_t status = call_run(instance, stage, timeout);
    long took = (now_us() - began) / 1000;
    if (!strcmp(part, "before") && took > grace_time()) bad("'%s' was back only after %ld ms, though it was cancelled", stage, took);
    int used = seen.processes + seen.requests > 0;
    judge(stage, status);
    if (!strcmp(part, "after")) {
        raise_cancel(0);
        usleep(50000);
    } else if (used && is_cancelled() && is_success(status) && needs_its_commands(stage)) {
        bad("'%s' said %s, though all it wanted done was cancelled", stage, status_name(status));
    }
    say("fact", "%s %s", stage, status_name(status));
    call_close(instance);
}

void check_sinks(void) {
    const char *part = argument("part");
    load_plugin();
    void *instance = open_good();
    if (plugin.detect) call_detect(argument("source"));
    unsigned threads = count_entries("/proc/self/task");
    for (char **stage = stages; *stage; stage++) {
        call_run(instance, *stage, stage_time());
        if (!strcmp(part, "threads")) {
            unsigned now = count_entries("/proc/self/task");
            if (now > threads) bad("'%s' returned and left %u thread%s running", *stage, now - threads, now - threads == 1 ? "" : "s");
            threads = now;
        }
    }
    at("the stages have returned");
    if (!strcmp(part, "return")) {
        usleep(500000);
        if (seen.late) bad("%u call%s of a sink or service came after the call that they were given for had returned", seen.late,
                           seen.late == 1 ? "" : "s");
    }
    if (!strcmp(part, "token") && seen.foreign)
        bad("%u call%s came with a token that is none of its operation", seen.foreign, seen.foreign == 1 ? "" : "s");
    if (!strcmp(part, "strings") && seen.bad_strings)
        bad("%u string%s handed over cannot be used: %s", seen.bad_strings, seen.bad_strings == 1 ? "" : "s", seen.bad_string);
    call_close(instance);
}

void check_fault(void) {
    static const struct {
        const char *name;
        enum fault fault;
        int is_http;
        const char *sentence;
    } faults[] = {
        {"spawn", FAULT_SPAWN, 0, "none of its commands could be started"},
        {"exit", FAULT_EXIT, 0, "all of its commands ended with exit code 1"},
        {"killed", FAULT_KILLED, 0, "all of its commands were killed"},
        {"output", FAULT_OUTPUT, 0, ""},
        {"refused", FAULT_REFUSED, 1, "nobody answered its requests"},
        {"status", FAULT_STATUS, 1, "all of its requests were answered with 500"},
        {"garbage", FAULT_GARBAGE, 1, ""},
        {"large", FAULT_LARGE, 1, ""},
    };
    size_t kind = 0;
    while (kind < sizeof faults / sizeof *faults - 1 && strcmp(faults[kind].name, argument("part"))) kind++;
    load_plugin();
    void *instance = open_good();
    fault = faults[kind].fault;
    unsigned used = 0;
    for (char **stage = stages; *stage; stage++) {
        seen.processes = seen.requests = 0;
        long before = peak_memory();
        /* What is large takes its time, in a debug build above all. */
        int is_large = fault == FAULT_OUTPUT || fault == FAULT_LARGE;
        int32_t status = call_run(instance, *stage, is_large ? 2 * stage_time() : stage_time());
        unsigned count = faults[kind].is_http ? seen.requests : seen.processes;
        used += count;
        judge(*stage, status);
        int hasOther = faults[kind].is_http ? seen.processes : seen.requests;
        if (count && !hasOther && *faults[kind].sentence && is_success(status) && needs_its_commands(*stage) && !says_so(*stage))
            bad("'%s' said %s, though %s", *stage, status_name(status), faults[kind].sentence);
        long grown = peak_memory() - before;
        if (fault == FAULT_OUTPUT && grown > 96 * 1024)
            bad("'%s' took %ld MiB of memory for a command that printed 100 MiB", *stage, grown / 1024);
    }
    call_close(instance);
    if (!used) skip(faults[kind].is_http ? "none of its stages sent a request with these sources and options"
                                         : "none of its stages ran a command with these sources and options");
}

void check_state(void) {
    load_plugin();
    void *instance = open_good();
    deployer_bytes old = file_argument("state");
    static uint8_t noise[1 << 20];
    uint32_t state = (uint32_t)number_argument("seed", 1);
    for (size_t index = 0; index < sizeof noise; index++) {
        state = state * 1664525u + 1013904223u;
        noise[index] = (uint8_t)(state >> 24);
    }
    static const char other[] = "{\"version\":999999,\"release\":\"../../etc\"}";
    const struct { const char *what; deployer_bytes bytes; } states[] = {
        {"empty", {NULL, 0}},
        {"a single byte", {noise, 1}},
        {"of another version", {(const uint8_t *)other, sizeof other - 1}},
        {"a megabyte of random bytes", {noise, sizeof noise}},
        {"half of a good one", {old.data, old.length / 2}},
    };
    has_state = 1;
    for (size_t index = 0; index < sizeof states / sizeof *states; index++) {
        run_state = states[index].bytes;
        for (char **stage = stages; *stage; stage++) {
            char what[120];
            snprintf(what, sizeof what, "'%.30s' with a state that is %s", *stage, states[index].what);
            say("with", "a state that is %s", states[index].what);
            judge(what, call_run(instance, *stage, stage_time()));
        }
    }
    call_close(instance);
}

void check_surroundings(void) {
    int32_t status;
    const char *part = argument("part");
    surroundings *before = look_around();
    load_plugin();
    compare_surroundings(before, part, "once it is loaded");
    call_describe(&status);
    compare_surroundings(before, part, "after describe");
    if (plugin.detect) call_detect(argument("source"));
    compare_surroundings(before, part, "after detect");
    void *instance = open_good();
    compare_surroundings(before, part, "after open");
    for (char **stage = stages; *stage; stage++) {
        char when[80];
        call_run(instance, *stage, stage_time());
        snprintf(when, sizeof when, "after '%.30s'", *stage);
        compare_surroundings(before, part, when);
    }
    call_close(instance);
    compare_surroundings(before, part, "after close");
}

void check_forbidden(void) {
    load_plugin();
    void *instance = open_good();
    int what = !strcmp(argument("part"), "sockets") ? FORBID_SOCKETS : FORBID_PROCESSES;
    if (!forbid(what)) skip("the kernel lets no process filter its own system calls here");
    for (char **stage = stages; *stage; stage++) {
        char when[80];
        call_run(instance, *stage, stage_time());
        snprintf(when, sizeof when, "in '%.30s'", *stage);
        report_forbidden(when);
    }
    call_close(instance);
}
