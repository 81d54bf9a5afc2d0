/* Checks of open, close and run: the contract, memory, and what many calls leave behind. */
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_advertised(const char *name) {
    for (char **stage = stages; *stage; stage++)
        if (!strcmp(*stage, name)) return 1;
    return 0;
}

void check_stages(void) {
    load_plugin();
    void *instance = open_good();
    char told[600] = "";
    for (char **stage = stages; *stage; stage++) {
        int32_t status = call_run(instance, *stage, stage_time());
        judge(*stage, status);
        if (status == DEPLOYER_STATUS_UNSUPPORTED) bad("'%s' is advertised and answered with UNSUPPORTED", *stage);
        if (seen.misuses) bad("'%s' breaks the rules of a host service: %s", *stage, seen.misuse);
        seen.misuses = 0;
        size_t used = strlen(told);
        snprintf(told + used, sizeof told - used, "%s%.30s %s", used ? ", " : "", *stage, status_name(status));
    }
    note("with scripted services: %s", told);
    call_close(instance);
}

void check_unknown_stage(void) {
    load_plugin();
    void *instance = open_good();
    const char *names[] = {"no-such-stage", "x", "buil", "build2", "deployment", "BUILD", ""};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        if (is_advertised(names[index])) continue;
        int32_t status = call_run(instance, names[index], stage_time());
        if (status != DEPLOYER_STATUS_UNSUPPORTED)
            bad("the stage '%s', which there is not, was answered with %s", names[index], status_name(status));
    }
    call_close(instance);
}

void check_missing_services(void) {
    load_plugin();
    void *instance = open_good();
    offers_services = 0;
    for (char **stage = stages; *stage; stage++) judge(*stage, call_run(instance, *stage, stage_time()));
    call_close(instance);
}

/* ---- options ---- */

static uint64_t random_state;
static uint64_t random_number(uint64_t below) { /* xorshift64*, Vigna 2016 */
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (random_state * 2685821657736338717ull >> 11) % below;
}

static void try_options(const char *what, const char *data, size_t length, int is_no_object) {
    void *instance;
    say("with", "options that are %s", what);
    int32_t status = call_open((deployer_string){data, length}, &instance);
    if (status < 0 || status > DEPLOYER_STATUS_TIMED_OUT) bad("open answered %s when its options were %s", status_name(status), what);
    if (status == DEPLOYER_STATUS_INVALID_CONFIG && !seen.errors)
        bad("open answered INVALID_CONFIG without a diagnostic when its options were %s", what);
    if (is_no_object && status == DEPLOYER_STATUS_OK) bad("open accepted options that are %s", what);
    call_close(instance);
}

static char *repeated(const char *piece, size_t count, size_t *length) {
    size_t size = strlen(piece);
    char *text = malloc(size * count + 1);
    for (size_t index = 0; index < count; index++) memcpy(text + index * size, piece, size);
    text[size * count] = 0;
    *length = size * count;
    return text;
}

static void try_mutations(deployer_bytes sample, long count) {
    for (long turn = 0; turn < count; turn++) {
        size_t room = sample.length * 2 + 64, length = sample.length;
        char *text = malloc(room);
        memcpy(text, sample.data, length);
        for (uint64_t change = 1 + random_number(4); change; change--) {
            size_t place = length ? random_number(length) : 0;
            switch (random_number(4)) {
            case 0:
                if (length) text[place] = (char)random_number(256);
                break;
            case 1:
                if (length) memmove(text + place, text + place + 1, --length - place);
                break;
            case 2:
                if (length < room - 1) {
                    memmove(text + place + 1, text + place, length++ - place);
                    text[place] = "{}[]\",:\\0e-\x80"[random_number(12)];
                }
                break;
            default: length = length ? random_number(length + 1) : 0;
            }
        }
        char what[64];
        snprintf(what, sizeof what, "good ones changed at random (number %ld)", turn);
        try_options(what, text, length, 0);
        free(text);
    }
}

void check_fuzz(void) {
    load_plugin();
    if (!plugin.open) skip("it has no open, so it has no options");
    random_state = strtoull(argument("seed"), NULL, 10) | 1;
    size_t length;
    char *text = malloc(DEPLOYER_CAP_CONFIGURATION);
    for (size_t index = 0; index < DEPLOYER_CAP_CONFIGURATION; index++) text[index] = (char)random_number(256);
    try_options("a megabyte of random bytes", text, DEPLOYER_CAP_CONFIGURATION, 1);
    try_options("empty", "", 0, 0);
    try_options("a single brace", "{", 1, 1);
    try_options("cut off", "{\"a\":", 5, 1);
    try_options("no JSON at all", "certainly", 9, 1);
    try_options("a list", "[]", 2, 0);
    try_options("a NUL byte", "\0", 1, 1);
    try_options("an object with an embedded NUL", "{\"a\":\"b\0c\"}", 11, 0);
    try_options("an object with bad UTF-8", "{\"\xff\xfe\":\"\xc3(\"}", 10, 0);
    try_options("half a surrogate pair", "{\"a\":\"\\ud800\"}", 14, 0);
    try_options("a huge number", "{\"a\":1e999999999,\"b\":99999999999999999999999999}", 49, 0);
    free(text);
    text = repeated("[", 500000, &length);
    try_options("half a million open brackets", text, length, 1);
    free(text);
    text = repeated("{\"a\":", 150000, &length);
    try_options("150000 objects in each other, cut off", text, length, 1);
    free(text);
    text = repeated("\"aaaaaaaaaaaaaaa", 60000, &length);
    try_options("a megabyte of quotation marks", text, length, 1);
    free(text);
    deployer_bytes sample = file_argument("sample");
    try_mutations(sample.length ? sample : (deployer_bytes){(const uint8_t *)"{}", 2}, number_argument("turns", 300));
}

void check_guards(void) {
    int32_t status;
    load_library();
    on_guard_pages = 1;
    deployer_hello hello = good_hello();
    const deployer_plugin *table = call_entry(lend_struct(&hello, sizeof hello, 0));
    take_back();
    if (!table) return;
    plugin = *table;
    call_describe(&status);
    if (plugin.detect) call_detect(argument("source"));
    void *instance = open_good();
    for (char **stage = stages; *stage; stage++) call_run(instance, *stage, stage_time());
    call_close(instance);
}

/* ---- many calls ---- */

typedef struct measure { unsigned descriptors, threads; long memory, mapped; } measure;

static measure take_measure(void) {
    measure now = {.descriptors = count_entries("/proc/self/fd"), .threads = count_entries("/proc/self/task"),
                   .mapped = mapped_memory()};
    now.memory = used_memory();
    return now;
}

/* Growth in every one of three rounds is a leak; what grows once is a cache. */
static void compare_measures(const measure *rounds, int count, const char *what, long calls) {
    long memory = -1, mapped = -1, descriptors = -1, threads = -1;
    for (int index = 1; index < count; index++) {
        long grown = rounds[index].memory - rounds[index - 1].memory;
        long pages = rounds[index].mapped - rounds[index - 1].mapped;
        long files = (long)rounds[index].descriptors - (long)rounds[index - 1].descriptors;
        long more = (long)rounds[index].threads - (long)rounds[index - 1].threads;
        if (memory < 0 || grown < memory) memory = grown > 0 ? grown : 0;
        if (mapped < 0 || pages < mapped) mapped = pages > 0 ? pages : 0;
        if (descriptors < 0 || files < descriptors) descriptors = files > 0 ? files : 0;
        if (threads < 0 || more < threads) threads = more > 0 ? more : 0;
    }
    if (descriptors > 0) bad("%ld %s left %ld descriptor%s open", calls, what, descriptors, descriptors == 1 ? "" : "s");
    if (threads > 0) bad("%ld %s left %ld thread%s behind", calls, what, threads, threads == 1 ? "" : "s");
    if (memory >= calls * 8) bad("%ld %s took %ld bytes of memory that were not given back", calls, what, memory);
    if (mapped >= 1024) bad("%ld %s took %ld KiB of address space that were not given back", calls, what, mapped);
    note("%ld %s: %ld bytes of memory more", calls, what, memory);
}

static void open_and_close(deployer_string options, int count) {
    void *instance;
    for (int turn = 0; turn < count; turn++) {
        call_open(options, &instance);
        call_close(instance);
    }
}

static void measure_opens(deployer_string options, const char *what) {
    measure rounds[4];
    open_and_close(options, 30);
    for (int round = 0; round < 4; round++) {
        rounds[round] = take_measure();
        if (round < 3) open_and_close(options, 100);
    }
    compare_measures(rounds, 4, what, 100);
}

void check_life(void) {
    load_plugin();
    if (!plugin.open) skip("it has no open, so it has no instances");
    call_close(open_good());
    deployer_bytes options = file_argument("options");
    measure_opens((deployer_string){(const char *)options.data, options.length}, "times open and close");
}

void check_failed_open(void) {
    load_plugin();
    if (!plugin.open) skip("it has no open, so none can fail");
    void *instance;
    int32_t status = call_open((deployer_string){"certainly", 9}, &instance);
    if (status == DEPLOYER_STATUS_OK) skip("its open accepts everything, even what is no JSON, so none can fail");
    call_close(instance);
    measure_opens((deployer_string){"certainly", 9}, "times a failed open, and close");
    at("close is given NULL");
    if (plugin.close) plugin.close(NULL);
}

void check_runs(void) {
    load_plugin();
    void *instance = open_good();
    for (char **stage = stages; *stage; stage++) {
        char what[80];
        measure rounds[4];
        long began = now_us();
        int32_t status = call_run(instance, *stage, stage_time());
        long took = now_us() - began, turns = took > 200000 ? 2 : took > 20000 ? 5 : 20;
        call_run(instance, *stage, stage_time());
        for (int round = 0; round < 4; round++) {
            rounds[round] = take_measure();
            rounds[round].memory = rounds[round].mapped = 0; /* a stage may learn something; the process ends with it */
            for (long turn = 0; round < 3 && turn < turns; turn++) call_run(instance, *stage, stage_time());
        }
        snprintf(what, sizeof what, "times '%.30s' (%s)", *stage, status_name(status));
        compare_measures(rounds, 4, what, turns);
    }
    call_close(instance);
}

static int32_t alike(int32_t status) { return status == DEPLOYER_STATUS_NO_CHANGE ? DEPLOYER_STATUS_OK : status; }

void check_instances(void) {
    int32_t before[64];
    load_plugin();
    service_name = "harness-a";
    void *first = open_good();
    service_name = "harness-b";
    void *second = open_good();
    size_t count = 0;
    for (char **stage = stages; *stage && count < 64; stage++) {
        service_name = "harness-a";
        int32_t one = call_run(first, *stage, stage_time());
        service_name = "harness-b";
        before[count] = call_run(second, *stage, stage_time());
        if (alike(one) != alike(before[count])) {
            char name[40];
            snprintf(name, sizeof name, "%s", status_name(one));
            bad("'%s' was answered with %s for the first of two services and with %s for the second", *stage, name,
                status_name(before[count]));
        }
        count++;
    }
    call_close(first);
    for (size_t index = 0; index < count; index++) {
        int32_t status = call_run(second, stages[index], stage_time());
        if (alike(status) != alike(before[index]))
            bad("'%s' of one instance was answered with %s once another had been closed", stages[index], status_name(status));
    }
    call_close(second);
}
