//! Folders with everything in them: copied, compared, removed. Hidden files (`.git`, `.DS_Store`) are passed over.

use crate::call::{Call, End, Outcome};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    File,
    Folder,
    Other,
}

/// None where there is nothing; a link is itself, not what it leads to.
pub fn kind(path: &Path) -> Option<Kind> {
    let status = fs::symlink_metadata(path).ok()?;
    Some(if status.is_file() {
        Kind::File
    } else if status.is_dir() {
        Kind::Folder
    } else {
        Kind::Other
    })
}

/// What would change a file.
#[derive(Clone, Copy)]
pub enum Action {
    Create,
    Update,
    Remove,
}

pub struct Change {
    pub action: Action,
    /// Relative to both folders.
    pub path: PathBuf,
}

pub struct Tree<'a> {
    pub call: &'a Call,
}

impl Tree<'_> {
    /// Reports what did not work on the disk.
    pub fn failure(&self, verb: &str, path: &Path, error: std::io::Error) -> End {
        self.call.complain("site.files", &format!("cannot {verb} '{}': {error}", path.display()), None, None)
    }

    /// Names of what is visible in a folder, sorted; empty when there is no such folder.
    pub fn names(&self, folder: &Path) -> Outcome<Vec<PathBuf>> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| self.failure("read the folder", folder, error))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| self.failure("read the folder", folder, error))?.file_name();
            if !name.as_bytes().starts_with(b".") {
                names.push(name.into());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Copies a folder to where nothing is, and waits until all of it is on the disk. A link, a socket or the like is an
    /// error: what it leads to may be anywhere.
    pub fn copy(&self, source: &Path, target: &Path) -> Outcome<()> {
        self.call.check()?;
        match kind(source) {
            Some(Kind::File) => self.copy_file(source, target),
            Some(Kind::Folder) => {
                fs::create_dir(target).map_err(|error| self.failure("make", target, error))?;
                for name in self.names(source)? {
                    self.copy(&source.join(&name), &target.join(&name))?;
                }
                self.synchronize(target)
            }
            _ => {
                let message = format!("'{}' is neither a file nor a folder", source.display());
                Err(self.call.complain("site.files", &message, None, None))
            }
        }
    }

    fn copy_file(&self, source: &Path, target: &Path) -> Outcome<()> {
        let mut input = self.open(source)?;
        let mut output = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(target)
            .map_err(|error| self.failure("write", target, error))?;
        let mut piece = vec![0; 256 << 10];
        loop {
            let count = self.next(&mut input, &mut piece, source)?;
            if count == 0 {
                break;
            }
            output.write_all(&piece[..count]).map_err(|error| self.failure("write", target, error))?;
        }
        output.sync_all().map_err(|error| self.failure("write", target, error))
    }

    /// Removes a file or a folder with everything in it; fine when there is nothing. Never follows a link.
    pub fn remove(&self, path: &Path) -> Outcome<()> {
        let result = match kind(path) {
            None => return Ok(()),
            Some(Kind::Folder) => fs::remove_dir_all(path),
            Some(_) => fs::remove_file(path),
        };
        match result {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.failure("remove", path, error)),
            _ => Ok(()),
        }
    }

    /// The files that differ; `live` need not be there.
    pub fn differences(&self, live: &Path, source: &Path) -> Outcome<Vec<Change>> {
        let mut changes = Vec::new();
        self.compare(live, source, Path::new(""), &mut changes)?;
        Ok(changes)
    }

    fn compare(&self, live: &Path, source: &Path, path: &Path, changes: &mut Vec<Change>) -> Outcome<()> {
        self.call.check()?;
        let (old, new) = (live.join(path), source.join(path));
        let kinds = (kind(&old), kind(&new));
        if kinds.0 != Some(Kind::Folder) && kinds.1 != Some(Kind::Folder) {
            let action = match kinds {
                (Some(Kind::File), Some(Kind::File)) if self.have_equal_content(&old, &new)? => return Ok(()),
                (None, _) => Action::Create,
                (_, None) => Action::Remove,
                _ => Action::Update,
            };
            changes.push(Change { action, path: path.into() });
            return Ok(());
        }
        let mut names = if kinds.0 == Some(Kind::Folder) { self.names(&old)? } else { Vec::new() };
        if kinds.1 == Some(Kind::Folder) {
            names.extend(self.names(&new)?);
        }
        names.sort();
        names.dedup();
        for name in names {
            self.compare(live, source, &path.join(name), changes)?;
        }
        Ok(())
    }

    fn have_equal_content(&self, left: &Path, right: &Path) -> Outcome<bool> {
        let mut files = (self.open(left)?, self.open(right)?);
        let mut pieces = (vec![0; 256 << 10], vec![0; 256 << 10]);
        loop {
            let count = self.next(&mut files.0, &mut pieces.0, left)?;
            let other = self.next(&mut files.1, &mut pieces.1, right)?;
            if pieces.0[..count] != pieces.1[..other] {
                return Ok(false);
            }
            if count == 0 {
                return Ok(true);
            }
        }
    }

    /// Waits until a folder's entries are on the disk.
    pub fn synchronize(&self, folder: &Path) -> Outcome<()> {
        match self.open(folder)?.sync_all() {
            // Some file systems have no fsync for folders.
            Err(error) if error.kind() != ErrorKind::InvalidInput => Err(self.failure("synchronize", folder, error)),
            _ => Ok(()),
        }
    }

    fn open(&self, path: &Path) -> Outcome<File> {
        File::open(path).map_err(|error| self.failure("read", path, error))
    }

    /// Fills the piece as far as the file goes.
    fn next(&self, file: &mut File, piece: &mut [u8], path: &Path) -> Outcome<usize> {
        self.call.check()?;
        let mut filled = 0;
        while filled < piece.len() {
            match file.read(&mut piece[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.failure("read", path, error)),
            }
        }
        Ok(filled)
    }
}
