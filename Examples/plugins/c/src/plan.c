#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(plan_list *list, const char *bytes, size_t count) {
    char *longer = list->is_broken ? NULL : realloc(list->json, list->length + count + 1);
    if (!longer) {
        list->is_broken = 1;
        return;
    }
    memcpy(longer + list->length, bytes, count);
    list->json = longer;
    list->length += count;
    list->json[list->length] = 0;
}

static void append_text(plan_list *list, const char *text) {
    append(list, "\"", 1);
    for (; *text; text++) {
        char escaped[8];
        if ((unsigned char)*text < 0x20) append(list, escaped, (size_t)snprintf(escaped, sizeof escaped, "\\u%04x", *text));
        else if (*text == '"' || *text == '\\') append(list, (char[]){'\\', *text}, 2);
        else append(list, text, 1);
    }
    append(list, "\"", 1);
}

void plan_add(void *context, const char *action, const char *path) {
    plan_list *list = context;
    append(list, list->count++ ? "," : "[", 1);
    append(list, "{\"action\":", 10);
    append_text(list, action);
    append(list, ",\"subject\":", 11);
    append_text(list, path);
    append(list, ",\"reason\":", 10);
    append_text(list, !strcmp(action, "create")   ? "it is new"
                      : !strcmp(action, "remove") ? "it is not among the sources any more"
                                                  : "its content differs");
    append(list, "}", 1);
}

int plan_send(const call *call, const plan_list *list) {
    plan_list whole = {0};
    append(&whole, list->json ? list->json : "[", list->json ? list->length : 1);
    append(&whole, "]", 1);
    int result = list->is_broken || whole.is_broken ? -1 : 0;
    if (result == 0) output(call, "plan", whole.json);
    free(whole.json);
    return result;
}

void plan_free(plan_list *list) { free(list->json); }
