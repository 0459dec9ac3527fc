//! `tenant`: the fence around a role. What its holders make carries a label, and they see and touch
//! only what carries it, and what is shared with them.

use super::compile_target::of_kind;
use super::names::Names;
use super::reader::Reader;
use super::text::{is_name, shown};
use super::tree::{Content, Pair};
use super::vocabulary::SHARED;
use super::written::Written;
use crate::catalogue::{Facet, Target};
use crate::request::{Object, Use, UseValue};

/// The label that tells tenants apart, unless a policy has one of its own.
pub const TENANT_LABEL: &str = "dockgate.tenant";

/// A tenant, by the label that its objects carry.
#[derive(Clone, Debug)]
pub struct Tenant {
    key: Box<str>,
    value: Box<str>,
    /// What it may use, and so read, though it is not its own.
    used: Vec<(Target, Names)>,
    /// What it may look at, though it is not its own.
    read: Vec<(Target, Names)>,
}

/// What `shared` knows, as policies call it.
pub(super) const KINDS: &[(&str, Target)] = &[
    ("containers", Target::Container),
    ("images", Target::Image),
    ("networks", Target::Network),
    ("volumes", Target::Volume),
];

impl Tenant {
    /// The label's key and value.
    pub fn label(&self) -> (&str, &str) {
        (&self.key, &self.value)
    }

    /// The label, and what is shared, in words.
    pub(super) fn said(&self) -> String {
        let list = |word: &str, shared: &[(Target, Names)]| {
            let all: Vec<String> =
                shared.iter().map(|(kind, names)| format!("{}s {}", kind.word(), names.said())).collect();
            if all.is_empty() { String::new() } else { format!("; {word} {}", all.join(", ")) }
        };
        format!("{}={}{}{}", self.key, self.value, list("use", &self.used), list("read", &self.read))
    }

    /// Whether the object is its own.
    pub fn owns(&self, object: &Object) -> bool {
        object.labels.get(&*self.key).is_some_and(|value| **value == *self.value)
    }

    /// Whether a request gives its label to what it makes.
    pub(super) fn is_label(&self, used: &Use) -> bool {
        let own = |key: &str, value: &Option<String>| (key, value.as_deref().unwrap_or_default()) == self.label();
        matches!(&used.value, UseValue::Pair { key, value } if used.facet == Facet::Labels && own(key, value))
    }

    /// Whether the object is shared with it, to be used.
    pub(super) fn may_use(&self, kind: Target, object: &Object) -> bool {
        lists(&self.used, kind, object)
    }

    /// Whether the object is shared with it, to be looked at.
    pub(super) fn may_read(&self, kind: Target, object: &Object) -> bool {
        lists(&self.read, kind, object) || self.may_use(kind, object)
    }

    /// Whether all images of the host are shared with it, other tenants' too.
    pub(super) fn shares_every_image(&self) -> bool {
        self.used.iter().any(|(kind, names)| *kind == Target::Image && names.is_any())
    }

    /// Whether the policy shares objects of the kind by their names.
    pub(super) fn shares_by_name(&self, kind: Target) -> bool {
        self.used.iter().chain(&self.read).any(|(known, _)| *known == kind)
    }

    /// Whether the policy says which objects of the kind are shared to be used.
    pub(super) fn says_what_is_used(&self, kind: Target) -> bool {
        self.used.iter().any(|(known, _)| *known == kind)
    }
}

fn lists(shared: &[(Target, Names)], kind: Target, object: &Object) -> bool {
    shared.iter().any(|(known, names)| *known == kind && names.fits_object(object))
}

/// `tenant: NAME`, or `tenant: { label: KEY=VALUE }`, with what is shared.
pub(super) fn read<'t>(
    reader: &mut Reader<'_, 't>,
    pair: Option<&'t Pair>,
    shared: Option<&'t Pair>,
) -> Option<Tenant> {
    let Some(pair) = pair else {
        if let Some(shared) = shared {
            let help = "`tenant: NAME` puts the role behind a fence; without one nothing has to be shared";
            reader.report.problem_with_help(shared.key.span, "`shared` is a word of roles with a `tenant`", help);
        }
        return None;
    };
    let (key, value) = label(reader, pair)?;
    let mut tenant = Tenant { key: key.into(), value: value.into(), used: Vec::new(), read: Vec::new() };
    if let Some(shared) = shared {
        for field in reader.fields(shared.key.span, &shared.value, "`shared`", SHARED.all) {
            let found = kinds(reader, field);
            if field.key.text == "use" { tenant.used = found } else { tenant.read = found }
        }
    }
    Some(tenant)
}

fn label<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Option<(&'t str, &'t str)> {
    let node = reader.resolve(&pair.value)?;
    if let Content::Scalar(name) = &node.content {
        if is_name(name) {
            return Some((TENANT_LABEL, name));
        }
        let help = "names are up to 64 letters a-z, digits, `-` and `_`, and begin with a letter or digit";
        reader.report.problem_with_help(node.span, format!("{} cannot be the name of a tenant", shown(name)), help);
        return None;
    }
    let fields = reader.fields(pair.key.span, node, "`tenant`", &["label"]);
    let field = fields.iter().find(|field| field.key.text == "label")?;
    let text = reader.word(field.key.span, &field.value, "`label`")?;
    // it is written into instructions and filters as well
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"*\"'\\$`".contains(&b));
    let sound = |(key, value): &(&str, &str)| !key.is_empty() && !value.is_empty() && plain;
    let label = text.split_once('=').filter(sound);
    if label.is_none() {
        let help = "write `tenant: { label: team=a }`, or `tenant: a`";
        reader.report.problem_with_help(field.key.span, format!("{} is no label with its value", shown(text)), help);
    }
    label
}

fn kinds<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Vec<(Target, Names)> {
    let words: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
    let Some(node) = reader.resolve(&pair.value) else { return Vec::new() };
    let fields = reader.fields(pair.key.span, node, &shown(&pair.key.text), &words);
    let known = |field: &&Pair| KINDS.iter().find(|(word, _)| *word == field.key.text).map(|(_, kind)| *kind);
    let pairs: Vec<_> = fields.iter().filter_map(|field| Some((known(&field)?, field))).collect();
    pairs.into_iter().filter_map(|(kind, field)| Some((kind, names(reader, kind, field)?))).collect()
}

fn names<'t>(reader: &mut Reader<'_, 't>, kind: Target, field: &'t Pair) -> Option<Names> {
    match reader.written(field.key.span, &field.value)? {
        Written::Any => Some(Names::any(kind)),
        Written::List(items) => of_kind(reader, kind, &items).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{one_role, problems, role};
    use super::*;

    fn object(name: &str, labels: &[(&str, &str)]) -> Object {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Object { name: name.to_owned(), labels, ..Object::default() }
    }

    #[test]
    fn a_tenant_owns_what_carries_its_label() {
        for (written, key, value) in [("a", TENANT_LABEL, "a"), ("{ label: team=x=y }", "team", "x=y")] {
            let role = role(&format!("tenant: {written}\nmay: [reads]"));
            let tenant = role.tenant().unwrap();
            assert_eq!(tenant.label(), (key, value));
            assert!(tenant.owns(&object("o", &[(key, value)])));
            assert!(!tenant.owns(&object("o", &[(key, "b")])) && !tenant.owns(&object("o", &[])));
        }
    }

    #[test]
    fn what_is_shared_to_be_used_is_read_as_well() {
        let body = "tenant: a\nshared: { use: { networks: proxy }, read: { networks: ['log-*'], containers: any } }\nmay: [reads]";
        let role = role(body);
        let tenant = role.tenant().unwrap();
        let net = |name| object(name, &[]);
        assert!(tenant.may_use(Target::Network, &net("proxy")) && tenant.may_read(Target::Network, &net("proxy")));
        assert!(!tenant.may_use(Target::Network, &net("log-1")) && tenant.may_read(Target::Network, &net("log-1")));
        assert!(!tenant.may_read(Target::Network, &net("other")) && !tenant.may_use(Target::Volume, &net("proxy")));
        assert!(tenant.may_read(Target::Container, &net("x")) && !tenant.may_use(Target::Container, &net("x")));
    }

    #[test]
    fn what_is_no_tenant_is_a_problem() {
        let cases = [
            ("tenant: 'a b'\nmay: [reads]", "`a b` cannot be the name of a tenant"),
            ("tenant: { label: team }\nmay: [reads]", "`team` is no label with its value"),
            ("tenant: { name: a }\nmay: [reads]", "`name` is not known"),
            ("shared: { use: { networks: x } }\nmay: [reads]", "`shared` is a word of roles with a `tenant`"),
            ("tenant: a\nshared: { networks: x }\nmay: [reads]", "`networks` is not known"),
            ("tenant: a\nshared: { use: { nets: x } }\nmay: [reads]", "`nets` is not known"),
        ];
        for (body, expected) in cases {
            let found = problems(&one_role(body));
            assert!(found.iter().any(|line| line.contains(expected)), "{body} {found:?}");
        }
    }
}
