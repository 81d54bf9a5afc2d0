/*
 * System calls that a plugin must not make: a seccomp filter turns each into SIGSYS, whose handler notes it and answers
 * EPERM. It needs no rights, it sees threads as well, and it cannot be evaded as a preloaded library can.
 */
#include "probe.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

static const struct {
    int number;
    int kind;
    const char *name;
} calls[] = {
    {__NR_openat, FORBID_FILES, "openat"},
    {__NR_openat2, FORBID_FILES, "openat2"},
    {__NR_unlinkat, FORBID_FILES, "unlinkat"},
    {__NR_mkdirat, FORBID_FILES, "mkdirat"},
    {__NR_renameat2, FORBID_FILES, "renameat2"},
    {__NR_linkat, FORBID_FILES, "linkat"},
    {__NR_symlinkat, FORBID_FILES, "symlinkat"},
    {__NR_truncate, FORBID_FILES, "truncate"},
#ifdef __NR_open
    {__NR_open, FORBID_FILES, "open"},
    {__NR_creat, FORBID_FILES, "creat"},
    {__NR_unlink, FORBID_FILES, "unlink"},
    {__NR_mkdir, FORBID_FILES, "mkdir"},
    {__NR_rmdir, FORBID_FILES, "rmdir"},
    {__NR_rename, FORBID_FILES, "rename"},
    {__NR_link, FORBID_FILES, "link"},
    {__NR_symlink, FORBID_FILES, "symlink"},
    {__NR_fork, FORBID_PROCESSES, "fork"},
    {__NR_vfork, FORBID_PROCESSES, "vfork"},
#endif
    {__NR_execve, FORBID_PROCESSES, "execve"},
    {__NR_execveat, FORBID_PROCESSES, "execveat"},
    {__NR_socket, FORBID_SOCKETS, "socket"},
    {__NR_socketpair, FORBID_SOCKETS, "socketpair"},
    {__NR_connect, FORBID_SOCKETS, "connect"},
    {__NR_bind, FORBID_SOCKETS, "bind"},
};
enum { CALLS = sizeof calls / sizeof *calls, OTHER = CALLS, MOST = 64 };

static atomic_uint counts[CALLS + 1];
static char first_path[CALLS][120];

static void count_call(int number, siginfo_t *information, void *context) {
    (void)number;
    int call = information->si_syscall;
    ucontext_t *frame = context;
    int index = 0;
    while (index < CALLS && calls[index].number != call) index++;
#if defined(__x86_64__)
    const char *path = (const char *)(call == __NR_openat ? frame->uc_mcontext.gregs[REG_RSI] : frame->uc_mcontext.gregs[REG_RDI]);
    frame->uc_mcontext.gregs[REG_RAX] = -EPERM;
#else
    const char *path = (const char *)(call == __NR_openat ? frame->uc_mcontext.regs[1] : frame->uc_mcontext.regs[0]);
    frame->uc_mcontext.regs[0] = (unsigned long)-EPERM;
#endif
    unsigned before = atomic_fetch_add(&counts[index], 1);
    if (!before && index < CALLS && calls[index].kind == FORBID_FILES && path)
        for (int at_byte = 0; at_byte < 119 && path[at_byte]; at_byte++) first_path[index][at_byte] = path[at_byte];
}

#define ARGUMENT_LOW(index) (offsetof(struct seccomp_data, args) + 8 * (index))

int forbid(int what) {
    struct sigaction action = {.sa_sigaction = count_call, .sa_flags = SA_SIGINFO | SA_NODEFER};
    struct sock_filter program[4 * MOST];
    unsigned length = 0;
#define PUT(...) program[length++] = (struct sock_filter)__VA_ARGS__
    PUT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
    PUT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0));
    PUT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    PUT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    for (int index = 0; index < CALLS; index++) {
        if (!(calls[index].kind & what)) continue;
        PUT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[index].number, 0, 1));
        PUT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
    }
    /* What clone3 is to make lies in memory that a filter cannot read; without it libraries fall back to clone. */
    PUT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1));
    PUT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
    PUT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3));
    PUT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT_LOW(0)));
    PUT(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0));
    PUT(BPF_STMT(BPF_RET | BPF_K, what & FORBID_PROCESSES ? SECCOMP_RET_TRAP : SECCOMP_RET_ALLOW));
    PUT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    struct sock_fprog filter = {.len = (unsigned short)length, .filter = program};
    if (sigaction(SIGSYS, &action, NULL) != 0) return 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 0;
    /* With the flag, the thread beside the plugin's has it as well. */
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}

void report_forbidden(const char *when) {
    for (int index = 0; index < CALLS; index++) {
        unsigned count = atomic_load(&counts[index]);
        if (count)
            bad("%s, it called %s %u time%s%s%s%s", when, calls[index].name, count, count == 1 ? "" : "s",
                *first_path[index] ? ", first with '" : "", first_path[index], *first_path[index] ? "'" : "");
    }
    if (atomic_load(&counts[OTHER])) bad("%s, it started a process (clone)", when);
    for (int index = 0; index <= CALLS; index++) atomic_store(&counts[index], 0);
}
