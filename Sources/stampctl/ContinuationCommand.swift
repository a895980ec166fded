// SPDX-License-Identifier: Apache-2.0
import TurnkeyClient

/// Makes the command that continues an activity which another command left unfinished.
enum ContinuationCommand {
    /// The options of "stampctl activity wait" that name frame, session and API; other commands have them too.
    private static let shared = ["--socket-directory", "--frame-user", "--session", "--api-base-url"]

    /// Returns the command, with the activity's organization and those options of `arguments` that it also takes.
    static func command(_ activity: Activity, after arguments: [String] = CommandLine.arguments) -> String {
        var words = ["stampctl", "activity", "wait", activity.id]
        if !activity.organizationId.isEmpty { words += ["--organization-id", activity.organizationId] }
        let given = arguments.prefix { $0 != "--" }
        for (index, word) in given.enumerated() {
            if shared.contains(word), index + 1 < given.count { words += [word, given[index + 1]] }
            if let name = word.split(separator: "=").first, name != word, shared.contains(String(name)) {
                words.append(word)
            }
        }
        return words.map(quoted).joined(separator: " ")
    }

    /// Quotes a word for a shell.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || "-_./:=@,+%".contains($0) }
        return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
    }
}
