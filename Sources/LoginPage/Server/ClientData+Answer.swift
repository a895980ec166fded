// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys

extension ClientData {
    /// Checks the client data of a page's answer.
    ///
    /// - Throws: `.invalidAnswer` with the first fault.
    static func checkAnswer(
        _ json: Data,
        _ ceremony: Ceremony,
        challenge: Data,
        origin: String
    ) throws(LoginPageError) {
        do throws(ClientDataFault) {
            try check(json, ceremony, challenge: challenge, origin: origin)
        } catch {
            let fault: LoginPageError.AnswerFault =
                switch error {
                case .form: .form
                case .type: .clientDataType
                case .challenge: .challenge
                case .origin: .origin
                case .crossOrigin: .crossOrigin
                }
            throw .invalidAnswer(fault)
        }
    }
}
