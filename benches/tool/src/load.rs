//! A closed-loop load generator: each connection sends its next request when the last is answered.

use std::{
    fmt,
    io::{self, ErrorKind::UnexpectedEof},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{answers::id, wire::Wire};

const CREATE: &str = include_str!("create.json");

/// Variables of 66 bytes with their quotes and comma that come to a MiB.
const LARGE_VARIABLES: usize = (1 << 20) / 66;

const HEADERS: &str = "HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Docker-Client/26.1.5 (linux)\r\n";

/// What to send, how often, over how many connections.
pub struct Plan {
    pub socket: PathBuf,
    pub connections: usize,
    pub requests: usize,
    pub workload: Workload,
    pub bytes: usize,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Workload {
    Create,
    Download,
    FreshConnection,
    LargeCreate,
    List,
    Ping,
    Stop,
    StopById,
    Upload,
}

/// What came of it; displayed as one JSON object.
#[derive(Default)]
pub struct Outcome {
    latencies: Vec<Duration>,
    elapsed: Duration,
    errors: usize,
}

/// Sends all that is planned and waits for every answer.
pub async fn run(plan: Plan) -> Outcome {
    let plan = Arc::new(plan);
    let began = Instant::now();
    let clients: Vec<_> = (0..plan.connections).map(|number| tokio::spawn(client(Arc::clone(&plan), number))).collect();
    let mut outcome = Outcome::default();
    for client in clients {
        outcome.add(client.await.unwrap_or_default());
    }
    outcome.elapsed = began.elapsed();
    outcome.latencies.sort_unstable();
    outcome
}

async fn client(plan: Arc<Plan>, number: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let request = plan.request();
    let mut kept = None;
    for _ in 0..plan.share(number) {
        let began = Instant::now();
        match exchange(&plan, &request, &mut kept).await {
            Ok(()) => outcome.latencies.push(began.elapsed()),
            Err(error) => {
                outcome.fail(&error);
                kept = None;
            }
        }
        if plan.workload == Workload::FreshConnection {
            kept = None;
        }
    }
    outcome
}

async fn exchange(plan: &Plan, request: &[u8], kept: &mut Option<Wire>) -> io::Result<()> {
    let wire = match kept {
        Some(wire) => wire,
        None => kept.insert(Wire::connect(&plan.socket).await?),
    };
    wire.send(request).await?;
    if plan.workload == Workload::Upload {
        wire.send_chunks(plan.bytes).await?;
    }
    let head = wire.head().await?.ok_or(UnexpectedEof)?;
    let received = wire.skip(head.body).await?;
    if !head.first_line.starts_with("HTTP/1.1 2") {
        return Err(io::Error::other(head.first_line));
    }
    if plan.workload == Workload::Download && received != plan.bytes {
        return Err(io::Error::other(format!("only {received} bytes came")));
    }
    Ok(())
}

impl Plan {
    /// How many of the requests fall to one connection.
    fn share(&self, number: usize) -> usize {
        let rest = self.requests % self.connections;
        self.requests / self.connections + usize::from(number < rest)
    }

    fn request(&self) -> Vec<u8> {
        let text = match self.workload {
            Workload::Ping | Workload::FreshConnection => format!("GET /_ping {HEADERS}\r\n"),
            Workload::List => format!("GET /v1.45/containers/json {HEADERS}\r\n"),
            Workload::Create => create_request(CREATE.trim()),
            Workload::Stop => format!("POST /v1.45/containers/web/stop {HEADERS}\r\n"),
            Workload::StopById => format!("POST /v1.45/containers/{}/stop {HEADERS}\r\n", id()),
            Workload::LargeCreate => create_request(&large_body()),
            Workload::Download => {
                format!("GET /v1.45/images/x/get?n={} {HEADERS}\r\n", self.bytes)
            }
            Workload::Upload => format!(
                "POST /v1.45/build {HEADERS}Content-Type: application/x-tar\r\n\
                 Transfer-Encoding: chunked\r\n\r\n"
            ),
        };
        text.into_bytes()
    }
}

/// The body of a create with a MiB of environment.
fn large_body() -> String {
    let variable = |number: usize| format!(r#""V{number:05}={}""#, "x".repeat(56));
    let variables: Vec<String> = (0..LARGE_VARIABLES).map(variable).collect();
    CREATE.trim().replacen(r#""Env":["#, &format!(r#""Env":[{},"#, variables.join(",")), 1)
}

fn create_request(body: &str) -> String {
    format!(
        "POST /v1.45/containers/create {HEADERS}Content-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

impl Outcome {
    /// Counts an error; the first of a connection is also shown, the rest would only repeat it.
    fn fail(&mut self, error: &io::Error) {
        if self.errors == 0 {
            eprintln!("bench-tool: {error}");
        }
        self.errors += 1;
    }

    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.errors += other.errors;
    }

    fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency in µs that `percent` of the requests stay below.
    fn percentile(&self, percent: usize) -> f64 {
        let place = self.latencies.len() * percent / 100;
        let latency = self.latencies.get(place).or(self.latencies.last());
        latency.map_or(0.0, |latency| latency.as_secs_f64() * 1e6)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            r#"{{"requests":{},"errors":{},"seconds":{:.3},"requests_per_second":{:.1},"p50_us":{:.2},"p99_us":{:.2}}}"#,
            self.latencies.len(),
            self.errors,
            self.elapsed.as_secs_f64(),
            self.rate(),
            self.percentile(50),
            self.percentile(99),
        )
    }
}
