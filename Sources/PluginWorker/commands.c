/* Loading the plugin and the four commands. */
#include "worker.h"

#include <dlfcn.h>
#include <plugin_loading.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const frame *command;
static deployer_plugin plugin;

static deployer_string text_of(enum tag tag) { return get_string(command->data, command->length, tag); }
static int64_t number_of(enum tag tag) { return get_number(command->data, command->length, tag); }

static deployer_string literal(const char *text) { return (deployer_string){text, strlen(text)}; }

static char *terminated(deployer_string text) {
    char *copy = must_allocate(text.length + 1);
    if (text.length) memcpy(copy, text.data, text.length);
    copy[text.length] = 0;
    return copy;
}

static void send_status(enum frame_type type, int32_t status) {
    buffer frame;
    frame_begin(&frame, type);
    put_number(&frame, TAG_STATUS, status);
    frame_send(&frame);
}

static int refuse(deployer_string reason) {
    buffer frame;
    frame_begin(&frame, FRAME_REFUSED);
    put_string(&frame, TAG_REASON, reason);
    frame_send(&frame);
    return 0;
}

/* ---- loading ---- */

static char *refusal;

static void take_refusal(void *context, deployer_string reason) {
    (void)context;
    if (check_string(reason, DEPLOYER_CAP_TEXT) != DEPLOYER_CALL_OK) return;
    free(refusal);
    refusal = terminated(reason);
}

static int load(void) {
    char message[256];
    char *path = terminated(text_of(TAG_PATH));
    char runtime[4096];
    const char *error = NULL;
    void *library = plugin_load(path, plugin_runtime_folder(runtime, sizeof runtime) ? runtime : NULL, &error);
    free(path);
    if (!library) return refuse(literal(error ? error : "it cannot be loaded"));
    void *symbol = dlsym(library, DEPLOYER_ENTRY_NAME);
    if (!symbol) return refuse(literal("it has no function " DEPLOYER_ENTRY_NAME));
    deployer_plugin_entry_v1 entry;
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from object to function pointer */

    deployer_hello hello = {.size = sizeof hello, .host_minor = (uint32_t)number_of(TAG_HOST_MINOR),
                            .host_version = text_of(TAG_HOST_VERSION), .refuse = take_refusal};
    hello.features = get_strings(command->data, command->length, TAG_FEATURE, &hello.feature_count);
    const deployer_plugin *table = entry(&hello);
    if (!table) return refuse(literal(refusal ? refusal : "its entry function refused, without a reason"));
    copy_sized(&plugin, sizeof plugin, table);
    if (plugin.least_host_minor > hello.host_minor) {
        snprintf(message, sizeof message, "it needs ABI %d.%u or later, this host has %d.%u", DEPLOYER_ABI_MAJOR,
                 plugin.least_host_minor, DEPLOYER_ABI_MAJOR, hello.host_minor);
        return refuse(literal(message));
    }
    if (!plugin.describe) return refuse(literal("its table has no describe"));
    if (!plugin.run) return refuse(literal("its table has no run, so it can do none of its stages"));

    buffer loaded;
    frame_begin(&loaded, FRAME_LOADED);
    put_number(&loaded, TAG_BUILT_MINOR, plugin.built_minor);
    put_number(&loaded, TAG_LEAST_MINOR, plugin.least_host_minor);
    frame_send(&loaded);
    return 1;
}

/* ---- describe ---- */

static pthread_mutex_t document_lock = PTHREAD_MUTEX_INITIALIZER;
static buffer document;
static int document_too_large;

static int32_t write_document(void *context, deployer_string piece) {
    (void)context;
    int32_t code = check_string(piece, DEPLOYER_CAP_DESCRIPTION);
    pthread_mutex_lock(&document_lock);
    if (code == DEPLOYER_CALL_OK && document.length + piece.length > DEPLOYER_CAP_DESCRIPTION)
        code = DEPLOYER_CALL_TOO_LARGE;
    if (code == DEPLOYER_CALL_OK) buffer_append(&document, piece.data, piece.length);
    if (code == DEPLOYER_CALL_TOO_LARGE) document_too_large = 1;
    pthread_mutex_unlock(&document_lock);
    return code;
}

static void describe(void) {
    int32_t status = plugin.describe(NULL, write_document);
    pthread_mutex_lock(&document_lock);
    int is_too_large = document_too_large;
    pthread_mutex_unlock(&document_lock);
    if (is_too_large) {
        char message[128];
        snprintf(message, sizeof message, "its description is too large: it may have %d bytes", DEPLOYER_CAP_DESCRIPTION);
        refuse(literal(message));
        return;
    }
    buffer frame;
    frame_begin(&frame, FRAME_DESCRIBED);
    put_number(&frame, TAG_STATUS, status);
    pthread_mutex_lock(&document_lock);
    put_bytes(&frame, TAG_DOCUMENT, document.data, document.length);
    pthread_mutex_unlock(&document_lock);
    frame_send(&frame);
}

/* ---- open, detect, run ---- */

static int32_t open_instance(void **instance) {
    deployer_open_request request = {.size = sizeof request, .service = text_of(TAG_SERVICE),
                                     .kind = text_of(TAG_KIND), .configuration = text_of(TAG_CONFIGURATION)};
    *instance = NULL;
    if (!plugin.open) return DEPLOYER_STATUS_OK; /* a plugin without instances */
    const deployer_host *host = host_begin(command);
    int32_t status = plugin.open(&request, host, instance);
    host_end();
    return status;
}

static void close_instance(void *instance) {
    if (plugin.close) plugin.close(instance);
}

static void detect(void) {
    int32_t status = DEPLOYER_STATUS_UNSUPPORTED;
    if (plugin.detect) {
        deployer_detect_request request = {.size = sizeof request, .source_directory = text_of(TAG_SOURCE)};
        const deployer_host *host = host_begin(command);
        status = plugin.detect(&request, host);
        host_end();
    }
    send_status(FRAME_FINISHED, status);
}

static int32_t run_stage(void *instance) {
    if (!plugin.run) return DEPLOYER_STATUS_UNSUPPORTED;
    deployer_run_request request = {
        .size = sizeof request,
        .stage = text_of(TAG_STAGE),
        .operation_id = text_of(TAG_OPERATION_ID),
        .service = text_of(TAG_SERVICE),
        .kind = text_of(TAG_KIND),
        .source_directory = text_of(TAG_SOURCE),
        .scratch_directory = text_of(TAG_SCRATCH),
        .release_directory = text_of(TAG_RELEASE),
        .revision = text_of(TAG_REVISION),
        .previous_revision = text_of(TAG_PREVIOUS),
        .state = get_bytes(command->data, command->length, TAG_STATE),
        .deadline_ns = (uint64_t)number_of(TAG_DEADLINE),
        .timeout_ms = (uint64_t)number_of(TAG_TIMEOUT),
        .flags = (uint32_t)number_of(TAG_FLAGS),
    };
    request.changed_paths =
        get_strings(command->data, command->length, TAG_CHANGED_PATH, &request.changed_path_count);
    request.environment = get_pairs(command->data, command->length, TAG_ENVIRONMENT, &request.environment_count);
    const deployer_host *host = host_begin(command);
    int32_t status = plugin.run(instance, &request, host);
    host_end();
    return status;
}

static void open_and_run(int runs) {
    void *instance;
    int32_t status = open_instance(&instance);
    send_status(runs ? FRAME_OPENED : FRAME_FINISHED, status);
    if (runs && status == DEPLOYER_STATUS_OK) send_status(FRAME_FINISHED, run_stage(instance));
    close_instance(instance);
}

int serve(void) {
    setvbuf(stdout, NULL, _IOLBF, 0); /* what was printed before a crash is in the log */
    command = frame_read();
    if (!command) return EXIT_HOST_GONE;
    wire_operation = command->operation;
    if (load()) {
        switch (command->type) {
        case FRAME_DESCRIBE: describe(); break;
        case FRAME_CHECK: open_and_run(0); break;
        case FRAME_DETECT: detect(); break;
        case FRAME_RUN: open_and_run(1); break;
        default: return EXIT_BAD_FRAME;
        }
    }
    fflush(NULL);
    buffer done;
    frame_begin(&done, FRAME_DONE);
    frame_send(&done);
    return EXIT_DONE; /* by _exit: no destructor of a plugin runs any more */
}
