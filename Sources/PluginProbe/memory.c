/* What the plugin is lent for the length of one call. */
#include "probe.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int on_guard_pages;
long struct_growth;

typedef struct loan {
    struct loan *next;
    void *base;
    size_t mapped; /* 0: from malloc */
} loan;

static loan *loans;
/* Services are called from any thread of the plugin. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *remember(void *base, size_t mapped, void *start) {
    loan *entry = malloc(sizeof *entry);
    if (!base || !entry) _exit(72);
    pthread_mutex_lock(&lock);
    *entry = (loan){loans, base, mapped};
    loans = entry;
    pthread_mutex_unlock(&lock);
    return start;
}

void *lend(const void *data, size_t length) {
    if (!on_guard_pages) {
        /* A forgiving place: what reads too far meets a zero. Whether anybody does is another check's question. */
        char *copy = calloc(length + 16, 1);
        if (copy && length) memcpy(copy, data, length);
        return remember(copy, 0, copy);
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (length + page - 1) / page * page;
    char *base = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) _exit(72);
    char *start = base + room - length;
    /* What lies before is no zero either. */
    memset(base, 0xA5, room);
    if (length) memcpy(start, data, length);
    mprotect(base + room, page, PROT_NONE);
    /* Inputs are the host's: they are read, not written. */
    if (room) mprotect(base, room, PROT_READ);
    return remember(base, room + page, start);
}

deployer_string lend_string(const char *data, size_t length) { return (deployer_string){lend(data, length), length}; }
deployer_string lend_text(const char *text) { return lend_string(text, strlen(text)); }

void *lend_struct(const void *value, size_t size, size_t cut) {
    uint64_t written = size;
    unsigned char *bytes = malloc(size + 256);
    if (!bytes) _exit(72);
    memset(bytes, 0xAA, size + 256);
    memcpy(bytes, value, size);
    size_t length = size;
    if (cut) {
        memset(bytes + cut, 0xAA, size - cut);
        written = cut;
    } else if (struct_growth > 0) {
        length = size + (size_t)struct_growth;
        written = length;
    }
    memcpy(bytes, &written, sizeof written);
    void *lent = lend(bytes, length);
    free(bytes);
    return lent;
}

void take_back(void) {
    pthread_mutex_lock(&lock);
    for (loan *entry = loans, *next; entry; entry = next) {
        next = entry->next;
        if (entry->mapped) {
            /* Not unmapped but made unreadable: nothing else comes to lie there, so whoever comes back crashes. */
            mprotect(entry->base, entry->mapped, PROT_NONE);
        } else {
            free(entry->base);
        }
        free(entry);
    }
    loans = NULL;
    pthread_mutex_unlock(&lock);
}
