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
        var line = Line()
    }

    private struct Line: Sendable {
        /// The beginning of a line whose end has not come yet.
        var pending: [UInt8] = []
        /// An overlong line was handed on in pieces, and its end has not come yet.
        var isOpen = false
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
                mask.process(piece).withUnsafeBytes { pass($0, kind, &stream.line) }
            } else {
                pass(piece, kind, &stream.line)
            }
            streams[kind] = stream
        }
    }

    /// Hands on what has no line end.
    package func finish() {
        streams.withLock { streams in
            for kind in [ProcessOutput.standardOutput, .standardError] {
                guard var stream = streams[kind] else { continue }
                if let mask = stream.mask { mask.finish().withUnsafeBytes { pass($0, kind, &stream.line) } }
                if !stream.line.pending.isEmpty {
                    stream.line.pending.append(UInt8(ascii: "\n"))
                    stream.line.pending.withUnsafeBytes { output.take(kind.stream, $0) }
                } else if stream.line.isOpen {
                    output.endLine()
                }
                streams[kind] = nil
            }
        }
    }

    private func pass(_ piece: UnsafeRawBufferPointer, _ kind: ProcessOutput, _ line: inout Line) {
        guard let last = piece.lastNewline else {
            line.pending.append(contentsOf: piece)
            if line.pending.count >= output.options.lineBytes {
                line.pending.withUnsafeBytes { output.take(kind.stream, $0) }
                line.pending.removeAll(keepingCapacity: true)
                line.isOpen = true
            }
            return
        }
        var whole = UnsafeRawBufferPointer(rebasing: piece[...last])
        if !line.pending.isEmpty, let first = whole.firstNewline {
            line.pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: whole[...first]))
            line.pending.withUnsafeBytes { output.take(kind.stream, $0) }
            line.pending.removeAll(keepingCapacity: true)
            whole = UnsafeRawBufferPointer(rebasing: whole[(first + 1)...])
        } else if line.isOpen, whole.firstNewline == 0 {
            // The end of a line that was shown already, not an empty line.
            output.endLine()
            whole = UnsafeRawBufferPointer(rebasing: whole[1...])
        }
        line.isOpen = false
        output.take(kind.stream, whole)
        line.pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece[(last + 1)...]))
    }
}

extension ProcessOutput {
    /// As log lines name it.
    package var stream: LogLine.Stream { self == .standardOutput ? .stdout : .stderr }
}
