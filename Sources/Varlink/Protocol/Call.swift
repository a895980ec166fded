// SPDX-License-Identifier: Apache-2.0

/// One call, read from a message without its NUL: `{"method":…,"parameters":{…},"oneway":…,"more":…,"upgrade":…}`.
///
/// The members may stand in any order. The whole message is checked as JSON, so whatever is read from it later is well
/// formed. A call holds no bytes: it knows where things stand in its message, and is valid only together with it.
package struct Call: Sendable {
    /// Whether the caller asked for no reply, not even an error.
    package let isOneway: Bool
    /// Whether the caller takes more than one reply.
    package let wantsMore: Bool
    /// Whether the caller asked for another protocol after this call, which is always refused.
    private let wantsUpgrade: Bool
    private let methodName: JSONToken
    private let parameters: ParameterTokens

    /// Reads and checks one message.
    ///
    /// - Parameters:
    ///   - message: The message's bytes, without the NUL.
    ///   - maximumDepth: How many objects and arrays may be nested.
    /// - Throws: `CallError`, after which the connection has to end.
    package init(_ message: Span<UInt8>, maximumDepth: Int = JSONReader.defaultMaximumDepth) throws(CallError) {
        let members: CallMembers
        do throws(JSONError) { members = try CallMembers(message, maximumDepth: maximumDepth) } catch {
            throw .json(error)
        }
        guard !members.hasUnknown else { throw .unknownMember }
        guard let method = members.method else { throw .missingMethod }
        guard method.kind == .string else { throw .methodIsNotString }
        // null counts as absent, for the parameters as for each of them.
        guard [.object, .null].contains(members.parametersKind) else { throw .parametersAreNotObject }
        methodName = method
        parameters = members.parameters
        isOneway = try Self.readFlag(members.oneway, in: message)
        wantsMore = try Self.readFlag(members.more, in: message)
        wantsUpgrade = try Self.readFlag(members.upgrade, in: message)
        guard !(isOneway && wantsMore) else { throw .onewayAndMore }
    }

    /// Finds the method that is called, and checks that it takes every parameter that the call has.
    ///
    /// - Parameters:
    ///   - interfaces: The interfaces that the socket serves.
    ///   - message: The bytes that the call was read from.
    /// - Returns: A method of one of these interfaces.
    /// - Throws: `.interfaceNotFound`, also for a name without an interface; `.methodNotFound`; `.invalidParameter`
    ///   with the first parameter that the method does not take, or with `upgrade`; `.expectedMore` for Monitor without
    ///   `more`. Names are echoed in at most 64 printable ASCII bytes.
    package func method(among interfaces: [Interface], in message: Span<UInt8>) throws(ErrorReply) -> Method {
        let method = try findMethod(among: interfaces, in: JSONReader(message))
        guard !wantsUpgrade else { throw .invalidParameter(parameter: "upgrade") }
        guard wantsMore || method != .stamper(.monitor) else { throw .expectedMore }
        try parameters(in: message).refuseUnknown(method.traits.parameters)
        return method
    }

    /// Whether the call names `method`. Tells it for a faulty call too.
    package func names(_ method: StamperMethod, in message: Span<UInt8>) -> Bool {
        JSONReader(message).equals(methodName, method.fullName)
    }

    /// Lends the call's parameters; `message` is the bytes that the call was read from.
    @_lifetime(copy message)
    package func parameters(in message: Span<UInt8>) -> Parameters {
        Parameters(parameters, in: JSONReader(message))
    }
}

extension Call {
    private static func readFlag(_ token: JSONToken?, in message: Span<UInt8>) throws(CallError) -> Bool {
        // null counts as absent, for a flag as for parameters.
        guard let token, token.kind != .null else { return false }
        do throws(JSONError) { return try JSONReader(message).bool(token) } catch { throw .flagIsNotBool }
    }

    private func findMethod(among interfaces: [Interface], in reader: JSONReader) throws(ErrorReply) -> Method {
        if let name = reader.bytesInPlace(methodName) { return try findMethod(name, among: interfaces) }
        return try findMethod(reader.unescaped(methodName).span, among: interfaces)
    }

    private func findMethod(_ name: Span<UInt8>, among interfaces: [Interface]) throws(ErrorReply) -> Method {
        let dot = name.lastOffset(of: UInt8(ascii: ".")) ?? name.count
        let interfaceName = name.extracting(..<dot)
        for interface in interfaces where interfaceName.equals(interface.rawValue) {
            let member = name.extracting(min(dot + 1, name.count)...)
            guard let method = Method(member, of: interface) else { throw .methodNotFound(method: name.echo) }
            return method
        }
        throw .interfaceNotFound(interface: interfaceName.echo)
    }
}
