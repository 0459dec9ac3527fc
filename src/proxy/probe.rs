//! Whether the daemon is there.

use super::daemon::ask;
use http::Method;
use std::path::Path;
use std::time::{Duration, Instant};

/// What the daemon said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pong {
    /// How long it took.
    pub took: Duration,
    /// The newest version of the API that it speaks.
    pub api: Option<String>,
}

/// Asks the daemon whether it is there: `HEAD /_ping` on a connection of its own.
///
/// # Errors
/// Why it is not, in words.
pub async fn ping(upstream: &Path) -> Result<Pong, String> {
    let began = Instant::now();
    let said = ask(upstream, Method::HEAD, "/_ping").await?;
    if !said.status.is_success() {
        return Err(format!("a ping was answered by {}", said.status));
    }
    let api = said.headers.get("api-version").and_then(|value| value.to_str().ok()).map(str::to_owned);
    Ok(Pong { took: began.elapsed(), api })
}
