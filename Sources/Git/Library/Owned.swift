/// An object of libgit2 that is freed when its one owner goes out of scope.
///
/// Objects refer to their repository, so an `Owned` never leaves the method of the session it was made in.
struct Owned: ~Copyable {
    typealias Free = @convention(c) (OpaquePointer?) -> Void

    let pointer: OpaquePointer
    private let free: Free

    init(_ pointer: OpaquePointer, free: @escaping Free) {
        self.pointer = pointer
        self.free = free
    }

    deinit { free(pointer) }
}
