/*
 * The files of the plugin templates, embedded as they stand in Examples/plugins: `host new-plugin` needs no file of an
 * installation, and there is one text of each. Written by Scripts/embed-templates.
 */
#include "template_text.h"

static const unsigned char c__gitignore[] = {
#embed "../../Examples/plugins/c/.gitignore"
};
static const unsigned char c_Makefile[] = {
#embed "../../Examples/plugins/c/Makefile"
};
static const unsigned char c_README_md[] = {
#embed "../../Examples/plugins/c/README.md"
};
static const unsigned char c_example_index_html[] = {
#embed "../../Examples/plugins/c/example/index.html"
};
static const unsigned char c_example_style_css[] = {
#embed "../../Examples/plugins/c/example/style.css"
};
static const unsigned char c_include_plugin_api_h[] = {
#embed "../../Examples/plugins/c/include/plugin_api.h"
};
static const unsigned char c_src_call_c[] = {
#embed "../../Examples/plugins/c/src/call.c"
};
static const unsigned char c_src_call_h[] = {
#embed "../../Examples/plugins/c/src/call.h"
};
static const unsigned char c_src_json_c[] = {
#embed "../../Examples/plugins/c/src/json.c"
};
static const unsigned char c_src_json_h[] = {
#embed "../../Examples/plugins/c/src/json.h"
};
static const unsigned char c_src_options_c[] = {
#embed "../../Examples/plugins/c/src/options.c"
};
static const unsigned char c_src_options_h[] = {
#embed "../../Examples/plugins/c/src/options.h"
};
static const unsigned char c_src_plan_c[] = {
#embed "../../Examples/plugins/c/src/plan.c"
};
static const unsigned char c_src_plan_h[] = {
#embed "../../Examples/plugins/c/src/plan.h"
};
static const unsigned char c_src_plugin_c[] = {
#embed "../../Examples/plugins/c/src/plugin.c"
};
static const unsigned char c_src_releases_c[] = {
#embed "../../Examples/plugins/c/src/releases.c"
};
static const unsigned char c_src_releases_h[] = {
#embed "../../Examples/plugins/c/src/releases.h"
};
static const unsigned char c_src_site_c[] = {
#embed "../../Examples/plugins/c/src/site.c"
};
static const unsigned char c_src_site_h[] = {
#embed "../../Examples/plugins/c/src/site.h"
};
static const unsigned char c_src_tree_c[] = {
#embed "../../Examples/plugins/c/src/tree.c"
};
static const unsigned char c_src_tree_h[] = {
#embed "../../Examples/plugins/c/src/tree.h"
};
static const unsigned char rust__gitignore[] = {
#embed "../../Examples/plugins/rust/.gitignore"
};
static const unsigned char rust_Cargo_lock[] = {
#embed "../../Examples/plugins/rust/Cargo.lock"
};
static const unsigned char rust_Cargo_toml[] = {
#embed "../../Examples/plugins/rust/Cargo.toml"
};
static const unsigned char rust_README_md[] = {
#embed "../../Examples/plugins/rust/README.md"
};
static const unsigned char rust_example_index_html[] = {
#embed "../../Examples/plugins/rust/example/index.html"
};
static const unsigned char rust_example_style_css[] = {
#embed "../../Examples/plugins/rust/example/style.css"
};
static const unsigned char rust_include_plugin_api_h[] = {
#embed "../../Examples/plugins/rust/include/plugin_api.h"
};
static const unsigned char rust_src_abi_rs[] = {
#embed "../../Examples/plugins/rust/src/abi.rs"
};
static const unsigned char rust_src_boundary_rs[] = {
#embed "../../Examples/plugins/rust/src/boundary.rs"
};
static const unsigned char rust_src_call_rs[] = {
#embed "../../Examples/plugins/rust/src/call.rs"
};
static const unsigned char rust_src_json_rs[] = {
#embed "../../Examples/plugins/rust/src/json.rs"
};
static const unsigned char rust_src_lib_rs[] = {
#embed "../../Examples/plugins/rust/src/lib.rs"
};
static const unsigned char rust_src_options_rs[] = {
#embed "../../Examples/plugins/rust/src/options.rs"
};
static const unsigned char rust_src_releases_rs[] = {
#embed "../../Examples/plugins/rust/src/releases.rs"
};
static const unsigned char rust_src_site_rs[] = {
#embed "../../Examples/plugins/rust/src/site.rs"
};
static const unsigned char rust_src_tree_rs[] = {
#embed "../../Examples/plugins/rust/src/tree.rs"
};
static const unsigned char swift__gitignore[] = {
#embed "../../Examples/plugins/swift/.gitignore"
};
static const unsigned char swift_Package_swift[] = {
#embed "../../Examples/plugins/swift/Package.swift"
};
static const unsigned char swift_PluginKit_Package_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Package.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginAPI_include_plugin_api_h[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginAPI/include/plugin_api.h"
};
static const unsigned char swift_PluginKit_Sources_PluginAPI_plugin_api_c[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginAPI/plugin_api.c"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_Arena_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/Arena.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_DeployerPlugin_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/DeployerPlugin.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_HTTPHost_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/HTTPHost.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_HTTPStreamHost_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/HTTPStreamHost.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_HostCalls_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/HostCalls.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_OptionSchema_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/OptionSchema.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_PlanChange_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/PlanChange.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_PluginDiagnostic_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/PluginDiagnostic.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_PluginExport_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/PluginExport.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_PluginJSON_Parse_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/PluginJSON+Parse.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_PluginJSON_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/PluginJSON.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_PluginManifest_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/PluginManifest.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_ProcessHost_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/ProcessHost.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_SecretHost_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/SecretHost.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_Sized_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/Sized.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_StageContext_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/StageContext.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_StageResult_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/StageResult.swift"
};
static const unsigned char swift_PluginKit_Sources_PluginKit_SuperviseHost_swift[] = {
#embed "../../Examples/plugins/swift/PluginKit/Sources/PluginKit/SuperviseHost.swift"
};
static const unsigned char swift_README_md[] = {
#embed "../../Examples/plugins/swift/README.md"
};
static const unsigned char swift_Sources_StaticSite_Releases_swift[] = {
#embed "../../Examples/plugins/swift/Sources/StaticSite/Releases.swift"
};
static const unsigned char swift_Sources_StaticSite_Site_swift[] = {
#embed "../../Examples/plugins/swift/Sources/StaticSite/Site.swift"
};
static const unsigned char swift_Sources_StaticSite_SitePlugin_swift[] = {
#embed "../../Examples/plugins/swift/Sources/StaticSite/SitePlugin.swift"
};
static const unsigned char swift_Sources_StaticSite_Tree_swift[] = {
#embed "../../Examples/plugins/swift/Sources/StaticSite/Tree.swift"
};
static const unsigned char swift_Sources_StaticSiteEntry_Entry_swift[] = {
#embed "../../Examples/plugins/swift/Sources/StaticSiteEntry/Entry.swift"
};
static const unsigned char swift_Sources_StaticSiteEntry_exports_map[] = {
#embed "../../Examples/plugins/swift/Sources/StaticSiteEntry/exports.map"
};
static const unsigned char swift_example_index_html[] = {
#embed "../../Examples/plugins/swift/example/index.html"
};
static const unsigned char swift_example_style_css[] = {
#embed "../../Examples/plugins/swift/example/style.css"
};

static const template_file files[] = {
    {"c", ".gitignore", c__gitignore, sizeof c__gitignore},
    {"c", "Makefile", c_Makefile, sizeof c_Makefile},
    {"c", "README.md", c_README_md, sizeof c_README_md},
    {"c", "example/index.html", c_example_index_html, sizeof c_example_index_html},
    {"c", "example/style.css", c_example_style_css, sizeof c_example_style_css},
    {"c", "include/plugin_api.h", c_include_plugin_api_h, sizeof c_include_plugin_api_h},
    {"c", "src/call.c", c_src_call_c, sizeof c_src_call_c},
    {"c", "src/call.h", c_src_call_h, sizeof c_src_call_h},
    {"c", "src/json.c", c_src_json_c, sizeof c_src_json_c},
    {"c", "src/json.h", c_src_json_h, sizeof c_src_json_h},
    {"c", "src/options.c", c_src_options_c, sizeof c_src_options_c},
    {"c", "src/options.h", c_src_options_h, sizeof c_src_options_h},
    {"c", "src/plan.c", c_src_plan_c, sizeof c_src_plan_c},
    {"c", "src/plan.h", c_src_plan_h, sizeof c_src_plan_h},
    {"c", "src/plugin.c", c_src_plugin_c, sizeof c_src_plugin_c},
    {"c", "src/releases.c", c_src_releases_c, sizeof c_src_releases_c},
    {"c", "src/releases.h", c_src_releases_h, sizeof c_src_releases_h},
    {"c", "src/site.c", c_src_site_c, sizeof c_src_site_c},
    {"c", "src/site.h", c_src_site_h, sizeof c_src_site_h},
    {"c", "src/tree.c", c_src_tree_c, sizeof c_src_tree_c},
    {"c", "src/tree.h", c_src_tree_h, sizeof c_src_tree_h},
    {"rust", ".gitignore", rust__gitignore, sizeof rust__gitignore},
    {"rust", "Cargo.lock", rust_Cargo_lock, sizeof rust_Cargo_lock},
    {"rust", "Cargo.toml", rust_Cargo_toml, sizeof rust_Cargo_toml},
    {"rust", "README.md", rust_README_md, sizeof rust_README_md},
    {"rust", "example/index.html", rust_example_index_html, sizeof rust_example_index_html},
    {"rust", "example/style.css", rust_example_style_css, sizeof rust_example_style_css},
    {"rust", "include/plugin_api.h", rust_include_plugin_api_h, sizeof rust_include_plugin_api_h},
    {"rust", "src/abi.rs", rust_src_abi_rs, sizeof rust_src_abi_rs},
    {"rust", "src/boundary.rs", rust_src_boundary_rs, sizeof rust_src_boundary_rs},
    {"rust", "src/call.rs", rust_src_call_rs, sizeof rust_src_call_rs},
    {"rust", "src/json.rs", rust_src_json_rs, sizeof rust_src_json_rs},
    {"rust", "src/lib.rs", rust_src_lib_rs, sizeof rust_src_lib_rs},
    {"rust", "src/options.rs", rust_src_options_rs, sizeof rust_src_options_rs},
    {"rust", "src/releases.rs", rust_src_releases_rs, sizeof rust_src_releases_rs},
    {"rust", "src/site.rs", rust_src_site_rs, sizeof rust_src_site_rs},
    {"rust", "src/tree.rs", rust_src_tree_rs, sizeof rust_src_tree_rs},
    {"swift", ".gitignore", swift__gitignore, sizeof swift__gitignore},
    {"swift", "Package.swift", swift_Package_swift, sizeof swift_Package_swift},
    {"swift", "PluginKit/Package.swift", swift_PluginKit_Package_swift, sizeof swift_PluginKit_Package_swift},
    {"swift", "PluginKit/Sources/PluginAPI/include/plugin_api.h", swift_PluginKit_Sources_PluginAPI_include_plugin_api_h, sizeof swift_PluginKit_Sources_PluginAPI_include_plugin_api_h},
    {"swift", "PluginKit/Sources/PluginAPI/plugin_api.c", swift_PluginKit_Sources_PluginAPI_plugin_api_c, sizeof swift_PluginKit_Sources_PluginAPI_plugin_api_c},
    {"swift", "PluginKit/Sources/PluginKit/Arena.swift", swift_PluginKit_Sources_PluginKit_Arena_swift, sizeof swift_PluginKit_Sources_PluginKit_Arena_swift},
    {"swift", "PluginKit/Sources/PluginKit/DeployerPlugin.swift", swift_PluginKit_Sources_PluginKit_DeployerPlugin_swift, sizeof swift_PluginKit_Sources_PluginKit_DeployerPlugin_swift},
    {"swift", "PluginKit/Sources/PluginKit/HTTPHost.swift", swift_PluginKit_Sources_PluginKit_HTTPHost_swift, sizeof swift_PluginKit_Sources_PluginKit_HTTPHost_swift},
    {"swift", "PluginKit/Sources/PluginKit/HTTPStreamHost.swift", swift_PluginKit_Sources_PluginKit_HTTPStreamHost_swift, sizeof swift_PluginKit_Sources_PluginKit_HTTPStreamHost_swift},
    {"swift", "PluginKit/Sources/PluginKit/HostCalls.swift", swift_PluginKit_Sources_PluginKit_HostCalls_swift, sizeof swift_PluginKit_Sources_PluginKit_HostCalls_swift},
    {"swift", "PluginKit/Sources/PluginKit/OptionSchema.swift", swift_PluginKit_Sources_PluginKit_OptionSchema_swift, sizeof swift_PluginKit_Sources_PluginKit_OptionSchema_swift},
    {"swift", "PluginKit/Sources/PluginKit/PlanChange.swift", swift_PluginKit_Sources_PluginKit_PlanChange_swift, sizeof swift_PluginKit_Sources_PluginKit_PlanChange_swift},
    {"swift", "PluginKit/Sources/PluginKit/PluginDiagnostic.swift", swift_PluginKit_Sources_PluginKit_PluginDiagnostic_swift, sizeof swift_PluginKit_Sources_PluginKit_PluginDiagnostic_swift},
    {"swift", "PluginKit/Sources/PluginKit/PluginExport.swift", swift_PluginKit_Sources_PluginKit_PluginExport_swift, sizeof swift_PluginKit_Sources_PluginKit_PluginExport_swift},
    {"swift", "PluginKit/Sources/PluginKit/PluginJSON+Parse.swift", swift_PluginKit_Sources_PluginKit_PluginJSON_Parse_swift, sizeof swift_PluginKit_Sources_PluginKit_PluginJSON_Parse_swift},
    {"swift", "PluginKit/Sources/PluginKit/PluginJSON.swift", swift_PluginKit_Sources_PluginKit_PluginJSON_swift, sizeof swift_PluginKit_Sources_PluginKit_PluginJSON_swift},
    {"swift", "PluginKit/Sources/PluginKit/PluginManifest.swift", swift_PluginKit_Sources_PluginKit_PluginManifest_swift, sizeof swift_PluginKit_Sources_PluginKit_PluginManifest_swift},
    {"swift", "PluginKit/Sources/PluginKit/ProcessHost.swift", swift_PluginKit_Sources_PluginKit_ProcessHost_swift, sizeof swift_PluginKit_Sources_PluginKit_ProcessHost_swift},
    {"swift", "PluginKit/Sources/PluginKit/SecretHost.swift", swift_PluginKit_Sources_PluginKit_SecretHost_swift, sizeof swift_PluginKit_Sources_PluginKit_SecretHost_swift},
    {"swift", "PluginKit/Sources/PluginKit/Sized.swift", swift_PluginKit_Sources_PluginKit_Sized_swift, sizeof swift_PluginKit_Sources_PluginKit_Sized_swift},
    {"swift", "PluginKit/Sources/PluginKit/StageContext.swift", swift_PluginKit_Sources_PluginKit_StageContext_swift, sizeof swift_PluginKit_Sources_PluginKit_StageContext_swift},
    {"swift", "PluginKit/Sources/PluginKit/StageResult.swift", swift_PluginKit_Sources_PluginKit_StageResult_swift, sizeof swift_PluginKit_Sources_PluginKit_StageResult_swift},
    {"swift", "PluginKit/Sources/PluginKit/SuperviseHost.swift", swift_PluginKit_Sources_PluginKit_SuperviseHost_swift, sizeof swift_PluginKit_Sources_PluginKit_SuperviseHost_swift},
    {"swift", "README.md", swift_README_md, sizeof swift_README_md},
    {"swift", "Sources/StaticSite/Releases.swift", swift_Sources_StaticSite_Releases_swift, sizeof swift_Sources_StaticSite_Releases_swift},
    {"swift", "Sources/StaticSite/Site.swift", swift_Sources_StaticSite_Site_swift, sizeof swift_Sources_StaticSite_Site_swift},
    {"swift", "Sources/StaticSite/SitePlugin.swift", swift_Sources_StaticSite_SitePlugin_swift, sizeof swift_Sources_StaticSite_SitePlugin_swift},
    {"swift", "Sources/StaticSite/Tree.swift", swift_Sources_StaticSite_Tree_swift, sizeof swift_Sources_StaticSite_Tree_swift},
    {"swift", "Sources/StaticSiteEntry/Entry.swift", swift_Sources_StaticSiteEntry_Entry_swift, sizeof swift_Sources_StaticSiteEntry_Entry_swift},
    {"swift", "Sources/StaticSiteEntry/exports.map", swift_Sources_StaticSiteEntry_exports_map, sizeof swift_Sources_StaticSiteEntry_exports_map},
    {"swift", "example/index.html", swift_example_index_html, sizeof swift_example_index_html},
    {"swift", "example/style.css", swift_example_style_css, sizeof swift_example_style_css},
};

const uint64_t template_file_count = sizeof files / sizeof *files;

const template_file *template_file_list(void) { return files; }
