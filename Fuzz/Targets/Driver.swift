// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The target that the environment names.
private let target: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
        fatalError("FUZZ_TARGET must be one of \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
    }
    return target
}()

/// libFuzzer calls this for each input; a broken claim ends the process, which is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(BrokenClaim) { try target.check(Array(UnsafeBufferPointer(start: start, count: count))) } catch {
        fatalError("does not hold: \(error.claim)")
    }
    return 0
}
