// SPDX-License-Identifier: Apache-2.0

/// A table of the members that an object of a rule set may have. The reader accepts exactly these, and the reference is
/// generated from the same table.
package struct MemberTable: Sendable {
    /// One member.
    package struct Row: Sendable {
        /// The member's name.
        package let name: String
        /// In which rules it may or must occur.
        package let place: String
        /// The values that it takes.
        package let value: String
        /// What it means.
        package let meaning: String

        init(_ name: String, _ place: String, _ value: String, _ meaning: String) {
            (self.name, self.place, self.value, self.meaning) = (name, place, value, meaning)
        }
    }

    /// The object's name in the reference.
    package let title: String
    /// The members in the reference's order.
    package let rows: [Row]

    var names: [String] { rows.map(\.name) }

    /// All tables in the reference's order.
    package static let all = [set, rule, who, condition, evm, call, word, fresh, time, limit, confirmation]
}

extension MemberTable {
    private static let name = "1 to \(RuleLimits.maximumNameByteCount) of a-z 0-9 -"

    static let set = MemberTable(
        title: "A rule set",
        rows: [
            Row("version", "required", "1", "the only one"),
            Row(
                "mode",
                "optional",
                "`enforce`, `observe`",
                "`enforce` where it is not there; `observe`: deny rules refuse, everything else is stamped, and the audit tells "
                    + "what would have been refused or asked about"
            ),
            Row(
                "lists",
                "optional",
                "object of lists of 1 to \(RuleLimits.maximumListCount) texts",
                "named lists (\(name)), for `\"@NAME\"` in a condition; each must be used"
            ),
            Row(
                "rules",
                "required",
                "list of 1 to \(RuleLimits.maximumRuleCount)",
                "deny rules first, then the others in order"
            ),
        ]
    )

    static let rule = MemberTable(
        title: "A rule",
        rows: [
            Row("id", "required", name, "named in errors and the audit; once in its set"),
            Row(
                "effect",
                "required",
                "`allow`, `deny`, `confirm`",
                "`deny` goes before every other; `confirm` asks a person at the control socket"
            ),
            Row(
                "who",
                "optional",
                "object of lists",
                "the caller; every list must match. An unknown value matches in deny, and no other rule"
            ),
            Row("payload", "optional", "`activity`, `query`", "`activity` where it is not there"),
            Row(
                "kind",
                "activity; this or `type`",
                "list",
                "types without `ACTIVITY_TYPE_` and a final `_V` and digits; in deny one may end in `*`"
            ),
            Row("type", "activity; this or `kind`", "list", "whole types; where both are given, both must match"),
            Row(
                "path",
                "optional",
                "list of API paths",
                "the path to which a stamping proxy will send, which `mayName` must allow; in deny, an unknown path matches"
            ),
            Row("organizationId", "optional", "list of texts", "compared without case"),
            Row("when", "optional", "list of 1 to \(RuleLimits.maximumConditionCount) conditions", "all must hold"),
            Row(
                "only",
                "activity; required in allow and confirm",
                "list of places below `parameters`, `[]` where nothing may be there",
                "any other member is `field.extra`: `signWith`, `apiKeys/*/publicKey`; a scalar or an array of scalars, "
                    + "with `/**` anything. What conditions look at is listed too"
            ),
            Row(
                "members",
                "query; required in allow and confirm",
                "list of names",
                "the members that the body may have, and no others"
            ),
            Row(
                "fresh",
                "activity; allow, confirm",
                "object",
                "how old `timestampMs` may be; 300 s and 60 s ahead where a rule has none"
            ),
            Row("time", "allow, confirm", "object", "when the rule allows it, UTC"),
            Row("limit", "allow, confirm", "list of limits", "charged when the stamp is made, all or none"),
            Row("confirm", "confirm, required", "object", "what the person is shown, and how long the stamp waits"),
        ]
    )

    static let who = MemberTable(
        title: "`who`",
        rows: [
            Row("uid", "optional", "list of numbers", "the account: the user, with all of the user's subordinate uids"),
            Row("gid", "optional", "list of numbers", "one of the process's groups"),
            Row("unit", "optional", "list of units", "`app.service`, `app@.service`, `user@1000.service/app.service`"),
            Row("session", "optional", "list of names", "the session that would stamp"),
            Row("origin", "optional", "list of `bundle`, `generated`", "where its key comes from"),
            Row("delegate", "optional", "list of texts", "the delegate that a proxy names, which `mayName` must allow"),
        ]
    )

    static let condition = MemberTable(
        title: "A condition",
        rows: [
            Row(
                "at",
                "required",
                "JSON pointer",
                "of member names, or `*` for each element of an array; it must hold for every value there"
            ),
            Row("is", operators, "text, true, false, whole number", "that, of the same JSON type"),
            Row("in", operators, "list of texts, or `\"@NAME\"`", "one of these texts"),
            Row(
                "address",
                operators,
                "list of texts, or `\"@NAME\"`",
                "one of these; `0x` and 40 hex digits without case, anything else exactly"
            ),
            Row("between", operators, "two numbers as texts", "a number in that range, both ends included"),
            Row("count", operators, "two numbers", "an array with so many elements"),
            Row("absent", operators, "true", "not there; `null` is there"),
            Row("pendingKey", operators, "true", "the generated key that waits for the session's name, in hex"),
            Row("ownKey", operators, "true", "the session's own key, in hex"),
            Row("embeddedKey", operators, "true", "the frame's embedded key, in hex"),
            Row("evm", operators, "object", "an unsigned EIP-1559 transaction within bounds"),
        ]
    )

    private static let operators = "exactly one operator"

    static let evm = MemberTable(
        title: "`evm`",
        rows: [
            Row("chainId", "required", "list of numbers", "one of these"),
            Row("to", "required", "list of addresses, or `\"@NAME\"`", "one of these"),
            Row("valueAtMost", "required", "number as text, in wei", "the most that may be sent"),
            Row("feeAtMost", "required", "number as text, in wei", "gas limit × maximum fee per gas"),
            Row(
                "data",
                "optional",
                "`\"empty\"`, or list of calls",
                "`\"empty\"` where it is not there; else one must match"
            ),
        ]
    )

    static let call = MemberTable(
        title: "A call in `data`",
        rows: [
            Row("selector", "required", "`0x` and 8 hex digits", "the function"),
            Row("words", "required", "list", "exactly so many words of 32 bytes behind it; `[]`: the selector alone"),
        ]
    )

    static let word = MemberTable(
        title: "A word",
        rows: [
            Row("address", "one of these", "list of addresses, or `\"@NAME\"`", "12 zero bytes, then one of these"),
            Row("between", "one of these", "two numbers as texts", "a number in that range"),
            Row("any", "one of these", "true", "whatever it is"),
        ]
    )

    static let fresh = MemberTable(
        title: "`fresh`",
        rows: [
            Row(
                "past",
                "optional",
                "0 to \(RuleLimits.freshPast.upperBound) s",
                "how far behind the frame's clock; 300 where it is not there"
            ),
            Row(
                "future",
                "optional",
                "0 to \(RuleLimits.freshFuture.upperBound) s",
                "how far ahead of it; 60 where it is not there"
            ),
        ]
    )

    static let time = MemberTable(
        title: "`time`",
        rows: [
            Row("days", "required", "list of `mon` … `sun`", "UTC"),
            Row("from", "required", "`HH:MM`", "from then on"),
            Row("until", "required", "`HH:MM`", "later than `from`; itself outside"),
        ]
    )

    static let limit = MemberTable(
        title: "A limit",
        rows: [
            Row("name", "required", name, "limits of one frame with one name share one counter, and are defined alike"),
            Row("window", "required", "1 to \(RuleLimits.limitWindow.upperBound) s", "it slides"),
            Row(
                "by",
                "required",
                "`session`, `account`, `unit`, `delegate`, `all`",
                "the counter's party: the session's name, the user, the entry of `who.unit` that matched, the delegate"
            ),
            Row("count", "this, or `sum` and `max`", "1 to \(RuleLimits.limitCount.upperBound)", "so many stamps"),
            Row(
                "sum",
                "with `max`",
                "`evm.spend`, `evm.value`, `evm.word.N`, pointer",
                "the amount that is added up: value and fee, value, a word of the call, or a number that a `between` of the rule bounds"
            ),
            Row("max", "with `sum`", "number as text", "so much in all"),
        ]
    )

    static let confirmation = MemberTable(
        title: "`confirm`",
        rows: [
            Row("timeout", "required", "1 to \(RuleLimits.confirmTimeout.upperBound) s", "how long it waits"),
            Row(
                "show",
                "required",
                "list of pointers and of `evm.to`, `evm.value`, `evm.fee`, `evm.chainId`, `evm.data`",
                "besides type, organization, session and its key; a longer value than "
                    + "\(RuleLimits.maximumShownByteCount) bytes is refused"
            ),
            Row(
                "sameAccount",
                "optional",
                "true, false",
                "whether the account whose stamp waits may answer; false where it is not there"
            ),
        ]
    )
}
