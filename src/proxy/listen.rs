//! Sockets to listen on: made with the right mode from the start, a stale one
//! replaced, a live one never.

use super::users;
use rustix::fs::Mode;
use rustix::process::umask;
use std::fs::Metadata;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// A Unix socket to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixSocket {
    /// Where it is made.
    pub path: PathBuf,
    /// Its mode; who may write to it may connect.
    pub mode: u32,
    /// Its owner, by name or number; ours if not given.
    pub owner: Option<String>,
    /// Its group, by name or number; ours if not given.
    pub group: Option<String>,
}

/// Why a listener cannot be opened.
#[derive(Debug)]
pub struct ListenError {
    /// The path or address.
    pub listener: String,
    /// What is wrong.
    pub what: String,
    /// The way out.
    pub help: String,
}

impl std::fmt::Display for ListenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot listen on {}: {}\n  help: {}", self.listener, self.what, self.help)
    }
}

/// Removes a socket when the gate ends, if it is still the one that it made.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    inode: u64,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if inode(&self.path) == Some(self.inode) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn inode(path: &Path) -> Option<u64> {
    path.symlink_metadata().ok().map(|m| m.ino())
}

/// Opens a Unix socket.
///
/// # Errors
/// The folder is missing or open to strangers, something else stands at the
/// path, a live server listens there, or owner and mode cannot be set.
pub fn unix(socket: &UnixSocket) -> Result<(UnixListener, SocketFile), ListenError> {
    let fail = |what: String, help: &str| ListenError {
        listener: socket.path.display().to_string(),
        what,
        help: help.to_owned(),
    };
    check_folder(&socket.path).map_err(|(what, help)| fail(what, help))?;
    remove_stale(&socket.path).map_err(|(what, help)| fail(what, help))?;
    bind(socket).map_err(|e| match e.kind() {
        io::ErrorKind::InvalidInput => fail(e.to_string(), "choose a shorter path: the kernel takes 107 bytes"),
        _ => fail(e.to_string(), "check the folder's owner and mode, and that owner and group exist"),
    })
}

/// A folder that strangers can write to lets them put their own socket in our place.
fn check_folder(path: &Path) -> Result<(), (String, &'static str)> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let metadata = folder.metadata().map_err(|e| {
        (format!("the folder `{}`: {e}", folder.display()), "make the folder, for example with `mkdir -p`")
    })?;
    let mode = metadata.mode();
    // The sticky bit keeps others from replacing what is not theirs, as in /tmp.
    if mode & 0o002 != 0 && mode & 0o1000 == 0 {
        let what = format!("everyone can write to the folder `{}` (mode {:o})", folder.display(), mode & 0o7777);
        return Err((what, "choose a folder of your own, or take the right away with `chmod o-w`"));
    }
    Ok(())
}

/// A socket that nobody answers on was left behind; one that answers is somebody's.
fn remove_stale(path: &Path) -> Result<(), (String, &'static str)> {
    let Ok(metadata) = path.symlink_metadata() else {
        return Ok(());
    };
    if !metadata.file_type().is_socket() {
        return Err(("something that is no socket stands there".to_owned(), "choose another path, or move it away"));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            let removed = std::fs::remove_file(path);
            removed.map_err(|e| (format!("the stale socket cannot be removed: {e}"), "remove it by hand"))
        }
        Ok(_) => Err(("a live server listens there".to_owned(), "stop it first, or choose another path")),
        Err(error) => {
            Err((format!("cannot tell whether a server listens there: {error}"), "remove it by hand if it is stale"))
        }
    }
}

/// Binds under a temporary name with no rights, sets owner and mode, and only
/// then moves the socket to its place: nobody can connect too early. The mask
/// is the process's; the audit's thread, which runs already, makes files only
/// when it is told to reopen.
fn bind(socket: &UnixSocket) -> io::Result<(UnixListener, SocketFile)> {
    let staged = staged(&socket.path);
    let _ = std::fs::remove_file(&staged);
    let before = umask(Mode::RWXU | Mode::RWXG | Mode::RWXO);
    let bound = UnixListener::bind(&staged);
    umask(before);
    let listener = bound?;
    let placed = give_at(socket, &staged).and_then(|()| std::fs::rename(&staged, &socket.path));
    if let Err(error) = placed {
        let _ = std::fs::remove_file(&staged);
        return Err(error);
    }
    listener.set_nonblocking(true)?;
    let inode = inode(&socket.path).unwrap_or_default();
    Ok((listener, SocketFile { path: socket.path.clone(), inode }))
}

fn staged(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    PathBuf::from(name)
}

/// Who had a socket before it was given to another.
#[derive(Debug)]
pub(super) struct Given {
    path: PathBuf,
    before: Metadata,
}

impl Given {
    /// Gives it back, as far as that goes.
    pub(super) fn back(&self) {
        let _ = chown(&self.path, Some(self.before.uid()), Some(self.before.gid()));
        let _ = std::fs::set_permissions(&self.path, self.before.permissions());
    }
}

/// Sets owner and mode of a socket that is open, unless they are so already.
///
/// # Errors
/// They do not exist, or may not be given; nothing was changed.
pub(super) fn give(socket: &UnixSocket) -> Result<Option<Given>, ListenError> {
    let fail = |error: io::Error| ListenError {
        listener: socket.path.display().to_string(),
        what: error.to_string(),
        help: "check that owner and group exist, and that the gate may give to them".to_owned(),
    };
    let given = Given { before: socket.path.metadata().map_err(fail)?, path: socket.path.clone() };
    let (owner, group) = owners(socket).map_err(fail)?;
    let same = |wanted: Option<u32>, is: u32| wanted.is_none_or(|wanted| wanted == is);
    let before = &given.before;
    if before.mode() & 0o7777 == socket.mode && same(owner, before.uid()) && same(group, before.gid()) {
        return Ok(None);
    }
    give_at(socket, &socket.path).inspect_err(|_| given.back()).map_err(fail)?;
    Ok(Some(given))
}

/// The numbers of owner and group, where they are given.
fn owners(socket: &UnixSocket) -> io::Result<(Option<u32>, Option<u32>)> {
    let missing = |kind: &str, name: &str| io::Error::other(format!("there is no {kind} `{name}`"));
    let id = |kind, name: &Option<String>, find: fn(&str) -> Option<u32>| match name {
        Some(name) => name.parse().ok().or_else(|| find(name)).map(Some).ok_or_else(|| missing(kind, name)),
        None => Ok(None),
    };
    Ok((id("user", &socket.owner, users::user_id)?, id("group", &socket.group, users::group_id)?))
}

fn give_at(socket: &UnixSocket, path: &Path) -> io::Result<()> {
    let (owner, group) = owners(socket)?;
    if owner.is_some() || group.is_some() {
        chown(path, owner, group)?;
    }
    std::fs::set_permissions(path, PermissionsExt::from_mode(socket.mode))
}

/// Opens a TCP port.
///
/// # Errors
/// The address is taken or not ours.
pub(super) fn tcp(address: SocketAddr) -> Result<std::net::TcpListener, ListenError> {
    let open = || {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        io::Result::Ok(listener)
    };
    open().map_err(|e| ListenError {
        listener: address.to_string(),
        what: e.to_string(),
        help: "choose another address or port, or stop what listens there".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{UnixSocket, unix};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    fn socket(path: std::path::PathBuf) -> UnixSocket {
        UnixSocket { path, mode: 0o600, owner: None, group: None }
    }

    #[test]
    fn the_mode_is_set_and_the_socket_goes_with_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sock");
        let (listener, file) = unix(&UnixSocket { mode: 0o640, ..socket(path.clone()) }).unwrap();
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o640);
        drop((listener, file));
        assert!(!path.exists());
    }

    #[test]
    fn a_stale_socket_is_replaced_and_a_live_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let live = unix(&socket(path.clone())).unwrap();
        assert!(unix(&socket(path.clone())).unwrap_err().what.contains("live"));
        drop(live);
    }

    #[test]
    fn a_file_is_never_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sock");
        std::fs::write(&path, "precious").unwrap();
        assert!(unix(&socket(path.clone())).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn a_folder_that_strangers_write_to_is_refused_unless_sticky() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("open");
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).unwrap();
        assert!(unix(&socket(folder.join("a.sock"))).is_err());
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o1777)).unwrap();
        assert!(unix(&socket(folder.join("a.sock"))).is_ok());
    }

    #[test]
    fn an_unknown_group_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let group = Some("no-such-group".to_owned());
        assert!(unix(&UnixSocket { group, ..socket(dir.path().join("a.sock")) }).is_err());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
