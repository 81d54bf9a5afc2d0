package import Model

/// What the operator wants of companions: a Compose file or Dockerfile beside a package of its own kind, which serves image
/// builds and end-to-end tests and is not deployed.
package struct CompanionPolicy: Sendable, Hashable {
    package var buildsImages: Bool
    package var runsEndToEnd: Bool

    package init(buildsImages: Bool = false, runsEndToEnd: Bool = false) {
        self.buildsImages = buildsImages
        self.runsEndToEnd = runsEndToEnd
    }

    /// Tests need what is built; empty where nobody asked for either.
    package var stages: [Stage] { runsEndToEnd ? [.build, .test] : buildsImages ? [.build] : [] }

    /// For people: what was asked for, or what to set.
    package var reason: String {
        switch (buildsImages, runsEndToEnd) {
        case (true, true): "build_docker and run_e2e are set"
        case (true, false): "build_docker is set"
        case (false, true): "run_e2e is set"
        case (false, false):
            "set build_docker (DISPATCHER_BUILD_DOCKER=1) to have it built, run_e2e (DISPATCHER_RUN_E2E=1) to have it "
                + "tested as well; name it in deployer.yaml to have it deployed"
        }
    }
}
