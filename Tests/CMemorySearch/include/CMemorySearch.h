// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Finds eight bytes of a set, at any address: Swift without its optimiser would take a minute for what this does in one
/// second.
///
/// - `table`: 1 << `bits` places with the eight bytes' complements, each at the hash of itself or at the first place that
///   was free after it; 0 is a free place, and there is at least one.
/// - Returns: where in `bytes`, from `from` on; `count` where there is none.
size_t CMemorySearchNext(const uint8_t *bytes, size_t count, size_t from, const uint64_t *table, unsigned bits);

/// Where a complement's place in the table is sought first.
static inline size_t CMemorySearchPlace(uint64_t complement, unsigned bits) {
    return (size_t)(complement * 0x9E3779B97F4A7C15u >> (64 - bits));
}

/// Whether the piece lies anywhere in the bytes.
int CMemorySearchContains(const void *bytes, size_t count, const void *piece, size_t length);

/// Whether this process's libcrypto has wiped what it gives back from the start.
int CMemorySearchIsWiping(void);
