// SPDX-License-Identifier: Apache-2.0
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
