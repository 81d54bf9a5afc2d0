import Repair

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads what lies where others may put things, by the inbox's own rule: a pipe there is not waited for, a link not followed, a
/// device not read.
enum PlainFile {
    /// - Parameter limit: bytes.
    /// - Returns: nil for what is no regular file, or a larger one.
    static func contents(_ name: String, in folder: String, limit: Int = 16 << 20) -> Data? {
        let inbox = FeedbackInbox(folder: folder, sizeLimit: limit) { _ in "" }
        guard case .document(_, let bytes, _)? = try? inbox.read(name) else { return nil }
        return Data(bytes)
    }
}
