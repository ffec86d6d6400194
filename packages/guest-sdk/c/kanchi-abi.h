/*
 * Kanchi for C and C++: the imports of the host, their constants and records.
 *
 * A result of 0 or more is success (a handle, a count, a level, or 0). A negative one is one of the KANCHI_ERROR_*
 * numbers; kanchi_log_last_error gives its text. Any call that reaches hardware can also fail with
 * KANCHI_ERROR_OTHER. Times are nanoseconds; a deadline is absolute on the clock of kanchi_clock_now.
 * Calls on I2C and SPI take as long as the transfer; calls with a deadline wait for it at most; others return at once.
 * Pointers are read or written only during the call. A range that leaves the memory, or a misaligned record, traps.
 *
 * The truth is packages/guest-sdk/spec/kanchi-abi.json; a test keeps this header equal to it. kanchi.h adds
 * conveniences on top and is what apps include.
 */
#ifndef KANCHI_ABI_H
#define KANCHI_ABI_H

#include <stddef.h>
#include <stdint.h>

#if defined(__wasm__)
#define KANCHI_IMPORT(module, name) __attribute__((import_module(#module), import_name(#name)))
#else
/* So that an app's logic can be compiled and tested on a computer, with these functions written by the test. */
#define KANCHI_IMPORT(module, name)
#endif

#if defined(__cplusplus)
#define KANCHI_STATIC_ASSERT(condition, name) static_assert(condition, #name)
extern "C" {
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define KANCHI_STATIC_ASSERT(condition, name) _Static_assert(condition, #name)
#else
#define KANCHI_STATIC_ASSERT(condition, name) typedef char kanchi_assert_##name[(condition) ? 1 : -1]
#endif

/* ---- Error numbers: never changed, never reused ---- */

#define KANCHI_ERROR_DENIED                    (-1)   /* the manifest does not grant this; last_error says which line would */
#define KANCHI_ERROR_NO_SUCH_LABEL             (-2)   /* the board file has no such label */
#define KANCHI_ERROR_BAD_HANDLE                (-3)   /* not an open handle of this kind */
#define KANCHI_ERROR_BAD_ARGUMENT              (-4)   /* an argument is outside what the call accepts */
#define KANCHI_ERROR_BUSY                      (-5)   /* another app or process owns the resource */
#define KANCHI_ERROR_NOT_SUPPORTED             (-6)   /* the hardware or its backend cannot do this */
#define KANCHI_ERROR_TIMEOUT                   (-7)   /* the device did not finish in time */
#define KANCHI_ERROR_NO_ACKNOWLEDGE_ADDRESS    (-8)   /* no device acknowledged the I2C address */
#define KANCHI_ERROR_NO_ACKNOWLEDGE_DATA       (-9)   /* the device did not acknowledge a data byte */
#define KANCHI_ERROR_NO_ACKNOWLEDGE_UNKNOWN    (-10)  /* not acknowledged; the controller does not tell which byte */
#define KANCHI_ERROR_ARBITRATION_LOST          (-11)  /* another controller won the bus */
#define KANCHI_ERROR_BUS_ERROR                 (-12)  /* start or stop at the wrong place, or a line held low */
#define KANCHI_ERROR_OVERRUN                   (-13)  /* data arrived faster than it was taken */
#define KANCHI_ERROR_MODE_FAULT                (-14)  /* another controller drove the SPI bus */
#define KANCHI_ERROR_FRAME_FORMAT              (-15)  /* a frame was not as expected (SPI frame, UART stop bit) */
#define KANCHI_ERROR_CHIP_SELECT_FAULT         (-16)  /* chip select could not be driven */
#define KANCHI_ERROR_PARITY                    (-17)  /* a received character had the wrong parity */
#define KANCHI_ERROR_NOISE                     (-18)  /* a received character was disturbed */
#define KANCHI_ERROR_HARDWARE_FAULT            (-19)  /* the hardware or the operating system reported a fault */
#define KANCHI_ERROR_LIMIT_REACHED             (-20)  /* a table, queue or rate with a named limit is full */
#define KANCHI_ERROR_CLOSED                    (-21)  /* used after it was closed */
#define KANCHI_ERROR_DISCONNECTED              (-22)  /* the device or the far end is not there any more */
#define KANCHI_ERROR_INTERRUPTED               (-23)  /* the wait ended early because the app is asked to stop */
#define KANCHI_ERROR_OUT_OF_GRANTED_RANGE      (-24)  /* granted, but not that value */
#define KANCHI_ERROR_BAD_STATE                 (-25)  /* not possible in this state, such as writing an input */
#define KANCHI_ERROR_TOO_LONG                  (-26)  /* more bytes than one call or transfer takes */
#define KANCHI_ERROR_CORRUPT_DATA              (-27)  /* the data arrived with a wrong checksum */
#define KANCHI_ERROR_STOPPED                   (-28)  /* the app was told to stop; finish and return */
#define KANCHI_ERROR_OTHER                     (-99)  /* a fault that fits no other number */

/* ---- Limits ---- */

#define KANCHI_MAX_LABEL_BYTES       64       /* longest label */
#define KANCHI_MAX_OPERATIONS        32       /* operations in one transaction */
#define KANCHI_MAX_TRANSACTION_BYTES 8192     /* bytes in one transaction or transfer, and random bytes in one call */
#define KANCHI_MAX_LOG_LINE_BYTES    1024     /* longest log line */
#define KANCHI_MAX_WAIT_RECORDS      64       /* event records in one wait */
#define KANCHI_MAX_DEBOUNCE_US       1000000  /* longest debounce time */
#define KANCHI_MAX_SPI_DELAY_NS      65535000 /* longest delay inside an SPI transaction */
#define KANCHI_MAX_SENSOR_RECORDS    1024     /* records in one kanchi_sensor.read or describe */

/* ---- Constants ---- */

/* Mode of kanchi_gpio.open: one of the first four, one bias, one drive. Other bits must be 0. */
#define KANCHI_GPIO_MODE_BOARD           0x00   /* direction and first level as the board file says */
#define KANCHI_GPIO_MODE_INPUT           0x01   /* input */
#define KANCHI_GPIO_MODE_OUTPUT_LOW      0x02   /* output, first level 0 */
#define KANCHI_GPIO_MODE_OUTPUT_HIGH     0x03   /* output, first level 1 */
#define KANCHI_GPIO_MODE_PULL_UP         0x10   /* pull-up */
#define KANCHI_GPIO_MODE_PULL_DOWN       0x20   /* pull-down */
#define KANCHI_GPIO_MODE_BIAS_DISABLED   0x30   /* no pull */
#define KANCHI_GPIO_MODE_PUSH_PULL       0x40   /* drives both levels */
#define KANCHI_GPIO_MODE_OPEN_DRAIN      0x80   /* drives low only */
#define KANCHI_GPIO_MODE_OPEN_SOURCE     0xc0   /* drives high only */

/* Edges of kanchi_gpio.watch, of the logical level. */
#define KANCHI_GPIO_EDGE_RISING          1      /* 0 to 1 */
#define KANCHI_GPIO_EDGE_FALLING         2      /* 1 to 0 */
#define KANCHI_GPIO_EDGE_BOTH            3      /* each change */

/* Kind of an i2c_operation, and the address that stands for the device of the label. */
#define KANCHI_I2C_READ                  0      /* bytes come from the device */
#define KANCHI_I2C_WRITE                 1      /* bytes go to the device */
#define KANCHI_I2C_DEVICE                (-1)   /* the address that the label names */

/* Kind of an spi_operation. */
#define KANCHI_SPI_READ                  0      /* receives, sends zeros */
#define KANCHI_SPI_WRITE                 1      /* sends, drops what arrives */
#define KANCHI_SPI_TRANSFER              2      /* sends and receives */
#define KANCHI_SPI_DELAY                 3      /* waits with chip select held, at most 65535000 ns */

/* Flags of kanchi_clock.timer_start. */
#define KANCHI_TIMER_PERIODIC            0      /* expires at each interval */
#define KANCHI_TIMER_ONE_SHOT            1      /* expires once */

/* Levels of kanchi_log.write. */
#define KANCHI_LOG_ERROR                 0      /* the app cannot do its work */
#define KANCHI_LOG_WARNING               1      /* something is wrong, the app goes on */
#define KANCHI_LOG_INFO                  2      /* what the app does */
#define KANCHI_LOG_DEBUG                 3      /* for its author */

/* Kind of an event, in the record and as the first parameter of on_event. More kinds may come: ignore them. */
#define KANCHI_EVENT_EDGE                1      /* detail: level after the edge */
#define KANCHI_EVENT_TIMER               2      /* detail: expiries missed before this one */
#define KANCHI_EVENT_UART_READABLE       3      /* detail: bytes that can be read */
#define KANCHI_EVENT_UART_CLOSED         4      /* the far end is gone */
#define KANCHI_EVENT_STOP                5      /* finish: handle and detail are 0 */
#define KANCHI_EVENT_REVOKED             6      /* the permission of this handle was taken back */
#define KANCHI_EVENT_SENSOR              7      /* detail: records of the subscription that wait */

/* ---- Records ---- */

/* Written by kanchi_event.wait and next. 32 bytes. */
typedef struct kanchi_event {
    uint32_t kind;           /* KANCHI_EVENT_* constants */
    uint32_t handle;         /* the source, 0 for the request to stop */
    int64_t time_ns;         /* monotonic time of the event; of an edge as the kernel stamped it, of a timer
                              * its place on the grid */
    uint32_t sequence;       /* counts the events of this source from 1, lost ones included */
    uint32_t lost;           /* events of this source that were lost since the last one delivered */
    uint64_t detail;         /* see the event kind */
} kanchi_event;

/* One operation of kanchi_i2c.transaction. 12 bytes. */
typedef struct kanchi_i2c_operation {
    uint8_t kind;            /* KANCHI_I2C_READ or KANCHI_I2C_WRITE */
    uint8_t reserved[3];     /* 0 */
    void *ptr;               /* the bytes */
    uint32_t len;            /* bytes */
} kanchi_i2c_operation;

/* One operation of kanchi_spi.transaction. 20 bytes. */
typedef struct kanchi_spi_operation {
    uint8_t kind;            /* KANCHI_SPI_* constants */
    uint8_t reserved[3];     /* 0 */
    const void *tx_ptr;      /* bytes to send; not used by KANCHI_SPI_READ and KANCHI_SPI_DELAY */
    void *rx_ptr;            /* where bytes go; not used by KANCHI_SPI_WRITE and KANCHI_SPI_DELAY */
    uint32_t len;            /* bytes; not used by KANCHI_SPI_DELAY */
    uint32_t delay_ns;       /* of KANCHI_SPI_DELAY, else not used */
} kanchi_spi_operation;

#if defined(__wasm32__)
#define KANCHI_CHECK_OFFSET(record, field, bytes) \
    KANCHI_STATIC_ASSERT(offsetof(kanchi_##record, field) == (bytes), record##_##field)
KANCHI_STATIC_ASSERT(sizeof(kanchi_event) == 32, event_size);
KANCHI_CHECK_OFFSET(event, handle, 4);
KANCHI_CHECK_OFFSET(event, time_ns, 8);
KANCHI_CHECK_OFFSET(event, sequence, 16);
KANCHI_CHECK_OFFSET(event, lost, 20);
KANCHI_CHECK_OFFSET(event, detail, 24);
KANCHI_STATIC_ASSERT(sizeof(kanchi_i2c_operation) == 12, i2c_operation_size);
KANCHI_CHECK_OFFSET(i2c_operation, ptr, 4);
KANCHI_CHECK_OFFSET(i2c_operation, len, 8);
KANCHI_STATIC_ASSERT(sizeof(kanchi_spi_operation) == 20, spi_operation_size);
KANCHI_CHECK_OFFSET(spi_operation, tx_ptr, 4);
KANCHI_CHECK_OFFSET(spi_operation, rx_ptr, 8);
KANCHI_CHECK_OFFSET(spi_operation, len, 12);
KANCHI_CHECK_OFFSET(spi_operation, delay_ns, 16);
#endif

/* ---- kanchi_gpio: Lines by label ---- */

/* Opens a line. Direction and first level are set together, so an output does not glitch. When the app ends
 * an output goes to its safe level.
 * mode: KANCHI_GPIO_MODE_* constants, 0 for all as the board file says. */
KANCHI_IMPORT(kanchi_gpio, open)
int32_t kanchi_gpio_open(const char *label, uint32_t label_len, uint32_t mode);

/* Reads the level of an input, or the level that an output drives.
 * Result: 0 or 1. */
KANCHI_IMPORT(kanchi_gpio, read) int32_t kanchi_gpio_read(int32_t handle);

/* Sets an output. */
KANCHI_IMPORT(kanchi_gpio, write) int32_t kanchi_gpio_write(int32_t handle, int32_t level);

/* Sets an output to the other level. Needs the write permission only.
 * Result: the new level, 0 or 1. */
KANCHI_IMPORT(kanchi_gpio, toggle) int32_t kanchi_gpio_toggle(int32_t handle);

/* Reports edges as events of kind 1 until unwatch or close. Watching again replaces the first watch.
 * edges: KANCHI_GPIO_EDGE_* constants.
 * debounce_us: changes shorter than this are no edges, 0 to 1000000. */
KANCHI_IMPORT(kanchi_gpio, watch)
int32_t kanchi_gpio_watch(int32_t handle, uint32_t edges, uint32_t debounce_us);

/* Ends the watch. Edges that wait are forgotten. */
KANCHI_IMPORT(kanchi_gpio, unwatch) int32_t kanchi_gpio_unwatch(int32_t handle);

/* Closes the line. Closing it again is no error. Events that wait for it are forgotten. */
KANCHI_IMPORT(kanchi_gpio, close) int32_t kanchi_gpio_close(int32_t handle);

/* ---- kanchi_i2c: I2C devices and buses by label ---- */

/* Opens a device (the label names bus and address) or a bus (each transaction names an address). */
KANCHI_IMPORT(kanchi_i2c, open) int32_t kanchi_i2c_open(const char *label, uint32_t label_len);

/* Reads from a device label.
 * len: bytes to read, at most 8192. */
KANCHI_IMPORT(kanchi_i2c, read) int32_t kanchi_i2c_read(int32_t handle, void *buffer, uint32_t len);

/* Writes to a device label.
 * len: bytes to write, at most 8192; 0 only sends the address. */
KANCHI_IMPORT(kanchi_i2c, write) int32_t kanchi_i2c_write(int32_t handle, const void *bytes, uint32_t len);

/* Writes, then reads after a repeated start, on a device label. Bytes arrive only when all of it succeeded.
 * write_bytes: the bytes to write, often a register address.
 * read_len: bytes to read; both together at most 8192. */
KANCHI_IMPORT(kanchi_i2c, write_read)
int32_t kanchi_i2c_write_read(int32_t handle, const void *write_bytes, uint32_t write_len, void *read_buffer,
                              uint32_t read_len);

/* Does several operations as one transaction. Refused whole when any byte of it is not granted.
 * address: 7-bit address; on a device label its own or -1 (KANCHI_I2C_DEVICE).
 * operations: array of i2c_operation records, 4-byte aligned.
 * operation_count: operations, 1 to 32; their bytes together at most 8192. */
KANCHI_IMPORT(kanchi_i2c, transaction)
int32_t kanchi_i2c_transaction(int32_t handle, int32_t address, const kanchi_i2c_operation *operations,
                               uint32_t operation_count);

/* Closes the device or bus. Closing it again is no error. Events that wait for it are forgotten. */
KANCHI_IMPORT(kanchi_i2c, close) int32_t kanchi_i2c_close(int32_t handle);

/* ---- kanchi_spi: SPI chip selects by label ---- */

/* Opens a device. */
KANCHI_IMPORT(kanchi_spi, open) int32_t kanchi_spi_open(const char *label, uint32_t label_len);

/* Sends and receives at the same time with chip select held.
 * tx: the bytes to send.
 * rx: where the bytes that arrive meanwhile go; may be the same as tx_ptr.
 * len: bytes in each direction, at most 8192. */
KANCHI_IMPORT(kanchi_spi, transfer)
int32_t kanchi_spi_transfer(int32_t handle, const void *tx, void *rx, uint32_t len);

/* Does several operations with chip select held throughout.
 * operations: array of spi_operation records, 4-byte aligned.
 * operation_count: operations, 1 to 32; their bytes together at most 8192. */
KANCHI_IMPORT(kanchi_spi, transaction)
int32_t kanchi_spi_transaction(int32_t handle, const kanchi_spi_operation *operations,
                               uint32_t operation_count);

/* Closes the device. Closing it again is no error. Events that wait for it are forgotten. */
KANCHI_IMPORT(kanchi_spi, close) int32_t kanchi_spi_close(int32_t handle);

/* ---- kanchi_uart: Serial ports by label ---- */

/* Opens a port. */
KANCHI_IMPORT(kanchi_uart, open) int32_t kanchi_uart_open(const char *label, uint32_t label_len);

/* Waits for at least one byte and takes what is there.
 * capacity: room there; at most 8192 bytes are read at a time.
 * Result: bytes read; 0 only at the deadline or when cap is 0. */
KANCHI_IMPORT(kanchi_uart, read)
int32_t kanchi_uart_read(int32_t handle, void *buffer, uint32_t capacity, int64_t deadline_ns);

/* Puts bytes into the output buffer.
 * Result: bytes taken, which may be fewer than len (at most 8192 at a time): write the rest again. */
KANCHI_IMPORT(kanchi_uart, write)
int32_t kanchi_uart_write(int32_t handle, const void *bytes, uint32_t len, int64_t deadline_ns);

/* Waits until the output buffer has been sent. */
KANCHI_IMPORT(kanchi_uart, flush) int32_t kanchi_uart_flush(int32_t handle, int64_t deadline_ns);

/* Counts the bytes that wait.
 * Result: bytes that can be read without waiting. */
KANCHI_IMPORT(kanchi_uart, available) int32_t kanchi_uart_available(int32_t handle);

/* Reports bytes (event kind 3) and the end of the far side (kind 4) until unwatch or close. One event comes
 * for bytes that wait already, and one each time that the receive buffer goes from empty to not empty, so read
 * until available gives 0. */
KANCHI_IMPORT(kanchi_uart, watch) int32_t kanchi_uart_watch(int32_t handle);

/* Ends the watch. Events that wait are forgotten. */
KANCHI_IMPORT(kanchi_uart, unwatch) int32_t kanchi_uart_unwatch(int32_t handle);

/* Closes the port. Closing it again is no error. Events that wait for it are forgotten. */
KANCHI_IMPORT(kanchi_uart, close) int32_t kanchi_uart_close(int32_t handle);

/* ---- kanchi_mmio: Memory-mapped registers in granted windows ---- */
/* offset: bytes from the start of the window, a multiple of the access width. Each call is one access of its width
 * (modify: one read and one write). A read gives the unsigned value, or a negative error number. A write needs the
 * grant for every bit, except that in a write-one register only the ones count; modify needs it for the bits of mask. */

/* Opens a register window. */
KANCHI_IMPORT(kanchi_mmio, open) int32_t kanchi_mmio_open(const char *label, uint32_t label_len);

KANCHI_IMPORT(kanchi_mmio, read8)
int64_t kanchi_mmio_read8(int32_t handle, uint32_t offset);
KANCHI_IMPORT(kanchi_mmio, read16)
int64_t kanchi_mmio_read16(int32_t handle, uint32_t offset);
KANCHI_IMPORT(kanchi_mmio, read32)
int64_t kanchi_mmio_read32(int32_t handle, uint32_t offset);

KANCHI_IMPORT(kanchi_mmio, write8)
int32_t kanchi_mmio_write8(int32_t handle, uint32_t offset, uint32_t value);
KANCHI_IMPORT(kanchi_mmio, write16)
int32_t kanchi_mmio_write16(int32_t handle, uint32_t offset, uint32_t value);
KANCHI_IMPORT(kanchi_mmio, write32)
int32_t kanchi_mmio_write32(int32_t handle, uint32_t offset, uint32_t value);

KANCHI_IMPORT(kanchi_mmio, modify8)
int32_t kanchi_mmio_modify8(int32_t handle, uint32_t offset, uint32_t mask, uint32_t value);
KANCHI_IMPORT(kanchi_mmio, modify16)
int32_t kanchi_mmio_modify16(int32_t handle, uint32_t offset, uint32_t mask, uint32_t value);
KANCHI_IMPORT(kanchi_mmio, modify32)
int32_t kanchi_mmio_modify32(int32_t handle, uint32_t offset, uint32_t mask, uint32_t value);

/* Closes the window. Closing it again is no error. Events that wait for it are forgotten. */
KANCHI_IMPORT(kanchi_mmio, close) int32_t kanchi_mmio_close(int32_t handle);

/* ---- kanchi_clock: Time, sleep and timers ---- */

/* Reads the monotonic clock. Every deadline is on this clock.
 * Result: nanoseconds since an arbitrary start, never going back, or a negative error number. */
KANCHI_IMPORT(kanchi_clock, now) int64_t kanchi_clock_now(void);

/* Reads the wall clock. It can jump: measure durations with now.
 * Result: nanoseconds since 1970-01-01T00:00:00Z, or a negative error number. */
KANCHI_IMPORT(kanchi_clock, wall) int64_t kanchi_clock_wall(void);

/* Sleeps to the deadline. Returns early with interrupted when the app is asked to stop. Events stay queued. */
KANCHI_IMPORT(kanchi_clock, sleep_until) int32_t kanchi_clock_sleep_until(int64_t deadline_ns);

/* Starts a timer; each expiry is an event of kind 2. Expiries stand on the grid first + n * interval: one
 * that is handled late does not move the next.
 * interval_ns: time between expiries, 1 to ten years; not shorter than the grant's minimum unless one
 *   shot.
 * first_ns: first expiry, absolute; 0 for one interval from now.
 * flags: 0 periodic, 1 (KANCHI_TIMER_ONE_SHOT) once. */
KANCHI_IMPORT(kanchi_clock, timer_start)
int32_t kanchi_clock_timer_start(int64_t interval_ns, int64_t first_ns, uint32_t flags);

/* Stops a timer and frees its handle. Expiries that wait are forgotten. Stopping it again is no error. */
KANCHI_IMPORT(kanchi_clock, timer_stop) int32_t kanchi_clock_timer_stop(int32_t handle);

/* ---- kanchi_event: What waits for the app: edges, timers, serial bytes, the request to stop ---- */

/* Waits for events and takes them. For main-style apps. The request to stop comes once as an event of kind
 * 5; every wait after it fails with stopped.
 * records: array of event records, 8-byte aligned.
 * record_count: room there in records, 1 to 64.
 * Result: records written; 0 at the deadline. */
KANCHI_IMPORT(kanchi_event, wait)
int32_t kanchi_event_wait(kanchi_event *records, uint32_t record_count, int64_t deadline_ns);

/* Takes the oldest event without waiting. In on_event the first call gives the event of that callback.
 * record: one event record, 8-byte aligned.
 * Result: 1 with a record written, 0 when nothing waits. */
KANCHI_IMPORT(kanchi_event, next) int32_t kanchi_event_next(kanchi_event *record);

/* ---- kanchi_log: Log lines for people, and the reason of the last failure ---- */

/* Writes a log line. Lines over the granted bytes per second are dropped and counted.
 * level: KANCHI_LOG_* constants.
 * text: the text, UTF-8, one line.
 * len: bytes of the text; more than 1024 are cut off. */
KANCHI_IMPORT(kanchi_log, write) int32_t kanchi_log_write(int32_t level, const char *text, uint32_t len);

/* Gives the text of the app's last failed call. Needs no permission.
 * buffer: where the text goes, UTF-8, no terminator.
 * capacity: room there; a longer text is cut off.
 * Result: bytes of the whole text, which may be more than cap; 0 when nothing failed yet. */
KANCHI_IMPORT(kanchi_log, last_error) int32_t kanchi_log_last_error(char *buffer, uint32_t capacity);

/* ---- kanchi_random: Random bytes ---- */

/* Fills memory with random bytes. A run with a seed gives the same bytes each time.
 * len: bytes, at most 8192. */
KANCHI_IMPORT(kanchi_random, fill) int32_t kanchi_random_fill(void *buffer, uint32_t len);

#if defined(__cplusplus)
}
#endif

#include "kanchi-abi-pwm.h"
#include "kanchi-abi-sensor.h"

#endif
