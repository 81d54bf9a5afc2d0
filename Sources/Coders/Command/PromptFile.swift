import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The prompt on disk, for as long as a command runs: a command line can be read by every user of a machine and holds 128 KiB
/// at most.
struct PromptFile {
    let path: String

    /// Nil where it cannot be written.
    init?(_ text: String, in folder: String) {
        path = "\(folder)/.prompt-\(RandomName.make()).md"
        guard let descriptor = Files.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600) else {
            return nil
        }
        let isWritten = Files.write(text.utf8, to: descriptor)
        close(descriptor)
        guard isWritten else {
            unlink(path)
            return nil
        }
    }

    func remove() { unlink(path) }
}
