/*
 * Kanchi for C (C99 and later) and C++: what an app includes.
 *
 * kanchi-abi.h declares the host's functions with their constants, records and errors. This file adds conveniences that
 * compile into the app; none of them is needed.
 *
 * An app has one of two styles:
 *
 *   callback style                                  main style
 *   KANCHI_EXPORT(on_init) int32_t on_init(void)    int main(void) { ... kanchi_event_wait(...) ... }
 *   KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
 *   KANCHI_EXPORT(on_stop) void on_stop(void)
 */
#ifndef KANCHI_H
#define KANCHI_H

#include "kanchi-abi.h"

/* Exports a function of the app to the host under its own name. */
#if defined(__wasm__)
#if defined(__cplusplus)
#define KANCHI_EXPORT(name) extern "C" __attribute__((export_name(#name)))
#else
#define KANCHI_EXPORT(name) __attribute__((export_name(#name)))
#endif
#else
#define KANCHI_EXPORT(name)
#endif

/* A string literal as the pair (address, length) that every open takes: kanchi_i2c_open(KANCHI_LABEL("environment")). */
#define KANCHI_LABEL(literal) ("" literal), ((uint32_t)(sizeof(literal) - 1))

/* Durations in nanoseconds. */
#define KANCHI_NS_PER_US INT64_C(1000)
#define KANCHI_NS_PER_MS INT64_C(1000000)
#define KANCHI_NS_PER_S INT64_C(1000000000)

/* Deadlines: do not wait; wait until something happens or the app is asked to stop. */
#define KANCHI_NO_WAIT INT64_C(0)
#define KANCHI_FOREVER INT64_MAX

/* Length of a C string; the app may have no libc. */
static inline uint32_t kanchi_text_length(const char *text)
{
    uint32_t length = 0;
    while (text[length] != '\0') {
        length += 1;
    }
    return length;
}

/* Writes a C string as a log line. Returns 0 or an error. */
static inline int32_t kanchi_log_text(int32_t level, const char *text)
{
    return kanchi_log_write(level, text, kanchi_text_length(text));
}

/*
 * Copies the text of the last failure into buffer, cut to capacity - 1 bytes and ended with a zero byte, and returns
 * buffer. capacity is at least 1.
 */
static inline const char *kanchi_last_error_text(char *buffer, uint32_t capacity)
{
    int32_t length = kanchi_log_last_error(buffer, capacity - 1);
    buffer[length < 0 ? 0 : ((uint32_t)length < capacity ? (uint32_t)length : capacity - 1)] = '\0';
    return buffer;
}

/* The deadline that many milliseconds from now, or a negative error when the app may not read the clock. */
static inline int64_t kanchi_deadline_after_ms(int64_t ms)
{
    int64_t now_ns = kanchi_clock_now();
    return now_ns < 0 ? now_ns : now_ns + ms * KANCHI_NS_PER_MS;
}

/* ---- I2C ---- */

/* An operation that reads len bytes into buffer, for kanchi_i2c_transaction. */
static inline kanchi_i2c_operation kanchi_i2c_reading(void *buffer, uint32_t len)
{
    kanchi_i2c_operation operation = {KANCHI_I2C_READ, {0, 0, 0}, buffer, len};
    return operation;
}

/* An operation that writes len bytes, for kanchi_i2c_transaction. The host only reads them. */
static inline kanchi_i2c_operation kanchi_i2c_writing(const void *bytes, uint32_t len)
{
    kanchi_i2c_operation operation = {KANCHI_I2C_WRITE, {0, 0, 0}, (void *)(uintptr_t)bytes, len};
    return operation;
}

/* Reads len bytes from an 8-bit register address on, of a device label. Returns 0 or an error. */
static inline int32_t kanchi_i2c_read_register(int32_t handle, uint8_t address, void *buffer, uint32_t len)
{
    return kanchi_i2c_write_read(handle, &address, 1, buffer, len);
}

/* Writes one byte to an 8-bit register address of a device label. Returns 0 or an error. */
static inline int32_t kanchi_i2c_write_register(int32_t handle, uint8_t address, uint8_t value)
{
    uint8_t bytes[2] = {address, value};
    return kanchi_i2c_write(handle, bytes, 2);
}

/* ---- SPI ---- */

/* An operation that sends len bytes and drops what arrives, for kanchi_spi_transaction. */
static inline kanchi_spi_operation kanchi_spi_writing(const void *tx, uint32_t len)
{
    kanchi_spi_operation operation = {KANCHI_SPI_WRITE, {0, 0, 0}, tx, NULL, len, 0};
    return operation;
}

/* An operation that receives len bytes and sends zeros, for kanchi_spi_transaction. */
static inline kanchi_spi_operation kanchi_spi_reading(void *rx, uint32_t len)
{
    kanchi_spi_operation operation = {KANCHI_SPI_READ, {0, 0, 0}, NULL, rx, len, 0};
    return operation;
}

/* An operation that waits with chip select held, for kanchi_spi_transaction. */
static inline kanchi_spi_operation kanchi_spi_waiting(uint32_t delay_ns)
{
    kanchi_spi_operation operation = {KANCHI_SPI_DELAY, {0, 0, 0}, NULL, NULL, 0, delay_ns};
    return operation;
}

/* ---- UART ---- */

/* Writes all len bytes, in as many calls as it takes. Returns len, fewer at the deadline, or an error. */
static inline int32_t kanchi_uart_write_all(int32_t handle, const void *bytes, uint32_t len, int64_t deadline_ns)
{
    const uint8_t *next = (const uint8_t *)bytes;
    uint32_t done = 0;
    while (done < len) {
        int32_t count = kanchi_uart_write(handle, next + done, len - done, deadline_ns);
        if (count < 0) {
            return count;
        }
        if (count == 0) {
            break;
        }
        done += (uint32_t)count;
    }
    return (int32_t)done;
}

/* ---- Sensors ---- */

/* A contract for every reading of all granted channels at this interval. Set more fields before subscribing. */
static inline kanchi_sensor_contract kanchi_sensor_every_ms(int64_t ms)
{
    kanchi_sensor_contract contract = {ms * KANCHI_NS_PER_MS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    return contract;
}

/* What a reading's status says, for people. */
static inline const char *kanchi_sensor_status_text(uint32_t status)
{
    static const char *const texts[] = {"ok", "not present", "timeout", "refused (nack)", "checksum wrong",
                                        "out of range", "stale", "warming up", "off", "unavailable"};
    return status < sizeof texts / sizeof texts[0] ? texts[status] : "unknown";
}

#endif
