//! wollomatic's socket-proxy: lists of expressions over paths, one for each method.

use super::bodies::Bodies;
use super::expression::Expression;
use super::gate::Gate;
use super::grants::grants;
use super::text::quoted;
use super::variables::Variables;
use super::wollomatic_settings::{METHODS, Parsed};
use super::write::{self, Draft};
use super::{Imported, Style, Unsaid};

/// What the proxy was started with, and the labels of one container that uses it.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'s> {
    /// Flags.
    pub flags: &'s [String],
    /// Variables.
    pub variables: &'s Variables,
    /// Labels, by key and value.
    pub labels: &'s [(String, String)],
}

/// Expressions that allow paths, by method.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists(Vec<Allowed>);

#[derive(Clone, Debug)]
struct Allowed {
    method: String,
    reason: String,
    written: String,
    paths: Expression,
}

impl Gate for Lists {
    fn allows(&self, method: &str, path: &str) -> Option<&str> {
        let found = self.0.iter().find(|allowed| allowed.method == method && allowed.paths.is_match(path));
        found.map(|allowed| allowed.reason.as_str())
    }

    fn expressions(&self, method: &str) -> Vec<&str> {
        let of_method = self.0.iter().filter(|allowed| allowed.method == method);
        of_method.map(|allowed| allowed.written.as_str()).collect()
    }
}

impl Lists {
    /// Adds an expression; one that cannot be read here is told.
    pub(super) fn add(&mut self, methods: &[&str], reason: &str, expression: &str, unsaid: &mut Vec<Unsaid>) {
        match Expression::between_anchors(expression) {
            Ok(paths) => self.0.extend(methods.iter().map(|method| Allowed {
                method: (*method).to_owned(),
                reason: reason.to_owned(),
                written: expression.to_owned(),
                paths: paths.clone(),
            })),
            Err(why) => unsaid.push(Unsaid::new(reason, format!("{why}; nothing is granted by it"))),
        }
    }
}

/// A policy out of flags, variables and labels.
///
/// # Errors
/// A flag that the proxy does not know, or one without its value.
pub fn wollomatic(settings: &Settings<'_>, style: Style) -> Result<Imported, String> {
    let parsed = Parsed::read(settings.flags, settings.variables)?;
    let mut unsaid = parsed.unsaid.clone();
    let mut lists = Lists::default();
    for (method, reason, expression) in &parsed.lists {
        lists.add(&[method], reason, expression, &mut unsaid);
    }
    let bodies = bodies(parsed.value("allowbindmountfrom"), &mut unsaid)?;
    let (who, client) = clients(&parsed, &mut unsaid);
    let base = Draft { role: "clients".into(), who, client, grants: grants(&lists, &bodies, style) };
    let labelled = labelled(settings, &parsed, style, &mut unsaid)?;
    let mut roles = vec![base];
    roles.extend(labelled);
    if let [only] = roles.as_mut_slice() {
        only.client = None;
    }
    Ok(write::policy("wollomatic's socket-proxy", style, &roles, unsaid))
}

/// Who may connect.
fn clients(parsed: &Parsed, unsaid: &mut Vec<Unsaid>) -> (String, Option<String>) {
    if parsed.value("proxysocketendpoint").is_some() {
        return ("anyone".into(), Some("anyone".into()));
    }
    let from = parsed.value("allowfrom").unwrap_or("127.0.0.1/32");
    let mut entries = Vec::new();
    let mut first = None;
    for one in from.split(',').map(str::trim).filter(|one| !one.is_empty()) {
        let network = one.split('/').next().unwrap_or_default();
        if network.parse::<std::net::IpAddr>().is_ok() {
            entries.push(format!("{{ address: {} }}", quoted(one)));
            first = first.or_else(|| Some(format!("{{ address: {} }}", quoted(network))));
        } else {
            let host = quoted(one);
            entries.push(format!("{{ container: {{ service: {host} }} }}"));
            entries.push(format!("{{ container: {{ name: {host} }} }}"));
            first = first.or_else(|| Some(format!("{{ container: {{ service: {host} }} }}")));
            let why = "a host name is looked up by the original at each request; here it is the container of this name, or of this service of Compose";
            unsaid.push(Unsaid::new(format!("-allowfrom={one}"), why));
        }
    }
    (format!("[{}]", entries.join(", ")), first)
}

/// What mounts of the host are allowed: all, or those below some folders.
fn bodies(folders: Option<&str>, unsaid: &mut Vec<Unsaid>) -> Result<Bodies, String> {
    let Some(folders) = folders else { return Ok(Bodies::Unread) };
    let all: Vec<String> = folders.split(',').map(|folder| folder.trim().to_owned()).collect();
    if let Some(bad) = all.iter().find(|folder| !folder.starts_with('/')) {
        return Err(format!("`{}` in allowbindmountfrom does not begin with `/`", super::text::plain(bad)));
    }
    if all.iter().any(|folder| folder.trim_matches('/').is_empty()) {
        return Ok(Bodies::Unread);
    }
    let why = "to look for mounts, bodies are read here as a whole: fields that dockgate does not know are denied";
    unsaid.push(Unsaid::new(format!("-allowbindmountfrom={folders}"), why));
    Ok(Bodies::BindsBelow(all))
}

/// The role of a container with labels: they alone count for it.
fn labelled(
    settings: &Settings<'_>,
    parsed: &Parsed,
    style: Style,
    unsaid: &mut Vec<Unsaid>,
) -> Result<Option<Draft>, String> {
    let prefix = format!("{}.allow.", parsed.value("dockerlabelprefix").unwrap_or("socket-proxy"));
    let (mut lists, mut folders, mut mark) = (Lists::default(), None, None);
    for (key, value) in settings.labels.iter().filter(|(_, value)| !value.is_empty()) {
        let Some(rest) = key.strip_prefix(&prefix) else {
            unsaid.push(Unsaid::new(
                format!("{key}={value}"),
                format!("no label of the original, which begin with {prefix}"),
            ));
            continue;
        };
        let method = rest.split('.').next().unwrap_or_default().to_ascii_uppercase();
        if rest.eq_ignore_ascii_case("bindmountfrom") {
            folders = Some(value.as_str());
        } else if METHODS.contains(&method.as_str()) {
            lists.add(&[&method], &format!("{key}={value}"), value, unsaid);
            mark = mark.or_else(|| Some(format!("{key}={value}")));
        } else {
            unsaid.push(Unsaid::new(format!("{key}={value}"), "the original does not know this label"));
        }
    }
    let Some(mark) = mark else { return Ok(None) };
    let why = "the container is known by this label, whose `*` stand for anything but a slash; a client that another role is for as well is refused, where the original goes by the labels alone";
    unsaid.push(Unsaid::new(mark.as_str(), why));
    let bodies = bodies(folders, unsaid)?;
    let who = format!("[{{ container: {{ label: {} }} }}]", quoted(&mark));
    let client = Some(format!("{{ container: {{ label: [{}] }} }}", quoted(&mark)));
    Ok(Some(Draft { role: "labelled".into(), who, client, grants: grants(&lists, &bodies, style) }))
}
