//! One call of the host: what it offers in it, and the words the plugin says.

use crate::abi::{self, Cancel, Detection, Diagnostic, Host, Text};
use std::time::Duration;

/// How a stage ends early.
pub enum End {
    /// An error that has been reported already.
    Failed,
    /// The host wants the call to end.
    Interrupted,
}

pub type Outcome<T> = Result<T, End>;

pub struct Call {
    host: Host,
    cancel: Cancel,
    deadline: Duration,
}

impl Call {
    /// # Safety
    /// `host` is what the host gave to the call that is under way; the value must not outlive that call.
    pub unsafe fn new(host: *const Host, deadline_ns: u64) -> Call {
        let host = abi::sized(host);
        let cancel = match host.get_extension {
            Some(get) => abi::sized(get(host.context, host.operation, Text::from(&b"cancel/1"[..])) as *const Cancel),
            None => abi::sized(core::ptr::null()),
        };
        Call { host, cancel, deadline: Duration::from_nanos(deadline_ns) }
    }

    pub fn say(&self, line: &str) {
        if let Some(log) = self.host.log {
            let text = Text::from(line.as_bytes());
            unsafe { log(self.host.context, self.host.operation, abi::STREAM_PLUGIN, abi::LEVEL_INFO, text) };
        }
    }

    /// How the call ends, in one sentence.
    pub fn summary(&self, text: &str) {
        if let Some(summary) = self.host.summary {
            unsafe { summary(self.host.context, self.host.operation, Text::from(text.as_bytes())) };
        }
    }

    /// Reports an error; `file` is relative to the sources, `pointer` a JSON Pointer into the options.
    pub fn complain(&self, code: &str, summary: &str, file: Option<&[u8]>, pointer: Option<&str>) -> End {
        let found = Diagnostic {
            size: core::mem::size_of::<Diagnostic>() as u64,
            severity: abi::SEVERITY_ERROR,
            reserved: 0,
            code: Text::from(code.as_bytes()),
            group: Text::EMPTY,
            summary: Text::from(summary.as_bytes()),
            detail: Text::EMPTY,
            file: file.map_or(Text::EMPTY, Text::from),
            line: 0,
            column: 0,
            pointer: pointer.map_or(Text::EMPTY, |pointer| Text::from(pointer.as_bytes())),
            notes: core::ptr::null(),
            note_count: 0,
            fix_its: core::ptr::null(),
            fix_it_count: 0,
        };
        if let Some(diagnostic) = self.host.diagnostic {
            unsafe { diagnostic(self.host.context, self.host.operation, &found) };
        }
        self.summary(summary);
        End::Failed
    }

    pub fn output(&self, key: &str, value: &[u8]) {
        if let Some(output) = self.host.output {
            unsafe { output(self.host.context, self.host.operation, Text::from(key.as_bytes()), Text::from(value)) };
        }
    }

    /// What is live now: the next rollback is given it, if this deployment ends well.
    pub fn checkpoint(&self, state: &[u8]) {
        if let Some(checkpoint) = self.host.checkpoint {
            unsafe { checkpoint(self.host.context, self.host.operation, Text::from(state)) };
        }
    }

    pub fn detected(&self, kind: &str, confidence: i32, evidence: &str) {
        let found = Detection {
            size: core::mem::size_of::<Detection>() as u64,
            kind: Text::from(kind.as_bytes()),
            evidence: Text::from(evidence.as_bytes()),
            confidence,
            flags: 0,
        };
        if let Some(detected) = self.host.detected {
            unsafe { detected(self.host.context, self.host.operation, &found) };
        }
    }

    /// To be asked often: `?` then ends the stage in time.
    pub fn check(&self) -> Outcome<()> {
        match self.cancel.is_cancelled {
            Some(is) if unsafe { is(self.host.context, self.host.operation) } != 0 => Err(End::Interrupted),
            _ => Ok(()),
        }
    }

    /// The status of a call that was interrupted.
    pub fn interruption(&self) -> i32 {
        if self.deadline > Duration::ZERO && monotonic() >= self.deadline {
            self.summary("the time was up");
            return abi::STATUS_TIMED_OUT;
        }
        self.summary("it was cancelled");
        abi::STATUS_CANCELLED
    }
}

/// CLOCK_MONOTONIC, which the standard library measures with but does not show.
fn monotonic() -> Duration {
    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanoseconds: i64,
    }
    extern "C" {
        fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
    }
    #[cfg(target_os = "macos")]
    const MONOTONIC: i32 = 6;
    #[cfg(not(target_os = "macos"))]
    const MONOTONIC: i32 = 1;
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(MONOTONIC, &mut time) };
    Duration::new(time.seconds as u64, time.nanoseconds as u32)
}
