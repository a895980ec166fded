// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// For whom the results are.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object a line.")
    var json = false
}
