/* Loading the plugin and calling it. */
#include "services.h"

#include <dlfcn.h>
#include <plugin_loading.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

deployer_plugin plugin;
deployer_bytes run_state;
int has_state;
size_t run_cut;
const char *service_name = "harness";
char **stages;

static deployer_plugin_entry_v1 entry;
static char refusal[512];

static void take_refusal(void *context, deployer_string reason) {
    (void)context;
    snprintf(refusal, sizeof refusal, "%.*s", (int)(reason.length < 400 ? reason.length : 400), reason.length ? reason.data : "");
}

int was_refused(void) { return refusal[0] != 0; }

void load_library(void) {
    const char *error = "it cannot be loaded";
    at("it is loaded");
    void *library = plugin_load(*argument("load") ? argument("load") : argument("library"), argument("runtime"), &error);
    if (!library) {
        bad("it cannot be loaded: %s", error);
        finish();
    }
    void *symbol = dlsym(library, DEPLOYER_ENTRY_NAME);
    if (!symbol) {
        bad("it has no function " DEPLOYER_ENTRY_NAME);
        finish();
    }
    memcpy(&entry, &symbol, sizeof entry);
    stages = list_argument("stages");
}

deployer_hello good_hello(void) {
    static const char *const names[] = {"process/1", "http/1", "http-stream/1", "secret/1", "cancel/1", "supervise/1"};
    enum { COUNT = sizeof names / sizeof *names };
    static deployer_string features[COUNT];
    for (int index = 0; index < COUNT; index++) features[index] = lend_text(names[index]);
    refusal[0] = 0;
    return (deployer_hello){.size = sizeof(deployer_hello), .host_minor = DEPLOYER_ABI_MINOR,
                            .host_version = lend_text("harness"), .features = lend(features, sizeof features),
                            .feature_count = COUNT, .refuse = take_refusal};
}

const deployer_plugin *call_entry(const deployer_hello *hello) {
    at("its entry function runs");
    return entry(hello);
}

void load_plugin(void) {
    load_library();
    deployer_hello hello = good_hello();
    const deployer_plugin *table = call_entry(lend_struct(&hello, sizeof hello, 0));
    take_back();
    if (!table) {
        bad(*refusal ? "its entry function refused: %s" : "its entry function refused, without a reason%s", refusal);
        finish();
    }
    copy_sized(&plugin, sizeof plugin, table);
    if (!plugin.describe || !plugin.run) {
        bad("its table has no %s; its size says %llu", plugin.describe ? "run" : "describe", (unsigned long long)plugin.size);
        finish();
    }
}

long stage_time(void) { return number_argument("deadline", 5000); }
long grace_time(void) { return number_argument("grace", 5000) + 1500; }

const char *status_name(int32_t status) {
    static const char *names[] = {"OK", "NO_CHANGE", "UNSUPPORTED", "INVALID_CONFIG", "UNAVAILABLE",
                                  "RETRYABLE", "FAILED", "CANCELLED", "TIMED_OUT"};
    static char text[40];
    if (status >= 0 && status <= 8) return names[status];
    snprintf(text, sizeof text, "the unknown status %d", status);
    return text;
}

void judge(const char *what, int32_t status) {
    if (status < 0 || status > DEPLOYER_STATUS_TIMED_OUT) bad("%s was answered with %s", what, status_name(status));
    if ((status == DEPLOYER_STATUS_FAILED || status == DEPLOYER_STATUS_INVALID_CONFIG) && !seen.errors)
        bad("%s was answered with %s and no diagnostic of severity ERROR or FATAL", what, status_name(status));
}

/* ---- describe ---- */

static char *document;
static size_t document_length;

static int32_t write_document(void *context, deployer_string piece) {
    (void)context;
    if (piece.length && !piece.data) return DEPLOYER_CALL_INVALID;
    if (document_length + piece.length > DEPLOYER_CAP_DESCRIPTION) return DEPLOYER_CALL_TOO_LARGE;
    char *larger = realloc(document, document_length + piece.length + 1);
    if (!larger) _exit(72);
    document = larger;
    if (piece.length) memcpy(document + document_length, piece.data, piece.length);
    document_length += piece.length;
    return DEPLOYER_CALL_OK;
}

deployer_bytes call_describe(int32_t *status) {
    document = NULL;
    document_length = 0;
    at("describe runs");
    *status = plugin.describe(NULL, write_document);
    return (deployer_bytes){(const uint8_t *)document, document_length};
}

/* ---- open, detect, run ---- */

int32_t call_open(deployer_string options, void **instance) {
    *instance = NULL;
    seen.errors = 0;
    if (!plugin.open) return DEPLOYER_STATUS_OK;
    deployer_open_request request = {.size = sizeof request, .service = lend_text(service_name),
                                     .kind = lend_text(argument("kind")),
                                     .configuration = lend_string(options.data, options.length)};
    at("open runs");
    limit_begin(grace_time(), "open was not back after %ld ms", grace_time());
    int32_t status = plugin.open(lend_struct(&request, sizeof request, 0), host_open(), instance);
    limit_end();
    host_shut();
    take_back();
    return status;
}

void *open_good(void) {
    void *instance;
    deployer_bytes options = file_argument("options");
    deployer_string text = options.length ? (deployer_string){(const char *)options.data, options.length} : (deployer_string){"{}", 2};
    int32_t status = call_open(text, &instance);
    if (status == DEPLOYER_STATUS_OK) return instance;
    skip("its open answered %s to the options %.*s%s%s; give good ones with --options", status_name(status),
         (int)(text.length < 200 ? text.length : 200), text.data, *seen.last_error ? ": " : "", seen.last_error);
}

void call_close(void *instance) {
    at("close runs");
    limit_begin(grace_time(), "close was not back after %ld ms", grace_time());
    if (plugin.close) plugin.close(instance);
    limit_end();
}

int32_t call_detect(const char *folder) {
    deployer_detect_request request = {.size = sizeof request, .source_directory = lend_text(folder)};
    seen.errors = 0;
    at("detect runs");
    limit_begin(grace_time(), "detect was not back after %ld ms", grace_time());
    int32_t status = plugin.detect(lend_struct(&request, sizeof request, 0), host_open());
    limit_end();
    host_shut();
    take_back();
    return status;
}

int32_t call_run(void *instance, const char *stage, long timeout_ms) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char id[64];
    snprintf(id, sizeof id, "harness-%s", stage);
    deployer_string changed[] = {lend_text("README.md")};
    deployer_pair variables[] = {{lend_text("HARNESS"), lend_text("1")}};
    deployer_run_request request = {
        .size = sizeof request,
        .stage = lend_text(stage),
        .operation_id = lend_text(id),
        .service = lend_text(service_name),
        .kind = lend_text(argument("kind")),
        .source_directory = lend_text(argument("source")),
        .scratch_directory = lend_text(argument("scratch")),
        .release_directory = lend_text(argument("release")),
        .revision = lend_text("a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"),
        .changed_paths = lend(changed, sizeof changed),
        .changed_path_count = 1,
        .environment = lend(variables, sizeof variables),
        .environment_count = 1,
        .deadline_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec + (uint64_t)timeout_ms * 1000000u,
        .timeout_ms = (uint64_t)timeout_ms,
        .flags = DEPLOYER_RUN_CHANGES_KNOWN,
    };
    if (has_state) {
        request.flags |= DEPLOYER_RUN_HAS_STATE;
        request.state = (deployer_bytes){lend(run_state.data, run_state.length), run_state.length};
    }
    seen.errors = seen.warnings = 0;
    seen.last_error[0] = 0;
    at("run works on '%s'", stage);
    deadline_begin(timeout_ms);
    limit_begin(timeout_ms + grace_time(), "'%s' was not back %ld ms after its deadline, which was raised as its cancellation",
                stage, grace_time());
    int32_t status = plugin.run(instance, lend_struct(&request, sizeof request, run_cut), host_open());
    limit_end();
    deadline_end();
    host_shut();
    take_back();
    return status;
}
