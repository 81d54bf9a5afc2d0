import Model
import TeatroLogic
import Testing

@Suite struct ViewFailureTests {
    private let view = View(name: "board", input: "Views/board.storyboard", formats: [.svg])

    @Test func theEnginesPlaceBecomesTheFindings() {
        let output = "Error: Views/board.storyboard:3:14: Expected ':' here\nScene B\nUsage: render-cli [--input]\n"
        let found = ViewFailure(view, .svg, nil, output: Array(output.utf8), stage: .build).diagnostic
        #expect(found.code == "teatro.render" && found.isError)
        #expect(found.message == "view 'board' does not render as SVG: Expected ':' here")
        #expect(found.location == FileLocation(file: "Views/board.storyboard", line: 3, column: 14))
        #expect(found.detail?.contains("Scene B") == true)
    }

    @Test(arguments: [
        ("Error: Unsupported input extension: .doc\nUsage: x\n", "Unsupported input extension: .doc"),
        ("Wrote /tmp/x.svg\nsomething broke\n\n", "something broke"),
        ("Error: a:b:c: d\n", "a:b:c: d"),
        ("", "RenderCLI gave no reason"), ("Wrote /tmp/x\n", "RenderCLI gave no reason"),
    ])
    func otherWordsStandAsTheyAre(_ output: String, _ message: String) {
        let found = ViewFailure(view, .svg, nil, output: Array(output.utf8), stage: .build).diagnostic
        #expect(found.message.hasSuffix(": \(message)"), "\(found.message)")
        #expect(found.location == FileLocation(file: "Views/board.storyboard"))
    }

    @Test func whatIsKnownComesBeforeWhatWasSaid() {
        let output = Array("half of it".utf8)
        let found = ViewFailure(view, .png, "the engine was ended by signal 6", output: output, stage: .plan).diagnostic
        #expect(found.message.hasSuffix("the engine was ended by signal 6: half of it"))
        #expect(found.stage == .plan)
    }
}
