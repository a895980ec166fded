// SPDX-License-Identifier: Apache-2.0
// Preloaded into a frame or client: counts its allocations, closes, reads or writes, and has one of them fail. The page that
// FAULTS_PAGE names tells which, and is told how many there were and what is still in the secure heap.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NobodysKind, LibcryptoKind, ProcessKind, CloseKind, ReadKind, WriteKind };

/// Eight bytes each, in the machine's order.
static struct Page {
    uint64_t kind;
    uint64_t fails; // The number of the allocation that fails, from 1; 0 for none.
    uint64_t count;
    uint64_t secureByteCount;
} nobodys, *page = &nobodys;

__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("FAULTS_PAGE"), O_RDWR | O_CLOEXEC);
    void *found = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (found == MAP_FAILED) abort();
    page = found;
}

static int fails(uint64_t kind) {
    if (page->kind != kind) return 0;
    uint64_t number = __atomic_add_fetch(&page->count, 1, __ATOMIC_RELAXED);
    if (number != page->fails) return 0;
    errno = ENOMEM;
    return 1;
}

// libcrypto's ordinary heap, by the functions that the frame gives it: they are asked for more than there is, and find
// that there is none.

static CRYPTO_malloc_fn allocateReally;
static CRYPTO_realloc_fn reallocateReally;

static void *allocate(size_t count, const char *file, int line) {
    return allocateReally(fails(LibcryptoKind) ? SIZE_MAX : count, file, line);
}

static void *reallocate(void *memory, size_t count, const char *file, int line) {
    return reallocateReally(memory, count != 0 && fails(LibcryptoKind) ? SIZE_MAX : count, file, line);
}

int CRYPTO_set_mem_functions(CRYPTO_malloc_fn allocates, CRYPTO_realloc_fn reallocates, CRYPTO_free_fn frees) {
    int (*real)(CRYPTO_malloc_fn, CRYPTO_realloc_fn, CRYPTO_free_fn) = dlsym(RTLD_NEXT, "CRYPTO_set_mem_functions");
    allocateReally = allocates, reallocateReally = reallocates;
    return real(allocate, reallocate, frees);
}

// Its secure heap.

static void tellSecure(void) { page->secureByteCount = CRYPTO_secure_used(); }

#define SECURE_ALLOCATION(name) \
    void *name(size_t count, const char *file, int line) { \
        if (fails(LibcryptoKind)) return NULL; \
        void *memory = ((CRYPTO_malloc_fn)dlsym(RTLD_NEXT, #name))(count, file, line); \
        tellSecure(); \
        return memory; \
    }

SECURE_ALLOCATION(CRYPTO_secure_malloc)
SECURE_ALLOCATION(CRYPTO_secure_zalloc)

void CRYPTO_secure_free(void *memory, const char *file, int line) {
    ((CRYPTO_free_fn)dlsym(RTLD_NEXT, "CRYPTO_secure_free"))(memory, file, line);
    tellSecure();
}

void CRYPTO_secure_clear_free(void *memory, size_t count, const char *file, int line) {
    ((void (*)(void *, size_t, const char *, int))dlsym(RTLD_NEXT, "CRYPTO_secure_clear_free"))(memory, count, file, line);
    tellSecure();
}

// The process's heap: Swift's, libcrypto's, libsystemd's and the C library's.

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

void *malloc(size_t count) { return fails(ProcessKind) ? NULL : __libc_malloc(count); }

void *calloc(size_t count, size_t size) { return fails(ProcessKind) ? NULL : __libc_calloc(count, size); }

void *realloc(void *memory, size_t count) {
    return count != 0 && fails(ProcessKind) ? NULL : __libc_realloc(memory, count);
}

void *aligned_alloc(size_t alignment, size_t count) {
    return fails(ProcessKind) ? NULL : __libc_memalign(alignment, count);
}

int posix_memalign(void **memory, size_t alignment, size_t count) {
    if (fails(ProcessKind)) return ENOMEM;
    *memory = __libc_memalign(alignment, count);
    return *memory == NULL ? ENOMEM : 0;
}

/// As the kernel does it: the descriptor is gone all the same (close(2)).
int close(int descriptor) {
    static int (*real)(int);
    if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "close");
    int result = real(descriptor);
    if (!fails(CloseKind)) return result;
    errno = EIO;
    return -1;
}

/// Whether a thread wakes another by this descriptor (eventfd(2), timerfd_create(2)): there nothing fails in any kernel, and
/// a program whose wake-up is lost waits for ever.
static int wakes(int descriptor) {
    char path[32], name[16] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return readlink(path, name, sizeof name - 1) > 0 && strncmp(name, "anon_inode:", 11) == 0;
}

static int failsAt(int descriptor, uint64_t kind) {
    if (page->kind != kind || wakes(descriptor) || !fails(kind)) return 0;
    errno = EIO;
    return 1;
}

ssize_t read(int descriptor, void *bytes, size_t count) {
    static ssize_t (*real)(int, void *, size_t);
    if (real == NULL) real = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    return failsAt(descriptor, ReadKind) ? -1 : real(descriptor, bytes, count);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    if (real == NULL) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    return failsAt(descriptor, WriteKind) ? -1 : real(descriptor, bytes, count);
}
