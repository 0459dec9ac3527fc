//! Single values of a configuration, the same for flags and files.

use super::{Place, SidePlace};
use crate::proxy::{Denials, TlsFiles, UnixSocket};
use crate::record::audit::WhenFull;
use crate::record::visible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// The socket of a rootful Docker.
const DOCKER_SOCKET: &str = "/var/run/docker.sock";

/// A socket's mode, octal.
///
/// # Errors
/// Not an octal number up to 0777.
pub fn mode(text: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777);
    mode.ok_or_else(|| "a mode is an octal number such as 0660".to_owned())
}

/// `deny` or `count`.
///
/// # Errors
/// Another word.
pub fn when_full(text: &str) -> Result<WhenFull, String> {
    match text {
        "deny" => Ok(WhenFull::Deny),
        "count" => Ok(WhenFull::Count),
        _ => Err("choose deny or count".to_owned()),
    }
}

/// `full` or `short`.
///
/// # Errors
/// Another word.
pub fn denials(text: &str) -> Result<Denials, String> {
    match text {
        "full" => Ok(Denials::Full),
        "short" => Ok(Denials::Short),
        _ => Err("choose full or short".to_owned()),
    }
}

/// The real socket: a path, or one behind `unix://`.
///
/// # Errors
/// Another scheme, or a path that is not absolute.
pub fn upstream(text: &str) -> Result<PathBuf, String> {
    let path = text.strip_prefix("unix://").unwrap_or(text);
    if path.starts_with('/') {
        return Ok(path.into());
    }
    Err(format!("the upstream `{}` is not a Unix socket: write /PATH or unix:///PATH", visible(text)))
}

/// `DOCKER_HOST` as the docker CLI reads it, if it is a Unix socket; else Docker's own path.
///
/// # Errors
/// `DOCKER_HOST` is something else.
pub fn default_upstream() -> Result<PathBuf, String> {
    match std::env::var("DOCKER_HOST") {
        Ok(host) if !host.is_empty() => upstream(&host).map_err(|e| format!("DOCKER_HOST: {e}, or give --upstream")),
        _ => Ok(DOCKER_SOCKET.into()),
    }
}

/// A listener's address: PATH, unix://PATH, tcp://HOST:PORT or fd://NAME.
///
/// # Errors
/// Neither of these, or TCP beyond loopback without TLS and without a reason.
pub fn place(
    text: &str,
    unix: &impl Fn(PathBuf) -> UnixSocket,
    tls: Option<TlsFiles>,
    because: Option<String>,
) -> Result<Place, String> {
    if let Some(address) = text.strip_prefix("tcp://") {
        return tcp(address, tls, because, Vec::new());
    }
    if let Some(name) = text.strip_prefix("fd://") {
        return inherited(name, tls, because, Vec::new());
    }
    let path = text.strip_prefix("unix://").unwrap_or(text);
    if path.is_empty() || text.contains("://") && !text.starts_with("unix://") {
        return Err(format!(
            "cannot listen on `{}`: write PATH, unix://PATH, tcp://HOST:PORT or fd://NAME",
            visible(text)
        ));
    }
    Ok(Place::Unix(unix(path.into())))
}

/// A TCP listener.
///
/// # Errors
/// Not an address, or open to the network without TLS and without a reason.
pub(super) fn tcp(
    text: &str,
    tls: Option<TlsFiles>,
    because: Option<String>,
    hosts: Vec<String>,
) -> Result<Place, String> {
    let address = address(text)?;
    protected(address, tls.is_some(), because.as_deref())?;
    Ok(Place::Tcp { address, tls, because, hosts })
}

/// Sockets that are handed over.
///
/// # Errors
/// There is no name, or one that systemd could not give (systemd.socket(5), `FileDescriptorName=`).
pub(super) fn inherited(
    name: &str,
    tls: Option<TlsFiles>,
    because: Option<String>,
    hosts: Vec<String>,
) -> Result<Place, String> {
    if name.is_empty() || name.contains(|c: char| c == ':' || c.is_ascii_control() || !c.is_ascii()) {
        return Err(format!(
            "`{}` is not the name of an inherited socket: write what `FileDescriptorName=` says, or the name of the .socket unit",
            visible(name)
        ));
    }
    Ok(Place::Inherited { name: name.to_owned(), tls, because, hosts })
}

/// Whether a port may be open so.
///
/// # Errors
/// It is open to the network without TLS, and without a reason.
pub fn protected(address: SocketAddr, tls: bool, because: Option<&str>) -> Result<(), String> {
    let reason = because.is_some_and(|reason| !reason.trim().is_empty());
    if tls || address.ip().is_loopback() || reason {
        return Ok(());
    }
    Err(format!(
        "`{address}` would take requests from the network without TLS: give certificates, or say why not (`plaintext: true` and `because:`, or --plaintext-because)"
    ))
}

/// The socket that tells how the gate fares: PATH, or `@NAME` for one without a file.
///
/// # Errors
/// Neither of them: who asks must be known.
pub fn status(text: &str) -> Result<SidePlace, String> {
    match (text.strip_prefix('@'), text.strip_prefix("unix://").unwrap_or(text)) {
        (Some(name), _) if !name.is_empty() => Ok(SidePlace::Abstract(name.to_owned())),
        (None, path) if path.starts_with('/') => Ok(SidePlace::Path(path.into())),
        _ => Err(format!("`{}` is no place for the status: write /PATH or @NAME", visible(text))),
    }
}

/// Where the numbers are told: PATH or HOST:PORT.
///
/// # Errors
/// Neither of them.
pub fn metrics(text: &str) -> Result<SidePlace, String> {
    let path = text.strip_prefix("unix://").unwrap_or(text);
    if path.starts_with('/') {
        return Ok(SidePlace::Path(path.into()));
    }
    address(text.strip_prefix("tcp://").unwrap_or(text)).map(SidePlace::Tcp)
}

/// A path of the host: absolute, and one that binds can name, which a `:` takes apart.
///
/// # Errors
/// Another path.
pub fn host_path(text: &str) -> Result<String, String> {
    let path = crate::request::values::path::clean(text).filter(|path| !path.contains(':') && path != "/");
    path.ok_or_else(|| format!("`{}` is not an absolute path of the host, without a `:`", visible(text)))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let bad = || format!("`{}` is not an address with a port", visible(text));
    // Only `localhost` and numbers: nobody is asked what to listen on.
    match text.strip_prefix("localhost:") {
        Some(port) => port.parse().map(|port| (Ipv4Addr::LOCALHOST, port).into()).map_err(|_| bad()),
        None => text.parse().map_err(|_| bad()),
    }
}

/// A time with its unit: `500ms`, `30s`, `2m`.
///
/// # Errors
/// A bare number, or another unit.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let bad = || format!("`{}` is not a time: write it with its unit, such as `30s`", visible(text));
    humantime::parse_duration(text).map_err(|_| bad())
}

/// A size with its unit: `64MiB`.
///
/// # Errors
/// A bare number, or another unit.
pub(super) fn size(text: &str) -> Result<usize, String> {
    const UNITS: &[(&str, u32)] = &[("KiB", 10), ("MiB", 20), ("GiB", 30)];
    let bad = || format!("`{}` is not a size: write it with its unit, such as `64MiB`", visible(text));
    let (number, shift) =
        UNITS.iter().find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, *shift))).ok_or_else(bad)?;
    let number: usize = number.trim_end().parse().map_err(|_| bad())?;
    number.checked_mul(1 << shift).ok_or_else(bad)
}
