// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Varlink

/// What holds a client of version 0.1.0 to a frame of this one: its interface is part of ours.
@Suite("The interfaces of version 0.1.0 are part of these") struct UpgradeTests {
    private static let former: InterfaceText = {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/0.1.0")
        let texts = ["io.stampd.Stamper", "io.stampd.Control"].map { name in
            (try? String(contentsOf: directory.appending(path: "\(name).varlink"), encoding: .utf8)) ?? ""
        }
        return InterfaceText(reading: texts)
    }()

    @Test("each method is there, and takes what it took, in that order") func methods() {
        #expect(Self.former.methods.count == 15)
        for (name, parameters) in Self.former.methods {
            let known = InterfaceText.all.methods[name]
            #expect(known.map { Array($0.prefix(parameters.count)) } == parameters, "\(name)")
        }
    }

    @Test("each error is there, and says what it said") func errors() {
        #expect(Self.former.errors.count == 11)
        for (name, fields) in Self.former.errors {
            #expect(Set(fields).isSubset(of: InterfaceText.all.errors[name] ?? []), "\(name)")
        }
    }

    @Test("each word of an enumeration is there") func enumerations() {
        #expect(Self.former.enumerations.count == 4)
        for (name, words) in Self.former.enumerations {
            #expect(Set(words).isSubset(of: InterfaceText.all.enumerations[name] ?? []), "\(name)")
        }
    }
}
