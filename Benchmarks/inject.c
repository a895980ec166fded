// SPDX-License-Identifier: Apache-2.0
// inject floor COUNT: microseconds of CPU for the arithmetic of one credential bundle, in a loop: ECDH, one
// multiplication of the generator, HKDF, AES-256-GCM.
// inject SOCKET PUBLIC-KEY COUNT: seals COUNT new keys to the frame's embedded key, then injects one after the other.
#define OPENSSL_SUPPRESS_DEPRECATED
#define _GNU_SOURCE
#include "client.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>

enum { secret_bytes = 32, nonce_bytes = 12, tag_bytes = 16, point_bytes = 65, warm_up_count = 100 };
enum { bundle_bytes = 33 + secret_bytes + tag_bytes, bundle_characters = 4 * bundle_bytes / 3 };

static void require(int true_or_1, const char *what) {
    if (true_or_1 != 1) fail(what);
}

/// ECDH with an uncompressed point that is known to be valid.
static void agree(EVP_PKEY *own, const unsigned char point[point_bytes], unsigned char secret[secret_bytes]) {
    size_t length = secret_bytes;
    EVP_PKEY *peer = EVP_PKEY_new();
    require(EVP_PKEY_copy_parameters(peer, own), "EVP_PKEY_copy_parameters");
    require(EVP_PKEY_set1_encoded_public_key(peer, point, point_bytes), "EVP_PKEY_set1_encoded_public_key");
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    require(EVP_PKEY_derive_init(context), "EVP_PKEY_derive_init");
    require(EVP_PKEY_derive_set_peer_ex(context, peer, 0), "EVP_PKEY_derive_set_peer_ex");
    require(EVP_PKEY_derive(context, secret, &length), "EVP_PKEY_derive");
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(peer);
}

static void read_point(EVP_PKEY *key, unsigned char point[point_bytes]) {
    size_t length = 0;
    require(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, point_bytes, &length), "public key");
    require(length == point_bytes, "an uncompressed point");
}

/// AES-256-GCM in place, the tag behind the text; whether it is authentic.
static int apply_gcm(int encrypts, const unsigned char *key, const unsigned char *nonce, const unsigned char *aad,
                     int aad_bytes, unsigned char *text) {
    int length = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    require(EVP_CipherInit_ex2(context, EVP_aes_256_gcm(), key, nonce, encrypts, NULL), "EVP_CipherInit_ex2");
    require(EVP_CipherUpdate(context, NULL, &length, aad, aad_bytes), "EVP_CipherUpdate");
    require(EVP_CipherUpdate(context, text, &length, text, secret_bytes), "EVP_CipherUpdate");
    if (!encrypts) EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_bytes, text + secret_bytes);
    int holds = EVP_CipherFinal_ex(context, text + secret_bytes, &length);
    if (encrypts) EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_bytes, text + secret_bytes);
    EVP_CIPHER_CTX_free(context);
    return holds;
}

// MARK: the floor

/// HKDF as RFC 9180 uses it: the shared secret, the key, the base nonce.
static void expand(EVP_KDF *hkdf, unsigned char *secret, unsigned char *info, unsigned char *out, size_t count) {
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(hkdf);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, secret_bytes),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, point_bytes),
        OSSL_PARAM_construct_end(),
    };
    require(EVP_KDF_derive(context, out, count, parameters), "EVP_KDF_derive");
    EVP_KDF_CTX_free(context);
}

static double cpu_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int measure_floor(long count) {
    EVP_PKEY *own = EVP_EC_gen("P-256"), *peer = EVP_EC_gen("P-256");
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = EC_POINT_new(group);
    BIGNUM *scalar = BN_new();
    EVP_KDF *hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    unsigned char info[point_bytes], secret[secret_bytes], key[secret_bytes], nonce[nonce_bytes];
    unsigned char text[secret_bytes + tag_bytes] = {0};
    require(BN_priv_rand_range(scalar, EC_GROUP_get0_order(group)), "BN_priv_rand_range");
    read_point(peer, info);
    double start = 0;
    for (long i = -warm_up_count; i < count; i++) {
        if (i == 0) start = cpu_microseconds();
        agree(own, info, secret);
        expand(hkdf, secret, info, secret, secret_bytes);
        expand(hkdf, secret, info, key, secret_bytes);
        expand(hkdf, secret, info, nonce, nonce_bytes);
        apply_gcm(0, key, nonce, info, point_bytes, text);
        require(EC_POINT_mul(group, point, scalar, NULL, NULL, NULL), "EC_POINT_mul");
    }
    printf("{\"cpuMicroseconds\": %.3f}\n", (cpu_microseconds() - start) / (double)count);
    return 0;
}

// MARK: bundles

struct bytes {
    size_t count;
    unsigned char bytes[512];
};

static void append(struct bytes *all, const void *bytes, size_t count) {
    memcpy(all->bytes + all->count, bytes, count);
    all->count += count;
}

static void hmac(const unsigned char *key, const struct bytes *message, unsigned char code[secret_bytes]) {
    require(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, secret_bytes, message->bytes, message->count, code,
                      secret_bytes, NULL) != NULL,
            "EVP_Q_mac");
}

struct suite {
    const char *bytes;
    size_t count;
};

static const struct suite kem = {"KEM\x00\x10", 5}, hpke = {"HPKE\x00\x10\x00\x01\x00\x02", 10};

static void append_label(struct bytes *message, struct suite suite, const char *label) {
    append(message, "HPKE-v1", 7);
    append(message, suite.bytes, suite.count);
    append(message, label, strlen(label));
}

/// RFC 9180 §4, LabeledExtract.
static void labeled_extract(struct suite suite, const unsigned char *salt, const char *label, const void *key,
                            size_t count, unsigned char out[secret_bytes]) {
    static const unsigned char zeros[secret_bytes];
    struct bytes message = {0};
    append_label(&message, suite, label);
    append(&message, key, count);
    hmac(salt ? salt : zeros, &message, out);
}

/// RFC 9180 §4, LabeledExpand, of 32 bytes or fewer.
static void labeled_expand(struct suite suite, const unsigned char *key, const char *label, const struct bytes *info,
                           unsigned char count, unsigned char *out) {
    struct bytes message = {0};
    unsigned char code[secret_bytes];
    append(&message, (unsigned char[]){0, count}, 2);
    append_label(&message, suite, label);
    append(&message, info->bytes, info->count);
    append(&message, "\x01", 1);
    hmac(key, &message, code);
    memcpy(out, code, count);
}

/// A new scalar, sealed as RFC 9180 seals it in base mode with info "turnkey_hpke", in base64url.
static void seal(const unsigned char point[point_bytes], char text[bundle_characters + 1]) {
    unsigned char enc[point_bytes], secret[secret_bytes], key[secret_bytes], nonce[nonce_bytes];
    unsigned char bundle[bundle_bytes], *sealed = bundle + 33, mode = 0;
    struct bytes aad = {0}, context = {0};
    EVP_PKEY *ephemeral = EVP_EC_gen("P-256");
    read_point(ephemeral, enc);
    append(&aad, enc, sizeof enc);
    append(&aad, point, point_bytes);
    agree(ephemeral, point, secret);
    labeled_extract(kem, NULL, "eae_prk", secret, sizeof secret, secret);
    labeled_expand(kem, secret, "shared_secret", &aad, secret_bytes, secret);
    append(&context, &mode, 1);
    labeled_extract(hpke, NULL, "psk_id_hash", "", 0, key);
    append(&context, key, sizeof key);
    labeled_extract(hpke, NULL, "info_hash", "turnkey_hpke", 12, key);
    append(&context, key, sizeof key);
    labeled_extract(hpke, secret, "secret", "", 0, secret);
    labeled_expand(hpke, secret, "key", &context, secret_bytes, key);
    labeled_expand(hpke, secret, "base_nonce", &context, nonce_bytes, nonce);
    bundle[0] = 2 + (enc[64] & 1);
    memcpy(bundle + 1, enc + 1, 32);
    require(RAND_bytes(sealed, secret_bytes), "RAND_bytes");
    sealed[0] &= 0x7f;  // below the group's order
    require(apply_gcm(1, key, nonce, aad.bytes, (int)aad.count, sealed), "EVP_CipherFinal_ex");
    EVP_EncodeBlock((unsigned char *)text, bundle, bundle_bytes);
    for (char *c = text; *c; c++) *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    EVP_PKEY_free(ephemeral);
}

static int inject(const char *path, const char *public_key, long count) {
    const struct protocol *varlink = protocol_named("varlink");
    unsigned char point[point_bytes];
    size_t length = 0;
    require(OPENSSL_hexstr2buf_ex(point, sizeof point, &length, public_key, 0), "the public key is hex");
    char(*bundles)[bundle_characters + 1] = calloc((size_t)count, sizeof *bundles);
    if (bundles == NULL) fail("memory");
    for (long i = 0; i < count; i++) seal(point, bundles[i]);
    static char buffer[buffer_bytes];
    char call[512];
    int fd = connect_to(path);
    if (fd < 0) fail("no frame");
    for (long i = 0; i < count; i++) {
        static const char method[] = "io.stampd.Control.InjectCredentialBundle";
        int bytes = sprintf(call, "{\"method\":\"%s\",\"parameters\":{\"bundle\":\"%s\"}}", method, bundles[i]);
        exchange(varlink, fd, call, (size_t)bytes + 1, buffer);
        if (strstr(buffer, "\"error\"") || !strstr(buffer, "\"publicKey\"")) fail(buffer);
    }
    printf("{\"injected\": %ld}\n", count);
    return 0;
}

int main(int argc, char **argv) {
    long count = argc > 2 ? atol(argv[argc - 1]) : 0;
    if (argc == 3 && count > 0 && strcmp(argv[1], "floor") == 0) return measure_floor(count);
    if (argc == 4 && count > 0) return inject(argv[1], argv[2], count);
    return fprintf(stderr, "usage: inject floor COUNT, or inject SOCKET PUBLIC-KEY COUNT\n"), 64;
}
