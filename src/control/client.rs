//! The other end: a question to a gate that runs.

use crate::proxy::config::SidePlace;
use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The largest answer that is read.
const MAX_ANSWER: usize = 16 << 20;

/// What the gate said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether it was a yes.
    pub fine: bool,
    /// In its own words.
    pub text: String,
}

/// Asks the gate whose status socket is there.
///
/// # Errors
/// No gate can be reached there, or it gave no whole answer in time.
pub fn ask(place: &SidePlace, method: Method, path: &'static str) -> io::Result<Answer> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let asked = tokio::time::timeout(PATIENCE, exchange(connect(place)?, method, path));
        asked.await.unwrap_or_else(|_| Err(io::Error::other("no answer came in time")))
    })
}

fn connect(place: &SidePlace) -> io::Result<UnixStream> {
    let stream = match place {
        SidePlace::Path(path) => UnixStream::connect(path)?,
        SidePlace::Abstract(name) => trusted(UnixStream::connect_addr(&SocketAddr::from_abstract_name(name)?)?)?,
        SidePlace::Tcp(_) => return Err(io::Error::other("the status has a Unix socket, not a port")),
    };
    stream.set_nonblocking(true)?;
    Ok(stream)
}

/// Anybody may take a name that has no file; a file's folder says who could have made it.
fn trusted(stream: UnixStream) -> io::Result<UnixStream> {
    let (peer, own) = (rustix::net::sockopt::socket_peercred(&stream)?.uid, rustix::process::geteuid());
    if peer == own || peer.is_root() {
        return Ok(stream);
    }
    Err(io::Error::other(format!("user {} listens there, who is not trusted: ask as that user", peer.as_raw())))
}

async fn exchange(stream: UnixStream, method: Method, path: &'static str) -> io::Result<Answer> {
    let stream = TokioIo::new(tokio::net::UnixStream::from_std(stream)?);
    let (mut sender, connection) = http1::handshake(stream).await.map_err(io::Error::other)?;
    let driver = tokio::spawn(connection);
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.method_mut() = method;
    *request.uri_mut() = Uri::from_static(path);
    request.headers_mut().insert(HOST, HeaderValue::from_static("dockgate"));
    let response = sender.send_request(request).await.map_err(io::Error::other)?;
    let fine = response.status() == StatusCode::OK;
    let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await.map_err(io::Error::other)?;
    driver.abort();
    Ok(Answer { fine, text: String::from_utf8_lossy(&body.to_bytes()).into_owned() })
}
