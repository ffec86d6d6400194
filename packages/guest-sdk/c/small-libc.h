/*
 * The small libc: 52 functions that the host provides in the import module `env`, for apps without WASI (a hello world is
 * some 400 bytes). Build with `kanchi-build: libc=small`.
 *
 * The functions and their behaviour are those of the built-in libc of WAMR, whose binaries run here too. Where they are
 * not what C says, the comment tells. printf knows the flags + - space # 0, width and precision, the lengths hh h l ll j z
 * t and the conversions d i u o x X c p s e E f F g G and %; not *, not a.
 */
#ifndef KANCHI_SMALL_LIBC_H
#define KANCHI_SMALL_LIBC_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

#define SMALL_LIBC(name) __attribute__((import_module("env"), import_name(#name)))

/* Output. */
int printf(const char *format, ...);
int sprintf(char *buffer, const char *format, ...);
int snprintf(char *buffer, size_t size, const char *format, ...);
int vprintf(const char *format, va_list arguments);
int vsprintf(char *buffer, const char *format, va_list arguments);
int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments);
/* Returns the length of the text plus one. */
int puts(const char *text);
/* Returns 1. */
int putchar(int character);

/* Memory and text. */
int memcmp(const void *one, const void *other, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *at, int value, size_t size);
void *memchr(const void *at, int value, size_t size);
char *strchr(const char *text, int character);
int strcmp(const char *one, const char *other);
char *strcpy(char *to, const char *from);
size_t strlen(const char *text);
int strncmp(const char *one, const char *other, size_t size);
char *strncpy(char *to, const char *from, size_t size);
int strncasecmp(const char *one, const char *other, size_t size);
size_t strspn(const char *text, const char *accept);
size_t strcspn(const char *text, const char *reject);
char *strstr(const char *text, const char *part);
char *strdup(const char *text);
char *_strdup(const char *text);

/* Allocation, from a heap behind the app's own data. realloc traps when there is no room; the others return NULL. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *at, size_t size);
void free(void *at);

/* Numbers. strtol and strtoul cut a 64-bit result to 32 bits; end must not be NULL. */
int atoi(const char *text);
long strtol(const char *text, char **end, int base);
unsigned long strtoul(const char *text, char **end, int base);

/* Characters. */
int isupper(int character);
int isalpha(int character);
int isspace(int character);
int isgraph(int character);
int isprint(int character);
int isdigit(int character);
int isxdigit(int character);
int isalnum(int character);
int tolower(int character);
int toupper(int character);

/* Ending: exit ends the app with its status, abort traps. C's abort has no parameter, so this one has its own name. */
void exit(int status) __attribute__((noreturn));
SMALL_LIBC(abort) void small_libc_abort(int reason) __attribute__((noreturn));

/* Time. The clock id is ignored: the clock is monotonic. clock returns nanoseconds. */
typedef struct small_libc_timespec {
    int64_t seconds;
    int32_t nanoseconds;
} small_libc_timespec;
SMALL_LIBC(clock_gettime) int small_libc_clock_gettime(int clock_id, small_libc_timespec *time);
SMALL_LIBC(clock) int64_t small_libc_clock(void);

/* For code of other compilers; an app does not call them. */
void *emscripten_memcpy_big(void *to, const void *from, size_t size);
void abortStackOverflow(int size);
void nullFunc_X(int code);
SMALL_LIBC(__cxa_allocate_exception) void *small_libc_cxa_allocate_exception(size_t size);
SMALL_LIBC(__cxa_begin_catch) void small_libc_cxa_begin_catch(void *exception);
SMALL_LIBC(__cxa_throw) void small_libc_cxa_throw(void *exception, void *type, void *destructor);

#if defined(__cplusplus)
}
#endif

#endif
