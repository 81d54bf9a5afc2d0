/*
 * The guardian: the process that the host starts. It forks the worker proper and outlives it by a moment, so that
 * nothing a plugin started remains: as a child subreaper it inherits every descendant whose parent ended, also one that
 * has left the session, and kills them all once the worker is gone, however it went. The host asks for the end with
 * SIGTERM; its death does the same, by SIGCONT: a plugin has the guardian's rights and can stop it, and only that signal
 * reaches a process that is stopped. Whoever else sends it means nothing by it.
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

/* Kills every present child; returns how many there were. */
static int kill_children(void) {
    int count = 0;
#ifdef __linux__
    char text[16384];
    /* One level only: what a killed child leaves behind becomes ours and is found in the next round. */
    int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length < 0) length = 0;
    text[length] = 0;
    for (char *cursor = text, *end;; cursor = end) {
        long pid = strtol(cursor, &end, 10);
        if (end == cursor) break;
        if (*end != ' ' && *end != 0) break; /* cut in the middle of a number */
        if (*end == 0 && length == (ssize_t)sizeof text - 1) break;
        if (pid > 1 && kill((pid_t)pid, SIGKILL) == 0) count++;
    }
#endif
    return count;
}

static void reap_everything(pid_t worker, int *status) {
    for (;;) {
        kill_children();
#ifndef __linux__
        kill(-worker, SIGKILL);
#endif
        int ended;
        pid_t pid = waitpid(-1, &ended, 0);
        if (pid == worker) *status = ended;
        if (pid < 0 && errno != EINTR) return;
    }
}

/* Waits for a signal; whether it asks for the end. */
static int asks_for_end(const sigset_t *signals, pid_t host) {
#ifdef __linux__
    siginfo_t signal;
    int number = sigwaitinfo(signals, &signal);
    return number == SIGTERM || (number == SIGCONT && signal.si_pid == host);
#else
    (void)host;
    int number = 0;
    return sigwait(signals, &number) == 0 && number == SIGTERM;
#endif
}

/* Waits until the worker has ended or the host wants it to. */
static void watch(pid_t worker, pid_t host, const sigset_t *signals, int *status) {
    for (;;) {
        int ended;
        for (pid_t pid; (pid = waitpid(-1, &ended, WNOHANG)) != 0;) {
            if (pid < 0 && errno == EINTR) continue;
            if (pid < 0) return;
            if (pid == worker) {
                *status = ended;
                return;
            }
        }
        if (asks_for_end(signals, host)) {
            kill(worker, SIGKILL);
            return;
        }
    }
}

int guard(int (*work)(void)) {
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
#ifdef __linux__
    sigaddset(&signals, SIGCONT);
#endif
    sigprocmask(SIG_BLOCK, &signals, &before);
    pid_t host = getppid();
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGCONT);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    closefrom(STATUS_FD + 1);
#endif
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);

    pid_t guardian = getpid();
    pid_t worker = fork();
    if (worker < 0) _exit(EXIT_NO_SYSTEM);
    if (worker == 0) {
#ifdef __linux__
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != guardian) _exit(EXIT_HOST_GONE);
#else
        (void)guardian;
        setpgid(0, 0);
#endif
        close(STATUS_FD);
        fcntl(SOCKET_FD, F_SETFD, FD_CLOEXEC);
        fcntl(CANCEL_FD, F_SETFD, FD_CLOEXEC);
        sigprocmask(SIG_SETMASK, &before, NULL);
        _exit(work());
    }
    for (int fd = 0; fd < STATUS_FD; fd++) close(fd); /* the host is to see the worker's ends only */

    int status = 0;
    watch(worker, host, &signals, &status);
    reap_everything(worker, &status);
    int32_t told = status;
    return write(STATUS_FD, &told, sizeof told) == (ssize_t)sizeof told ? EXIT_DONE : EXIT_HOST_GONE;
}
