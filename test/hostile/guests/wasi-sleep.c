// kanchi-build: libc=wasi
// attack: Sleeps for ever by WASI, again and again.
// group: WASI
// runs: inline
// ends: trapped KANCHI_TRAP
// says: wasi_snapshot_preview1.poll_oneoff: the app was asked to stop and began 32 more waits
// for: 200
#include <unistd.h>

int main(void)
{
    for (;;) {
        sleep(4000000000u);
    }
}
