import KongLogic
import PluginKit
import Testing

/// Options are checked as a whole, and each problem is named by its place.
@Suite struct OptionsTests {
    private func problems(_ json: PluginJSON) -> [String] {
        let schema = OptionSchema(Options.schema).problems(in: json)
        guard schema.isEmpty else { return schema.map(\.pointer) }
        do throws(InvalidOptions) {
            _ = try Options(reading: json)
            return []
        } catch {
            return error.problems.map(\.pointer)
        }
    }

    @Test(
        arguments: [
            ([:], []), (["admin_url": "http://10.0.0.7:8001/"], []), (["admin_url": "gateway-admin"], []),
            (["admin_url": "10.0.0.7:8001"], ["/admin_url"]), (["admin_url": "http://me:pw@h"], ["/admin_url"]),
            (["admin_token": "this is the token itself"], ["/admin_token"]),
            (["client_key": "env:KEY"], ["/client_key"]),
            (["client_key": "env:KEY", "client_certificate": "file:/etc/c.pem"], []),
            (["deploy_by": "file"], ["/declarative_file"]), (["declarative_file": "/k.yaml"], ["/declarative_file"]),
            (["file": "../kong.yaml"], ["/file"]), (["reload": "container"], ["/container"]),
            (["reload": "command"], ["/reload_command"]), (["smoke": [[:]]], ["/smoke/0"]),
            (["smoke": [["path": "orders"]]], ["/smoke/0/path"]),
            (["smoke": ["orders", ["route": "x", "status": [200, 404]]]], []),
            (["patience": "2h"], ["/patience"]), (["patience": 0], ["/patience"]),
            (["ca_file": "ca.pem"], ["/ca_file"]),
            (["adminurl": "x"], ["/adminurl"]), (["keep_releases": 0], ["/keep_releases"]),
        ] as [(PluginJSON, [String])])
    func optionsAreChecked(_ json: PluginJSON, _ expected: [String]) {
        #expect(problems(json) == expected)
    }

    @Test func urlOfTheGatewayIsTakenFromTheEnvironmentByDefault() throws {
        let options = try Options(reading: [:])
        #expect(options.admin.url == "env:KONG_ADMIN_URL" && options.way == .admin && options.reload == .none)
        #expect(try Options(reading: ["deploy_by": "file", "declarative_file": "/k.yaml"]).reload == .host)
        #expect(KongPlugin.manifest.order == 80 && KongPlugin.manifest.kinds == ["kong"])
        // What a schema marks sensitive is masked where somebody puts the secret itself there.
        #expect(Options.schema["properties"]?["admin_token"]?["sensitive"] == true)
    }
}
