/*
 * The report: lines "KIND<tab>TEXT" on what was standard output when the probe was started. "at" says what is being done,
 * so that a crash has a place, "with" with what; "done" is the last line of a probe that came to its end.
 */
#include "probe.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int report = 1;
static char **given;
static int given_count;
static const char *added;

void report_begin(int count, char **arguments) {
    given = arguments;
    given_count = count;
    /* High, so that the plugin sees the descriptors of a worker. */
    report = fcntl(1, F_DUPFD_CLOEXEC, 200);
    if (report < 0 || dup2(2, 1) < 0) _exit(70);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

static void say_list(const char *kind, const char *format, va_list list) {
    char line[2048];
    int head = snprintf(line, sizeof line, "%s\t", kind);
    int length = head + vsnprintf(line + head, sizeof line - (size_t)head - 1, format, list);
    if (length > (int)sizeof line - 2) length = (int)sizeof line - 2;
    for (int index = head; index < length; index++)
        if ((unsigned char)line[index] < 32) line[index] = ' ';
    line[length++] = '\n';
    for (int sent = 0; sent < length;) {
        ssize_t count = write(report, line + sent, (size_t)(length - sent));
        if (count <= 0) _exit(70);
        sent += (int)count;
    }
}

void say(const char *kind, const char *format, ...) {
    va_list list;
    va_start(list, format);
    say_list(kind, format, list);
    va_end(list);
}

_Noreturn void finish(void) {
    fflush(NULL);
    say("done", "%s", "");
    _exit(0); /* no destructor of the plugin runs any more, as in the worker */
}

_Noreturn void skip(const char *format, ...) {
    va_list list;
    va_start(list, format);
    say_list("skip", format, list);
    va_end(list);
    finish();
}

void add_argument(const char *pair) { added = pair; }

const char *argument(const char *name) {
    size_t length = strlen(name);
    if (added && !strncmp(added, name, length) && added[length] == '=') return added + length + 1;
    for (int index = 0; index < given_count; index++)
        if (!strncmp(given[index], name, length) && given[index][length] == '=') return given[index] + length + 1;
    return "";
}

long number_argument(const char *name, long otherwise) {
    const char *text = argument(name);
    return *text ? strtol(text, NULL, 10) : otherwise;
}

deployer_bytes file_argument(const char *name) {
    deployer_bytes content = {NULL, 0};
    const char *path = argument(name);
    int file = *path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    struct stat information;
    if (file < 0 || fstat(file, &information) != 0) return content;
    uint8_t *data = malloc((size_t)information.st_size + 1);
    ssize_t length = data ? read(file, data, (size_t)information.st_size) : -1;
    close(file);
    if (length >= 0) content = (deployer_bytes){data, (uint64_t)length};
    return content;
}

char **list_argument(const char *name) {
    char *copy = strdup(argument(name)), *rest = copy;
    char **items = calloc(strlen(copy) + 2, sizeof *items);
    int count = 0;
    for (char *item; (item = strsep(&rest, ","));)
        if (*item) items[count++] = item;
    return items;
}
