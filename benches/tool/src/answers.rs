//! What the upstream answers, made once, in the shape that Docker gives it.

/// A list is at least this long: some twenty containers.
const LIST_BYTES: usize = 20_000;

const CONTAINER: &str = include_str!("container.json");

const COMMON: &str = "Api-Version: 1.45\r\n\
    Docker-Experimental: false\r\n\
    Ostype: linux\r\n\
    Server: Docker/26.1.5 (linux)\r\n\
    Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";

const JSON: &str = "Content-Type: application/json\r\n";

/// Every answer but the endless one, as bytes to write at once.
pub struct Answers {
    pub ping: Vec<u8>,
    pub ping_head: Vec<u8>,
    pub list: Vec<u8>,
    pub created: Vec<u8>,
    pub stopped: Vec<u8>,
    pub inspected: Vec<u8>,
    pub built: Vec<u8>,
    pub stream_head: Vec<u8>,
    pub not_found: Vec<u8>,
}

impl Answers {
    pub fn new() -> Self {
        let id = format!(r#"{{"Id":"{}","Warnings":[]}}"#, id());
        Self {
            ping: sized("200 OK", "Content-Type: text/plain\r\n", "OK"),
            ping_head: head("200 OK", "Content-Type: text/plain\r\nContent-Length: 0\r\n"),
            list: chunked(&list()),
            created: sized("201 Created", JSON, &id),
            stopped: head("204 No Content", ""),
            inspected: chunked(&inspected()),
            built: sized("200 OK", JSON, "{\"stream\":\"done\"}\r\n"),
            stream_head: head("200 OK", "Content-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n"),
            not_found: sized("404 Not Found", JSON, r#"{"message":"page not found"}"#),
        }
    }
}

/// The ID of the one container that there is.
pub fn id() -> String {
    "c0ffee".repeat(10) + "0001"
}

/// How many requests came so far.
pub fn counted(requests: usize) -> Vec<u8> {
    sized("200 OK", JSON, &requests.to_string())
}

fn head(status: &str, headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{COMMON}{headers}\r\n").into_bytes()
}

fn sized(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = format!("{headers}Content-Length: {}\r\n", body.len());
    [head(status, &length), body.into()].concat()
}

/// Docker chunks whatever is longer than 2 KB, in one chunk if it was written at once.
fn chunked(body: &str) -> Vec<u8> {
    let headers = format!("{JSON}Transfer-Encoding: chunked\r\n");
    let chunk = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    [head("200 OK", &headers), chunk.into()].concat()
}

/// What a container's inspection has that a gate reads, and as much again as it is long with others.
fn inspected() -> String {
    let id = id();
    let rest = container(1);
    format!(
        r#"{{"Id":"{id}","Name":"/web","State":{{"Status":"running","Running":true,"Pid":4711}},"Image":"sha256:{id}","Config":{{"Image":"nginx:1.27","Labels":{{"tier":"web"}}}},"HostConfig":[{rest},{rest},{rest},{rest},{rest}]}}"#
    )
}

fn list() -> String {
    let count = LIST_BYTES.div_ceil(CONTAINER.trim().len());
    let containers: Vec<_> = (0..count).map(container).collect();
    format!("[{}]", containers.join(","))
}

fn container(number: usize) -> String {
    CONTAINER.trim().replace("NNNN", &format!("{number:04}"))
}
