// kanchi-build: libc=small
// A W25Q32: identifies it, erases its last sector, programs a page of it, reads that back and compares.
#include <kanchi.h>
#include <stdio.h>
#include <string.h>

// W25Q32JV section 8.1.2: instructions.
#define READ_ID 0x9f
#define READ_STATUS 0x05
#define WRITE_ENABLE 0x06
#define SECTOR_ERASE 0x20
#define PAGE_PROGRAM 0x02
#define READ_DATA 0x03
// Section 7.1.
#define BUSY 0x01
#define WRITE_ENABLE_LATCH 0x02

#define MANUFACTURER 0xef
#define MEMORY_TYPE 0x40
#define CAPACITY 0x16 // 2^22 bytes

#define PAGE_BYTES 256
#define LAST_SECTOR 0x3ff000u

// Section 9.6: a page takes at most 3 ms, a sector 400 ms; with something to spare.
#define LONGEST_PROGRAM_MS 20
#define LONGEST_ERASE_MS 1000

static int32_t flash;

static int fail(const char *what)
{
    char reason[512];
    kanchi_last_error_text(reason, sizeof reason);
    // Without a failed call the flash itself was the fault: its latch did not set, or it stayed busy.
    printf("%s: %s\n", what, reason[0] == '\0' ? "the flash does not get ready" : reason);
    return 1;
}

// An instruction with an address of three bytes, then bytes out or in, under one chip select. Returns 0 or an error.
static int32_t at_address(uint8_t instruction, uint32_t address, kanchi_spi_operation data)
{
    const uint8_t head[4] = {instruction, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};
    kanchi_spi_operation operations[2] = {kanchi_spi_writing(head, sizeof head), data};
    return kanchi_spi_transaction(flash, operations, data.len > 0 ? 2 : 1);
}

static int32_t read_status(uint8_t *status)
{
    const uint8_t command[2] = {READ_STATUS, 0};
    uint8_t answer[2];
    int32_t result = kanchi_spi_transfer(flash, command, answer, sizeof command);
    *status = answer[1];
    return result;
}

// The latch is looked at: a part that is not there, or protected, does not set it. Returns 0 or an error.
static int32_t enable_write(void)
{
    const uint8_t command = WRITE_ENABLE;
    kanchi_spi_operation operation = kanchi_spi_writing(&command, 1);
    uint8_t status = 0;
    int32_t result = kanchi_spi_transaction(flash, &operation, 1);
    if (result == 0) {
        result = read_status(&status);
    }
    if (result == 0 && (status & WRITE_ENABLE_LATCH) == 0) {
        return KANCHI_ERROR_BAD_STATE;
    }
    return result;
}

// Looks at BUSY every few milliseconds. Returns 0 or an error, timeout when it stays.
static int32_t wait_until_ready(int64_t longest_ms, int64_t interval_ms)
{
    int64_t deadline_ns = kanchi_deadline_after_ms(longest_ms);
    for (;;) {
        uint8_t status = 0;
        int32_t result = read_status(&status);
        if (result < 0 || (status & BUSY) == 0) {
            return result;
        }
        if (kanchi_clock_now() >= deadline_ns) {
            return KANCHI_ERROR_TIMEOUT;
        }
        kanchi_clock_sleep_until(kanchi_deadline_after_ms(interval_ms));
    }
}

int main(void)
{
    static uint8_t page[PAGE_BYTES];
    static uint8_t back[PAGE_BYTES];

    flash = kanchi_spi_open(KANCHI_LABEL("flash"));
    if (flash < 0) {
        return fail("open");
    }
    const uint8_t command[4] = {READ_ID, 0, 0, 0};
    uint8_t id[4];
    if (kanchi_spi_transfer(flash, command, id, sizeof id) < 0) {
        return fail("identify");
    }
    printf("identity %02X %02X %02X\n", id[1], id[2], id[3]);
    if (id[1] != MANUFACTURER || id[2] != MEMORY_TYPE || id[3] != CAPACITY) {
        puts("this is no W25Q32");
        return 1;
    }

    kanchi_spi_operation nothing = kanchi_spi_writing(NULL, 0);
    if (enable_write() < 0 || at_address(SECTOR_ERASE, LAST_SECTOR, nothing) < 0 ||
        wait_until_ready(LONGEST_ERASE_MS, 10) < 0) {
        return fail("erase");
    }
    if (at_address(READ_DATA, LAST_SECTOR, kanchi_spi_reading(back, sizeof back)) < 0) {
        return fail("read");
    }
    memset(page, 0xff, sizeof page);
    if (memcmp(back, page, sizeof page) != 0) {
        puts("the sector is not erased");
        return 1;
    }
    puts("erased the last sector");

    for (int index = 0; index < PAGE_BYTES; index += 1) {
        page[index] = (uint8_t)(index * 7 + 3);
    }
    if (enable_write() < 0 || at_address(PAGE_PROGRAM, LAST_SECTOR, kanchi_spi_writing(page, sizeof page)) < 0 ||
        wait_until_ready(LONGEST_PROGRAM_MS, 1) < 0) {
        return fail("program");
    }
    if (at_address(READ_DATA, LAST_SECTOR, kanchi_spi_reading(back, sizeof back)) < 0) {
        return fail("read back");
    }
    if (memcmp(back, page, sizeof page) != 0) {
        puts("the page does not hold what was programmed");
        return 1;
    }
    printf("programmed %d bytes and read them back\n", PAGE_BYTES);
    return 0;
}
