import Model

/// What `GitTransport` answered, gathered line by line; its documentation describes the lines.
struct TransportReply {
    /// The end of a failed operation, as the child saw it.
    struct Refusal: Equatable {
        var kind: String
        var code: Int
        var gitClass: Int
        var message: String
    }

    private(set) var references: [RemoteListing.Reference] = []
    private(set) var defaultBranch: String?
    private(set) var updates: [ReferenceUpdate] = []
    private(set) var answers: [PushResult.Answer] = []
    private(set) var remoteLines: [String] = []
    private(set) var progress = RemoteProgress(objects: 0, totalObjects: 0, bytes: 0)
    /// The values of the closing line; nil until the operation succeeded.
    private(set) var done: [String: String]?
    private(set) var refusal: Refusal?
    /// A line that no child of this version writes.
    private(set) var unknownLine: String?

    /// - Returns: true when `progress` changed.
    mutating func take(_ line: String) -> Bool {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map { Self.decoded($0) }
        switch (words.first, words.count) {
        case ("progress", 4):
            progress = RemoteProgress(
                objects: Int(words[1]) ?? 0, totalObjects: Int(words[2]) ?? 0, bytes: Int(words[3]) ?? 0)
            return true
        case ("ref", 3...4):
            guard let id = ObjectID(words[1]) else { break }
            references.append(.init(name: words[2], target: id))
            if words[2] == "HEAD", words.count == 4 { defaultBranch = words[3] }
            return false
        case ("update", 4):
            updates.append(ReferenceUpdate(name: words[3], old: Self.id(words[1]), new: Self.id(words[2])))
            return false
        case ("answer", 2...3):
            answers.append(.init(destination: words[1], refusal: words.count == 3 ? words[2] : nil))
            return false
        case ("remote", 2):
            if remoteLines.count < 200 { remoteLines.append(words[1]) }
            return false
        case ("done", _):
            done = words.dropFirst().reduce(into: [:]) { values, word in
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            }
            return false
        case ("error", 5):
            refusal = Refusal(
                kind: words[1], code: Int(words[2]) ?? 0, gitClass: Int(words[3]) ?? 0, message: words[4])
            return false
        default: break
        }
        unknownLine = String(line.prefix(200))
        return false
    }

    private static func id(_ text: String) -> ObjectID? {
        text.utf8.allSatisfy { $0 == UInt8(ascii: "0") } ? nil : ObjectID(text)
    }

    private static func decoded(_ word: Substring) -> String {
        guard word.utf8.contains(UInt8(ascii: "%")) else { return String(word) }
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
