/* What mocks say to the host. Part of mock.c. */

static const deployer_host *host;

static void say(const char *line) {
    host->log(host->context, host->operation, DEPLOYER_STREAM_PLUGIN, DEPLOYER_LEVEL_INFO, text(line));
}

static void put(const char *key, const char *value) {
    host->output(host->context, host->operation, text(key), text(value));
}

static void put_number(const char *key, long number) {
    char line[32];
    snprintf(line, sizeof line, "%ld", number);
    put(key, line);
}

static int32_t problem(const char *code, const char *summary) {
    deployer_diagnostic d = {
        .size = sizeof d, .severity = DEPLOYER_SEVERITY_ERROR, .code = text(code), .summary = text(summary)};
    host->diagnostic(host->context, host->operation, &d);
    return DEPLOYER_STATUS_FAILED;
}
