import Foundation
import PluginKit
import SwiftBuildLogic
import SwiftBuildSupport
import TeatroLogic
import TestSupport
import Testing

@Suite struct TeatroOptionsTests {
    private func pointers(_ options: PluginJSON) -> [String] {
        let problems = OptionSchema(TeatroOptions.schema).problems(in: options)
        if !problems.isEmpty { return problems.map(\.pointer) }
        do throws(InvalidOptions) {
            _ = try TeatroOptions(reading: options)
            return []
        } catch {
            return error.problems.map(\.pointer)
        }
    }

    @Test func withoutOptionsTheViewsFolderIsRenderedAndNothingRuns() throws {
        let options = try TeatroOptions(reading: [:])
        #expect(options == TeatroOptions())
        #expect(options.views == nil && options.formats == [.html, .svg] && options.swift.run == .nothing)
    }

    @Test func viewsTakeWhatTheServiceSaysAndMaySayOtherwise() throws {
        let options = try TeatroOptions(reading: [
            "views": [
                "Views/intro.fountain",
                ["input": "Views/b.storyboard", "name": "board", "formats": ["png", "png", "codex"], "width": 300],
            ],
            "formats": ["html"], "width": 640, "height": 480, "title": "Plays", "jobs": 2, "run": "server",
        ])
        #expect(
            options.views == [
                View(name: "intro", input: "Views/intro.fountain", formats: [.html], width: 640, height: 480),
                View(name: "board", input: "Views/b.storyboard", formats: [.png, .codex], width: 300, height: 480),
            ])
        #expect(options.title == "Plays" && options.swift.jobs == 2 && options.swift.run == .product("server"))
    }

    @Test func whatIsWrongIsNamedByItsPlace() {
        #expect(pointers(["views": []]) == ["/views"])
        #expect(pointers(["views": [["name": "x"]]]) == ["/views/0"])
        #expect(pointers(["views": [["input": "a.fountain", "size": 1]]]) == ["/views/0/size"])
        #expect(pointers(["views": ["a.fountain", 7]]) == ["/views/1"])
        #expect(pointers(["formats": ["html", "pdf"]]) == ["/formats/1"])
        #expect(pointers(["width": 0]) == ["/width"])
        #expect(pointers(["colour": "red"]) == ["/colour"])
        #expect(pointers(["views": ["/etc/passwd", "a/../../b.fountain", "-o.fountain"]]).count == 3)
        #expect(pointers(["views": ["a/index.fountain"]]) == ["/views/0"])
        #expect(pointers(["views": [["input": "a.fountain", "name": "a b"]]]) == ["/views/0/name"])
        #expect(pointers(["views": ["a.fountain", "b/a.ly"]]) == ["/views/1"])
        #expect(pointers(["views": ["/x.ly"], "toolchain": "swift"]) == ["/toolchain", "/views/0"], "all at once")
    }

    @Test func theViewsFolderGivesItsFilesInOrder() async throws {
        try await ScratchDirectory.with { root in
            let place = Workplace(root)
            let views = { try ViewList.views(TeatroOptions(), in: place.call.sourceDirectory) }
            #expect(throws: (any Error).self) { try views() }
            try place.write([
                "Views/b.fountain": "", "Views/a.storyboard": "", "Views/notes.txt": "", "Views/.c.fountain": "",
                "Views/inner/d.fountain": "",
            ])
            #expect(try views().map(\.input) == ["Views/a.storyboard", "Views/b.fountain"])
            try place.write(["Views/a.ly": ""])
            #expect(throws: (any Error).self) { try views() }
        }
    }

    @Test func anIndexPageIsSafeAndTheSameForTheSameViews() {
        let views = [View(name: "a", input: "a.ly", formats: [.html, .png])]
        let page = IndexPage(title: "<Plays> & \"more\"", views: views).text
        #expect(page.contains("<h1>&lt;Plays&gt; &amp; &quot;more&quot;</h1>"))
        #expect(page.contains("<a href=\"a.html\">HTML</a> <a href=\"a.png\">PNG</a>"))
        #expect(page == IndexPage(title: "<Plays> & \"more\"", views: views).text)
    }
}
