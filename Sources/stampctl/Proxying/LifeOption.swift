// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampingProxy

/// How long a placeholder is valid: a whole number and `s`, `m`, `h` or `d`.
struct LifeOption: ExpressibleByArgument, Sendable {
    let seconds: Int

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), let count = Int(argument.dropLast()), count > 0,
            "\(count)" == argument.dropLast()
        else { return nil }
        let (seconds, isTooLong) = count.multipliedReportingOverflow(by: unit)
        guard !isTooLong, seconds <= DelegateAdmin.maximumSeconds else { return nil }
        self.seconds = seconds
    }
}
