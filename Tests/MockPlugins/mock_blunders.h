/* Mistakes that only show under circumstances which the harness makes. Part of mock.c. */

static const char *kept_text;
static char secret_option[256];
static int closed_instances;

/* Of the options, as the host gave them. */
static void remember(const char *options) {
#ifndef MOCK_TOKEN_KEY
#define MOCK_TOKEN_KEY "token"
#endif
    char *token = strstr(options, "\"" MOCK_TOKEN_KEY "\":\"");
    snprintf(secret_option, sizeof secret_option, "%s", token ? token + strlen(MOCK_TOKEN_KEY) + 4 : "");
    char *end = strchr(secret_option, '"');
    if (end)
        *end = 0;
}

static int32_t refuse_options(const char *pointer) {
    deployer_diagnostic d = {.size = sizeof d,
                             .severity = DEPLOYER_SEVERITY_ERROR,
                             .code = text("config.invalid"),
                             .summary = text("that is no object"),
                             .pointer = text(pointer)};
    host->diagnostic(host->context, host->operation, &d);
    return DEPLOYER_STATUS_INVALID_CONFIG;
}

struct ending {
    int32_t outcome, code;
    char *kept;
    size_t length;
};

static void take_ending(void *context, const deployer_process_result *result) {
    struct ending *ending = context;
    ending->outcome = result->outcome;
    ending->code = result->code;
}

static void keep_everything(void *context, int32_t stream, deployer_bytes chunk) {
    (void)stream;
    struct ending *ending = context;
    ending->kept = realloc(ending->kept, ending->length + chunk.length);
    memcpy(ending->kept + ending->length, chunk.data, chunk.length);
    ending->length += chunk.length;
}

static struct ending command(int keeps) {
    struct ending ending = {-1, -1, NULL, 0};
    const deployer_process_v1 *process = service("process/1");
    deployer_string arguments[] = {text("/bin/true")};
    deployer_process_request asked = {.size = sizeof asked, .arguments = arguments, .argument_count = 1};
    if (keeps) {
        asked.output = keep_everything;
        asked.output_context = &ending;
    }
    if (process)
        process->run(host->context, host->operation, &asked, &ending, take_ending);
    return ending;
}

static void write_file(deployer_string folder, const char *name, const char *content, int crashes) {
    char path[4096];
    snprintf(path, sizeof path, "%.*s/%s", (int)folder.length, folder.data, name);
    FILE *file = fopen(path, "w");
    int isWritten = file && fputs(content, file) >= 0;
    isWritten = file && fclose(file) == 0 && isWritten;
    if (!isWritten && crashes)
        abort();
}

static void spill_secret(void *context, deployer_string value) {
    write_file(*(deployer_string *)context, "notes.txt", value.data, 0);
}

static void believe_body(void *context, const deployer_http_response *response) {
    int takes_large = *(int *)context;
    if (response->status && (takes_large ? response->body.data[0] != '{' : response->body.length > 1 << 20))
        die("segv");
}

/* Sends a request and takes for granted that the answer is JSON, or that it is short. */
static int32_t believe(int takes_large) {
    const deployer_http_v1 *http = service("http/1");
    deployer_http_request asked = {.size = sizeof asked, .method = text("GET"), .url = text("http://127.0.0.1:9/")};
    int32_t code = http->send(host->context, host->operation, &asked, &takes_large, believe_body);
    return code == DEPLOYER_CALL_CANCELLED ? DEPLOYER_STATUS_CANCELLED
           : code                          ? problem("mock.http", "nobody answers")
                                           : DEPLOYER_STATUS_OK;
}

static void *wait_for_cancellation(void *descriptor) {
    struct pollfd waiting = {.fd = *(int *)descriptor, .events = POLLIN};
    if (poll(&waiting, 1, 10000) > 0)
        die("segv");
    return NULL;
}

/* The status it ends with; -1: none of these. */
static int32_t blunder(const char *what, const deployer_run_request *r) {
    const deployer_cancel_v1 *cancel = service("cancel/1");
    deployer_string scratch = r->scratch_directory;
    if (is(what, "keep-pointer")) {
        if (kept_text && kept_text[0] == '/')
            say("the same folder as before");
        kept_text = r->source_directory.data;
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "read-on"))
        return strlen(r->stage.data) > 1000 ? DEPLOYER_STATUS_NO_CHANGE : DEPLOYER_STATUS_OK;
    if (is(what, "exact-size"))
        return r->size == sizeof *r ? DEPLOYER_STATUS_OK : DEPLOYER_STATUS_RETRYABLE;
    if (is(what, "careless-aloud")) {
        deployer_diagnostic d = {.size = sizeof d, .severity = DEPLOYER_SEVERITY_WARNING, .summary = text("not asked")};
        command(0);
        host->diagnostic(host->context, host->operation, &d);
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "careless")) {
        command(0);
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "keep-output")) {
        struct ending ending = command(1);
        free(ending.kept);
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "ignore-cancel") && command(0).outcome == DEPLOYER_PROCESS_CANCELLED)
        for (;;)
            pause();
    if (is(what, "hang-when-cancelled") && cancel && cancel->is_cancelled(host->context, host->operation))
        for (;;)
            pause();
    if (is(what, "believe-body") || is(what, "small-buffer"))
        return believe(is(what, "believe-body"));
    if (is(what, "crash-when-cancelled")) { /* a thread that waits on, whatever becomes of the call */
        static int descriptor;
        pthread_t thread;
        descriptor = cancel->descriptor(host->context, host->operation);
        pthread_create(&thread, NULL, wait_for_cancellation, &descriptor);
        return DEPLOYER_STATUS_OK;
    }
    if (is(what, "try-for-ever"))
        for (int code = 1; code != 0; code = command(0).code)
            usleep(1000);
    if (is(what, "crash-on-full-disk"))
        write_file(scratch, "result", "all is well\n", 1);
    if (is(what, "trust-state") && (r->flags & DEPLOYER_RUN_HAS_STATE) && r->state.length < 64)
        die("segv");
    if (is(what, "need-services")) /* does not look whether there is one */
        ((const deployer_process_v1 *)service("process/1"))->run(host->context, host->operation, NULL, NULL, take_ending);
    if (is(what, "write-option"))
        write_file(scratch, "settings.json", secret_option, 0);
    if (is(what, "write-secret"))
        ((const deployer_secret_v1 *)service("secret/1"))
            ->reveal(host->context, host->operation, text(secret_option), &scratch, spill_secret);
    if (is(what, "checkpoint-option"))
        host->checkpoint(host->context, host->operation,
                         (deployer_bytes){(const uint8_t *)secret_option, strlen(secret_option)});
    if (is(what, "share-everything") && closed_instances)
        return problem("mock.closed", "another instance took everything with it");
    if (is(what, "garbage-text"))
        host->summary(host->context, host->operation, (deployer_string){"\xff\xfe garbage", 10});
    if (is(what, "unsupported"))
        return DEPLOYER_STATUS_UNSUPPORTED;
    return -1;
}
