// SPDX-License-Identifier: Apache-2.0
// stampd's first call is the one that has libcrypto wipe what it gives back; here it must come before any suite, and
// suites run beside one another.
#include "../../Sources/COpenSSL/shim.h"
#include "CMemorySearch.h"

static int isWiping;

__attribute__((constructor)) static void wipeFreedMemory(void) { isWiping = COpenSSLWipeFreedMemory(); }

int CMemorySearchIsWiping(void) { return isWiping; }
