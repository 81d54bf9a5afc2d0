/*
 * Calls of the host: any number at a time, each from its own thread of the plugin. A reader thread, started with the
 * first call, hands every answer to the call that waits for it.
 */
#include "worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* Output of a child that its caller has not taken yet: beyond this the host is left waiting, and with it the child. */
enum { QUEUE_LIMIT = 4 * 1024 * 1024 };

typedef struct pending {
    struct pending *next;
    uint64_t number;
    frame *first;
    frame *last;
    size_t queued;
} pending;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_once_t reader_once = PTHREAD_ONCE_INIT;
static pending *waiting;
static uint64_t last_number;

static pending *find_pending(uint64_t number) {
    pending *call = waiting;
    while (call && call->number != number) call = call->next;
    return call;
}

static void deliver(frame *answer) {
    uint64_t number = (uint64_t)get_number(answer->data, answer->length, TAG_CALL);
    pthread_mutex_lock(&lock);
    pending *call;
    while ((call = find_pending(number)) && call->queued > QUEUE_LIMIT) pthread_cond_wait(&changed, &lock);
    if (call) {
        if (call->last) {
            call->last->next = answer;
        } else {
            call->first = answer;
        }
        call->last = answer;
        call->queued += answer->length;
        pthread_cond_broadcast(&changed);
    } else {
        free(answer);
    }
    pthread_mutex_unlock(&lock);
}

static void *read_answers(void *context) {
    (void)context;
    for (frame *answer; (answer = frame_read());) deliver(answer);
    _exit(EXIT_HOST_GONE);
}

static void start_reader(void) {
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all); /* signals are for the plugin's own threads */
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (pthread_create(&thread, NULL, read_answers, NULL) != 0) _exit(EXIT_NO_SYSTEM);
    pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

uint64_t call_begin(buffer *request, enum function function) {
    pthread_mutex_lock(&lock);
    uint64_t number = ++last_number;
    pthread_mutex_unlock(&lock);
    frame_begin(request, FRAME_CALL);
    put_number(request, TAG_CALL, (int64_t)number);
    put_number(request, TAG_FUNCTION, function);
    return number;
}

static frame *take(pending *call) {
    pthread_mutex_lock(&lock);
    while (!call->first) pthread_cond_wait(&changed, &lock);
    frame *answer = call->first;
    call->first = answer->next;
    if (!call->first) call->last = NULL;
    call->queued -= answer->length;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return answer;
}

frame *call_host(buffer *request, uint64_t number, void (*chunk)(void *context, const frame *frame), void *context) {
    pending call = {.number = number};
    pthread_once(&reader_once, start_reader);
    pthread_mutex_lock(&lock);
    call.next = waiting;
    waiting = &call;
    pthread_mutex_unlock(&lock);
    frame_send(request);

    frame *answer = take(&call);
    while (answer->type == FRAME_CHUNK) {
        if (chunk) chunk(context, answer);
        free(answer);
        answer = take(&call);
    }

    pthread_mutex_lock(&lock);
    for (pending **link = &waiting; *link; link = &(*link)->next) {
        if (*link == &call) {
            *link = call.next;
            break;
        }
    }
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return answer;
}
