package import Model

/// The stable codes of this plugin's own failures.
extension Failure.Code {
    /// A Compose file that cannot be read, or that Compose refuses.
    package static let file = Failure.Code("compose.file")
    /// An image is not there and nobody may or can make it.
    package static let image = Failure.Code("compose.image")
    /// A step of a Dockerfile failed.
    package static let build = Failure.Code("compose.build")
    /// An image could not be pulled.
    package static let pull = Failure.Code("compose.pull")
    /// A command of the engine failed.
    package static let command = Failure.Code("compose.command")
    /// A container exited, restarted or did not become healthy.
    package static let unhealthy = Failure.Code("compose.unhealthy")
    /// The end-to-end tests failed.
    package static let test = Failure.Code("compose.test")
    /// The project's name belongs to containers that somebody else started.
    package static let foreign = Failure.Code("compose.foreign-project")
    /// A name that the file gives to a container belongs to somebody else's.
    package static let foreignContainer = Failure.Code("compose.foreign-container")
    /// Containers were stopped by hand, and stay so.
    package static let stopped = Failure.Code("compose.stopped")
    /// A release that ought to be there is not.
    package static let releaseMissing = Failure.Code("compose.release-missing")
    /// The checkpoint of the last deployment cannot be read.
    package static let state = Failure.Code("compose.state")
    /// No engine answered.
    package static let engine = Failure.Code("compose.no-engine")
    /// The engine is no manager of a Swarm that works.
    package static let swarm = Failure.Code("compose.no-swarm")
    /// A machine of the Swarm is away.
    package static let node = Failure.Code("compose.node")
    /// An image could not be pushed.
    package static let push = Failure.Code("compose.push")
    package static let configuration = Failure.Code("config.invalid")
    package static let unexpected = Failure.Code("compose.failed")
}
