import CGit2

/// Creating a reference that must not be there.
extension LocalPush {
    /// `git_reference_create` looks whether it is there before it has the lock: of two at once, both were told that they had made
    /// it, and one of them had lost its commit. Here everything is looked at under the lock.
    func create(_ name: String, _ id: inout git_oid, in target: OpaquePointer?) throws(TransportError) {
        var transaction: OpaquePointer?
        defer { git_transaction_free(transaction) }
        try LibGit2.call { git_transaction_new(&transaction, target) }
        do throws(TransportError) {
            try LibGit2.call { git_transaction_lock_ref(transaction, name) }
        } catch {
            // A branch whose name is the beginning of this one keeps its file from being made.
            if git_error_code(error.code) != GIT_ELOCKED { try refuseNeighbours(of: name, in: target) }
            throw error
        }
        guard try !exists(name, in: target) else { throw Self.refusal(GIT_EEXISTS, "reference '\(name)' exists") }
        try refuseNeighbours(of: name, in: target)
        try LibGit2.call { git_transaction_set_target(transaction, name, &id, nil, Self.message) }
        try LibGit2.call { git_transaction_commit(transaction) }
    }

    private func exists(_ name: String, in target: OpaquePointer?) throws(TransportError) -> Bool {
        var found: OpaquePointer?
        defer { git_reference_free(found) }
        do throws(TransportError) {
            try LibGit2.call { git_reference_lookup(&found, target, name) }
            return true
        } catch {
            guard git_error_code(error.code) == GIT_ENOTFOUND else { throw error }
            return false
        }
    }

    /// A reference is a file: none can be called as the folder of another.
    private func refuseNeighbours(of name: String, in target: OpaquePointer?) throws(TransportError) {
        let parts = name.split(separator: "/")
        for count in 3..<max(3, parts.count) {
            let above = parts.prefix(count).joined(separator: "/")
            if try exists(above, in: target) { throw Self.collision(name, above) }
        }
        var iterator: OpaquePointer?
        try LibGit2.call { git_reference_iterator_glob_new(&iterator, target, "\(name)/*") }
        defer { git_reference_iterator_free(iterator) }
        var below: UnsafePointer<CChar>?
        if git_reference_next_name(&below, iterator) == 0, let below {
            throw Self.collision(name, String(cString: below))
        }
    }

    private static func collision(_ name: String, _ other: String) -> TransportError {
        var error = refusal(GIT_ERROR, "path to reference '\(name)' collides with existing one '\(other)'")
        error.gitClass = Int32(GIT_ERROR_REFERENCE.rawValue)
        return error
    }
}
