/* A mail server that does nothing but take: sink PORT. It offers PIPELINING (RFC 2920)
   and costs so little that what is measured against it is the sender. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 1024
#define GREETING "220 sink ESMTP\r\n"
#define EHLO "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"

/* `matched`: how much of "\r\n.\r\n" was seen; `line`: the beginning of a command */
struct peer { int in_data, matched, length; char line[8]; };
static struct peer peers[MOST];
static char octets[1 << 18], answers[1 << 16];
static const char END[] = "\r\n.\r\n";

static int say(int length, const char *words) {
    size_t size = strlen(words);
    memcpy(answers + length, words, size);
    return length + (int)size;
}

static int command(struct peer *one, int length) {
    const char *line = one->line;
    one->length = 0;
    if (!strncasecmp(line, "EHLO", 4)) return say(length, EHLO);
    if (!strncasecmp(line, "QUIT", 4)) return say(length, "221 bye\r\n");
    if (strncasecmp(line, "DATA", 4)) return say(length, "250 2.1.0 fine\r\n");
    one->in_data = 1;
    one->matched = 2; /* an empty text ends with its first line */
    return say(length, "354 go on\r\n");
}

/* The next octet of a text that can end it, or the end of what there is. */
static int text(struct peer *one, const char *at, int left, int *length) {
    int used = 0;
    while (used < left) {
        char octet = at[used];
        if (one->matched == 0) {
            const char *next = memchr(at + used, '\r', left - used);
            if (!next) return left;
            used = (int)(next - at);
            octet = '\r';
        }
        used++;
        if (octet == END[one->matched]) one->matched++;
        else one->matched = octet == '\r';
        if (one->matched == 5) {
            one->in_data = one->matched = 0;
            *length = say(*length, "250 2.0.0 taken\r\n");
            return used;
        }
    }
    return used;
}

static int take(struct peer *one, int size) {
    int length = 0;
    for (int at = 0; at < size && length < (int)sizeof answers - 256;) {
        if (one->in_data) {
            at += text(one, octets + at, size - at, &length);
            continue;
        }
        char octet = octets[at++];
        if (octet == '\n') length = command(one, length);
        else if (one->length < 7) one->line[one->length++] = octet;
    }
    return length;
}

static void greet(int listener, int events) {
    int yes = 1, client = accept(listener, NULL, NULL);
    if (client < 0) return;
    if (client >= MOST) { close(client); return; }
    struct epoll_event event = {.events = EPOLLIN, .data.fd = client};
    memset(&peers[client], 0, sizeof(struct peer));
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    epoll_ctl(events, EPOLL_CTL_ADD, client, &event);
    if (write(client, GREETING, strlen(GREETING)) < 0) close(client);
}

int main(int count, char **words) {
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0), events = epoll_create1(0);
    struct sockaddr_in place = {.sin_family = AF_INET};
    place.sin_port = htons(count > 1 ? atoi(words[1]) : 0);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (void *)&place, sizeof place) || listen(listener, 64)) return 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[64];
    epoll_ctl(events, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int found = epoll_wait(events, ready, 64, -1);
        for (int n = 0; n < found; n++) {
            int client = ready[n].data.fd;
            if (client == listener) { greet(listener, events); continue; }
            ssize_t size = read(client, octets, sizeof octets);
            int length = size > 0 ? take(&peers[client], (int)size) : -1;
            if (length < 0 || write(client, answers, length) < 0) close(client);
        }
    }
}
