use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::answers::{BAD_REQUEST, MOVED};
use super::*;

const PATIENCE: Duration = Duration::from_secs(5);
const PING: &[u8] = b"GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n";
const EXEC: &str = "POST /exec/{exec}/start HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}";

macro_rules! recording {
    ($name:literal) => {
        &include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/imitation/recorded/", $name, ".http"))[..]
    };
}

/// An imitation on a socket of its own.
async fn start(name: &str) -> Imitation {
    let path = std::env::temp_dir().join(format!("imitation-{}-{name}.sock", std::process::id()));
    Imitation::start(&path).await.unwrap()
}

async fn connect(imitation: &Imitation, bytes: &[u8]) -> UnixStream {
    let mut peer = UnixStream::connect(imitation.path()).await.unwrap();
    peer.write_all(bytes).await.unwrap();
    peer
}

async fn read(peer: &mut UnixStream, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    timeout(PATIENCE, peer.read_exact(&mut bytes)).await.unwrap().unwrap();
    bytes
}

async fn rest(peer: &mut UnixStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    timeout(PATIENCE, peer.read_to_end(&mut bytes)).await.unwrap().unwrap();
    bytes
}

/// The answer to bytes after which the client says nothing more.
async fn ask(imitation: &Imitation, bytes: &[u8]) -> Vec<u8> {
    let mut peer = connect(imitation, bytes).await;
    peer.shutdown().await.unwrap();
    rest(&mut peer).await
}

fn exec_start() -> Vec<u8> {
    let mut names = include_str!("recorded/names.txt").lines();
    let id = names.find_map(|line| line.strip_prefix("exec exec ")).unwrap();
    EXEC.replace("{exec}", id).into_bytes()
}

mod faults;
mod framing;
mod recordings;
mod streams;
