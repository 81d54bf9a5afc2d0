import SupervisorCore

/// What the supervisor says of itself: to the terminal when it is started, to its own log afterwards.
enum Console {
    static func complain(_ text: String) {
        Files.write(Array("\(CivilTime.stamp(milliseconds: Clock.wall)) ServiceSupervisor: \(text)\n".utf8), to: 2)
    }
}
