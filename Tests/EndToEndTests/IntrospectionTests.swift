// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("introspection", .serialized, .timeLimit(.minutes(15)))
struct IntrospectionTests {
    @Test("GetInfo lists what the socket serves, and nothing else is answered there")
    func info() async throws {
        try await withFrame { frame in
            let stamp = try frame.stampClient()
            let control = try frame.controlClient()
            #expect(
                try stamp.call("org.varlink.service.GetInfo").parameters["interfaces"] as? [String]
                    == ["org.varlink.service", "io.stampd.Stamper"]
            )
            #expect(
                try control.call("org.varlink.service.GetInfo").parameters["interfaces"] as? [String]
                    == ["org.varlink.service", "io.stampd.Stamper", "io.stampd.Control"]
            )
            for method in ["InitEmbeddedKey", "ResetEmbeddedKey", "Lock", "EndSession", "NoSuch"] {
                let reply = try stamp.control(method)
                #expect(reply.summary == "InterfaceNotFound interface=io.stampd.Control", "\(method)")
            }
            let description = try stamp.call(
                "org.varlink.service.GetInterfaceDescription",
                ["interface": "io.stampd.Control"]
            )
            #expect(description.summary == "InterfaceNotFound interface=io.stampd.Control")
        }
    }

    @Test("GetInfo's url is the project's, as the package has it; a flag that is null is absent")
    func url() async throws {
        let control = try String(contentsOf: repository("debian/control"), encoding: .utf8)
        let homepage = try #require(control.firstMatch(of: /(?m)^Homepage: (https:\/\/\S+)$/)?.output.1)
        try await withFrame { frame in
            let client = try frame.stampClient()
            try client.write(
                Array(#"{"method":"org.varlink.service.GetInfo","more":null,"oneway":null,"upgrade":null}"#.utf8) + [0]
            )
            #expect(try client.readReply()["url"] == String(homepage))
        }
    }

    @Test(
        "the description of an interface is its file, byte for byte",
        arguments: ["io.stampd.Stamper", "io.stampd.Control"]
    )
    func description(_ interface: String) async throws {
        try await withFrame { frame in
            let reply = try frame.controlClient()
                .call("org.varlink.service.GetInterfaceDescription", ["interface": interface])
            let file = try String(contentsOf: repository("docs/reference/\(interface).varlink"), encoding: .utf8)
            #expect(reply["description"] == file)
        }
    }
}

/// A file of the repository.
/// The version of the newest entry of Debian's changelog, in the form of the programs: 0.2.0~rc1 is 0.2.0-rc1 there.
let projectVersion: String = {
    let changelog = (try? String(contentsOf: repository("debian/changelog"), encoding: .utf8)) ?? ""
    let version = changelog.split(separator: "(", maxSplits: 1).last?.prefix { $0 != ")" } ?? ""
    return String(version).replacing("~", with: "-")
}()

func repository(_ path: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent(path)
}
