/*
 * The protocol between the host and the worker, over a stream socket on descriptor 3. Private to this version of the
 * deployer: both ends are built together; plugins never see it. The host's half is Stages/Worker/Wire*.swift.
 *
 * A frame is
 *     u32 length of what follows the header, u16 type, u16 zero, u64 operation        (header, 16 bytes)
 *     fields: u16 tag, u16 zero, u32 length, then so many bytes                       (8 bytes and the value)
 * all little-endian. A number is a field of 8 bytes, two's complement. A list repeats its tag. A field may itself hold
 * fields. Unknown tags are skipped.
 *
 * The host sends one command; the worker answers, in this order, with
 *     LOADED or REFUSED, then by command
 *     DESCRIBE  DESCRIBED
 *     CHECK     FINISHED (the status of open)
 *     DETECT    FINISHED
 *     RUN       OPENED, then FINISHED when that was OK
 * then DONE, after which it exits with 0. In between, as they come: events (LOG ... DETECTED), and CALLs, each of which
 * the host answers with any number of CHUNKs and one REPLY of the same call number.
 *
 * Descriptor 4 is the cancel pipe: readable (end of file) once the host has closed its end. Descriptor 5 belongs to the
 * guardian (see guardian.c), which writes the wait status of the worker into it: 4 bytes.
 */
#ifndef WORKER_WIRE_H
#define WORKER_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "plugin_api.h"

enum { SOCKET_FD = 3, CANCEL_FD = 4, STATUS_FD = 5 };

enum frame_type {
    /* host to worker */
    FRAME_DESCRIBE = 1,
    FRAME_CHECK = 2,
    FRAME_DETECT = 3,
    FRAME_RUN = 4,
    FRAME_REPLY = 8,
    FRAME_CHUNK = 9,
    /* worker to host */
    FRAME_LOADED = 64,
    FRAME_REFUSED = 65,
    FRAME_DESCRIBED = 66,
    FRAME_OPENED = 67,
    FRAME_FINISHED = 68,
    FRAME_DONE = 69,
    FRAME_LOG = 80,
    FRAME_DIAGNOSTIC = 81,
    FRAME_PROGRESS = 82,
    FRAME_OUTPUT = 83,
    FRAME_CHECKPOINT = 84,
    FRAME_SUMMARY = 85,
    FRAME_RETRY_AFTER = 86,
    FRAME_DETECTED = 87,
    FRAME_CALL = 96
};

/* Functions of host services, the value of TAG_FUNCTION. */
enum function {
    FUNCTION_PROCESS_RUN = 1,
    FUNCTION_HTTP_SEND = 2,
    FUNCTION_SECRET_EXISTS = 3,
    FUNCTION_SECRET_REVEAL = 4,
    FUNCTION_SUPERVISE_START = 5,
    FUNCTION_SUPERVISE_STOP = 6,
    FUNCTION_SUPERVISE_STATUS = 7,
    FUNCTION_STREAM_OPEN = 20,
    FUNCTION_STREAM_WRITE = 21,
    FUNCTION_STREAM_ANSWER = 22,
    FUNCTION_STREAM_READ = 23,
    FUNCTION_STREAM_CLOSE = 24
};

enum tag {
    TAG_PATH = 1,
    TAG_HOST_VERSION = 2,
    TAG_HOST_MINOR = 3,
    TAG_FEATURE = 4, /* list: what the host has at all */
    TAG_OFFERED = 5, /* list: what this plugin is offered */
    TAG_STATUS = 6,
    TAG_DOCUMENT = 7,
    TAG_REASON = 8,
    TAG_BUILT_MINOR = 9,
    TAG_LEAST_MINOR = 10,
    TAG_SERVICE = 11,
    TAG_KIND = 12,
    TAG_CONFIGURATION = 13,
    TAG_SOURCE = 14,
    TAG_STAGE = 15,
    TAG_OPERATION_ID = 16,
    TAG_SCRATCH = 17,
    TAG_RELEASE = 18,
    TAG_REVISION = 19,
    TAG_PREVIOUS = 20,
    TAG_CHANGED_PATH = 21, /* list */
    TAG_ENVIRONMENT = 22,  /* list of (NAME, VALUE) */
    TAG_STATE = 23,
    TAG_DEADLINE = 24,
    TAG_TIMEOUT = 25,
    TAG_FLAGS = 26,
    TAG_STREAM = 27,
    TAG_LEVEL = 28,
    TAG_TEXT = 29,
    TAG_KEY = 30,
    TAG_VALUE = 31,
    TAG_SHARE = 32,
    TAG_SEVERITY = 33,
    TAG_CODE = 34,
    TAG_GROUP = 35,
    TAG_SUMMARY = 36,
    TAG_DETAIL = 37,
    TAG_FILE = 38,
    TAG_LINE = 39,
    TAG_COLUMN = 40,
    TAG_POINTER = 41,
    TAG_NOTE = 42,   /* list of (SUMMARY, FILE, LINE, COLUMN) */
    TAG_FIX_IT = 43, /* list of (FILE, LINE, COLUMN, END_LINE, END_COLUMN, VALUE) */
    TAG_END_LINE = 44,
    TAG_END_COLUMN = 45,
    TAG_EVIDENCE = 46,
    TAG_CONFIDENCE = 47,
    TAG_MILLISECONDS = 48,
    TAG_CALL = 49, /* the number of a call */
    TAG_FUNCTION = 50,
    TAG_RESULT = 51,   /* DEPLOYER_CALL_* */
    TAG_ARGUMENT = 52, /* list */
    TAG_DIRECTORY = 53,
    TAG_SECRET = 54,  /* list of (NAME, PREFIX, REFERENCE) */
    TAG_INHERIT = 55, /* list */
    TAG_INPUT = 56,
    TAG_MAXIMUM = 57,
    TAG_METHOD = 58,
    TAG_URL = 59,
    TAG_HEADER = 60, /* list of (NAME, VALUE) */
    TAG_BODY = 61,
    TAG_NAME = 62,
    TAG_PREFIX = 63,
    TAG_REFERENCE = 64,
    TAG_PART = 65,
    TAG_OUTCOME = 66,
    TAG_EXIT = 67,
    TAG_DURATION = 68,
    TAG_OUT = 69,
    TAG_ERR = 70,
    TAG_MESSAGE = 71,
    TAG_PID = 72,
    TAG_RESTARTS = 73,
    TAG_STARTED = 74,
    TAG_LOG_PATH = 75,
    TAG_BODY_SECRET = 90, /* list of (NAME, PREFIX, REFERENCE) */
    TAG_IDLE = 91
};

/* How the worker itself ends when it cannot go on; no plugin code runs after that. */
enum worker_exit { EXIT_DONE = 0, EXIT_HOST_GONE = 70, EXIT_BAD_FRAME = 71, EXIT_NO_MEMORY = 72, EXIT_NO_SYSTEM = 73 };

/* ---- writing ---- */

/* A frame in the making, or a value that holds fields. */
typedef struct buffer {
    uint8_t *data;
    size_t length;
    size_t capacity;
} buffer;

void frame_begin(buffer *frame, enum frame_type type);
void put_bytes(buffer *target, enum tag tag, const void *data, uint64_t length);
void put_string(buffer *target, enum tag tag, deployer_string text);
void put_number(buffer *target, enum tag tag, int64_t value);
/* Fields put between the two become the value of one field. */
size_t put_open(buffer *target, enum tag tag);
void put_close(buffer *target, size_t mark);
void buffer_append(buffer *target, const void *data, size_t length);
void buffer_free(buffer *target);
/* Sends and frees the frame; safe from any thread. Ends the process when the host is gone. */
void frame_send(buffer *frame);

/* ---- reading ---- */

typedef struct frame {
    struct frame *next;
    uint32_t length;
    uint16_t type;
    uint64_t operation;
    uint8_t data[];
} frame;

/* The operation that every frame of this process carries: set by the command. */
extern uint64_t wire_operation;

/* Reads one frame (malloc'ed); NULL at the end of the stream. */
frame *frame_read(void);

/* The first value of a tag; {NULL, 0} when it is not there. */
deployer_string get_string(const uint8_t *data, size_t length, enum tag tag);
deployer_bytes get_bytes(const uint8_t *data, size_t length, enum tag tag);
int64_t get_number(const uint8_t *data, size_t length, enum tag tag);
/* All values of a tag (malloc'ed). */
deployer_string *get_strings(const uint8_t *data, size_t length, enum tag tag, uint64_t *count);
deployer_pair *get_pairs(const uint8_t *data, size_t length, enum tag tag, uint64_t *count);

/* malloc that ends the process instead of answering NULL. */
void *must_allocate(size_t size);

#endif
