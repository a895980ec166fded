// SPDX-License-Identifier: Apache-2.0
import CLinux
import SignerCore

extension Server {
    /// Reads the configuration again and applies it; if it has a fault, the old one stays in force as a whole.
    func reload(from source: ConfigurationSource) {
        guard !life.isDraining else { return }
        serviceManager.notifier?.tell(.reloading)
        do throws(ConfigurationSource.Refusal) {
            apply(try load(source))
            serviceManager.reloadFault = nil
        } catch {
            for line in error.lines { log.write(.error, "reload failed: \(line.printable(1024))") }
            serviceManager.reloadFault = error.reasons.first
        }
        serviceManager.notifier?.tell(.ready)
        noteStatusChange()
        keepTime()
        CLinuxReleaseProgramText()
    }

    /// Reads the configuration and checks that it fits this frame.
    func load(_ source: ConfigurationSource) throws(ConfigurationSource.Refusal) -> Configuration {
        let configuration = try source.load(for: listeners.map(\.socket.ruleName))
        let faults = faults(of: configuration)
        guard faults.isEmpty else { throw ConfigurationSource.Refusal(path: source.path, reasons: faults) }
        return configuration
    }

    /// Returns the reasons why a configuration that can be read does not fit this frame.
    func faults(of configuration: Configuration) -> [String] {
        missingSockets(of: configuration) + deliveryFaults(of: configuration)
    }

    /// Returns the sockets that rules name and the frame does not have. Such a rule was meant for another socket, which
    /// would otherwise be more open than intended.
    private func missingSockets(of configuration: Configuration) -> [String] {
        let names = Set(listeners.map(\.socket.ruleName))
        return configuration.authorization.sockets.keys.filter { !names.contains($0) }.sorted().map { name in
            "authorization names the socket '\(name)', which this frame does not have"
        }
    }

    /// Reads the owners of subordinate uids. Connections keep the account that they came with.
    func readSubordinateRanges() {
        if let line = admission.readRanges() { log.write(.warning, line) }
    }

    /// Limits connections to what the process has descriptors for, and logs it if that is fewer than configured.
    func adaptToDescriptors() {
        let descriptors = life.descriptorLimit
        table.limits = limits
        table.limits.maximumRefusedConnections = min(limits.maximumRefusedConnections, max(1, descriptors / 16))
        let free = descriptors - life.ownDescriptorCount - table.limits.maximumRefusedConnections
        table.maximumConnections = min(limits.maximumConnections, max(2, free / 2))
        guard table.maximumConnections < limits.maximumConnections else {
            serviceManager.shortage = nil
            return
        }
        let line = """
            \(table.maximumConnections) connections instead of \(limits.maximumConnections): the process may have \
            \(descriptors) descriptors
            """
        serviceManager.shortage = line
        log.write(.warning, line)
    }

    private func apply(_ asked: Configuration) {
        let (next, postponed) = asked.keepingUntilStart(configuration)
        let changes = configuration.changes(to: next)
        configuration = next
        handler.frame.apply(next.frameLimits)
        handler.rate.limits = next.stampLimits
        handler.maximumNesting = next.limits.maximumNesting
        handler.authorization = next.authorization
        handler.rules.adopt(next.rules, maximumDepth: next.limits.maximumNesting)
        handler.endConfirmationsOfFormerRules()
        adoptDelivery()
        audit.limits = next.auditLimits
        log.refusalRate = next.auditLimits.refusals
        readSubordinateRanges()
        adaptToDescriptors()
        for line in asked.warnings { log.write(.warning, line) }
        for line in postponed { log.write(.warning, "not before the next start: \(line)") }
        log.write(.notice, "reloaded: \(changes.isEmpty ? "nothing changed" : changes.joined(separator: ", "))")
        limitRefused()
        endUnauthorizedConnections()
        lookUpPeers()
        resumeAccepting()
    }
}

extension Configuration {
    /// Returns this configuration with `running`'s value for each setting that only a start can change, and the names
    /// of those that differ.
    fileprivate func keepingUntilStart(_ running: Configuration) -> (Configuration, postponed: [String]) {
        var next = self
        var postponed: [String] = []
        for setting in Setting.all where setting.effect == .start {
            guard let value = setting.value(in: running), value != setting.value(in: self) else { continue }
            postponed.append(setting.change(from: running, to: self))
            _ = setting.set(value, in: &next)
        }
        return (next, postponed)
    }

    fileprivate func changes(to next: Configuration) -> [String] {
        let settings = Setting.all.filter { $0.value(in: self) != $0.value(in: next) }
        let objects = [
            authorization == next.authorization ? nil : ConfigurationReader.authorization,
            rules == next.rules ? nil : ConfigurationReader.rulesMember,
            delivery == next.delivery ? nil : ConfigurationReader.deliveryMember,
        ]
        return settings.map { $0.change(from: self, to: next) } + objects.compactMap(\.self)
    }
}

extension Setting {
    fileprivate func change(from old: Configuration, to new: Configuration) -> String {
        "\(name) from \(value(in: old)?.description ?? "none") to \(value(in: new)?.description ?? "none")"
    }
}
