//! Files that are there as a whole or not at all, with their rights from the first moment on.

use super::error::CertsError;
use rustix::fs::{Mode, OFlags};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

/// The largest file that is read.
const MAX_FILE: u64 = 1 << 20;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readers {
    /// Everyone, unless the umask says otherwise.
    Everyone,
    /// Its owner.
    Owner,
}

impl Readers {
    fn mode(self) -> u32 {
        match self {
            Self::Everyone => 0o644,
            Self::Owner => 0o600,
        }
    }

    /// What of an older file's rights is kept: of a key's, a group that may read it.
    fn kept(self) -> u32 {
        match self {
            Self::Everyone => 0o644,
            Self::Owner => 0o640,
        }
    }
}

/// Reads a file.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, CertsError> {
    let fail = || CertsError::io("read it", file);
    let mut bytes = Vec::new();
    let open = File::open(file).map_err(fail())?;
    if !open.metadata().map_err(fail())?.is_file() {
        return Err(CertsError::new(file, "it is no file"));
    }
    open.take(MAX_FILE).read_to_end(&mut bytes).map_err(fail())?;
    Ok(bytes)
}

/// Whether anything has this name; what cannot be looked for is taken to be there.
pub(super) fn is_there(file: &Path) -> bool {
    !fs::symlink_metadata(file).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Writes a file in one step.
pub(super) fn put(file: &Path, text: &str, readers: Readers) -> Result<(), CertsError> {
    stage(file, text, readers)?;
    settle(file)
}

/// Where a file waits until it takes its place.
pub(super) fn staged(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.new"))
}

/// Writes a file beside its place.
pub(super) fn stage(file: &Path, text: &str, readers: Readers) -> Result<(), CertsError> {
    let fail = || CertsError::io("write it", file);
    let path = staged(file);
    discard(&path)?;
    let mut new = OpenOptions::new().write(true).create_new(true).mode(readers.mode()).open(&path).map_err(fail())?;
    let written =
        inherit(&new, file, readers).and_then(|()| new.write_all(text.as_bytes())).and_then(|()| new.sync_all());
    written.map_err(fail())
}

/// Moves a file that was staged to its place.
pub(super) fn settle(file: &Path) -> Result<(), CertsError> {
    let moved = fs::rename(staged(file), file).and_then(|()| sync_folder(file));
    moved.map_err(CertsError::io("write it", file))
}

/// Removes a file that need not be there.
pub(super) fn discard(file: &Path) -> Result<(), CertsError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(CertsError::io("remove it", file)(error)),
        _ => Ok(()),
    }
}

/// A file belongs to whoever has what it replaces: a key that was given to the
/// gate's user stays readable for it when root renews it.
fn inherit(new: &File, file: &Path, readers: Readers) -> io::Result<()> {
    let own = new.metadata()?;
    let Some(old) = fs::symlink_metadata(file).ok().filter(Metadata::is_file) else {
        return adopted(&own, file)?.map_or(Ok(()), |(uid, gid)| fchown(new, Some(uid), Some(gid)));
    };
    if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
        // Before the mode, so that no group gets a key by being somebody else's.
        fchown(new, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(Permissions::from_mode(old.mode() & readers.kept()))
}

/// To whom root gives what it makes in the folder of somebody else.
fn adopted(own: &Metadata, path: &Path) -> io::Result<Option<(u32, u32)>> {
    let folder = path.parent().map(fs::metadata).transpose()?;
    let other = folder.filter(|folder| own.uid() == 0 && folder.uid() != 0);
    Ok(other.map(|folder| (folder.uid(), folder.gid())))
}

fn sync_folder(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Makes a folder, if it is not there, that only its owner may look into.
pub(super) fn make_private(folder: &Path) -> Result<(), CertsError> {
    make(folder, 0o700)
}

/// Makes a folder, if it is not there, with those above it.
pub(super) fn make_open(folder: &Path) -> Result<(), CertsError> {
    make(folder, 0o755)
}

fn make(folder: &Path, mode: u32) -> Result<(), CertsError> {
    if folder.is_dir() {
        return Ok(());
    }
    folder.parent().map_or(Ok(()), |above| make(above, mode))?;
    make_one(folder, mode).map_err(CertsError::io("make the folder", folder))
}

fn make_one(folder: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().mode(mode).create(folder)?;
    // by its descriptor: who owns the folder above could have put a link in its place by now
    let made =
        File::from(rustix::fs::open(folder, OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?);
    give_up(&made, folder)
}

/// Root gives what it has made to whose folder it is in.
fn give_up(made: &File, path: &Path) -> io::Result<()> {
    let owner = adopted(&made.metadata()?, path)?;
    owner.map_or(Ok(()), |(uid, gid)| fchown(made, Some(uid), Some(gid)))
}

/// Opens a file that only its owner can, and so can only be locked by them.
pub(super) fn open_private(file: &Path) -> io::Result<File> {
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = File::from(rustix::fs::open(file, flags, Mode::RUSR | Mode::WUSR)?);
    give_up(&open, file)?;
    Ok(open)
}

/// The names in a folder, in order; none if it is not there.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, CertsError> {
    let fail = || CertsError::io("look into it", folder);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(fail())?,
    };
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.collect::<io::Result<_>>().map_err(fail())?;
    names.sort();
    Ok(names)
}
