// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE  // memmem(3)
#include "CMemorySearch.h"

#include <string.h>

size_t CMemorySearchNext(const uint8_t *bytes, size_t count, size_t from, const uint64_t *table, unsigned bits) {
    size_t mask = ((size_t)1 << bits) - 1;
    for (size_t at = from; at + sizeof(uint64_t) <= count; at++) {
        uint64_t value;
        memcpy(&value, bytes + at, sizeof value);
        value = ~value;
        for (size_t place = CMemorySearchPlace(value, bits); table[place] != 0; place = (place + 1) & mask)
            if (table[place] == value) return at;
    }
    return count;
}

int CMemorySearchContains(const void *bytes, size_t count, const void *piece, size_t length) {
    return memmem(bytes, count, piece, length) != NULL;
}
