//! The releases of one service on the disk: `<revision>`, or `<revision>.2` for another build of it, and `current`, a link to
//! the one that is live. What begins with a dot is unfinished. A folder gets its name, and `current` its target, by one
//! rename: whatever ends a deployment at whatever moment, each release is whole and `current` leads to one.

use crate::call::Outcome;
use crate::tree::{kind, Tree};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// 40 or 64 hexadecimal digits, alone or followed by `.2`, `.3` …
pub fn is_name(name: &str) -> bool {
    let (revision, number) = match name.split_once('.') {
        Some((revision, number)) => (revision, Some(number)),
        None => (name, None),
    };
    let is_revision = matches!(revision.len(), 40 | 64)
        && revision.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let is_number = |text: &str| matches!(text.parse::<u32>(), Ok(number) if number > 1 && number.to_string() == text);
    is_revision && number.map_or(true, is_number)
}

pub struct Releases<'a> {
    pub folder: PathBuf,
    pub tree: Tree<'a>,
}

impl Releases<'_> {
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Name of the live release.
    pub fn live(&self) -> Option<String> {
        let target = fs::read_link(self.path("current")).ok()?;
        target.to_str().filter(|name| is_name(name)).map(str::to_owned)
    }

    /// Removes what a killed deployment left.
    pub fn sweep(&self) -> Outcome<()> {
        [".incoming", ".outgoing", ".next"].iter().try_for_each(|name| self.tree.remove(&self.path(name)))
    }

    /// Makes a release of `source` unless there is one with the same content; says its name, and whether it was there.
    pub fn install(&self, source: &Path, revision: &str) -> Outcome<(String, bool)> {
        let mut name = revision.to_owned();
        let mut number = 1;
        while kind(&self.path(&name)).is_some() {
            if self.tree.differences(&self.path(&name), source)?.is_empty() {
                return Ok((name, true));
            }
            number += 1;
            name = format!("{revision}.{number}");
        }
        self.tree.copy(source, &self.path(".incoming"))?;
        self.rename(".incoming", &name)?;
        self.tree.synchronize(&self.folder)?;
        Ok((name, false))
    }

    /// Makes a release the live one in a single step; None makes none live.
    pub fn flip(&self, name: Option<&str>) -> Outcome<()> {
        if let Some(name) = name {
            let next = self.path(".next");
            self.tree.remove(&next)?;
            symlink(name, &next).map_err(|error| self.tree.failure("make", &next, error))?;
            self.rename(".next", "current")?;
        } else if let Err(error) = fs::remove_file(self.path("current")) {
            if error.kind() != ErrorKind::NotFound {
                return Err(self.tree.failure("remove", &self.path("current"), error));
            }
        }
        self.tree.synchronize(&self.folder)
    }

    /// Removes the oldest releases until `keep` are left, but never the live one nor `kept`.
    pub fn prune(&self, keep: usize, kept: Option<&str>) -> Outcome<()> {
        let names = self.tree.names(&self.folder)?;
        let mut releases: Vec<(SystemTime, String)> = names
            .iter()
            .filter_map(|name| name.to_str().filter(|name| is_name(name)))
            .map(|name| (self.filled(name), name.to_owned()))
            .collect();
        releases.sort();
        let mut surplus = releases.len().saturating_sub(keep);
        let live = self.live();
        for (_, name) in releases {
            if surplus == 0 {
                break;
            }
            if Some(&name) == live.as_ref() || Some(name.as_str()) == kept {
                continue;
            }
            // Renamed first: a folder that is half removed must not pass for a release.
            self.rename(&name, ".outgoing")?;
            self.tree.remove(&self.path(".outgoing"))?;
            self.tree.call.say(&format!("removed release {name}"));
            surplus -= 1;
        }
        Ok(())
    }

    fn filled(&self, name: &str) -> SystemTime {
        fs::symlink_metadata(self.path(name)).and_then(|status| status.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    fn rename(&self, from: &str, to: &str) -> Outcome<()> {
        fs::rename(self.path(from), self.path(to)).map_err(|error| self.tree.failure("name", &self.path(to), error))
    }
}
