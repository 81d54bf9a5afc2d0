/* The table of http-stream/1. Each function is one call and one answer: what is not asked for is not sent. */
#include "worker.h"

#include <stdlib.h>

static int32_t ask_piece(buffer *request, uint64_t number, int32_t code, void *context,
                         void (*result)(void *, const deployer_stream_piece *)) {
    frame *reply;
    code = ask(request, number, code, NULL, NULL, &reply);
    if (reply && result) {
        deployer_stream_piece answer = {
            .size = sizeof answer,
            .stream = (uint64_t)get_number(reply->data, reply->length, TAG_VALUE),
            .bytes = get_bytes(reply->data, reply->length, TAG_BODY),
            .message = get_string(reply->data, reply->length, TAG_MESSAGE),
        };
        result(context, &answer);
    }
    free(reply);
    leave();
    return code;
}

static int32_t stream_open(void *context, uint64_t operation, const deployer_stream_request *given, void *result_context,
                           void (*result)(void *, const deployer_stream_piece *)) {
    (void)context;
    if (!given || !result) return DEPLOYER_CALL_INVALID;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    deployer_stream_request request;
    copy_sized(&request, sizeof request, given);
    buffer frame;
    uint64_t number = call_begin(&frame, FUNCTION_STREAM_OPEN);
    code = put_text(&frame, TAG_METHOD, request.method, code);
    code = put_text(&frame, TAG_URL, request.url, code);
    code = put_pairs(&frame, TAG_HEADER, request.headers, request.header_count, code);
    code = put_secrets(&frame, TAG_SECRET, request.secret_headers, request.secret_header_count, code);
    code = put_blob(&frame, TAG_BODY, request.body, code);
    code = put_secrets(&frame, TAG_BODY_SECRET, request.body_secrets, request.body_secret_count, code);
    put_number(&frame, TAG_MAXIMUM, clamped(request.body_length));
    put_number(&frame, TAG_MILLISECONDS, clamped(request.timeout_ms));
    put_number(&frame, TAG_IDLE, clamped(request.idle_ms));
    put_number(&frame, TAG_FLAGS, request.flags);
    return ask_piece(&frame, number, code, result_context, result);
}

static int32_t stream_write(void *context, uint64_t operation, uint64_t stream, deployer_bytes bytes,
                            void *result_context, void (*result)(void *, const deployer_stream_piece *)) {
    (void)context;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    buffer frame;
    uint64_t number = call_begin(&frame, FUNCTION_STREAM_WRITE);
    put_number(&frame, TAG_VALUE, clamped(stream));
    if (bytes.length > DEPLOYER_CAP_STREAM_PIECE) code = DEPLOYER_CALL_TOO_LARGE;
    code = put_blob(&frame, TAG_BODY, bytes, code);
    return ask_piece(&frame, number, code, result_context, result);
}

static int32_t stream_answer(void *context, uint64_t operation, uint64_t stream, void *response_context,
                             void (*response)(void *, const deployer_http_response *)) {
    (void)context;
    if (!response) return DEPLOYER_CALL_INVALID;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    buffer frame_out;
    frame *reply;
    uint64_t number = call_begin(&frame_out, FUNCTION_STREAM_ANSWER);
    put_number(&frame_out, TAG_VALUE, clamped(stream));
    code = ask(&frame_out, number, code, NULL, NULL, &reply);
    pass_response(reply, response_context, response);
    free(reply);
    leave();
    return code;
}

static int32_t stream_read(void *context, uint64_t operation, uint64_t stream, uint64_t most, void *result_context,
                           void (*result)(void *, const deployer_stream_piece *)) {
    (void)context;
    if (!result) return DEPLOYER_CALL_INVALID;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    buffer frame;
    uint64_t number = call_begin(&frame, FUNCTION_STREAM_READ);
    put_number(&frame, TAG_VALUE, clamped(stream));
    put_number(&frame, TAG_MAXIMUM, clamped(most));
    return ask_piece(&frame, number, code, result_context, result);
}

static int32_t stream_close(void *context, uint64_t operation, uint64_t stream) {
    (void)context;
    int32_t code = enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    buffer frame;
    uint64_t number = call_begin(&frame, FUNCTION_STREAM_CLOSE);
    put_number(&frame, TAG_VALUE, clamped(stream));
    return ask_piece(&frame, number, code, NULL, NULL);
}

const deployer_http_stream_v1 http_stream_table = {.size = sizeof http_stream_table,
                                                   .open = stream_open,
                                                   .write = stream_write,
                                                   .answer = stream_answer,
                                                   .read = stream_read,
                                                   .close = stream_close};
