// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import Fleet

@Suite("an answer of etcd's that is lost")
struct LostAnswerTests {
    /// The store of two members, of which the one that is asked first carries out a put, and goes away before it answers.
    private final class Store: Sendable {
        struct State {
            var parcel: [UInt8]?
            var revision = 7
            var isLost = false
        }

        let state: Mutex<State>

        init(_ parcel: [UInt8]?) {
            state = Mutex(State(parcel: parcel))
        }

        func answer(_ request: PlayedEtcd.Request) -> String? {
            state.withLock { state in
                guard let put = request.put else {
                    let key = "/stampd/web/parcels/f1"
                    return PlayedEtcd.range(
                        state.parcel.map { [PlayedEtcd.pair(key, $0, revision: state.revision)] } ?? []
                    )
                }
                let limits = (request.body["compare"] as? [[String: String]] ?? []).compactMap { $0["mod_revision"] }
                let limit = limits.first.flatMap { Int($0) } ?? 0
                guard (state.parcel == nil ? 0 : state.revision) < limit else { return #"{"header":{"revision":"9"}}"# }
                (state.parcel, state.revision) = (put, state.revision + 1)
                guard state.isLost else {
                    state.isLost = true
                    return nil
                }
                return #"{"header":{"revision":"9"},"succeeded":true}"#
            }
        }
    }

    @Test("does not make a parcel that was published one that was overtaken", arguments: [false, true])
    func published(replaces: Bool) async throws {
        let (envelope, cardBytes) = try Documents.makeCard(CarrierStage.first)
        let card = CarriedDocument(frame: CarrierStage.first, bytes: envelope.write(), version: "5")
        let (theirs, mine) = (try Documents.makeParcel(cardBytes, "a"), try Documents.makeParcel(cardBytes, "b"))
        let store = Store(replaces ? theirs : nil)
        let carrier = try PlayedEtcd.makeCarrier(of: [PlayedEtcd(store.answer), PlayedEtcd(store.answer)])
        #expect(try await carrier.publishParcel(mine, answering: card) { _ in true })
        #expect(store.state.withLock { $0.parcel } == mine)
        #expect(store.state.withLock { $0.isLost })
    }
}
