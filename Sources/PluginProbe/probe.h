/*
 * PluginProbe: the harness's own host. It loads one plugin into its own process and calls it as no worker would: with
 * inputs on guard pages, structs of other sizes, services that fail. Started by PluginConformance once per check; what it
 * found out it says line by line on its standard output (see report.c).
 */
#ifndef PROBE_H
#define PROBE_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>

#include "plugin_api.h"

/* ---- report.c ---- */

/* Takes standard output away from the plugin: what that prints goes to standard error. */
void report_begin(int count, char **arguments);
/* A line of the report: "at" what is being done, "fail" what is wrong, "note", "skip" with the reason. */
void say(const char *kind, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define at(...) say("at", __VA_ARGS__)
#define bad(...) say("fail", __VA_ARGS__)
#define note(...) say("note", __VA_ARGS__)
/* Ends the probe: the report is whole. */
_Noreturn void finish(void);
_Noreturn void skip(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* NAME=VALUE of the command line; "" when it is not there. */
const char *argument(const char *name);
long number_argument(const char *name, long otherwise);
/* Adds one NAME=VALUE, which stays the caller's. */
void add_argument(const char *pair);
/* The content of the file that an argument names (malloc'ed). */
deployer_bytes file_argument(const char *name);
/* The parts of a list that commas separate; NULL ends it. */
char **list_argument(const char *name);

/* ---- memory.c: what the plugin is lent ---- */

/* Inputs end where an unmapped page begins, and are unmapped by take_back. Otherwise they are ordinary memory. */
extern int on_guard_pages;
void *lend(const void *data, size_t length);
deployer_string lend_text(const char *text);
deployer_string lend_string(const char *data, size_t length);
/* Ends the life of everything that was lent since the last time. */
void take_back(void);
/* A struct, written with another size than it has: with a poisoned tail behind, or cut off and the rest poisoned. */
extern long struct_growth; /* bytes more; below zero: only with `cut` */
void *lend_struct(const void *value, size_t size, size_t cut);

/* ---- clock.c: one thread beside the plugin's ---- */

void clock_begin(void);
/* When the call that follows has not returned in time, the probe says so ("hang") and ends. */
void limit_begin(long milliseconds, const char *format, ...) __attribute__((format(printf, 2, 3)));
void limit_end(void);
/* The deadline of one call: raises the cancellation as the host would, unless that is on its way for another reason; the
 * next call begins without. */
void deadline_begin(long milliseconds);
void deadline_end(void);
/* Raises the cancellation in so many milliseconds, for good; 0: now. */
void raise_cancel(long milliseconds);
int is_cancelled(void);
/* Waits until the cancellation is raised, or so long; whether it was. */
int wait_for_cancel(long milliseconds);
long now_us(void);

/* ---- host.c: the scripted host ---- */

enum fault { FAULT_NONE, FAULT_SPAWN, FAULT_EXIT, FAULT_KILLED, FAULT_OUTPUT, FAULT_HANG, FAULT_REFUSED, FAULT_STATUS,
             FAULT_GARBAGE, FAULT_LARGE, FAULT_SLOW };

/* What the plugin did with what it was given. */
typedef struct witness {
    unsigned calls;      /* of sinks and services together */
    unsigned late;       /* after the call it was given for had returned */
    unsigned foreign;    /* with a token of no operation of this process */
    unsigned errors;     /* diagnostics of severity error or fatal */
    unsigned warnings;   /* diagnostics of severity warning */
    unsigned pointers;   /* error diagnostics with a JSON Pointer */
    unsigned detections;
    unsigned claims;     /* detections of 50 and more */
    unsigned processes;  /* commands it wanted */
    unsigned requests;   /* HTTP requests, streams included */
    unsigned services;   /* other calls of host services */
    unsigned bad_strings;
    char bad_string[160]; /* the first of them */
    unsigned misuses;     /* calls of services against their rules */
    char misuse[160];     /* the first of them */
    char last_error[240];
} witness;

extern witness seen;
extern enum fault fault;
extern int offers_services;   /* 0: get_extension knows nothing */
extern int64_t host_cut;      /* the table ends before this member; 0: it is whole */
const deployer_host *host_open(void);
void host_shut(void);

/* ---- plugin.c: loading and calling ---- */

extern deployer_plugin plugin;
/* Loads the library and calls its entry; ends the probe with the reason when that does not work. */
void load_plugin(void);
void load_library(void); /* without calling the entry */
const deployer_plugin *call_entry(const deployer_hello *hello);
deployer_hello good_hello(void);
int was_refused(void); /* with a reason, since good_hello */
int32_t call_open(deployer_string options, void **instance);
/* Opens with the options that were given; skips the check where the plugin does not accept them. */
void *open_good(void);
void call_close(void *instance);
int32_t call_detect(const char *folder);
/* With a deadline; what is not back a grace period later hangs. */
int32_t call_run(void *instance, const char *stage, long timeout_ms);
long stage_time(void); /* milliseconds: the usual deadline */
long grace_time(void); /* milliseconds between a cancellation and the end by force, with some more for a busy machine */
const char *status_name(int32_t status);
extern deployer_bytes run_state;
extern size_t run_cut;           /* where the run request is cut off; 0: it is whole */
extern const char *service_name; /* of the instance that is opened or run */
extern int has_state;
/* What the contract says of every answer. */
void judge(const char *what, int32_t status);
/* The bytes of describe (malloc'ed). */
deployer_bytes call_describe(int32_t *status);
extern char **stages; /* what it advertises */

/* ---- watch.c: the process as the plugin leaves it ---- */

typedef struct surroundings surroundings;
surroundings *look_around(void);
/* Says what has changed of `part`: directory, umask, locale, signals, environment, descriptors. */
void compare_surroundings(surroundings *before, const char *part, const char *when);
unsigned count_in(DIR *stream);
unsigned count_entries(const char *folder);
long used_memory(void);
long mapped_memory(void);
long peak_memory(void); /* KiB */
/* From here on system calls that open, make or start something are refused, and counted. Returns 0 where the kernel has no
 * such filter. */
enum forbidden { FORBID_PROCESSES = 1, FORBID_SOCKETS = 2, FORBID_FILES = 4 };
int forbid(int what);
void report_forbidden(const char *when);

/* ---- the checks ---- */

void check_exports(void);
void check_glibc(void);
void check_libraries(void);
void check_load(void);
void check_describe(void);
void check_pure(void);
void check_hello(void);
void check_structs(void);
void check_extensions(void);
void check_stages(void);
void check_unknown_stage(void);
void check_missing_services(void);
void check_fuzz(void);
void check_guards(void);
void check_life(void);
void check_failed_open(void);
void check_runs(void);
void check_instances(void);
void check_cancel(void);
void check_sinks(void);
void check_fault(void);
void prepare_disk(void); /* first of all */
void check_disk(void);
void check_state(void);
void check_surroundings(void);
void check_forbidden(void);

#endif
