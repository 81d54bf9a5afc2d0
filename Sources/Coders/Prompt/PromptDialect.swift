extension PromptOptions.Dialect {
    /// How a patch is to be written, with an example.
    var instructions: String {
        switch self {
        case .unifiedDiff:
            """
            Each patch is a unified diff of one or more files. Line numbers may be off; the unchanged lines around a change \
            decide where it belongs, so show at least three of them, exactly as they are:
            --- a/Sources/App/main.swift
            +++ b/Sources/App/main.swift
            @@ -10,3 +10,3 @@
             let port = 8080
            -let name = nil
            +let name = "app"
             run(port, name)
            A new file has --- /dev/null, a deleted one +++ /dev/null.
            """
        case .searchReplace:
            """
            Each patch is one or more blocks, each with the path of the file above it. The text to be found must be in the file \
            exactly once, so take enough unchanged lines into it, exactly as they are, without line numbers:
            Sources/App/main.swift
            <<<<<<< SEARCH
            let port = 8080
            let name = nil
            =======
            let port = 8080
            let name = "app"
            >>>>>>> REPLACE
            An empty SEARCH part makes a new file.
            """
        case .envelope:
            """
            Each patch is an envelope; lines that stay begin with a blank, removed ones with '-', added ones with '+'. Show \
            three unchanged lines above and below, exactly as they are:
            *** Begin Patch
            *** Update File: Sources/App/main.swift
            @@
             let port = 8080
            -let name = nil
            +let name = "app"
             run(port, name)
            *** End Patch
            A new file is '*** Add File: path', a deleted one '*** Delete File: path'.
            """
        }
    }
}
