// SPDX-License-Identifier: Apache-2.0

/// Joins a stream's pieces into lines, wherever they were cut. It keeps a line until its end has come, and a line has a limit.
struct LineCollector {
    let limitBytes: Int
    private var line: [UInt8] = []

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    /// Adds a piece, and returns the lines that it completes, without line feeds; empty lines are left out.
    ///
    /// - Returns: `nil` where a line is longer than the limit.
    mutating func add(_ piece: some Collection<UInt8>) -> [[UInt8]]? {
        var lines: [[UInt8]] = []
        var rest = piece[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            guard line.count + rest.distance(from: rest.startIndex, to: end) <= limitBytes else { return nil }
            line += rest[..<end]
            if !line.isEmpty { lines.append(line) }
            line = []
            rest = rest[rest.index(after: end)...]
        }
        guard line.count + rest.count <= limitBytes else { return nil }
        line += rest
        return lines
    }
}
