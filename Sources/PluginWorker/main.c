/*
 * PluginWorker: loads exactly one plugin and does one thing with it, in a process of its own, so that whatever a plugin
 * does ends with that process. Started by the host only; the protocol is described in wire.h.
 */
#include "worker.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(int count, char **arguments) {
    int type = 0;
    socklen_t size = sizeof type;
    (void)arguments;
    if (count != 1 || getsockopt(SOCKET_FD, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
        fputs("PluginWorker is started by the deployer, not by hand\n", stderr);
        return 64;
    }
    return guard(serve);
}
