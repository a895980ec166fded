// SPDX-License-Identifier: Apache-2.0
// What is secret, told to valgrind's memcheck as memory without a value: it follows such bytes through each operation, and
// reports a branch, an address or a system call's argument that depends on one.
#pragma once
#include <stddef.h>

/// The calls of libcrypto at which secrets must have been seen: were they lost on the way, nothing would be shown.
enum SecrecyPlace {
    SecrecyImport,    // BN_bin2bn: a scalar, read
    SecrecyKey,       // OSSL_PARAM_construct_BN: a scalar, for the key that libcrypto makes of it
    SecrecyShared,    // EVP_PKEY_derive: the Diffie-Hellman value
    SecrecyMACKey,    // EVP_MAC_init
    SecrecyMACInput,  // EVP_MAC_update
    SecrecyAEADKey,   // EVP_DecryptInit_ex2
    SecrecyPlaintext, // EVP_DecryptUpdate
    SecrecySignature, // EVP_PKEY_sign, before it is declassified
    SecrecyKept,      // EVP_DigestUpdate: kept state, for its sum
    SecrecyPlaceCount,
};

/// How many secret bytes were seen there.
size_t SecrecyCount(enum SecrecyPlace place);

/// Whether this process runs under valgrind.
int SecrecyIsWatched(void);

/// Whether any of these bytes is secret.
int SecrecyIsIn(const void *bytes, size_t count);

void SecrecyBegin(void *bytes, size_t count);

void SecrecyEnd(void *bytes, size_t count);
