package import PluginKit
import SwiftBuildLogic

extension TeatroOptions {
    /// JSON Schema (2020-12) of the options. What it cannot say is checked by `init(reading:)`.
    package static let schema: PluginJSON = {
        let formats: PluginJSON = [
            "type": "array", "minItems": 1,
            "items": ["type": "string", "enum": .array(View.Format.allCases.map { .string($0.rawValue) })],
        ]
        let view: PluginJSON = [
            "type": ["string", "object"], "minLength": 1, "required": ["input"], "additionalProperties": false,
            "properties": [
                "input": text("File that the engine reads, relative to the service's folder."),
                "name": text("What the published files are called; the input's name without it."),
                "formats": described(formats, "Instead of the service's own."),
                "width": size("Width of its pictures."), "height": size("Height of its pictures."),
            ],
        ]
        let own: [String: PluginJSON] = [
            "views": [
                "type": "array", "minItems": 1, "items": view,
                "description": "What is rendered; without it every file in the folder Views that the engine reads.",
            ],
            "formats": described(formats, "What views are rendered to; without it html and svg."),
            "width": size("Width of all pictures."), "height": size("Height of all pictures."),
            "render_timeout": [
                "type": "integer", "minimum": 1, "maximum": 3600, "default": 60,
                "description": "Seconds that rendering one file may take.",
            ],
            "title": text("Title of the index page; without it the service's name."),
            "run": [
                "type": ["string", "boolean"],
                "description": "The executable that is a running service; without it none is run.",
            ],
        ]
        var members = Options.schema.object ?? [:]
        members["title"] = "Options of a service of kind teatro"
        members["properties"] = .object((members["properties"]?.object ?? [:]).merging(own, uniquingKeysWith: { $1 }))
        return .object(members)
    }()

    private static func text(_ description: String) -> PluginJSON {
        ["type": "string", "minLength": 1, "maxLength": 1000, "description": .string(description)]
    }

    private static func size(_ description: String) -> PluginJSON {
        ["type": "integer", "minimum": 1, "maximum": 20_000, "description": .string(description)]
    }

    private static func described(_ schema: PluginJSON, _ description: String) -> PluginJSON {
        var members = schema.object ?? [:]
        members["description"] = .string(description)
        return .object(members)
    }
}
