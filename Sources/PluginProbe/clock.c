/* One thread of the probe's own: it ends calls that do not return, and raises the cancellation. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { CANCEL_FD = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static long limit_at, raise_at;
static char limit_text[512];
static int cancelled, is_deadline, cancel_end = -1;

long now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

static struct timespec moment(long us) { return (struct timespec){us / 1000000, us % 1000000 * 1000}; }

static void raise_now(void) {
    cancelled = 1;
    raise_at = 0;
    if (cancel_end >= 0) close(cancel_end); /* the plugin's end becomes readable */
    cancel_end = -1;
    pthread_cond_broadcast(&changed);
}

static void make_pipe(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) _exit(73);
    cancel_end = fcntl(ends[1], F_DUPFD_CLOEXEC, 200);
    close(ends[1]);
    if (ends[0] == CANCEL_FD) return;
    if (dup3(ends[0], CANCEL_FD, O_CLOEXEC) < 0) _exit(73);
    close(ends[0]);
}

static void *tick(void *context) {
    (void)context;
    pthread_mutex_lock(&lock);
    for (;;) {
        long now = now_us();
        if (raise_at && now >= raise_at) raise_now();
        if (limit_at && now >= limit_at) {
            say("hang", "%s", limit_text);
            _exit(0);
        }
        long next = limit_at;
        if (raise_at && (!next || raise_at < next)) next = raise_at;
        if (!next) next = now + 3600000000L;
        struct timespec time = moment(next);
        pthread_cond_timedwait(&changed, &lock, &time);
    }
    return NULL;
}

void clock_begin(void) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    make_pipe();
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (pthread_create(&thread, NULL, tick, NULL) != 0) _exit(73);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void limit_begin(long milliseconds, const char *format, ...) {
    pthread_mutex_lock(&lock);
    va_list list;
    va_start(list, format);
    vsnprintf(limit_text, sizeof limit_text, format, list);
    va_end(list);
    limit_at = now_us() + milliseconds * 1000;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void limit_end(void) {
    pthread_mutex_lock(&lock);
    limit_at = 0;
    pthread_mutex_unlock(&lock);
}

void raise_cancel(long milliseconds) {
    pthread_mutex_lock(&lock);
    if (milliseconds <= 0) {
        raise_now();
    } else {
        raise_at = now_us() + milliseconds * 1000;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
}

void deadline_begin(long milliseconds) {
    pthread_mutex_lock(&lock);
    is_deadline = !cancelled && !raise_at;
    if (is_deadline) raise_at = now_us() + milliseconds * 1000;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void deadline_end(void) {
    pthread_mutex_lock(&lock);
    if (is_deadline) {
        raise_at = 0;
        if (cancelled) make_pipe();
        cancelled = is_deadline = 0;
    }
    pthread_mutex_unlock(&lock);
}

int is_cancelled(void) {
    pthread_mutex_lock(&lock);
    int answer = cancelled;
    pthread_mutex_unlock(&lock);
    return answer;
}

int wait_for_cancel(long milliseconds) {
    struct timespec end = moment(now_us() + milliseconds * 1000);
    pthread_mutex_lock(&lock);
    while (!cancelled && pthread_cond_timedwait(&changed, &lock, &end) != ETIMEDOUT) {}
    int answer = cancelled;
    pthread_mutex_unlock(&lock);
    return answer;
}
