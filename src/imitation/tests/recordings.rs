//! The imitation is asked what the real daemon was asked, and must answer the same, byte for byte.

use super::*;

/// What was recorded with input on the opened stream.
const WITH_INPUT: [&str; 4] = ["attach", "attach-raw", "exec-start", "exec-start-raw"];

/// The bytes behind the recorder's notation: `\xHH`, and `\0{N}` for N zero bytes.
fn unescape(text: &str) -> Vec<u8> {
    let mut parts = text.split('\\');
    let mut out = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        let after = if let Some(run) = part.strip_prefix("0{") {
            let (count, after) = run.split_once('}').unwrap();
            out.resize(out.len() + count.parse::<usize>().unwrap(), 0);
            after
        } else {
            out.push(u8::from_str_radix(&part[1..3], 16).unwrap());
            &part[3..]
        };
        out.extend_from_slice(after.as_bytes());
    }
    out
}

#[test]
fn the_notation_is_read_back() {
    assert_eq!(unescape(r"a\x0d\x5cb\0{3}c"), b"a\r\\b\0\0\0c");
}

/// The answer to a recorded request, as far as it is as long as its recording.
async fn replay(imitation: &Imitation, name: &str, request: &str, size: usize) -> Vec<u8> {
    let mut peer = connect(imitation, &unescape(request)).await;
    let mut answer = Vec::new();
    if WITH_INPUT.contains(&name) {
        answer.push(peer.read_u8().await.unwrap());
        peer.write_all(b"hello\n").await.unwrap();
    }
    while answer.len() < size {
        match timeout(PATIENCE, peer.read_buf(&mut answer)).await {
            Ok(Ok(1..)) => {}
            _ => break,
        }
    }
    answer
}

#[tokio::test]
async fn every_recorded_request_gets_its_recorded_answer() {
    let imitation = start("recordings").await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/imitation/recorded");
    for line in include_str!("../recorded/requests.txt").lines() {
        let (name, request) = line.split_once(' ').unwrap();
        let expected = std::fs::read(format!("{folder}/{name}.http")).unwrap();
        let answer = replay(&imitation, name, request, expected.len()).await;
        assert!(answer == expected, "{name}: {:.300}", String::from_utf8_lossy(&answer));
    }
}

#[tokio::test]
async fn a_version_an_id_and_an_escape_lead_to_the_same_answer() {
    let imitation = start("spellings").await;
    let web = recording!("container-web");
    let id = include_str!("../recorded/names.txt").lines().find_map(|line| line.strip_prefix("container web "));
    for path in
        ["/v1.45/containers/web/json", "/v1.24/containers/we%62/json", &format!("/containers/{}/json", id.unwrap())]
    {
        let request = format!("GET {path} HTTP/1.1\r\nHost: d\r\n\r\n");
        assert_eq!(ask(&imitation, request.as_bytes()).await, web, "{path}");
    }
    assert_eq!(ask(&imitation, b"GET /a/../b HTTP/1.1\r\nHost: d\r\n\r\n").await, MOVED.bytes);
}
