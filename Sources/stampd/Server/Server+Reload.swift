// SPDX-License-Identifier: Apache-2.0
import SignerCore

extension Server {
    /// Reads the configuration again and holds to it from now on; where it is wrong, the one that holds stays whole.
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
    }

    /// What the file says, where it is about this frame.
    func load(_ source: ConfigurationSource) throws(ConfigurationSource.Refusal) -> Configuration {
        let configuration = try source.load(for: listeners.map(\.socket.ruleName))
        let missing = missingSockets(of: configuration)
        guard missing.isEmpty else { throw ConfigurationSource.Refusal(path: source.path, reasons: missing) }
        return configuration
    }

    /// A rule for a socket that is not there was meant for another one, which would be open to more than was meant.
    func missingSockets(of configuration: Configuration) -> [String] {
        let names = Set(listeners.map(\.socket.ruleName))
        return configuration.authorization.sockets.keys.filter { !names.contains($0) }.sorted().map { name in
            "authorization names the socket '\(name)', which this frame does not have"
        }
    }

    /// Reads whose subordinate uids are whose; connections keep the account that they came with.
    func readSubordinateRanges() {
        if let line = admission.readRanges() { log.write(.warning, line) }
    }

    /// Holds to as many connections as the process has descriptors for, and says so where they are fewer than configured.
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
    /// This configuration, but for what only a start changes: that stays as it is in `running`; and what that is.
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
        ]
        return settings.map { $0.change(from: self, to: next) } + objects.compactMap(\.self)
    }
}

extension Setting {
    fileprivate func change(from old: Configuration, to new: Configuration) -> String {
        "\(name) from \(value(in: old)?.description ?? "none") to \(value(in: new)?.description ?? "none")"
    }
}
