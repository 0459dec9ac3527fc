//! What of a body is left out, by the facets that its fields are uses of.

use super::{HIDDEN, HIDDEN_BYTES, pair, secret_pair, url};
use crate::catalogue::fields::{Field, Gather, Means, Shape};
use crate::catalogue::{Facet, LOCAL_LOG_OPTS, Op, is_secret_key};
use crate::request::Tree;

/// What is left out of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// All text.
    All,
    /// All but the first word, which is a program.
    Arguments,
    /// Options of log drivers that are not about files of this host.
    LogOptions,
    /// Options of volume drivers beside what is mounted, and passwords in there.
    MountOptions,
    /// What keys say that sound like secrets.
    SecretKeys,
    /// Who asks, and what is asked for, of a URL.
    Url,
    /// The values of pairs.
    Values,
}

/// Fields that are secret and no facet, by the name that Docker has for them.
const SECRETS: &[&str] =
    &["auth", "Data", "email", "identitytoken", "password", "registrytoken", "Secret", "SigningCAKey", "username"];

/// Leaves out what may be secret, and says of which facets.
pub(super) fn withhold(op: Op, field: &'static Field, value: &mut Tree, withheld: &mut Vec<&'static str>) {
    match rule(op, field) {
        Some(rule) => {
            let before = value.clone();
            rule.apply(&field.shape, value);
            if *value != before {
                withheld.push(word(field));
            }
        }
        None => inside(op, value, withheld),
    }
}

fn inside(op: Op, value: &mut Tree, withheld: &mut Vec<&'static str>) {
    match value {
        Tree::Object(fields) => fields.iter_mut().for_each(|(field, value)| withhold(op, field, value, withheld)),
        Tree::List(items) => items.iter_mut().for_each(|item| inside(op, item, withheld)),
        Tree::Map(entries) => entries.iter_mut().for_each(|(_, value)| inside(op, value, withheld)),
        Tree::Null | Tree::Flag(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => {}
    }
}

fn rule(op: Op, field: &Field) -> Option<Rule> {
    if SECRETS.contains(&field.name) {
        return Some(Rule::All);
    }
    let facet = match field.means {
        Means::Is(facet) | Means::Given(facet) | Means::Keys(facet) => facet,
        Means::Gather(Gather::VolumeOpts) => return Some(Rule::MountOptions),
        // of the driver of a mount's volume
        Means::Part if is_driver_options(field) => return Some(Rule::MountOptions),
        Means::Gather(Gather::SwarmCa) if field.name == "ExternalCAs" => return Some(Rule::All),
        Means::Gather(_) | Means::Inner | Means::Part | Means::Harmless(_) => return None,
    };
    match facet {
        // what comes after an image can be anything; what is run in a container is a program
        Facet::Command if op == Op::ContainerExec => Some(Rule::Arguments),
        Facet::Command => Some(Rule::All),
        Facet::Entrypoint | Facet::Healthcheck | Facet::OnBuild | Facet::Shell => Some(Rule::Arguments),
        Facet::Env | Facet::IpamOpts | Facet::PluginSettings | Facet::StorageOpt => Some(Rule::Values),
        Facet::CredentialSpec => Some(Rule::All),
        Facet::Image | Facet::Registries => Some(Rule::Url),
        Facet::PluginSpec if field.name == "env" => Some(Rule::Values),
        Facet::SecretDriver | Facet::Templating if field.name == "Options" => Some(Rule::All),
        Facet::JoinToken | Facet::UnlockKey => Some(Rule::All),
        Facet::LogOpts => Some(Rule::LogOptions),
        Facet::Annotations | Facet::EndpointOpts | Facet::Labels | Facet::NetworkOpts => Some(Rule::SecretKeys),
        _ => None,
    }
}

fn is_driver_options(field: &Field) -> bool {
    field.name == "Options" && matches!(field.shape, Shape::Map(_))
}

/// What records call it: the facet's word, or the field's own name.
fn word(field: &Field) -> &'static str {
    match field.means {
        Means::Is(facet) | Means::Given(facet) | Means::Keys(facet) => facet.word(),
        Means::Gather(Gather::VolumeOpts) => Facet::VolumeOpts.word(),
        Means::Gather(Gather::SwarmCa) => Facet::SwarmCa.word(),
        Means::Part if is_driver_options(field) => Facet::VolumeOpts.word(),
        _ => field.name,
    }
}

impl Rule {
    fn apply(self, shape: &Shape, value: &mut Tree) {
        match (self, value) {
            (Self::Arguments, Tree::List(items)) => arguments(items),
            (Self::Arguments, Tree::Text(text)) => *text = program(text),
            (rule, Tree::List(items)) => items.iter_mut().for_each(|item| rule.apply(shape, item)),
            (rule, Tree::Map(entries)) => entries.iter_mut().for_each(|(key, value)| rule.entry(shape, key, value)),
            (rule, Tree::Object(fields)) => {
                fields.iter_mut().for_each(|(field, value)| rule.apply(&field.shape, value));
            }
            (rule, Tree::Text(text)) => rule.text(shape, text),
            (_, Tree::Null | Tree::Flag(_) | Tree::Int(_) | Tree::Float(_)) => {}
        }
    }

    fn text(self, shape: &Shape, text: &mut String) {
        match self {
            _ if text.is_empty() => {}
            Self::All if *shape == Shape::Base64 => *text = HIDDEN_BYTES.to_owned(),
            Self::Values => *text = pair(text),
            Self::SecretKeys => *text = secret_pair(text),
            Self::Url => *text = url(text),
            Self::All | Self::Arguments | Self::LogOptions | Self::MountOptions => *text = HIDDEN.to_owned(),
        }
    }

    fn entry(self, shape: &Shape, key: &str, value: &mut Tree) {
        let stays = match self {
            Self::LogOptions => LOCAL_LOG_OPTS.contains(&key),
            Self::MountOptions => matches!(key, "size" | "type"),
            Self::SecretKeys => !is_secret_key(key),
            Self::All | Self::Arguments | Self::Url | Self::Values => false,
        };
        match value {
            _ if stays => {}
            Tree::Text(text) if self == Self::MountOptions && key == "device" => *text = url(text),
            Tree::Text(text) if self == Self::MountOptions && key == "o" => *text = mount_options(text),
            Tree::Text(text) => *text = HIDDEN.to_owned(),
            value => Self::All.apply(shape, value),
        }
    }
}

/// The program, and that there was more.
fn arguments(items: &mut Vec<Tree>) {
    let more = items.len() > 1;
    items.truncate(1);
    items.iter_mut().for_each(|first| {
        if let Tree::Text(text) = first {
            *text = program(text);
        }
    });
    if more {
        items.push(Tree::Text(HIDDEN.to_owned()));
    }
}

/// The first word, if it looks like a program, and that there was more.
fn program(text: &str) -> String {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let looks = !first.starts_with('-') && first.chars().all(plain);
    match (looks, rest) {
        (true, "") => first.to_owned(),
        (true, _) => format!("{first} {HIDDEN}"),
        (false, _) => HIDDEN.to_owned(),
    }
}

/// Options of mounts that open nothing.
const PLAIN_OPTIONS: &[&str] = &[
    "addr",
    "bind",
    "dir_mode",
    "file_mode",
    "gid",
    "hard",
    "lowerdir",
    "mode",
    "nfsvers",
    "noatime",
    "nolock",
    "nosuid",
    "rbind",
    "ro",
    "rw",
    "size",
    "soft",
    "uid",
    "upperdir",
    "vers",
    "workdir",
];

/// `addr=nas,username=me,password=...` with what is known to open nothing.
fn mount_options(text: &str) -> String {
    let part = |part: &str| match part.split_once('=') {
        _ if PLAIN_OPTIONS.contains(&part.split('=').next().unwrap_or_default().trim()) => part.to_owned(),
        Some((key, _)) => format!("{key}={HIDDEN}"),
        None => HIDDEN.to_owned(),
    };
    text.split(',').map(part).collect::<Vec<_>>().join(",")
}
