/* The scripted host's side of a call: tokens and sinks, which take everything and remember what was wrong with it. */
#include "services.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

witness seen;
enum fault fault;
int offers_services = 1;
int64_t host_cut;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Far from small numbers, so that one that is made up is no token. */
static uint64_t current, last = 0x7E57000000000000u;

static int is_utf8(const unsigned char *data, uint64_t length) {
    for (uint64_t index = 0; index < length;) {
        unsigned char first = data[index];
        int more = first < 0x80 ? 0 : first >= 0xC2 && first < 0xE0 ? 1 : first >= 0xE0 && first < 0xF0 ? 2
                   : first >= 0xF0 && first < 0xF5 ? 3 : -1;
        if (more < 0 || length - index <= (uint64_t)more) return 0;
        for (int offset = 1; offset <= more; offset++)
            if ((data[index + offset] & 0xC0) != 0x80) return 0;
        if ((first == 0xE0 && data[index + 1] < 0xA0) || (first == 0xED && data[index + 1] > 0x9F) ||
            (first == 0xF0 && data[index + 1] < 0x90) || (first == 0xF4 && data[index + 1] > 0x8F)) return 0;
        index += (uint64_t)more + 1;
    }
    return 1;
}

int32_t host_enter(uint64_t operation) {
    pthread_mutex_lock(&lock);
    int32_t code = operation == current && current ? DEPLOYER_CALL_OK : DEPLOYER_CALL_REFUSED;
    seen.calls++;
    if (code != DEPLOYER_CALL_OK) {
        /* Tokens are given out one after the other: one that was never given out is made up. */
        if (operation > 0x7E57000000000000u && operation <= last) seen.late++;
        else seen.foreign++;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

void host_count(unsigned *counter) {
    pthread_mutex_lock(&lock);
    (*counter)++;
    pthread_mutex_unlock(&lock);
}

int32_t host_text(const char *what, deployer_string text, uint64_t cap) {
    const char *problem = NULL;
    int32_t code = DEPLOYER_CALL_OK;
    if (text.length && !text.data) {
        problem = "has a length and no data";
        code = DEPLOYER_CALL_INVALID;
    } else if (text.length > cap) {
        problem = "is longer than its cap";
        code = DEPLOYER_CALL_TOO_LARGE;
    } else if (text.length && !is_utf8((const unsigned char *)text.data, text.length)) {
        problem = "is not UTF-8";
    }
    if (!problem) return code;
    pthread_mutex_lock(&lock);
    if (!seen.bad_strings++) {
        snprintf(seen.bad_string, sizeof seen.bad_string, "%s %s (%llu bytes)", what, problem,
                 (unsigned long long)text.length);
    }
    pthread_mutex_unlock(&lock);
    return code;
}

int32_t host_misuse(const char *what) {
    pthread_mutex_lock(&lock);
    if (!seen.misuses++) snprintf(seen.misuse, sizeof seen.misuse, "%s", what);
    pthread_mutex_unlock(&lock);
    return DEPLOYER_CALL_INVALID;
}

void copy_sized(void *target, size_t target_size, const void *source) {
    uint64_t size;
    memcpy(&size, source, sizeof size);
    size &= ~(uint64_t)7;
    memset(target, 0, target_size);
    memcpy(target, source, size < target_size ? size : target_size);
}

#define ENTER                                                                                                          \
    (void)context;                                                                                                     \
    int32_t code = host_enter(operation);                                                                              \
    if (code != DEPLOYER_CALL_OK) return code

static int32_t sink_log(void *context, uint64_t operation, int32_t stream, int32_t level, deployer_string line) {
    (void)stream;
    (void)level;
    ENTER;
    /* A long line is cut, not refused. */
    if (line.length > DEPLOYER_CAP_LOG_LINE) line.length = 0;
    return host_text("a log line", line, DEPLOYER_CAP_LOG_LINE);
}

static int32_t sink_diagnostic(void *context, uint64_t operation, const deployer_diagnostic *given) {
    ENTER;
    if (!given) return DEPLOYER_CALL_INVALID;
    deployer_diagnostic value;
    copy_sized(&value, sizeof value, given);
    int32_t codes[] = {host_text("a diagnostic's code", value.code, DEPLOYER_CAP_TEXT),
                       host_text("a diagnostic's group", value.group, DEPLOYER_CAP_TEXT),
                       host_text("a diagnostic's summary", value.summary, DEPLOYER_CAP_TEXT),
                       host_text("a diagnostic's detail", value.detail, DEPLOYER_CAP_TEXT),
                       host_text("a diagnostic's file", value.file, DEPLOYER_CAP_TEXT),
                       host_text("a diagnostic's pointer", value.pointer, DEPLOYER_CAP_TEXT)};
    for (size_t index = 0; index < sizeof codes / sizeof *codes; index++)
        if (codes[index] != DEPLOYER_CALL_OK) return codes[index];
    for (uint64_t index = 0; value.notes && index < value.note_count && index < DEPLOYER_CAP_RELATED; index++) {
        deployer_note entry;
        if (!value.notes[index]) return DEPLOYER_CALL_INVALID;
        copy_sized(&entry, sizeof entry, value.notes[index]);
        if (host_text("a note's text", entry.message, DEPLOYER_CAP_TEXT) != DEPLOYER_CALL_OK) return DEPLOYER_CALL_INVALID;
    }
    if (value.severity == DEPLOYER_SEVERITY_WARNING) host_count(&seen.warnings);
    /* A severity that the host does not know counts as ERROR. */
    if (value.severity >= DEPLOYER_SEVERITY_ERROR || value.severity < 0) {
        pthread_mutex_lock(&lock);
        seen.errors++;
        if (value.pointer.length) seen.pointers++;
        if (value.summary.length)
            snprintf(seen.last_error, sizeof seen.last_error, "%.*s", (int)(value.summary.length < 200 ? value.summary.length : 200),
                     value.summary.data);
        pthread_mutex_unlock(&lock);
    }
    return code;
}

static int32_t sink_progress(void *context, uint64_t operation, int32_t share, deployer_string message) {
    (void)share;
    ENTER;
    return host_text("a progress message", message, DEPLOYER_CAP_TEXT);
}

static int32_t sink_output(void *context, uint64_t operation, deployer_string key, deployer_string value) {
    ENTER;
    if (!key.length) return DEPLOYER_CALL_INVALID;
    code = host_text("an output's key", key, DEPLOYER_CAP_OUTPUT_KEY);
    return code == DEPLOYER_CALL_OK ? host_text("an output's value", value, DEPLOYER_CAP_OUTPUT_VALUE) : code;
}

static int32_t sink_checkpoint(void *context, uint64_t operation, deployer_bytes state) {
    ENTER;
    if (state.length && !state.data) return DEPLOYER_CALL_INVALID;
    return state.length > DEPLOYER_CAP_CHECKPOINT ? DEPLOYER_CALL_TOO_LARGE : DEPLOYER_CALL_OK;
}

static int32_t sink_summary(void *context, uint64_t operation, deployer_string text) {
    ENTER;
    return host_text("a summary", text, DEPLOYER_CAP_TEXT);
}

static int32_t sink_retry_after(void *context, uint64_t operation, uint64_t milliseconds) {
    (void)milliseconds;
    ENTER;
    return code;
}

static int32_t sink_detected(void *context, uint64_t operation, const deployer_detection *given) {
    ENTER;
    if (!given) return DEPLOYER_CALL_INVALID;
    deployer_detection value;
    copy_sized(&value, sizeof value, given);
    host_count(&seen.detections);
    if (value.confidence >= 50) host_count(&seen.claims);
    code = host_text("a detection's kind", value.kind, DEPLOYER_CAP_TEXT);
    return code == DEPLOYER_CALL_OK ? host_text("a detection's evidence", value.evidence, DEPLOYER_CAP_TEXT) : code;
}

static const void *find_extension(void *context, uint64_t operation, deployer_string id) {
    (void)context;
    if (host_enter(operation) != DEPLOYER_CALL_OK || !offers_services || !id.length || !id.data || id.length > 256) return NULL;
    int is_wanted = 0;
    static char **wanted;
    pthread_mutex_lock(&lock);
    if (!wanted) wanted = list_argument("services");
    pthread_mutex_unlock(&lock);
    for (char **name = wanted; *name && !is_wanted; name++)
        is_wanted = strlen(*name) == id.length && !memcmp(*name, id.data, id.length);
    return is_wanted ? service_table(id) : NULL;
}

enum { TABLE_ROOM = 512 };

/* Not lent but given for good: a stray thread must meet a refusal, not a crash. Not from malloc, whose growth is measured. */
static unsigned char *table_room(void) {
    static unsigned char *room, *end;
    if (room == end) {
        room = mmap(NULL, 256 * TABLE_ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (room == MAP_FAILED) _exit(72);
        end = room + 256 * TABLE_ROOM;
    }
    unsigned char *table = room;
    room += TABLE_ROOM;
    return table;
}

const deployer_host *host_open(void) {
    pthread_mutex_lock(&lock);
    current = ++last;
    pthread_mutex_unlock(&lock);
    deployer_host host = {.size = sizeof host,
                          .operation = current,
                          .context = &seen,
                          .get_extension = find_extension,
                          .log = sink_log,
                          .diagnostic = sink_diagnostic,
                          .progress = sink_progress,
                          .output = sink_output,
                          .checkpoint = sink_checkpoint,
                          .summary = sink_summary,
                          .retry_after = sink_retry_after,
                          .detected = sink_detected};
    unsigned char *table = table_room();
    memset(table, 0xAA, TABLE_ROOM);
    memcpy(table, &host, sizeof host);
    uint64_t size = sizeof host;
    if (host_cut) {
        size = (uint64_t)host_cut;
        memset(table + host_cut, 0xAA, sizeof host - (size_t)host_cut);
    } else if (struct_growth > 0) {
        size += (uint64_t)struct_growth;
    }
    memcpy(table, &size, sizeof size);
    return (const deployer_host *)(void *)table;
}

void host_shut(void) {
    pthread_mutex_lock(&lock);
    current = 0;
    pthread_mutex_unlock(&lock);
    streams_shut();
}
