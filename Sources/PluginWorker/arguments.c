/* The arguments of host service calls as fields of a frame, checked on the way; and the head of an HTTP answer. */
#include "worker.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_LIST = 65536 };

int32_t put_text(buffer *frame, enum tag tag, deployer_string text, int32_t code) {
    if (code != DEPLOYER_CALL_OK) return code;
    code = check_string(text, DEPLOYER_CAP_REQUEST);
    if (code != DEPLOYER_CALL_OK) return code;
    if (frame->length + text.length > DEPLOYER_CAP_REQUEST) return DEPLOYER_CALL_TOO_LARGE;
    put_bytes(frame, tag, text.data, text.length); /* also an empty one: it has its place in a list */
    return code;
}

static int32_t check_list(const void *items, uint64_t count, int32_t code) {
    if (code != DEPLOYER_CALL_OK) return code;
    if (count && !items) return DEPLOYER_CALL_INVALID;
    return count > LARGEST_LIST ? DEPLOYER_CALL_TOO_LARGE : DEPLOYER_CALL_OK;
}

int32_t put_list(buffer *frame, enum tag tag, const deployer_string *items, uint64_t count, int32_t code) {
    code = check_list(items, count, code);
    for (uint64_t index = 0; index < count && code == DEPLOYER_CALL_OK; index++)
        code = put_text(frame, tag, items[index], code);
    return code;
}

int32_t put_pairs(buffer *frame, enum tag tag, const deployer_pair *items, uint64_t count, int32_t code) {
    code = check_list(items, count, code);
    for (uint64_t index = 0; index < count && code == DEPLOYER_CALL_OK; index++) {
        size_t mark = put_open(frame, tag);
        code = put_text(frame, TAG_NAME, items[index].name, code);
        code = put_text(frame, TAG_VALUE, items[index].value, code);
        put_close(frame, mark);
    }
    return code;
}

int32_t put_secrets(buffer *frame, enum tag tag, const deployer_secret_pair *items, uint64_t count, int32_t code) {
    code = check_list(items, count, code);
    for (uint64_t index = 0; index < count && code == DEPLOYER_CALL_OK; index++) {
        size_t mark = put_open(frame, tag);
        code = put_text(frame, TAG_NAME, items[index].name, code);
        code = put_text(frame, TAG_PREFIX, items[index].prefix, code);
        code = put_text(frame, TAG_REFERENCE, items[index].reference, code);
        put_close(frame, mark);
    }
    return code;
}

int32_t put_blob(buffer *frame, enum tag tag, deployer_bytes bytes, int32_t code) {
    return put_text(frame, tag, (deployer_string){(const char *)bytes.data, bytes.length}, code);
}

int64_t clamped(uint64_t value) { return (int64_t)(value > INT64_MAX ? INT64_MAX : value); }

int32_t ask(buffer *request, uint64_t number, int32_t code, void (*chunk)(void *, const frame *), void *context,
                   frame **reply) {
    *reply = NULL;
    if (code != DEPLOYER_CALL_OK) {
        buffer_free(request);
        return code;
    }
    *reply = call_host(request, number, chunk, context);
    return (int32_t)get_number((*reply)->data, (*reply)->length, TAG_RESULT);
}

void pass_response(const frame *reply, void *context, void (*response)(void *, const deployer_http_response *)) {
    deployer_http_response answer = {
        .size = sizeof answer,
        .status = (int32_t)get_number(reply->data, reply->length, TAG_STATUS),
        .body = get_bytes(reply->data, reply->length, TAG_BODY),
        .message = get_string(reply->data, reply->length, TAG_MESSAGE),
    };
    deployer_pair *headers = get_pairs(reply->data, reply->length, TAG_HEADER, &answer.header_count);
    answer.headers = headers;
    response(context, &answer);
    free(headers);
}
