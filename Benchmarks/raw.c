// SPDX-License-Identifier: Apache-2.0
// raw COUNT: microseconds of CPU for each SHA-256 of 300 bytes with its ECDSA P-256 signature, and nothing else.
#include <openssl/crypto.h>
#include <string.h>
#include <time.h>

#include "sign.h"

enum { payload_bytes = 300, warm_up_count = 500 };

static double cpu_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int argc, char **argv) {
    long count = argc == 2 ? atol(argv[1]) : 0;
    if (count < 1) return fprintf(stderr, "usage: raw COUNT\n"), 64;
    struct signer signer;
    unsigned char payload[payload_bytes], der[max_der_bytes];
    memset(payload, 'p', sizeof payload);
    make_signer(&signer);
    for (int i = 0; i < warm_up_count; i++) sign(&signer, payload, sizeof payload, der);
    double start = cpu_microseconds();
    for (long i = 0; i < count; i++) sign(&signer, payload, sizeof payload, der);
    double spent = (cpu_microseconds() - start) / (double)count;
    printf("{\"cpuMicroseconds\": %.3f, \"library\": \"%s\"}\n", spent, OpenSSL_version(OPENSSL_VERSION));
}
