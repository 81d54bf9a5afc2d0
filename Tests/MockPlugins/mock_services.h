/* How mocks use the host's services. Part of mock.c. */

static const void *service(const char *id) { return host->get_extension(host->context, host->operation, text(id)); }

static void take_result(void *context, const deployer_process_result *r) {
    (void)context;
    char line[64];
    snprintf(line, sizeof line, "%d %d %llu", r->outcome, r->code, (unsigned long long)r->output.length);
    put("result", line);
    host->output(host->context, host->operation, text("stdout"),
                 (deployer_string){(const char *)r->output.data, r->output.length});
    host->output(host->context, host->operation, text("message"), r->message);
}

static uint64_t streamed;
static void take_chunk(void *context, int32_t stream, deployer_bytes chunk) {
    (void)context;
    (void)stream;
    streamed += chunk.length;
}

static int32_t shell(const char *script, uint32_t flags, int streams, uint64_t timeout) {
    const deployer_process_v1 *process = service("process/1");
    if (!process)
        return problem("mock.process", "process/1 is not offered");
    deployer_string arguments[] = {text("/bin/sh"), text("-c"), text(script)};
    deployer_pair environment[] = {{text("COLOUR"), text("green")}};
    deployer_secret_pair secrets[] = {{text("TOKEN_LINE"), text("Bearer "), text("env:MOCK_TOKEN")}};
    deployer_process_request request = {.size = sizeof request,
                                        .arguments = arguments,
                                        .argument_count = 3,
                                        .environment = environment,
                                        .environment_count = 1,
                                        .flags = flags,
                                        .timeout_ms = timeout};
    if (strstr(script, "TOKEN_LINE")) {
        request.secret_environment = secrets;
        request.secret_environment_count = 1;
    }
    if (strstr(script, "cat"))
        request.input = (deployer_bytes){(const uint8_t *)"from stdin", 10};
    if (streams)
        request.output = take_chunk;
    int32_t code = process->run(host->context, host->operation, &request, NULL, take_result);
    put_number("call", code);
    put_number("streamed", (long)streamed);
    return DEPLOYER_STATUS_OK;
}

static void take_response(void *context, const deployer_http_response *r) {
    (void)context;
    put_number("status", r->status);
    put_number("headers", (long)r->header_count);
    host->output(host->context, host->operation, text("body"),
                 (deployer_string){(const char *)r->body.data, r->body.length});
    host->output(host->context, host->operation, text("message"), r->message);
}

static int32_t http(const char *url) {
    const deployer_http_v1 *table = service("http/1");
    if (!table)
        return problem("mock.http", "http/1 is not offered");
    deployer_pair headers[] = {{text("X-Mock"), text("yes")}};
    deployer_secret_pair secrets[] = {{text("Authorization"), text("Bearer "), text("env:MOCK_TOKEN")}};
    deployer_http_request request = {.size = sizeof request,
                                     .method = text("POST"),
                                     .url = text(url),
                                     .headers = headers,
                                     .header_count = 1,
                                     .secret_headers = secrets,
                                     .secret_header_count = 1,
                                     .body = {(const uint8_t *)"ping", 4}};
    put_number("call", table->send(host->context, host->operation, &request, NULL, take_response));
    return DEPLOYER_STATUS_OK;
}

/* A request whose beginning and whose certificate are secrets. */
static int32_t http_secret(const char *url, const char *authority, int has_certificate) {
    const deployer_http_v1 *table = service("http/1");
    deployer_http_request request = {.size = sizeof request,
                                     .method = text("GET"),
                                     .url = text(url),
                                     .base_reference = text("env:MOCK_BASE"),
                                     .private_key_reference = text("env:MOCK_KEY"),
                                     .authority_file = text(authority)};
    if (has_certificate)
        request.certificate_reference = text("env:MOCK_CERTIFICATE");
    put_number("call", table->send(host->context, host->operation, &request, NULL, take_response));
    return DEPLOYER_STATUS_OK;
}

/* As a plugin of minor 0 sends it: what stands behind its struct is not read. */
static int32_t http_short(void) {
    const deployer_http_v1 *table = service("http/1");
    deployer_http_request request;
    memset(&request, 0xA5, sizeof request);
    memset(&request, 0, 112);
    request.size = 112;
    request.method = text("GET");
    request.url = text("http://127.0.0.1/short");
    put_number("call", table->send(host->context, host->operation, &request, NULL, take_response));
    return DEPLOYER_STATUS_OK;
}

static void take_secret(void *context, deployer_string value) {
    *(long *)context = (long)value.length;
    host->log(host->context, host->operation, 0, 1, value);
}

static int32_t secrets(void) {
    const deployer_secret_v1 *table = service("secret/1");
    if (!table)
        return problem("mock.secret", "secret/1 is not offered");
    long length = -1;
    put_number("exists", table->exists(host->context, host->operation, text("env:MOCK_TOKEN")));
    put_number("missing", table->exists(host->context, host->operation, text("env:NO_SUCH_VARIABLE")));
    put_number("reveal", table->reveal(host->context, host->operation, text("env:MOCK_TOKEN"), &length, take_secret));
    put_number("length", length);
    return DEPLOYER_STATUS_OK;
}

static void take_status(void *context, const deployer_service_status *s) {
    char line[96];
    snprintf(line, sizeof line, "%d %d %u %d", s->state, s->pid, s->restarts, s->last_exit);
    put(context, line);
    host->output(host->context, host->operation, text("message"), s->message);
}

static int32_t supervise(uint64_t grace) {
    const deployer_supervise_v1 *table = service("supervise/1");
    if (!table)
        return problem("mock.supervise", "supervise/1 is not offered");
    deployer_string arguments[] = {text("/bin/sleep"), text("9")};
    deployer_pair environment[] = {{text("COLOUR"), text("green")}};
    deployer_service_spec spec = {.size = sizeof spec,
                                  .part = text("worker"),
                                  .arguments = arguments,
                                  .argument_count = 2,
                                  .directory = text("/"),
                                  .environment = environment,
                                  .environment_count = 1,
                                  .grace_ms = grace};
    put_number("start", table->start(host->context, host->operation, &spec, "started", take_status));
    put_number("state", table->status(host->context, host->operation, text("worker"), "now", take_status));
    put_number("stop", table->stop(host->context, host->operation, text("worker"), grace == 1500 ? 0 : grace, "stopped",
                                   take_status));
    put_number("bad", table->stop(host->context, host->operation, text("../x"), 0, "bad", take_status));
    return DEPLOYER_STATUS_OK;
}

static int32_t speak_secret(void) {
    printf("token is tok-%s end\n", "en-123456");
    fflush(stdout);
    say("token is tok-en-123456 end");
    put("k", "tok-en-123456");
    host->summary(host->context, host->operation, text("with tok-en-123456"));
    return problem("mock.secret", "it said tok-en-123456");
}
