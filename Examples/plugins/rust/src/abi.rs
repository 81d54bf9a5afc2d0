//! The deployer's C ABI, major 1, as far as this plugin uses it; `plugin_api.h` is the contract and explains every member.
//! The first member of each struct but the leaf values is its size in bytes, and members are only ever appended.
#![allow(dead_code)]

use core::ffi::c_void;

pub const ABI_MINOR: u32 = 0;

pub const STATUS_OK: i32 = 0;
pub const STATUS_NO_CHANGE: i32 = 1;
pub const STATUS_UNSUPPORTED: i32 = 2;
pub const STATUS_INVALID_CONFIG: i32 = 3;
pub const STATUS_FAILED: i32 = 6;
pub const STATUS_CANCELLED: i32 = 7;
pub const STATUS_TIMED_OUT: i32 = 8;

pub const CALL_OK: i32 = 0;
pub const STREAM_PLUGIN: i32 = 0;
pub const LEVEL_INFO: i32 = 1;
pub const SEVERITY_ERROR: i32 = 3;

pub const RUN_HAS_STATE: u32 = 2;
pub const RUN_VERIFICATION: u32 = 4;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    pub data: *const u8,
    pub length: u64,
}

impl From<&[u8]> for Text {
    /// Borrowed: valid for as long as the bytes are.
    fn from(bytes: &[u8]) -> Text {
        Text { data: bytes.as_ptr(), length: bytes.len() as u64 }
    }
}

impl Text {
    pub const EMPTY: Text = Text { data: core::ptr::null(), length: 0 };

    /// # Safety
    /// The bytes have to be there, as they are for the length of the call that brought them.
    pub unsafe fn to_vec(self) -> Vec<u8> {
        if self.length == 0 || self.data.is_null() {
            return Vec::new();
        }
        core::slice::from_raw_parts(self.data, self.length as usize).to_vec()
    }
}

#[repr(C)]
pub struct Diagnostic {
    pub size: u64,
    pub severity: i32,
    pub reserved: u32,
    pub code: Text,
    pub group: Text,
    pub summary: Text,
    pub detail: Text,
    pub file: Text,
    pub line: u32,
    pub column: u32,
    pub pointer: Text,
    pub notes: *const c_void,
    pub note_count: u64,
    pub fix_its: *const c_void,
    pub fix_it_count: u64,
}

#[repr(C)]
pub struct Detection {
    pub size: u64,
    pub kind: Text,
    pub evidence: Text,
    pub confidence: i32,
    pub flags: u32,
}

type Context = *mut c_void;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Host {
    pub size: u64,
    pub operation: u64,
    pub context: Context,
    pub get_extension: Option<unsafe extern "C" fn(Context, u64, Text) -> *const c_void>,
    pub log: Option<unsafe extern "C" fn(Context, u64, i32, i32, Text) -> i32>,
    pub diagnostic: Option<unsafe extern "C" fn(Context, u64, *const Diagnostic) -> i32>,
    pub progress: Option<unsafe extern "C" fn(Context, u64, i32, Text) -> i32>,
    pub output: Option<unsafe extern "C" fn(Context, u64, Text, Text) -> i32>,
    pub checkpoint: Option<unsafe extern "C" fn(Context, u64, Text) -> i32>,
    pub summary: Option<unsafe extern "C" fn(Context, u64, Text) -> i32>,
    pub retry_after: Option<unsafe extern "C" fn(Context, u64, u64) -> i32>,
    pub detected: Option<unsafe extern "C" fn(Context, u64, *const Detection) -> i32>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Cancel {
    pub size: u64,
    pub is_cancelled: Option<unsafe extern "C" fn(Context, u64) -> i32>,
    pub descriptor: Option<unsafe extern "C" fn(Context, u64) -> i32>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct OpenRequest {
    pub size: u64,
    pub service: Text,
    pub kind: Text,
    pub configuration: Text,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct DetectRequest {
    pub size: u64,
    pub source_directory: Text,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct RunRequest {
    pub size: u64,
    pub stage: Text,
    pub operation_id: Text,
    pub service: Text,
    pub kind: Text,
    pub source_directory: Text,
    pub scratch_directory: Text,
    pub release_directory: Text,
    pub revision: Text,
    pub previous_revision: Text,
    pub changed_paths: *const Text,
    pub changed_path_count: u64,
    pub environment: *const c_void,
    pub environment_count: u64,
    pub state: Text,
    pub deadline_ns: u64,
    pub timeout_ms: u64,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct Hello {
    pub size: u64,
    pub host_minor: u32,
    pub reserved: u32,
    pub host_version: Text,
    pub features: *const Text,
    pub feature_count: u64,
    pub context: Context,
    pub refuse: Option<unsafe extern "C" fn(Context, Text)>,
}

pub type Write = Option<unsafe extern "C" fn(Context, Text) -> i32>;

#[repr(C)]
pub struct Plugin {
    pub size: u64,
    pub built_minor: u32,
    pub least_host_minor: u32,
    pub describe: Option<unsafe extern "C" fn(Context, Write) -> i32>,
    pub open: Option<unsafe extern "C" fn(*const OpenRequest, *const Host, *mut Context) -> i32>,
    pub close: Option<unsafe extern "C" fn(Context)>,
    pub detect: Option<unsafe extern "C" fn(*const DetectRequest, *const Host) -> i32>,
    pub run: Option<unsafe extern "C" fn(Context, *const RunRequest, *const Host) -> i32>,
    pub get_extension: Option<unsafe extern "C" fn(Text) -> *const c_void>,
}

// What the header asserts of its structs.
const _: () = {
    assert!(core::mem::size_of::<Text>() == 16);
    assert!(core::mem::size_of::<Diagnostic>() == 152);
    assert!(core::mem::size_of::<Detection>() == 48);
    assert!(core::mem::size_of::<Host>() == 96);
    assert!(core::mem::size_of::<Cancel>() == 24);
    assert!(core::mem::size_of::<OpenRequest>() == 56);
    assert!(core::mem::size_of::<DetectRequest>() == 24);
    assert!(core::mem::size_of::<RunRequest>() == 224);
    assert!(core::mem::size_of::<Hello>() == 64);
    assert!(core::mem::size_of::<Plugin>() == 64);
};

/// Copies a struct of the host's: it may have been compiled with a shorter or a longer one than ours.
///
/// # Safety
/// `source` is NULL or a struct of this ABI whose first member is its size; `T` may be all zeroes.
pub unsafe fn sized<T: Copy>(source: *const T) -> T {
    let mut target = core::mem::MaybeUninit::<T>::zeroed();
    if !source.is_null() {
        let given = *(source as *const u64) as usize;
        let count = given.min(core::mem::size_of::<T>());
        core::ptr::copy_nonoverlapping(source as *const u8, target.as_mut_ptr() as *mut u8, count);
    }
    target.assume_init()
}
