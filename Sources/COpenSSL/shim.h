// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
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

// An OSSL_PARAM keeps the pointer to its name. A Swift string lends one for the length of a call only, so these come from C.
static const char *const COpenSSLGroupName = OSSL_PKEY_PARAM_GROUP_NAME;
static const char *const COpenSSLPublicKeyName = OSSL_PKEY_PARAM_PUB_KEY;
static const char *const COpenSSLPrivateKeyName = OSSL_PKEY_PARAM_PRIV_KEY;
static const char *const COpenSSLModeName = OSSL_KDF_PARAM_MODE;
static const char *const COpenSSLDigestName = OSSL_KDF_PARAM_DIGEST;
static const char *const COpenSSLKeyName = OSSL_KDF_PARAM_KEY;
static const char *const COpenSSLSaltName = OSSL_KDF_PARAM_SALT;
static const char *const COpenSSLInfoName = OSSL_KDF_PARAM_INFO;
