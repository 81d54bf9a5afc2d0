import CGit2
import Model

extension Array where Element == String {
    /// Copies what libgit2 handed out; the caller disposes of `array`.
    init(_ array: git_strarray) {
        self = []
        reserveCapacity(array.count)
        for index in 0..<array.count {
            if let text = array.strings?[index] { append(String(cString: text)) }
        }
    }
}

/// Calls `body` with `texts` as libgit2 wants them, valid during the call only.
func withStringArray<Result>(
    _ texts: [String], _ body: (inout git_strarray) throws(Failure) -> Result
) throws(Failure) -> Result {
    let buffers = texts.map { text in
        let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count + 1)
        _ = bytes.initialize(from: text.utf8.lazy.map { CChar(bitPattern: $0) } + [0])
        return bytes
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    var pointers: [UnsafeMutablePointer<CChar>?] = buffers.map(\.baseAddress)
    let outcome = pointers.withUnsafeMutableBufferPointer { storage -> Swift.Result<Result, Failure> in
        var array = git_strarray(strings: storage.baseAddress, count: storage.count)
        return Swift.Result { () throws(Failure) in try body(&array) }
    }
    return try outcome.get()
}
