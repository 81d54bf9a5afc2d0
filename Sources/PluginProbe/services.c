/* Host services that answer in a scripted way. Nothing is started, sent or stopped. */
#include "services.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLOOD = 100 * 1024 * 1024, CHUNK = 64 * 1024, LARGE_BODY = 31 << 20 };

static deployer_string literal(const char *text) { return (deployer_string){text, strlen(text)}; }

static void check_strings(const char *what, const deployer_string *items, uint64_t count) {
    for (uint64_t index = 0; items && index < count && index < 65536; index++)
        host_text(what, items[index], DEPLOYER_CAP_REQUEST);
}

void check_pairs(const char *what, const deployer_pair *items, uint64_t count) {
    for (uint64_t index = 0; items && index < count && index < 65536; index++) {
        host_text(what, items[index].name, DEPLOYER_CAP_REQUEST);
        host_text(what, items[index].value, DEPLOYER_CAP_REQUEST);
    }
}

void check_secrets(const char *what, const deployer_secret_pair *items, uint64_t count) {
    for (uint64_t index = 0; items && index < count && index < 65536; index++) {
        host_text(what, items[index].name, DEPLOYER_CAP_REQUEST);
        host_text(what, items[index].prefix, DEPLOYER_CAP_REQUEST);
        host_text(what, items[index].reference, DEPLOYER_CAP_REQUEST);
    }
}

/* ---- process/1 ---- */

static void flood(const deployer_process_request *request, deployer_process_result *answer) {
    static char line[CHUNK];
    for (int index = 0; index < CHUNK; index++) line[index] = index % 80 == 79 ? '\n' : 'x';
    /* A command does not outlive the cancellation; what it has printed by then is all there is. */
    for (int sent = 0; request->output && sent < FLOOD && !is_cancelled(); sent += CHUNK)
        request->output(request->output_context, DEPLOYER_STREAM_STDOUT,
                        (deployer_bytes){(const uint8_t *)line, sizeof line});
    if (is_cancelled()) answer->outcome = DEPLOYER_PROCESS_CANCELLED;
    if (!(request->flags & DEPLOYER_PROCESS_WANT_OUTPUT)) return;
    uint64_t most = request->max_output ? request->max_output : 4 << 20;
    if (most > 15 << 20) most = 15 << 20;
    char *kept = malloc(most);
    for (uint64_t index = 0; kept && index < most; index++) kept[index] = line[index % CHUNK];
    answer->output = (deployer_bytes){(const uint8_t *)kept, kept ? most : 0};
    answer->flags = DEPLOYER_PROCESS_OUTPUT_CUT;
}

/* Until the cancellation, or the command's own time, has come. */
static void hang(const deployer_process_request *request, deployer_process_result *answer) {
    long own = request->timeout_ms && request->timeout_ms < 3600000 ? (long)request->timeout_ms : 3600000;
    int was_cancelled = wait_for_cancel(own);
    answer->outcome = was_cancelled ? DEPLOYER_PROCESS_CANCELLED : DEPLOYER_PROCESS_TIMED_OUT;
    answer->message = literal(was_cancelled ? "it was ended: the stage was cancelled" : "it took too long and was ended");
}

static int32_t process_run(void *context, uint64_t operation, const deployer_process_request *given,
                           void *result_context, void (*result)(void *, const deployer_process_result *)) {
    (void)context;
    int32_t code = host_enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    host_count(&seen.processes);
    if (!given || !result) return DEPLOYER_CALL_INVALID;
    deployer_process_request request;
    copy_sized(&request, sizeof request, given);
    check_strings("an argument", request.arguments, request.argument_count);
    check_pairs("a variable", request.environment, request.environment_count);
    check_secrets("a secret variable", request.secret_environment, request.secret_environment_count);
    host_text("a directory", request.directory, DEPLOYER_CAP_REQUEST);
    if (!request.argument_count || !request.arguments) return DEPLOYER_CALL_INVALID;
    deployer_process_result answer = {.size = sizeof answer, .duration_us = 1000};
    switch (fault) {
    case FAULT_SPAWN:
        answer.outcome = DEPLOYER_PROCESS_NOT_STARTED;
        answer.code = ENOENT;
        answer.message = literal("there is no such program");
        break;
    case FAULT_EXIT:
        answer.code = 1;
        break;
    case FAULT_KILLED:
        answer.outcome = DEPLOYER_PROCESS_SIGNALLED;
        answer.code = 9;
        answer.message = literal("it was ended by SIGKILL");
        break;
    case FAULT_OUTPUT: flood(&request, &answer); break;
    case FAULT_HANG: hang(&request, &answer); break;
    case FAULT_SLOW:
        answer.outcome = wait_for_cancel(50) ? DEPLOYER_PROCESS_CANCELLED : DEPLOYER_PROCESS_EXITED;
        answer.code = 1;
        break;
    default:
        if (is_cancelled()) answer.outcome = DEPLOYER_PROCESS_CANCELLED;
        break;
    }
    const deployer_process_result *lent = lend_struct(&answer, sizeof answer, 0);
    result(result_context, lent);
    free((void *)(uintptr_t)answer.output.data);
    return DEPLOYER_CALL_OK;
}

/* ---- http/1 ---- */

int32_t check_body(deployer_bytes body) {
    if (body.length && !body.data) return host_misuse("a body has a length and no data");
    return body.length > DEPLOYER_CAP_REQUEST ? DEPLOYER_CALL_TOO_LARGE : DEPLOYER_CALL_OK;
}

int32_t http_obstacle(long milliseconds, const char **reason) {
    *reason = "";
    if (fault == FAULT_HANG) {
        if (wait_for_cancel(milliseconds)) return DEPLOYER_CALL_CANCELLED;
        *reason = "it took too long";
        return DEPLOYER_CALL_FAILED;
    }
    if (is_cancelled()) return DEPLOYER_CALL_CANCELLED;
    if (fault != FAULT_REFUSED && fault != FAULT_SLOW) return DEPLOYER_CALL_OK;
    if (fault == FAULT_SLOW) wait_for_cancel(50);
    *reason = "nobody listens there";
    return DEPLOYER_CALL_FAILED;
}

size_t http_length(void) { return fault == FAULT_LARGE ? LARGE_BODY : fault == FAULT_GARBAGE ? 65536 : 2; }

uint8_t *http_content(size_t length, uint32_t *noise) {
    uint8_t *made = malloc(length + 1);
    if (!made) _exit(72);
    if (fault != FAULT_LARGE && fault != FAULT_GARBAGE) {
        memcpy(made, "{}", length < 2 ? length : 2);
        return made;
    }
    for (size_t index = 0; index < length; index++) {
        *noise = *noise * 1664525u + 1013904223u;
        made[index] = (uint8_t)(*noise >> 24);
    }
    return made;
}

deployer_bytes lend_body(const uint8_t *data, size_t length) {
    return (deployer_bytes){on_guard_pages && length ? lend(data, length) : data, length};
}

static int32_t http_send(void *context, uint64_t operation, const deployer_http_request *given, void *response_context,
                         void (*response)(void *, const deployer_http_response *)) {
    (void)context;
    int32_t code = host_enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    host_count(&seen.requests);
    if (!given || !response) return DEPLOYER_CALL_INVALID;
    deployer_http_request request;
    copy_sized(&request, sizeof request, given);
    host_text("a method", request.method, DEPLOYER_CAP_REQUEST);
    host_text("a URL", request.url, DEPLOYER_CAP_REQUEST);
    check_pairs("a header", request.headers, request.header_count);
    check_secrets("a secret header", request.secret_headers, request.secret_header_count);
    code = check_body(request.body);
    if (code != DEPLOYER_CALL_OK) return code;
    const char *reason;
    code = http_obstacle(request.timeout_ms && request.timeout_ms < 30000 ? (long)request.timeout_ms : 30000, &reason);
    deployer_http_response answer = {.size = sizeof answer, .message = literal(reason)};
    deployer_pair header = {literal("content-type"), literal("application/json")};
    uint8_t *made = NULL;
    if (code == DEPLOYER_CALL_OK) {
        uint32_t noise = (uint32_t)number_argument("seed", 1);
        /* The largest answer that the request accepts: of a larger one the host hands over nothing. */
        size_t length = http_length(), most = request.max_body ? request.max_body : 4 << 20;
        if (length > most) length = most;
        made = http_content(length, &noise);
        answer.status = fault == FAULT_STATUS ? 500 : 200;
        answer.headers = &header;
        answer.header_count = 1;
        answer.body = lend_body(made, length);
    }
    response(response_context, lend_struct(&answer, sizeof answer, 0));
    free(made);
    return code;
}

/* ---- secret/1 ---- */

static int32_t secret_exists(void *context, uint64_t operation, deployer_string reference) {
    (void)context;
    int32_t code = host_enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    host_count(&seen.services);
    return host_text("a secret's reference", reference, DEPLOYER_CAP_REQUEST);
}

static int32_t secret_reveal(void *context, uint64_t operation, deployer_string reference, void *value_context,
                             void (*value)(void *, deployer_string)) {
    (void)value_context;
    (void)value;
    int32_t code = secret_exists(context, operation, reference);
    return code == DEPLOYER_CALL_OK ? DEPLOYER_CALL_DENIED : code;
}

/* ---- cancel/1 ---- */

static int32_t cancel_is_cancelled(void *context, uint64_t operation) {
    (void)context;
    return host_enter(operation) == DEPLOYER_CALL_OK ? is_cancelled() : 1;
}

static int32_t cancel_descriptor(void *context, uint64_t operation) {
    (void)context;
    return host_enter(operation) == DEPLOYER_CALL_OK ? 4 : -1;
}

/* ---- supervise/1 ---- */

static int32_t answer_status(uint64_t operation, int32_t state, void *status_context,
                             void (*status)(void *, const deployer_service_status *)) {
    int32_t code = host_enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    host_count(&seen.services);
    if (!status) return DEPLOYER_CALL_INVALID;
    deployer_service_status answer = {.size = sizeof answer, .state = state, .pid = state == DEPLOYER_SERVICE_RUNNING ? 4711 : 0,
                                      .started_ms = 1700000000000, .message = literal("scripted")};
    if (fault != FAULT_NONE) {
        answer = (deployer_service_status){.size = sizeof answer, .state = DEPLOYER_SERVICE_BACKOFF, .restarts = 3,
                                           .last_exit = 1, .message = literal("it dies as soon as it is started")};
        code = DEPLOYER_CALL_FAILED;
    }
    status(status_context, lend_struct(&answer, sizeof answer, 0));
    return code;
}

static int32_t supervise_start(void *context, uint64_t operation, const deployer_service_spec *given, void *status_context,
                               void (*status)(void *, const deployer_service_status *)) {
    (void)context;
    if (!given) return DEPLOYER_CALL_INVALID;
    deployer_service_spec spec;
    copy_sized(&spec, sizeof spec, given);
    check_strings("an argument", spec.arguments, spec.argument_count);
    return answer_status(operation, DEPLOYER_SERVICE_RUNNING, status_context, status);
}

static int32_t supervise_stop(void *context, uint64_t operation, deployer_string part, uint64_t grace_ms,
                              void *status_context, void (*status)(void *, const deployer_service_status *)) {
    (void)context;
    (void)grace_ms;
    host_text("a part", part, DEPLOYER_CAP_REQUEST);
    return answer_status(operation, DEPLOYER_SERVICE_STOPPED, status_context, status);
}

static int32_t supervise_status(void *context, uint64_t operation, deployer_string part, void *status_context,
                                void (*status)(void *, const deployer_service_status *)) {
    (void)context;
    host_text("a part", part, DEPLOYER_CAP_REQUEST);
    return answer_status(operation, DEPLOYER_SERVICE_RUNNING, status_context, status);
}

/* ---- the tables ---- */

const void *service_table(deployer_string id) {
    static const deployer_process_v1 process = {.size = sizeof process, .run = process_run};
    static const deployer_http_v1 http = {.size = sizeof http, .send = http_send};
    static const deployer_secret_v1 secret = {.size = sizeof secret, .exists = secret_exists, .reveal = secret_reveal};
    static const deployer_cancel_v1 cancel = {
        .size = sizeof cancel, .is_cancelled = cancel_is_cancelled, .descriptor = cancel_descriptor};
    static const deployer_supervise_v1 supervise = {
        .size = sizeof supervise, .start = supervise_start, .stop = supervise_stop, .status = supervise_status};
    static const struct {
        const char *id;
        const void *table;
        size_t size;
    } tables[] = {{"process/1", &process, sizeof process},
                  {"http/1", &http, sizeof http},
                  {"http-stream/1", &http_stream_table, sizeof http_stream_table},
                  {"secret/1", &secret, sizeof secret},
                  {"cancel/1", &cancel, sizeof cancel},
                  {"supervise/1", &supervise, sizeof supervise}};
    for (size_t index = 0; index < sizeof tables / sizeof *tables; index++)
        if (strlen(tables[index].id) == id.length && !memcmp(tables[index].id, id.data, id.length))
            /* As in the worker, where nothing asks for another place or size. */
            return on_guard_pages || struct_growth ? lend_struct(tables[index].table, tables[index].size, 0)
                                                   : tables[index].table;
    return NULL;
}
