//! Where the host calls in and nothing may unwind out.

use crate::abi::{self, Text};
use crate::call::{Call, End};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Turns the end of a call into its status. A panic has printed its message and place to standard error, which is the
/// stage's log; here it becomes a failure with a diagnostic.
pub fn status(call: &Call, failed: i32, body: impl FnOnce() -> Result<i32, End>) -> i32 {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(status)) => status,
        Ok(Err(End::Failed)) => failed,
        Ok(Err(End::Interrupted)) => call.interruption(),
        Err(panic) => {
            let words = panic
                .downcast_ref::<&str>()
                .map(|text| text.to_string())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "no reason is known".into());
            call.complain("plugin.panic", &format!("the plugin panicked: {words}"), None, None);
            abi::STATUS_FAILED
        }
    }
}

/// Hands a document to the host.
///
/// # Safety
/// `write` and `context` are what the host gave to the call that is under way.
pub unsafe fn write_all(write: abi::Write, context: *mut core::ffi::c_void, document: &str) -> i32 {
    match write {
        Some(write) if write(context, Text::from(document.as_bytes())) == abi::CALL_OK => abi::STATUS_OK,
        _ => abi::STATUS_FAILED,
    }
}
