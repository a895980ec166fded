// SPDX-License-Identifier: Apache-2.0
// A P-256 key and what is reused from one signature to the next: shared by raw.c and floor.c.
#pragma once
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum { digest_bytes = 32, max_der_bytes = 72, compressed_point_bytes = 33 };

struct signer {
    EVP_MD *sha256;
    EVP_MD_CTX *digest;
    EVP_PKEY_CTX *signature;
    char public_key_hex[2 * compressed_point_bytes + 1];
};

static void require(int true_or_1, const char *what) {
    if (true_or_1 == 1) return;
    fprintf(stderr, "failed: %s\n", what);
    exit(1);
}

static char *write_hex(char *out, const unsigned char *bytes, size_t count) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    return out;
}

static void make_signer(struct signer *signer) {
    unsigned char point[compressed_point_bytes];
    size_t length = 0;
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    require(key != NULL, "EVP_PKEY_Q_keygen");
    const char *format = OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, *public_key = OSSL_PKEY_PARAM_PUB_KEY;
    require(EVP_PKEY_set_utf8_string_param(key, format, "compressed"), "point format");
    require(EVP_PKEY_get_octet_string_param(key, public_key, point, sizeof point, &length), "public key");
    *write_hex(signer->public_key_hex, point, length) = 0;
    signer->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    signer->digest = EVP_MD_CTX_new();
    signer->signature = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    require(signer->sha256 && signer->digest && signer->signature, "contexts");
    require(EVP_PKEY_sign_init(signer->signature), "EVP_PKEY_sign_init");
    require(EVP_PKEY_CTX_set_signature_md(signer->signature, signer->sha256), "EVP_PKEY_CTX_set_signature_md");
    EVP_PKEY_free(key);  // the context keeps it
}

/// SHA-256 and one signature in DER; returns its length in bytes.
static size_t sign(struct signer *signer, const void *payload, size_t count, unsigned char der[max_der_bytes]) {
    unsigned char digest[digest_bytes];
    size_t length = max_der_bytes;
    require(EVP_DigestInit_ex2(signer->digest, signer->sha256, NULL), "EVP_DigestInit_ex2");
    require(EVP_DigestUpdate(signer->digest, payload, count), "EVP_DigestUpdate");
    require(EVP_DigestFinal_ex(signer->digest, digest, NULL), "EVP_DigestFinal_ex");
    require(EVP_PKEY_sign(signer->signature, der, &length, digest, sizeof digest), "EVP_PKEY_sign");
    return length;
}
