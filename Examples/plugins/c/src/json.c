#include "json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What nests deeper is refused: this reader calls itself. */
enum { DEEPEST = 64 };

typedef struct reader {
    const char *at, *end;
    json_member member;
    void *context;
} reader;

static int read_value(reader *reader, json_value *value, int depth, char **owned);

static void skip_blanks(reader *reader) {
    while (reader->at < reader->end && memchr(" \t\r\n", *reader->at, 4)) reader->at++;
}

static int take_word(reader *reader, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length)) return 0;
    reader->at += length;
    return 1;
}

static int read_code(reader *reader, uint32_t *code) {
    if (reader->end - reader->at < 4) return 0;
    *code = 0;
    for (int index = 0; index < 4; index++) {
        char digit = *reader->at++;
        int number = digit >= '0' && digit <= '9'   ? digit - '0'
                     : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                     : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                    : -1;
        if (number < 0) return 0;
        *code = *code << 4 | (uint32_t)number;
    }
    return 1;
}

static size_t encode(uint32_t code, char *out) {
    if (code < 0x80) return out[0] = (char)code, 1;
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t index = length - 1; index > 0; index--, code >>= 6) out[index] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)((0xf00 >> length & 0xff) | code);
    return length;
}

static int read_escape(reader *reader, char *out, size_t *length) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (reader->at == reader->end) return 0;
    char letter = *reader->at++;
    if (letter != 'u') {
        const char *found = letter ? strchr(from, letter) : NULL;
        if (found) out[(*length)++] = to[found - from];
        return found != NULL;
    }
    uint32_t code, low;
    if (!read_code(reader, &code) || (code >= 0xdc00 && code < 0xe000)) return 0;
    if (code >= 0xd800 && code < 0xdc00) {
        if (!take_word(reader, "\\u") || !read_code(reader, &low) || low < 0xdc00 || low >= 0xe000) return 0;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    *length += encode(code, out + *length);
    return 1;
}

/* The text behind an opening quote, in memory that the caller frees; NULL when there is none. */
static char *read_text(reader *reader, size_t *length) {
    char *out = malloc((size_t)(reader->end - reader->at) + 1);
    *length = 0;
    while (out && reader->at < reader->end) {
        char byte = *reader->at++;
        if (byte == '"') {
            out[*length] = 0;
            return out;
        }
        if ((unsigned char)byte < 0x20) break;
        if (byte != '\\') out[(*length)++] = byte;
        else if (!read_escape(reader, out, length)) break;
    }
    free(out);
    return NULL;
}

static int read_number(reader *reader, double *number) {
    char copy[64];
    size_t length = 0;
    while (reader->at < reader->end && length < sizeof copy - 1 && strchr("+-.eE0123456789", *reader->at) && *reader->at)
        copy[length++] = *reader->at++;
    copy[length] = 0;
    const char *digits = copy + (copy[0] == '-');
    if (*digits < '0' || *digits > '9' || (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9')) return 0;
    char *rest;
    *number = strtod(copy, &rest);
    return *rest == 0 && rest[-1] != '.';
}

static int read_list(reader *reader, int depth) {
    skip_blanks(reader);
    if (take_word(reader, "]")) return 1;
    for (;;) {
        json_value value;
        char *owned = NULL;
        int is_good = read_value(reader, &value, depth + 1, &owned);
        free(owned);
        if (!is_good) return 0;
        skip_blanks(reader);
        if (take_word(reader, "]")) return 1;
        if (!take_word(reader, ",")) return 0;
    }
}

static int read_members(reader *reader, int depth) {
    skip_blanks(reader);
    if (take_word(reader, "}")) return 1;
    for (;;) {
        size_t length;
        json_value value;
        char *name, *owned = NULL;
        skip_blanks(reader);
        if (!take_word(reader, "\"") || !(name = read_text(reader, &length))) return 0;
        skip_blanks(reader);
        int is_good = strlen(name) == length && take_word(reader, ":") && read_value(reader, &value, depth + 1, &owned);
        if (is_good && depth == 0) reader->member(reader->context, name, &value);
        free(owned);
        free(name);
        if (!is_good) return 0;
        skip_blanks(reader);
        if (take_word(reader, "}")) return 1;
        if (!take_word(reader, ",")) return 0;
    }
}

static int read_value(reader *reader, json_value *value, int depth, char **owned) {
    memset(value, 0, sizeof *value);
    if (depth > DEEPEST) return 0;
    skip_blanks(reader);
    if (take_word(reader, "null")) return value->kind = JSON_NULL, 1;
    if (take_word(reader, "true") || take_word(reader, "false")) return value->kind = JSON_BOOLEAN, 1;
    if (take_word(reader, "[")) return value->kind = JSON_LIST, read_list(reader, depth);
    if (take_word(reader, "{")) return value->kind = JSON_OBJECT, read_members(reader, depth);
    if (take_word(reader, "\"")) {
        value->kind = JSON_TEXT;
        value->text = *owned = read_text(reader, &value->length);
        return *owned != NULL;
    }
    value->kind = JSON_NUMBER;
    return read_number(reader, &value->number);
}

int json_read_object(const char *text, size_t length, json_member member, void *context) {
    reader reader = {text, text + length, member, context};
    skip_blanks(&reader);
    if (!take_word(&reader, "{") || !read_members(&reader, 0)) return 0;
    skip_blanks(&reader);
    return reader.at == reader.end;
}
