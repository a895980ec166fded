// SPDX-License-Identifier: Apache-2.0

/// Handles the events of the card.
extension CourierMachine {
    mutating func cardIs(
        _ envelope: CardEnvelope,
        _ timeLeft: Duration,
        _ unvouched: String?,
        _ randomness: inout some RandomNumberGenerator
    ) -> [Action] {
        let isNew = envelope != card
        // The card before has ended and this one takes its place: until it is published, there is no card to answer.
        let isOverdue = looksAtEnd && envelope.hash != card?.hash
        let wasAway = !isFrameThere
        card = envelope
        asksForEvidence = false
        var actions = frameIsThere()
        if let unvouched, unvouched != evidenceLine {
            actions.append(.say("the card goes without evidence of its host: \(unvouched)"))
        }
        evidenceLine = unvouched
        actions.append(lookAgain(timeLeft, &randomness))
        if isNew { isPublished = false }
        if isOverdue {
            actions += publish()
        } else if isNew || wasAway {
            // Also the same card: it was not renewed while the frame was away.
            actions.append(.setTimer(.publication, Self.spreadOut(&randomness)))
        }
        return actions
    }

    mutating func cardIsTheSame(
        _ timeLeft: Duration,
        _ randomness: inout some RandomNumberGenerator
    ) -> [Action] {
        let wasAway = !isFrameThere
        var actions = frameIsThere()
        actions.append(lookAgain(timeLeft, &randomness))
        // The card was not renewed while the frame was away.
        if wasAway { actions.append(.setTimer(.publication, Self.spreadOut(&randomness))) }
        return actions
    }

    /// Sets the timer for the next look at the card: at its end where that is soon, since the frame makes no other before.
    private mutating func lookAgain(
        _ timeLeft: Duration,
        _ randomness: inout some RandomNumberGenerator
    ) -> Action {
        looksAtEnd = timeLeft <= Self.cardInterval
        guard looksAtEnd else { return .setTimer(.card, Self.jittered(Self.cardInterval, &randomness)) }
        // A frame whose clock differs is not asked without a pause.
        return .setTimer(.card, timeLeft > .zero ? max(timeLeft, Self.shortestLook) : .seconds(1))
    }

    private mutating func frameIsThere() -> [Action] {
        isFrameThere = true
        frameBackOff.reset()
        let lines: [Action] = frameLine == nil ? [] : [.say("the frame answers again")]
        frameLine = nil
        return lines + (deliveries.tryAgain().map { [.deliver($0)] } ?? [])
    }

    mutating func frameDidNotAnswer(
        _ reason: String,
        _ randomness: inout some RandomNumberGenerator
    ) -> [Action] {
        isFrameThere = false
        return sayOfFrame(reason) + [.setTimer(.card, frameBackOff.next(&randomness))]
    }

    mutating func publish() -> [Action] {
        guard let card, isFrameThere, publishing == nil else { return [] }
        publishing = card
        return [.publishCard(card, timeToLive: Self.timeToLive)]
    }

    mutating func cardPublished(_ randomness: inout some RandomNumberGenerator) -> [Action] {
        let isCurrent = publishing.map { $0 == card } ?? true
        publishing = nil
        guard let card else { return [] }
        publicationBackOff.reset()
        var actions: [Action] = carrierLine == nil ? [] : [.say("the carrier answers again")]
        carrierLine = nil
        isPublished = isCurrent
        actions.append(.setTimer(.publication, Self.jittered(Self.renewal, &randomness)))
        // Another card came meanwhile, and the time to publish it may have passed.
        if !isCurrent { actions += publish() }
        let place = (fleet: card.card.fleet, frame: card.card.frame)
        if watched.map({ $0 != place }) ?? true {
            watched = place
            watchBackOff.reset()
            actions.append(.watch(place.fleet, place.frame))
        }
        if !isReady {
            isReady = true
            actions.append(.beReady(place.fleet, place.frame))
        }
        return actions
    }

    mutating func cardNotPublished(
        _ fault: CarrierFault,
        _ randomness: inout some RandomNumberGenerator
    ) -> [Action] {
        publishing = nil
        return sayOfCarrier(fault) + [.setTimer(.publication, publicationBackOff.next(&randomness))]
    }

    mutating func watchEnded(
        _ fault: CarrierFault,
        _ lived: Duration,
        _ randomness: inout some RandomNumberGenerator
    ) -> [Action] {
        if lived >= Self.workingWatch { watchBackOff.reset() }
        return sayOfCarrier(fault) + [.setTimer(.watch, watchBackOff.next(&randomness))]
    }
}
