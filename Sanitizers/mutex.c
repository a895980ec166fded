// SPDX-License-Identifier: Apache-2.0
// Preloaded into a process under Thread Sanitizer: tells it of what Synchronization.Mutex orders where two threads want it at
// once. Where only one does, the compiler puts atomics in place that the sanitizer sees; the functions that wait are of the
// toolchain's library, which it does not look into, and without this each protected value would be a race.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lockSlowly(uint32_t thread, SELF void *mutex) __asm__(LOCK);
SWIFT uint8_t tryToLockSlowly(SELF void *mutex) __asm__(TRY_LOCK);
SWIFT void unlockSlowly(SELF void *mutex) __asm__(UNLOCK);

SWIFT void lockSlowly(uint32_t thread, SELF void *mutex) {
    ((SWIFT void (*)(uint32_t, SELF void *))dlsym(RTLD_NEXT, LOCK))(thread, mutex);
    if (__tsan_acquire != 0) __tsan_acquire(mutex);
}

SWIFT uint8_t tryToLockSlowly(SELF void *mutex) {
    uint8_t isLocked = ((SWIFT uint8_t (*)(SELF void *))dlsym(RTLD_NEXT, TRY_LOCK))(mutex);
    if ((isLocked & 1) != 0 && __tsan_acquire != 0) __tsan_acquire(mutex);
    return isLocked;
}

SWIFT void unlockSlowly(SELF void *mutex) {
    if (__tsan_release != 0) __tsan_release(mutex);
    ((SWIFT void (*)(SELF void *))dlsym(RTLD_NEXT, UNLOCK))(mutex);
}
