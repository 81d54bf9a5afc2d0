#include "site.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plan.h"
#include "releases.h"

typedef struct site {
    const call *call;
    const options *options;
    tree_walk walk;
    char source[TREE_PATH], releases[TREE_PATH], revision[RELEASE_NAME];
    /* Of the release that the last successful deployment made live; empty: there was none. */
    char state[RELEASE_NAME];
} site;

static int is_file(const char *folder, const char *name) {
    char path[TREE_PATH];
    struct stat status;
    return snprintf(path, sizeof path, "%s/%s", folder, name) < TREE_PATH && lstat(path, &status) == 0 &&
           S_ISREG(status.st_mode);
}

/* How the stage ends when something on the disk did not work. */
static int32_t broken(const site *site, const char *what) {
    if (errno == ECANCELED) return interruption(site->call);
    const char *file = strncmp(site->walk.failed, site->source, strlen(site->source)) == 0 ? site->walk.failed : NULL;
    const char *reason = errno == EINVAL ? "it is neither a file nor a folder" : strerror(errno);
    return complain(site->call, DEPLOYER_STATUS_FAILED, "site.files", NULL, file, "cannot %s: %s: %s", what,
                    site->walk.failed, reason);
}

static int32_t check_sources(const site *site) {
    if (is_file(site->source, "index.html")) return DEPLOYER_STATUS_OK;
    return complain(site->call, DEPLOYER_STATUS_FAILED, "site.no-index", NULL, "index.html", "there is no index.html in %s",
                    site->source);
}

typedef struct inspection {
    const site *site;
    int files, problems;
} inspection;

static void inspect(void *context, const char *action, const char *path) {
    inspection *inspection = context;
    (void)action;
    inspection->files++;
    if (is_file(inspection->site->source, path)) return;
    inspection->problems++;
    complain(inspection->site->call, DEPLOYER_STATUS_FAILED, "site.not-a-file", NULL, path,
             "'%s' is neither a file nor a folder: links are not published", path);
}

/* Nothing to build: what is published is looked at, so that a mistake is found before anything live is touched. */
static int32_t build(site *site) {
    int32_t status = check_sources(site);
    if (status != DEPLOYER_STATUS_OK) return status;
    inspection found = {site, 0, 0};
    if (tree_compare(&site->walk, site->source, "/nowhere", inspect, &found)) return broken(site, "read the site");
    if (found.problems) return DEPLOYER_STATUS_FAILED;
    return end(site->call, DEPLOYER_STATUS_OK, "%d files to publish", found.files);
}

static int32_t deploy(site *site) {
    int32_t status = check_sources(site);
    if (status != DEPLOYER_STATUS_OK) return status;
    char live[RELEASE_NAME], name[RELEASE_NAME], path[TREE_PATH];
    int was_there;
    if (release_sweep(&site->walk, site->releases)) return broken(site, "remove what is left of an earlier deployment");
    release_live(site->releases, live);
    if (release_install(&site->walk, site->releases, site->source, site->revision, name, &was_there))
        return broken(site, "copy the site");
    /* What is live now: the next rollback is given it, if this deployment ends well. */
    if (site->call->host.checkpoint)
        site->call->host.checkpoint(site->call->host.context, site->call->host.operation,
                                    (deployer_bytes){(const uint8_t *)name, strlen(name)});
    if (tree_join(&site->walk, path, site->releases, name)) return broken(site, "name the release");
    output(site->call, "release", path);
    if (was_there && !strcmp(live, name)) return end(site->call, DEPLOYER_STATUS_NO_CHANGE, "%.12s is live already", name);
    if (release_flip(&site->walk, site->releases, name)) return broken(site, "make the release live");
    if (release_prune(&site->walk, site->releases, site->options->keep_releases, site->state))
        return broken(site, "remove old releases");
    return end(site->call, DEPLOYER_STATUS_OK, "%.12s is live", name);
}

typedef struct comparison {
    int count;
    char first[256];
} comparison;

static void note(void *context, const char *action, const char *path) {
    comparison *comparison = context;
    if (comparison->count++ == 0) snprintf(comparison->first, sizeof comparison->first, "%s (%s)", path, action);
}

static int32_t health(site *site) {
    char live[TREE_PATH];
    comparison found = {0, ""};
    if (tree_join(&site->walk, live, site->releases, "current")) return broken(site, "name the release");
    if (!is_file(live, "index.html"))
        return complain(site->call, DEPLOYER_STATUS_FAILED, "site.not-live", NULL, NULL, "there is no %s/index.html", live);
    if (tree_compare(&site->walk, site->source, live, note, &found)) return broken(site, "compare what is live");
    if (found.count)
        return complain(site->call, DEPLOYER_STATUS_FAILED, "site.differs", NULL, NULL,
                        "what is live differs from the sources in %d files; the first is %s", found.count, found.first);
    return end(site->call, DEPLOYER_STATUS_OK, "what is live equals the sources");
}

static int32_t rollback(site *site) {
    char path[TREE_PATH];
    if (release_sweep(&site->walk, site->releases)) return broken(site, "remove what is left of a deployment");
    if (*site->state == 0) {
        /* The first deployment failed: what it began is taken away. */
        if (release_flip(&site->walk, site->releases, "")) return broken(site, "remove 'current'");
        return end(site->call, DEPLOYER_STATUS_OK, "there was nothing before: nothing is live");
    }
    if (tree_join(&site->walk, path, site->releases, site->state)) return broken(site, "name the release");
    if (!is_file(path, "index.html"))
        return complain(site->call, DEPLOYER_STATUS_FAILED, "site.release-missing", NULL, NULL,
                        "the release to go back to is not there: %s", path);
    if (release_flip(&site->walk, site->releases, site->state)) return broken(site, "make the release live");
    return end(site->call, DEPLOYER_STATUS_OK, "%.12s is live again", site->state);
}

static int32_t plan(site *site) {
    char live[TREE_PATH];
    if (tree_join(&site->walk, live, site->releases, "current")) return broken(site, "name the release");
    plan_list list = {0};
    int32_t status = DEPLOYER_STATUS_OK;
    if (tree_compare(&site->walk, site->source, live, plan_add, &list)) status = broken(site, "compare what is live");
    else if (plan_send(site->call, &list)) errno = ENOMEM, status = broken(site, "tell the changes");
    else if (list.count == 0) status = end(site->call, DEPLOYER_STATUS_NO_CHANGE, "nothing would change");
    else end(site->call, status, "%d files would change", list.count);
    plan_free(&list);
    return status;
}

static int take_text(char *target, size_t size, deployer_string source) {
    if (source.length >= size || memchr(source.data ? source.data : "", 0, source.length)) return -1;
    if (source.length) memcpy(target, source.data, source.length);
    target[source.length] = 0;
    return 0;
}

int32_t site_run(const call *call, const options *options, const deployer_run_request *request) {
    site *site = calloc(1, sizeof *site);
    if (!site) return end(call, DEPLOYER_STATUS_RETRYABLE, "there is no memory left");
    site->call = site->walk.call = call;
    site->options = options;
    char folder[TREE_PATH];
    int32_t status = DEPLOYER_STATUS_UNSUPPORTED;
    deployer_string state = {(const char *)request->state.data, request->state.length};
    if (take_text(folder, sizeof folder, request->source_directory) ||
        take_text(site->releases, sizeof site->releases, request->release_directory) ||
        take_text(site->revision, sizeof site->revision, request->revision) || !release_is_name(site->revision) ||
        tree_join(&site->walk, site->source, folder, options->folder))
        status = complain(call, DEPLOYER_STATUS_FAILED, "site.request", NULL, NULL, "the host's paths or revision make no sense");
    else if (request->flags & DEPLOYER_RUN_HAS_STATE &&
             (take_text(site->state, sizeof site->state, state) || !release_is_name(site->state)))
        status = complain(call, DEPLOYER_STATUS_FAILED, "site.state", NULL, NULL, "the checkpoint is not one of this plugin's");
    else if (is_interrupted(call)) status = interruption(call);
    else if (is(request->stage, "build")) status = build(site);
    else if (request->flags & DEPLOYER_RUN_VERIFICATION) status = DEPLOYER_STATUS_UNSUPPORTED;
    else if (is(request->stage, "deploy")) status = deploy(site);
    else if (is(request->stage, "health")) status = health(site);
    else if (is(request->stage, "rollback")) status = rollback(site);
    else if (is(request->stage, "plan")) status = plan(site);
    free(site);
    return status;
}

int32_t site_detect(const call *call, const char *folder) {
    if (!is_file(folder, "index.html") || !call->host.detected) return DEPLOYER_STATUS_OK;
    deployer_detection found = {.size = sizeof found, .kind = text("static-site"), .evidence = text("index.html found"),
                                .confidence = 60};
    call->host.detected(call->host.context, call->host.operation, &found);
    return DEPLOYER_STATUS_OK;
}
