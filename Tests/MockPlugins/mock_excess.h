/* What mocks do too much of. Part of mock.c. */

static int is(const char *behaviour, const char *name) { return !strcmp(behaviour, name); }

static void own_process(void) {
    char line[64];
    /* what an exec'ed child would inherit beyond 0, 1 and 2 */
    int leaks = 0;
    for (int fd = 3; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags >= 0 && !(flags & FD_CLOEXEC))
            leaks++;
    }
    put_number("leaks", leaks);
    int open_ones = 0;
    for (int fd = 3; fd < 256; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            open_ones++;
    put_number("open", open_ones);
    put("secret", getenv("MOCK_HOST_VARIABLE") ? "leaked" : "absent");
    put("directory", getcwd(line, sizeof line) ? line : "?");
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    put_number("blocked", sigismember(&mask, SIGTERM) || sigismember(&mask, SIGCHLD));
    put_number("session", getsid(0));
    put_number("host", getppid());
}

/* Each part by itself is within its cap. */
static int32_t huge_diagnostic(void) {
    static deployer_note notes[DEPLOYER_CAP_RELATED];
    static const deployer_note *pointers[DEPLOYER_CAP_RELATED];
    char *large = malloc(DEPLOYER_CAP_TEXT);
    memset(large, 'x', DEPLOYER_CAP_TEXT);
    for (int i = 0; i < DEPLOYER_CAP_RELATED; i++) {
        notes[i] = (deployer_note){.size = sizeof notes[i], .message = {large, DEPLOYER_CAP_TEXT}};
        pointers[i] = &notes[i];
    }
    deployer_diagnostic d = {.size = sizeof d,
                             .severity = DEPLOYER_SEVERITY_WARNING,
                             .code = text("mock.huge"),
                             .summary = text("huge"),
                             .notes = pointers,
                             .note_count = DEPLOYER_CAP_RELATED};
    put_number("all", host->diagnostic(host->context, host->operation, &d));
    d.note_count = 20;
    put_number("some", host->diagnostic(host->context, host->operation, &d));
    return DEPLOYER_STATUS_OK;
}

/* Whether it was one of these. */
static int overdo(const char *what) {
    if (is(what, "kill-guardian")) {
        /* one that prints without end and one that does nothing: both outlive the one that started them */
        if (fork() == 0) {
            setsid();
            for (;;)
                if (write(1, "still here\n", 11) < 0)
                    _exit(0);
        }
        if (fork() == 0) {
            setsid();
            for (;;)
                pause();
        }
        kill(getppid(), SIGKILL);
        for (;;)
            pause();
    }
    if (is(what, "huge-diagnostic"))
        return huge_diagnostic() == DEPLOYER_STATUS_OK;
    if (is(what, "many-outputs")) {
        char *large = malloc(100000), key[16];
        memset(large, 'x', 100000);
        for (int i = 0; i < 30; i++) {
            snprintf(key, sizeof key, "k%d", i);
            host->output(host->context, host->operation, text(key), (deployer_string){large, 100000});
        }
        return 1;
    }
    if (is(what, "long-lines")) {
        char *large = malloc(60000);
        memset(large, 'l', 60000);
        for (int i = 0; i < 1000; i++)
            host->log(host->context, host->operation, 0, 1, (deployer_string){large, 60000});
        return 1;
    }
    if (is(what, "empty-lines")) {
        char *large = malloc(65536);
        memset(large, '\n', 65536);
        for (int i = 0; i < 2; i++)
            host->log(host->context, host->operation, 0, 1, (deployer_string){large, 65536});
        return 1;
    }
    return 0;
}
