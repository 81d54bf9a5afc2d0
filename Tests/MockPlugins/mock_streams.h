/* How mocks use http-stream/1. Part of mock.c. The target is the environment variable BODY_SERVER of the service. */

static struct {
    int32_t status;
    uint64_t stream;
    uint64_t length;
    char first[64];
    char message[256];
} streamed_piece;

static void keep_message(deployer_string message) {
    snprintf(streamed_piece.message, sizeof streamed_piece.message, "%.*s", (int)message.length, message.data);
}

static void take_piece(void *context, const deployer_stream_piece *piece) {
    (void)context;
    if (piece->stream) streamed_piece.stream = piece->stream;
    streamed_piece.length = piece->bytes.length;
    snprintf(streamed_piece.first, sizeof streamed_piece.first, "%.*s",
             (int)(piece->bytes.length < 60 ? piece->bytes.length : 60), (const char *)piece->bytes.data);
    keep_message(piece->message);
}

static void take_head(void *context, const deployer_http_response *response) {
    (void)context;
    streamed_piece.status = response->status;
    keep_message(response->message);
}

static char *body_server;

/* Opens a stream to a path of the server; its number is left in streamed_piece. */
static int32_t open_stream(const deployer_http_stream_v1 *table, const char *method, const char *path, const char *body,
                           uint32_t flags, uint64_t idle) {
    char url[256];
    snprintf(url, sizeof url, "%s/%s", body_server, path);
    deployer_secret_pair headers[] = {{text("Authorization"), text("Bearer "), text("env:MOCK_TOKEN")}};
    deployer_secret_pair inside[] = {{text("@TOKEN@"), text("<"), text("env:MOCK_TOKEN")}};
    deployer_stream_request request = {.size = sizeof request,
                                       .method = text(method),
                                       .url = text(url),
                                       .secret_headers = headers,
                                       .secret_header_count = 1,
                                       .body = {(const uint8_t *)body, strlen(body)},
                                       .body_secrets = inside,
                                       .body_secret_count = strstr(body, "@TOKEN@") ? 1 : 0,
                                       .idle_ms = idle,
                                       .flags = flags};
    return table->open(host->context, host->operation, &request, NULL, take_piece);
}

static int32_t read_all_of(const deployer_http_stream_v1 *table, uint64_t stream, uint64_t most) {
    uint64_t total = 0;
    int32_t code;
    while ((code = table->read(host->context, host->operation, stream, most, NULL, take_piece)) == DEPLOYER_CALL_OK &&
           streamed_piece.length)
        total += streamed_piece.length;
    put_number("read", code);
    put_number("total", (long)total);
    put("message", streamed_piece.message);
    return code;
}

/* Sends what it is given and reads what comes; `careful` looks at how that went. For hosts that are scripted. */
static int32_t exchange(const deployer_http_stream_v1 *table, const char *what) {
    int careful = !strcmp(what, "stream-careful");
    body_server = "http://127.0.0.1:9";
    int32_t code = open_stream(table, "POST", "count", "", DEPLOYER_STREAM_WRITES, 0);
    uint64_t stream = streamed_piece.stream;
    streamed_piece.status = 0;
    if (!strcmp(what, "stream-early")) code = table->read(host->context, host->operation, stream, 0, NULL, take_piece);
    if (!code || !careful)
        code = table->write(host->context, host->operation, stream, (deployer_bytes){(const uint8_t *)"ping", 4}, NULL, NULL);
    if (!code || !careful) code = table->answer(host->context, host->operation, stream, NULL, take_head);
    while (!code && !(code = table->read(host->context, host->operation, stream, 1 << 20, NULL, take_piece)) &&
           streamed_piece.length)
        ;
    table->close(host->context, host->operation, stream);
    if (!strcmp(what, "stream-late")) table->read(host->context, host->operation, stream, 0, NULL, take_piece);
    if (!careful) return DEPLOYER_STATUS_OK;
    if (code == DEPLOYER_CALL_CANCELLED) return DEPLOYER_STATUS_CANCELLED;
    if (code || streamed_piece.status != 200) return problem("mock.stream", "the exchange failed");
    return DEPLOYER_STATUS_OK;
}

static int32_t streams(const char *what, const deployer_run_request *run) {
    if (!strcmp(what, "stream-careful") || !strcmp(what, "stream-careless") || !strcmp(what, "stream-early") ||
        !strcmp(what, "stream-late")) {
        const deployer_http_stream_v1 *offered = service("http-stream/1");
        return offered ? exchange(offered, what) : problem("mock.stream", "http-stream/1 is not offered");
    }
    if (!run->environment_count) return problem("mock.stream", "no BODY_SERVER");
    body_server = strndup(run->environment[0].value.data, run->environment[0].value.length);
    const deployer_http_stream_v1 *table = service("http-stream/1");
    if (!table) return problem("mock.stream", "http-stream/1 is not offered");
    if (!strcmp(what, "stream-download") || !strcmp(what, "stream-stall") || !strcmp(what, "stream-hold")) {
        const char *path = !strcmp(what, "stream-stall") ? "stall/1000" : "bytes/400000000";
        put_number("open", open_stream(table, "GET", path, "", 0, !strcmp(what, "stream-stall") ? 500 : 0));
        uint64_t stream = streamed_piece.stream;
        put_number("answer", table->answer(host->context, host->operation, stream, NULL, take_head));
        put_number("status", streamed_piece.status);
        if (!strcmp(what, "stream-hold")) {
            say("holding");
            pause();
        }
        read_all_of(table, stream, 1 << 20);
        put_number("close", table->close(host->context, host->operation, stream));
        put_number("closed", table->close(host->context, host->operation, stream));
        return DEPLOYER_STATUS_OK;
    }
    if (!strcmp(what, "stream-upload")) {
        static uint8_t piece[1 << 20];
        put_number("open", open_stream(table, "POST", "count", "", DEPLOYER_STREAM_WRITES, 0));
        uint64_t stream = streamed_piece.stream;
        int32_t code = 0;
        /* While one is written another may be read. */
        open_stream(table, "GET", "bytes/1000", "", 0, 0);
        uint64_t other = streamed_piece.stream;
        for (int count = 0; count < 12 && !code; count++)
            code = table->write(host->context, host->operation, stream, (deployer_bytes){piece, sizeof piece}, NULL, NULL);
        put_number("write", code);
        table->answer(host->context, host->operation, other, NULL, take_head);
        read_all_of(table, other, 0);
        put_number("answer", table->answer(host->context, host->operation, stream, NULL, take_head));
        table->read(host->context, host->operation, stream, 0, NULL, take_piece);
        put("counted", streamed_piece.first);
        static uint8_t large[DEPLOYER_CAP_STREAM_PIECE + 1];
        put_number("too-large", table->write(host->context, host->operation, stream,
                                             (deployer_bytes){large, sizeof large}, NULL, NULL));
        return DEPLOYER_STATUS_OK;
    }
    if (!strcmp(what, "stream-secret")) {
        put_number("open", open_stream(table, "POST", "show", "{\"a\":\"@TOKEN@\",\"b\":\"@TOKEN@\"}",
                                       DEPLOYER_STREAM_JSON_SECRETS, 0));
        uint64_t stream = streamed_piece.stream;
        put_number("answer", table->answer(host->context, host->operation, stream, NULL, take_head));
        table->read(host->context, host->operation, stream, 0, NULL, take_piece);
        put("shown", streamed_piece.first);
        put_number("length", (long)streamed_piece.length);
        return DEPLOYER_STATUS_OK;
    }
    if (!strcmp(what, "stream-many")) {
        int opened = 0;
        while (opened < 100 && open_stream(table, "GET", "bytes/1000000", "", 0, 0) == DEPLOYER_CALL_OK) opened++;
        put_number("opened", opened);
        put("message", streamed_piece.message);
        return DEPLOYER_STATUS_OK;
    }
    put_number("url", open_stream(table, "GET", "../../..", "", 0, 0));
    put_number("answer", table->answer(host->context, host->operation, 77, NULL, take_head));
    put_number("read", table->read(host->context, host->operation, 78, 0, NULL, take_piece));
    return DEPLOYER_STATUS_OK;
}
