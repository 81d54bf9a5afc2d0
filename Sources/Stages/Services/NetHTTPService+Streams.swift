package import Model
import Net

/// `http-stream/1` over the program's one HTTP client.
extension NetHTTPService: HTTPStreamService {
    package func open(_ request: HTTPStreamRequest) async throws(Failure) -> any HTTPServiceStream {
        let body: HTTPStream.Body =
            switch request.body {
            case .bytes(let bytes): .bytes(bytes)
            case .written(let length): .written(length: length)
            }
        return Stream(
            stream: try transport.open(
                HTTPTransport.Request(
                    request.method, request.url,
                    headers: request.headers.map { HTTPTransport.Header($0.name, $0.value) },
                    timeout: request.timeout, tls: tls),
                body: body, idle: request.idle))
    }

    private struct Stream: HTTPServiceStream {
        let stream: HTTPStream
        func write(_ bytes: [UInt8]) async throws(Failure) { try await stream.write(bytes) }
        func answer() async throws(Failure) -> HTTPServiceResponse {
            let head = try await stream.answer()
            return HTTPServiceResponse(status: head.status, headers: head.headers.map { ($0.name, $0.value) })
        }
        func read(most: Int) async throws(Failure) -> [UInt8]? { try await stream.read(most: most) }
        func close() { stream.close() }
    }
}
