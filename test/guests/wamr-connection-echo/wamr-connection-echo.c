// kanchi-build: libc=small library=wamr
// Talks to an echo server on TCP port 7007 of this machine: sends three lines, each after the one before came back whole,
// then "bye", to which the server answers by closing. Another server is not in the manifest and must be refused.
#include <stdio.h>
#include <wamr/wamr.h>

#define PORT 7007
#define LINES 3
#define LINE_BYTES 64

static int sent_lines;
static char line[LINE_BYTES + 1];
static uint32_t line_length;

static void send_next(wamr_connection *connection)
{
    char text[LINE_BYTES];
    sent_lines += 1;
    const int length =
        sent_lines > LINES ? snprintf(text, sizeof text, "bye\n") : snprintf(text, sizeof text, "line %d\n", sent_lines);
    printf("sends %d of %d bytes\n", (int)wamr_connection_send(connection, text, (uint32_t)length), length);
}

static void on_event(wamr_connection *connection, int event, const char *data, uint32_t length, void *user_data)
{
    if (event == WAMR_CONNECTION_CLOSED) {
        printf("closed by the %s\n", (const char *)user_data);
        printf("sends %d after that\n", (int)wamr_connection_send(connection, "x", 1));
        wamr_connection_close(connection);
        return;
    }
    for (uint32_t index = 0; index < length; index += 1) {
        if (data[index] != '\n') {
            line[line_length] = data[index];
            line_length += line_length < LINE_BYTES ? 1 : 0;
            continue;
        }
        line[line_length] = '\0';
        line_length = 0;
        printf("from the %s: %s\n", (const char *)user_data, line);
        send_next(connection);
    }
}

void on_init(void)
{
    wamr_connection *connection = wamr_connection_open_tcp("127.0.0.2", PORT, on_event, "server");
    printf("not granted: %s\n", connection == NULL ? "refused" : "opened");
    connection = wamr_connection_open_tcp("127.0.0.1", PORT, on_event, "server");
    if (connection == NULL) {
        printf("not connected\n");
        return;
    }
    send_next(connection);
}
