//! Values that are fields of their own, read by the kind of their facet.

use super::super::{UseValue, Uses};
use super::{amount, capability, device, namespace, pair, path, registry, security_opt, user};
use crate::catalogue::{Facet, FacetKind, LeftOut, Op};

/// Adds the use that a text makes; an empty one says nothing.
pub fn gather_text(facet: Facet, text: &str, uses: &mut Uses) {
    if facet == Facet::NetworkMode {
        namespace::gather_network(text, uses);
    } else if text == "default" && matches!(facet, Facet::IpamDriver | Facet::Isolation) {
        // what Docker takes by itself has this name, too, and clients give it
        uses.push(facet, UseValue::Default);
    } else if !text.is_empty() {
        gather_given(facet, text, uses);
    } else if facet.row().left_out == LeftOut::Default {
        uses.push(facet, UseValue::Default);
    }
}

fn gather_given(facet: Facet, text: &str, uses: &mut Uses) {
    match facet.row().kind {
        FacetKind::Capability => uses.push_text(facet, &capability::normal(text)),
        FacetKind::Device => uses.push(facet, device::device(text, "")),
        FacetKind::HostPath => uses.push(facet, host_path(text)),
        FacetKind::Image => uses.push(facet, UseValue::Image(text.to_owned())),
        FacetKind::Name => uses.push(facet, name(facet, text)),
        FacetKind::Namespace => namespace::gather(facet, text, uses),
        FacetKind::Pair => uses.push(facet, pair::pair(text)),
        FacetKind::Registry => uses.push_read(facet, registry::of_address(text), text),
        FacetKind::SecurityOpt => uses.push_read(facet, security_opt::normal(text), text),
        FacetKind::User => uses.push_read(facet, user::normal(text), text),
        FacetKind::Text => uses.push_read(facet, plain_text(facet, text), text),
        FacetKind::Command => uses.push_text(facet, text),
        // these are never a text
        FacetKind::Count | FacetKind::Cpus | FacetKind::Flag => uses.push(facet, UseValue::Odd(text.to_owned())),
        FacetKind::Port | FacetKind::Size | FacetKind::Ulimit => uses.push(facet, UseValue::Odd(text.to_owned())),
    }
}

/// Text that a pattern can be held against: nothing walks out of it.
fn plain_text(facet: Facet, text: &str) -> Option<String> {
    match facet {
        Facet::CgroupParent | Facet::VolumeSubpath => path::straight(text),
        Facet::DeviceCgroupRules => device::rule(text),
        Facet::RemoteSource => (!walks(text) && is_plain_host(text)).then(|| text.to_owned()),
        _ => Some(text.to_owned()),
    }
}

/// Whether a URL leads elsewhere than it begins.
fn walks(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    ["..", "%2e", "\\"].iter().any(|walk| lower.contains(walk))
}

/// Whether the host of a URL ends where a pattern sees it end: `https://good.example#/x` has no
/// `/` behind its host, and `https://good.example@evil.example/` has a user before it.
fn is_plain_host(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    !host.contains(['#', '?', '@'])
}

/// The use of a command line; arguments that hold spaces or quotes stand in quotes, as in a shell.
pub fn command<T: AsRef<str>>(arguments: &[T]) -> UseValue {
    let arguments: Vec<String> = arguments.iter().map(|argument| quoted(argument.as_ref())).collect();
    UseValue::Text(arguments.join(" "))
}

fn quoted(argument: &str) -> String {
    let odd = |c: char| c.is_whitespace() || c == '\'' || c == '"' || c == '\\';
    if argument.is_empty() || argument.contains(odd) {
        return format!("'{}'", argument.replace('\'', "'\\''"));
    }
    argument.to_owned()
}

/// The use of an entry of a map.
pub fn entry(facet: Facet, key: &str, value: &str) -> UseValue {
    if facet == Facet::Sysctls { pair::sysctl(key, value) } else { pair::entry(key, value) }
}

/// Adds the use that a number makes. 0 is what clients send for what they leave out.
pub fn gather_number(op: Op, facet: Facet, number: i64, uses: &mut Uses) {
    // to an update 0 leaves a limit as it is, but for processes, where it takes the limit away
    let lifts = op != Op::ContainerUpdate || facet == Facet::PidsLimit;
    let says = match (facet.row().left_out, number) {
        (LeftOut::Unlimited, 0) => lifts,
        (_, -1) => facet != Facet::MemSwappiness,
        (_, number) => number != 0,
    };
    if says {
        uses.push(facet, self::number(facet, number));
    }
}

/// Where nothing is a limit too, 0 and less are none.
fn number(facet: Facet, number: i64) -> UseValue {
    match (facet.row().left_out, facet.row().kind) {
        (LeftOut::Unlimited, _) | (_, FacetKind::Size) => amount::positive(number),
        (_, FacetKind::Count | FacetKind::Cpus) => UseValue::Amount(Some(number)),
        _ => UseValue::Text(number.to_string()),
    }
}

fn host_path(text: &str) -> UseValue {
    path::clean(text).map_or_else(|| UseValue::Odd(text.to_owned()), |path| UseValue::Path { path, read_only: false })
}

/// dockerd takes `/web` for `web`.
fn name(facet: Facet, text: &str) -> UseValue {
    match facet {
        Facet::Networks => namespace::network(text),
        _ => UseValue::text(text.strip_prefix('/').unwrap_or(text)),
    }
}

/// The name that a container gets. One of hexadecimal digits alone could be taken for another's ID
/// by whoever asks for that one, so no pattern is meant for it.
pub fn container_name(text: &str) -> UseValue {
    let name = text.strip_prefix('/').unwrap_or(text);
    let like_an_id = name.bytes().all(|b| b.is_ascii_hexdigit());
    if like_an_id { UseValue::Odd(name.to_owned()) } else { UseValue::text(name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::FACETS;

    fn value(facet: Facet, text: &str) -> Option<UseValue> {
        let mut uses = Uses::default();
        gather_text(facet, text, &mut uses);
        uses.of(facet).next().cloned()
    }

    #[test]
    fn texts_are_read_by_their_kind() {
        let path = UseValue::Path { path: "/var/c".into(), read_only: false };
        let cases = [
            (Facet::CapAdd, "cap_bpf", UseValue::text("BPF")),
            (Facet::CheckpointDir, "/var/lib/../c/", path),
            (Facet::CheckpointDir, "c", UseValue::Odd("c".into())),
            (Facet::Image, "nginx", UseValue::Image("nginx".into())),
            (Facet::IpamDriver, "default", UseValue::Default),
            (Facet::Isolation, "default", UseValue::Default),
            (Facet::Networks, "bridge", UseValue::Default),
            (Facet::VolumesFrom, "/web", UseValue::text("web")),
            (Facet::Pid, "host", UseValue::text("host")),
            (Facet::Env, "A=b", pair::entry("A", "b")),
            (Facet::Registries, "https://index.docker.io/v1/", UseValue::text("docker.io")),
            (Facet::SecurityOpt, "seccomp:unconfined", UseValue::text("seccomp=unconfined")),
            (Facet::User, "+0", UseValue::text("0")),
            (Facet::User, "", UseValue::Default),
            (Facet::DeviceCgroupRules, "c 1:3 mr", UseValue::text("c 1:3 rm")),
            (Facet::DeviceCgroupRules, "c 1:3", UseValue::Odd("c 1:3".into())),
            (Facet::CgroupParent, "/ci/../x", UseValue::text("/x")),
            (Facet::CgroupParent, "ci/../../x", UseValue::Odd("ci/../../x".into())),
            (Facet::CgroupParent, "system.slice", UseValue::text("system.slice")),
            (Facet::RemoteSource, "https://a.example/x.git", UseValue::text("https://a.example/x.git")),
            (Facet::RemoteSource, "https://a.example/b/%2E./c", UseValue::Odd("https://a.example/b/%2E./c".into())),
            (Facet::RemoteSource, "https://a.example/x#v1:d?e@f", UseValue::text("https://a.example/x#v1:d?e@f")),
            (Facet::RemoteSource, "https://a.example@b/x", UseValue::Odd("https://a.example@b/x".into())),
            (Facet::RemoteSource, "https://a.example#b/x", UseValue::Odd("https://a.example#b/x".into())),
            (Facet::RemoteSource, "https://a.example?b/x", UseValue::Odd("https://a.example?b/x".into())),
            (Facet::MemLimit, "1g", UseValue::Odd("1g".into())),
        ];
        for (facet, text, expected) in cases {
            assert_eq!(value(facet, text), Some(expected), "{facet:?} {text}");
        }
    }

    #[test]
    fn an_empty_text_says_nothing() {
        for row in FACETS.iter().filter(|row| row.kind != FacetKind::Namespace) {
            let expected = (row.left_out == LeftOut::Default).then_some(UseValue::Default);
            assert_eq!(value(row.facet, ""), expected, "{}", row.word);
        }
    }

    #[test]
    fn a_network_mode_is_two_things() {
        let mut uses = Uses::default();
        gather_text(Facet::NetworkMode, "host", &mut uses);
        assert_eq!(uses.of(Facet::NetworkMode).collect::<Vec<_>>(), [&UseValue::text("host")]);
        assert_eq!(uses.of(Facet::Networks).collect::<Vec<_>>(), [&UseValue::Nothing]);
    }

    fn number(op: Op, facet: Facet, number: i64) -> Option<UseValue> {
        let mut uses = Uses::default();
        gather_number(op, facet, number, &mut uses);
        uses.of(facet).next().cloned()
    }

    #[test]
    fn numbers_are_amounts() {
        let create = |facet, given| number(Op::ContainerCreate, facet, given);
        assert_eq!(create(Facet::MemLimit, 0), Some(UseValue::Amount(None)));
        assert_eq!(create(Facet::PidsLimit, -1), Some(UseValue::Amount(None)));
        assert_eq!(create(Facet::OomScoreAdj, -500), Some(UseValue::Amount(Some(-500))));
        assert_eq!(create(Facet::OomScoreAdj, -1), Some(UseValue::Amount(Some(-1))));
        assert_eq!(create(Facet::BlkioConfig, 500), Some(UseValue::text("500")));
        assert_eq!(create(Facet::ShmSize, 64), Some(UseValue::Amount(Some(64))));
    }

    #[test]
    fn nothing_is_what_clients_send_for_what_they_leave_out() {
        let (create, update) = (Op::ContainerCreate, Op::ContainerUpdate);
        assert_eq!(number(create, Facet::ShmSize, 0), None);
        assert_eq!(number(create, Facet::MemSwappiness, -1), None);
        assert_eq!(number(update, Facet::MemLimit, 0), None);
        assert_eq!(number(update, Facet::MemLimit, -1), Some(UseValue::Amount(None)));
        assert_eq!(number(update, Facet::PidsLimit, 0), Some(UseValue::Amount(None)));
    }

    #[test]
    fn commands_and_entries() {
        assert_eq!(command(&["ls", "-l"]), UseValue::text("ls -l"));
        assert_eq!(command(&["sh", "-c", "a b"]), UseValue::text("sh -c 'a b'"));
        assert_eq!(command(&["echo", "it's", ""]), UseValue::text("echo 'it'\\''s' ''"));
        assert_eq!(entry(Facet::Sysctls, "net/x", "1"), pair::entry("net.x", "1"));
        assert_eq!(entry(Facet::Labels, "net/x", "1"), pair::entry("net/x", "1"));
    }
}
