/* The tables of process/1, http/1, secret/1, cancel/1 and supervise/1: what is asked into frames, answers into structs. */
#include "worker.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* ---- process/1 ---- */

static void pass_chunk(void *context, const frame *chunk) {
    const deployer_process_request *request = context;
    if (request->output)
        request->output(request->output_context, (int32_t)get_number(chunk->data, chunk->length, TAG_STREAM),
                        get_bytes(chunk->data, chunk->length, TAG_OUT));
}

static int32_t process_run(void *context, uint64_t operation, const deployer_process_request *given,
                           void *result_context, void (*result)(void *, const deployer_process_result *)) {
    (void)context;
    if (!given || !result) return DEPLOYER_CALL_INVALID;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    deployer_process_request request;
    copy_sized(&request, sizeof request, given);
    buffer frame_out;
    uint64_t number = call_begin(&frame_out, FUNCTION_PROCESS_RUN);
    if (!request.argument_count) code = DEPLOYER_CALL_INVALID;
    code = put_list(&frame_out, TAG_ARGUMENT, request.arguments, request.argument_count, code);
    code = put_text(&frame_out, TAG_DIRECTORY, request.directory, code);
    code = put_pairs(&frame_out, TAG_ENVIRONMENT, request.environment, request.environment_count, code);
    code = put_secrets(&frame_out, TAG_SECRET, request.secret_environment, request.secret_environment_count, code);
    code = put_list(&frame_out, TAG_INHERIT, request.inherit, request.inherit_count, code);
    code = put_blob(&frame_out, TAG_INPUT, request.input, code);
    put_number(&frame_out, TAG_MILLISECONDS, clamped(request.timeout_ms));
    put_number(&frame_out, TAG_MAXIMUM, clamped(request.max_output));
    put_number(&frame_out, TAG_FLAGS, request.flags);
    put_number(&frame_out, TAG_STREAM, request.output != NULL);

    frame *reply;
    code = ask(&frame_out, number, code, pass_chunk, &request, &reply);
    if (code == DEPLOYER_CALL_OK) {
        const uint8_t *data = reply->data;
        size_t length = reply->length;
        deployer_process_result answer = {
            .size = sizeof answer,
            .outcome = (int32_t)get_number(data, length, TAG_OUTCOME),
            .code = (int32_t)get_number(data, length, TAG_EXIT),
            .duration_us = (uint64_t)get_number(data, length, TAG_DURATION),
            .flags = (uint32_t)get_number(data, length, TAG_FLAGS),
            .message = get_string(data, length, TAG_MESSAGE),
            .output = get_bytes(data, length, TAG_OUT),
            .error = get_bytes(data, length, TAG_ERR),
        };
        result(result_context, &answer);
    }
    free(reply);
    leave();
    return code;
}

/* ---- http/1 ---- */

static int32_t http_send(void *context, uint64_t operation, const deployer_http_request *given, void *response_context,
                         void (*response)(void *, const deployer_http_response *)) {
    (void)context;
    if (!given || !response) return DEPLOYER_CALL_INVALID;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    deployer_http_request request;
    copy_sized(&request, sizeof request, given);
    buffer frame_out;
    uint64_t number = call_begin(&frame_out, FUNCTION_HTTP_SEND);
    code = put_text(&frame_out, TAG_METHOD, request.method, code);
    code = put_text(&frame_out, TAG_URL, request.url, code);
    code = put_pairs(&frame_out, TAG_HEADER, request.headers, request.header_count, code);
    code = put_secrets(&frame_out, TAG_SECRET, request.secret_headers, request.secret_header_count, code);
    code = put_blob(&frame_out, TAG_BODY, request.body, code);
    put_number(&frame_out, TAG_MILLISECONDS, clamped(request.timeout_ms));
    put_number(&frame_out, TAG_MAXIMUM, clamped(request.max_body));

    frame *reply;
    code = ask(&frame_out, number, code, NULL, NULL, &reply);
    /* Whatever the host answered: its reason is in the message. */
    if (reply) pass_response(reply, response_context, response);
    free(reply);
    leave();
    return code;
}

/* ---- secret/1 ---- */

static int32_t secret_exists(void *context, uint64_t operation, deployer_string reference) {
    (void)context;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    buffer request;
    frame *reply;
    uint64_t number = call_begin(&request, FUNCTION_SECRET_EXISTS);
    code = put_text(&request, TAG_REFERENCE, reference, code);
    code = ask(&request, number, code, NULL, NULL, &reply);
    free(reply);
    leave();
    return code;
}

static int32_t secret_reveal(void *context, uint64_t operation, deployer_string reference, void *value_context,
                             void (*value)(void *, deployer_string)) {
    (void)context;
    if (!value) return DEPLOYER_CALL_INVALID;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    buffer request;
    frame *reply;
    uint64_t number = call_begin(&request, FUNCTION_SECRET_REVEAL);
    code = put_text(&request, TAG_REFERENCE, reference, code);
    code = ask(&request, number, code, NULL, NULL, &reply);
    if (code == DEPLOYER_CALL_OK) value(value_context, get_string(reply->data, reply->length, TAG_VALUE));
    free(reply);
    leave();
    return code;
}

/* ---- cancel/1 ---- */

static int32_t cancel_is_cancelled(void *context, uint64_t operation) {
    (void)context;
    if (enter(operation) != DEPLOYER_CALL_OK) return 1; /* the operation is over: whoever asks should end */
    struct pollfd pipe = {.fd = CANCEL_FD, .events = POLLIN};
    int cancelled = poll(&pipe, 1, 0) > 0;
    leave();
    return cancelled;
}

static int32_t cancel_descriptor(void *context, uint64_t operation) {
    (void)context;
    if (enter(operation) != DEPLOYER_CALL_OK) return -1;
    leave();
    return CANCEL_FD;
}

/* ---- supervise/1 ---- */

static int32_t ask_status(buffer *request, uint64_t number, int32_t code, void *status_context,
                          void (*status)(void *, const deployer_service_status *)) {
    frame *reply;
    code = ask(request, number, code, NULL, NULL, &reply);
    if (code == DEPLOYER_CALL_OK || (reply && code == DEPLOYER_CALL_FAILED)) {
        const uint8_t *data = reply->data;
        size_t length = reply->length;
        deployer_service_status answer = {
            .size = sizeof answer,
            .state = (int32_t)get_number(data, length, TAG_OUTCOME),
            .pid = (int32_t)get_number(data, length, TAG_PID),
            .restarts = (uint32_t)get_number(data, length, TAG_RESTARTS),
            .last_exit = (int32_t)get_number(data, length, TAG_EXIT),
            .started_ms = (uint64_t)get_number(data, length, TAG_STARTED),
            .message = get_string(data, length, TAG_MESSAGE),
            .log_path = get_string(data, length, TAG_LOG_PATH),
        };
        status(status_context, &answer);
    }
    free(reply);
    leave();
    return code;
}

static int32_t supervise_start(void *context, uint64_t operation, const deployer_service_spec *given,
                               void *status_context, void (*status)(void *, const deployer_service_status *)) {
    (void)context;
    if (!given || !status) return DEPLOYER_CALL_INVALID;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    deployer_service_spec spec;
    copy_sized(&spec, sizeof spec, given);
    buffer request;
    uint64_t number = call_begin(&request, FUNCTION_SUPERVISE_START);
    if (!spec.argument_count) code = DEPLOYER_CALL_INVALID;
    code = put_text(&request, TAG_PART, spec.part, code);
    code = put_list(&request, TAG_ARGUMENT, spec.arguments, spec.argument_count, code);
    code = put_text(&request, TAG_DIRECTORY, spec.directory, code);
    code = put_pairs(&request, TAG_ENVIRONMENT, spec.environment, spec.environment_count, code);
    code = put_secrets(&request, TAG_SECRET, spec.secret_environment, spec.secret_environment_count, code);
    code = put_list(&request, TAG_INHERIT, spec.inherit, spec.inherit_count, code);
    put_number(&request, TAG_MILLISECONDS, clamped(spec.grace_ms));
    return ask_status(&request, number, code, status_context, status);
}

static int32_t supervise_stop(void *context, uint64_t operation, deployer_string part, uint64_t grace_ms,
                              void *status_context, void (*status)(void *, const deployer_service_status *)) {
    (void)context;
    if (!status) return DEPLOYER_CALL_INVALID;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    buffer request;
    uint64_t number = call_begin(&request, FUNCTION_SUPERVISE_STOP);
    code = put_text(&request, TAG_PART, part, code);
    put_number(&request, TAG_MILLISECONDS, clamped(grace_ms));
    return ask_status(&request, number, code, status_context, status);
}

static int32_t supervise_status(void *context, uint64_t operation, deployer_string part, void *status_context,
                                void (*status)(void *, const deployer_service_status *)) {
    (void)context;
    if (!status) return DEPLOYER_CALL_INVALID;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    buffer request;
    uint64_t number = call_begin(&request, FUNCTION_SUPERVISE_STATUS);
    code = put_text(&request, TAG_PART, part, code);
    return ask_status(&request, number, code, status_context, status);
}

/* ---- the tables ---- */

static const deployer_process_v1 process_table = {.size = sizeof process_table, .run = process_run};
static const deployer_http_v1 http_table = {.size = sizeof http_table, .send = http_send};
static const deployer_secret_v1 secret_table = {
    .size = sizeof secret_table, .exists = secret_exists, .reveal = secret_reveal};
static const deployer_cancel_v1 cancel_table = {
    .size = sizeof cancel_table, .is_cancelled = cancel_is_cancelled, .descriptor = cancel_descriptor};
static const deployer_supervise_v1 supervise_table = {
    .size = sizeof supervise_table, .start = supervise_start, .stop = supervise_stop, .status = supervise_status};

const void *service_table(deployer_string id) {
    static const struct {
        const char *id;
        const void *table;
    } tables[] = {{"process/1", &process_table},
                  {"http/1", &http_table},
                  {"http-stream/1", &http_stream_table},
                  {"secret/1", &secret_table},
                  {"cancel/1", &cancel_table},
                  {"supervise/1", &supervise_table}};
    for (size_t index = 0; index < sizeof tables / sizeof *tables; index++)
        if (strlen(tables[index].id) == id.length && memcmp(tables[index].id, id.data, id.length) == 0)
            return tables[index].table;
    return NULL;
}
