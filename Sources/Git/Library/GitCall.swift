import CGit2
import Model

/// The one way into libgit2: initialises the library, checks the status, and turns it into a `Failure` that says what was
/// being done to what. Must not be called on a thread of the cooperative pool.
///
/// - Parameters:
///   - operation: what the call is for.
///   - subject: the repository, reference or object it is about; only evaluated on failure.
/// - Returns: the status, which is not negative.
@discardableResult
func git(
    _ operation: GitOperation, _ subject: @autoclosure () -> String, _ call: () -> Int32
) throws(Failure) -> Int32 {
    GitLibrary.start()
    let status = call()
    guard status >= 0 else { throw .git(status, operation, subject()) }
    return status
}

/// As `git`, but answers nil where the thing does not exist.
@discardableResult
func gitIfFound(
    _ operation: GitOperation, _ subject: @autoclosure () -> String, _ call: () -> Int32
) throws(Failure) -> Int32? {
    GitLibrary.start()
    let status = call()
    if status == GIT_ENOTFOUND.rawValue { return nil }
    guard status >= 0 else { throw .git(status, operation, subject()) }
    return status
}

/// As `git`, for a call that hands out an object, which the caller then owns.
func git(
    _ operation: GitOperation, _ subject: @autoclosure () -> String, free: @escaping Owned.Free,
    _ call: (inout OpaquePointer?) -> Int32
) throws(Failure) -> Owned {
    var pointer: OpaquePointer?
    try git(operation, subject()) { call(&pointer) }
    guard let pointer else { throw .git(GIT_ERROR.rawValue, operation, subject()) }
    return Owned(pointer, free: free)
}

/// As `git` with `free`, but answers nil where the thing does not exist.
func gitIfFound(
    _ operation: GitOperation, _ subject: @autoclosure () -> String, free: @escaping Owned.Free,
    _ call: (inout OpaquePointer?) -> Int32
) throws(Failure) -> Owned? {
    var pointer: OpaquePointer?
    guard try gitIfFound(operation, subject(), { call(&pointer) }) != nil, let pointer else { return nil }
    return Owned(pointer, free: free)
}
