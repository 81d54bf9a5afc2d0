import SupervisorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

// ServiceSupervisor start|run CONTROL-DIRECTORY [--resume]
// ServiceSupervisor exec NICENESS GROUP… -- FILE ARGV0 ARGUMENT…
// ServiceSupervisor guard NICENESS GROUP… -- FILE ARGV0 ARGUMENT…
//
// `start` launches a supervisor in a session of its own, waits until it takes commands, and exits; `run` is that
// supervisor. With `--resume` it starts what the directory's spec says unless an operator had stopped it. `exec` and
// `guard` run a single command: see GroupEntry and CommandGuard.

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "exec" { exit(GroupEntry.run(Array(arguments.dropFirst()))) }
if arguments.first == "guard" { exit(CommandGuard.run(Array(arguments.dropFirst()))) }
let resumes = arguments.dropFirst(2) == ["--resume"]
guard arguments.count == 2 || resumes, arguments[1].hasPrefix("/") else {
    Console.complain("usage: ServiceSupervisor start|run ABSOLUTE-CONTROL-DIRECTORY [--resume]")
    exit(64)
}
let directory = ControlDirectory(arguments[1])

switch arguments[0] {
case "start": exit(Launcher.launch(in: directory, resumes: resumes))
case "run": exit(SupervisorLoop.run(in: directory, resumes: resumes))
default:
    Console.complain("'\(arguments[0])' is neither 'start' nor 'run'")
    exit(64)
}
