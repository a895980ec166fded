// SPDX-License-Identifier: Apache-2.0
import StampClient

extension Status {
    /// Makes Prometheus's text format, version 0.0.4.
    func makePrometheusText(_ sets: [RuleSetState]) -> String {
        var metrics: [Metric] = [
            Metric(
                name: "stampd_stamps_total",
                type: "counter",
                help: "Stamp calls, by what they came to.",
                samples: [
                    (#"{result="stamped"}"#, "\(stamped)"), (#"{result="denied"}"#, "\(denied)"),
                    (#"{result="failed"}"#, "\(failed)"),
                ]
            ),
            Metric("stampd_audit_lost_total", "counter", "Audit records that no journal took.", auditLost),
            Metric("stampd_sessions", "gauge", "Sessions alive.", sessions),
            Metric("stampd_connections", "gauge", "Connections open.", connections),
            Metric("stampd_locked", "gauge", "1 while the frame is locked.", locked ? 1 : 0),
            Metric("stampd_embedded_key", "gauge", "1 while it has an embedded key.", embeddedPublicKey == nil ? 0 : 1),
            Metric("stampd_uptime_seconds", "gauge", "Since the frame started.", uptimeMilliseconds / 1_000),
        ]
        if let auditSequence {
            metrics.append(
                Metric("stampd_audit_records_total", "counter", "Audit records, lost ones too.", auditSequence)
            )
        }
        if let waiting {
            metrics.append(Metric("stampd_stamps_waiting", "gauge", "Stamps that wait for a confirmation.", waiting))
        }
        if let delivered {
            metrics.append(
                Metric(
                    name: "stampd_parcels_total",
                    type: "counter",
                    help: "Parcels of a fleet's approvers, by what they came to.",
                    samples: [(#"{result="delivered"}"#, "\(delivered)")]
                        + (refusedParcels ?? []).map { (#"{result="\(label($0.reason))"}"#, "\($0.count)") }
                )
            )
        }
        if !sets.isEmpty {
            metrics.append(
                Metric(
                    name: "stampd_rule_decisions_total",
                    type: "counter",
                    help: "What the rules of a socket came to.",
                    samples: sets.flatMap(\.samples)
                )
            )
        }
        return metrics.map(\.text).joined()
    }
}

extension RuleSetState {
    fileprivate var samples: [(labels: String, value: String)] {
        [
            ("allow", allowed), ("deny", denied), ("confirm", confirmed), ("wouldDeny", wouldDeny),
            ("wouldConfirm", wouldConfirm),
        ].map { (#"{socket="\#(label(socket))",effect="\#($0)"}"#, "\($1)") }
    }
}

/// Escapes a name for a label's value, since a program that poses as a frame may send anything.
private func label(_ name: String) -> String {
    name.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#).replacing("\n", with: #"\n"#)
}

/// One metric and its samples, each with its labels.
private struct Metric {
    let name: String
    let type: String
    let help: String
    let samples: [(labels: String, value: String)]

    init(name: String, type: String, help: String, samples: [(labels: String, value: String)]) {
        (self.name, self.type, self.help, self.samples) = (name, type, help, samples)
    }

    init(_ name: String, _ type: String, _ help: String, _ value: Int) {
        self.init(name: name, type: type, help: help, samples: [("", "\(value)")])
    }

    var text: String {
        "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
            + samples.map { "\(name)\($0.labels) \($0.value)\n" }.joined()
    }
}
