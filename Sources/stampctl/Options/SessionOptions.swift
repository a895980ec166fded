// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// Which session.
struct SessionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The session's name: 1 to 64 of a-z 0-9 . _ - (default: default).", valueName: "name"))
    var session: String?
}
