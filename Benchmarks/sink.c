// SPDX-License-Identifier: Apache-2.0
// sink: takes datagrams from its standard input until it is ended, one recv(2) each, as the journal does.
#include <sys/socket.h>

int main(void) {
    static char datagram[65536];
    while (recv(0, datagram, sizeof datagram, 0) >= 0) continue;
    return 1;
}
