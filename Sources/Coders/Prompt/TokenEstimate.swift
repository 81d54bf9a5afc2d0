/// A rough count of tokens, on the safe side: source code has some three and a half bytes for each token of the usual
/// tokenizers, other scripts fewer characters but more bytes.
package enum TokenEstimate {
    package static let bytesPerToken = 3
    package static func of(_ text: some StringProtocol) -> Int { (text.utf8.count + bytesPerToken - 1) / bytesPerToken }
}
