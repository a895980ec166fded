// SPDX-License-Identifier: Apache-2.0
@testable import stampd

extension Payer {
    static let untold = Payer(account: .untold)
    static func user(_ uid: UInt32) -> Payer { Payer(account: .user(uid)) }
    static func owner(_ name: String) -> Payer { Payer(account: .owner(name)) }
}
