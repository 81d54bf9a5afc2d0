import Model
package import PluginKit

extension PluginJSON {
    /// A duration among the options: a text such as `30s`, or a number of seconds.
    ///
    /// - Parameters:
    ///   - least: the shortest that is taken; without it, everything above zero.
    ///   - problems: gets what is wrong with it.
    /// - Returns: nil where there is none, or none that is taken.
    package func duration(
        _ key: String, from least: Duration? = nil, upTo limit: Duration, _ problems: inout [InvalidOptions.Problem]
    ) -> Duration? {
        guard let value = self[key] else { return nil }
        // Compared before it becomes a duration, which not every number can.
        let seconds = value.number.flatMap { $0 >= 0 && $0 <= limit.inSeconds ? Duration.seconds($0) : nil }
        let duration = value.string.map { DurationText($0)?.duration } ?? seconds
        if let duration, duration <= limit, least.map({ duration >= $0 }) ?? (duration > .zero) { return duration }
        problems.append(.init("/\(key)", "must be a duration such as '30s', at most \(limit.spoken)"))
        return nil
    }
}
