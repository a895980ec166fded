// SPDX-License-Identifier: Apache-2.0

/// What org.varlink.service answers about the service, and the replies themselves.
package struct ServiceInfo: Sendable {
    /// Who made the service.
    package let vendor: String
    /// The service's name.
    package let product: String
    /// The service's version.
    package let version: String
    /// Where the service is described.
    package let url: String
    /// The interfaces that this socket serves.
    package let interfaces: [Interface]

    /// Creates the answers of one socket.
    package init(vendor: String, product: String, version: String, url: String, interfaces: [Interface]) {
        self.vendor = vendor
        self.product = product
        self.version = version
        self.url = url
        self.interfaces = interfaces
    }

    /// Answers a method of org.varlink.service.
    ///
    /// - Throws: `.interfaceNotFound` for the description of an interface that is not served here; `.invalidParameter`.
    ///   Then nothing is written.
    package func reply(
        to method: ServiceMethod,
        _ parameters: Parameters,
        in writer: inout JSONWriter
    ) throws(ErrorReply) {
        switch method {
        case .getInfo: writer.reply(writeInfo)
        case .getInterfaceDescription:
            let interface = try findInterface(parameters)
            writer.reply { $0.member("description", interface.text) }
        }
    }

    private func writeInfo(to writer: inout JSONWriter) {
        writer.member("vendor", vendor)
        writer.member("product", product)
        writer.member("version", version)
        writer.member("url", url)
        writer.arrayMember("interfaces") { names in
            for interface in interfaces { names.string(interface.rawValue) }
        }
    }

    private func findInterface(_ parameters: Parameters) throws(ErrorReply) -> Interface {
        var name: [UInt8] = []
        try parameters.string(.interface, into: &name)
        for interface in interfaces where name.span.equals(interface.rawValue) { return interface }
        throw .interfaceNotFound(interface: name.span.echo)
    }
}
