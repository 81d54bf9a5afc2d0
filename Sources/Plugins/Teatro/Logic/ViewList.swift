package import Model
import PluginSupport

/// The views of a service: as the operator names them, else what lies in the folder `Views`.
package enum ViewList {
    package static let folder = "Views"

    /// - Throws: `Failure` when there are none, when a named input is not there, or when two files of the folder would have one
    ///   name.
    package static func views(_ options: TeatroOptions, in sources: String) throws(Failure) -> [View] {
        if let views = options.views {
            for view in views where Files.kind("\(sources)/\(view.input)") != .file {
                throw Failure(
                    .configuration, "view '\(view.name)': there is no file '\(view.input)'",
                    remedy: "Correct the option 'views', or add the file.")
            }
            return views
        }
        var views: [View] = []
        for file in try Files.names(in: "\(sources)/\(folder)") {
            let input = "\(folder)/\(file)"
            guard let ending = file.split(separator: ".").last, View.inputs.contains(ending.lowercased()),
                !file.hasPrefix("."), Files.kind("\(sources)/\(input)") == .file
            else { continue }
            let name = View.name(of: file)
            guard View.isName(name) else {
                throw Failure(
                    .configuration, "'\(input)' gives no name to a view",
                    remedy: "Rename it, or name the views in the option 'views'.")
            }
            if let other = views.first(where: { $0.name == name }) {
                throw Failure(
                    .configuration, "'\(other.input)' and '\(input)' would both be the view '\(name)'",
                    remedy: "Rename one of them, or name the views in the option 'views'.")
            }
            views.append(
                View(
                    name: name, input: input, formats: options.formats, width: options.width, height: options.height))
        }
        guard !views.isEmpty else {
            throw Failure(
                .configuration, "there is nothing to render: no view in the folder '\(folder)'",
                remedy: "Name the views in the option 'views', or put files there that end in "
                    + View.inputs.map { ".\($0)" }.joined(separator: ", ") + ".")
        }
        return views
    }
}
