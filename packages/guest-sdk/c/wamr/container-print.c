#include <stdio.h>

#include "container.h"

static void print_value(const wamr_attribute *attribute)
{
    switch (attribute->type) {
    case WAMR_FLOAT:
    case WAMR_DOUBLE:
        printf("%g", wamr_attribute_number(attribute));
        break;
    case WAMR_UINT64:
        printf("%llu", (unsigned long long)wamr_attribute_integer(attribute));
        break;
    case WAMR_BOOLEAN:
        printf("%s", wamr_attribute_integer(attribute) == 0 ? "false" : "true");
        break;
    case WAMR_STRING:
        printf("\"%s\"", (const char *)attribute->value);
        break;
    case WAMR_BYTES:
        for (uint32_t index = 0; index < attribute->length; index += 1) {
            printf("%02x", attribute->value[index]);
        }
        break;
    default:
        printf("%lld", (long long)wamr_attribute_integer(attribute));
    }
}

void wamr_container_print(const wamr_container *container)
{
    wamr_attribute attribute = {0};
    printf("%s:", wamr_container_tag(container));
    while (wamr_container_next(container, &attribute)) {
        printf(" %s=", attribute.key);
        print_value(&attribute);
    }
    printf("\n");
}
