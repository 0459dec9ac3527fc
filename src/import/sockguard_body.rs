//! sockguard's `request_body` and `response` as limits.

use super::Unsaid;
use super::bodies::{Limit, below};
use super::text::quoted;
use crate::catalogue::Op;
use crate::policy::document::{Content, Node};

/// Settings that are `true` or `false`, and the limit that a `true` is.
const FLAGS: &[(&str, &str, &[Op], &str, &str)] = &[
    ("container_create", "allow_privileged", CREATE, "privileged", "true"),
    ("container_create", "allow_host_network", CREATE, "network_mode", "[host]"),
    ("container_create", "allow_host_pid", CREATE, "pid", "[default, host]"),
    ("container_create", "allow_host_ipc", CREATE, "ipc", "[default, private, host]"),
    ("container_create", "allow_host_userns", CREATE, "userns_mode", "[default, host]"),
    ("container_create", "allow_all_devices", CREATE, "devices", "any"),
    ("container_create", "allow_device_requests", CREATE, "device_requests", "any"),
    ("container_create", "allow_device_cgroup_rules", CREATE, "device_cgroup_rules", "any"),
    ("container_create", "allow_all_capabilities", CREATE, "cap_add", "any"),
    ("container_create", "allow_sysctls", CREATE, "sysctls", "any"),
    ("exec", "allow_privileged", &[Op::ContainerExec], "privileged", "true"),
    ("image_pull", "allow_all_registries", &[Op::ImageCreate], "registries", "any"),
    ("image_pull", "allow_imports", &[Op::ImageCreate], "remote_source", "any"),
    ("build", "allow_remote_context", &[Op::ImageBuild], "remote_source", "any"),
    ("build", "allow_host_network", &[Op::ImageBuild], "network_mode", "[host]"),
    ("volume", "allow_custom_drivers", &[Op::VolumeCreate], "volume_driver", "any"),
    ("network", "allow_custom_drivers", &[Op::NetworkCreate], "network_driver", "any"),
    ("network", "allow_driver_options", &[Op::NetworkCreate], "network_opts", "any"),
    ("network", "allow_custom_ipam_config", &[Op::NetworkCreate], "subnets", "any"),
    ("network", "allow_ingress", &[Op::NetworkCreate], "ingress", "true"),
    ("service", "allow_host_network", SERVICE, "network_mode", "[host]"),
    ("service", "allow_all_capabilities", SERVICE, "cap_add", "any"),
    ("service", "allow_sysctls", SERVICE, "sysctls", "any"),
];

/// Settings that demand something, and the word of `require`.
const REQUIRED: &[(&str, &str)] = &[
    ("require_no_new_privileges", "no_new_privileges"),
    ("require_non_root_user", "non_root"),
    ("require_readonly_rootfs", "read_only"),
    ("require_drop_all_capabilities", "cap_drop_all"),
    ("require_memory_limit", "mem_limit"),
    ("require_cpu_limit", "cpus"),
    ("require_pids_limit", "pids_limit"),
];

/// Lists, and the facet that they limit.
const LISTS: &[(&str, &str, &[Op], &str)] = &[
    ("container_create", "allowed_bind_mounts", CREATE, "binds"),
    ("container_create", "allowed_devices", CREATE, "devices"),
    ("container_create", "allowed_capabilities", CREATE, "cap_add"),
    ("container_create", "allowed_runtimes", CREATE, "runtime"),
    ("image_pull", "allowed_registries", &[Op::ImageCreate], "registries"),
    ("service", "allowed_bind_mounts", SERVICE, "binds"),
    ("service", "allowed_capabilities", SERVICE, "cap_add"),
];

/// What is left out of answers unless the setting is false, and the operations whose answers have it.
const HIDDEN: &[(&str, &[&str], &[Op])] = &[
    ("redact_container_env", &["env"], &[Op::ContainerInspect]),
    (
        "redact_mount_paths",
        &["host_paths"],
        &[Op::ContainerList, Op::ContainerInspect, Op::VolumeList, Op::VolumeInspect],
    ),
    (
        "redact_network_topology",
        &["addresses"],
        &[Op::ContainerList, Op::ContainerInspect, Op::NetworkList, Op::NetworkInspect],
    ),
];

const CREATE: &[Op] = &[Op::ContainerCreate];
const SERVICE: &[Op] = &[Op::ServiceCreate, Op::ServiceUpdate];

/// The limits of the file, or of a profile of it.
pub(super) fn limits(node: &Node, unsaid: &mut Vec<Unsaid>) -> Vec<(Op, Vec<Limit>)> {
    let mut found: Vec<(Op, Vec<Limit>)> = Vec::new();
    if let Some(Content::Map(sections)) = node.get("request_body").map(|pair| &pair.value.content) {
        for section in sections {
            let Content::Map(settings) = &section.value.content else { continue };
            for setting in settings {
                let (section, key) = (section.key.text.as_str(), setting.key.text.as_str());
                if !one(section, key, &setting.value, &mut found) {
                    let why = "this setting has no word here yet; what is not named in a grant is closed, or as the language has it";
                    unsaid.push(Unsaid::new(format!("request_body.{section}.{key}"), why));
                }
            }
        }
    }
    response(node, &mut found, unsaid);
    found
}

/// One setting; false where nothing says it.
fn one(section: &str, key: &str, value: &Node, found: &mut Vec<(Op, Vec<Limit>)>) -> bool {
    let is_on = value.text() == Some("true");
    if let Some((.., ops, word, limit)) = FLAGS.iter().find(|(of, name, ..)| *of == section && *name == key) {
        if is_on {
            push(found, ops, word, (*limit).to_owned());
        }
        return true;
    }
    if let Some((.., ops, word)) = LISTS.iter().find(|(of, name, ..)| *of == section && *name == key) {
        if let Some(values) = texts(value).filter(|values| !values.is_empty()) {
            push(found, ops, word, if *word == "binds" { below(&values) } else { all(&values) });
        }
        return true;
    }
    match REQUIRED.iter().find(|(name, _)| *name == key && section == "container_create") {
        Some((_, word)) if is_on => require(found, word),
        Some(_) => {}
        None => return false,
    }
    true
}

fn texts(value: &Node) -> Option<Vec<String>> {
    let Content::List(items) = &value.content else { return None };
    Some(items.iter().filter_map(|item| item.text().map(str::to_owned)).collect())
}

fn all(values: &[String]) -> String {
    format!("[{}]", values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", "))
}

/// Adds a limit; the first of a word stays, a wider one comes from `any`.
fn push(found: &mut Vec<(Op, Vec<Limit>)>, ops: &[Op], word: &str, limit: String) {
    for op in ops {
        let limits = of(found, *op);
        match limits.iter_mut().find(|(known, _)| known == word) {
            Some((_, known)) if limit == "any" => *known = limit.clone(),
            Some(_) => {}
            None => limits.push((word.to_owned(), limit.clone())),
        }
    }
}

fn require(found: &mut Vec<(Op, Vec<Limit>)>, word: &str) {
    let limits = of(found, Op::ContainerCreate);
    match limits.iter_mut().find(|(known, _)| known == "require") {
        Some((_, known)) => *known = known.replace(']', &format!(", {word}]")),
        None => limits.push(("require".to_owned(), format!("[{word}]"))),
    }
}

fn of(found: &mut Vec<(Op, Vec<Limit>)>, op: Op) -> &mut Vec<Limit> {
    let at = found.iter().position(|(known, _)| *known == op).unwrap_or_else(|| {
        found.push((op, Vec::new()));
        found.len() - 1
    });
    // it was found or pushed
    #[expect(clippy::indexing_slicing, reason = "the index comes from the list itself")]
    &mut found[at].1
}

/// Parts of answers; all of them are left out unless the file says no.
fn response(node: &Node, found: &mut Vec<(Op, Vec<Limit>)>, unsaid: &mut Vec<Unsaid>) {
    let response = node.get("response").map(|pair| &pair.value);
    let shown = |key: &str| response.and_then(|node| node.get(key)).and_then(|pair| pair.value.text()) == Some("false");
    let mut hidden: Vec<(Op, Vec<&str>)> = Vec::new();
    for (_, parts, ops) in HIDDEN.iter().filter(|(key, ..)| !shown(key)) {
        for op in *ops {
            match hidden.iter_mut().find(|(known, _)| known == op) {
                Some((_, known)) => known.extend(*parts),
                None => hidden.push((*op, parts.to_vec())),
            }
        }
    }
    for (op, parts) in hidden {
        of(found, op).push(("hide".to_owned(), format!("[{}]", parts.join(", "))));
    }
    let Some(Content::Map(pairs)) = response.map(|node| &node.content) else { return };
    let strange = pairs.iter().filter(|pair| HIDDEN.iter().all(|(key, ..)| *key != pair.key.text));
    unsaid.extend(strange.map(|pair| Unsaid::new(format!("response.{}", pair.key.text), "not taken over")));
}
