import Model
import Testing

@testable import Git

/// The pure halves: pkt-lines, advertisements, the child's answers, base64, the meaning of refusals.
@Suite struct RemoteProtocolTests {
    private let id = String(repeating: "1", count: 40)
    private let other = String(repeating: "2", count: 40)

    private func bytes(_ parts: String...) -> [UInt8] {
        parts.flatMap { $0 == "0000" || $0 == "0001" ? Array($0.utf8) : PacketLines.encoded($0) }
    }

    @Test("Packets are framed and unframed")
    func packets() {
        #expect(String(decoding: PacketLines.encoded("hi\n"), as: UTF8.self) == "0007hi\n")
        #expect(
            Array(PacketLines(bytes("a\n", "0001", "b", "0000"))) == [
                .data(Array("a".utf8)[...]), .delimiter, .data(Array("b".utf8)[...]), .flush,
            ])
        for broken in ["00", "0003", "zzzz", "0009abc", "<html>"] {
            #expect(Array(PacketLines(Array(broken.utf8))).last == .malformed, "\(broken)")
        }
    }

    @Test("A v0 advertisement gives the tip of exactly the wanted reference")
    func version0() {
        let answer = bytes(
            "# service=git-upload-pack\n", "0000", "\(other) HEAD\0symref=HEAD:refs/heads/main agent=x\n",
            "\(other) refs/heads/main-old\n", "\(id) refs/heads/main\n", "0000")
        #expect(UploadPackAnswer(advertisement: answer, wanted: "refs/heads/main") == .tip(ObjectID(id)))
        #expect(UploadPackAnswer(advertisement: answer, wanted: "refs/heads/mai") == .tip(nil))
        // The first reference carries the capabilities.
        #expect(UploadPackAnswer(advertisement: answer, wanted: "HEAD") == .tip(ObjectID(other)))
        let zero = String(repeating: "0", count: 40)
        let empty = bytes("# service=git-upload-pack\n", "0000", "\(zero) capabilities^{}\0agent=x\n", "0000")
        #expect(UploadPackAnswer(advertisement: empty, wanted: "refs/heads/main") == .tip(nil))
    }

    @Test("A v2 capability list is recognised with and without the service line, and its object format kept")
    func version2() {
        let plain = bytes("version 2\n", "agent=x\n", "ls-refs=unborn\n", "object-format=sha1\n", "0000")
        #expect(UploadPackAnswer(advertisement: plain, wanted: "r") == .version2(format: "sha1"))
        let service = bytes("# service=git-upload-pack\n", "0000") + bytes("version 2\n", "0000")
        #expect(UploadPackAnswer(advertisement: service, wanted: "r") == .version2(format: nil))
    }

    @Test("A truncated answer is not taken for one without the reference")
    func truncated() {
        let whole = bytes(
            "# service=git-upload-pack\n", "0000", "\(other) HEAD\0agent=x\n", "\(id) refs/heads/main\n", "0000")
        for count in 0..<whole.count {
            let cut = UploadPackAnswer(advertisement: Array(whole[..<count]), wanted: "refs/heads/main")
            #expect(cut == .malformed, "cut after \(count) bytes")
        }
        let listing = bytes("\(id) refs/heads/main\n", "0000")
        for count in 0..<listing.count {
            let cut = UploadPackAnswer(listing: Array(listing[..<count]), wanted: "refs/heads/main")
            #expect(cut == .malformed, "cut after \(count) bytes")
        }
        #expect(UploadPackAnswer(listing: listing, wanted: "refs/heads/main") == .tip(ObjectID(id)))
    }

    @Test("The server's own refusal is passed on")
    func refusal() {
        #expect(UploadPackAnswer(listing: bytes("ERR busy\n"), wanted: "r") == .refusal("busy"))
        #expect(UploadPackAnswer(advertisement: bytes("ERR busy\n"), wanted: "r") == .refusal("busy"))
    }

    @Test("The child's lines are understood, and foreign ones kept for the message")
    func reply() {
        var reply = TransportReply()
        let isProgress = reply.take("progress 1 2 3")
        #expect(isProgress)
        #expect(reply.progress == RemoteProgress(objects: 1, totalObjects: 2, bytes: 3))
        for line in ["ref \(id) HEAD refs/heads/main", "answer refs/heads/x hook%20declined%0A100%25"] {
            let isProgress = reply.take(line)
            #expect(!isProgress)
        }
        #expect(reply.defaultBranch == "refs/heads/main")
        #expect(reply.answers == [.init(destination: "refs/heads/x", refusal: "hook declined\n100%")])
        _ = reply.take("done empty=1 head=")
        #expect(reply.done == ["empty": "1", "head": ""])
        _ = reply.take("Segmentation fault")
        #expect(reply.unknownLine == "Segmentation fault")
    }

    @Test(
        "A destination that moved is told apart from a rule that refuses",
        arguments: [
            ("non-fast-forward", true), ("fetch first", true), ("failed to update ref", true), ("stale info", true),
            ("cannot lock ref 'refs/heads/main': is at 1 but expected 2", true), ("hook declined", false),
            ("pre-receive hook declined", false), ("protected branch", false), ("deny deleting", false),
        ])
    func moves(_ words: String, _ isMove: Bool) {
        #expect(PushVerdict.isMove(words) == isMove)
    }

    @Test(
        "Base64 is that of RFC 4648",
        arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
    func base64(_ plain: String, _ encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
    }
}
