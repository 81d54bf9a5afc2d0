extension OutputMask {
    /// A mask for one stream that hides what `masker` knows.
    package init(_ masker: SecretMasker) {
        var stream = masker.stream()
        self.init(
            process: { piece in
                var shown: [UInt8] = []
                stream.process(piece) { shown.append(contentsOf: $0) }
                return shown
            },
            finish: {
                var shown: [UInt8] = []
                stream.finish { shown.append(contentsOf: $0) }
                return shown
            })
    }

    /// Makes one mask per stream; nil where there is no masker.
    package static func each(hiding masker: SecretMasker?) -> (@Sendable () -> OutputMask)? {
        guard let masker else { return nil }
        return { OutputMask(masker) }
    }
}
