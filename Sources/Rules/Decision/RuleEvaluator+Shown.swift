// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// A value is too long to be shown.
struct TooLong: Error {
    let at: String
}

extension RuleEvaluator {
    mutating func confirmation(of rule: Int) -> Result<Confirmation, TooLong> {
        guard let definition = set.rules[rule].confirmation else { return .failure(TooLong(at: "")) }
        do throws(TooLong) {
            var shown = [
                try show("/type", outermost.type),
                try show("/organizationId", outermost.organization),
            ]
            for entry in definition.show { shown.append(try show(entry, of: rule)) }
            return .success(
                Confirmation(
                    timeoutSeconds: definition.timeout,
                    sameAccount: definition.sameAccount,
                    shown: shown
                )
            )
        } catch { return .failure(error) }
    }

    private func show(_ at: String, _ node: Int) throws(TooLong) -> Confirmation.Shown {
        guard node != 0 else { return Confirmation.Shown(at: at, text: "") }
        guard let text = shownText(of: node) else { throw TooLong(at: at) }
        return Confirmation.Shown(at: at, text: text)
    }

    private mutating func show(_ entry: Rule.Shown, of rule: Int) throws(TooLong) -> Confirmation.Shown {
        if case .pointer(let pointer) = entry { return try show(pointer) }
        guard let name = Rule.Shown.evmNames.first(where: { $0.value == entry })?.key.string,
            let evm = set.evmCondition(of: rule)
        else { return Confirmation.Shown(at: "", text: "") }
        let node = Int(walk[set.conditions[evm].place].first)
        let text = transactions.with(node, of: payload) { Self.text(of: entry, $0, $1) }
        guard let text, text.utf8.count <= RuleLimits.maximumShownByteCount else {
            throw TooLong(at: set.definitions[evm].at.text)
        }
        return Confirmation.Shown(at: name, text: text)
    }

    private static func text(
        of entry: Rule.Shown,
        _ transaction: borrowing EVMTransaction,
        _ bytes: borrowing HexBytes
    ) -> String {
        switch entry {
        case .pointer: return ""
        case .evmValue: return "\"\(transaction.value.digits)\""
        case .evmFee: return "\"\(transaction.fee.digits)\""
        case .evmChainId: return "\"\(transaction.chainId.digits)\""
        case .evmTo:
            var text = "\"0x"
            for index in 0..<20 { text += hex(transaction.to[index]) }
            return text + "\""
        case .evmData:
            var text = "\"0x"
            // Longer data is refused because of its length, so the rest need not be written.
            for index in transaction.data.prefix(RuleLimits.maximumShownByteCount) { text += hex(bytes[index]) }
            return text + "\""
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = Array("0123456789abcdef")
        return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }

    /// Writes the value at a pointer; if `*` reaches several, all of them as an array.
    private func show(_ pointer: Pointer) throws(TooLong) -> Confirmation.Shown {
        let at = Payload.cut(Array(pointer.text.utf8))
        var writer = ShownWriter()
        if pointer.hasElements { writer.append(UInt8(ascii: "[")) }
        let found = write(pointer.parts[...], from: 0, to: &writer)
        if found == 0 { return Confirmation.Shown(at: at, text: "") }
        if pointer.hasElements { writer.append(UInt8(ascii: "]")) }
        guard let text = writer.text else { throw TooLong(at: at) }
        return Confirmation.Shown(at: at, text: text)
    }

    /// Writes the values that the parts lead to.
    ///
    /// - Returns: How many there were.
    private func write(_ parts: ArraySlice<Pointer.Part>, from node: Int, to writer: inout ShownWriter) -> Int {
        if writer.isFull { return 1 }
        guard let part = parts.first else {
            writer.separate()
            write(node, to: &writer)
            return 1
        }
        var found = 0
        let end = payload.nodes[node].next
        switch (part, payload.kind(node)) {
        case (.element, .array):
            var element = node + 1
            while element < end, !writer.isFull {
                found += write(parts.dropFirst(), from: element, to: &writer)
                element = payload.nodes[element].next
            }
        case (.name(let name), .object):
            var member = node + 1
            while member < end {
                if payload.equals(member, name.bytes) {
                    found += write(parts.dropFirst(), from: member + 1, to: &writer)
                }
                member = payload.nodes[member + 1].next
            }
        default: break
        }
        return found
    }

    private func shownText(of node: Int) -> String? {
        var writer = ShownWriter()
        write(node, to: &writer)
        return writer.text
    }

    private func write(_ node: Int, to writer: inout ShownWriter) {
        if writer.isFull { return }
        let end = payload.nodes[node].next
        switch payload.kind(node) {
        case .object:
            writer.append(UInt8(ascii: "{"))
            var member = node + 1
            while member < end, !writer.isFull {
                writer.separate()
                write(member, to: &writer)
                writer.append(UInt8(ascii: ":"))
                write(member + 1, to: &writer)
                member = payload.nodes[member + 1].next
            }
            writer.append(UInt8(ascii: "}"))
        case .array:
            writer.append(UInt8(ascii: "["))
            var element = node + 1
            while element < end, !writer.isFull {
                writer.separate()
                write(element, to: &writer)
                element = payload.nodes[element].next
            }
            writer.append(UInt8(ascii: "]"))
        case .string:
            let isWritten: Void? = payload.withText(node, maximumByteCount: RuleLimits.maximumShownByteCount) { text in
                writer.quote(text)
            }
            if isWritten == nil { writer.overflow() }
        default:
            let literal = payload.literal(node)
            if literal.count > RuleLimits.maximumShownByteCount { return writer.overflow() }
            for index in literal.indices { writer.append(literal[index]) }
        }
    }
}

/// Writes JSON text in ASCII, at most 200 bytes.
private struct ShownWriter {
    private var bytes: [UInt8] = []
    private var isOverfull = false

    var isFull: Bool { isOverfull || bytes.count > RuleLimits.maximumShownByteCount }

    var text: String? { isFull ? nil : String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func overflow() { isOverfull = true }

    /// Writes a comma between values.
    mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ":"): break
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    mutating func quote(_ text: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        for scalar in String(decoding: text.array, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"", "\\": bytes += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
            case " "..."~": append(UInt8(truncatingIfNeeded: scalar.value))
            default: for unit in String(scalar).utf16 { escape(unit) }
            }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ unit: UInt16) {
        let digits = Array("0123456789abcdef".utf8)
        bytes += Array("\\u".utf8)
        for shift in [12, 8, 4, 0] { append(digits[Int(unit >> UInt16(shift) & 15)]) }
    }
}
