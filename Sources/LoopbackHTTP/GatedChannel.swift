// SPDX-License-Identifier: Apache-2.0
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Hummingbird's HTTP/1.1 channel with a `ConnectionGate` right behind its parser.
struct GatedChannel: Sendable {
    let inner: HTTP1Channel
    let settings: ConnectionSettings
    let places: ConnectionPlaces

    func setUp(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        inner.setup(channel: channel, logger: logger).flatMapThrowing { [settings, places] value in
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(ConnectionGate(settings, places), position: .after(parser))
            if let refuseHead = settings.refuseHead { try pipeline.addHandler(HeadGate(refuseHead), position: .first) }
            return value
        }
    }

    func handle(_ value: HTTP1Channel.Value, _ logger: Logger) async {
        await inner.handle(value: value, logger: logger)
    }
}
