// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// The compiler's flags that `Fuzz/run` has for our targets. The libraries that they use are built without: they take most
/// of a build's time, and no claim is about them.
let instrumentation: [SwiftSetting] =
    Context.environment["STAMPD_INSTRUMENTATION"].map {
        [.unsafeFlags($0.split(separator: " ").map(String.init))]
    } ?? []

/// What every target of ours is built with.
let strict: [SwiftSetting] =
    instrumentation + [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),  // SE-0335
        .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
        .treatAllWarnings(as: .error),  // SE-0480
    ]

/// What ships besides: each use of unsafe memory is a word to search for.
let shipped: [SwiftSetting] =
    strict + [
        .strictMemorySafety()  // SE-0458
    ]

/// Libraries besides: an import is not part of the interface unless it says so.
let library: [SwiftSetting] =
    shipped + [
        .enableUpcomingFeature("InternalImportsByDefault")  // SE-0409
    ]

/// The signer besides: a span may be a getter's result (SE-0446, SE-0456).
let signer: [SwiftSetting] =
    library + [
        .enableExperimentalFeature("Lifetimes")
    ]

/// What the programs are linked with: every symbol is bound at the start, so that the table of their addresses can then be
/// made read-only with the rest (full RELRO).
let program: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now"])
]

let package = Package(
    name: "stampd",
    products: [
        .executable(name: "stampd", targets: ["stampd"]),
        .executable(name: "stampctl", targets: ["stampctl"]),
        .executable(name: "stampd-evidence", targets: ["stampd-evidence"]),
        .executable(name: "turnkey-sandbox", targets: ["turnkey-sandbox"]),
        .library(name: "StampClient", targets: ["StampClient"]),
        .library(name: "TurnkeyClient", targets: ["TurnkeyClient"]),
        .library(name: "Passkeys", targets: ["Passkeys"]),
        .library(name: "SecurityKey", targets: ["SecurityKey"]),
        .library(name: "TurnkeySandbox", targets: ["TurnkeySandbox"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
    ],
    targets: [
        // The signer: libcrypto, libsystemd and the standard library, nothing else.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "Varlink", resources: [.embedInCode("Interfaces")], swiftSettings: signer),
        .target(name: "ProcessArguments", dependencies: ["CLinux"], swiftSettings: signer),
        .target(name: "Rules", dependencies: ["Varlink"], swiftSettings: signer),
        .target(name: "SignerCore", dependencies: ["COpenSSL"], swiftSettings: signer),
        .executableTarget(
            name: "stampd",
            dependencies: ["SignerCore", "ProcessArguments", "Rules", "Varlink", "CSystemd", "CLinux"],
            swiftSettings: shipped + [.enableExperimentalFeature("Lifetimes")],
            linkerSettings: program
        ),

        // What has the host vouch for a frame's card: a process apart from the signer and from the courier.
        .executableTarget(
            name: "stampd-evidence",
            dependencies: ["CLinux", "CSystemd", "ProcessArguments", "Varlink"],
            swiftSettings: shipped + [.enableExperimentalFeature("Lifetimes")],
            linkerSettings: program
        ),

        // Its clients.
        .target(name: "Printing", swiftSettings: library),
        .target(name: "Signals", dependencies: ["CLinux"], swiftSettings: library),
        .target(name: "KernelUser", swiftSettings: library),
        .target(
            name: "StampClient",
            dependencies: [
                "KernelUser", "Printing", "Varlink",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: library
        ),
        .target(
            name: "Passkeys",
            dependencies: ["Varlink", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: library
        ),
        .target(
            name: "TurnkeyClient",
            dependencies: [
                "KernelUser", "Passkeys", "Printing", "StampClient", "Varlink",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: library
        ),
        .target(
            name: "LoopbackHTTP",
            dependencies: [
                "CLinux", "KernelUser",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: library
        ),
        .target(
            name: "LoginPage",
            dependencies: [
                "LoopbackHTTP", "Passkeys", "Printing", "StampClient",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.embedInCode("Page/passkey.html")],
            swiftSettings: library
        ),
        .target(
            name: "StampingProxy",
            dependencies: [
                "CLinux", "LoopbackHTTP", "Rules", "StampClient", "TurnkeyClient", "Varlink",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            resources: [.embedInCode("Paths/turnkey-paths.txt")],
            swiftSettings: library
        ),
        .target(
            name: "Fleet",
            dependencies: [
                "CLinux", "KernelUser", "Printing", "StampClient", "TurnkeyClient", "Varlink",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: library
        ),
        .systemLibrary(name: "CFIDO2", pkgConfig: "libfido2", providers: [.apt(["libfido2-dev"])]),
        .target(name: "SecurityKey", dependencies: ["CFIDO2", "Passkeys", "Printing"], swiftSettings: library),
        .executableTarget(
            name: "stampctl",
            dependencies: [
                "CLinux", "Fleet", "KernelUser", "LoginPage", "LoopbackHTTP", "Printing", "ProcessArguments", "Rules",
                "SecurityKey", "Signals", "StampClient", "StampingProxy", "TurnkeyClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: shipped,
            linkerSettings: program
        ),

        // The API's stand-in, and what only tests and the demo use.
        .target(
            name: "TurnkeySandbox",
            dependencies: [
                "COpenSSL", "LoopbackHTTP", "Printing",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: library
        ),
        .executableTarget(
            name: "turnkey-sandbox",
            dependencies: [
                "Printing", "ProcessArguments", "Signals", "TurnkeySandbox",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: shipped,
            linkerSettings: program
        ),
        .target(
            name: "SoftwarePasskey",
            dependencies: [
                "Passkeys",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: library
        ),
        .executableTarget(
            name: "turnkey-demo",
            dependencies: [
                "Printing", "ProcessArguments", "Signals", "SoftwarePasskey", "StampClient", "TurnkeyClient",
            ],
            swiftSettings: shipped
        ),

        // Tests: one folder a target, and the whole of it with real processes.
        .testTarget(name: "VarlinkTests", dependencies: ["Varlink"], swiftSettings: strict),
        .testTarget(name: "SignalsTests", dependencies: ["Signals"], swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Fleet", "LoginPage", "LoopbackHTTP", "Passkeys", "Rules", "SecurityKey", "SignerCore", "StampClient",
                "stampd",
                "TurnkeyClient", "TurnkeySandbox", "Varlink",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            path: "Fuzz/Targets",
            swiftSettings: strict
        ),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: strict),
        .target(name: "CMemorySearch", path: "Tests/CMemorySearch"),
        .testTarget(
            name: "RulesTests",
            dependencies: ["Rules", "Varlink"],
            exclude: ["python"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SignerCoreTests",
            dependencies: [
                "SignerCore", "CMemorySearch", "COpenSSL", "SSHSigning",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "SSHSigning",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            path: "Tests/SSHSigning",
            swiftSettings: strict
        ),
        .testTarget(
            name: "EvidenceTests",
            dependencies: ["FakeFrame", "stampd-evidence", "Varlink"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StampdTests",
            dependencies: ["Rules", "SSHSigning", "stampd", "Varlink"],
            swiftSettings: strict
        ),
        .target(name: "FakeFrame", path: "Tests/FakeFrame", swiftSettings: strict),
        .target(
            name: "ClientLiterals",
            dependencies: ["StampClient"],
            path: "Tests/ClientLiterals",
            swiftSettings: strict
        ),
        .target(name: "LoopbackPeers", path: "Tests/LoopbackPeers", swiftSettings: strict),
        .target(name: "EtcdProcess", path: "Tests/EtcdProcess", swiftSettings: strict),
        .target(name: "SSHKeys", path: "Tests/SSHKeys", swiftSettings: strict),
        .testTarget(
            name: "StampClientTests",
            dependencies: ["ClientLiterals", "FakeFrame", "KernelUser", "StampClient", "Varlink"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PasskeysTests",
            dependencies: ["Passkeys", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TurnkeyClientTests",
            dependencies: [
                "ClientLiterals", "FakeFrame", "LoopbackPeers", "Passkeys", "StampClient", "TurnkeyClient",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LoopbackHTTPTests",
            dependencies: [
                "KernelUser", "LoopbackHTTP", "LoopbackPeers",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StampingProxyTests",
            dependencies: [
                "ClientLiterals", "FakeFrame", "LoopbackHTTP", "LoopbackPeers", "StampClient", "StampingProxy",
                "TurnkeyClient",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FleetTests",
            dependencies: [
                "ClientLiterals", "EtcdProcess", "FakeFrame", "Fleet", "LoopbackHTTP", "LoopbackPeers", "SSHKeys",
                "StampClient",
                "TurnkeyClient", "Varlink",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LoginPageTests",
            dependencies: [
                "LoginPage", "LoopbackHTTP", "Passkeys", "SoftwarePasskey",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SecurityKeyTests",
            dependencies: [
                "CFIDO2", "COpenSSL", "Passkeys", "SecurityKey", "TurnkeyClient", "TurnkeySandbox",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StampctlTests",
            dependencies: [
                "ClientLiterals", "FakeFrame", "LoginPage", "LoopbackHTTP", "Passkeys", "Printing", "Rules",
                "StampClient", "stampctl", "TurnkeyClient",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TurnkeySandboxTests",
            dependencies: [
                "Passkeys", "TurnkeySandbox", "SoftwarePasskey", "TurnkeyClient",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            exclude: ["python"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "ClientLiterals", "CMemorySearch", "EtcdProcess", "Fleet", "LoginPage", "LoopbackPeers", "Passkeys",
                "SecurityKey",
                "SSHKeys",
                "SSHSigning", "StampClient", "TurnkeyClient", "TurnkeySandbox", "SoftwarePasskey",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["clients", "python", "Lab/machine"],
            swiftSettings: strict
        ),
    ]
)
