/* SPDX-License-Identifier: Apache-2.0
 *
 * One frame of a fleet: the card that waits, the one that was answered, the session that a parcel began, what is kept of
 * them while the process is replaced; two approvers, whom a reload takes away and brings back; and a carrier that delivers
 * any parcel that was ever signed, in any order, again and again, or never. A card and its key have one number.
 *
 * A call is a change, its record in the audit, its saving and its answer, and the process may die in between. What must
 * never happen is asserted, in these words:
 *
 * - A session begins only by the word of an approver who is named then, for the card that waits, before the parcel's end and
 *   the card's, while the frame is not locked.
 * - The key of a card begins one session at most, whatever is replayed, over restarts too.
 * - A key that was destroyed, by a reset or by the end of a process that kept nothing, begins no session and stamps nothing.
 * - No stamp leaves after the end of the parcel that its session began by, nor while the frame is known to be locked.
 * - Once a reload that took an approver away is answered, nothing begins by that approver's word; where revocation ends
 *   sessions, none of that approver's stamps.
 * - A session that anybody can see has its record in the audit.
 * - A card that was answered is never given out again.
 */

#define APPROVERS 2
#define CARDS 2
#define END 3 /* time goes from 1 to here */
#define CARD_TIME 2 /* how long a card waits */
#define LONGEST 1 /* the approver's maximum: less than a parcel may ask for */

typedef Held {
    bit locked;
    byte card; /* 0: none waits */
    byte cardEnd;
    byte answered; /* 0: none was */
    byte session; /* the card whose key stamps; 0: none */
    byte deadline;
    byte approver /* who let it begin */
}

Held frame, kept, blank;
byte now = 1;
byte made; /* cards, ever */
bit names[APPROVERS]; /* whom the configuration names: a file, which outlives every process */
bit endOnRevocation;
bit isKept; /* whether the service manager keeps state */

/* When parcels end, by approver and card; 0: not signed. The carrier has them all. */
byte ends[APPROVERS * CARDS];
#define end(a, c) ends[(a) * CARDS + (c) - 1]

/* What is known outside, on which nothing depends but assertions. Cards are numbered from 1. */
bit begun[CARDS + 1], recorded[CARDS + 1], gone[CARDS + 1];
byte cardLimit; /* the end of the last card */
bit saidLocked;

/* The call that is under way. */
hidden byte a, c, i, started, tellsLock, tellsReset;

#define knows(a) names[a]
#define waits(c) (frame.card == c)
#define wasAnswered(c) (frame.answered == c)
#define isInTime(a, c) (now < end(a, c))
#define takesParcels (!frame.locked)

inline copy(from, to) {
    to.locked = from.locked; to.card = from.card; to.cardEnd = from.cardEnd; to.answered = from.answered;
    to.session = from.session; to.deadline = from.deadline; to.approver = from.approver
}

inline endSession() { frame.session = 0; frame.deadline = 0; frame.approver = 0 }
inline dropCard() { frame.card = 0; frame.cardEnd = 0 }

/* At the beginning of each call. */
inline advance() {
    if :: frame.card && now >= frame.cardEnd -> dropCard() :: else fi;
    if :: frame.session && now >= frame.deadline -> endSession() :: else fi
}

inline getCard() {
    if
    :: !frame.card && made < CARDS -> made++; frame.card = made; frame.cardEnd = now + CARD_TIME; cardLimit = frame.cardEnd
    :: else
    fi;
    if :: frame.card -> assert(!begun[frame.card]) :: else fi
}

inline deliver() {
    if
    :: takesParcels && knows(a) && (waits(c) || wasAnswered(c)) && isInTime(a, c) && frame.card == c ->
        assert(names[a] && now < end(a, c) && c == made && now < cardLimit && !saidLocked && !begun[c] && !gone[c]);
        started = c;
        frame.session = c; frame.approver = a;
        frame.deadline = (end(a, c) < now + LONGEST -> end(a, c) : now + LONGEST);
        frame.answered = c; dropCard()
    :: else
    fi
}

inline endRevoked() {
    if :: endOnRevocation && frame.session && !names[frame.approver] -> endSession() :: else fi
}

inline reset() { dropCard(); frame.answered = 0; endSession(); tellsReset = 1 }

inline stamp() {
    if
    :: !frame.locked && frame.session ->
        assert(now < end(frame.approver, frame.session) && !saidLocked && recorded[frame.session] && !gone[frame.session]);
        assert(!endOnRevocation || names[frame.approver])
    :: else
    fi
}

inline anApprover() { if :: a = 0 :: a = 1 fi }
inline aCard() { if :: c = 1 :: c = 2 fi }

inline call() {
    started = 0; tellsLock = 0; tellsReset = 0; a = 0; c = 0;
    advance();
    if
    :: now < END -> now++
    :: true -> getCard()
    :: true -> anApprover(); aCard(); if :: end(a, c) -> deliver() :: else fi
    :: true -> stamp()
    :: true -> reset()
    :: true -> frame.locked = 1; tellsLock = 1
    :: true -> frame.locked = 0; saidLocked = 0
    :: true -> anApprover(); names[a] = !names[a]; endRevoked()
    fi
}

/* What is done, is recorded before it is kept. */
inline record() { if :: started -> recorded[started] = 1 :: else fi }

/* Every key that there ever was. */
inline destroyed() {
    i = 1;
    do
    :: i <= made -> gone[i] = 1; i++
    :: else -> break
    od;
    i = 0
}

inline writeState() {
    if :: isKept -> copy(frame, kept) :: else fi;
    if :: started -> begun[started] = 1 :: else fi;
    if :: tellsReset -> destroyed() :: else fi
}

inline reply() {
    saidLocked = saidLocked || tellsLock;
    assert(!frame.session || recorded[frame.session])
}

/* Another process begins, and reads state and configuration. */
inline readState() {
    if :: isKept -> copy(kept, frame) :: else -> copy(blank, frame); saidLocked = 0; destroyed() fi;
    endRevoked();
    if :: isKept -> copy(frame, kept) :: else fi;
    assert(!frame.session || recorded[frame.session])
}

active proctype machine() {
    if :: endOnRevocation = 1 :: true fi;
    if :: isKept = 1 :: true fi;
    names[0] = 1; names[1] = 1;
    do
    :: atomic { call(); record(); writeState(); reply() }
    :: atomic { call(); readState() }
    :: atomic { call(); record(); readState() }
    :: atomic { call(); record(); writeState(); readState() }
    /* An approver signs the answer to a card, once: one approver's parcels end sooner than the other's. */
    :: atomic { anApprover(); aCard(); if :: c <= made && !end(a, c) -> end(a, c) = now + 1 + a :: else fi; a = 0; c = 0 }
    od
}
