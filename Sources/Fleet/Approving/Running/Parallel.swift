// SPDX-License-Identifier: Apache-2.0

/// Does `work` for each element, at most `width` at once. `onEach` is called after each, one call at a time.
///
/// - Returns: the results, each with its element's place, in the order in which they came.
func inParallel<Element: Sendable, Result: Sendable>(
    _ elements: [Element],
    _ width: Int,
    _ work: @escaping @Sendable (Element) async -> Result,
    onEach: () -> Void
) async -> [(Int, Result)] {
    await withTaskGroup(of: (Int, Result).self) { group in
        var (next, results) = (0, [(Int, Result)]())
        func begin() {
            guard next < elements.count else { return }
            let (index, element) = (next, elements[next])
            next += 1
            group.addTask { (index, await work(element)) }
        }
        for _ in 0..<max(1, width) { begin() }
        while let result = await group.next() {
            results.append(result)
            onEach()
            begin()
        }
        return results
    }
}

extension Array {
    /// Splits the array into pieces of at most `count` elements.
    func chunked(_ count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }

    /// Splits the array into the elements for which `belongs` holds and the others, each in their order.
    func partitioned(_ belongs: (Element) -> Bool) -> (yes: [Element], no: [Element]) {
        (filter(belongs), filter { !belongs($0) })
    }
}
