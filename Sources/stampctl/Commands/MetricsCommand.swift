// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import StampClient

struct MetricsCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Print the frame's counters as Prometheus text.",
        discussion: """
            For node_exporter's textfile collector, from a timer:

              stampctl metrics > stampd.prom.new && mv stampd.prom.new stampd.prom
            """
    )

    @OptionGroup var frame: FrameOptions

    /// The output is Prometheus's text with and without --json.
    var output: OutputOptions { get throws { try OutputOptions.parse([]) } }

    func perform() async throws {
        let status = try await frame.stampClient.getStatus()
        // A user who may not use the control socket, and a frame without rules, still give the rest.
        let sets = try? await frame.controlClient.getRules()
        try StandardOutput.write(Data(status.makePrometheusText(sets ?? []).utf8))
    }
}
