/* The host's side of a call: the token that ties sinks to their operation, and the sinks. */
#include "worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
static uint64_t current_token; /* 0: no call is open */
static uint64_t last_token;
static unsigned inside;
static const frame *current_command;

void copy_sized(void *target, size_t target_size, const void *source) {
    uint64_t size;
    memcpy(&size, source, sizeof size);
    size &= ~(uint64_t)7; /* no struct of this ABI has another size; half a pointer must not be read */
    memset(target, 0, target_size);
    memcpy(target, source, size < target_size ? size : target_size);
}

int32_t check_string(deployer_string text, uint64_t cap) {
    if (text.length && !text.data) return DEPLOYER_CALL_INVALID;
    return text.length > cap ? DEPLOYER_CALL_TOO_LARGE : DEPLOYER_CALL_OK;
}

int32_t enter(uint64_t token) {
    int32_t code = DEPLOYER_CALL_OK;
    pthread_mutex_lock(&state_lock);
    if (token == 0 || token != current_token) {
        code = DEPLOYER_CALL_REFUSED;
    } else {
        inside++;
    }
    pthread_mutex_unlock(&state_lock);
    return code;
}

void leave(void) {
    pthread_mutex_lock(&state_lock);
    if (--inside == 0) pthread_cond_broadcast(&idle);
    pthread_mutex_unlock(&state_lock);
}

/* Sends the frame unless something was wrong with its parts. */
static int32_t finish(buffer *frame, int32_t code) {
    if (code == DEPLOYER_CALL_OK) {
        frame_send(frame);
    } else {
        buffer_free(frame);
    }
    leave();
    return code;
}

static int32_t put_checked(buffer *frame, enum tag tag, deployer_string text, uint64_t cap, int32_t code) {
    if (code != DEPLOYER_CALL_OK) return code;
    code = check_string(text, cap);
    if (code == DEPLOYER_CALL_OK && frame->length + text.length > LARGEST_EVENT) code = DEPLOYER_CALL_TOO_LARGE;
    if (code == DEPLOYER_CALL_OK) put_string(frame, tag, text);
    return code;
}

#define ENTER(type)                                                                                                    \
    (void)context;                                                                                                     \
    int32_t code = enter(operation);                                                                                   \
    if (code != DEPLOYER_CALL_OK) return code;                                                                         \
    buffer frame;                                                                                                      \
    frame_begin(&frame, type)

static int32_t sink_log(void *context, uint64_t operation, int32_t stream, int32_t level, deployer_string line) {
    ENTER(FRAME_LOG);
    put_number(&frame, TAG_STREAM, stream);
    put_number(&frame, TAG_LEVEL, level);
    if (line.length > DEPLOYER_CAP_LOG_LINE) line.length = DEPLOYER_CAP_LOG_LINE;
    return finish(&frame, put_checked(&frame, TAG_TEXT, line, DEPLOYER_CAP_LOG_LINE, code));
}

static int32_t put_notes(buffer *frame, const deployer_diagnostic *value, int32_t code) {
    if (code == DEPLOYER_CALL_OK && value->note_count && !value->notes) return DEPLOYER_CALL_INVALID;
    uint64_t count = value->note_count < DEPLOYER_CAP_RELATED ? value->note_count : DEPLOYER_CAP_RELATED;
    for (uint64_t index = 0; index < count && code == DEPLOYER_CALL_OK; index++) {
        deployer_note note;
        if (!value->notes[index]) return DEPLOYER_CALL_INVALID;
        copy_sized(&note, sizeof note, value->notes[index]);
        size_t mark = put_open(frame, TAG_NOTE);
        code = put_checked(frame, TAG_SUMMARY, note.message, DEPLOYER_CAP_TEXT, code);
        code = put_checked(frame, TAG_FILE, note.file, DEPLOYER_CAP_TEXT, code);
        put_number(frame, TAG_LINE, note.line);
        put_number(frame, TAG_COLUMN, note.column);
        put_close(frame, mark);
    }
    return code;
}

static int32_t put_fix_its(buffer *frame, const deployer_diagnostic *value, int32_t code) {
    if (code == DEPLOYER_CALL_OK && value->fix_it_count && !value->fix_its) return DEPLOYER_CALL_INVALID;
    uint64_t count = value->fix_it_count < DEPLOYER_CAP_RELATED ? value->fix_it_count : DEPLOYER_CAP_RELATED;
    for (uint64_t index = 0; index < count && code == DEPLOYER_CALL_OK; index++) {
        deployer_fix_it fix;
        if (!value->fix_its[index]) return DEPLOYER_CALL_INVALID;
        copy_sized(&fix, sizeof fix, value->fix_its[index]);
        size_t mark = put_open(frame, TAG_FIX_IT);
        code = put_checked(frame, TAG_FILE, fix.file, DEPLOYER_CAP_TEXT, code);
        put_number(frame, TAG_LINE, fix.start_line);
        put_number(frame, TAG_COLUMN, fix.start_column);
        put_number(frame, TAG_END_LINE, fix.end_line);
        put_number(frame, TAG_END_COLUMN, fix.end_column);
        code = put_checked(frame, TAG_VALUE, fix.replacement, DEPLOYER_CAP_TEXT, code);
        put_close(frame, mark);
    }
    return code;
}

static int32_t sink_diagnostic(void *context, uint64_t operation, const deployer_diagnostic *diagnostic) {
    if (!diagnostic) return DEPLOYER_CALL_INVALID;
    ENTER(FRAME_DIAGNOSTIC);
    deployer_diagnostic value;
    copy_sized(&value, sizeof value, diagnostic);
    put_number(&frame, TAG_SEVERITY, value.severity);
    put_number(&frame, TAG_LINE, value.line);
    put_number(&frame, TAG_COLUMN, value.column);
    code = put_checked(&frame, TAG_CODE, value.code, DEPLOYER_CAP_TEXT, code);
    code = put_checked(&frame, TAG_GROUP, value.group, DEPLOYER_CAP_TEXT, code);
    code = put_checked(&frame, TAG_SUMMARY, value.summary, DEPLOYER_CAP_TEXT, code);
    code = put_checked(&frame, TAG_DETAIL, value.detail, DEPLOYER_CAP_TEXT, code);
    code = put_checked(&frame, TAG_FILE, value.file, DEPLOYER_CAP_TEXT, code);
    code = put_checked(&frame, TAG_POINTER, value.pointer, DEPLOYER_CAP_TEXT, code);
    code = put_notes(&frame, &value, code);
    code = put_fix_its(&frame, &value, code);
    return finish(&frame, code);
}

static int32_t sink_progress(void *context, uint64_t operation, int32_t share, deployer_string message) {
    ENTER(FRAME_PROGRESS);
    put_number(&frame, TAG_SHARE, share);
    return finish(&frame, put_checked(&frame, TAG_TEXT, message, DEPLOYER_CAP_TEXT, code));
}

static int32_t sink_output(void *context, uint64_t operation, deployer_string key, deployer_string value) {
    ENTER(FRAME_OUTPUT);
    if (!key.length) code = DEPLOYER_CALL_INVALID;
    code = put_checked(&frame, TAG_KEY, key, DEPLOYER_CAP_OUTPUT_KEY, code);
    return finish(&frame, put_checked(&frame, TAG_VALUE, value, DEPLOYER_CAP_OUTPUT_VALUE, code));
}

static int32_t sink_checkpoint(void *context, uint64_t operation, deployer_bytes state) {
    ENTER(FRAME_CHECKPOINT);
    if (state.length && !state.data) code = DEPLOYER_CALL_INVALID;
    if (state.length > DEPLOYER_CAP_CHECKPOINT) code = DEPLOYER_CALL_TOO_LARGE;
    if (code == DEPLOYER_CALL_OK) put_bytes(&frame, TAG_STATE, state.data, state.length);
    return finish(&frame, code);
}

static int32_t sink_summary(void *context, uint64_t operation, deployer_string text) {
    ENTER(FRAME_SUMMARY);
    return finish(&frame, put_checked(&frame, TAG_TEXT, text, DEPLOYER_CAP_TEXT, code));
}

static int32_t sink_retry_after(void *context, uint64_t operation, uint64_t milliseconds) {
    ENTER(FRAME_RETRY_AFTER);
    put_number(&frame, TAG_MILLISECONDS, (int64_t)(milliseconds > INT64_MAX ? INT64_MAX : milliseconds));
    return finish(&frame, code);
}

static int32_t sink_detected(void *context, uint64_t operation, const deployer_detection *detection) {
    if (!detection) return DEPLOYER_CALL_INVALID;
    ENTER(FRAME_DETECTED);
    deployer_detection value;
    copy_sized(&value, sizeof value, detection);
    put_number(&frame, TAG_CONFIDENCE, value.confidence);
    put_number(&frame, TAG_FLAGS, value.flags);
    code = put_checked(&frame, TAG_KIND, value.kind, DEPLOYER_CAP_TEXT, code);
    code = put_checked(&frame, TAG_EVIDENCE, value.evidence, DEPLOYER_CAP_TEXT, code);
    return finish(&frame, code);
}

static int is_offered(deployer_string id) {
    uint64_t count;
    int found = 0;
    deployer_string *offered = get_strings(current_command->data, current_command->length, TAG_OFFERED, &count);
    for (uint64_t index = 0; index < count && !found; index++)
        found = offered[index].length == id.length && memcmp(offered[index].data, id.data, id.length) == 0;
    free(offered);
    return found;
}

static const void *find_extension(void *context, uint64_t operation, deployer_string id) {
    (void)context;
    if (check_string(id, 256) != DEPLOYER_CALL_OK || !id.length || enter(operation) != DEPLOYER_CALL_OK) return NULL;
    const void *table = is_offered(id) ? service_table(id) : NULL;
    leave();
    return table;
}

const deployer_host *host_begin(const frame *command) {
    deployer_host *host = must_allocate(sizeof *host);
    current_command = command;
    pthread_mutex_lock(&state_lock);
    if (!last_token) last_token = wire_operation;
    current_token = ++last_token;
    *host = (deployer_host){.size = sizeof *host,
                            .operation = current_token,
                            .get_extension = find_extension,
                            .log = sink_log,
                            .diagnostic = sink_diagnostic,
                            .progress = sink_progress,
                            .output = sink_output,
                            .checkpoint = sink_checkpoint,
                            .summary = sink_summary,
                            .retry_after = sink_retry_after,
                            .detected = sink_detected};
    pthread_mutex_unlock(&state_lock);
    return host;
}

void host_end(void) {
    pthread_mutex_lock(&state_lock);
    current_token = 0;
    while (inside) pthread_cond_wait(&idle, &state_lock);
    pthread_mutex_unlock(&state_lock);
}
