/* Checks of loading, describing and of the versions of both sides. */
#include "probe.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void check_load(void) {
    const deployer_plugin *table;
    load_library();
    deployer_hello hello = good_hello();
    if (!(table = call_entry(lend_struct(&hello, sizeof hello, 0)))) {
        load_plugin(); /* says why */
        return;
    }
    uint64_t size;
    memcpy(&size, table, sizeof size);
    say("fact", "detect %s", size >= offsetof(deployer_plugin, run) && table->detect ? "yes" : "no");
    if (size < offsetof(deployer_plugin, get_extension))
        bad("its table says that it has %llu bytes, which leaves no room for run", (unsigned long long)size);
    else if (size % 8)
        bad("its table says that it has %llu bytes, which no struct of this ABI has", (unsigned long long)size);
    else if (table->built_minor <= DEPLOYER_ABI_MINOR && size != sizeof(deployer_plugin))
        bad("its table says that it has %llu bytes, but in the header of minor %u it has %zu", (unsigned long long)size,
            table->built_minor, sizeof(deployer_plugin));
    if (size >= 16 && table->least_host_minor > DEPLOYER_ABI_MINOR)
        bad("it needs ABI %d.%u or later, this host has %d.%d", DEPLOYER_ABI_MAJOR, table->least_host_minor,
            DEPLOYER_ABI_MAJOR, DEPLOYER_ABI_MINOR);
    if (size >= 16 && table->least_host_minor > table->built_minor)
        bad("it needs the minor %u, but was built for %u", table->least_host_minor, table->built_minor);
    if (size >= offsetof(deployer_plugin, open) && !table->describe) bad("its table has no describe");
    if (size >= offsetof(deployer_plugin, get_extension) && !table->run) bad("its table has no run");
}

void check_describe(void) {
    int32_t status, again;
    load_plugin();
    long began = now_us();
    deployer_bytes first = call_describe(&status);
    say("fact", "us %ld", now_us() - began);
    if (status != DEPLOYER_STATUS_OK) bad("describe answered %s", status_name(status));
    deployer_bytes second = call_describe(&again);
    if (first.length != second.length || (first.length && memcmp(first.data, second.data, first.length)))
        bad("the second answer has %llu bytes and is not that of before, which had %llu", (unsigned long long)second.length,
            (unsigned long long)first.length);
    int file = open(argument("into"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || (first.length && write(file, first.data, first.length) != (ssize_t)first.length))
        bad("the answer cannot be written to '%s'", argument("into"));
}

void check_pure(void) {
    int32_t status;
    load_library();
    deployer_hello hello = good_hello();
    const void *lent = lend_struct(&hello, sizeof hello, 0);
    /* Opened while that is still allowed. Threads are counted, not refused: whoever makes one blocks all signals meanwhile. */
    DIR *threads = opendir("/proc/self/task");
    unsigned before = count_in(threads);
    if (!forbid(FORBID_FILES | FORBID_SOCKETS | FORBID_PROCESSES))
        skip("the kernel lets no process filter its own system calls here");
    const deployer_plugin *table = call_entry(lent);
    report_forbidden("in its entry function");
    if (!table || !table->describe) return; /* other checks say so */
    plugin = *table;
    call_describe(&status);
    report_forbidden("in describe");
    unsigned after = count_in(threads);
    if (after > before) bad("after describe, %u more thread%s running", after - before, after - before == 1 ? " is" : "s are");
}

void check_hello(void) {
    load_library();
    deployer_hello hello = good_hello();
    hello.host_minor = (uint32_t)strtoul(argument("minor"), NULL, 10);
    int is_earlier = !strcmp(argument("part"), "earlier");
    static char reason[256];
    /* The context of the refusal is the plugin's to hand back. */
    hello.context = reason;
    const deployer_plugin *table = call_entry(lend_struct(&hello, sizeof hello, 0));
    if (table) say("fact", "least %u", table->least_host_minor);
    if (!table && !is_earlier) bad("it refuses a host of minor %u", hello.host_minor);
    if (is_earlier && table && table->least_host_minor <= hello.host_minor)
        bad("it accepts a host of minor %u, though it needs more", hello.host_minor);
    if (is_earlier && !table && !was_refused()) bad("it refuses a host of minor %u without saying why", hello.host_minor);
}

/* Everything once. OK and NO_CHANGE count as the same: what is deployed a second time is there already. */
static void call_everything(int32_t *statuses) {
    int32_t status;
    size_t count = 0;
    deployer_hello hello = good_hello();
    size_t cut = host_cut ? offsetof(deployer_hello, context) : 0;
    const deployer_plugin *table = call_entry(lend_struct(&hello, sizeof hello, cut));
    if (!table) {
        bad("its entry function refused");
        finish();
    }
    plugin = *table;
    free((void *)(uintptr_t)call_describe(&status).data);
    statuses[count++] = status;
    if (plugin.detect) statuses[count++] = call_detect(argument("source"));
    void *instance = open_good();
    for (char **stage = stages; *stage && count < 60; stage++) {
        status = call_run(instance, *stage, stage_time());
        statuses[count++] = status == DEPLOYER_STATUS_NO_CHANGE ? DEPLOYER_STATUS_OK : status;
    }
    call_close(instance);
}

void check_structs(void) {
    int32_t before[64] = {0}, after[64] = {0};
    load_library();
    call_everything(before);
    if (!strcmp(argument("part"), "longer")) {
        struct_growth = 64;
    } else {
        host_cut = offsetof(deployer_host, retry_after);
        run_cut = offsetof(deployer_run_request, state);
    }
    call_everything(after);
    for (size_t index = 0; index < 64; index++)
        if (before[index] != after[index])
            bad("with %s structs call %zu was answered with %s, otherwise with %s", argument("part"), index + 1,
                status_name(after[index]), before[index] >= 0 && before[index] <= 8 ? status_name(before[index]) : "?");
}

void check_extensions(void) {
    load_plugin();
    if (!plugin.get_extension) {
        note("it has no get_extension, which is the same as knowing none");
        return;
    }
    const char *ids[] = {"no-such-extension/1", "", "process/1", "x"};
    on_guard_pages = 1;
    for (size_t index = 0; index < sizeof ids / sizeof *ids; index++) {
        at("get_extension is asked for '%s'", ids[index]);
        const void *answer = plugin.get_extension(lend_text(ids[index]));
        take_back();
        if (answer && strcmp(ids[index], "process/1")) bad("get_extension(\"%s\") is not NULL", ids[index]);
    }
    static char large[100000];
    memset(large, 'e', sizeof large);
    at("get_extension is asked for an id of 100000 bytes");
    if (plugin.get_extension(lend_string(large, sizeof large))) bad("get_extension of an id of 100000 bytes is not NULL");
}
