/*
 * Layout, integers little-endian, at any address:
 *   u8 flags[2] | u32 length of all that follows, itself too | u16 tag bytes | tag | u16 count | attributes | zeros
 * and of an attribute:
 *   u16 key bytes | key | u8 type | value; before it u16 bytes of a string, u32 of bytes
 * Texts end with a zero byte, which their length counts.
 */
#include "container.h"

#include <stdlib.h>

#include "limits.h"

enum {
    LENGTH_AT = 2,
    TAG_LENGTH_AT = 6,
    TAG_AT = 8,
    COUNT_BYTES = 2,
    READ_ONLY = 1 << 2 /* in the first byte of the flags */
};

static uint64_t load(const uint8_t *at, uint32_t bytes)
{
    uint64_t value = 0;
    for (uint32_t index = bytes; index > 0; index -= 1) {
        value = value << 8 | at[index - 1];
    }
    return value;
}

static uint8_t *store(uint8_t *at, uint32_t value, uint32_t bytes)
{
    for (uint32_t index = 0; index < bytes; index += 1) {
        at[index] = (uint8_t)(value >> 8 * index);
    }
    return at + bytes;
}

static const uint8_t *bytes_of(const wamr_container *container)
{
    return (const uint8_t *)container;
}

static uint32_t count_at(const uint8_t *bytes)
{
    return TAG_AT + (uint32_t)load(bytes + TAG_LENGTH_AT, 2);
}

static uint32_t first_attribute_at(const uint8_t *bytes)
{
    return count_at(bytes) + COUNT_BYTES;
}

/* Bytes between type and value. */
static uint32_t length_field_bytes(uint32_t type)
{
    return type == WAMR_STRING ? 2 : type == WAMR_BYTES ? 4 : 0;
}

static bool is_scalar(uint32_t type)
{
    return type <= WAMR_UINT64 || (type >= WAMR_FLOAT && type <= WAMR_BOOLEAN);
}

uint32_t wamr_container_length(const wamr_container *container)
{
    return LENGTH_AT + (uint32_t)load(bytes_of(container) + LENGTH_AT, 4);
}

const char *wamr_container_tag(const wamr_container *container)
{
    return load(bytes_of(container) + TAG_LENGTH_AT, 2) == 0 ? "" : (const char *)bytes_of(container) + TAG_AT;
}

uint32_t wamr_container_count(const wamr_container *container)
{
    return (uint32_t)load(bytes_of(container) + count_at(bytes_of(container)), COUNT_BYTES);
}

wamr_container *wamr_container_create(const char *tag)
{
    size_t tag_bytes = strlen(tag) + 1;
    if (tag_bytes > WAMR_MAX_TEXT_BYTES) {
        return NULL;
    }
    uint32_t size = TAG_AT + (uint32_t)tag_bytes + WAMR_CONTAINER_SLACK_BYTES;
    uint8_t *bytes = calloc(1, size);
    if (bytes != NULL) {
        store(bytes + LENGTH_AT, size - LENGTH_AT, 4);
        store(bytes + TAG_LENGTH_AT, (uint32_t)tag_bytes, 2);
        memcpy(bytes + TAG_AT, tag, tag_bytes);
    }
    return (wamr_container *)bytes;
}

void wamr_container_destroy(wamr_container *container)
{
    free(container);
}

void wamr_container_serialize(const wamr_container *container, void *buffer)
{
    memcpy(buffer, container, wamr_container_length(container));
    *(uint8_t *)buffer |= READ_ONLY;
}

/* Takes so many bytes from there on. False when the container ends before. */
static bool take(uint32_t end, uint32_t *at, uint32_t bytes)
{
    if (bytes > end - *at) {
        return false;
    }
    *at += bytes;
    return true;
}

bool wamr_container_next(const wamr_container *container, wamr_attribute *attribute)
{
    const uint8_t *bytes = bytes_of(container);
    const uint32_t end = wamr_container_length(container);
    uint32_t at = attribute->index == 0 ? first_attribute_at(bytes) : attribute->next_at;
    if (at > end || attribute->index >= wamr_container_count(container) || !take(end, &at, 2)) {
        return false;
    }
    const uint32_t key_at = at;
    const uint32_t key_bytes = (uint32_t)load(bytes + at - 2, 2);
    if (key_bytes == 0 || !take(end, &at, key_bytes) || bytes[at - 1] != 0 || !take(end, &at, 1)) {
        return false;
    }
    const uint32_t type = bytes[at - 1];
    const uint32_t field = length_field_bytes(type);
    if ((field == 0 && !is_scalar(type)) || !take(end, &at, field)) {
        return false;
    }
    const uint32_t length = field == 0 ? 1u << (type & 3) : (uint32_t)load(bytes + at - field, field);
    const uint32_t value_at = at;
    if (!take(end, &at, length) || (type == WAMR_STRING && (length == 0 || bytes[at - 1] != 0))) {
        return false;
    }
    attribute->key = (const char *)bytes + key_at;
    attribute->value = bytes + value_at;
    attribute->length = length;
    attribute->type = type;
    attribute->index += 1;
    attribute->next_at = at;
    return true;
}

const wamr_container *wamr_container_from(const void *bytes, uint32_t length)
{
    const wamr_container *container = bytes;
    wamr_attribute attribute = {0};
    if (length < TAG_AT + COUNT_BYTES || load((const uint8_t *)bytes + LENGTH_AT, 4) > length - LENGTH_AT ||
        first_attribute_at(bytes) > wamr_container_length(container)) {
        return NULL;
    }
    const uint32_t tag_end = count_at(bytes);
    if (tag_end > TAG_AT && ((const uint8_t *)bytes)[tag_end - 1] != 0) {
        return NULL;
    }
    while (wamr_container_next(container, &attribute)) {
    }
    return attribute.index == wamr_container_count(container) ? container : NULL;
}

static bool find(const wamr_container *container, const char *key, wamr_attribute *attribute)
{
    memset(attribute, 0, sizeof *attribute);
    while (wamr_container_next(container, attribute)) {
        if (strcmp(attribute->key, key) == 0) {
            return true;
        }
    }
    return false;
}

bool wamr_container_has(const wamr_container *container, const char *key)
{
    wamr_attribute attribute;
    return find(container, key, &attribute);
}

int64_t wamr_container_integer(const wamr_container *container, const char *key)
{
    wamr_attribute attribute;
    return find(container, key, &attribute) ? wamr_attribute_integer(&attribute) : 0;
}

double wamr_container_number(const wamr_container *container, const char *key)
{
    wamr_attribute attribute;
    return find(container, key, &attribute) ? wamr_attribute_number(&attribute) : 0;
}

bool wamr_container_boolean(const wamr_container *container, const char *key)
{
    return wamr_container_number(container, key) != 0;
}

const char *wamr_container_string(const wamr_container *container, const char *key)
{
    wamr_attribute attribute;
    return find(container, key, &attribute) && attribute.type == WAMR_STRING ? (const char *)attribute.value : NULL;
}

const uint8_t *wamr_container_bytes(const wamr_container *container, const char *key, uint32_t *length)
{
    wamr_attribute attribute;
    const bool found = find(container, key, &attribute) && attribute.type == WAMR_BYTES;
    *length = found ? attribute.length : 0;
    return found ? attribute.value : NULL;
}

static double real_value(const wamr_attribute *attribute)
{
    const uint64_t bits = load(attribute->value, attribute->length);
    const uint32_t low = (uint32_t)bits;
    double value;
    float single;
    if (attribute->type == WAMR_DOUBLE) {
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    memcpy(&single, &low, sizeof single);
    return single;
}

static bool is_real(uint32_t type)
{
    return type == WAMR_FLOAT || type == WAMR_DOUBLE;
}

int64_t wamr_attribute_integer(const wamr_attribute *attribute)
{
    if (is_real(attribute->type)) {
        const double value = real_value(attribute);
        const double limit = 9223372036854775808.0; /* 2^63 */
        return value >= limit ? INT64_MAX : value < -limit ? INT64_MIN : value == value ? (int64_t)value : 0;
    }
    if (!is_scalar(attribute->type)) {
        return 0;
    }
    const uint64_t bits = load(attribute->value, attribute->length);
    const uint32_t unused = attribute->type <= WAMR_INT64 ? 64 - 8 * attribute->length : 0;
    return (int64_t)(bits << unused) >> unused;
}

double wamr_attribute_number(const wamr_attribute *attribute)
{
    if (is_real(attribute->type)) {
        return real_value(attribute);
    }
    const int64_t value = wamr_attribute_integer(attribute);
    return attribute->type == WAMR_UINT64 ? (double)(uint64_t)value : (double)value;
}

/* The container in a block of its own with that size, which is not less. NULL when there is no memory. */
static uint8_t *copy(const uint8_t *bytes, uint32_t size, uint32_t new_size)
{
    uint8_t *block = malloc(new_size);
    if (block != NULL) {
        memcpy(block, bytes, size);
        memset(block + size, 0, new_size - size);
        store(block + LENGTH_AT, new_size - LENGTH_AT, 4);
    }
    return block;
}

static bool points_into(const void *pointer, const uint8_t *bytes, uint32_t size)
{
    return (uintptr_t)pointer - (uintptr_t)bytes < size;
}

static void write_attribute(uint8_t *at, const char *key, uint32_t type, const void *value, uint32_t length)
{
    const uint32_t key_bytes = (uint32_t)strlen(key) + 1;
    at = store(at, key_bytes, 2);
    memcpy(at, key, key_bytes);
    at = store(at + key_bytes, type, 1);
    at = store(at, length, length_field_bytes(type));
    if (length > 0) {
        memcpy(at, value, length);
    }
}

static bool is_settable(const char *key, uint32_t type, uint32_t length)
{
    const size_t key_bytes = strlen(key) + 1;
    if (key_bytes == 1 || key_bytes > WAMR_MAX_TEXT_BYTES) {
        return false;
    }
    return type == WAMR_STRING  ? length >= 1 && length <= WAMR_MAX_TEXT_BYTES
           : type == WAMR_BYTES ? length <= WAMR_MAX_PAYLOAD_BYTES
                                : is_scalar(type) && length == 1u << (type & 3);
}

bool wamr_container_set(wamr_container **container, const char *key, uint32_t type, const void *value, uint32_t length)
{
    uint8_t *bytes = (uint8_t *)*container;
    uint32_t end = first_attribute_at(bytes); /* of the last attribute */
    uint32_t at = 0; /* of the attribute: where it is, then where it goes */
    uint32_t old_bytes = 0;
    wamr_attribute attribute = {0};
    if (!is_settable(key, type, length)) {
        return false;
    }
    while (wamr_container_next(*container, &attribute)) {
        if (old_bytes == 0 && strcmp(attribute.key, key) == 0) {
            at = end;
            old_bytes = attribute.next_at - end;
        }
        end = attribute.next_at;
    }
    const uint32_t new_bytes = 2 + (uint32_t)strlen(key) + 1 + 1 + length_field_bytes(type) + length;
    const uint32_t count = wamr_container_count(*container);
    const uint32_t size = wamr_container_length(*container);
    if (old_bytes == 0 && count == WAMR_MAX_ATTRIBUTES) {
        return false;
    }
    /* One byte must stay behind the last attribute: the original takes a container without it for a damaged one. */
    const bool is_full = end - old_bytes + new_bytes >= size;
    /* A key or value that is read from this container stays where it is until it is written. */
    if (is_full || points_into(key, bytes, size) || points_into(value, bytes, size)) {
        bytes = copy(bytes, size, is_full ? size + new_bytes + WAMR_CONTAINER_SLACK_BYTES : size);
        if (bytes == NULL) {
            return false;
        }
    }
    if (old_bytes == 0) {
        store(bytes + count_at(bytes), count + 1, COUNT_BYTES);
        at = end;
    } else if (old_bytes != new_bytes) {
        memmove(bytes + at, bytes + at + old_bytes, end - at - old_bytes);
        at = end - old_bytes;
        memset(bytes + at, 0, old_bytes);
    }
    write_attribute(bytes + at, key, type, value, length);
    if (bytes != (uint8_t *)*container) {
        free(*container);
        *container = (wamr_container *)bytes;
    }
    return true;
}
