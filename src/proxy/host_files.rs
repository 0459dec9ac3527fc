//! Where the paths of a request really lead on this host.
//!
//! The daemon follows symlinks when it mounts. Where the gate sees the same files, each path is
//! followed as far as it exists, and where it leads is judged beside it. A link that is made
//! between this and the mount is not seen: the answer to that is to grant no paths that a
//! client can write to.

use super::Gate;
use crate::catalogue::Facet;
use crate::request::{Refusal, Request, Use, UseValue};
use std::ffi::OsString;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

/// How many links one path may lead through, as in Linux.
const MAX_LINKS: usize = 40;

/// How long looking at the paths of one request may take, should a file system hang.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many paths of one request are looked at.
const MAX_PATHS: usize = 256;

/// The process namespace that a host starts with (`PROC_PID_INIT_INO` of Linux).
const FIRST_PID_NAMESPACE: &str = "pid:[4026531836]";

/// Whether the gate sees the files that the daemon mounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostFiles {
    /// As far as can be told.
    #[default]
    Auto,
    /// It does not: paths are judged as they are written.
    Hidden,
    /// It does.
    Seen,
}

impl HostFiles {
    /// Reads `auto`, `seen` or `hidden`.
    ///
    /// # Errors
    /// Another word.
    pub fn read(word: &str) -> Result<Self, String> {
        match word {
            "auto" => Ok(Self::Auto),
            "hidden" => Ok(Self::Hidden),
            "seen" => Ok(Self::Seen),
            _ => Err("`host_files` is `auto`, `seen` or `hidden`".into()),
        }
    }

    /// What it comes to here and now; once the gate is confined it cannot be told any more.
    pub fn settled(self) -> Self {
        if self.are_seen() { Self::Seen } else { Self::Hidden }
    }

    /// Whether the gate's own paths are the host's, as far as can be told.
    pub(super) fn shares_paths(self) -> bool {
        match self {
            Self::Auto => !is_marked(),
            Self::Hidden => false,
            Self::Seen => true,
        }
    }

    /// Whether paths are followed.
    pub(super) fn are_seen(self) -> bool {
        match self {
            Self::Auto => on_the_host(),
            Self::Hidden => false,
            Self::Seen => true,
        }
    }
}

/// A container has process numbers of its own, or files that engines leave there, or another
/// root than the first process; that one's root only root can look at.
fn on_the_host() -> bool {
    let first = std::fs::read_link("/proc/self/ns/pid").is_ok_and(|space| space == Path::new(FIRST_PID_NAMESPACE));
    let root = |path: &str| std::fs::metadata(path).map(|meta| (meta.dev(), meta.ino())).ok();
    let same = root("/proc/1/root").is_none_or(|first| root("/") == Some(first));
    first && !is_marked() && same
}

/// Whether engines have left their files, as they do in containers.
fn is_marked() -> bool {
    ["/.dockerenv", "/run/.containerenv"].iter().any(|file| Path::new(file).exists())
}

/// Whether there is something to be looked at.
pub(super) fn are_asked_for(gate: &Gate, request: &Request) -> bool {
    gate.sees_host && !paths(request).is_empty()
}

/// Adds where the paths of the request lead.
///
/// # Errors
/// A path leads through too many links, or the files cannot be looked at in time.
pub(super) async fn follow(gate: &Gate, mut request: Request) -> Result<Request, Refusal> {
    let paths = paths(&request);
    if !gate.sees_host || paths.is_empty() {
        return Ok(request);
    }
    if paths.len() > MAX_PATHS {
        return Err(Refusal::malformed(format!("the request names more than {MAX_PATHS} paths of the host")));
    }
    // nobody waits for the thread any longer than that, so it has to know, too
    let until = Instant::now() + PATIENCE;
    let look = move || paths.into_iter().map(|used| led(used, until)).collect::<Result<Vec<_>, _>>();
    let looked = tokio::task::spawn_blocking(look);
    let found = match tokio::time::timeout(PATIENCE, looked).await {
        Ok(Ok(found)) => found?,
        _ => return Err(Refusal { status: 503, message: "the host's files cannot be looked at in time".into() }),
    };
    request.led_to(found.into_iter().flatten().collect());
    Ok(request)
}

fn paths(request: &Request) -> Vec<Use> {
    let shows = |used: &&Use| matches!(used.facet, Facet::Binds | Facet::Devices | Facet::CheckpointDir);
    let path = |used: &&Use| matches!(&used.value, UseValue::Path { path, .. } if path.starts_with('/'));
    request.uses.iter().flat_map(|uses| uses.iter()).filter(|used| shows(used) && path(used)).cloned().collect()
}

/// The use, and the same one of the path that it leads to, if that is another.
fn led(used: Use, until: Instant) -> Result<Option<(Use, Use)>, Refusal> {
    let UseValue::Path { path, read_only } = &used.value else { return Ok(None) };
    let endless = |_| Refusal::malformed("a path of the host cannot be followed to its end");
    let real = real(Path::new(path), until).map_err(endless)?;
    let Some(real) = real.to_str().map(str::to_owned) else {
        let odd = UseValue::Odd(format!("{path}, which leads to a name that is no UTF-8"));
        let led = Use { facet: used.facet, value: odd };
        return Ok(Some((used, led)));
    };
    let other = real != *path;
    let led = Use { facet: used.facet, value: UseValue::Path { path: real, read_only: *read_only } };
    Ok(other.then_some((used, led)))
}

/// The path with every link followed that exists, or would; what does not exist stays as it is.
fn real(path: &Path, until: Instant) -> io::Result<PathBuf> {
    let mut rest: Vec<OsString> = names(path);
    let mut real = PathBuf::from("/");
    let mut links = 0;
    while let Some(name) = rest.pop() {
        if Instant::now() > until {
            return Err(io::Error::other("it takes too long"));
        }
        if name == ".." {
            real.pop();
            continue;
        }
        real.push(&name);
        let Ok(target) = std::fs::read_link(&real) else { continue };
        links += 1;
        if links > MAX_LINKS {
            return Err(io::Error::other("too many links"));
        }
        real.pop();
        if target.is_absolute() {
            real = PathBuf::from("/");
        }
        rest.extend(names(&target));
    }
    Ok(real)
}

/// The names of a path, the first one last.
fn names(path: &Path) -> Vec<OsString> {
    let name = |part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::CurDir | Component::Prefix(_) | Component::RootDir => None,
    };
    path.components().rev().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::PATIENCE;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};
    use std::time::Instant;

    fn real(path: &Path) -> std::io::Result<PathBuf> {
        super::real(path, Instant::now() + PATIENCE)
    }

    #[test]
    fn links_are_followed_as_far_as_they_exist() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().canonicalize().unwrap();
        let at = |name: &str| base.join(name);
        std::fs::create_dir_all(at("app/data")).unwrap();
        symlink("/etc", at("app/link")).unwrap();
        symlink("../app/data", at("app/near")).unwrap();
        symlink("/nowhere/at/all", at("dangling")).unwrap();
        symlink("b", at("a")).unwrap();
        symlink("a", at("b")).unwrap();
        let cases = [
            ("app/data", at("app/data")),
            ("app/none/x", at("app/none/x")),
            ("app/link", "/etc".into()),
            ("app/link/shadow", "/etc/shadow".into()),
            ("app/near", at("app/data")),
            ("app/near/x", at("app/data/x")),
            ("dangling/x", "/nowhere/at/all/x".into()),
        ];
        for (path, expected) in cases {
            assert_eq!(real(&at(path)).unwrap(), expected, "{path}");
        }
        assert!(real(&at("a")).is_err());
        assert_eq!(real(Path::new("/")).unwrap(), Path::new("/"));
    }
}
