//! JSON that two readers read in two ways: what dockerd makes of it, and what the gate does.
//!
//! Each row stands for a difference between Go's reader and others. What the gate forwards has to
//! have the same effect; what it refuses is shown to matter, on every age of dockerd that is there.

use super::judge::{Verdict as Judged, judge, typed};
use dockgate::catalogue::Facet;
use dockgate::request::UseValue;
use dockgate::request::values::port::{Ports, Protocol, Published};
use http::Method;

/// What the gate does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Refused,
    /// It finds fields that it does not know, which no policy allows.
    Unknown,
    /// It forwards the body in its own spelling.
    Same,
}

/// What dockerd does with the body as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Takes {
    /// It makes a container, in whose inspect these pointers lead to this JSON.
    Shows(&'static [(&'static str, &'static str)]),
    Refuses,
}

/// A body of a create.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// `@` stands for an image, as dockerd demands one.
    body: Body,
    pub(crate) verdict: Verdict,
    /// dockerd 20.10, 26.1 and 28.5.
    takes: [Takes; 3],
}

enum Body {
    Bytes(&'static [u8]),
    Made(fn() -> Vec<u8>),
}

use Body::{Bytes, Made};
use Takes::{Refuses, Shows};
use Verdict::{Refused, Same, Unknown};

const PRIVILEGED: Takes = Shows(&[("/HostConfig/Privileged", "true")]);
const PLAIN: Takes = Shows(&[("/HostConfig/Privileged", "false"), ("/HostConfig/Binds", "null")]);
const ROOT: &str = r#"["/tmp:/x","/:/r"]"#;

impl Row {
    /// The bytes as a client sends them.
    pub(crate) fn body(&self) -> Vec<u8> {
        let bytes = match self.body {
            Bytes(bytes) => bytes.to_vec(),
            Made(make) => make(),
        };
        match bytes.iter().position(|byte| *byte == b'@') {
            Some(at) => [&bytes[..at], br#""Image":"busybox""#, &bytes[at + 1..]].concat(),
            None => bytes,
        }
    }

    /// What a dockerd does that speaks `1.minor`.
    pub(crate) fn takes(&self, minor: u16) -> Takes {
        self.takes[usize::from(minor > 41) + usize::from(minor > 45)]
    }
}

const fn all(takes: Takes) -> [Takes; 3] {
    [takes; 3]
}

const fn row(name: &'static str, body: &'static [u8], verdict: Verdict, takes: [Takes; 3]) -> Row {
    Row { name, body: Bytes(body), verdict, takes }
}

const fn made(name: &'static str, body: fn() -> Vec<u8>, verdict: Verdict, takes: [Takes; 3]) -> Row {
    Row { name, body: Made(body), verdict, takes }
}

/// `HostConfig` so often in itself.
fn nested(times: usize) -> Vec<u8> {
    [b"{@,\"Unheard\":".to_vec(), b"[".repeat(times), b"]".repeat(times), b"}".to_vec()].concat()
}

fn utf_16() -> Vec<u8> {
    let text = r#"{"Image":"busybox","HostConfig":{"Privileged":true}}"#;
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    // keys
    row("keys in another case", br#"{@,"hostconfig":{"PRIVILEGED":true}}"#, Same, all(PRIVILEGED)),
    row("a long s", "{@,\"Ho\u{17f}tConfig\":{\"Privileged\":true}}".as_bytes(), Same, all(PRIVILEGED)),
    row("a long s, escaped", br#"{@,"Ho\u017ftConfig":{"Privileged":true}}"#, Same, all(PRIVILEGED)),
    row("a long s at the end", "{@,\"HostConfig\":{\"Bind\u{17f}\":[\"/:/r\"]}}".as_bytes(), Same, all(Shows(&[("/HostConfig/Binds", r#"["/:/r"]"#)]))),
    row("the sign for kelvin", "{@,\"HostConfig\":{\"Networ\u{212a}Mode\":\"host\"}}".as_bytes(), Same, all(Shows(&[("/HostConfig/NetworkMode", r#""host""#)]))),
    row("the sign for kelvin, escaped", br#"{@,"HostConfig":{"Mas\u212aedPaths":["/x"]}}"#, Same, all(Shows(&[("/HostConfig/MaskedPaths", r#"["/x"]"#)]))),
    row("an I with a dot", "{@,\"HostConf\u{130}g\":{\"Privileged\":true}}".as_bytes(), Unknown, all(PLAIN)),
    row("an i without a dot", "{@,\"HostConf\u{131}g\":{\"Privileged\":true}}".as_bytes(), Unknown, all(PLAIN)),
    row("escaped letters", br#"{@,"Host\u0043onfig":{"Binds":["\/:\/r"]}}"#, Same, all(Shows(&[("/HostConfig/Binds", r#"["/:/r"]"#)]))),
    row("NUL behind a key", br#"{@,"HostConfig\u0000":{"Privileged":true}}"#, Unknown, all(PLAIN)),
    row("a broken byte behind a key", b"{@,\"HostConfig\xff\":{\"Privileged\":true}}", Refused, all(PLAIN)),
    row("a blank behind a key", br#"{@,"HostConfig ":{"Privileged":true}}"#, Unknown, all(PLAIN)),
    row("an unknown key", br#"{@,"Shiny":{"Privileged":true}}"#, Unknown, all(PLAIN)),
    row("keys of a map, in two cases", br#"{@,"Labels":{"a":"1","A":"2"}}"#, Same, all(Shows(&[("/Config/Labels", r#"{"a":"1","A":"2"}"#)]))),
    // twice
    row("a key of a map twice", br#"{@,"Labels":{"a":"1","a":"2"}}"#, Refused, all(Shows(&[("/Config/Labels/a", r#""2""#)]))),
    row("a plain value twice", br#"{@,"HostConfig":{"Privileged":false,"Privileged":true}}"#, Refused, all(PRIVILEGED)),
    row("a plain value twice, in two cases", br#"{@,"HostConfig":{"privileged":true,"Privileged":false}}"#, Refused, all(PLAIN)),
    row("a plain value, then null", br#"{@,"HostConfig":{"Privileged":true,"Privileged":null}}"#, Refused, all(PRIVILEGED)),
    row("a plain value, then null, in two cases", br#"{@,"HostConfig":{"Privileged":true,"privileged":null}}"#, Refused, all(PRIVILEGED)),
    row("an object twice", br#"{@,"HostConfig":{"Privileged":true},"HostConfig":{"Memory":67108864}}"#, Refused, all(PRIVILEGED)),
    row("an object twice, in two cases", br#"{@,"hostconfig":{"Privileged":true},"HostConfig":{}}"#, Refused, all(PRIVILEGED)),
    row("an object, then nothing", br#"{@,"HostConfig":{"Privileged":true},"HostConfig":{}}"#, Refused, all(PRIVILEGED)),
    row("an object, then null", br#"{@,"HostConfig":{"Privileged":true},"HostConfig":null}"#, Refused, all(PLAIN)),
    row("an object, then null, with fields at the top", br#"{@,"HostConfig":{"Memory":67108864},"HostConfig":null,"Privileged":true}"#, Refused, [PRIVILEGED, PRIVILEGED, PLAIN]),
    row("a map twice", br#"{@,"Labels":{"a":"1"},"Labels":{"b":"2"}}"#, Refused, all(Shows(&[("/Config/Labels", r#"{"a":"1","b":"2"}"#)]))),
    row("a map, then nothing", br#"{@,"Labels":{"a":"1"},"labels":{}}"#, Refused, all(Shows(&[("/Config/Labels", r#"{"a":"1"}"#)]))),
    row("a map, then null", br#"{@,"Labels":{"a":"1"},"Labels":null}"#, Refused, all(Shows(&[("/Config/Labels", "{}")]))),
    row("ports twice", br#"{@,"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"8089"}]},"PortBindings":{"81/tcp":[]}}}"#, Refused, all(Shows(&[("/HostConfig/PortBindings/80~1tcp/0/HostPort", r#""8089""#)]))),
    row("a list twice", br#"{@,"HostConfig":{"Binds":["/:/r"],"Binds":["/tmp:/x"]}}"#, Refused, all(Shows(&[("/HostConfig/Binds", r#"["/tmp:/x"]"#)]))),
    row("a list twice, null in the second", br#"{@,"HostConfig":{"Binds":["/a:/a","/:/r"],"Binds":["/tmp:/x",null]}}"#, Refused, all(Shows(&[("/HostConfig/Binds", ROOT)]))),
    row("a list thrice, shorter in between", br#"{@,"HostConfig":{"Binds":["/a:/a","/:/r"],"Binds":["/b:/b"],"Binds":["/tmp:/x",null]}}"#, Refused, all(Shows(&[("/HostConfig/Binds", ROOT)]))),
    row("a list thrice, none in between", br#"{@,"HostConfig":{"Binds":["/a:/a","/:/r"],"Binds":[],"Binds":["/tmp:/x",null]}}"#, Refused, all(Refuses)),
    row("a list of objects twice", br#"{@,"HostConfig":{"Mounts":[{"Type":"bind","Source":"/","Target":"/h"}],"Mounts":[{"Target":"/srv"}]}}"#, Refused, all(Shows(&[("/Mounts/0/Source", r#""/""#), ("/Mounts/0/Destination", r#""/srv""#)]))),
    row("a list of objects twice, null in the second", br#"{@,"HostConfig":{"Devices":[{"PathOnHost":"/dev/kmsg","PathInContainer":"/dev/a","CgroupPermissions":"r"}],"devices":[null]}}"#, Refused, all(Shows(&[("/HostConfig/Devices/0/PathOnHost", r#""/dev/kmsg""#)]))),
    row("a key twice, once escaped", br#"{@,"HostConfig":{"Privileged":false,"\u0050rivileged":true}}"#, Refused, all(PRIVILEGED)),
    row("a key twice, once with a long s", "{@,\"HostConfig\":{},\"Ho\u{17f}tConfig\":{\"Privileged\":true}}".as_bytes(), Refused, all(PRIVILEGED)),
    // places
    row("the host's part at the top", br#"{@,"Privileged":true}"#, Unknown, [PRIVILEGED, PRIVILEGED, PLAIN]),
    row("binds at the top", br#"{@,"binds":["/tmp:/x","/:/r"]}"#, Unknown, [Shows(&[("/HostConfig/Binds", ROOT)]), Shows(&[("/HostConfig/Binds", ROOT)]), PLAIN]),
    row("the host's part at the top, null in its place", br#"{@,"HostConfig":null,"Privileged":true}"#, Unknown, [PRIVILEGED, PRIVILEGED, PLAIN]),
    row("the host's part at the top, and in its place", br#"{@,"HostConfig":{},"Privileged":true}"#, Unknown, all(PLAIN)),
    row("memory at the top, and a place without it", br#"{@,"HostConfig":{},"Memory":67108864}"#, Unknown, [Shows(&[("/HostConfig/Memory", "67108864")]), Shows(&[("/HostConfig/Memory", "67108864")]), PLAIN]),
    row("processors at the top, by the old word", br#"{@,"HostConfig":{},"Cpuset":"0"}"#, Unknown, [Shows(&[("/HostConfig/CpusetCpus", r#""0""#)]), Shows(&[("/HostConfig/CpusetCpus", r#""0""#)]), PLAIN]),
    row("a body in a body", br#"{@,"Config":{"HostConfig":{"Privileged":true}}}"#, Unknown, all(PLAIN)),
    row("the host's part in itself", br#"{@,"HostConfig":{"HostConfig":{"Privileged":true}}}"#, Unknown, all(PLAIN)),
    row("resources by the name that Go has for them", br#"{@,"HostConfig":{"Resources":{"Memory":67108864}}}"#, Unknown, all(Shows(&[("/HostConfig/Memory", "0")]))),
    // types
    row("a text for a list of texts", br#"{@,"Cmd":"true","Entrypoint":"sh","Shell":"sh"}"#, Same, all(Shows(&[("/Config/Cmd", r#"["true"]"#), ("/Config/Entrypoint", r#"["sh"]"#), ("/Config/Shell", r#"["sh"]"#)]))),
    row("a text for a list of capabilities", br#"{@,"HostConfig":{"CapAdd":"all","CapDrop":"MKNOD"}}"#, Same, all(Shows(&[("/HostConfig/CapDrop", r#"["MKNOD"]"#)]))),
    row("a text for a list of binds", br#"{@,"HostConfig":{"Binds":"/:/r"}}"#, Refused, all(Refuses)),
    row("a text for a flag", br#"{@,"HostConfig":{"Privileged":"true"}}"#, Refused, all(Refuses)),
    row("a number for a flag", br#"{@,"HostConfig":{"Privileged":1}}"#, Refused, all(Refuses)),
    row("a text for a number", br#"{@,"HostConfig":{"Memory":"67108864"}}"#, Refused, all(Refuses)),
    row("a number with an exponent", br#"{@,"HostConfig":{"Memory":1e8}}"#, Refused, all(Refuses)),
    row("a number with a fraction", br#"{@,"HostConfig":{"Memory":67108864.0}}"#, Refused, all(Refuses)),
    row("a number beyond 64 bits", br#"{@,"HostConfig":{"Memory":9223372036854775808}}"#, Refused, all(Refuses)),
    row("nothing, with a sign", br#"{@,"HostConfig":{"Memory":-0}}"#, Refused, all(PLAIN)),
    row("null in a list", br#"{@,"HostConfig":{"Binds":[null]}}"#, Refused, all(Refuses)),
    row("null for a map's value", br#"{@,"Labels":{"a":null}}"#, Same, all(Shows(&[("/Config/Labels/a", r#""""#)]))),
    // around the value
    row("another value behind", br#"{@} {"HostConfig":{"Privileged":true}}"#, Refused, [PLAIN, Refuses, Refuses]),
    row("text behind", b"{@} x", Refused, [PLAIN, Refuses, Refuses]),
    row("a bracket behind", br#"{@}]{"HostConfig":{"Privileged":true}}"#, Refused, all(PLAIN)),
    row("a brace behind", br#"{@}}"#, Refused, all(PLAIN)),
    row("NUL behind", b"{@}\0", Refused, [PLAIN, Refuses, Refuses]),
    row("blanks around", b" \t\r\n{@,\"HostConfig\" :\n{ \"Privileged\"\t: true } }\r\n ", Same, all(PRIVILEGED)),
    row("a mark of byte order", b"\xef\xbb\xbf{@}", Refused, all(Refuses)),
    row("a comment", b"{/**/@}", Refused, all(Refuses)),
    row("a comma at the end", b"{@,}", Refused, all(Refuses)),
    row("no number", br#"{@,"StopTimeout":NaN}"#, Refused, all(Refuses)),
    row("a control character in a text", b"{@,\"User\":\"a\nb\"}", Refused, all(Refuses)),
    row("a form feed for a blank", b"{@,\x0c\"HostConfig\":{}}", Refused, all(Refuses)),
    made("UTF-16", utf_16, Refused, all(Refuses)),
    row("a zipped body", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", Refused, all(Refuses)),
    // texts
    row("broken UTF-8", b"{@,\"Labels\":{\"a\":\"\xff\"}}", Refused, all(Shows(&[("/Config/Labels/a", "\"\u{fffd}\"")]))),
    row("half a pair", br#"{@,"Labels":{"a":"\ud800"}}"#, Refused, all(Shows(&[("/Config/Labels/a", "\"\u{fffd}\"")]))),
    row("an overlong slash", b"{@,\"Labels\":{\"a\":\"\xc0\xaf\"}}", Refused, all(Shows(&[("/Config/Labels/a", "\"\u{fffd}\u{fffd}\"")]))),
    row("NUL in the source of a bind", br#"{@,"HostConfig":{"Binds":["/tmp\u0000/x:/x"]}}"#, Same, all(Shows(&[("/HostConfig/Binds/0", r#""/tmp\u0000/x:/x""#)]))),
    // size
    made("nested 9,000 times", || nested(9_000), Refused, all(PLAIN)),
    made("nested 20,000 times", || nested(20_000), Refused, all(Refuses)),
    row("null alone", b"null", Same, all(Refuses)),
    row("an empty object alone", b"{}", Same, all(Refuses)),
    row("a list alone", br#"[{@}]"#, Refused, all(Refuses)),
    row("a text alone", br#""x""#, Refused, all(Refuses)),
    // ports
    row("a port without its protocol", br#"{@,"HostConfig":{"PortBindings":{"80":[{"HostPort":"0022"}]}}}"#, Same, all(Shows(&[("/HostConfig/PortBindings/80/0/HostPort", r#""0022""#)]))),
    row("a protocol in capitals", br#"{@,"HostConfig":{"PortBindings":{"80/TCP":[{"HostPort":"22"}]}}}"#, Same, all(Shows(&[("/HostConfig/PortBindings/80~1TCP/0/HostPort", r#""22""#)]))),
    row("several ports in a key", br#"{@,"HostConfig":{"PortBindings":{"80-81/tcp":[{"HostPort":"22"}]}}}"#, Same, all(Refuses)),
    // references
    row("another's network, by a prefix of an ID", br#"{@,"HostConfig":{"NetworkMode":"container:abc"}}"#, Same, all(Shows(&[("/HostConfig/NetworkMode", r#""container:abc""#)]))),
    row("a network beside none", br#"{@,"HostConfig":{"NetworkMode":"none"},"NetworkingConfig":{"EndpointsConfig":{"bridge":{}}}}"#, Same, all(Shows(&[("/HostConfig/NetworkMode", r#""none""#)]))),
    row("a network by its ID, which is another than its name", br#"{@,"HostConfig":{"NetworkMode":"0a1b2c"}}"#, Same, all(Shows(&[("/HostConfig/NetworkMode", r#""0a1b2c""#)]))),
    row("another container's volumes, by a prefix of an ID", br#"{@,"HostConfig":{"VolumesFrom":["0a1b2c"]}}"#, Same, all(Refuses)),
    row("a bind by a long way", br#"{@,"HostConfig":{"Binds":["/tmp/../etc//ssl/./:/x/"]}}"#, Same, all(Shows(&[("/Mounts/0/Source", r#""/etc/ssl""#)]))),
    row("the network by the old word", br#"{@,"HostConfig":{"NetworkMode":"default"}}"#, Same, [Shows(&[("/HostConfig/NetworkMode", r#""default""#)]), Shows(&[("/HostConfig/NetworkMode", r#""bridge""#)]), Shows(&[("/HostConfig/NetworkMode", r#""bridge""#)])]),
    row("no network mode", br#"{@,"HostConfig":{"NetworkMode":""}}"#, Same, [Shows(&[("/HostConfig/NetworkMode", r#""default""#)]), Shows(&[("/HostConfig/NetworkMode", r#""bridge""#)]), Shows(&[("/HostConfig/NetworkMode", r#""bridge""#)])]),
    row("no image, and a command", br#"{"Cmd":["sh"]}"#, Same, all(Shows(&[("/Config/Image", r#""""#)]))),
    row("an image in capitals", br#"{"Image":"BusyBox"}"#, Same, all(Refuses)),
];

#[test]
fn every_row_comes_to_its_verdict() {
    for row in ROWS {
        let body = row.body();
        let judged = judge("/v1.45/containers/create", &body);
        let verdict = match judged {
            Judged::Refused(_) => Refused,
            Judged::Unknown(_) => Unknown,
            Judged::Forwarded { .. } => Same,
        };
        assert_eq!(verdict, row.verdict, "{}: {judged:?}", row.name);
    }
}

/// Content types of a create: what they are, whether the gate takes them, whether dockerd does.
pub(crate) const TYPES: &[(&[&str], bool, bool)] = &[
    (&["application/json"], true, true),
    (&["APPLICATION/JSON"], true, true),
    (&["application/json; charset=utf-8"], true, true),
    (&["application/json; charset=utf-16"], false, true),
    (&["application/json; a=b"], false, true),
    (&["application/json", "text/plain"], false, true),
    (&["text/plain", "application/json"], false, false),
    (&["application/json;x"], false, false),
    (&["application/json; a=b; a=c"], false, false),
    (&["application/json, text/plain"], false, false),
    (&["text/json"], false, false),
    (&["application/jsonx"], false, false),
    (&["application/vnd.docker+json"], false, false),
    (&["application/x-www-form-urlencoded"], false, false),
    (&[], false, false),
];

#[test]
fn one_content_type_is_read() {
    for (types, taken, _) in TYPES {
        let head = typed(&Method::POST, "/v1.45/containers/create", types);
        let read = head.and_then(|request| request.with_body(br#"{"Image":"busybox"}"#));
        assert_eq!(read.is_ok(), *taken, "{types:?}: {read:?}");
    }
}

/// Bodies of other operations: target, body, whether it goes on.
const OTHERS: &[(&str, &str, bool)] = &[
    ("/v1.45/containers/x/exec", r#"{"Cmd":["ls"],"cmd":["sh"]}"#, false),
    ("/v1.45/containers/x/exec", r#"{"Cmd":"ls"}"#, false),
    ("/v1.45/containers/x/exec", r#"{"Cmd":["ls",null]}"#, false),
    ("/v1.45/containers/x/exec", r#"{"cmd":["ls"],"PRIVILEGED":true}"#, true),
    ("/v1.45/exec/x/start", r#"{"Detach":true,"detach":null}"#, false),
    ("/v1.45/exec/x/start", "", true),
    ("/v1.45/networks/x/connect", r#"{"Container":"a","container":"b"}"#, false),
    ("/v1.45/networks/x/connect", r#"{"Container":"a"}]{"Container":"b"}"#, false),
    ("/v1.45/volumes/create", r#"{"DriverOpts":{"device":"/srv","device":"/"}}"#, false),
    ("/v1.45/volumes/create", r#"{"DriverOpts":{"device":"/srv","Device":"/"}}"#, true),
    ("/v1.45/volumes/create", r#"{"DriverOpts":{"o":"bind"},"driveropt\u017f":{"device":"/"}}"#, false),
    ("/v1.45/containers/x/update", r#"{"Memory":1,"memory":2}"#, false),
    ("/v1.45/commit?container=x", r#"{"Cmd":["a"],"CMD":["b"]}"#, false),
    ("/v1.45/plugins/pull?remote=x", r#"[{"Name":"mount","name":"network"}]"#, false),
    ("/v1.45/auth", r#"{"serveraddress":"a","ServerAddress":"b"}"#, false),
];

#[test]
fn other_operations_read_by_the_same_rules() {
    for (target, body, goes_on) in OTHERS {
        let judged = judge(target, body.as_bytes());
        assert_eq!(matches!(judged, Judged::Forwarded { .. }), *goes_on, "{target} {body}: {judged:?}");
    }
}

/// What of a create that goes on is used, however it is spelled.
#[test]
fn what_goes_on_is_seen_whatever_its_spelling() {
    let port = |port| Published { address: None, ports: Ports::Range(port, port), protocol: Protocol::Tcp };
    let root = UseValue::Path { path: "/".into(), read_only: false };
    let seen = [
        ("keys in another case", Facet::Privileged, UseValue::Flag(true)),
        ("a long s", Facet::Privileged, UseValue::Flag(true)),
        ("a long s, escaped", Facet::Privileged, UseValue::Flag(true)),
        ("a long s at the end", Facet::Binds, root.clone()),
        ("the sign for kelvin", Facet::NetworkMode, UseValue::text("host")),
        ("the sign for kelvin, escaped", Facet::MaskedPaths, UseValue::Flag(true)),
        ("escaped letters", Facet::Binds, root),
        ("a text for a list of texts", Facet::Entrypoint, UseValue::text("sh")),
        ("a text for a list of capabilities", Facet::CapAdd, UseValue::text("ALL")),
        ("NUL in the source of a bind", Facet::Binds, UseValue::Odd("/tmp\0/x:/x".into())),
        ("a port without its protocol", Facet::Ports, UseValue::Port(port(22))),
        ("a protocol in capitals", Facet::Ports, UseValue::Port(port(22))),
        ("several ports in a key", Facet::Ports, UseValue::Odd(":22:80-81/tcp".into())),
        ("another's network, by a prefix of an ID", Facet::NetworkMode, UseValue::text("container:abc")),
        ("a network by its ID, which is another than its name", Facet::Networks, UseValue::text("0a1b2c")),
        ("another container's volumes, by a prefix of an ID", Facet::VolumesFrom, UseValue::text("0a1b2c")),
        ("a bind by a long way", Facet::Binds, UseValue::Path { path: "/etc/ssl".into(), read_only: false }),
        ("the network by the old word", Facet::Networks, UseValue::Default),
        ("a network beside none", Facet::Networks, UseValue::Default),
    ];
    for (name, facet, value) in seen {
        let row = ROWS.iter().find(|row| row.name == name).expect(name);
        let Judged::Forwarded { uses, .. } = judge("/v1.45/containers/create", &row.body()) else { panic!("{name}") };
        assert!(uses.of(facet).any(|used| *used == value), "{name}: {uses:?}");
    }
}

/// To dockerd before 28, any field of the host's at the top makes a `HostConfig`, an empty list or
/// `false` as well: no masks are none at all. What is dropped there has another effect.
#[test]
fn nothing_at_the_top_is_not_dropped_where_older_docker_reads_it() {
    let bodies = [r#"{"Image":"a","MaskedPaths":[]}"#, r#"{"Image":"a","ReadonlyPaths":[]}"#];
    let goes_on = |body: &&str| matches!(judge("/v1.45/containers/create", body.as_bytes()), Judged::Forwarded { .. });
    let dropped: Vec<_> = bodies.into_iter().filter(goes_on).collect();
    assert!(dropped.is_empty(), "{dropped:?}");
}
