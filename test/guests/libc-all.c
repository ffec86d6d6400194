// kanchi-build: libc=small
// Every one of the 52 functions of the small libc is imported and called, except those that only end the app or that
// only code of other compilers calls; those are called when `mode` says so. Volatile pointers keep the compiler from
// working the results out by itself.
#include <small-libc.h>

static void *volatile here;
static volatile int zero;

static const char *text(const char *value)
{
    here = (void *)(uintptr_t)value;
    return here;
}

static int print_list(const char *format, ...)
{
    char buffer[64];
    va_list arguments;
    va_start(arguments, format);
    int printed = vprintf(format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    int written = vsprintf(buffer, format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    int wanted = vsnprintf(buffer, 4, format, arguments);
    va_end(arguments);
    printf("vprintf %d vsprintf %d vsnprintf %d %s\n", printed, written, wanted, buffer);
    return wanted;
}

static void output(void)
{
    char buffer[64];
    printf("[%d|%5d|%-5d|%05d|%+d|%x|%X|%#x|%o]\n", 42, 42, 42, 42, 42, 0xbeef, 0xbeef, 0xbeef, 8);
    printf("[%lld|%llu|%lx]\n", 9007199254740993LL, 18446744073709551615ULL, 0xfeedfaceUL);
    printf("[%.2f|%8.3f|%e|%g]\n", 3.14159, 2.5, 12345.678, 0.0001);
    printf("[%s|%.3s|%8s|%-8s|%c|%%]\n", "abc", "abcdef", "right", "left", 'z');
    printf("[%p|%p]\n", (void *)0, (void *)0x1234);
    printf("snprintf %d", snprintf(buffer, 4, "%s", text("truncated")));
    printf(" %s\n", buffer);
    printf("sprintf %d\n", sprintf(buffer, "%d-%d", 12 + zero, 34));
    print_list("%d %s %.1f\n", 7, "seven", 7.5);
    printf("puts %d\n", puts(text("line")));
    printf(" putchar %d\n", putchar('c' + zero));
}

// clang has instructions of its own for these five; through pointers it must call the host.
static void *(*volatile set)(void *, int, size_t) = memset;
static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
static void *(*volatile move)(void *, const void *, size_t) = memmove;
static int (*volatile compare)(const void *, const void *, size_t) = memcmp;
static int (*volatile digit)(int) = isdigit;

static void memory(void)
{
    char buffer[32];
    set(buffer, '.', sizeof buffer);
    buffer[31] = '\0';
    copy(buffer, "copied", 6);
    move(buffer + 2, buffer, 6);
    puts(buffer);
    printf("memcmp %d %d %d\n", compare("abc", "abd", 3) < 0, compare("b", "a", 1) > 0, compare("a", "a", 1));
    const char *found = memchr(text("find me"), 'm', 7);
    printf("memchr %s %d\n", found, memchr(text("x"), 'y', 1) == NULL);
    emscripten_memcpy_big(buffer, text("big"), 4);
    puts(buffer);
}

static void texts(void)
{
    char buffer[32];
    printf("strlen %d\n", (int)strlen(text("twelve bytes")));
    printf("strcpy %s", strcpy(buffer, text("copy")));
    printf(" strncpy %s\n", strncpy(buffer, text("copy that"), 4));
    printf("strcmp %d %d\n", strcmp(text("a"), text("b")) < 0, strcmp(text("a"), text("a")));
    printf("strncmp %d\n", strncmp(text("abX"), text("abY"), 2));
    printf("strncasecmp %d\n", strncasecmp(text("ABC"), text("abd"), 2));
    printf("strchr %s %d\n", strchr(text("a=b"), '='), strchr(text("ab"), 'z') == NULL);
    printf("strstr %s\n", strstr(text("needle in hay"), text("in")));
    printf("strspn %d strcspn %d\n", (int)strspn(text("aabbc"), text("ab")), (int)strcspn(text("hello, you"), text(",")));
    printf("atoi %d %d\n", atoi(text(" -42x")), atoi(text("none")));
    char *end;
    printf("strtol %ld", strtol(text("0x1f rest"), &end, 0));
    printf(" [%s]\n", end);
    printf("strtoul %lu", strtoul(text("4000000000"), &end, 10));
    printf(" [%s]\n", end);
    printf("classes %d%d%d%d%d%d%d%d %c%c\n", isupper('A' + zero) != 0, isalpha('a' + zero) != 0, isspace(' ' + zero) != 0,
           isgraph('!' + zero) != 0, isprint(' ' + zero) != 0, digit('7') != 0, isxdigit('f' + zero) != 0,
           isalnum('_' + zero) != 0, tolower('Q' + zero), toupper('q' + zero));
}

static void allocation(void)
{
    char *one = malloc(16);
    here = one;
    strcpy(one, text("allocated"));
    one = realloc(one, 64);
    here = one;
    puts(one);
    unsigned char *cleared = calloc(4, 4);
    here = cleared;
    int clear = cleared[0] | cleared[15];
    here = malloc(1u << 30);
    printf("calloc %d malloc %d\n", clear, here == NULL);
    char *copy = strdup(one);
    char *other = _strdup(copy);
    here = other;
    printf("strdup %s %d\n", other, copy != other);
    free(one);
    free(cleared);
    free(copy);
    free(other);
    free(NULL);
}

static void time(void)
{
    small_libc_timespec time = {-1, -1};
    int result = small_libc_clock_gettime(0, &time);
    printf("clock_gettime %d %d\n", result, time.seconds >= 0 && time.nanoseconds >= 0 && time.nanoseconds < 1000000000);
    printf("clock %d\n", small_libc_clock() >= 0);
}

// Which of the functions that end the app, or that only other compilers use, is called last: 0 none.
static volatile int mode;

static void last_call(void)
{
    switch (mode) {
    case 1:
        exit(7);
    case 2:
        small_libc_abort(9);
    case 3:
        abortStackOverflow(1024);
        break;
    case 4:
        nullFunc_X(3);
        break;
    case 5:
        here = small_libc_cxa_allocate_exception(8);
        small_libc_cxa_begin_catch(here);
        small_libc_cxa_throw(here, NULL, NULL);
        break;
    default:
        break;
    }
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        mode = atoi(argv[1]);
    }
    output();
    memory();
    texts();
    allocation();
    time();
    last_call();
    puts("done");
    return 3;
}
