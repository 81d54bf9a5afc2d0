import Foundation
import Git
import Model
import Samples
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Real builds of plugins in Rust and Swift, without any package from elsewhere.
@Suite struct PluginLanguageTests {
    static func missing(_ tool: String) -> String? {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return path.contains { access("\($0)/\(tool)", X_OK) == 0 } ? nil : "\(tool) is not in PATH"
    }

    /// rustup's cargo finds its toolchain below the real home.
    static var rust: [String: String] {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["RUSTUP_HOME"] ?? environment["HOME"].map { $0 + "/.rustup" } ?? ""
        return access(home, R_OK) == 0 ? ["RUSTUP_HOME": home] : [:]
    }

    /// Needs cargo.
    @Test(.enabled(if: missing("cargo") == nil, "\(missing("cargo") ?? "")")) func aPluginInRustIsBuiltOffline() async throws {
        try await Workspace.with(["README": "hello"], environment: Self.rust) { workspace in
            // What lies above the build must not decide how it is done.
            try workspace.write("Cargo.toml", "[workspace]\nmembers = [\"nothing\"]\n")
            try workspace.write(".cargo/config.toml", "[build]\nrustc-wrapper = \"/nonexistent\"\n")
            let origin = try await PluginOrigin(workspace.folder + "/p.git", try RustPlugin.files)
            let added = try await workspace.plugin("add", origin.path, "--yes")
            #expect(added.status == 0 && added.errors.contains("by cargo"), "\(added.text)")
            #expect(try workspace.pin("version", of: "rusty") == "0.1.0")
            #expect(try await workspace.states() == ["rusty": "ready"])
            let broken = try RustPlugin.files.merging(["src/lib.rs": "pub fn a() { b }\n"]) { $1 }
            try await origin.push(broken.mapValues { $0 })
            let failed = try await workspace.plugin("update")
            #expect(failed.status == 1 && failed.output.contains("src/lib.rs:1:14: error: cannot find value `b`"), "\(failed.text)")
            #expect(try await workspace.states() == ["rusty": "ready"])
        }
    }

    /// Needs the Swift toolchain.
    @Test(.enabled(if: missing("swift") == nil, "\(missing("swift") ?? "")")) func aPluginInSwiftIsBuilt() async throws {
        try await Workspace.with(["README": "hello"]) { workspace in
            let origin = try await PluginOrigin(workspace.folder + "/p.git", try SwiftPluginPackage.files())
            let server = try GitHTTPServer(root: workspace.folder)
            defer { server.stop() }
            let added = try await workspace.plugin("add", server.url("p.git"), "--yes")
            #expect(added.status == 0 && added.errors.contains("by swift"), "\(added.text)")
            #expect(added.errors.contains("libswiftCore.so"), "\(added.errors)")
            #expect(try await workspace.states() == ["pages": "ready"])
            let main = try #require(try SwiftPluginPackage.files()[SwiftPluginPackage.source])
            try await origin.push([SwiftPluginPackage.source: main + "\nlet x: Int = \"\"\n"])
            let failed = try await workspace.plugin("update", "--yes")
            #expect(failed.status == 1, "\(failed.text)")
            #expect(failed.output.contains("\(SwiftPluginPackage.source):"), "\(failed.text)")
            #expect(failed.output.contains("cannot convert value of type 'String'"), "\(failed.text)")
        }
    }
}

/// What `host new-plugin` writes for Swift, but linked with the shared runtime: a library that needs the toolchain's.
enum SwiftPluginPackage {
    static let source = "Sources/StaticSite/SitePlugin.swift"

    static func files() throws -> [String: String] {
        var files = try PluginTemplate(name: "pages", language: "swift").files
            .mapValues { String(decoding: $0, as: UTF8.self) }
        files["Package.swift"] = files["Package.swift"]?.replacing("\"-static-stdlib\", ", with: "")
        return files
    }
}

/// A plugin without crates: the kind `rusty`, whose build says so and whose deploy changes nothing.
enum RustPlugin {
    static var files: [String: String] {
        get throws { ["Cargo.toml": manifest, "Cargo.lock": lock, "src/lib.rs": source, "README.md": "rusty\n"] }
    }

    static let manifest = """
        [package]
        name = "rusty"
        version = "0.1.0"
        edition = "2021"
        publish = false

        [lib]
        crate-type = ["cdylib"]

        [profile.release]
        panic = "abort"

        """

    static let lock = "version = 3\n\n[[package]]\nname = \"rusty\"\nversion = \"0.1.0\"\n"

    static let source = #"""
        //! The kind `rusty`: nothing to build, nothing to deploy.
        use std::ffi::c_void;

        #[repr(C)]
        pub struct Text { data: *const u8, length: u64 }

        #[repr(C)]
        pub struct OpenRequest { size: u64, service: Text, kind: Text, configuration: Text }

        #[repr(C)]
        pub struct RunRequest { size: u64, stage: Text }

        #[repr(C)]
        pub struct Diagnostic {
            size: u64, severity: i32, reserved: u32, code: Text, group: Text, summary: Text, detail: Text, file: Text,
            line: u32, column: u32, pointer: Text, notes: *const c_void, note_count: u64, fix_its: *const c_void,
            fix_it_count: u64,
        }

        #[repr(C)]
        pub struct Host {
            size: u64, operation: u64, context: *mut c_void,
            get_extension: extern "C" fn(*mut c_void, u64, Text) -> *const c_void,
            log: extern "C" fn(*mut c_void, u64, i32, i32, Text) -> i32,
            diagnostic: extern "C" fn(*mut c_void, u64, *const Diagnostic) -> i32,
        }

        #[repr(C)]
        pub struct Plugin {
            size: u64, built_minor: u32, least_host_minor: u32,
            describe: extern "C" fn(*mut c_void, extern "C" fn(*mut c_void, Text) -> i32) -> i32,
            open: extern "C" fn(*const OpenRequest, *const Host, *mut *mut c_void) -> i32,
            close: extern "C" fn(*mut c_void),
            detect: *const c_void,
            run: extern "C" fn(*mut c_void, *const RunRequest, *const Host) -> i32,
            get_extension: *const c_void,
        }
        unsafe impl Sync for Plugin {}

        fn text(value: &'static str) -> Text { Text { data: value.as_ptr(), length: value.len() as u64 } }

        unsafe fn bytes(text: &Text) -> &[u8] {
            if text.length == 0 { &[] } else { std::slice::from_raw_parts(text.data, text.length as usize) }
        }

        extern "C" fn describe(context: *mut c_void, write: extern "C" fn(*mut c_void, Text) -> i32) -> i32 {
            write(context, text(concat!(
                r#"{"id":"rusty","version":"0.1.0","kinds":["rusty"],"stages":[{"name":"build","repeatable":true},"#,
                r#"{"name":"deploy","repeatable":true}],"services":[],"#,
                r#""configuration":{"type":"object","additionalProperties":false}}"#)))
        }

        extern "C" fn open(request: *const OpenRequest, host: *const Host, instance: *mut *mut c_void) -> i32 {
            unsafe {
                *instance = std::ptr::null_mut();
                if bytes(&(*request).configuration) == b"{}" { return 0; }
                let problem = Diagnostic {
                    size: std::mem::size_of::<Diagnostic>() as u64, severity: 3, reserved: 0, code: text("config.invalid"),
                    group: text(""), summary: text("services of the kind 'rusty' have no options"), detail: text(""),
                    file: text(""), line: 0, column: 0, pointer: text(""), notes: std::ptr::null(), note_count: 0,
                    fix_its: std::ptr::null(), fix_it_count: 0,
                };
                ((*host).diagnostic)((*host).context, (*host).operation, &problem);
                3
            }
        }

        extern "C" fn close(_instance: *mut c_void) {}

        extern "C" fn run(_instance: *mut c_void, request: *const RunRequest, _host: *const Host) -> i32 {
            match unsafe { bytes(&(*request).stage) } {
                b"build" | b"deploy" => 1,
                _ => 2,
            }
        }

        static PLUGIN: Plugin = Plugin {
            size: std::mem::size_of::<Plugin>() as u64, built_minor: 0, least_host_minor: 0, describe, open, close,
            detect: std::ptr::null(), run, get_extension: std::ptr::null(),
        };

        #[no_mangle]
        pub extern "C" fn codex_deployer_plugin_entry_v1(_hello: *const c_void) -> *const Plugin { &PLUGIN }

        """#
}
