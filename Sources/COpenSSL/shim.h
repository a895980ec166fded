// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <openssl/rand.h>

// libcrypto's private-key operations leave the last nonce and parts of scalars in stack frames that have ended; they are
// overwritten by a frame of the same depth, which only C can promise to have.
enum { COpenSSLStackCleanseBytes = 16384 };
static __attribute__((noinline)) void COpenSSLCleanseStack(void) {
    unsigned char frame[COpenSSLStackCleanseBytes];
    OPENSSL_cleanse(frame, sizeof frame);
}

// Macros that do not import.
static const int COpenSSLSelectPublicKey = EVP_PKEY_PUBLIC_KEY;
static const int COpenSSLSelectKeyPair = EVP_PKEY_KEYPAIR;

// Names of parameters: OSSL_PARAM keeps the pointer, so they must outlive the call that takes them.
static const char *const COpenSSLParameterGroup = OSSL_PKEY_PARAM_GROUP_NAME;
static const char *const COpenSSLParameterPublicKey = OSSL_PKEY_PARAM_PUB_KEY;
static const char *const COpenSSLParameterPrivateKey = OSSL_PKEY_PARAM_PRIV_KEY;
