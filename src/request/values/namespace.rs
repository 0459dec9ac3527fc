//! Modes of namespaces; every word is case-sensitive.

use super::super::{UseValue, Uses};
use crate::catalogue::Facet;

/// The words that dockerd knows for a namespace, beside `container:NAME`.
pub fn words(facet: Facet) -> &'static [&'static str] {
    match facet {
        Facet::Ipc => &["host", "private", "shareable"],
        Facet::Cgroup => &["host", "private"],
        Facet::NetworkMode | Facet::Pid | Facet::UsernsMode | Facet::Uts => &["host"],
        _ => &[],
    }
}

/// Whether the namespace can be that of a container.
pub fn joins_containers(facet: Facet) -> bool {
    matches!(facet, Facet::CgroupOf | Facet::Ipc | Facet::NetworkMode | Facet::Pid)
}

/// Adds the use of a process, memory, name, user or cgroup namespace.
pub fn gather(facet: Facet, mode: &str, uses: &mut Uses) {
    let value = match mode {
        "" => UseValue::Default,
        "none" if facet == Facet::Ipc => UseValue::Nothing,
        mode if words(facet).contains(&mode) => UseValue::text(mode),
        _ if joins_containers(facet) && mode.starts_with("container:") => UseValue::Text(container(mode)),
        // daemons before 23 took an unknown word for `host`
        _ => UseValue::Odd(mode.to_owned()),
    };
    uses.push(facet, value);
}

/// Adds the use of a network by `NetworkMode`: a namespace, or a network by name.
pub fn gather_network(mode: &str, uses: &mut Uses) {
    let network = match mode {
        "host" => UseValue::Nothing,
        _ if mode.starts_with("container:") => UseValue::Nothing,
        _ => network(mode),
    };
    if network == UseValue::Nothing && mode != "none" {
        uses.push_text(Facet::NetworkMode, &container(mode));
    }
    uses.push(Facet::Networks, network);
}

/// A network by its name, as key of an endpoint or as mode.
pub fn network(name: &str) -> UseValue {
    match name {
        "" | "default" | "bridge" => UseValue::Default,
        "none" => UseValue::Nothing,
        name => UseValue::text(name),
    }
}

/// `container:/web` is `container:web`.
fn container(mode: &str) -> String {
    match mode.strip_prefix("container:/") {
        Some(name) => format!("container:{name}"),
        None => mode.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(gather: impl Fn(&mut Uses)) -> String {
        let mut uses = Uses::default();
        gather(&mut uses);
        let said = uses.iter().map(|used| format!("{} {:?}", used.facet.word(), used.value));
        said.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn modes_are_words_or_containers() {
        let pid = |mode| said(|uses| gather(Facet::Pid, mode, uses));
        assert_eq!(pid(""), "pid Default");
        assert_eq!(pid("host"), "pid Text(\"host\")");
        assert_eq!(pid("container:/web"), "pid Text(\"container:web\")");
        assert_eq!(pid("Host"), "pid Odd(\"Host\")");
        assert_eq!(pid("container"), "pid Odd(\"container\")");
        assert_eq!(pid("private"), "pid Odd(\"private\")", "20.10 shares the host's then");
        assert_eq!(said(|uses| gather(Facet::Ipc, "shareable", uses)), "ipc Text(\"shareable\")");
        assert_eq!(said(|uses| gather(Facet::Ipc, "none", uses)), "ipc Nothing");
        assert_eq!(said(|uses| gather(Facet::Uts, "container:a", uses)), "uts Odd(\"container:a\")");
    }

    #[test]
    fn a_network_mode_is_a_namespace_or_a_network() {
        let mode = |mode| said(|uses| gather_network(mode, uses));
        for usual in ["", "default", "bridge"] {
            assert_eq!(mode(usual), "networks Default");
        }
        assert_eq!(mode("none"), "networks Nothing");
        assert_eq!(mode("host"), "network_mode Text(\"host\"), networks Nothing");
        assert_eq!(mode("container:web"), "network_mode Text(\"container:web\"), networks Nothing");
        assert_eq!(mode("back"), "networks Text(\"back\")");
        assert_eq!(mode("Host"), "networks Text(\"Host\")");
    }
}
