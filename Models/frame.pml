/* SPDX-License-Identifier: Apache-2.0
 *
 * One frame: its embedded key, the sessions of two names, its lock, its deadlines, what is kept of it while the process is
 * replaced, and one stamp that waits for a confirmation. Keys 1 and 2 come in bundles; key 3 is made inside, once, for name
 * 0. Calls have the names of the code in Sources/SignerCore/Frame. Each is a change, its saving and its answer, and the
 * process may die in between: what was not saved never was.
 *
 * What must never happen is asserted. What callers were told is in variables that begin with "said"; nothing depends on them
 * but assertions. Lines that are printed tell a test of the code the way (FramePathTests.swift): it asks for a longer time
 * (END), longer sessions (MAXIMUM) and fewer ends (RARE).
 */

#ifndef RARE
#define RARE 1 /* what ends something may come at each so manieth call */
#endif

#define NAMES 2
#ifndef END
#define END 4 /* time goes from 1 to here */
#endif
#ifndef MAXIMUM
#define MAXIMUM 2 /* the longest session that may be asked for */
#endif
#define GENERATED 3

typedef Held {
    bit locked;
    byte embeddedEnd; /* 0: no embedded key */
    byte key[NAMES]; /* 0: no session */
    byte deadline[NAMES];
    bit expired[NAMES]; /* the name answers "expired" */
    byte remembered[GENERATED]; /* deadlines of keys 1 and 2; 0: none */
    byte pendingEnd; /* until when key 3 waits; 0: it does not */
    bit open[NAMES] /* whose start was told, and not yet their end */
}

Held frame, kept, blank;
byte now = 1;
bit isMade;
bit isThisBoot = 1; /* what is kept was written in it */

/* The stamp that waits; 0: none. */
byte waitingKey, waitingName, waitingEnd;
bit isAllowed;

bit saidStarted[NAMES], saidLocked;
byte saidLimit[GENERATED]; /* the deadline that the key has as long as the embedded key lives */
hidden byte forgets[GENERATED]; /* once that is saved, the limit is gone */

/* The call that is under way. */
hidden byte n, k, seconds, answer, deadline;
hidden byte calls;
/* With its answer the caller knows that the name's session has ended, that the frame is locked. */
hidden byte tellsEnd[NAMES], tellsLock;

/* Answers. */
#define DONE 1
#define LOCKED 2
#define NO_SESSION 3
#define SESSION_EXPIRED 4
#define NO_EMBEDDED_KEY 5
#define UNKNOWN_SESSION_KEY 6
#define missing(n) (frame.expired[n] -> SESSION_EXPIRED : NO_SESSION)

inline copyName(from, to, n) {
    to.key[n] = from.key[n]; to.deadline[n] = from.deadline[n]; to.expired[n] = from.expired[n]; to.open[n] = from.open[n]
}

inline copy(from, to) {
    to.locked = from.locked; to.embeddedEnd = from.embeddedEnd; to.pendingEnd = from.pendingEnd;
    copyName(from, to, 0); copyName(from, to, 1);
    to.remembered[1] = from.remembered[1]; to.remembered[2] = from.remembered[2]
}

/* The events of a session: its start once, then its end once. */
inline started(n) { assert(!frame.open[n]); frame.open[n] = 1; saidStarted[n] = 1 }
inline ended(n) { assert(frame.open[n]); frame.open[n] = 0; frame.key[n] = 0; frame.deadline[n] = 0 }

inline expireSession(n) {
    if
    :: frame.key[n] && now >= frame.deadline[n] -> ended(n); frame.expired[n] = 1
    :: else
    fi
}

#define lives(n, k) (frame.key[n] == k && frame.embeddedEnd < frame.deadline[n])

inline forget(k) {
    if
    :: lives(0, k) || lives(1, k)
    :: else -> frame.remembered[k] = 0; forgets[k] = 1
    fi
}

/* At the beginning of each call: ends what is past its time. */
inline advance() {
    if :: frame.pendingEnd && now >= frame.pendingEnd -> frame.pendingEnd = 0 :: else fi;
    if :: frame.embeddedEnd && now >= frame.embeddedEnd -> forget(1); forget(2); frame.embeddedEnd = 0 :: else fi;
    expireSession(0); expireSession(1)
}

inline start(n, k) {
    if :: frame.key[n] -> ended(n) :: else fi;
    frame.key[n] = k; frame.deadline[n] = deadline; frame.expired[n] = 0;
    started(n)
}

inline stopWaiting() { waitingKey = 0; waitingName = 0; waitingEnd = 0; isAllowed = 0 }

/* What holds whenever a stamp leaves the frame. */
inline stamped(n) {
    assert(now < frame.deadline[n]);
    assert(saidStarted[n]);
    assert(!saidLocked);
    assert(frame.key[n] == GENERATED || !saidLimit[frame.key[n]] || now < saidLimit[frame.key[n]])
}

inline stampingSession(n) { if :: frame.locked -> answer = LOCKED :: !frame.locked && !frame.key[n] -> answer = missing(n) :: else fi }

inline reset() {
    if :: frame.key[0] -> ended(0) :: else fi;
    if :: frame.key[1] -> ended(1) :: else fi;
    frame.expired[0] = 0; frame.expired[1] = 0;
    frame.embeddedEnd = 0; frame.pendingEnd = 0; frame.remembered[1] = 0; frame.remembered[2] = 0;
    forgets[1] = 1; forgets[2] = 1; tellsEnd[0] = 1; tellsEnd[1] = 1;
    assert(!frame.embeddedEnd && !frame.pendingEnd && !frame.key[0] && !frame.key[1])
}

inline injectCredentialBundle() {
    if
    :: frame.locked -> answer = LOCKED
    :: !frame.locked && !frame.embeddedEnd -> answer = NO_EMBEDDED_KEY
    :: !frame.locked && frame.embeddedEnd && frame.remembered[k] && now >= frame.remembered[k] -> answer = SESSION_EXPIRED
    :: else ->
        deadline = now + seconds;
        if :: frame.remembered[k] && frame.remembered[k] < deadline -> deadline = frame.remembered[k] :: else fi;
        frame.remembered[k] = deadline;
        if :: frame.key[0] == k -> frame.deadline[0] = deadline :: else fi;
        if :: frame.key[1] == k -> frame.deadline[1] = deadline :: else fi;
        start(n, k)
    fi
}

inline activateSession() {
    if
    :: frame.locked -> answer = LOCKED
    :: !frame.locked && !frame.pendingEnd -> answer = UNKNOWN_SESSION_KEY
    :: else -> frame.pendingEnd = 0; deadline = now + seconds; start(0, GENERATED)
    fi
}

/* A yes was said: what may stamp is asked again, whatever happened since. */
inline conclude() {
    if
    :: !frame.locked && frame.key[waitingName] == waitingKey -> stamped(waitingName)
    :: else -> answer = NO_SESSION
    fi;
    stopWaiting()
}

/* After each call: no stamp waits that would not be made any more. */
inline endUnstampable() {
    if
    :: waitingKey && (frame.locked || frame.key[waitingName] != waitingKey || (!isAllowed && now >= waitingEnd)) -> stopWaiting()
    :: else
    fi
}

inline aName() { if :: n = 0 :: n = 1 fi }
inline aKey() { if :: k = 1 :: k = 2 fi }
inline aTime() { if :: seconds = 1 :: seconds = MAXIMUM fi }

inline call() {
    n = 0; k = 0; seconds = 0; answer = DONE; forgets[1] = 0; forgets[2] = 0;
    tellsEnd[0] = 0; tellsEnd[1] = 0; tellsLock = 0;
    calls = (calls + 1) % (RARE * RARE);
    advance();
    if
    :: now < END -> printf("pass 0 0 0\n"); now++
    :: !frame.embeddedEnd -> aTime(); printf("initEmbeddedKey 0 0 %d\n", seconds + 1);
        frame.embeddedEnd = now + seconds + 1
    :: calls % RARE == 0 -> printf("reset 0 0 0\n"); reset()
    :: true -> aName(); aKey(); aTime(); printf("injectCredentialBundle %d %d %d\n", n, k, seconds);
        injectCredentialBundle()
    :: !isMade -> printf("createSessionKey 0 3 0\n");
        if :: frame.locked -> answer = LOCKED :: else -> isMade = 1; frame.pendingEnd = now + MAXIMUM fi
    :: isMade && calls % RARE == 0 -> printf("dropSessionKey 0 3 0\n"); frame.pendingEnd = 0
    :: isMade -> aTime(); printf("activateSession 0 3 %d\n", seconds); activateSession()
    :: calls % RARE == 0 -> aName(); printf("endSession %d 0 0\n", n);
        if :: frame.key[n] -> tellsEnd[n] = 1; ended(n) :: else -> answer = missing(n) fi
    :: calls % RARE == 0 -> aKey(); printf("reportRejected 0 %d 0\n", k);
        tellsEnd[0] = frame.key[0] == k; tellsEnd[1] = frame.key[1] == k;
        if :: frame.key[0] == k -> ended(0) :: else fi;
        if :: frame.key[1] == k -> ended(1) :: else fi
    :: calls % RARE == 0 -> printf("lock 0 0 0\n"); tellsLock = 1; frame.locked = 1
    :: true -> printf("unlock 0 0 0\n"); frame.locked = 0; saidLocked = 0
    :: true -> aName(); printf("stamp %d 0 0\n", n); stampingSession(n);
        if :: answer == DONE -> stamped(n) :: else fi
    :: !waitingKey -> aName(); aTime(); printf("ask %d 0 %d\n", n, seconds); stampingSession(n);
        if :: answer == DONE -> waitingName = n; waitingKey = frame.key[n]; waitingEnd = now + seconds :: else fi
    :: waitingKey && !isAllowed && now < waitingEnd -> printf("confirm %d %d 0\n", waitingName, waitingKey); isAllowed = 1
    :: waitingKey && isAllowed -> printf("conclude %d %d 0\n", waitingName, waitingKey); conclude()
    fi;
    endUnstampable()
}

inline tell(n) { if :: tellsEnd[n] || !frame.key[n] -> saidStarted[n] = 0 :: else fi }

inline tellLimit(k) {
    if
    :: !saidLimit[k] && frame.key[0] == k -> saidLimit[k] = frame.deadline[0]
    :: !saidLimit[k] && frame.key[0] != k && frame.key[1] == k -> saidLimit[k] = frame.deadline[1]
    :: else
    fi
}

inline writeState() {
    copy(frame, kept);
    if :: forgets[1] -> saidLimit[1] = 0 :: else fi;
    if :: forgets[2] -> saidLimit[2] = 0 :: else fi;
    printf("writeState 0 0 0\n")
}

inline reply() {
    tell(0); tell(1); tellLimit(1); tellLimit(2);
    saidLocked = saidLocked || tellsLock;
    assert(frame.open[0] == (frame.key[0] != 0) && frame.open[1] == (frame.key[1] != 0));
    printf("answer %d %d %d %d %d %d %d %d %d %d %d %d\n", answer, frame.locked, frame.embeddedEnd, frame.key[0], frame.deadline[0],
        frame.expired[0], frame.key[1], frame.deadline[1], frame.expired[1], frame.remembered[1], frame.remembered[2],
        frame.pendingEnd)
}

/* Another process begins, in this boot or in the next. */
inline readState() {
    stopWaiting();
    if
    :: isThisBoot -> copy(kept, frame); printf("restart 0 0 0\n")
    :: else -> copy(blank, frame); copy(blank, kept); isThisBoot = 1; printf("reboot 0 0 0\n")
    fi
}

inline stopMachine() {
    isThisBoot = 0;
    saidStarted[0] = 0; saidStarted[1] = 0; saidLocked = 0; saidLimit[1] = 0; saidLimit[2] = 0
}

active proctype machine() {
    do
    :: atomic { call(); writeState(); reply() }
    :: atomic { calls % RARE == 0 -> call(); writeState(); readState() }
    :: atomic { calls % RARE == 0 -> readState() }
    :: atomic { calls % (RARE * RARE) == 0 -> stopMachine(); readState() }
    od
}
