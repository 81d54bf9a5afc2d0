import DockerComposeLogic
import PluginKit
import Testing

/// Dockerfiles and what builders print of them.
struct BuildOutputTests {
    private static let dockerfile = """
        # syntax=docker/dockerfile:1
        ARG BASE=base:1
        FROM ${BASE} AS build
        RUN one && \\
            # a comment between
            two

        COPY <<EOF /file
        RUN not an instruction
        EOF
        RUN three
        FROM base:1
        copy --from=build /file /x

        """

    @Test func instructionsHaveTheLineTheyBeginOn() {
        let found = Dockerfile(Self.dockerfile).instructions
        #expect(found.map(\.line) == [2, 3, 4, 8, 11, 12, 13])
        #expect(found.map(\.keyword) == ["ARG", "FROM", "RUN", "COPY", "RUN", "FROM", "COPY"])
        #expect(found[2].text == "RUN one && two")
    }

    @Test func aStepIsFoundByItsTextThenByItsNumber() {
        let file = Dockerfile(Self.dockerfile)
        #expect(file.line(of: "RUN one &&     two") == 4)
        #expect(file.line(of: "RUN three") == 11)
        #expect(file.line(of: "FROM base:1", number: 2) == 12)
        #expect(file.line(of: "FROM something:else", number: 2) == 3)
        #expect(file.line(of: "RUN something else") == nil)
    }

    @Test(arguments: [
        // BuildKit of Docker 23 and later.
        (
            "#7 [build 2/3] RUN three\n#7 0.2 oh no\n#7 ERROR: process \"/bin/sh -c three\" did not complete successfully: "
                + "exit code: 1\n------\nDockerfile:11\n--------------------\n", 11
        ),
        // BuildKit of Docker 20.10.
        ("#7 [build 2/3] RUN one && two\n#7 ERROR: executor failed running [/bin/sh -c one]: exit code: 1\n", 4),
        // The classic builder.
        ("Step 5/7 : RUN three\n ---> Running in 1\nThe command '/bin/sh -c three' returned a non-zero code: 1\n", 11),
        // buildah.
        ("STEP 5/7: RUN three\nError: error building at STEP \"RUN three\": exit status 1\n", 11),
        ("Error response from daemon: dockerfile parse error line 9: unknown instruction: RUNN\n", 9),
        ("failed to solve: dockerfile parse error on line 9: unknown instruction: RUNN\n", 9),
        (
            "#3 [internal] load metadata for docker.io/library/base:1\n#3 ERROR: docker.io/library/base:1: not found\n",
            12
        ),
    ])
    func everyBuildersFailureIsOnItsLine(_ printed: String, _ line: Int) {
        // Cut anywhere: output comes in pieces.
        for size in [1, 7, printed.utf8.count] {
            var output = BuildOutput()
            var rest = Array(printed.utf8)[...]
            while !rest.isEmpty {
                output.consume(Array(rest.prefix(size)), from: .standardOutput)
                rest = rest.dropFirst(size)
            }
            output.finish()
            let finding = output.diagnostic(
                dockerfile: Self.dockerfile, file: "Dockerfile", service: "web", fallback: "exit code 1")
            #expect(finding.location?.line == line, "\(printed)")
            #expect(finding.severity == .error)
        }
    }
}
