import Model

#if canImport(Glibc)
    import Glibc

    /// The inbox's folder as inotify(7) sees it. Used by one thread at a time.
    final class InboxEvents {
        let notifier: Int32
        private let folder: String
        private let prepare: @Sendable () throws(Failure) -> Void
        private var watched: Int32 = -1
        /// Whether the folder was there when it was to be watched last.
        private(set) var isThere = true
        private var buffer = [UInt8](repeating: 0, count: 4096)

        init(notifier: Int32, folder: String, prepare: @escaping @Sendable () throws(Failure) -> Void) {
            self.notifier = notifier
            self.folder = folder
            self.prepare = prepare
        }

        /// False from the moment on that the folder is another one than was watched.
        var isWatching: Bool { watched >= 0 }

        /// Makes the folder where it is missing, and watches it. False when it cannot be, for the reason in errno.
        func watch() -> Bool {
            do throws(Failure) { try prepare() } catch {
                isThere = false
                return false
            }
            isThere = true
            let events = UInt32(
                IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
            watched = inotify_add_watch(notifier, folder, events)
            return isWatching
        }

        /// Takes all events that are there. True when one may mean a file that is complete.
        func read() -> Bool {
            var isWorthALook = false
            while true {
                let count = Glibc.read(notifier, &buffer, buffer.count)
                guard count > 0 else { return isWorthALook }
                var start = 0
                while start + MemoryLayout<inotify_event>.size <= count {
                    let event = buffer.withUnsafeBytes {
                        $0.loadUnaligned(fromByteOffset: start, as: inotify_event.self)
                    }
                    let nameStart = start + MemoryLayout<inotify_event>.size
                    start = nameStart + Int(event.len)
                    guard start <= count else { break }
                    if take(event, name: buffer[nameStart..<start].prefix { $0 != 0 }) { isWorthALook = true }
                }
            }
        }

        private func take(_ event: inotify_event, name: ArraySlice<UInt8>) -> Bool {
            let mask = event.mask
            // More happened than the kernel could tell.
            if mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
            guard event.wd == watched else { return false }
            if mask & UInt32(IN_MOVE_SELF) != 0 {
                // The watch went with the folder.
                inotify_rm_watch(notifier, watched)
                watched = -1
                return false
            }
            if mask & UInt32(IN_IGNORED | IN_DELETE_SELF) != 0 {
                watched = -1
                return false
            }
            if mask & UInt32(IN_CREATE) != 0 { return mask & UInt32(IN_ISDIR) == 0 && isComplete(name) }
            return true
        }

        /// Whether what has just got a name has its content, too: link(2) and symlink(2) put something whole there,
        /// while open(2) makes an empty file, of which IN_CLOSE_WRITE tells when it is written.
        private func isComplete(_ name: ArraySlice<UInt8>) -> Bool {
            let path = (folder.utf8 + [UInt8(ascii: "/")] + name + [0]).map(CChar.init(bitPattern:))
            var info = stat()
            guard lstat(path, &info) == 0 else { return false }
            return info.st_mode & S_IFMT != S_IFREG || info.st_size > 0
        }
    }
#endif
