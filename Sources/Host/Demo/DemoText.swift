import Settings

/// What a newcomer is told to try once the sample runs.
enum DemoText {
    static func welcome(_ layout: WorkspaceLayout) -> [String] {
        let folder = layout.root
        // The sample's folder holds the workspace and its origin.
        let sample = folder.hasSuffix("/workspace") ? String(folder.dropLast("/workspace".count)) : folder
        let host = ".build/debug/host"
        return [
            "",
            "The first cycle is over; when it succeeded, the sample service runs. In another terminal, from this folder, try:",
            "",
            "    curl http://127.0.0.1:8089/", "    \(host) status --workspace \(folder)", "",
            "  break it - push a commit that does not compile, and watch it being reported here:", "",
            "    \(host) demo break \(sample)", "",
            "  repair it - drop a patch, and watch it being tried, committed and deployed:", "",
            "    \(host) demo repair \(sample)", "",
            "Ctrl-C ends the daemon; `\(host) demo stop \(sample)` ends the service.",
            "",
        ]
    }
}
