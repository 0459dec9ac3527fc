//! From the place of a listener to what it listens on, or why it cannot.

use super::Exit;
use super::sources::{self, Bad, complain};
use crate::proxy::config::{self, Place};
use crate::proxy::{Endpoint, Handed, Inherited, Tls, TlsFiles};
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

/// Reads the keys of a listener, and finds the sockets that it inherits; without `inherited` those
/// are left out. Whatever is wrong was printed.
///
/// # Errors
/// Something is.
pub(super) fn endpoints(place: &Place, inherited: Option<&Inherited>) -> Result<Vec<Endpoint>, Bad> {
    match place {
        Place::Unix(socket) => Ok(vec![Endpoint::Unix(socket.clone())]),
        Place::Tcp { address, tls, hosts, .. } => {
            Ok(vec![Endpoint::Tcp { address: *address, tls: read(tls.as_ref())?, hosts: hosts.clone() }])
        }
        Place::Inherited { name, tls, because, hosts } => {
            let tls = read(tls.as_ref())?;
            let handed = inherited.map(|all| all.named(name)).transpose().map_err(bad)?.unwrap_or_default();
            let endpoint = |socket: Arc<Handed>| {
                fits(&socket, tls.is_some(), because.as_deref()).map_err(bad)?;
                Ok(Endpoint::Handed { socket, tls: tls.clone(), hosts: hosts.clone() })
            };
            handed.into_iter().map(endpoint).collect()
        }
    }
}

/// What the configuration could not know yet: whether it is a Unix socket or a port.
fn fits(socket: &Handed, tls: bool, because: Option<&str>) -> Result<(), String> {
    let mode = |path: &std::path::Path| path.metadata().map_or(0, |there| there.mode() & 0o777);
    let warning = match (socket.address(), socket.path()) {
        (Some(address), _) => {
            config::protected(address, tls, because)?;
            (!tls).then(|| config::without_tls(address, because))
        }
        (None, _) if tls => return Err("`tls` is for TCP, and a Unix socket was handed over".to_owned()),
        (None, path) => path.and_then(|path| config::open_to_all(&path, mode(&path))),
    };
    warning.iter().for_each(|warning| sources::note(warning));
    Ok(())
}

fn read(files: Option<&TlsFiles>) -> Result<Option<Arc<Tls>>, Bad> {
    let tls = files.map(Tls::read).transpose().map_err(|error| bad(error.to_string()))?;
    tls.iter().flat_map(|tls| tls.warnings()).for_each(|warning| sources::note(&warning));
    Ok(tls)
}

fn bad(why: String) -> Bad {
    complain(&why);
    Bad(Exit::BadPolicy)
}
