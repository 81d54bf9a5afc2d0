#include "options.h"

#include <stdio.h>
#include <string.h>

#include "json.h"

typedef struct reading {
    const call *call;
    options *options;
    int problems;
} reading;

static void refuse(reading *reading, const char *pointer, const char *message) {
    reading->problems++;
    complain(reading->call, DEPLOYER_STATUS_INVALID_CONFIG, "config.invalid", pointer, NULL, "%s", message);
}

/* A path inside the service's folder: relative, and without a way out of it. */
static int is_inside(const char *path) {
    if (*path == '/') return 0;
    for (const char *part = path; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
        if (!strncmp(part, "..", 2) && (part[2] == '/' || part[2] == 0)) return 0;
    return 1;
}

static void read_folder(reading *reading, const json_value *value) {
    if (value->kind != JSON_TEXT || value->length == 0 || value->length > 1000)
        return refuse(reading, "/folder", "'folder' must be a text of 1 to 1000 bytes");
    if (strlen(value->text) != value->length || !is_inside(value->text))
        return refuse(reading, "/folder", "'folder' must be a relative path inside the service's folder");
    memcpy(reading->options->folder, value->text, value->length + 1);
}

static void read_keep_releases(reading *reading, const json_value *value) {
    int number = value->kind == JSON_NUMBER && value->number >= 1 && value->number <= 100 ? (int)value->number : 0;
    if (number == 0 || number != value->number)
        return refuse(reading, "/keep_releases", "'keep_releases' must be a whole number from 1 to 100");
    reading->options->keep_releases = number;
}

static void read_member(void *context, const char *name, const json_value *value) {
    reading *reading = context;
    if (!strcmp(name, "folder")) return read_folder(reading, value);
    if (!strcmp(name, "keep_releases")) return read_keep_releases(reading, value);
    /* RFC 6901: in a pointer '~' is '~0' and '/' is '~1'. */
    char pointer[300] = "/", message[400];
    size_t length = 1;
    for (; *name && length < sizeof pointer - 3; name++) {
        if (*name == '~' || *name == '/') pointer[length++] = '~';
        pointer[length++] = *name == '~' ? '0' : *name == '/' ? '1' : *name;
    }
    pointer[length] = 0;
    snprintf(message, sizeof message, "there is no option '%s'; there are: folder, keep_releases", pointer + 1);
    refuse(reading, pointer, message);
}

int32_t options_read(const call *call, deployer_string json, options *options) {
    *options = (struct options){.folder = ".", .keep_releases = 5};
    reading reading = {call, options, 0};
    if (!json_read_object(json.data, json.length, read_member, &reading))
        refuse(&reading, "", "the options are no JSON object");
    return reading.problems ? DEPLOYER_STATUS_INVALID_CONFIG : DEPLOYER_STATUS_OK;
}
