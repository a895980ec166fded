// SPDX-License-Identifier: Apache-2.0

/// The directories for files of one kind (XDG Base Directory Specification 0.8).
package enum BaseDirectory {
    case configuration
    case state

    /// Returns the program's own directory there, which need not exist.
    ///
    /// - Throws: `.configuration(.noBaseDirectory)` if neither the variable nor HOME is an absolute path.
    package func path(_ environment: [String: String]) throws(TurnkeyError) -> String {
        // By the specification, a relative path is invalid and ignored.
        if let base = environment[variable], base.hasPrefix("/") { return base + "/stampd" }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw .configuration(.noBaseDirectory(variable: variable))
        }
        return "\(home)/\(fallback)/stampd"
    }

    private var variable: String {
        switch self {
        case .configuration: "XDG_CONFIG_HOME"
        case .state: "XDG_STATE_HOME"
        }
    }

    private var fallback: String {
        switch self {
        case .configuration: ".config"
        case .state: ".local/state"
        }
    }
}
