/* What mocks do to the process they are in. Part of mock.c. */

static void ignore_signal(int number) { (void)number; }

static void *wait_and_crash(void *context) {
    usleep(200 * 1000);
    die(context);
    return NULL;
}

static void *wait_long(void *context) {
    sleep(60);
    return context;
}

static void misbehave(const char *how) {
    pthread_t thread;
    if (!strcmp(how, "chdir") && chdir("/"))
        abort();
    if (!strcmp(how, "umask"))
        umask(0);
    if (!strcmp(how, "locale"))
        setlocale(LC_ALL, "C.UTF-8");
    if (!strcmp(how, "signal"))
        signal(SIGTERM, ignore_signal);
    if (!strcmp(how, "block-signal")) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigprocmask(SIG_BLOCK, &set, NULL);
    }
    if (!strcmp(how, "setenv"))
        setenv("MOCK_WAS_HERE", "yes", 1);
    if (!strcmp(how, "close-3"))
        close(3);
    if (!strcmp(how, "leak-descriptor"))
        (void)!open("/dev/null", O_RDONLY);
    if (!strcmp(how, "leak-memory"))
        (void)!strdup("lost, and never found again");
    if (!strcmp(how, "leak-thread"))
        pthread_create(&thread, NULL, wait_long, NULL);
    if (!strcmp(how, "crash-later"))
        pthread_create(&thread, NULL, wait_and_crash, "segv");
    if (!strcmp(how, "opens-file"))
        close(open("/etc/hostname", O_RDONLY));
    if (!strcmp(how, "opens-socket"))
        close(socket(AF_INET, SOCK_STREAM, 0));
    if (!strcmp(how, "forks") && fork() == 0)
        _exit(0);
    if (!strcmp(how, "slow"))
        usleep(150 * 1000);
}

static int is_stage(deployer_string stage) {
    const char *names[] = {"build", "test", "deploy"};
    for (int index = 0; index < 3; index++)
        if (stage.length == strlen(names[index]) && !memcmp(stage.data, names[index], stage.length))
            return 1;
#ifdef MOCK_LOOSE_STAGES
    return 1;
#endif
    return 0;
}
