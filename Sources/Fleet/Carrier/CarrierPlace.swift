// SPDX-License-Identifier: Apache-2.0

/// Where a fleet's carrier is: `etcd+https://HOST[:PORT][,HOST[:PORT]…]`, `etcd+http://` on this machine, or `dir:PATH`.
package enum CarrierPlace: Sendable, Hashable {
    /// The members of one etcd cluster, asked one after another until one answers.
    case etcd([EtcdEndpoint])
    /// A directory that another program copies between machines.
    case directory(path: String)

    /// How many end points a place may name. They are tried one after another, and no cluster has more.
    package static let endpointLimit = 16

    private static let directoryPrefix = "dir:"
    private static let schemes = ["etcd+https://": true, "etcd+http://": false]

    package init(_ text: String) throws(CarrierPlaceFault) {
        if text.hasPrefix(Self.directoryPrefix) {
            let path = String(text.dropFirst(Self.directoryPrefix.count))
            guard path.hasPrefix("/"), !path.utf8.contains(0) else { throw .relativePath }
            self = .directory(path: path)
            return
        }
        guard let (scheme, isSecure) = Self.schemes.first(where: { text.hasPrefix($0.key) }) else { throw .scheme }
        var list = text.dropFirst(scheme.count)
        if list.last == "/" { list = list.dropLast() }
        var endpoints: [EtcdEndpoint] = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard let endpoint = EtcdEndpoint(part, isSecure: isSecure) else { throw .endpoint }
            guard isSecure || endpoint.isLoopback else { throw .insecure(host: endpoint.host) }
            if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
        }
        guard endpoints.count <= Self.endpointLimit else { throw .tooMany }
        self = .etcd(endpoints)
    }
}

/// Why a text names no carrier.
package enum CarrierPlaceFault: Error, Sendable, Hashable {
    case scheme
    case relativePath
    case endpoint
    /// `etcd+http` names another machine: http would show the password to every machine in between.
    case insecure(host: String)
    case tooMany

    package var message: String {
        switch self {
        case .scheme: "a carrier is etcd+https://HOST:PORT[,HOST:PORT…] or dir:PATH"
        case .relativePath: "a carrier's directory is an absolute path: dir:/PATH"
        case .endpoint:
            "end points are HOST[:PORT], with commas between them and nothing behind: etcd+https://a:2379,b:2379"
        case .insecure(let host): "etcd+http is for this machine alone, and \(host) is another: use etcd+https"
        case .tooMany: "there are \(CarrierPlace.endpointLimit) end points at most"
        }
    }
}
