/* As much of JSON (RFC 8259) as options need: members of one object are handed over, whatever is nested is skipped. */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

typedef enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT } json_kind;

typedef struct json_value {
    json_kind kind;
    double number;    /* of a number */
    const char *text; /* of a text: UTF-8, unescaped, for the length of the call; zero bytes may be in it */
    size_t length;    /* of the text, in bytes */
} json_value;

typedef void (*json_member)(void *context, const char *name, const json_value *value);

/* 1 when the text is a JSON object; `member` has then been called for each member. 0 for anything else; members may have
 * been handed over before that was known. */
int json_read_object(const char *text, size_t length, json_member member, void *context);

#endif
