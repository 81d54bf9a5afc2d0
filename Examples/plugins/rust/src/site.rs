//! The stages of a site: a release folder for each revision, and a link `current` to the one that is live.

use crate::abi::{self, RunRequest, Text};
use crate::call::{Call, Outcome};
use crate::json::Json;
use crate::options::Options;
use crate::releases::{is_name, Releases};
use crate::tree::{kind, Action, Kind, Tree};
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

pub fn detect(call: &Call, folder: &Path) {
    if kind(&folder.join("index.html")) == Some(Kind::File) {
        call.detected(crate::KIND, 60, "index.html found");
    }
}

pub fn run(call: &Call, options: &Options, request: &RunRequest) -> Outcome<i32> {
    // The host's memory is borrowed for the length of the call; what is kept is copied.
    let text = |text: Text| unsafe { text.to_vec() };
    let path = |value: Text| PathBuf::from(OsString::from_vec(text(value)));
    let name = |bytes: Vec<u8>| String::from_utf8(bytes).ok().filter(|name| is_name(name));
    let revision = name(text(request.revision))
        .ok_or_else(|| call.complain("site.request", "the host's revision makes no sense", None, None))?;
    let before = if request.flags & abi::RUN_HAS_STATE == 0 {
        None
    } else {
        let state = name(text(request.state));
        Some(state.ok_or_else(|| call.complain("site.state", "the checkpoint is not one of this plugin's", None, None))?)
    };
    call.check()?;
    let site = Site {
        call,
        source: path(request.source_directory).join(&options.folder),
        releases: Releases { folder: path(request.release_directory), tree: Tree { call } },
        keep: options.keep_releases,
        revision,
        before,
    };
    let is_verification = request.flags & abi::RUN_VERIFICATION != 0;
    match text(request.stage).as_slice() {
        b"build" => site.build(),
        _ if is_verification => Ok(abi::STATUS_UNSUPPORTED),
        b"deploy" => site.deploy(),
        b"health" => site.health(),
        b"rollback" => site.rollback(),
        b"plan" => site.plan(),
        _ => Ok(abi::STATUS_UNSUPPORTED),
    }
}

struct Site<'a> {
    call: &'a Call,
    source: PathBuf,
    releases: Releases<'a>,
    keep: usize,
    revision: String,
    /// The release that the last successful deployment made live.
    before: Option<String>,
}

impl Site<'_> {
    /// Nothing to build: what is published is looked at, so that a mistake is found before anything live is touched.
    fn build(&self) -> Outcome<i32> {
        self.check_index()?;
        let files = self.releases.tree.differences(Path::new("/nowhere"), &self.source)?;
        let mut problem = None;
        for file in files.iter().filter(|file| kind(&self.source.join(&file.path)) != Some(Kind::File)) {
            let message = format!("'{}' is neither a file nor a folder: links are not published", file.path.display());
            let place = Some(file.path.as_os_str().as_bytes());
            problem = Some(self.call.complain("site.not-a-file", &message, place, None));
        }
        problem.map_or_else(|| self.end(abi::STATUS_OK, &format!("{} files to publish", files.len())), Err)
    }

    fn deploy(&self) -> Outcome<i32> {
        self.check_index()?;
        self.releases.sweep()?;
        let live = self.releases.live();
        let (name, was_there) = self.releases.install(&self.source, &self.revision)?;
        self.call.checkpoint(name.as_bytes());
        self.call.output("release", self.releases.path(&name).as_os_str().as_bytes());
        if was_there && live.as_ref() == Some(&name) {
            return self.end(abi::STATUS_NO_CHANGE, &format!("{} is live already", &name[..12]));
        }
        self.releases.flip(Some(&name))?;
        self.releases.prune(self.keep, self.before.as_deref())?;
        self.end(abi::STATUS_OK, &format!("{} is live", &name[..12]))
    }

    fn health(&self) -> Outcome<i32> {
        let live = self.releases.path("current/.");
        if kind(&live.join("index.html")) != Some(Kind::File) {
            let message = format!("there is no {}/index.html", self.releases.path("current").display());
            return Err(self.call.complain("site.not-live", &message, None, None));
        }
        let changes = self.releases.tree.differences(&live, &self.source)?;
        let first = match changes.first() {
            Some(change) => change.path.display(),
            None => return self.end(abi::STATUS_OK, "what is live equals the sources"),
        };
        let count = changes.len();
        let message = format!("what is live differs from the sources in {count} files; the first is {first}");
        Err(self.call.complain("site.differs", &message, None, None))
    }

    fn rollback(&self) -> Outcome<i32> {
        self.releases.sweep()?;
        let before = match &self.before {
            Some(before) => before,
            None => {
                // The first deployment failed: what it began is taken away.
                self.releases.flip(None)?;
                return self.end(abi::STATUS_OK, "there was nothing before: nothing is live");
            }
        };
        let path = self.releases.path(before);
        if kind(&path.join("index.html")) != Some(Kind::File) {
            let message = format!("the release to go back to is not there: {}", path.display());
            return Err(self.call.complain("site.release-missing", &message, None, None));
        }
        self.releases.flip(Some(before))?;
        self.end(abi::STATUS_OK, &format!("{} is live again", &before[..12]))
    }

    /// The output `plan` is what `host plan` prints.
    fn plan(&self) -> Outcome<i32> {
        let changes = self.releases.tree.differences(&self.releases.path("current/."), &self.source)?;
        let items: Vec<String> = changes
            .iter()
            .map(|change| {
                let (action, reason) = match change.action {
                    Action::Create => ("create", "it is new"),
                    Action::Update => ("update", "its content differs"),
                    Action::Remove => ("remove", "it is not among the sources any more"),
                };
                let subject = Json::quoted(&change.path.to_string_lossy());
                format!(r#"{{"action":"{action}","subject":{subject},"reason":"{reason}"}}"#)
            })
            .collect();
        self.call.output("plan", format!("[{}]", items.join(",")).as_bytes());
        match changes.len() {
            0 => self.end(abi::STATUS_NO_CHANGE, "nothing would change"),
            count => self.end(abi::STATUS_OK, &format!("{count} files would change")),
        }
    }

    fn check_index(&self) -> Outcome<()> {
        if kind(&self.source.join("index.html")) == Some(Kind::File) {
            return Ok(());
        }
        let message = format!("there is no index.html in {}", self.source.display());
        Err(self.call.complain("site.no-index", &message, Some(b"index.html"), None))
    }

    fn end(&self, status: i32, summary: &str) -> Outcome<i32> {
        self.call.summary(summary);
        Ok(status)
    }
}
