import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Moves bytes between us and a child until it closes its output, the deadline passes or somebody cancels.
struct TransportPump {
    /// On `MonotonicClock`; later when data keeps coming and `patience` allows it.
    private(set) var end: Int64
    /// How many milliseconds a transfer that moves is given anew, and until when at most.
    private let patience: (silence: Int64, latest: Int64)?
    private var bytesAtExtension = 0
    private(set) var reply = TransportReply()
    private var request: ArraySlice<UInt8>
    private var partialLine: [UInt8] = []
    private var complaints: [UInt8] = []
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    init(request: [UInt8], end: Int64, patience: (silence: Int64, latest: Int64)? = nil) {
        self.request = request[...]
        self.end = end
        self.patience = patience
    }

    var complaintText: String { String(decoding: complaints, as: UTF8.self) }

    /// - Returns: nil when the child closed its output by itself.
    mutating func run(
        _ child: borrowing TransportProcess, wake: Int32, onProgress: ((RemoteProgress) -> Void)?
    ) -> TransportRun.End? {
        var isOutputOpen = true
        var areComplaintsOpen = true
        while isOutputOpen || areComplaintsOpen {
            let left = end - MonotonicClock.now
            if left <= 0 { return .deadline }
            // poll(2) skips negative descriptors.
            var waiting = [
                pollfd(fd: isOutputOpen ? child.output : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: areComplaintsOpen ? child.complaints : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: request.isEmpty ? -1 : child.input, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&waiting, nfds_t(waiting.count), Int32(min(left + 1, Int64(Int32.max))))
            if count <= 0 { continue }
            if waiting[3].revents != 0 { return .cancelled }
            if waiting[2].revents != 0 { send(to: child.input) }
            if waiting[1].revents != 0 { areComplaintsOpen = takeComplaints(from: child.complaints) }
            if waiting[0].revents != 0 { isOutputOpen = takeOutput(from: child.output, onProgress) }
        }
        return nil
    }

    private mutating func send(to descriptor: Int32) {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        let count = request.withUnsafeBytes { Self.transmit(descriptor, $0, flags) }
        if count > 0 {
            request = request.dropFirst(count)
        } else if count < 0, errno != EAGAIN, errno != EINTR {
            // The child is gone; its end will tell why.
            request = []
        }
    }

    private static func transmit(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ flags: Int32) -> Int {
        #if canImport(Darwin)
            Darwin.send(descriptor, bytes.baseAddress, bytes.count, flags)
        #else
            Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
        #endif
    }

    private mutating func takeComplaints(from descriptor: Int32) -> Bool {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        complaints += chunk[..<count]
        if complaints.count > 8192 { complaints.removeFirst(complaints.count - 8192) }
        return count > 0
    }

    /// A byte a second is no progress; working on what has come in full is.
    private mutating func extend() {
        guard let patience else { return }
        let progress = reply.progress
        let isComplete = progress.totalObjects > 0 && progress.objects == progress.totalObjects
        guard isComplete || progress.bytes - bytesAtExtension >= 65_536 else { return }
        bytesAtExtension = progress.bytes
        end = min(patience.latest, max(end, MonotonicClock.now + patience.silence))
    }

    private mutating func takeOutput(from descriptor: Int32, _ onProgress: ((RemoteProgress) -> Void)?) -> Bool {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        var rest = chunk[..<count]
        while let lineEnd = rest.firstIndex(of: UInt8(ascii: "\n")) {
            partialLine += rest[..<lineEnd]
            if reply.take(String(decoding: partialLine, as: UTF8.self)) {
                onProgress?(reply.progress)
                extend()
            }
            partialLine.removeAll(keepingCapacity: true)
            rest = rest[(lineEnd + 1)...]
        }
        partialLine += rest
        return count > 0
    }
}
