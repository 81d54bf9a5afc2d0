package import PluginKit
package import SwiftBuildLogic

/// What an operator may set for one service: the options of a Swift package, and what is rendered. Documentation/Teatro.md
/// lists them.
package struct TeatroOptions: Hashable, Sendable {
    package var swift = Options()
    /// nil: every file of the folder `Views` that the engine reads.
    package var views: [View]?
    /// Of views that do not name their own.
    package var formats: [View.Format] = [.html, .svg]
    package var width: Int?
    package var height: Int?
    /// For one file.
    package var renderTimeout: Duration = .seconds(60)
    /// Of the index page; nil: the service's name.
    package var title: String?

    package init() { swift.run = .nothing }

    /// Reads options that the schema has found valid, and checks what it cannot say.
    ///
    /// - Throws: `InvalidOptions` with every problem, not the first alone.
    package init(reading json: PluginJSON) throws(InvalidOptions) {
        self.init()
        var problems: [InvalidOptions.Problem] = []
        do throws(InvalidOptions) {
            swift = try Options(reading: json)
        } catch {
            problems += error.problems
        }
        // A renderer is a tool: what is published are files, unless a product is named.
        if json["run"] == nil { swift.run = .nothing }
        formats = Self.formats(json["formats"]) ?? formats
        width = json["width"]?.integer
        height = json["height"]?.integer
        title = json["title"]?.string
        let seconds = json["render_timeout"]?.integer
        renderTimeout = seconds.map { .seconds($0) } ?? renderTimeout
        if let items = json["views"]?.array {
            views = items.enumerated().map { view($1, at: "/views/\($0)", &problems) }
        }
        if let views { problems += Self.repetitions(views) }
        guard problems.isEmpty else { throw InvalidOptions(problems) }
    }

    private func view(_ json: PluginJSON, at pointer: String, _ problems: inout [InvalidOptions.Problem]) -> View {
        let input = json.string ?? json["input"]?.string ?? ""
        let place = json.string == nil ? "\(pointer)/input" : pointer
        let name = json["name"]?.string ?? View.name(of: input)
        let parts = input.split(separator: "/", omittingEmptySubsequences: false)
        let isOutside = input.hasPrefix("/") || parts.contains("..")
        if input.isEmpty || isOutside || input.hasPrefix("-") || input.utf8.contains(0) {
            problems.append(.init(place, "must be the path of a file inside the service's folder"))
        } else if !View.isName(name) {
            let what = json["name"] == nil ? place : "\(pointer)/name"
            problems.append(
                .init(
                    what, "'\(name)' cannot be a view's name: letters, digits, '.', '_', '-', 80 at most, not 'index'"))
        }
        return View(
            name: name, input: input, formats: Self.formats(json["formats"]) ?? formats,
            width: json["width"]?.integer ?? width, height: json["height"]?.integer ?? height)
    }

    private static func repetitions(_ views: [View]) -> [InvalidOptions.Problem] {
        var seen: Set<String> = []
        return views.enumerated().compactMap { index, view in
            if seen.insert(view.name).inserted { return nil }
            return .init("/views/\(index)", "two views are called '\(view.name)'; give one of them a 'name'")
        }
    }

    /// Each once, in the order of the operator.
    private static func formats(_ json: PluginJSON?) -> [View.Format]? {
        var seen: Set<View.Format> = []
        return json?.strings?.compactMap(View.Format.init(rawValue:)).filter { seen.insert($0).inserted }
    }
}
