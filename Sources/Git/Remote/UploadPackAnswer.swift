import Model

/// Reads what `git-upload-pack` says over HTTP about its references (gitprotocol-http(5), gitprotocol-v2(5)).
enum UploadPackAnswer: Equatable {
    /// The server speaks protocol v2; references must be asked for. `format` is what `object-format` must be repeated as.
    case version2(format: String?)
    /// The tip of the wanted reference; nil when it is not there.
    case tip(ObjectID?)
    /// An `ERR` packet: the server's own refusal.
    case refusal(String)
    /// No answer of a git server, or a truncated one.
    case malformed

    /// The answer to `GET info/refs`: a v2 capability list, or the advertisement of all references by v0 or v1.
    init(advertisement bytes: [UInt8], wanted: String) {
        let name = Array(wanted.utf8)
        var found: ObjectID?
        var isVersion2 = false
        var format: String?
        // v0 puts a flush between the service's name and the references.
        let flushesToCome = bytes.dropFirst(4).starts(with: "# service=".utf8) ? 2 : 1
        var flushes = 0
        for packet in PacketLines(bytes) {
            switch packet {
            case .malformed, .responseEnd:
                self = .malformed
                return
            case .flush: flushes += 1
            case .delimiter: break
            case .data(let line):
                if line.starts(with: "ERR ".utf8) {
                    self = .refusal(Self.text(line.dropFirst(4)))
                    return
                }
                if line.elementsEqual("version 2".utf8) {
                    isVersion2 = true
                } else if isVersion2 {
                    if line.starts(with: "object-format=".utf8) { format = Self.text(line.dropFirst(14)) }
                } else if found == nil, Self.names(line, name) {
                    found = ObjectID(Self.text(line.prefix { $0 != UInt8(ascii: " ") }))
                }
            }
        }
        if flushes < flushesToCome {
            self = .malformed
        } else {
            self = isVersion2 ? .version2(format: format) : .tip(found)
        }
    }

    /// The answer to the v2 command `ls-refs`. A prefix matches longer names as well, so the exact one is looked for.
    init(listing bytes: [UInt8], wanted: String) {
        let name = Array(wanted.utf8)
        var found: ObjectID?
        for packet in PacketLines(bytes) {
            switch packet {
            case .data(let line):
                if line.starts(with: "ERR ".utf8) {
                    self = .refusal(Self.text(line.dropFirst(4)))
                    return
                }
                if Self.names(line, name) { found = ObjectID(Self.text(line.prefix { $0 != UInt8(ascii: " ") })) }
            case .flush:
                self = .tip(found)
                return
            default:
                self = .malformed
                return
            }
        }
        self = .malformed
    }

    /// The body of a v2 `ls-refs` request for one reference.
    static func listingRequest(for name: String, format: String?) -> [UInt8] {
        var body = PacketLines.encoded("command=ls-refs\n") + PacketLines.encoded("agent=codex-deployer\n")
        if let format { body += PacketLines.encoded("object-format=\(format)\n") }
        return body + Array("0001".utf8) + PacketLines.encoded("ref-prefix \(name)\n") + Array("0000".utf8)
    }

    /// `<id> <name>`, followed by nothing, by v0's capabilities after a NUL, or by v2's attributes after a blank.
    private static func names(_ line: ArraySlice<UInt8>, _ name: [UInt8]) -> Bool {
        guard let blank = line.prefix(65).firstIndex(of: UInt8(ascii: " ")) else { return false }
        let rest = line[(blank + 1)...]
        guard rest.starts(with: name) else { return false }
        let next = rest.dropFirst(name.count).first
        return next == nil || next == 0 || next == UInt8(ascii: " ")
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}
