/* What mocks do, right and wrong, when they run. Part of mock.c. */

/* A daemon as one is made by the book: two forks, a session of its own, no environment. */
static void daemonize(void) {
    int ends[2];
    if (pipe(ends))
        return;
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            char line[32];
            int length = snprintf(line, sizeof line, "%d", getpid());
            if (write(ends[1], line, (size_t)length) < 0)
                _exit(1);
            close(ends[1]);
            signal(SIGTERM, SIG_IGN);
            char *none[] = {NULL};
            execle("/bin/sleep", "sleep", "1000", NULL, none);
            _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    char line[32] = {0};
    if (read(ends[0], line, sizeof line - 1) < 0)
        return;
    put("daemon", line);
}

static const deployer_host *kept_host;
static uint64_t kept_token;
static void *call_late(void *context) {
    (void)context;
    usleep(300 * 1000);
    int32_t code = kept_host->log(kept_host->context, kept_token, 0, 1, text("too late"));
    int32_t cancelled = ((const deployer_cancel_v1 *)context)->is_cancelled(kept_host->context, kept_token);
    printf("late call answered %d %d\n", code, cancelled);
    return NULL;
}

static void *chatter(void *context) {
    for (int i = 0; i < 2000; i++)
        say(context);
    return NULL;
}

/* A diagnostic as a later or an earlier header would define it. */
typedef struct {
    deployer_diagnostic base;
    uint64_t poison[8];
} longer_diagnostic;

static void sizes(void) {
    longer_diagnostic *longer = malloc(sizeof *longer);
    memset(longer, 0xAA, sizeof *longer);
    longer->base = (deployer_diagnostic){.size = sizeof *longer,
                                         .severity = DEPLOYER_SEVERITY_WARNING,
                                         .code = text("mock.longer"),
                                         .summary = text("longer"),
                                         .file = text("a.c"),
                                         .line = 3,
                                         .column = 4};
    host->diagnostic(host->context, host->operation, &longer->base);
    /* up to and with `summary`; what follows is poison */
    deployer_diagnostic shorter;
    memset(&shorter, 0xAA, sizeof shorter);
    shorter.size = offsetof(deployer_diagnostic, detail);
    shorter.severity = DEPLOYER_SEVERITY_WARNING;
    shorter.code = text("mock.shorter");
    shorter.group = text("");
    shorter.summary = text("shorter");
    host->diagnostic(host->context, host->operation, &shorter);
    shorter.size = 0;
    put_number("zero", host->diagnostic(host->context, host->operation, &shorter));
    put_number("null", host->diagnostic(host->context, host->operation, NULL));
}

static void strings(void) {
    host->log(host->context, host->operation, 0, 1, (deployer_string){"a\xff\xfe\0b", 5});
    put_number("null", host->log(host->context, host->operation, 0, 1, (deployer_string){NULL, 10}));
    put_number("empty", host->log(host->context, host->operation, 77, 99, (deployer_string){NULL, 0}));
    char *large = malloc(9000000);
    memset(large, 'x', 9000000);
    put_number("large-value",
               host->output(host->context, host->operation, text("k"), (deployer_string){large, 9000000}));
    put_number("large-key", host->output(host->context, host->operation, (deployer_string){large, 129}, text("v")));
    put_number("no-key", host->output(host->context, host->operation, text(""), text("v")));
    put_number("large-state",
               host->checkpoint(host->context, host->operation, (deployer_bytes){(uint8_t *)large, 2000000}));
    put_number("long-line", host->log(host->context, host->operation, 0, 1, (deployer_string){large, 200000}));
    deployer_detection *nothing = NULL;
    put_number("no-detection", host->detected(host->context, host->operation, nothing));
}

static int32_t explain(void) {
    deployer_note note = {
        .size = sizeof note, .message = text("declared here"), .file = text("b.c"), .line = 7, .column = 2};
    deployer_note bare = {.size = sizeof bare, .message = text("no place")};
    deployer_fix_it fix = {.size = sizeof fix,
                           .file = text("a.c"),
                           .start_line = 3,
                           .start_column = 1,
                           .end_line = 3,
                           .end_column = 4,
                           .replacement = text("var")};
    const deployer_note *notes[] = {&note, &bare};
    const deployer_fix_it *fixes[] = {&fix};
    deployer_diagnostic d = {.size = sizeof d,
                             .severity = DEPLOYER_SEVERITY_ERROR,
                             .code = text("mock.compile"),
                             .group = text("Naming"),
                             .summary = text("cannot find 'x'"),
                             .detail = text("in scope"),
                             .file = text("a.c"),
                             .line = 3,
                             .column = 9,
                             .notes = notes,
                             .note_count = 2,
                             .fix_its = fixes,
                             .fix_it_count = 1};
    host->diagnostic(host->context, host->operation, &d);
    host->summary(host->context, host->operation, text("it does not compile"));
    return DEPLOYER_STATUS_FAILED;
}

static void echo_request(const deployer_run_request *r) {
#define ECHO(name, member) host->output(host->context, host->operation, text(name), r->member)
    ECHO("stage", stage);
    ECHO("operation", operation_id);
    ECHO("service", service);
    ECHO("kind", kind);
    ECHO("source", source_directory);
    ECHO("scratch", scratch_directory);
    ECHO("release", release_directory);
    ECHO("revision", revision);
    ECHO("previous", previous_revision);
    put_number("paths", (long)r->changed_path_count);
    if (r->changed_path_count)
        host->output(host->context, host->operation, text("path"), r->changed_paths[0]);
    if (r->environment_count) {
        host->output(host->context, host->operation, text("name"), r->environment[0].name);
        host->output(host->context, host->operation, text("value"), r->environment[0].value);
    }
    host->output(host->context, host->operation, text("state"),
                 (deployer_string){(const char *)r->state.data, r->state.length});
    put_number("flags", r->flags);
    put_number("timeout", (long)r->timeout_ms);
    put_number("deadline", r->deadline_ns > 0);
    host->checkpoint(host->context, host->operation, (deployer_bytes){(const uint8_t *)"new\0state", 9});
    host->progress(host->context, host->operation, 5000, text("half"));
    host->progress(host->context, host->operation, -1, text("unknown"));
}

static int32_t behave(const char *what, const deployer_run_request *request) {
    die(what);
    if (is(what, "ok")) {
        say("all is well");
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "no-change"))
        return DEPLOYER_STATUS_NO_CHANGE;
    if (is(what, "unavailable"))
        return DEPLOYER_STATUS_UNAVAILABLE;
    if (is(what, "retry")) {
        host->retry_after(host->context, host->operation, 90000);
        return DEPLOYER_STATUS_RETRYABLE;
    }
    if (is(what, "status-99"))
        return 99;
    if (is(what, "status-negative"))
        return -1;
    if (is(what, "fail-silently"))
        return DEPLOYER_STATUS_FAILED;
    if (is(what, "fail"))
        return explain();
    if (is(what, "echo")) {
        echo_request(request);
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "own-process")) {
        own_process();
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "sizes")) {
        sizes();
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "strings")) {
        strings();
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "daemon")) {
        daemonize();
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "daemon-segv")) {
        daemonize();
        die("segv");
    }
    if (is(what, "stop-guardian") || is(what, "hold-guardian")) {
        pid_t guardian = getppid();
        daemonize();
        if (is(what, "hold-guardian") && fork() == 0)
            for (;;) {
                kill(guardian, SIGSTOP);
                usleep(200);
            }
        kill(guardian, SIGSTOP);
        for (;;)
            pause();
    }
    if (is(what, "daemon-hang")) {
        daemonize();
        die("hang");
    }
    if (is(what, "stop-itself")) {
        raise(SIGSTOP);
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "heed")) {
        const deployer_cancel_v1 *cancel = service("cancel/1");
        struct pollfd pipe = {.fd = cancel->descriptor(host->context, host->operation), .events = POLLIN};
        put_number("before", cancel->is_cancelled(host->context, host->operation));
        poll(&pipe, 1, 60000);
        put_number("after", cancel->is_cancelled(host->context, host->operation));
        return DEPLOYER_STATUS_CANCELLED;
    }
    if (is(what, "heed-ok")) {
        const deployer_cancel_v1 *cancel = service("cancel/1");
        while (!cancel->is_cancelled(host->context, host->operation))
            usleep(10000);
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "print-100mb")) {
        char line[101];
        memset(line, 'x', 100);
        line[99] = '\n';
        line[100] = 0;
        for (int i = 0; i < 1000 * 1000; i++)
            fputs(line, stdout);
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "print-long")) {
        for (int i = 0; i < 10 * 1000 * 1000; i++)
            putchar('y');
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "print")) {
        printf("on stdout\nno line end");
        fprintf(stderr, "on stderr\n");
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "print-segv")) {
        printf("last words\n");
        die("segv");
    }
    if (is(what, "diagnostics")) {
        for (int i = 0; i < 12000; i++)
            problem("mock.many", "one of many");
        return DEPLOYER_STATUS_FAILED;
    }
    if (is(what, "outputs")) {
        for (int i = 0; i < 1500; i++) {
            char key[16];
            snprintf(key, sizeof key, "k%d", i);
            put(key, "v");
        }
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "threads")) {
        pthread_t threads[4];
        for (int i = 0; i < 4; i++)
            pthread_create(&threads[i], NULL, chatter, (void *)"from a thread");
        for (int i = 0; i < 4; i++)
            pthread_join(threads[i], NULL);
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "late")) {
        pthread_t thread;
        kept_host = host;
        kept_token = host->operation;
        pthread_create(&thread, NULL, call_late, (void *)service("cancel/1"));
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "foreign-token")) {
        put_number("foreign", host->log(host->context, host->operation + 1, 0, 1, text("x")));
        put_number("zero", host->log(host->context, 0, 0, 1, text("x")));
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "garbage-frames")) {
        char junk[4096];
        memset(junk, 0xEE, sizeof junk);
        if (write(3, junk, sizeof junk) < 0)
            return DEPLOYER_STATUS_OK;
        pause();
    }
    if (is(what, "forged-finish")) {
        unsigned char frame[16] = {0, 0, 0, 0, 68, 0};
        if (write(3, frame, sizeof frame) < 0)
            return DEPLOYER_STATUS_OK;
        pause();
    }
    if (is(what, "half-frame")) {
        unsigned char frame[16] = {100, 0, 0, 0, 80, 0};
        if (write(3, frame, sizeof frame) < 0)
            return 0;
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "shell"))
        return shell("echo \"$COLOUR $(cat) $PWD\"; echo to-stderr >&2; exit 7", DEPLOYER_PROCESS_WANT_OUTPUT, 0, 0);
    if (is(what, "shell-secret"))
        return shell("echo $TOKEN_LINE", DEPLOYER_PROCESS_WANT_OUTPUT, 0, 0);
    if (is(what, "shell-environment"))
        return shell("env", DEPLOYER_PROCESS_WANT_OUTPUT | DEPLOYER_PROCESS_QUIET, 0, 0);
    if (is(what, "shell-signal"))
        return shell("kill -9 $$", DEPLOYER_PROCESS_WANT_OUTPUT, 0, 0);
    if (is(what, "shell-timeout"))
        return shell("sleep 60", DEPLOYER_PROCESS_WANT_OUTPUT, 0, 300);
    if (is(what, "shell-hang"))
        return shell("sleep 1000", DEPLOYER_PROCESS_WANT_OUTPUT, 0, 0);
    if (is(what, "shell-stream"))
        return shell("head -c 30000000 /dev/zero | tr '\\0' 'z'", DEPLOYER_PROCESS_WANT_OUTPUT | DEPLOYER_PROCESS_QUIET,
                     1, 0);
    if (is(what, "shell-segv")) {
        const deployer_process_v1 *p = service("process/1");
        (void)p;
        pthread_t t;
        pthread_create(&t, NULL, chatter, (void *)".");
        shell("sleep 1 & echo started", 0, 0, 0);
        die("segv");
    }
    if (is(what, "no-such-program")) {
        const deployer_process_v1 *process = service("process/1");
        deployer_string arguments[] = {text("/no/such/program")};
        deployer_process_request r = {.size = sizeof r, .arguments = arguments, .argument_count = 1};
        put_number("call", process->run(host->context, host->operation, &r, NULL, take_result));
        r.argument_count = 0;
        put_number("empty", process->run(host->context, host->operation, &r, NULL, take_result));
        r.arguments = NULL;
        r.argument_count = 5;
        put_number("null", process->run(host->context, host->operation, &r, NULL, take_result));
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "http"))
        return http("http://127.0.0.1/x");
    if (is(what, "http-bad"))
        return http("file:///etc/passwd");
    if (is(what, "http-user"))
        return http("http://me:pw@127.0.0.1/");
    if (is(what, "http-short"))
        return http_short();
    if (is(what, "http-secret"))
        return http_secret("/path", "/etc/peers.pem", 1);
    if (is(what, "http-secret-elsewhere"))
        return http_secret("https://elsewhere/", "", 1);
    if (is(what, "http-secret-relative"))
        return http_secret("/path", "peers.pem", 1);
    if (is(what, "http-secret-half"))
        return http_secret("/path", "", 0);
    if (!strncmp(what, "stream-", 7))
        return streams(what, request);
    if (is(what, "secrets"))
        return secrets();
    if (is(what, "supervise"))
        return supervise(1500);
    if (is(what, "supervise-for-ever"))
        return supervise(UINT64_MAX);
    if (overdo(what))
        return DEPLOYER_STATUS_OK;
    if (is(what, "unknown-service")) {
        put("offered", service("teleport/1") ? "yes" : "no");
        put("process", service("process/1") ? "yes" : "no");
        put("supervise", service("supervise/1") ? "yes" : "no");
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "report")) {
        put("test-report", "{\"suites\":[{\"name\":\"S\",\"framework\":\"Mock\",\"cases\":[{\"name\":\"c\",\"result\":"
                           "\"passed\",\"duration\":0.5,\"failures\":[]}]}]}");
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "speak-secret"))
        return speak_secret();
    return problem("mock.unknown", "the mock does not know what to do");
}
