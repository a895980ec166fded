// SPDX-License-Identifier: Apache-2.0
import CFIDO2

/// Finds the USB keys that Linux shows as `/dev/hidraw*`.
struct HIDBus: SecurityKeyBus {
    /// The most keys listed: more than a machine has ports.
    private static let limit = 64

    /// Lists the keys. libfido2 lists only those that it may open; the others are found in sysfs, which needs no
    /// permission.
    func devices() throws(SecurityKeyError) -> [SecurityKeyDevice] {
        let names = try list()
        if names.isEmpty {
            let paths = HIDNodes().closedKeys()
            throw paths.isEmpty ? .noKey : .notPermitted(paths: paths)
        }
        return names.map { SecurityKeyDevice(name: $0) }
    }

    private func list() throws(SecurityKeyError) -> [SecurityKeyName] {
        var information = unsafe fido_dev_info_new(Self.limit)
        defer { unsafe fido_dev_info_free(&information, Self.limit) }
        var count = 0
        let code = unsafe fido_dev_info_manifest(information, Self.limit, &count)
        guard code == FIDO_OK else { throw .failed(call: "fido_dev_info_manifest", code: code, key: nil) }
        return (0..<count).compactMap { index in
            let entry = unsafe fido_dev_info_ptr(information, index)
            // NFC readers have paths below /sys; they are not supported.
            guard let path = unsafe makeText(fido_dev_info_path(entry)), path.hasPrefix("/dev/") else { return nil }
            let product = unsafe [fido_dev_info_manufacturer_string(entry), fido_dev_info_product_string(entry)]
            return unsafe SecurityKeyName(product: product.compactMap(makeText).joined(separator: " "), path: path)
        }
    }
}

/// Copies a C string; `nil` for none and for an empty one.
func makeText(_ text: UnsafePointer<CChar>?) -> String? {
    guard let text = unsafe text else { return nil }
    let copy = unsafe String(cString: text)
    return copy.isEmpty ? nil : copy
}
