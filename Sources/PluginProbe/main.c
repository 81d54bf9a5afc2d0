/* PluginProbe CHECK [NAME=VALUE]...: runs one check of the harness. Started by PluginConformance, see probe.h. */
#include "probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
    const char *name;
    void (*run)(void);
} checks[] = {
    {"exports", check_exports},
    {"glibc", check_glibc},
    {"libraries", check_libraries},
    {"load", check_load},
    {"describe", check_describe},
    {"pure", check_pure},
    {"hello", check_hello},
    {"structs", check_structs},
    {"extensions", check_extensions},
    {"stages", check_stages},
    {"unknown-stage", check_unknown_stage},
    {"missing-services", check_missing_services},
    {"fuzz", check_fuzz},
    {"guards", check_guards},
    {"life", check_life},
    {"failed-open", check_failed_open},
    {"runs", check_runs},
    {"instances", check_instances},
    {"cancel", check_cancel},
    {"sinks", check_sinks},
    {"fault", check_fault},
    {"disk", check_disk},
    {"state", check_state},
    {"surroundings", check_surroundings},
    {"forbidden", check_forbidden},
};

/* Descriptor 3 is a socket, as in a worker, whose other end lies high; 4 will be the cancel pipe. */
static void make_socket(void) {
    static char text[32];
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) _exit(73);
    int other = fcntl(ends[1], F_DUPFD_CLOEXEC, 200);
    close(ends[1]);
    if (ends[0] != 3) {
        if (dup3(ends[0], 3, O_CLOEXEC) < 0) _exit(73);
        close(ends[0]);
    }
    snprintf(text, sizeof text, "other-end=%d", other);
    add_argument(text);
}

int main(int count, char **arguments) {
    report_begin(count, arguments);
    if (count > 1 && !strcmp(arguments[1], "disk")) prepare_disk();
    make_socket();
    clock_begin();
    for (size_t index = 0; count > 1 && index < sizeof checks / sizeof *checks; index++)
        if (!strcmp(checks[index].name, arguments[1])) {
            checks[index].run();
            finish();
        }
    fputs("PluginProbe is started by `host test-plugin`, not by hand\n", stderr);
    return 64;
}
