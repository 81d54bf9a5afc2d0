/// The page that lists what was rendered. It changes with the views alone: neither revision nor time stands in it.
package struct IndexPage: Sendable {
    package static let file = "index.html"

    private let title: String
    private let views: [View]
    package init(title: String, views: [View]) {
        self.title = title
        self.views = views
    }

    package var text: String {
        let rows = views.map { view in
            let links = view.formats.map { "<a href=\"\(Self.escaped(view.file($0)))\">\($0.spoken)</a>" }
            return "<tr><th scope=\"row\">\(Self.escaped(view.name))</th><td>\(links.joined(separator: " "))</td></tr>"
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Self.escaped(title))</title>
            <style>
            body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; }
            th { text-align: left; padding-right: 2rem; }
            td a { margin-right: 1rem; }
            </style>
            </head>
            <body>
            <h1>\(Self.escaped(title))</h1>
            <table>
            \(rows.joined(separator: "\n"))
            </table>
            </body>
            </html>

            """
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
