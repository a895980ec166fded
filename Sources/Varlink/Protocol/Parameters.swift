// SPDX-License-Identifier: Apache-2.0

/// The parameters of one call, read by name from the message's bytes, which it borrows.
///
/// A parameter that is null counts as absent. Every fault is thrown as `.invalidParameter` with the parameter's name:
/// required but absent, of another type, too long, or not an Int64.
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

    /// Appends the UTF-8 of a required string to `buffer`: one copy, and no allocation but the buffer's growth.
    ///
    /// - Throws: `.invalidParameter`, also for more than `maximumByteCount` bytes.
    package func string(
        _ name: ParameterName,
        into buffer: inout [UInt8],
        maximumByteCount: Int = .max
    ) throws(ErrorReply) {
        guard try optionalString(name, into: &buffer, maximumByteCount: maximumByteCount) else {
            throw .invalidParameter(name)
        }
    }

    /// Appends the UTF-8 of an optional string to `buffer`.
    ///
    /// - Returns: Whether the call has the parameter; an empty string counts.
    /// - Throws: `.invalidParameter`, also for more than `maximumByteCount` bytes.
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

    /// Returns a required string of at most `maximumByteCount` bytes of UTF-8.
    ///
    /// - Throws: `.invalidParameter`.
    package func text(_ name: ParameterName, maximumByteCount: Int) throws(ErrorReply) -> String {
        guard let text = try optionalText(name, maximumByteCount: maximumByteCount) else {
            throw .invalidParameter(name)
        }
        return text
    }

    /// Returns an optional string of at most `maximumByteCount` bytes of UTF-8; nil if absent.
    ///
    /// - Throws: `.invalidParameter`.
    package func optionalText(_ name: ParameterName, maximumByteCount: Int) throws(ErrorReply) -> String? {
        guard let token = find(name) else { return nil }
        do throws(JSONError) {
            return try reader.text(token, maximumByteCount: maximumByteCount)
        } catch {
            throw .invalidParameter(name)
        }
    }

    /// Returns an optional integer; nil if absent.
    ///
    /// - Throws: `.invalidParameter`.
    package func optionalInt(_ name: ParameterName) throws(ErrorReply) -> Int64? {
        guard let token = find(name) else { return nil }
        do throws(JSONError) { return try reader.int(token) } catch { throw .invalidParameter(name) }
    }

    /// Returns a required integer.
    ///
    /// - Throws: `.invalidParameter`.
    package func int(_ name: ParameterName) throws(ErrorReply) -> Int64 {
        guard let number = try optionalInt(name) else { throw .invalidParameter(name) }
        return number
    }

    /// Returns a required flag.
    ///
    /// - Throws: `.invalidParameter`.
    package func bool(_ name: ParameterName) throws(ErrorReply) -> Bool {
        guard let token = find(name) else { throw .invalidParameter(name) }
        do throws(JSONError) { return try reader.bool(token) } catch { throw .invalidParameter(name) }
    }

    /// Returns an optional array of at most `maximumCount` integers; nil if absent.
    ///
    /// - Throws: `.invalidParameter`.
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

    /// Finds the parameter's value; nil if it is absent or null.
    private func find(_ name: ParameterName) -> JSONToken? {
        for index in 0..<tokens.count where reader.equals(tokens[index].name, name.rawValue) {
            let value = tokens[index].value
            return value.kind == .null ? nil : value
        }
        return nil
    }
}
