// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The options for the form of results.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object a line.")
    var json = false
}
