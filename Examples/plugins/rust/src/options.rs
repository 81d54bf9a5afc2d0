//! The options of a service: `options:` in deployer.yaml.

use crate::call::{Call, Outcome};
use crate::json::Json;

/// JSON Schema, for people and for the host. It is checked in `read`: in Rust nobody else does.
pub const SCHEMA: &str = r#"{"type":"object","additionalProperties":false,"properties":{"folder":{"type":"string","minLength":1,"maxLength":1000,"default":".","description":"The folder that is published, relative to the service's own."},"keep_releases":{"type":"integer","minimum":1,"maximum":100,"default":5,"description":"Releases kept for rollbacks."}}}"#;

pub struct Options {
    pub folder: String,
    pub keep_releases: usize,
}

impl Options {
    /// Reports each problem with its JSON Pointer.
    pub fn read(call: &Call, bytes: &[u8]) -> Outcome<Options> {
        let mut options = Options { folder: ".".into(), keep_releases: 5 };
        let complain = |pointer: &str, message: &str| call.complain("config.invalid", message, None, Some(pointer));
        let members = match Json::parse(bytes) {
            Some(Json::Object(members)) => members,
            _ => return Err(complain("", "the options are no JSON object")),
        };
        let mut problem = None;
        for (name, value) in members {
            match (name.as_str(), value) {
                ("folder", Json::Text(folder)) if is_inside(&folder) => options.folder = folder,
                ("folder", _) => {
                    let message = "'folder' must be a relative path inside the service's folder, of 1 to 1000 bytes";
                    problem = Some(complain("/folder", message))
                }
                ("keep_releases", Json::Number(number)) if number.fract() == 0.0 && (1.0..=100.0).contains(&number) => {
                    options.keep_releases = number as usize
                }
                ("keep_releases", _) => {
                    problem = Some(complain("/keep_releases", "'keep_releases' must be a whole number from 1 to 100"))
                }
                (name, _) => {
                    // RFC 6901: in a pointer '~' is '~0' and '/' is '~1'.
                    let name: String = name.chars().take(200).collect();
                    let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                    let message = format!("there is no option '{name}'; there are: folder, keep_releases");
                    problem = Some(complain(&pointer, &message))
                }
            }
        }
        problem.map_or(Ok(options), Err)
    }
}

/// Relative, and without a way out of the folder.
fn is_inside(path: &str) -> bool {
    (1..=1000).contains(&path.len())
        && !path.starts_with('/')
        && !path.contains('\0')
        && path.split('/').all(|part| part != "..")
}
