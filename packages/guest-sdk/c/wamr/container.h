/*
 * The attribute container: named values of thirteen types in one block of memory. The block is what travels, byte for
 * byte: sensor events, configurations, the arguments of connections, and payloads of format WAMR_FORMAT_CONTAINER.
 */
#ifndef WAMR_CONTAINER_H
#define WAMR_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* The block. An app never looks inside. */
typedef struct wamr_container wamr_container;

/* Types of a value. */
enum {
    WAMR_INT8 = 0,
    WAMR_INT16 = 1,
    WAMR_INT32 = 2,
    WAMR_INT64 = 3,
    WAMR_UINT8 = 4,
    WAMR_UINT16 = 5,
    WAMR_UINT32 = 6,
    WAMR_UINT64 = 7,
    WAMR_FLOAT = 10,
    WAMR_DOUBLE = 11,
    WAMR_BOOLEAN = 12,
    WAMR_STRING = 13,
    WAMR_BYTES = 14
};

/* One attribute, as wamr_container_next finds it. All pointers lie in the container. */
typedef struct wamr_attribute {
    const char *key;
    const uint8_t *value; /* little-endian, at any address; a string with its terminator */
    uint32_t length;      /* bytes of the value */
    uint32_t type;
    uint32_t index;   /* of the library: attributes so far */
    uint32_t next_at; /* of the library: place of the next one */
} wamr_attribute;

/* An empty container with a tag, which may be "". NULL when there is no memory or the tag is too long. */
wamr_container *wamr_container_create(const char *tag);

/* Frees one that wamr_container_create made. NULL is none. */
void wamr_container_destroy(wamr_container *container);

/*
 * The container in these bytes, which stay where they are, or NULL when there is no whole one. A payload that came in a
 * message must go through here before it is read.
 */
const wamr_container *wamr_container_from(const void *bytes, uint32_t length);

/*
 * Sets a value. A key that is there already gets the new value and moves to the end when its size is another. The block is
 * replaced when it is too small, and when key or value lie in the container, which they may: the address is taken, and what
 * was read from the container before is gone. A string's length counts its terminator. False, and nothing changed: empty
 * or too long key, too long value, no memory.
 */
bool wamr_container_set(wamr_container **container, const char *key, uint32_t type, const void *value, uint32_t length);

#define WAMR_CONTAINER_SETTER(name, value_type, type)                                                              \
    static inline bool wamr_container_set_##name(wamr_container **container, const char *key, value_type value)    \
    {                                                                                                              \
        return wamr_container_set(container, key, type, &value, (uint32_t)sizeof value);                           \
    }

WAMR_CONTAINER_SETTER(int8, int8_t, WAMR_INT8)
WAMR_CONTAINER_SETTER(int16, int16_t, WAMR_INT16)
WAMR_CONTAINER_SETTER(int32, int32_t, WAMR_INT32)
WAMR_CONTAINER_SETTER(int64, int64_t, WAMR_INT64)
WAMR_CONTAINER_SETTER(uint8, uint8_t, WAMR_UINT8)
WAMR_CONTAINER_SETTER(uint16, uint16_t, WAMR_UINT16)
WAMR_CONTAINER_SETTER(uint32, uint32_t, WAMR_UINT32)
WAMR_CONTAINER_SETTER(uint64, uint64_t, WAMR_UINT64)
WAMR_CONTAINER_SETTER(float, float, WAMR_FLOAT)
WAMR_CONTAINER_SETTER(double, double, WAMR_DOUBLE)
WAMR_CONTAINER_SETTER(boolean, bool, WAMR_BOOLEAN)

#undef WAMR_CONTAINER_SETTER

static inline bool wamr_container_set_string(wamr_container **container, const char *key, const char *value)
{
    return wamr_container_set(container, key, WAMR_STRING, value, (uint32_t)strlen(value) + 1);
}

static inline bool wamr_container_set_bytes(wamr_container **container, const char *key, const void *value,
                                            uint32_t length)
{
    return wamr_container_set(container, key, WAMR_BYTES, value, length);
}

/* Bytes of the block, as it travels. */
uint32_t wamr_container_length(const wamr_container *container);

/* Copies the block, wamr_container_length bytes, and marks the copy as read-only, which nobody enforces. */
void wamr_container_serialize(const wamr_container *container, void *buffer);

/* The tag, or "". */
const char *wamr_container_tag(const wamr_container *container);

/* How many attributes there are. */
uint32_t wamr_container_count(const wamr_container *container);

/*
 * Goes through the attributes: start with one that is all zero, call until false.
 *
 *   wamr_attribute attribute = {0};
 *   while (wamr_container_next(container, &attribute)) { ... }
 */
bool wamr_container_next(const wamr_container *container, wamr_attribute *attribute);

bool wamr_container_has(const wamr_container *container, const char *key);

/*
 * Values by key; 0, false or NULL when there is none. Unlike the original they convert: any number or boolean can be
 * read as an integer (a fraction is dropped, what is too large becomes the end of the range, NaN 0) or as a number.
 */
int64_t wamr_container_integer(const wamr_container *container, const char *key);
double wamr_container_number(const wamr_container *container, const char *key);
bool wamr_container_boolean(const wamr_container *container, const char *key);
const char *wamr_container_string(const wamr_container *container, const char *key);
const uint8_t *wamr_container_bytes(const wamr_container *container, const char *key, uint32_t *length);

/* The value of an attribute that wamr_container_next found, as the two of the same names above. */
int64_t wamr_attribute_integer(const wamr_attribute *attribute);
double wamr_attribute_number(const wamr_attribute *attribute);

/* Prints all attributes in one line: tag: key=value key=value */
void wamr_container_print(const wamr_container *container);

#if defined(__cplusplus)
}
#endif

#endif
