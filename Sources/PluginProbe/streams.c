/* http-stream/1 of the scripted host: the answers of http/1, in pieces, and every rule of the header kept. */
#include "services.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct exchange {
    uint64_t number; /* 0: none */
    uint32_t flags;
    uint64_t promised, written; /* bytes of the request's body */
    uint64_t left;              /* of the answer's */
    long idle;
    uint32_t noise;
    int is_answered, is_broken;
} exchange;

static exchange exchanges[DEPLOYER_CAP_STREAMS];
static uint64_t last_number;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void streams_shut(void) {
    pthread_mutex_lock(&lock);
    memset(exchanges, 0, sizeof exchanges);
    pthread_mutex_unlock(&lock);
}

static exchange *find(uint64_t number) {
    for (size_t index = 0; number && index < DEPLOYER_CAP_STREAMS; index++)
        if (exchanges[index].number == number) return &exchanges[index];
    return NULL;
}

/* A copy of the exchange; 0 when there is none of that number. Each is used by one thread at a time. */
static int look_up(uint64_t number, exchange *copy) {
    pthread_mutex_lock(&lock);
    exchange *found = find(number);
    if (found) *copy = *found;
    pthread_mutex_unlock(&lock);
    return found != NULL;
}

static void put_back(const exchange *copy) {
    pthread_mutex_lock(&lock);
    exchange *found = find(copy->number);
    if (found) *found = *copy;
    pthread_mutex_unlock(&lock);
}

typedef void (*take_piece)(void *, const deployer_stream_piece *);

static int32_t pass(int32_t code, uint64_t number, deployer_bytes bytes, const char *reason, void *context, take_piece result) {
    deployer_stream_piece piece = {.size = sizeof piece, .stream = number, .bytes = bytes, .message = {reason, strlen(reason)}};
    if (result) result(context, lend_struct(&piece, sizeof piece, 0));
    return code;
}

static int32_t refuse(int32_t code, const char *reason, void *context, take_piece result) {
    return pass(code, 0, (deployer_bytes){NULL, 0}, reason, context, result);
}

/* What has gone wrong with it before, or goes wrong now; OK otherwise. */
static int32_t progress(exchange *stream, const char **reason) {
    *reason = "the exchange was broken off";
    if (stream->is_broken) return DEPLOYER_CALL_FAILED;
    int32_t code = http_obstacle(stream->idle, reason);
    stream->is_broken = code != DEPLOYER_CALL_OK;
    return code;
}

static int32_t stream_open(void *context, uint64_t operation, const deployer_stream_request *given, void *result_context,
                           take_piece result) {
    (void)context;
    if (!given || !result) return DEPLOYER_CALL_INVALID;
    int32_t code = host_enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    host_count(&seen.requests);
    deployer_stream_request request;
    copy_sized(&request, sizeof request, given);
    host_text("a method", request.method, DEPLOYER_CAP_REQUEST);
    host_text("a URL", request.url, DEPLOYER_CAP_REQUEST);
    check_pairs("a header", request.headers, request.header_count);
    check_secrets("a secret header", request.secret_headers, request.secret_header_count);
    check_secrets("a secret of a body", request.body_secrets, request.body_secret_count);
    code = check_body(request.body);
    if (code != DEPLOYER_CALL_OK) return code;
    for (uint64_t index = 0; request.body_secrets && index < request.body_secret_count; index++)
        if (!request.body_secrets[index].name.length)
            return refuse(host_misuse("a secret of a body has no marker"), "a secret of a body needs a marker", result_context, result);
    if (request.flags & DEPLOYER_STREAM_WRITES && request.body.length)
        host_misuse("a stream whose body is written was opened with a body");
    long own = request.idle_ms && request.idle_ms < 30000 ? (long)request.idle_ms : 30000;
    if (request.timeout_ms && (long)request.timeout_ms < own) own = (long)request.timeout_ms;
    pthread_mutex_lock(&lock);
    exchange *room = NULL;
    for (size_t index = 0; !room && index < DEPLOYER_CAP_STREAMS; index++)
        if (!exchanges[index].number) room = &exchanges[index];
    uint64_t number = room ? ++last_number : 0;
    if (room)
        *room = (exchange){.number = number, .flags = request.flags, .promised = request.body_length, .idle = own,
                           .left = http_length(), .noise = (uint32_t)number_argument("seed", 1)};
    pthread_mutex_unlock(&lock);
    if (!room) return refuse(DEPLOYER_CALL_FAILED, "too many streams at a time: close some", result_context, result);
    return pass(DEPLOYER_CALL_OK, number, (deployer_bytes){NULL, 0}, "", result_context, result);
}

static int32_t stream_write(void *context, uint64_t operation, uint64_t number, deployer_bytes bytes, void *result_context,
                            take_piece result) {
    (void)context;
    int32_t code = host_enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    const char *reason;
    exchange stream;
    if (bytes.length > DEPLOYER_CAP_STREAM_PIECE) return DEPLOYER_CALL_TOO_LARGE;
    if (bytes.length && !bytes.data) return host_misuse("bytes to write have a length and no data");
    if (!look_up(number, &stream))
        return refuse(host_misuse("a stream that there is not was written to"), "there is no such stream", result_context, result);
    if (!(stream.flags & DEPLOYER_STREAM_WRITES) || stream.is_answered)
        return refuse(host_misuse(stream.is_answered ? "a stream was written to after its answer was asked for"
                                                     : "a stream was written to that was opened without DEPLOYER_STREAM_WRITES"),
                      "nothing can be written now", result_context, result);
    /* What is sent is read, as it would be on its way. */
    volatile uint8_t sum = 0;
    for (uint64_t index = 0; index < bytes.length; index++) sum = (uint8_t)(sum + bytes.data[index]);
    stream.written += bytes.length;
    code = progress(&stream, &reason);
    put_back(&stream);
    return refuse(code, code == DEPLOYER_CALL_OK ? "" : reason, result_context, result);
}

static int32_t stream_answer(void *context, uint64_t operation, uint64_t number, void *response_context,
                             void (*response)(void *, const deployer_http_response *)) {
    (void)context;
    if (!response) return DEPLOYER_CALL_INVALID;
    int32_t code = host_enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    const char *reason = "there is no such stream";
    exchange stream;
    if (!look_up(number, &stream)) {
        code = host_misuse("the answer of a stream that there is not was asked for");
    } else {
        code = progress(&stream, &reason);
        if (code == DEPLOYER_CALL_OK && stream.flags & DEPLOYER_STREAM_WRITES && stream.promised && stream.promised != stream.written) {
            host_misuse("a stream was given another number of bytes than its body_length says");
            stream.is_broken = 1;
            code = DEPLOYER_CALL_FAILED;
            reason = "the body has another length than it was said to have";
        }
        stream.is_answered = 1;
        put_back(&stream);
    }
    deployer_pair header = {{"content-type", 12}, {"application/json", 16}};
    deployer_http_response answer = {.size = sizeof answer};
    if (code == DEPLOYER_CALL_OK) {
        answer.status = fault == FAULT_STATUS ? 500 : 200;
        answer.headers = &header;
        answer.header_count = 1;
    } else {
        answer.message = (deployer_string){reason, strlen(reason)};
    }
    response(response_context, lend_struct(&answer, sizeof answer, 0));
    return code;
}

static int32_t stream_read(void *context, uint64_t operation, uint64_t number, uint64_t most, void *result_context,
                           take_piece result) {
    (void)context;
    if (!result) return DEPLOYER_CALL_INVALID;
    int32_t code = host_enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    const char *reason;
    exchange stream;
    if (!look_up(number, &stream))
        return refuse(host_misuse("a stream that there is not was read"), "there is no such stream", result_context, result);
    if (!stream.is_answered)
        return refuse(host_misuse("a stream was read before its answer was asked for"), "ask for the answer first", result_context,
                      result);
    code = progress(&stream, &reason);
    if (code != DEPLOYER_CALL_OK) {
        put_back(&stream);
        return refuse(code, reason, result_context, result);
    }
    uint64_t length = most ? most : DEPLOYER_STREAM_PIECE;
    if (length > DEPLOYER_CAP_STREAM_PIECE) length = DEPLOYER_CAP_STREAM_PIECE;
    if (length > stream.left) length = stream.left;
    uint8_t *made = http_content(length, &stream.noise);
    stream.left -= length;
    put_back(&stream);
    code = pass(DEPLOYER_CALL_OK, 0, lend_body(made, length), "", result_context, result);
    free(made);
    return code;
}

static int32_t stream_close(void *context, uint64_t operation, uint64_t number) {
    (void)context;
    int32_t code = host_enter(operation);
    if (code != DEPLOYER_CALL_OK) return code;
    pthread_mutex_lock(&lock);
    exchange *found = find(number);
    if (found) *found = (exchange){0};
    pthread_mutex_unlock(&lock);
    /* As the host does: a second close says that there is none. */
    return found ? DEPLOYER_CALL_OK : DEPLOYER_CALL_INVALID;
}

const deployer_http_stream_v1 http_stream_table = {.size = sizeof http_stream_table,
                                                   .open = stream_open,
                                                   .write = stream_write,
                                                   .answer = stream_answer,
                                                   .read = stream_read,
                                                   .close = stream_close};
