//! The words between `%` in cetusguard's rules, and the expressions that they stand for.

/// Paths below the version.
const PATHS: &[&str] = &[
    "auth",
    "build",
    "commit",
    "configs",
    "containers",
    "debug",
    "distribution",
    "events",
    "exec",
    "grpc",
    "images",
    "info",
    "networks",
    "nodes",
    "plugins",
    "secrets",
    "services",
    "session",
    "swarm",
    "system",
    "tasks",
    "version",
    "volumes",
];

const VERSION: &str = r"(?:/v[0-9]+(?:\.[0-9]+)*)?";
const LIBPOD: &str = r"/v[0-9]+(?:\.[0-9]+)*/libpod";

const ID: &str = "(?:[a-fA-F0-9]+)";
const NAME: &str = "(?:[a-zA-Z0-9][a-zA-Z0-9_.-]+)";
const HOST: &str = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:.]+\])(?::[0-9]+)?";
const COMPONENT: &str = r"(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)";
const TAG: &str = "(?:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})";
const DIGEST: &str = "(?:[a-zA-Z][a-zA-Z0-9+._-]*:[a-fA-F0-9]{32,})";

/// The expression of a word; nothing if there is no such word.
pub(super) fn word(name: &str) -> Option<String> {
    if let Some(rest) = name.strip_prefix("API_PREFIX_LIBPOD") {
        return path(rest).map(|path| format!("{LIBPOD}{path}"));
    }
    if let Some(rest) = name.strip_prefix("API_PREFIX") {
        return path(rest).map(|path| format!("{VERSION}{path}"));
    }
    object(name)
}

/// `_CONTAINERS` as `/containers`; the prefix alone as nothing.
fn path(rest: &str) -> Option<String> {
    match rest.strip_prefix('_') {
        None => rest.is_empty().then(String::new),
        Some("PING") => Some("/_ping".to_owned()),
        Some(word) => {
            let path = word.to_ascii_lowercase();
            let libpod = ["generate", "manifests", "play", "pods"];
            (PATHS.contains(&path.as_str()) || libpod.contains(&path.as_str())).then(|| format!("/{path}"))
        }
    }
}

fn object(name: &str) -> Option<String> {
    let image = || format!("(?:(?:{HOST}/)?{COMPONENT}(?:/{COMPONENT})*)");
    let reference = || format!("(?:{}(?::{TAG})?(?:@{DIGEST})?)", image());
    let image_id = "(?:(?:[a-zA-Z0-9_-]+:)?[a-fA-F0-9]+)";
    Some(match name {
        "_OBJECT_ID" | "CONTAINER_ID" | "VOLUME_ID" | "NETWORK_ID" | "PLUGIN_ID" => ID.to_owned(),
        "_OBJECT_NAME" | "CONTAINER_NAME" | "VOLUME_NAME" => NAME.to_owned(),
        "CONTAINER_ID_OR_NAME" | "VOLUME_ID_OR_NAME" => format!("(?:{ID}|{NAME})"),
        "NETWORK_NAME" => "(?:[^/]+)".to_owned(),
        "NETWORK_ID_OR_NAME" => format!("(?:{ID}|[^/]+)"),
        "IMAGE_ID" => image_id.to_owned(),
        "IMAGE_COMPONENT" => COMPONENT.to_owned(),
        "IMAGE_TAG" => TAG.to_owned(),
        "IMAGE_DIGEST" => DIGEST.to_owned(),
        "IMAGE_NAME" => image(),
        "IMAGE_REFERENCE" | "PLUGIN_NAME" => reference(),
        "IMAGE_ID_OR_REFERENCE" | "IMAGE_ID_OR_NAME" => format!("(?:{image_id}|{})", reference()),
        "PLUGIN_ID_OR_NAME" => format!("(?:{ID}|{})", reference()),
        _ => return None,
    })
}
