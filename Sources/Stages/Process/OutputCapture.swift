package import Model
import Synchronization

/// Hides secrets in a stream of bytes. `process` answers what may be shown already (a secret may begin at the end of a
/// piece), `finish` what was held back. One per stream.
package struct OutputMask {
    package var process: (UnsafeRawBufferPointer) -> [UInt8]
    package var finish: () -> [UInt8]
    package init(process: @escaping (UnsafeRawBufferPointer) -> [UInt8], finish: @escaping () -> [UInt8]) {
        self.process = process
        self.finish = finish
    }
}

/// The way of one command's output: pipe, mask, lines, `StageOutput`. Give `receive` to `ProcessService.run` and call
/// `finish` when it has returned.
package final class OutputCapture: Sendable {
    private struct Stream {
        var mask: OutputMask?
        /// The beginning of a line whose end has not come yet.
        var pending: [UInt8] = []
    }

    private let output: StageOutput
    private let streams: Mutex<[ProcessOutput: Stream]>

    /// - Parameter mask: makes the mask of one stream; nil where there is no secret, then bytes are not even copied.
    package init(_ output: StageOutput, mask: (@Sendable () -> OutputMask)? = nil) {
        self.output = output
        streams = Mutex([:])
        streams.withLock { streams in
            streams[.standardOutput] = Stream(mask: mask?())
            streams[.standardError] = Stream(mask: mask?())
        }
    }

    package func receive(_ kind: ProcessOutput, _ piece: UnsafeRawBufferPointer) {
        streams.withLock { streams in
            guard var stream = streams[kind] else { return }
            streams[kind] = nil
            if let mask = stream.mask {
                mask.process(piece).withUnsafeBytes { pass($0, kind, &stream.pending) }
            } else {
                pass(piece, kind, &stream.pending)
            }
            streams[kind] = stream
        }
    }

    /// Hands on what has no line end.
    package func finish() {
        streams.withLock { streams in
            for kind in [ProcessOutput.standardOutput, .standardError] {
                guard var stream = streams[kind] else { continue }
                if let mask = stream.mask { mask.finish().withUnsafeBytes { pass($0, kind, &stream.pending) } }
                if !stream.pending.isEmpty {
                    stream.pending.append(UInt8(ascii: "\n"))
                    stream.pending.withUnsafeBytes { output.take(kind.stream, $0) }
                }
                streams[kind] = nil
            }
        }
    }

    private func pass(_ piece: UnsafeRawBufferPointer, _ kind: ProcessOutput, _ pending: inout [UInt8]) {
        guard let last = piece.lastNewline else {
            pending.append(contentsOf: piece)
            if pending.count >= output.options.lineBytes {
                pending.withUnsafeBytes { output.take(kind.stream, $0) }
                pending.removeAll(keepingCapacity: true)
            }
            return
        }
        var whole = UnsafeRawBufferPointer(rebasing: piece[...last])
        if !pending.isEmpty, let first = whole.firstNewline {
            pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: whole[...first]))
            pending.withUnsafeBytes { output.take(kind.stream, $0) }
            pending.removeAll(keepingCapacity: true)
            whole = UnsafeRawBufferPointer(rebasing: whole[(first + 1)...])
        }
        output.take(kind.stream, whole)
        pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece[(last + 1)...]))
    }
}

extension ProcessOutput {
    /// As log lines name it.
    package var stream: LogLine.Stream { self == .standardOutput ? .stdout : .stderr }
}
