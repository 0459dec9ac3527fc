//! The folders that a gate needs while it runs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders, without links. Rights are given to folders rather than to files, because files are
/// replaced: by editors, by logrotate, by whoever renews certificates, by the gate itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Folders whose files are read.
    pub(super) read: BTreeSet<PathBuf>,
    /// Folders in which files are made and written.
    pub(super) write: BTreeSet<PathBuf>,
    /// Folders in which sockets are made and removed.
    pub(super) sockets: BTreeSet<PathBuf>,
    /// TCP ports that are listened on; 0 is one that the kernel chooses.
    pub(super) ports: BTreeSet<u16>,
    /// Whether files are given to others.
    pub(super) owners: bool,
    /// Whether a socket without a file has to be reached.
    pub(super) abstract_sockets: bool,
}

impl Room {
    /// With the right to read this file, and what it is a link to.
    pub fn read(mut self, file: &Path) -> Self {
        self.read.extend(folder(file));
        self.read.extend(file.canonicalize().ok().as_deref().and_then(folder));
        self
    }

    /// With the right to make and write this file.
    ///
    /// Of something else than a file, such as `/dev/stdout`, no more than that.
    pub fn write(mut self, file: &Path) -> Self {
        match file.metadata() {
            Ok(there) if !there.is_file() => self.write.extend(file.canonicalize()),
            _ => {
                self.write.extend(folder(file));
                self.write.extend(file.canonicalize().ok().as_deref().and_then(folder));
            }
        }
        self
    }

    /// With the right to make, replace and remove this socket.
    pub fn socket(mut self, path: &Path) -> Self {
        self.sockets.extend(folder(path));
        self
    }

    /// With the right to listen on a TCP port.
    pub fn port(mut self, port: u16) -> Self {
        self.ports.insert(port);
        self
    }

    /// With the right to give sockets to others.
    pub fn owners(mut self, needed: bool) -> Self {
        self.owners = needed;
        self
    }

    /// With the right to read the names of users and groups, where they are needed: other secrets are
    /// in that folder, too, and as root all of them can be read.
    pub fn names(mut self, needed: bool) -> Self {
        if needed {
            self.read.insert("/etc".into());
        }
        self
    }

    /// With the right to reach a socket without a file.
    pub fn abstract_sockets(mut self, needed: bool) -> Self {
        self.abstract_sockets = needed;
        self
    }

    /// What the other room needs and this one lacks.
    pub fn lacks(&self, other: &Self) -> Option<String> {
        let folder = missing(&self.read, &other.read)
            .or_else(|| missing(&self.write, &other.write))
            .or_else(|| missing(&self.sockets, &other.sockets));
        let port = || other.ports.difference(&self.ports).next().map(|port| format!("port {port}"));
        let owners = || (other.owners && !self.owners).then(|| "the right to give sockets to others".to_owned());
        folder.map(|folder| format!("the folder `{}`", folder.display())).or_else(port).or_else(owners)
    }
}

fn missing<'o>(have: &BTreeSet<PathBuf>, need: &'o BTreeSet<PathBuf>) -> Option<&'o Path> {
    need.iter().find(|folder| !folder.ancestors().any(|above| have.contains(above))).map(PathBuf::as_path)
}

/// The folder that a path is in, without links; one that does not exist is taken as it is written.
fn folder(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let folder = absolute.parent()?;
    Some(folder.canonicalize().unwrap_or_else(|_| folder.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::Room;
    use std::path::Path;

    fn room(file: &str) -> Room {
        Room::default().read(Path::new(file))
    }

    #[test]
    fn what_lies_below_a_folder_is_in_the_room() {
        let small = room("/no/such/folder/file");
        assert_eq!(small.lacks(&room("/no/such/folder/below/file")), None);
        assert_eq!(small.lacks(&room("/no/such/file")), Some("the folder `/no/such`".into()));
        assert_eq!(small.lacks(&room("/no/such/folders/file")), Some("the folder `/no/such/folders`".into()));
    }

    #[test]
    fn ports_and_owners_count_too() {
        assert_eq!(Room::default().port(2376).lacks(&Room::default().port(2376)), None);
        assert_eq!(Room::default().lacks(&Room::default().port(2376)), Some("port 2376".into()));
        assert!(Room::default().lacks(&Room::default().owners(true)).is_some());
    }

    #[test]
    fn each_right_counts_for_itself() {
        let (read, file) = (room("/no/such/file"), Path::new("/no/such/file"));
        assert!(read.lacks(&Room::default().write(file)).is_some());
        assert!(read.lacks(&Room::default().socket(file)).is_some());
    }

    #[test]
    fn a_link_needs_the_folder_that_it_leads_to() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir(at("live")).unwrap();
        std::fs::create_dir(at("archive")).unwrap();
        std::fs::write(at("archive/cert1.pem"), "").unwrap();
        std::os::unix::fs::symlink("../archive/cert1.pem", at("live/cert.pem")).unwrap();
        let room = Room::default().read(&at("live/cert.pem"));
        assert_eq!(room.lacks(&Room::default().read(&at("archive/cert2.pem"))), None);
    }
}
