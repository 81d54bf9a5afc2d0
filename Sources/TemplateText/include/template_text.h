/* The plugin templates as bytes of the program. */
#ifndef TEMPLATE_TEXT_H
#define TEMPLATE_TEXT_H

#include <stdint.h>

typedef struct template_file {
    const char *language; /* "c", "rust", "swift" */
    const char *path;     /* relative to the package's folder */
    const unsigned char *bytes;
    uint64_t length;
} template_file;

const template_file *template_file_list(void);
extern const uint64_t template_file_count;

#endif
