public import PluginAPI
import PluginKit
import TeatroLogic

/// The one function that this library exports.
// swift-format-ignore: AlwaysUseLowerCamelCase
@c @implementation
public func codex_deployer_plugin_entry_v1(
    _ hello: UnsafePointer<deployer_hello>!
) -> UnsafePointer<deployer_plugin>! {
    PluginExport.table(for: TeatroPlugin.self, hello: hello)
}
