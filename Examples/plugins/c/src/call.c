#include "call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void take(void *target, uint64_t size, const void *source) {
    uint64_t given = source ? *(const uint64_t *)source : 0;
    memset(target, 0, size);
    if (given) memcpy(target, source, given < size ? given : size);
}

void call_begin(call *call, const deployer_host *host, uint64_t deadline_ns) {
    take(&call->host, sizeof call->host, host);
    memset(&call->cancel, 0, sizeof call->cancel);
    call->deadline_ns = deadline_ns;
    if (call->host.get_extension)
        take(&call->cancel, sizeof call->cancel,
             call->host.get_extension(call->host.context, call->host.operation, text("cancel/1")));
}

deployer_string text(const char *value) { return (deployer_string){value, value ? strlen(value) : 0}; }

int is(deployer_string text, const char *word) {
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

void say(const call *call, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (call->host.log)
        call->host.log(call->host.context, call->host.operation, DEPLOYER_STREAM_PLUGIN, DEPLOYER_LEVEL_INFO, text(line));
}

int32_t end(const call *call, int32_t status, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (call->host.summary) call->host.summary(call->host.context, call->host.operation, text(line));
    return status;
}

int32_t complain(const call *call, int32_t status, const char *code, const char *pointer, const char *file,
                 const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    deployer_diagnostic found = {.size = sizeof found,
                                 .severity = DEPLOYER_SEVERITY_ERROR,
                                 .code = text(code),
                                 .summary = text(line),
                                 .file = text(file),
                                 .pointer = text(pointer)};
    if (call->host.diagnostic) call->host.diagnostic(call->host.context, call->host.operation, &found);
    return end(call, status, "%s", line);
}

void output(const call *call, const char *key, const char *value) {
    if (call->host.output) call->host.output(call->host.context, call->host.operation, text(key), text(value));
}

int is_interrupted(const call *call) {
    return call->cancel.is_cancelled && call->cancel.is_cancelled(call->host.context, call->host.operation);
}

int32_t interruption(const call *call) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t nanoseconds = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    if (call->deadline_ns && nanoseconds >= call->deadline_ns)
        return end(call, DEPLOYER_STATUS_TIMED_OUT, "the time was up");
    return end(call, DEPLOYER_STATUS_CANCELLED, "it was cancelled");
}
