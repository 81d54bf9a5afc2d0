/*
 * What the services of the tests answer with:   httpd PORT FILE
 * GET / answers with the file's content as it was at the start; GET /health with 200, or 503 when that begins with "ill".
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments) {
    char content[1024] = {0}, question[2048], answer[4096];
    FILE *file = count == 3 ? fopen(arguments[2], "r") : NULL;
    if (!file)
        return 64;
    content[fread(content, 1, sizeof content - 1, file)] = 0;
    fclose(file);
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 16)) {
        perror("httpd");
        return 1;
    }
    printf("answers on %s with: %s\n", arguments[1], content);
    fflush(stdout);
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            continue;
        ssize_t length = read(connection, question, sizeof question - 1);
        question[length > 0 ? length : 0] = 0;
        int asksHealth = !strncmp(question, "GET /health ", 12), isIll = !strncmp(content, "ill", 3);
        length = snprintf(answer, sizeof answer, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                          asksHealth && isIll ? "503 Service Unavailable" : "200 OK", strlen(content), content);
        if (write(connection, answer, (size_t)length) < 0)
            perror("httpd");
        close(connection);
    }
}
