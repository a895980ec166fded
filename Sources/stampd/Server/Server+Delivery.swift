// SPDX-License-Identifier: Apache-2.0
import SignerCore

extension Server {
    /// Asks its fleet for what the configuration says, and takes the word of whom it names.
    func adoptDelivery() {
        do throws(CryptoError) { handler.adopt(try delivery(of: configuration)) } catch {
            log.write(.error, "there are no deliveries: libcrypto hashes nothing")
            handler.adopt(nil)
        }
        publishEvents()
    }

    /// Why a configuration's `delivery` is none for this frame; empty where it is, and where there is none.
    func deliveryFaults(of configuration: Configuration) -> [String] {
        guard let delivery = configuration.delivery else { return [] }
        guard identity != nil else {
            return ["delivery needs --frame-id NAME, or --machine-id and --instance, which the units give"]
        }
        return delivery.faults
    }

    private func delivery(of configuration: Configuration) throws(CryptoError) -> Delivery? {
        guard let delivery = configuration.delivery, let identity else { return nil }
        return try Delivery(delivery, frame: identity.frame())
    }
}

extension DeliveryConfiguration {
    /// What only libcrypto can tell: keys that are no points of their curve.
    var faults: [String] {
        approvers.enumerated().compactMap { index, approver in
            (try? approver.key.isOnCurve()) == true
                ? nil : "delivery: the key of approver \(index + 1) is no point of its curve"
        }
    }
}
