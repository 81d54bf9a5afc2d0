/*
 * plugin_api.h - the C ABI between the deployer and a service-kind plugin, major 1.
 *
 * A plugin is a shared library with one exported function, codex_deployer_plugin_entry_v1. It may be written in any
 * language that can read this header; a library built against an older minor goes on loading, a library built
 * against a newer one loads as long as its `least_host_minor` is met. Documentation/WritingAPlugin.md walks through
 * a first plugin; what follows is the contract.
 *
 * RULES
 *
 * Growth      The first member of every struct that crosses, save the four leaf values below, is `size`: the
 *             sizeof that its writer was compiled with. Members are only ever appended. A reader copies the smaller of
 *             both sizes into zeroed memory and reads that; it never refuses a larger struct. So a member that the
 *             other side does not know reads as zero, and zero always means "not given". Lists of sized structs are
 *             lists of pointers. Members called `reserved` are written as zero and not read.
 * Types       Fixed-width integers, pointers and lengths as uint64_t. No bool, enum, long, bit-field or variadic
 *             function. 64-bit targets only.
 * Strings     Pointer and length in bytes, UTF-8, NOT NUL-terminated. Length 0 is the empty or absent string, whatever
 *             the pointer. The receiver enforces the caps named below; what is longer is refused
 *             (DEPLOYER_CALL_TOO_LARGE), invalid UTF-8 is repaired with U+FFFD.
 * Memory      Whatever is passed in is borrowed for the length of that call, in both directions; whoever wants to keep
 *             it copies it. Nobody frees the other's memory. Results travel through sinks, which copy before they
 *             return.
 * Missing     A NULL function, and a member beyond `size`, is "not supported".
 * Threads     The host makes one call at a time per instance, on the worker's main thread. Every function that the
 *             plugin is given may be called from any thread until the call it was given for returns; from then on it
 *             answers DEPLOYER_CALL_REFUSED. Join your threads before you return.
 * Boundary    No exception, panic or unwinding may leave a function. No fork, no signal handlers, no chdir, no setenv.
 *             Do not touch file descriptors 3 and 4. Print whatever you like: the standard output and
 *             standard error of the worker become log lines.
 * Process     Each operation has a fresh worker process: globals do not survive. What must survive belongs into the
 *             checkpoint (see run) or into the scratch folder.
 *
 * Minor versions of this header: 0 (first); 1 (http/1: base_reference, certificate_reference, private_key_reference,
 * authority_file; http-stream/1).
 */
#ifndef CODEX_DEPLOYER_PLUGIN_API_H
#define CODEX_DEPLOYER_PLUGIN_API_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define DEPLOYER_STATIC_ASSERT(condition, text) static_assert(condition, text)
extern "C" {
#else
#define DEPLOYER_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

#if defined(__GNUC__) || defined(__clang__)
#define DEPLOYER_EXPORT __attribute__((visibility("default")))
#else
#define DEPLOYER_EXPORT
#endif

/* sizeof and offsets are part of the contract: a compiler that lays them out otherwise must not build. */
#define DEPLOYER_LAYOUT(type, bytes, last, last_offset)                                                                \
    DEPLOYER_STATIC_ASSERT(sizeof(type) == (bytes), "size of " #type);                                                 \
    DEPLOYER_STATIC_ASSERT(offsetof(type, last) == (last_offset), "offset of " #last " in " #type)

DEPLOYER_STATIC_ASSERT(sizeof(void *) == 8, "the ABI is defined for 64-bit targets");

#define DEPLOYER_ABI_MAJOR 1
#define DEPLOYER_ABI_MINOR 1
/* The name to dlsym. A later major is another name, so a library can offer several. */
#define DEPLOYER_ENTRY_NAME "codex_deployer_plugin_entry_v1"

/* ------------------------------------------------------------------------------------------------ leaf values ---- */
/* These four never grow (they stand in arrays), so they carry no size. */

/* UTF-8 text. */
typedef struct deployer_string {
    const char *data;
    uint64_t length; /* bytes */
} deployer_string;

/* Any bytes. */
typedef struct deployer_bytes {
    const uint8_t *data;
    uint64_t length; /* bytes */
} deployer_bytes;

/* A header, an environment variable. */
typedef struct deployer_pair {
    deployer_string name;
    deployer_string value;
} deployer_pair;

/*
 * A header or an environment variable whose value the host completes: `prefix` followed by the secret's plain text
 * ("Bearer " and the token). The plugin never sees the value. For references see deployer_secret_v1.
 */
typedef struct deployer_secret_pair {
    deployer_string name;
    deployer_string prefix;
    deployer_string reference;
} deployer_secret_pair;

DEPLOYER_LAYOUT(deployer_string, 16, length, 8);
DEPLOYER_LAYOUT(deployer_bytes, 16, length, 8);
DEPLOYER_LAYOUT(deployer_pair, 32, value, 16);
DEPLOYER_LAYOUT(deployer_secret_pair, 48, reference, 32);

/* --------------------------------------------------------------------------------------------------- numbers ---- */

/* How a call of the plugin ended. What the host does not know counts as FAILED, with a diagnostic that says so. */
#define DEPLOYER_STATUS_OK 0
#define DEPLOYER_STATUS_NO_CHANGE 1      /* what is there is already what was asked for */
#define DEPLOYER_STATUS_UNSUPPORTED 2    /* this plugin has no such stage, or not for this service */
#define DEPLOYER_STATUS_INVALID_CONFIG 3 /* reported with a diagnostic whose `pointer` says where */
#define DEPLOYER_STATUS_UNAVAILABLE 4    /* something it needs is not there (no Docker engine) */
#define DEPLOYER_STATUS_RETRYABLE 5      /* may pass by itself; see `retry_after` */
#define DEPLOYER_STATUS_FAILED 6         /* needs at least one diagnostic of severity ERROR or FATAL */
#define DEPLOYER_STATUS_CANCELLED 7      /* it ended because cancel/1 said so */
#define DEPLOYER_STATUS_TIMED_OUT 8      /* it ended because its deadline passed */

/* How a call of the host ended. */
#define DEPLOYER_CALL_OK 0
#define DEPLOYER_CALL_REFUSED 1     /* the operation is over, or the token is another operation's */
#define DEPLOYER_CALL_INVALID 2     /* an argument is missing or makes no sense */
#define DEPLOYER_CALL_TOO_LARGE 3   /* over the cap */
#define DEPLOYER_CALL_DENIED 4      /* the plugin has no permission for this */
#define DEPLOYER_CALL_NOT_FOUND 5   /* no such secret, no such service */
#define DEPLOYER_CALL_FAILED 6      /* the host tried and could not; the result's `message` says why */
#define DEPLOYER_CALL_CANCELLED 7   /* the operation was cancelled meanwhile */
#define DEPLOYER_CALL_UNSUPPORTED 8 /* not on this platform or not in this operation */

#define DEPLOYER_LEVEL_DEBUG 0
#define DEPLOYER_LEVEL_INFO 1
#define DEPLOYER_LEVEL_WARNING 2
#define DEPLOYER_LEVEL_ERROR 3

/* Whose words a log line repeats. */
#define DEPLOYER_STREAM_PLUGIN 0 /* the plugin's own */
#define DEPLOYER_STREAM_STDOUT 1 /* a tool's standard output */
#define DEPLOYER_STREAM_STDERR 2 /* a tool's standard error */

#define DEPLOYER_SEVERITY_NOTE 0
#define DEPLOYER_SEVERITY_REMARK 1
#define DEPLOYER_SEVERITY_WARNING 2
#define DEPLOYER_SEVERITY_ERROR 3
#define DEPLOYER_SEVERITY_FATAL 4

/* Caps, in bytes unless said otherwise. */
#define DEPLOYER_CAP_DESCRIPTION 1048576    /* the JSON document of describe */
#define DEPLOYER_CAP_CONFIGURATION 1048576  /* the JSON document given to open */
#define DEPLOYER_CAP_LOG_LINE 65536         /* a longer one is cut, not refused */
#define DEPLOYER_CAP_TEXT 65536             /* any single string of a diagnostic, progress, summary, evidence */
#define DEPLOYER_CAP_DIAGNOSTICS 10000      /* diagnostics of one call; further ones are counted, not kept */
#define DEPLOYER_CAP_DIAGNOSTIC 8388608     /* all strings of one diagnostic together, its notes and fix-its included */
#define DEPLOYER_CAP_RELATED 256            /* notes, and fix-its, of one diagnostic */
#define DEPLOYER_CAP_OUTPUT_KEY 128         /* key of an output */
#define DEPLOYER_CAP_OUTPUT_VALUE 8388608   /* value of an output */
#define DEPLOYER_CAP_OUTPUTS 1000           /* outputs of one call */
#define DEPLOYER_CAP_CHECKPOINT 1048576     /* the state blob */
#define DEPLOYER_CAP_REQUEST 8388608        /* all arguments of one host service call together */
#define DEPLOYER_CAP_RESPONSE 33554432      /* what a host service call hands back */

/* ----------------------------------------------------------------------------------------------------- sinks ---- */

/* A note that belongs to a diagnostic, at a place of its own. */
typedef struct deployer_note {
    uint64_t size;
    deployer_string message;
    deployer_string file; /* as in deployer_diagnostic; empty: no place */
    uint32_t line;        /* from 1; 0: none */
    uint32_t column;      /* from 1, in UTF-8 bytes; 0: none */
} deployer_note;

/* A change that the tool itself proposes: replace the text from start up to, not including, end. */
typedef struct deployer_fix_it {
    uint64_t size;
    deployer_string file;
    uint32_t start_line; /* all four from 1, columns in UTF-8 bytes */
    uint32_t start_column;
    uint32_t end_line;
    uint32_t end_column;
    deployer_string replacement;
} deployer_fix_it;

/* One finding. */
typedef struct deployer_diagnostic {
    uint64_t size;
    int32_t severity; /* DEPLOYER_SEVERITY_* */
    uint32_t reserved;
    deployer_string code;    /* stable, for machines: "swift.compile", "compose.pull" */
    deployer_string group;   /* the tool's own category, where it names one; may be empty */
    deployer_string summary; /* one sentence; required */
    deployer_string detail;  /* as long as needed; may be empty */
    deployer_string file;    /* relative to the source folder when inside it, absolute otherwise; empty: no place */
    uint32_t line;           /* from 1; 0: none */
    uint32_t column;         /* from 1, in UTF-8 bytes; 0: none */
    deployer_string pointer; /* RFC 6901 JSON Pointer into the configuration, with INVALID_CONFIG; else empty */
    const deployer_note *const *notes;
    uint64_t note_count;
    const deployer_fix_it *const *fix_its;
    uint64_t fix_it_count;
} deployer_diagnostic;

/* It serves the folder's own service, which another plugin recognises, and is no service in its own right: a Compose file
 * beside a Package.swift. Of its stages only "build" and "test" are run. */
#define DEPLOYER_DETECTION_COMPANION 1u

/* An answer of detect. */
typedef struct deployer_detection {
    uint64_t size;
    deployer_string kind;     /* one of the kinds that describe names */
    deployer_string evidence; /* for people: "Package.swift found" */
    int32_t confidence;       /* 0...100; 50 and more is a claim */
    uint32_t flags;           /* DEPLOYER_DETECTION_*; 0 for a service of its own */
} deployer_detection;

/*
 * The host's side of one call. `context` and `operation` are handed back with every function: the token ties the call
 * to its operation, so a thread that outlives its call cannot write into the next one's.
 * Every sink returns DEPLOYER_CALL_*; all may be called from any thread.
 */
typedef struct deployer_host {
    uint64_t size;
    uint64_t operation;
    void *context;

    /*
     * A host service by its id ("process/1"); cast the answer to its table (deployer_process_v1). NULL: the host has
     * none of that name, the description did not ask for it under "services", or it is not offered in this call. The
     * table is valid until this call returns. An id never changes its meaning: a changed service has a new number.
     */
    const void *(*get_extension)(void *context, uint64_t operation, deployer_string id);

    /* One line for the log, without its line end (embedded line ends split it). stream and level as above. */
    int32_t (*log)(void *context, uint64_t operation, int32_t stream, int32_t level, deployer_string line);

    int32_t (*diagnostic)(void *context, uint64_t operation, const deployer_diagnostic *diagnostic);

    /* How far it is: 0...10000 (a hundredth of a per cent), or -1 when unknown; and what it is at, for people. */
    int32_t (*progress)(void *context, uint64_t operation, int32_t share, deployer_string message);

    /* A result by name: an image id, a URL. The last value of a key stands. "test-report" is a JSON test report. */
    int32_t (*output)(void *context, uint64_t operation, deployer_string key, deployer_string value);

    /*
     * The new state blob: what is live after this stage, and all you need to make that live again later. The host keeps
     * the last one of a deployment that ended well and hands it to the next run of every stage, rollback included; one
     * that is set in a deployment that fails is discarded. Only you read it; an older version of you may have written it.
     */
    int32_t (*checkpoint)(void *context, uint64_t operation, deployer_bytes state);

    /* One sentence on how the call ended; the last one stands. Without it the status speaks alone. */
    int32_t (*summary)(void *context, uint64_t operation, deployer_string text);

    /* With DEPLOYER_STATUS_RETRYABLE: wait at least this many milliseconds; the host waits an hour at most. */
    int32_t (*retry_after)(void *context, uint64_t operation, uint64_t milliseconds);

    /* In detect only: one call per kind recognised. */
    int32_t (*detected)(void *context, uint64_t operation, const deployer_detection *detection);
} deployer_host;

DEPLOYER_LAYOUT(deployer_note, 48, column, 44);
DEPLOYER_LAYOUT(deployer_fix_it, 56, replacement, 40);
DEPLOYER_LAYOUT(deployer_diagnostic, 152, fix_it_count, 144);
DEPLOYER_LAYOUT(deployer_detection, 48, confidence, 40);
DEPLOYER_LAYOUT(deployer_host, 96, detected, 88);

/* ---------------------------------------------------------------------------------------------- the requests ---- */

/* What open is told. */
typedef struct deployer_open_request {
    uint64_t size;
    deployer_string service;       /* the service's name: one or two components of [A-Za-z0-9._-], joined by '/' */
    deployer_string kind;          /* one of the kinds that describe names */
    deployer_string configuration; /* the service's options: a JSON object */
} deployer_open_request;

/* What detect is told. */
typedef struct deployer_detect_request {
    uint64_t size;
    deployer_string source_directory; /* absolute; read only: leave it as it was */
} deployer_detect_request;

#define DEPLOYER_RUN_CHANGES_KNOWN 1u /* changed_paths is the truth, even when it is empty */
#define DEPLOYER_RUN_HAS_STATE 2u     /* state is there, even when it is empty */
#define DEPLOYER_RUN_VERIFICATION 4u  /* a patch is being tried: build and test only, touch nothing that is live */
/* The operator's own script starts and stops the service, after this stage where that is needed: leave its processes alone,
 * and do not expect to find them under supervise/1. */
#define DEPLOYER_RUN_RESTARTED_ELSEWHERE 8u

/* What run is told. Folders are absolute and exist. */
typedef struct deployer_run_request {
    uint64_t size;
    deployer_string stage;        /* "build", "test", "deploy", "restart", "health", "rollback", "plan", or a new one */
    deployer_string operation_id; /* names this run in logs */
    deployer_string service;
    deployer_string kind;
    deployer_string source_directory;  /* the checked-out sources of the service; do not write here */
    deployer_string scratch_directory; /* yours; kept between runs: build caches */
    deployer_string release_directory; /* yours; where the service's releases lie */
    deployer_string revision;          /* the commit: 40 or 64 hexadecimal digits */
    deployer_string previous_revision; /* the one deployed before; empty: none */
    const deployer_string *changed_paths; /* relative to the source folder; see DEPLOYER_RUN_CHANGES_KNOWN */
    uint64_t changed_path_count;
    const deployer_pair *environment; /* what the operator configured for the service itself */
    uint64_t environment_count;
    /* The checkpoint of the last successful deployment; in restart and health, of the deploy they follow, where that has
     * handed one over. See DEPLOYER_RUN_HAS_STATE. */
    deployer_bytes state;
    /* CLOCK_MONOTONIC in nanoseconds. When it passes, cancel/1 is raised; a grace period later the worker is killed. */
    uint64_t deadline_ns;
    uint64_t timeout_ms;  /* the same as time left when the call began */
    uint32_t flags;       /* DEPLOYER_RUN_* */
    uint32_t reserved;
} deployer_run_request;

DEPLOYER_LAYOUT(deployer_open_request, 56, configuration, 40);
DEPLOYER_LAYOUT(deployer_detect_request, 24, source_directory, 8);
DEPLOYER_LAYOUT(deployer_run_request, 224, reserved, 220);

/* ------------------------------------------------------------------------------------------------ the plugin ---- */

/* What the host says first. */
typedef struct deployer_hello {
    uint64_t size;
    uint32_t host_minor; /* the newest minor of this major that the host speaks */
    uint32_t reserved;
    deployer_string host_version;    /* for messages; never compare it */
    const deployer_string *features; /* ids of the host services there are: "process/1" */
    uint64_t feature_count;
    void *context;
    /* Says why the entry is about to return NULL, for people. May be called once. */
    void (*refuse)(void *context, deployer_string reason);
} deployer_hello;

/* The plugin's functions; static memory of the plugin. */
typedef struct deployer_plugin {
    uint64_t size;
    uint32_t built_minor;      /* DEPLOYER_ABI_MINOR of the header it was built with */
    uint32_t least_host_minor; /* it cannot work with less; 0 unless you use something newer */

    /*
     * Hands one JSON document, in any number of pieces, to `write` (which returns DEPLOYER_CALL_*). Pure: no file, no
     * socket, no process, the same bytes each time, well under 100 ms; the host keeps the answer by the library's
     * digest. Members (unknown ones are ignored):
     *   id           required; [a-z0-9-]{1,64}, stable
     *   version      required; text of at most 64 bytes
     *   kinds        required; service kinds, each [a-z0-9-]{1,64}
     *   stages       required; objects {"name": "build", "repeatable": true}: repeatable, when an interrupted run may
     *                safely be run again
     *   services     host services used: ["process/1"]; what is not named here is not offered. A name that the host does
     *                not know is refused, unless built_minor is above the host's
     *   permissions  beyond that: "secret-plain" (see deployer_secret_v1.reveal); unknown ones are refused likewise
     *   order        0...100, 50 where it is not named: services that are recognised in one folder are deployed in this
     *                order (containers 20, schemas 40, programs 50, gateways 80)
 *   refines      kinds of other plugins of which these are a special case: where both recognise a folder and this plugin is
 *                at least as sure, it takes the other's place instead of becoming a second service
     *   configuration  JSON Schema of the options of a service; members that hold secrets carry "sensitive": true: where
     *                such a value is no reference but the secret itself, the host masks it
     * Returns DEPLOYER_STATUS_*.
     */
    int32_t (*describe)(void *context, int32_t (*write)(void *context, deployer_string piece));

    /*
     * Makes an instance for one service and leaves it in *instance (NULL is allowed). Checks the configuration: what
     * is wrong is reported with one diagnostic each (`pointer` set), all of them, and INVALID_CONFIG returned. Touches
     * nothing outside. close is called with *instance after every open, also after a failed one.
     */
    int32_t (*open)(const deployer_open_request *request, const deployer_host *host, void **instance);

    /* Frees the instance; NULL must be harmless. */
    void (*close)(void *instance);

    /* Says through host->detected which of its kinds the tree is. OK also when it is none. */
    int32_t (*detect)(const deployer_detect_request *request, const deployer_host *host);

    /* Runs one stage to its end. Required. */
    int32_t (*run)(void *instance, const deployer_run_request *request, const deployer_host *host);

    /* The plugin's own extensions, by id "name/rev"; NULL for what it does not know. The host defines none so far. */
    const void *(*get_extension)(deployer_string id);
} deployer_plugin;

/*
 * THE export. Returns the plugin's table, or NULL after hello->refuse. Pure, like describe; called once, before
 * anything else.
 */
DEPLOYER_EXPORT const deployer_plugin *codex_deployer_plugin_entry_v1(const deployer_hello *hello);

/* Its type, for dlsym. */
typedef const deployer_plugin *(*deployer_plugin_entry_v1)(const deployer_hello *hello);

DEPLOYER_LAYOUT(deployer_hello, 64, refuse, 56);
DEPLOYER_LAYOUT(deployer_plugin, 64, get_extension, 56);

/* ------------------------------------------------------------------------------------------------- process/1 ---- */

#define DEPLOYER_PROCESS_EXITED 0      /* code: its exit code */
#define DEPLOYER_PROCESS_SIGNALLED 1   /* code: the signal */
#define DEPLOYER_PROCESS_TIMED_OUT 2   /* killed with everything it started */
#define DEPLOYER_PROCESS_CANCELLED 3   /* likewise */
#define DEPLOYER_PROCESS_NOT_STARTED 4 /* message says why; code: errno where there is one */

#define DEPLOYER_PROCESS_WANT_OUTPUT 1u /* hand back what it printed, in the result */
#define DEPLOYER_PROCESS_QUIET 2u       /* do not write what it prints into the log */

#define DEPLOYER_PROCESS_OUTPUT_CUT 1u /* standard output was longer than max_output: its end is missing */
#define DEPLOYER_PROCESS_ERROR_CUT 2u  /* likewise standard error */

/* A command to run. The host owns the child: in a session of its own, ended with its whole tree. */
typedef struct deployer_process_request {
    uint64_t size;
    const deployer_string *arguments; /* argv, no shell; [0] is an absolute path or a name found in the host's PATH */
    uint64_t argument_count;
    deployer_string directory;        /* absolute; empty: the source folder of the stage */
    const deployer_pair *environment; /* variables set for the child */
    uint64_t environment_count;
    const deployer_secret_pair *secret_environment; /* variables that the host completes */
    uint64_t secret_environment_count;
    const deployer_string *inherit; /* names of the host's variables passed on. PATH, HOME, TMPDIR, LANG and TZ always
                                       are; everything else only when named, and never the host's own secrets */
    uint64_t inherit_count;
    deployer_bytes input; /* its standard input; empty: /dev/null */
    uint64_t timeout_ms;  /* 0: until the stage's deadline; never beyond it */
    uint64_t max_output;  /* with WANT_OUTPUT: bytes kept of each stream; 0: 4 MiB; at most 15 MiB */
    uint32_t flags;       /* DEPLOYER_PROCESS_* */
    uint32_t reserved;
    void *output_context;
    /*
     * Optional: what it prints, as it comes, cut anywhere, secrets masked. stream is DEPLOYER_STREAM_STDOUT or _STDERR.
     * Called on the thread that is inside run. While it does not return the child is slowed down. Sinks may be called
     * from inside it, host services may not.
     */
    void (*output)(void *output_context, int32_t stream, deployer_bytes chunk);
} deployer_process_request;

typedef struct deployer_process_result {
    uint64_t size;
    int32_t outcome; /* DEPLOYER_PROCESS_EXITED ... */
    int32_t code;
    uint64_t duration_us;
    uint32_t flags; /* DEPLOYER_PROCESS_OUTPUT_CUT ... */
    uint32_t reserved;
    deployer_string message; /* for people, when it was not simply an exit */
    deployer_bytes output;   /* with WANT_OUTPUT: standard output */
    deployer_bytes error;    /* with WANT_OUTPUT: standard error */
} deployer_process_result;

/* "process/1" */
typedef struct deployer_process_v1 {
    uint64_t size;
    /*
     * Runs a command to its end and calls `result` once, on this thread, before it returns OK. A non-zero exit is a
     * result, not an error. Several threads may each run one (at most 16 at a time).
     */
    int32_t (*run)(void *context, uint64_t operation, const deployer_process_request *request, void *result_context,
                   void (*result)(void *result_context, const deployer_process_result *result));
} deployer_process_v1;

DEPLOYER_LAYOUT(deployer_process_request, 144, output, 136);
DEPLOYER_LAYOUT(deployer_process_result, 80, error, 64);
DEPLOYER_LAYOUT(deployer_process_v1, 16, run, 8);

/* ---------------------------------------------------------------------------------------------------- http/1 ---- */

/* An HTTP or HTTPS request. The host owns the connection and the TLS. Redirects are not followed. */
typedef struct deployer_http_request {
    uint64_t size;
    deployer_string method; /* "GET" */
    deployer_string url;    /* absolute, without user information */
    const deployer_pair *headers;
    uint64_t header_count;
    const deployer_secret_pair *secret_headers; /* headers that the host completes */
    uint64_t secret_header_count;
    deployer_bytes body;
    uint64_t timeout_ms; /* for the whole exchange; 0: 30 s; never beyond the stage's deadline */
    uint64_t max_body;   /* bytes of response accepted; 0: 4 MiB; at most 31 MiB; a larger one is CALL_FAILED */
    uint32_t flags;      /* none so far */
    uint32_t reserved;
    /* Since minor 1; an older host does not read what follows. */
    /* A secret that holds what the URL begins with ("http://10.0.0.7:8001"); `url` is then the rest: "/status". */
    deployer_string base_reference;
    /* For servers that ask for a certificate: secrets that hold PEM text. Without a key it stands in the same text. */
    deployer_string certificate_reference;
    deployer_string private_key_reference;
    deployer_string authority_file; /* PEM; whom to trust in place of the host's authorities; absolute */
} deployer_http_request;

typedef struct deployer_http_response {
    uint64_t size;
    int32_t status; /* 0: there was no response, and message says why */
    uint32_t reserved;
    const deployer_pair *headers;
    uint64_t header_count;
    deployer_bytes body;
    deployer_string message;
} deployer_http_response;

/* "http/1" */
typedef struct deployer_http_v1 {
    uint64_t size;
    /*
     * Sends a request; calls `response` once, on this thread, before it returns OK (any status) or another code that the
     * host answered with: status is 0 then, and message has the reason (no such secret, nobody listens). It is not called
     * when the arguments were not fit to be sent.
     */
    int32_t (*send)(void *context, uint64_t operation, const deployer_http_request *request, void *response_context,
                    void (*response)(void *response_context, const deployer_http_response *response));
} deployer_http_v1;

DEPLOYER_LAYOUT(deployer_http_request, 176, authority_file, 160);
DEPLOYER_LAYOUT(deployer_http_response, 64, message, 48);
DEPLOYER_LAYOUT(deployer_http_v1, 16, send, 8);

/* ------------------------------------------------------------------------------------------- http-stream/1 ---- */

#define DEPLOYER_STREAM_WRITES 1u /* the request's body is not in `body`: it comes in pieces, through write */
/* A secret that completes the body stands inside a JSON string there: it is escaped for that. */
#define DEPLOYER_STREAM_JSON_SECRETS 2u

#define DEPLOYER_STREAM_PIECE 262144       /* bytes of a read that does not say how many it takes */
#define DEPLOYER_CAP_STREAM_PIECE 4194304  /* of one read and of one write */
#define DEPLOYER_CAP_STREAMS 8             /* open at a time in one operation */

/* An exchange whose bodies may have any length: they pass in pieces. As in http/1 redirects are not followed. */
typedef struct deployer_stream_request {
    uint64_t size;
    deployer_string method; /* "GET" */
    deployer_string url;    /* absolute, without user information */
    const deployer_pair *headers;
    uint64_t header_count;
    const deployer_secret_pair *secret_headers; /* headers that the host completes */
    uint64_t secret_header_count;
    deployer_bytes body; /* the whole body of the request, unless it is written */
    /* Markers in `body`, by `name`: the host puts `prefix` and the secret in the place of each. */
    const deployer_secret_pair *body_secrets;
    uint64_t body_secret_count;
    uint64_t body_length; /* with WRITES: bytes that will be written; 0: unknown, sent in chunks */
    uint64_t timeout_ms;  /* for the whole exchange; 0: until the stage's deadline; never beyond it */
    uint64_t idle_ms;     /* how long the server may keep us waiting, for any one thing; 0: 30 s */
    uint32_t flags;       /* DEPLOYER_STREAM_* */
    uint32_t reserved;
} deployer_stream_request;

/* What opening, writing and reading hand back. */
typedef struct deployer_stream_piece {
    uint64_t size;
    uint64_t stream;      /* open: its number, for the other functions */
    deployer_bytes bytes; /* read: the next bytes of the body; none: it has ended */
    deployer_string message;
} deployer_stream_piece;

/*
 * "http-stream/1". Nothing passes unless it is asked for: the host keeps a megabyte of what the server sends and stops
 * reading from it then, and a write waits until the server takes what was written before. Streams are independent of each
 * other: while one is read another may be written and requests may be sent. Every function calls `result` once, on this
 * thread; with another code than OK its `message` has the reason (not when the arguments were not fit to be sent). After
 * FAILED and CANCELLED nothing more comes of the stream; close it. What is open when the operation ends is closed.
 */
typedef struct deployer_http_stream_v1 {
    uint64_t size;
    /* Starts an exchange; does not wait for the server. */
    int32_t (*open)(void *context, uint64_t operation, const deployer_stream_request *request, void *result_context,
                    void (*result)(void *result_context, const deployer_stream_piece *piece));
    /* The next bytes of the request's body. */
    int32_t (*write)(void *context, uint64_t operation, uint64_t stream, deployer_bytes bytes, void *result_context,
                     void (*result)(void *result_context, const deployer_stream_piece *piece));
    /* Ends the request's body and waits for the head of the answer: status and headers, no body. */
    int32_t (*answer)(void *context, uint64_t operation, uint64_t stream, void *response_context,
                      void (*response)(void *response_context, const deployer_http_response *response));
    /* The next bytes of the answer's body, at least one, at most `most` (0: DEPLOYER_STREAM_PIECE). After `answer`. */
    int32_t (*read)(void *context, uint64_t operation, uint64_t stream, uint64_t most, void *result_context,
                    void (*result)(void *result_context, const deployer_stream_piece *piece));
    /* Lets go of the stream; an exchange that has not ended is broken off. */
    int32_t (*close)(void *context, uint64_t operation, uint64_t stream);
} deployer_http_stream_v1;

DEPLOYER_LAYOUT(deployer_stream_request, 136, reserved, 132);
DEPLOYER_LAYOUT(deployer_stream_piece, 48, message, 32);
DEPLOYER_LAYOUT(deployer_http_stream_v1, 48, close, 40);

/* -------------------------------------------------------------------------------------------------- secret/1 ---- */

/*
 * "secret/1". A reference is "env:NAME" (a variable of the daemon), "file:/absolute/path", or a bare name that the
 * operator's configuration defines. References belong into options; values never do.
 */
typedef struct deployer_secret_v1 {
    uint64_t size;
    /* OK: there is such a secret; NOT_FOUND otherwise. Tells nothing of its value. */
    int32_t (*exists)(void *context, uint64_t operation, deployer_string reference);
    /*
     * Hands the plain text to `value`, on this thread. DENIED unless the description asks for the permission
     * "secret-plain" and the operator grants it to this plugin. Prefer secret_headers and secret_environment.
     */
    int32_t (*reveal)(void *context, uint64_t operation, deployer_string reference, void *value_context,
                      void (*value)(void *value_context, deployer_string text));
} deployer_secret_v1;

DEPLOYER_LAYOUT(deployer_secret_v1, 24, reveal, 16);

/* -------------------------------------------------------------------------------------------------- cancel/1 ---- */

/*
 * "cancel/1". Raised when the operator or a newer revision ends the stage, and when its deadline passes. A plugin then
 * has a grace period (default 5 s) to return CANCELLED or TIMED_OUT; after it the worker is killed. Commands that run
 * through process/1 are ended by the host at once.
 */
typedef struct deployer_cancel_v1 {
    uint64_t size;
    /* 1: cancelled; 0: go on. Cheap. */
    int32_t (*is_cancelled)(void *context, uint64_t operation);
    /* A file descriptor to poll: readable once cancelled. Do not read, write or close it. -1: none. */
    int32_t (*descriptor)(void *context, uint64_t operation);
} deployer_cancel_v1;

DEPLOYER_LAYOUT(deployer_cancel_v1, 24, descriptor, 16);

/* ----------------------------------------------------------------------------------------------- supervise/1 ---- */

#define DEPLOYER_SERVICE_UNKNOWN 0  /* never started here */
#define DEPLOYER_SERVICE_STOPPED 1  /* stopped on demand */
#define DEPLOYER_SERVICE_RUNNING 2  /* its process lives */
#define DEPLOYER_SERVICE_BACKOFF 3  /* it died and is started again later */

/* A long-lived process that the host keeps running, also across its own restarts. */
typedef struct deployer_service_spec {
    uint64_t size;
    deployer_string part;             /* empty: the service itself; else one of several parts, [A-Za-z0-9_-]{1,32} */
    const deployer_string *arguments; /* argv, no shell; [0] absolute */
    uint64_t argument_count;
    deployer_string directory; /* absolute */
    const deployer_pair *environment;
    uint64_t environment_count;
    const deployer_secret_pair *secret_environment;
    uint64_t secret_environment_count;
    const deployer_string *inherit; /* as in deployer_process_request */
    uint64_t inherit_count;
    uint64_t grace_ms; /* from SIGTERM to SIGKILL when it is stopped or replaced; 0: 10 s */
    uint32_t flags;    /* none so far */
    uint32_t reserved;
} deployer_service_spec;

typedef struct deployer_service_status {
    uint64_t size;
    int32_t state; /* DEPLOYER_SERVICE_* */
    int32_t pid;   /* 0: none */
    uint32_t restarts; /* since it was started or replaced */
    int32_t last_exit; /* exit code of its last end, or the signal negated; 0 also when it never ended */
    uint64_t started_ms;      /* when its present process began: milliseconds since 1970 (UTC); 0: none */
    deployer_string message;  /* for people; the reason when a call FAILED */
    deployer_string log_path; /* where its output goes; empty when unknown */
} deployer_service_status;

/* "supervise/1". Every function calls `status` once, on this thread, when it returns OK or FAILED. */
typedef struct deployer_supervise_v1 {
    uint64_t size;
    /* Starts the process; one that runs is replaced (SIGTERM, grace, SIGKILL). OK: its process has been started. */
    int32_t (*start)(void *context, uint64_t operation, const deployer_service_spec *spec, void *status_context,
                     void (*status)(void *status_context, const deployer_service_status *status));
    /* Stops it and keeps it stopped. OK also when it was not running. grace_ms 0: as it was started with. */
    int32_t (*stop)(void *context, uint64_t operation, deployer_string part, uint64_t grace_ms, void *status_context,
                    void (*status)(void *status_context, const deployer_service_status *status));
    int32_t (*status)(void *context, uint64_t operation, deployer_string part, void *status_context,
                      void (*status)(void *status_context, const deployer_service_status *status));
} deployer_supervise_v1;

DEPLOYER_LAYOUT(deployer_service_spec, 120, reserved, 116);
DEPLOYER_LAYOUT(deployer_service_status, 64, log_path, 48);
DEPLOYER_LAYOUT(deployer_supervise_v1, 32, status, 24);

#ifdef __cplusplus
}
#endif

#endif
