// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <malloc.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

// libcrypto's private-key operations leave the last nonce and parts of scalars in stack frames that have ended; they are
// overwritten by a frame of the same depth, which only C can promise to have.
enum { COpenSSLStackCleanseBytes = 16384 };
static __attribute__((noinline)) void COpenSSLCleanseStack(void) {
    unsigned char frame[COpenSSLStackCleanseBytes];
    explicit_bzero(frame, sizeof frame);
}

// libcrypto copies scalars, shared secrets and keys into its ordinary heap too, and gives much of that back as it is
// (ecp_nistz256_windowed_mul its scalar, at each ECDH). With these functions for its heap nothing is given back unwiped,
// whether it is freed or moved. glibc's memset is eight times as fast as OPENSSL_cleanse; what is said to read the memory
// behind it keeps the compiler from leaving it out.
static inline void COpenSSLWipe(void *memory, size_t count) {
    memset(memory, 0, count);
    __asm__ volatile("" : : "r"(memory) : "memory");
}

static void *COpenSSLAllocate(size_t count, const char *file, int line) {
    (void)file, (void)line;
    return count == 0 ? 0 : malloc(count);
}

static void COpenSSLFree(void *memory, const char *file, int line) {
    (void)file, (void)line;
    if (memory == 0) return;
    COpenSSLWipe(memory, malloc_usable_size(memory));
    free(memory);
}

static void *COpenSSLReallocate(void *memory, size_t count, const char *file, int line) {
    size_t capacity = memory == 0 ? 0 : malloc_usable_size(memory);
    if (count != 0 && count <= capacity) {
        COpenSSLWipe((char *)memory + count, capacity - count);
        return memory;
    }
    void *moved = COpenSSLAllocate(count, file, line);
    if (moved == 0 && count != 0) return 0;
    if (moved != 0 && capacity != 0) memcpy(moved, memory, capacity);
    COpenSSLFree(memory, file, line);
    return moved;
}

/// From now on libcrypto's ordinary heap is wiped when it is given back; 0 where libcrypto has used it already.
static inline int COpenSSLWipeFreedMemory(void) {
    return CRYPTO_set_mem_functions(COpenSSLAllocate, COpenSSLReallocate, COpenSSLFree);
}

// Macros that do not import.
static const int COpenSSLSelectKeyPair = EVP_PKEY_KEYPAIR;
static const int COpenSSLSelectPublicKey = EVP_PKEY_PUBLIC_KEY;

// Names of parameters: OSSL_PARAM keeps the pointer, so they must outlive the call that takes them.
static const char *const COpenSSLParameterGroup = OSSL_PKEY_PARAM_GROUP_NAME;
static const char *const COpenSSLParameterDigest = OSSL_MAC_PARAM_DIGEST;
static const char *const COpenSSLParameterPublicKey = OSSL_PKEY_PARAM_PUB_KEY;
static const char *const COpenSSLParameterPrivateKey = OSSL_PKEY_PARAM_PRIV_KEY;
