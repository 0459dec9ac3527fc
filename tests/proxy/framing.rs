//! Framing that two readers could take in two ways: the daemon sees one re-framed request, or none.

use crate::common::{Gate, may};
use std::thread;
use std::time::Duration;

/// Who may write files, and do nothing to containers.
const FILES: &str = "ping, container-files, SystemOptions";

const HOST: &str = "Host: docker\r\n";
/// The request that carries the body, up to its framing.
const PUT: &str = "PUT /v1.45/containers/web/archive?path=%2Ftmp HTTP/1.1\r\nHost: docker\r\n";
/// What a smuggler wants to reach the daemon.
const KILL: &str = "POST /v1.45/containers/web/kill HTTP/1.1\r\nHost: docker\r\n\r\n";

/// What may come of a request.
enum Fate {
    /// It reaches the daemon with this body.
    Passes(&'static str),
    /// It does not, and its client reads this status.
    Refused(u16),
    /// It may begin to reach the daemon, but never as a whole, and its client is told.
    Broken,
}

use Fate::{Broken, Passes, Refused};

/// Bodies under framing headers, and what follows the blank line.
#[rustfmt::skip]
const BODIES: &[(&str, &str, &str, Fate)] = &[
    ("a length",                     "Content-Length: 3\r\n", "abc", Passes("abc")),
    ("a length of nothing",          "Content-Length: 0\r\n", "", Passes("")),
    ("a length twice, equal",        "Content-Length: 3\r\nContent-Length: 3\r\n", "abc", Passes("abc")),
    ("a length with zeros",          "Content-Length: 003\r\n", "abc", Passes("abc")),
    ("two lengths",                  "Content-Length: 3\r\nContent-Length: 0\r\n", "abc", Refused(400)),
    ("a list of lengths",            "Content-Length: 3, 3\r\n", "abc", Refused(400)),
    ("a length with a plus",         "Content-Length: +3\r\n", "abc", Refused(400)),
    ("a length below nothing",       "Content-Length: -1\r\n", "abc", Refused(400)),
    ("a length in hexadecimal",      "Content-Length: 0x3\r\n", "abc", Refused(400)),
    ("a length with an underscore",  "Content-Length: 0_3\r\n", "abc", Refused(400)),
    ("an empty length",              "Content-Length:\r\n", "abc", Refused(400)),
    ("a length beyond 64 bits",      "Content-Length: 99999999999999999999\r\n", "abc", Refused(400)),
    ("chunks",                       "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", Passes("abc")),
    ("chunks, in capitals",          "TRANSFER-ENCODING: CHUNKED\r\n", "3\r\nabc\r\n0\r\n\r\n", Passes("abc")),
    ("chunks after a tab",           "Transfer-Encoding:\tchunked\r\n", "3\r\nabc\r\n0\r\n\r\n", Passes("abc")),
    ("chunks and a length",          "Content-Length: 40\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", Passes("abc")),
    ("chunks before a length",       "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", "3\r\nabc\r\n0\r\n\r\n", Passes("abc")),
    ("a coding before chunks",       "Transfer-Encoding: gzip, chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", Passes("abc")),
    ("chunks before a coding",       "Transfer-Encoding: chunked, gzip\r\n", "3\r\nabc\r\n0\r\n\r\n", Refused(400)),
    ("the coding `identity`",        "Transfer-Encoding: identity\r\n", "abc", Refused(400)),
    ("an unknown coding",            "Transfer-Encoding: xchunked\r\n", "3\r\nabc\r\n0\r\n\r\n", Refused(400)),
    ("an empty coding",              "Transfer-Encoding:\r\n", "3\r\nabc\r\n0\r\n\r\n", Refused(400)),
    ("a coding and a length",        "Transfer-Encoding: identity\r\nContent-Length: 3\r\n", "abc", Refused(400)),
    ("a vertical tab in the coding", "Transfer-Encoding: \x0bchunked\r\n", "3\r\nabc\r\n0\r\n\r\n", Refused(400)),
    ("a folded coding",              "Transfer-Encoding:\r\n chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", Refused(400)),
    ("a blank before the colon",     "Transfer-Encoding : chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", Refused(400)),
    ("a length behind a blank line", "X: y\r\n\r\nContent-Length: 3\r\n", "", Passes("")),
    ("an extension of a chunk",      "Transfer-Encoding: chunked\r\n", "3;a=b\r\nabc\r\n0\r\n\r\n", Passes("abc")),
    ("zeros before a chunk's size",  "Transfer-Encoding: chunked\r\n", "0003\r\nabc\r\n000\r\n\r\n", Passes("abc")),
    ("a trailer",                    "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\nX: y\r\n\r\n", Passes("abc")),
    ("a length as a trailer",        "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n", Passes("abc")),
    ("a chunk's size with 0x",       "Transfer-Encoding: chunked\r\n", "0x3\r\nabc\r\n0\r\n\r\n", Broken),
    ("a chunk's size with a plus",   "Transfer-Encoding: chunked\r\n", "+3\r\nabc\r\n0\r\n\r\n", Broken),
    ("a chunk's size below nothing", "Transfer-Encoding: chunked\r\n", "-3\r\nabc\r\n0\r\n\r\n", Broken),
    ("a huge chunk's size",          "Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n", Broken),
    ("no size",                      "Transfer-Encoding: chunked\r\n", "\r\nabc\r\n0\r\n\r\n", Broken),
    ("bare line feeds in chunks",    "Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n", Broken),
    ("a chunk longer than its size", "Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n", Broken),
];

/// Whole heads. What stands behind them is [`KILL`].
#[rustfmt::skip]
const HEADS: &[(&str, &str, Fate)] = &[
    ("plain",                     "GET /v1.45/_ping HTTP/1.1\r\nHost: docker\r\n\r\n", Passes("")),
    ("an empty host",             "GET /v1.45/_ping HTTP/1.1\r\nHost: \r\n\r\n", Passes("")),
    ("line feeds alone",          "GET /v1.45/_ping HTTP/1.1\nHost: docker\n\n", Passes("")),
    ("empty lines before",        "\r\n\r\nGET /v1.45/_ping HTTP/1.1\r\nHost: docker\r\n\r\n", Passes("")),
    ("absolute form",             "GET http://elsewhere.example.com/v1.45/_ping HTTP/1.1\r\nHost: docker\r\n\r\n", Passes("")),
    ("absolute form, odd path",   "GET http://docker//v1.45/_ping HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(400)),
    ("HTTP/1.0",                  "GET /v1.45/_ping HTTP/1.0\r\n\r\n", Passes("")),
    ("HTTP/1.2",                  "GET /v1.45/_ping HTTP/1.2\r\nHost: docker\r\n\r\n", Refused(400)),
    ("HTTP/0.9",                  "GET /v1.45/_ping\r\n\r\n", Refused(400)),
    ("HTTP/2 in the line",        "GET /v1.45/_ping HTTP/2.0\r\nHost: docker\r\n\r\n", Refused(400)),
    ("authority form",            "GET docker:80 HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(400)),
    ("a tunnel",                  "CONNECT docker:80 HTTP/1.1\r\nHost: docker:80\r\n\r\n", Refused(400)),
    ("a tunnel to a path",        "CONNECT /v1.45/_ping HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(404)),
    ("options of the server",     "OPTIONS * HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(400)),
    ("no path",                   "GET  HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(400)),
    ("a relative path",           "GET _ping HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(400)),
    ("two blanks",                "GET  /v1.45/_ping HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(400)),
    ("a blank in the target",     "GET /v1.45/_ping /x HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(400)),
    ("a tab in the target",       "GET /v1.45/_ping\t HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(400)),
    ("NUL in the target",         "GET /v1.45/_ping\0 HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(400)),
    ("NUL in a header",           "GET /v1.45/_ping HTTP/1.1\r\nHost: docker\r\nX: a\0b\r\n\r\n", Refused(400)),
    ("a folded header",           "GET /v1.45/_ping HTTP/1.1\r\nHost: docker\r\nX: a\r\n b\r\n\r\n", Refused(400)),
    ("a folded first header",     "GET /v1.45/_ping HTTP/1.1\r\n Host: docker\r\n\r\n", Refused(400)),
    ("a header without a colon",  "GET /v1.45/_ping HTTP/1.1\r\nHost: docker\r\nX\r\n\r\n", Refused(400)),
    ("a header without a name",   "GET /v1.45/_ping HTTP/1.1\r\nHost: docker\r\n: x\r\n\r\n", Refused(400)),
    ("a bare carriage return",    "GET /v1.45/_ping HTTP/1.1\r\nHost: docker\rX: y\r\n\r\n", Refused(400)),
    ("a method in small letters", "get /v1.45/_ping HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(404)),
    ("a method of odd letters",   "G@T /v1.45/_ping HTTP/1.1\r\nHost: docker\r\n\r\n", Refused(400)),
    ("HTTP/1.0 in chunks",        "PUT /v1.45/containers/web/archive?path=%2Ftmp HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", Refused(400)),
];

#[test]
fn a_body_is_framed_anew_or_does_not_travel() {
    let gate = Gate::open(&may(FILES));
    for (name, fields, body, fate) in BODIES {
        check(&gate, name, &format!("{PUT}{fields}\r\n{body}{KILL}"), fate);
    }
}

#[test]
fn a_head_is_written_anew_or_does_not_travel() {
    let gate = Gate::open(&may(FILES));
    for (name, head, fate) in HEADS {
        check(&gate, name, &format!("{head}{KILL}"), fate);
    }
}

/// Sends the bytes and looks at both ends.
fn check(gate: &Gate, name: &str, sent: &str, fate: &Fate) {
    gate.daemon().clear();
    let mut client = gate.connect();
    client.send(sent).half_close();
    let answer = client.try_answer();
    drop(client.rest());
    let received = gate.daemon().received();
    let whole: Vec<_> = received.iter().filter(|exchange| exchange.complete).collect();
    assert!(received.iter().all(|exchange| !exchange.target.ends_with("kill")), "{name}: {received:#?}");
    match fate {
        Passes(body) => {
            assert_eq!(answer.unwrap().status, 200, "{name}");
            assert_eq!(whole.len(), 1, "{name}: {received:#?}");
            assert_eq!(String::from_utf8_lossy(&whole[0].body), *body, "{name}");
        }
        Refused(status) => {
            let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((answer.status, answer.header("content-type")), (*status, Some("application/json")), "{name}");
            assert!(!answer.message().is_empty(), "{name}");
            assert_eq!(received, [], "{name}");
        }
        Broken => {
            let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(answer.status, 400, "{name}: {}", answer.text());
            assert!(answer.message().contains("body"), "{name}: {}", answer.text());
            assert!(whole.is_empty(), "{name}: {received:#?}");
        }
    }
}

#[test]
fn a_bare_carriage_return_that_waits_reaches_nobody() {
    let gate = Gate::open(&may(FILES));
    let answer = gate.connect().send(format!("GET /v1.45/_ping HTTP/1.1\r{HOST}\r\n\r\n")).half_close().try_answer();
    assert!(answer.is_ok_and(|answer| answer.status == 400));
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn a_head_that_is_too_large_gets_a_readable_answer() {
    let gate = Gate::open(&may(FILES));
    let long = "x".repeat(200_000);
    let many = "X: y\r\n".repeat(500);
    let fields = [format!("X: {long}\r\n"), many];
    for field in fields {
        let mut client = gate.connect();
        let _ = client.try_send(format!("GET /v1.45/_ping HTTP/1.1\r\n{HOST}{field}\r\n"));
        let answer = client.answer();
        assert_eq!((answer.status, answer.header("connection")), (431, Some("close")));
        assert!(answer.message().contains("too large"), "{}", answer.text());
        assert_eq!(client.rest(), b"");
    }
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn a_target_that_is_too_long_gets_a_readable_answer() {
    let gate = Gate::open(&may(FILES));
    let answer = gate.ask(format!("GET /v1.45/_ping?x={} HTTP/1.1\r\n{HOST}\r\n", "x".repeat(70_000)));
    assert_eq!(answer.status, 414);
    assert!(answer.message().contains("too long"), "{}", answer.text());
    assert_eq!(gate.daemon().received(), []);
}

/// RFC 9113: nine bytes of frame head, type 7 is GOAWAY, error 13 is HTTP_1_1_REQUIRED.
#[test]
fn the_preface_of_http2_is_answered_in_its_own_words() {
    let gate = Gate::open(&may(FILES));
    for tail in ["", "\0\0\0\x04\0\0\0\0\0"] {
        let mut client = gate.connect();
        client.send(format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{tail}"));
        let mut frames = client.exactly(26);
        client.half_close();
        frames.extend(client.rest());
        assert_eq!(frames[..9], [0, 0, 0, 4, 0, 0, 0, 0, 0], "settings come first");
        assert_eq!((frames[12], &frames[22..26]), (7, &[0, 0, 0, 13][..]), "{frames:?}");
        assert!(String::from_utf8_lossy(&frames[26..]).contains("HTTP/1.1"));
        assert_eq!(frames.len(), 9 + 9 + usize::from(frames[11]));
    }
    assert_eq!(gate.daemon().received(), []);
}

#[test]
fn the_preface_of_http2_is_known_in_pieces_too() {
    let gate = Gate::open(&may(FILES));
    for cut in 1..24 {
        let mut client = gate.connect();
        let (first, second) = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".split_at(cut);
        client.send(first);
        thread::sleep(Duration::from_millis(20));
        client.send(second);
        assert_eq!(client.exactly(13)[12], 7, "a GOAWAY, cut at {cut}");
    }
}
