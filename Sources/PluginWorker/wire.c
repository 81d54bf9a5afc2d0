/* Frames: making, sending, reading. The format is described in wire.h. */
#include "wire.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "frames are written in the machine's order, which must be little-endian"
#endif

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

enum { HEADER = 16, FIELD = 8, LARGEST_FRAME = 64 * 1024 * 1024 };

uint64_t wire_operation = 0;
static pthread_mutex_t send_lock = PTHREAD_MUTEX_INITIALIZER;

void *must_allocate(size_t size) {
    void *block = malloc(size ? size : 1);
    if (!block) _exit(EXIT_NO_MEMORY);
    return block;
}

/* ---- writing ---- */

static void reserve(buffer *target, size_t extra) {
    if (target->capacity - target->length >= extra) return;
    size_t capacity = target->capacity ? target->capacity : 512;
    while (capacity - target->length < extra) capacity *= 2;
    uint8_t *data = realloc(target->data, capacity);
    if (!data) _exit(EXIT_NO_MEMORY);
    target->data = data;
    target->capacity = capacity;
}

void buffer_append(buffer *target, const void *data, size_t length) {
    reserve(target, length);
    if (length) memcpy(target->data + target->length, data, length);
    target->length += length;
}

void buffer_free(buffer *target) {
    free(target->data);
    memset(target, 0, sizeof *target);
}

void frame_begin(buffer *frame, enum frame_type type) {
    uint16_t words[2] = {(uint16_t)type, 0};
    uint32_t length = 0;
    memset(frame, 0, sizeof *frame);
    buffer_append(frame, &length, sizeof length);
    buffer_append(frame, words, sizeof words);
    buffer_append(frame, &wire_operation, sizeof wire_operation);
}

static void put_head(buffer *target, enum tag tag, uint32_t length) {
    uint16_t words[2] = {(uint16_t)tag, 0};
    buffer_append(target, words, sizeof words);
    buffer_append(target, &length, sizeof length);
}

void put_bytes(buffer *target, enum tag tag, const void *data, uint64_t length) {
    put_head(target, tag, (uint32_t)length);
    buffer_append(target, data, length);
}

void put_string(buffer *target, enum tag tag, deployer_string text) {
    if (text.length) put_bytes(target, tag, text.data, text.length);
}

void put_number(buffer *target, enum tag tag, int64_t value) { put_bytes(target, tag, &value, sizeof value); }

size_t put_open(buffer *target, enum tag tag) {
    put_head(target, tag, 0);
    return target->length;
}

void put_close(buffer *target, size_t mark) {
    uint32_t length = (uint32_t)(target->length - mark);
    memcpy(target->data + mark - sizeof length, &length, sizeof length);
}

void frame_send(buffer *frame) {
    uint32_t length = (uint32_t)(frame->length - HEADER);
    memcpy(frame->data, &length, sizeof length);
    pthread_mutex_lock(&send_lock);
    for (size_t sent = 0; sent < frame->length;) {
        ssize_t count = send(SOCKET_FD, frame->data + sent, frame->length - sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) _exit(EXIT_HOST_GONE);
        sent += (size_t)count;
    }
    pthread_mutex_unlock(&send_lock);
    buffer_free(frame);
}

/* ---- reading ---- */

/* Returns 0 at the end of the stream. */
static int read_all(void *target, size_t length) {
    for (size_t got = 0; got < length;) {
        ssize_t count = recv(SOCKET_FD, (uint8_t *)target + got, length - got, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return 0;
        got += (size_t)count;
    }
    return 1;
}

frame *frame_read(void) {
    uint8_t header[HEADER];
    uint32_t length;
    if (!read_all(header, HEADER)) return NULL;
    memcpy(&length, header, sizeof length);
    if (length > LARGEST_FRAME) _exit(EXIT_BAD_FRAME);
    frame *result = must_allocate(sizeof *result + length);
    result->next = NULL;
    result->length = length;
    memcpy(&result->type, header + 4, sizeof result->type);
    memcpy(&result->operation, header + 8, sizeof result->operation);
    if (!read_all(result->data, length)) {
        free(result);
        return NULL;
    }
    return result;
}

/* Steps to the next field; returns 0 at the end. */
static int next_field(const uint8_t **cursor, const uint8_t *end, uint16_t *tag, const uint8_t **value,
                      uint32_t *size) {
    if (end - *cursor < FIELD) return 0;
    memcpy(tag, *cursor, sizeof *tag);
    memcpy(size, *cursor + 4, sizeof *size);
    *value = *cursor + FIELD;
    if ((uint64_t)(end - *value) < *size) return 0;
    *cursor = *value + *size;
    return 1;
}

static const uint8_t *find(const uint8_t *data, size_t length, enum tag wanted, uint32_t *size) {
    const uint8_t *cursor = data, *value;
    uint16_t tag;
    while (next_field(&cursor, data + length, &tag, &value, size))
        if (tag == wanted) return value;
    *size = 0;
    return NULL;
}

deployer_bytes get_bytes(const uint8_t *data, size_t length, enum tag tag) {
    uint32_t size;
    const uint8_t *value = find(data, length, tag, &size);
    return (deployer_bytes){value, size};
}

deployer_string get_string(const uint8_t *data, size_t length, enum tag tag) {
    deployer_bytes value = get_bytes(data, length, tag);
    return (deployer_string){(const char *)value.data, value.length};
}

int64_t get_number(const uint8_t *data, size_t length, enum tag tag) {
    int64_t number = 0;
    deployer_bytes value = get_bytes(data, length, tag);
    if (value.length == sizeof number) memcpy(&number, value.data, sizeof number);
    return number;
}

static uint64_t count_fields(const uint8_t *data, size_t length, enum tag wanted) {
    const uint8_t *cursor = data, *value;
    uint16_t tag;
    uint32_t size;
    uint64_t count = 0;
    while (next_field(&cursor, data + length, &tag, &value, &size)) count += tag == wanted;
    return count;
}

deployer_string *get_strings(const uint8_t *data, size_t length, enum tag wanted, uint64_t *count) {
    const uint8_t *cursor = data, *value;
    uint16_t tag;
    uint32_t size;
    deployer_string *items = must_allocate(count_fields(data, length, wanted) * sizeof *items);
    *count = 0;
    while (next_field(&cursor, data + length, &tag, &value, &size))
        if (tag == wanted) items[(*count)++] = (deployer_string){(const char *)value, size};
    return items;
}

deployer_pair *get_pairs(const uint8_t *data, size_t length, enum tag wanted, uint64_t *count) {
    deployer_string *values = get_strings(data, length, wanted, count);
    deployer_pair *pairs = must_allocate(*count * sizeof *pairs);
    for (uint64_t index = 0; index < *count; index++) {
        const uint8_t *value = (const uint8_t *)values[index].data;
        pairs[index].name = get_string(value, values[index].length, TAG_NAME);
        pairs[index].value = get_string(value, values[index].length, TAG_VALUE);
    }
    free(values);
    return pairs;
}
