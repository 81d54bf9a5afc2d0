internal import PluginAPI

/// A struct of the ABI whose first member is its size.
protocol Sized {
    init()
}

extension deployer_host: Sized {}
extension deployer_hello: Sized {}
extension deployer_open_request: Sized {}
extension deployer_detect_request: Sized {}
extension deployer_run_request: Sized {}
extension deployer_process_v1: Sized {}
extension deployer_process_result: Sized {}
extension deployer_http_v1: Sized {}
extension deployer_http_response: Sized {}
extension deployer_http_stream_v1: Sized {}
extension deployer_stream_piece: Sized {}
extension deployer_secret_v1: Sized {}
extension deployer_cancel_v1: Sized {}
extension deployer_supervise_v1: Sized {}
extension deployer_service_status: Sized {}

/// Reads a struct by the rule of growth: the smaller of both sizes, the rest zero.
func sized<Value: Sized>(_ pointer: UnsafePointer<Value>) -> Value {
    var value = Value()
    let raw = UnsafeRawPointer(pointer)
    // No struct of this ABI has a size that is no multiple of 8; half a pointer must not be read.
    let theirs = raw.loadUnaligned(as: UInt64.self) & ~7
    withUnsafeMutableBytes(of: &value) { bytes in
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        bytes.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: min(Int(clamping: theirs), bytes.count)))
    }
    return value
}

/// An array that crossed as pointer and count.
func list<Element>(_ items: UnsafePointer<Element>?, _ count: UInt64) -> UnsafeBufferPointer<Element> {
    UnsafeBufferPointer(start: items, count: items == nil ? 0 : Int(clamping: count))
}

extension String {
    init(_ string: deployer_string) {
        guard let data = string.data, string.length > 0 else {
            self = ""
            return
        }
        self = String(
            decoding: UnsafeRawBufferPointer(start: data, count: Int(clamping: string.length)), as: UTF8.self)
    }
}

extension [UInt8] {
    init(_ bytes: deployer_bytes) {
        self = bytes.data.map { [UInt8](UnsafeBufferPointer(start: $0, count: Int(clamping: bytes.length))) } ?? []
    }
}
