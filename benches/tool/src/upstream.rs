//! A stand-in for Docker that costs next to nothing, so that what is measured is the proxy.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::net::{UnixListener, UnixStream};

use crate::{
    answers::{Answers, counted},
    wire::{Head, Wire},
};

/// Serves `socket` until the process is ended.
pub async fn serve(socket: &Path) -> io::Result<()> {
    let listener = UnixListener::bind(socket)?;
    let (answers, count) = (Arc::new(Answers::new()), Arc::new(AtomicUsize::new(0)));
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(converse(stream, Arc::clone(&answers), Arc::clone(&count)));
    }
}

async fn converse(stream: UnixStream, answers: Arc<Answers>, count: Arc<AtomicUsize>) {
    let mut wire = Wire::new(stream);
    // A connection that breaks is the client's error to count.
    while let Ok(Some(head)) = wire.head().await {
        if head.first_line.starts_with("GET /count ") {
            let so_far = counted(count.load(Ordering::Relaxed));
            if wire.send(&so_far).await.is_err() {
                return;
            }
            continue;
        }
        count.fetch_add(1, Ordering::Relaxed);
        if reply(&mut wire, &head, &answers).await.is_err() {
            return;
        }
    }
}

async fn reply(wire: &mut Wire, head: &Head, answers: &Answers) -> io::Result<()> {
    wire.skip(head.body).await?;
    let mut words = head.first_line.split(' ');
    let method = words.next().unwrap_or_default();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match (method, path) {
        ("GET", "/_ping") => wire.send(&answers.ping).await,
        ("HEAD", "/_ping") => wire.send(&answers.ping_head).await,
        ("GET", "/v1.45/containers/json") => wire.send(&answers.list).await,
        ("POST", "/v1.45/containers/create") => wire.send(&answers.created).await,
        // by the ID that the inspected one has, or by its name
        ("POST", path) if path.ends_with("/stop") => wire.send(&answers.stopped).await,
        ("GET", path) if path.starts_with("/containers/") => wire.send(&answers.inspected).await,
        ("POST", "/v1.45/build") => wire.send(&answers.built).await,
        ("GET", "/v1.45/images/x/get") => {
            wire.send(&answers.stream_head).await?;
            wire.send_chunks(asked_bytes(query)).await
        }
        _ => wire.send(&answers.not_found).await,
    }
}

fn asked_bytes(query: &str) -> usize {
    query.strip_prefix("n=").and_then(|number| number.parse().ok()).unwrap_or(0)
}
