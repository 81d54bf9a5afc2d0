import Diagnostics
import Model

/// A refusal as servers word it: `{"error": {"message", "type", "param", "code"}}` with OpenAI, `{"detail": …}` with FastAPI.
struct APIError {
    var status: Int
    /// The server's words, scrubbed and short.
    var message: String
    var code: String?
    var type: String?
    var parameter: String?
    /// Single words of message and parameter.
    private var words: Set<String>

    /// Codes of the type `insufficient_quota`: only the account's owner can mend these.
    private static let quotaCodes: Set<String> = [
        "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_hard_limit_reached",
    ]

    init(status: Int, body: String, mask: (String) -> String) {
        self.status = status
        let document = JSONText.decode(body)
        let error = document?["error"]
        code = error?["code"]?.string
        type = error?["type"]?.string
        parameter = error?["param"]?.string
        var text = error?["message"]?.string ?? error?.string ?? document?["message"]?.string ?? ""
        if text.isEmpty, let detail = document?["detail"] { text = detail.string ?? JSONText.encode(detail) }
        if text.isEmpty, document == nil { text = body }
        words = Set(
            "\(text) \(parameter ?? "")".lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(
                String.init))
        let clean = mask(TextScrubber.scrub(text)).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        message = clean.count > 400 ? "\(clean.prefix(400))…" : clean
    }

    func names(_ fields: [String]) -> Bool { fields.contains { words.contains($0) } }

    /// It complains of what the request holds, not of how much or of whom.
    var isAboutRequest: Bool {
        // llama-cpp-python answers a request that does not fit with 500, as if it were its own fault.
        let isRefusal = [400, 422, 501].contains(status) || status == 500 && names(["validation", "literal_error"])
        guard isRefusal else { return false }
        if parameter != nil { return !isTooLong && !isAboutModel }
        let complaints = [
            "unsupported", "unknown", "unexpected", "unrecognized", "unrecognised", "invalid", "extra", "permitted",
            "supported", "implemented", "literal_error", "validation", "expected", "allowed",
        ]
        return !isTooLong && !isAboutModel && complaints.contains { words.contains($0) }
    }

    var isAboutModel: Bool { code == "model_not_found" || parameter == "model" }

    var isTooLong: Bool {
        status == 413 || code == "context_length_exceeded" || code == "string_above_max_length"
            || message.lowercased().contains("maximum context length")
            || message.lowercased().contains("context window")
    }

    var isAboutMoney: Bool {
        type == "insufficient_quota" || code.map(Self.quotaCodes.contains) == true || status == 402
    }

    /// `HTTP 429 (rate_limit_exceeded): Rate limit reached`.
    var spoken: String {
        let kind = (code ?? type).map { " (\($0))" } ?? ""
        return "HTTP \(status)\(kind)\(message.isEmpty ? "" : ": \(message)")"
    }
}
