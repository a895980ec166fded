// SPDX-License-Identifier: Apache-2.0

/// The parameters of one call, read by name. It lends the message's bytes.
///
/// A parameter that is null counts as absent. Whatever is wrong with one is `.invalidParameter` with its name: absent
/// but required, of another type, too long, or not to be read as an Int64.
package struct Parameters: ~Escapable {
    private let tokens: ParameterTokens
    private let reader: JSONReader

    @_lifetime(copy reader)
    init(_ tokens: ParameterTokens, in reader: JSONReader) {
        self.tokens = tokens
        self.reader = reader
    }

    func refuseUnknown(_ names: [ParameterName]) throws(ErrorReply) {
        for index in 0..<tokens.count {
            let name = tokens[index].name
            guard !names.contains(where: { reader.equals(name, $0.rawValue) }) else { continue }
            throw .invalidParameter(parameter: reader.echo(name))
        }
    }

    /// Appends a required string's UTF-8 bytes to `buffer`: one copy, no allocation but the buffer's growth.
    package func string(
        _ name: ParameterName,
        into buffer: inout [UInt8],
        maximumByteCount: Int = .max
    ) throws(ErrorReply) {
        guard try optionalString(name, into: &buffer, maximumByteCount: maximumByteCount) else {
            throw .invalidParameter(name)
        }
    }

    /// Appends an optional string's UTF-8 bytes to `buffer`.
    ///
    /// - Returns: Whether there was one; an empty string is one.
    package func optionalString(
        _ name: ParameterName,
        into buffer: inout [UInt8],
        maximumByteCount: Int = .max
    ) throws(ErrorReply) -> Bool {
        guard let token = find(name) else { return false }
        do throws(JSONError) {
            try reader.append(token, to: &buffer, maximumByteCount: maximumByteCount)
            return true
        } catch {
            throw .invalidParameter(name)
        }
    }

    /// A required string.
    package func text(_ name: ParameterName, maximumByteCount: Int) throws(ErrorReply) -> String {
        guard let text = try optionalText(name, maximumByteCount: maximumByteCount) else {
            throw .invalidParameter(name)
        }
        return text
    }

    /// An optional string; nil where absent.
    package func optionalText(_ name: ParameterName, maximumByteCount: Int) throws(ErrorReply) -> String? {
        guard let token = find(name) else { return nil }
        do throws(JSONError) {
            return try reader.text(token, maximumByteCount: maximumByteCount)
        } catch {
            throw .invalidParameter(name)
        }
    }

    /// An optional integer; nil where absent.
    package func optionalInt(_ name: ParameterName) throws(ErrorReply) -> Int64? {
        guard let token = find(name) else { return nil }
        do throws(JSONError) { return try reader.int(token) } catch { throw .invalidParameter(name) }
    }

    /// A required integer.
    package func int(_ name: ParameterName) throws(ErrorReply) -> Int64 {
        guard let number = try optionalInt(name) else { throw .invalidParameter(name) }
        return number
    }

    /// A required flag.
    package func bool(_ name: ParameterName) throws(ErrorReply) -> Bool {
        guard let token = find(name) else { throw .invalidParameter(name) }
        do throws(JSONError) { return try reader.bool(token) } catch { throw .invalidParameter(name) }
    }

    /// An optional array of integers; nil where absent.
    package func optionalInts(_ name: ParameterName, maximumCount: Int) throws(ErrorReply) -> [Int64]? {
        guard let token = find(name) else { return nil }
        var numbers: [Int64] = []
        do throws(JSONError) {
            var elements = reader
            elements.offset = token.start
            var array = try elements.beginArray()
            while try elements.nextElement(in: &array) {
                guard numbers.count < maximumCount else { throw elements.error(.overBudget) }
                numbers.append(try elements.int(elements.value()))
            }
        } catch { throw .invalidParameter(name) }
        return numbers
    }

    /// The parameter's value; nil where it is absent or null.
    private func find(_ name: ParameterName) -> JSONToken? {
        for index in 0..<tokens.count where reader.equals(tokens[index].name, name.rawValue) {
            let value = tokens[index].value
            return value.kind == .null ? nil : value
        }
        return nil
    }
}
