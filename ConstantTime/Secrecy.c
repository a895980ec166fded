// SPDX-License-Identifier: Apache-2.0
// The linker has the signer call these functions where it calls libcrypto (--wrap): what comes out of the random generator
// is secret from then on, and so is, by itself, all that is computed of it. Not secret are: a public point, a signature, and
// of each call whether it did its work.
#include "Secrecy.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <valgrind/memcheck.h>

static size_t counts[SecrecyPlaceCount];

size_t SecrecyCount(enum SecrecyPlace place) { return counts[place]; }

int SecrecyIsWatched(void) { return RUNNING_ON_VALGRIND != 0; }

static size_t countSecret(const void *bytes, size_t count) {
    size_t secret = 0;
    for (size_t index = 0; index < count; index++) {
        unsigned char bits = 0;
        if (VALGRIND_GET_VBITS((const char *)bytes + index, &bits, 1) == 1) secret += bits != 0;
        (void)VALGRIND_MAKE_MEM_DEFINED(&bits, 1);
    }
    return secret;
}

int SecrecyIsIn(const void *bytes, size_t count) { return countSecret(bytes, count) != 0; }

void SecrecyBegin(void *bytes, size_t count) { (void)VALGRIND_MAKE_MEM_UNDEFINED(bytes, count); }

void SecrecyEnd(void *bytes, size_t count) { (void)VALGRIND_MAKE_MEM_DEFINED(bytes, count); }

static void note(enum SecrecyPlace place, const void *bytes, size_t count) {
    if (bytes != 0) counts[place] += countSecret(bytes, count);
}

/// A result that says whether a call did its work.
static int declassified(int result) {
    (void)VALGRIND_MAKE_MEM_DEFINED(&result, sizeof result);
    return result;
}

#define WRAPPED(result, name, ...) \
    result __real_##name(__VA_ARGS__); \
    result __wrap_##name(__VA_ARGS__); \
    result __wrap_##name(__VA_ARGS__)

WRAPPED(int, RAND_priv_bytes, unsigned char *bytes, int count) {
    int result = __real_RAND_priv_bytes(bytes, count);
    SecrecyBegin(bytes, count);
    return declassified(result);
}

WRAPPED(BIGNUM *, BN_bin2bn, const unsigned char *bytes, int count, BIGNUM *number) {
    note(SecrecyImport, bytes, count);
    return __real_BN_bin2bn(bytes, count, number);
}

// Whether a scalar is one is told to whoever sent it.
WRAPPED(int, BN_is_zero, const BIGNUM *number) { return declassified(__real_BN_is_zero(number)); }

WRAPPED(int, BN_cmp, const BIGNUM *one, const BIGNUM *other) { return declassified(__real_BN_cmp(one, other)); }

WRAPPED(int, EC_POINT_mul, const EC_GROUP *group, EC_POINT *result, const BIGNUM *scalar, const EC_POINT *point,
        const BIGNUM *factor, BN_CTX *context) {
    return declassified(__real_EC_POINT_mul(group, result, scalar, point, factor, context));
}

WRAPPED(size_t, EC_POINT_point2oct, const EC_GROUP *group, const EC_POINT *point, point_conversion_form_t form,
        unsigned char *bytes, size_t count, BN_CTX *context) {
    size_t written = __real_EC_POINT_point2oct(group, point, form, bytes, count, context);
    SecrecyEnd(bytes, count);
    SecrecyEnd(&written, sizeof written);
    return written;
}

WRAPPED(OSSL_PARAM, OSSL_PARAM_construct_BN, const char *name, unsigned char *bytes, size_t count) {
    note(SecrecyKey, bytes, count);
    return __real_OSSL_PARAM_construct_BN(name, bytes, count);
}

WRAPPED(int, EVP_PKEY_fromdata, EVP_PKEY_CTX *context, EVP_PKEY **key, int selection, OSSL_PARAM parameters[]) {
    return declassified(__real_EVP_PKEY_fromdata(context, key, selection, parameters));
}

WRAPPED(int, EVP_PKEY_derive, EVP_PKEY_CTX *context, unsigned char *bytes, size_t *count) {
    int result = __real_EVP_PKEY_derive(context, bytes, count);
    SecrecyEnd(count, sizeof *count);
    note(SecrecyShared, bytes, *count);
    return declassified(result);
}

WRAPPED(int, EVP_MAC_init, EVP_MAC_CTX *context, const unsigned char *key, size_t count, const OSSL_PARAM parameters[]) {
    note(SecrecyMACKey, key, count);
    return declassified(__real_EVP_MAC_init(context, key, count, parameters));
}

WRAPPED(int, EVP_MAC_update, EVP_MAC_CTX *context, const unsigned char *bytes, size_t count) {
    note(SecrecyMACInput, bytes, count);
    return declassified(__real_EVP_MAC_update(context, bytes, count));
}

WRAPPED(int, EVP_DecryptInit_ex2, EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher, const unsigned char *key,
        const unsigned char *nonce, const OSSL_PARAM parameters[]) {
    note(SecrecyAEADKey, key, 32);
    return declassified(__real_EVP_DecryptInit_ex2(context, cipher, key, nonce, parameters));
}

WRAPPED(int, EVP_DecryptUpdate, EVP_CIPHER_CTX *context, unsigned char *output, int *count, const unsigned char *input,
        int inputCount) {
    int result = __real_EVP_DecryptUpdate(context, output, count, input, inputCount);
    if (output != 0) note(SecrecyPlaintext, output, inputCount);
    return declassified(result);
}

// Whether the tag holds is told to whoever sent the bundle.
WRAPPED(int, EVP_DecryptFinal_ex, EVP_CIPHER_CTX *context, unsigned char *output, int *count) {
    return declassified(__real_EVP_DecryptFinal_ex(context, output, count));
}

WRAPPED(int, EVP_PKEY_sign, EVP_PKEY_CTX *context, unsigned char *signature, size_t *count, const unsigned char *digest,
        size_t digestCount) {
    int result = __real_EVP_PKEY_sign(context, signature, count, digest, digestCount);
    SecrecyEnd(count, sizeof *count);
    note(SecrecySignature, signature, *count);
    SecrecyEnd(signature, *count);
    return declassified(result);
}

WRAPPED(int, EVP_DigestUpdate, EVP_MD_CTX *context, const void *bytes, size_t count) {
    note(SecrecyKept, bytes, count);
    return declassified(__real_EVP_DigestUpdate(context, bytes, count));
}

WRAPPED(int, CRYPTO_memcmp, const void *one, const void *other, size_t count) {
    return declassified(__real_CRYPTO_memcmp(one, other, count));
}
