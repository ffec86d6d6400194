// kanchi-build: libc=none
// attack: Opens files, lists of 2^32-1 buffers, other descriptors and sockets by WASI.
// group: WASI
// runs: inline
// ends: trapped KANCHI_TRAP
// says: wasi_snapshot_preview1.random_get: out of bounds memory access
#include "attack.h"

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))
#define BAD_DESCRIPTOR 8
#define INVALID 28
#define NOT_CAPABLE 76
#define NOT_A_SOCKET 57

WASI(fd_write) int32_t fd_write(int32_t descriptor, const void *buffers, uint32_t count, void *written);
WASI(fd_read) int32_t fd_read(int32_t descriptor, const void *buffers, uint32_t count, void *read);
WASI(fd_close) int32_t fd_close(int32_t descriptor);
WASI(fd_prestat_get) int32_t fd_prestat_get(int32_t descriptor, void *prestat);
WASI(path_open)
int32_t path_open(int32_t descriptor, int32_t look, const char *path, uint32_t length, int32_t open_flags,
                  int64_t rights, int64_t inheriting, int32_t flags, void *opened);
WASI(sock_recv)
int32_t sock_recv(int32_t descriptor, void *buffers, uint32_t count, int32_t flags, void *size, void *out);
WASI(poll_oneoff) int32_t poll_oneoff(const void *in, void *out, uint32_t count, void *events);
WASI(random_get) int32_t random_get(void *bytes, uint32_t length);

int main(void)
{
    static uint32_t result[16];
    static struct {
        const void *bytes;
        uint32_t length;
    } buffer = {"x", 1};
    attack_lamp();
    EXPECT(INVALID, fd_write(1, &buffer, 0xffffffffu, result));
    EXPECT(INVALID, fd_write(1, &buffer, 1025, result));
    EXPECT(BAD_DESCRIPTOR, fd_write(3, &buffer, 1, result));
    EXPECT(BAD_DESCRIPTOR, fd_write(-1, &buffer, 1, result));
    EXPECT(BAD_DESCRIPTOR, fd_write(0, &buffer, 1, result));
    EXPECT(BAD_DESCRIPTOR, fd_read(1, &buffer, 1, result));
    EXPECT(BAD_DESCRIPTOR, fd_prestat_get(3, result));
    EXPECT(BAD_DESCRIPTOR, path_open(3, 0, "/etc/passwd", 11, 0, -1, -1, 0, result));
    EXPECT(NOT_CAPABLE, path_open(0, 1, "../../etc/passwd", 16, 1, -1, -1, 0, result));
    EXPECT(NOT_A_SOCKET, sock_recv(1, &buffer, 1, 0, result, result));
    EXPECT(INVALID, poll_oneoff(result, result, 1000000, result));
    EXPECT(INVALID, poll_oneoff(result, result, 0, result));
    EXPECT(0, fd_close(1));
    EXPECT(BAD_DESCRIPTOR, fd_close(1));
    EXPECT(BAD_DESCRIPTOR, fd_write(1, &buffer, 1, result));
    return random_get((void *)0, 0xffffffffu);
}
