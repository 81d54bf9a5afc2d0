package import PluginKit

extension Options {
    /// JSON Schema (2020-12) of the options. What it cannot say is checked by `init(reading:)`.
    package static let schema: PluginJSON = [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Options of a service of kind kong",
        "type": "object",
        "additionalProperties": false,
        "properties": [
            "file": text("The declarative file, relative to the service's folder; without it the one that is there."),
            "deploy_by": [
                "type": "string", "enum": ["admin", "file"], "default": "admin",
                "description": "admin: POST /config. file: write the file that the gateway reads, and reload it.",
            ],
            "admin_url": text(
                "The Admin API, http://host:8001, or a reference to a secret that holds that. Default: env:KONG_ADMIN_URL."
            ),
            "admin_token": secret("Reference to the token that the Admin API asks for."),
            "admin_token_header": text("The header that carries the token. Default: Kong-Admin-Token."),
            "admin_token_prefix": ["type": "string", "description": "What stands before the token: 'Bearer '."],
            "client_certificate": secret("Reference to the client certificate, PEM text, for mutual TLS."),
            "client_key": secret("Reference to its key; without it the key stands with the certificate."),
            "ca_file": text("Absolute path of the PEM certificates to trust in place of the system's."),
            "status_url": text(
                "The Status API, or a reference to a secret that holds its URL: the file way asks it which configuration runs."
            ),
            "proxy_url": text("Where requests come in. Default: http://127.0.0.1:8000."),
            "validate": [
                "type": "boolean", "default": true,
                "description": "Ask the Admin API about every entity while building, where it answers.",
            ],
            "declarative_file": text("Absolute path of the file that the gateway reads (declarative_config)."),
            "reload": [
                "type": "string", "enum": ["none", "host", "container", "command"],
                "description": "Who reloads the gateway. Default: what the options below name; the file way: host.",
            ],
            "container": text("Name of the container that the gateway runs in: kong reload is run there."),
            "engine": text("The program that runs containers. Default: docker."),
            "reload_command": [
                "type": "array", "minItems": 1, "items": ["type": "string", "minLength": 1],
                "description": "A command that reloads the gateway, without a shell.",
            ],
            "prefix": text("The gateway's prefix folder, for kong reload -p."),
            "patience": [
                "type": ["string", "number"], "default": "30s",
                "description":
                    "How long a configuration may take until every worker runs it, and a route until it answers.",
            ],
            "smoke": [
                "type": "array", "description": "Routes that have to answer through the proxy.",
                "items": [
                    "type": ["string", "object"], "additionalProperties": false,
                    "properties": [
                        "route": text("Name of a route of the file."), "method": text("Default: the route's, or GET."),
                        "path": text("Default: the route's first path."),
                        "host": text("Default: the route's first host."),
                        "headers": ["type": "object", "additionalProperties": ["type": "string"]],
                        "status": [
                            "type": ["integer", "array"], "items": ["type": "integer", "minimum": 100, "maximum": 599],
                            "minimum": 100, "maximum": 599,
                            "description":
                                "Statuses that are an answer. Default: any below 500 of a route that exists.",
                        ],
                        "contains": text("Text that the answer holds."),
                    ],
                ],
            ],
            "keep_releases": [
                "type": "integer", "minimum": 1, "maximum": 1000, "default": 5,
                "description": "Configurations kept for rollbacks.",
            ],
        ],
    ]

    private static func text(_ description: String) -> PluginJSON {
        ["type": "string", "minLength": 1, "description": .string(description)]
    }
    private static func secret(_ description: String) -> PluginJSON {
        ["type": "string", "minLength": 1, "sensitive": true, "description": .string(description)]
    }
}
