//! The plugin "site-example": services of the kind "static-site", which are a folder of files that a web server shows.

mod abi;
mod boundary;
mod call;
mod json;
mod options;
mod releases;
mod site;
mod tree;

use abi::{DetectRequest, Hello, Host, OpenRequest, Plugin, RunRequest};
use call::Call;
use core::ffi::c_void;
use options::Options;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

pub const KIND: &str = "static-site";

/// Stages may all be repeated: a deployment that was killed is begun anew.
fn description() -> String {
    let stages: Vec<String> = ["build", "deploy", "health", "rollback", "plan"]
        .iter()
        .map(|name| format!(r#"{{"name":"{name}","repeatable":true}}"#))
        .collect();
    format!(
        r#"{{"id":"site-example","version":"1.0.0","kinds":["{KIND}"],"stages":[{}],"services":["cancel/1"],"configuration":{}}}"#,
        stages.join(","),
        options::SCHEMA
    )
}

unsafe extern "C" fn describe(context: *mut c_void, write: abi::Write) -> i32 {
    boundary::write_all(write, context, &description())
}

unsafe extern "C" fn open(request: *const OpenRequest, host: *const Host, instance: *mut *mut c_void) -> i32 {
    *instance = core::ptr::null_mut();
    let call = Call::new(host, 0);
    boundary::status(&call, abi::STATUS_INVALID_CONFIG, || {
        let options = Options::read(&call, &abi::sized(request).configuration.to_vec())?;
        *instance = Box::into_raw(Box::new(options)) as *mut c_void;
        Ok(abi::STATUS_OK)
    })
}

unsafe extern "C" fn close(instance: *mut c_void) {
    if !instance.is_null() {
        drop(Box::from_raw(instance as *mut Options));
    }
}

unsafe extern "C" fn detect(request: *const DetectRequest, host: *const Host) -> i32 {
    let call = Call::new(host, 0);
    boundary::status(&call, abi::STATUS_FAILED, || {
        let folder = OsString::from_vec(abi::sized(request).source_directory.to_vec());
        site::detect(&call, folder.as_ref());
        Ok(abi::STATUS_OK)
    })
}

unsafe extern "C" fn run(instance: *mut c_void, request: *const RunRequest, host: *const Host) -> i32 {
    let request = abi::sized(request);
    let call = Call::new(host, request.deadline_ns);
    boundary::status(&call, abi::STATUS_FAILED, || {
        let options = (instance as *const Options).as_ref();
        let options = options.ok_or_else(|| call.complain("site.request", "there is no instance", None, None))?;
        site::run(&call, options, &request)
    })
}

static PLUGIN: Plugin = Plugin {
    size: core::mem::size_of::<Plugin>() as u64,
    built_minor: abi::ABI_MINOR,
    least_host_minor: 0,
    describe: Some(describe),
    open: Some(open),
    close: Some(close),
    detect: Some(detect),
    run: Some(run),
    get_extension: None,
};

/// The one function that this library exports.
#[no_mangle]
pub extern "C" fn codex_deployer_plugin_entry_v1(_hello: *const Hello) -> *const Plugin {
    &PLUGIN
}
