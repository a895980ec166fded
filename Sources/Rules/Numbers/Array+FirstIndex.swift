// SPDX-License-Identifier: Apache-2.0

extension Array where Element: Comparable {
    /// Returns the index of the first element not below `value` in `low..<high`, whose elements are in rising order;
    /// `high` if all are below.
    func firstIndex(atLeast value: Element, from low: Int, to high: Int) -> Int {
        var (low, high) = (low, high)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func firstIndex(atLeast value: Element) -> Int { firstIndex(atLeast: value, from: 0, to: count) }
}
