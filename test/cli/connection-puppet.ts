import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { compileGuest } from 'kanchi/guest-build';

/** An app that does with connections what its first one, to the test, tells it, a line at a time, and prints what comes of it. */
const source = (port: number, then: string): string => `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wamr/container.h>
#include <wamr/imports.h>
#define OUT(name) __attribute__((export_name(#name)))
static char line[256];
static int length;
static char block[1000];

static int open_with(const char *name, const char *text_key, const char *text, const char *port_key, int port)
{
    wamr_container *settings = wamr_container_create("");
    if (text_key != NULL) wamr_container_set_string(&settings, text_key, text);
    if (strcmp(name, "UART") == 0) wamr_container_set_int32(&settings, port_key, port);
    else wamr_container_set_uint16(&settings, port_key, (uint16_t)port);
    const int handle = wasm_open_connection(name, settings, wamr_container_length(settings));
    wamr_container_destroy(settings);
    return handle;
}

static int set_remote(int handle, const char *host, int port)
{
    wamr_container *settings = wamr_container_create("");
    wamr_container_set_string(&settings, "address", host);
    wamr_container_set_uint16(&settings, "port", (uint16_t)port);
    const int set = wasm_config_connection(handle, settings, wamr_container_length(settings));
    wamr_container_destroy(settings);
    return set;
}

static void obey(char *word[4])
{
    if (strcmp(word[0], "tcp") == 0) printf("tcp %d\\n", open_with("TCP", "address", word[1], "port", atoi(word[2])));
    if (strcmp(word[0], "udp") == 0) printf("udp %d\\n", open_with("UDP", NULL, NULL, "bind port", atoi(word[1])));
    if (strcmp(word[0], "uart") == 0)
        printf("uart %d\\n", open_with("UART", "device", word[1], "baudrate", atoi(word[2])));
    if (strcmp(word[0], "remote") == 0) printf("remote %d\\n", set_remote(atoi(word[1]), word[2], atoi(word[3])));
    if (strcmp(word[0], "send") == 0)
        printf("sent %d\\n", wasm_send_on_connection(atoi(word[1]), word[2], strlen(word[2])));
    if (strcmp(word[0], "flood") == 0) {
        int total = 0;
        for (int sent = 0; sent >= 0; total += sent < 0 ? 0 : sent)
            sent = wasm_send_on_connection(atoi(word[1]), block, sizeof block);
        printf("flooded %d bytes\\n", total);
    }
    if (strcmp(word[0], "close") == 0) {
        wasm_close_connection(atoi(word[1]));
        printf("closes %s\\n", word[1]);
    }
    if (strcmp(word[0], "trap") == 0) __builtin_trap();
    if (strcmp(word[0], "hang") == 0)
        for (volatile int i = 0;; i++) {
        }
}

OUT(on_connection_data) void on_connection_data(int handle, const char *data, int count)
{
    if (count == 0) printf("closed %d\\n", handle);
    if (handle != 1 && count > 0) {
        char shown[41] = {0};
        memcpy(shown, data, count < 40 ? count : 40);
        printf("data %d %d %s\\n", handle, count, shown);
    }
    for (int i = 0; handle == 1 && i < count; i++) {
        if (data[i] != '\\n') {
            line[length++ % 255] = data[i];
            continue;
        }
        line[length] = 0;
        length = 0;
        char *word[4] = {line, "", "", ""};
        for (int n = 1; n < 4 && strchr(word[n - 1], ' ') != NULL; n++) {
            word[n] = strchr(word[n - 1], ' ');
            *word[n]++ = 0;
        }
        obey(word);
    }
}

OUT(on_init) void on_init(void)
{
    printf("ready %d\\n", open_with("TCP", "address", "127.0.0.1", "port", ${port}));
    ${then}
}
OUT(on_destroy) void on_destroy(void) { wasm_send_on_connection(1, "goodbye", 7); }
`;

/** `then`: C statements that it does once it is connected. */
export async function compilePuppet(folder: string, port: number, then = ''): Promise<Uint8Array> {
  const path = join(folder, 'puppet.c');
  writeFileSync(path, source(port, then));
  const output = join(folder, 'app.wasm');
  const outcome = await compileGuest({ sources: [path], output, libc: 'small', libraries: ['wamr'] });
  if (outcome.status === 'failed') throw new Error(outcome.diagnostics);
  return new Uint8Array(readFileSync(output));
}

/** A TCP server of the test on 127.0.0.1. */
export class TestServer {
  readonly #server: Server;
  readonly #arrived: Socket[] = [];
  readonly #waiting: ((socket: Socket) => void)[] = [];
  readonly #open = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#open.delete(socket));
      const next = this.#waiting.shift();
      if (next === undefined) this.#arrived.push(socket);
      else next(socket);
    });
  }

  /** `port` 0: any free one. */
  static async listen(port = 0): Promise<TestServer> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new TestServer(server);
  }

  get port(): number {
    return (this.#server.address() as { readonly port: number }).port;
  }

  /** The next connection that came, or comes. */
  accept(): Promise<Socket> {
    const socket = this.#arrived.shift();
    return socket === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(socket);
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Everything that comes until the far end closes. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  // Of a socket that nobody read the end is told all the same.
  if (!socket.readableEnded) await once(socket, 'end');
  return Buffer.concat(pieces);
}
