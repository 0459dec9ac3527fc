//! `facts`: what the daemon would say of the objects that a request names, as a policy's own tests
//! tell it.

use super::reader::Reader;
use super::role::Role;
use super::text::shown;
use super::told_read::object;
use super::tree::{Content, Pair};
use super::vocabulary::OBJECT;
use super::{about, fence};
use crate::catalogue::Target;
use crate::request::values::image;
use crate::request::{About, How, Object, Reference, Request};

/// Of how many objects an explanation says that nothing was told.
pub(super) const MOST_SHOWN: usize = 8;

/// What is told of objects, by their kinds and names.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts(Vec<Fact>);

#[derive(Clone, Debug)]
struct Fact {
    kind: Target,
    /// As requests have it: a name or an ID.
    name: String,
    about: About,
}

/// The kinds of objects, as policies call many of them.
pub(super) const KINDS: &[(&str, Target)] = &[
    ("configs", Target::Config),
    ("containers", Target::Container),
    ("execs", Target::Exec),
    ("images", Target::Image),
    ("networks", Target::Network),
    ("nodes", Target::Node),
    ("plugins", Target::Plugin),
    ("secrets", Target::Secret),
    ("services", Target::Service),
    ("tasks", Target::Task),
    ("volumes", Target::Volume),
];

impl Facts {
    /// Tells the request whatever the gate would ask the daemon for this role.
    pub(super) fn tell(&self, role: &Role, request: &mut Request) {
        if request.about == About::Unasked && role.asks_about(request.operation().op) {
            let about = self.of_path(role, request);
            request.is_about(about);
        }
        let named = role.references(request).into_iter();
        request.known = named.map(|reference| (reference.clone(), self.of(&reference))).collect();
    }

    /// Tells the request all that is known of what it names.
    pub(super) fn tell_all(&self, request: &mut Request) {
        let known = request.references().into_iter();
        let known = known.filter_map(|of| Some((of.clone(), self.find(of.kind, &of.name)?.about.clone())));
        request.known = known.collect();
    }

    /// Whether something is told of the object.
    pub(super) fn tells(&self, reference: &Reference) -> bool {
        self.find(reference.kind, &reference.name).is_some()
    }

    fn of_path(&self, role: &Role, request: &Request) -> About {
        let (Some(kind), Some(name)) = (request.operation().target, request.params().object.as_deref()) else {
            return About::Unasked;
        };
        let reference = Reference { kind, name: name.to_owned(), how: How::Used };
        // a role without a tenant may go by what the path says alone
        match self.find(kind, name) {
            None if role.tenant().is_none() => About::Unasked,
            _ => self.of(&reference),
        }
    }

    /// What is not told of is not there, but for the images that containers are made of and for
    /// Docker's own networks.
    fn of(&self, reference: &Reference) -> About {
        let Reference { kind, name, how } = reference;
        let nobodys = *kind == Target::Image && *how == How::Used || fence::is_dockers_own(*kind, name);
        match self.find(*kind, name) {
            Some(fact) => fact.about.clone(),
            None if nobodys => About::Found(Box::new(Object { name: name.clone(), ..Object::default() })),
            None => About::Absent,
        }
    }

    fn find(&self, kind: Target, name: &str) -> Option<&Fact> {
        self.0.iter().find(|fact| fact.kind == kind && is_same(kind, &fact.name, name))
    }
}

/// Whether both are one name: an image has many spellings.
fn is_same(kind: Target, a: &str, b: &str) -> bool {
    let normal = |name: &str| image::Reference::parse(name).normal();
    let bare = |name: &str| name.strip_prefix('/').unwrap_or(name).to_owned();
    match kind {
        Target::Image | Target::Plugin => normal(a) == normal(b),
        _ => bare(a) == bare(b),
    }
}

/// `facts: { containers: { web: { label: [a=b] }, vault: absent } }`
pub(super) fn read<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair) -> Facts {
    let words: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
    let mut facts = Facts::default();
    for field in reader.fields(pair.key.span, &pair.value, "`facts`", &words) {
        let Some((_, kind)) = KINDS.iter().find(|(word, _)| *word == field.key.text) else { continue };
        for entry in reader.map(field.key.span, &field.value, &shown(&field.key.text)) {
            if facts.find(*kind, &entry.key.text).is_some() {
                reader.report.problem(entry.key.span, format!("{} is told of twice", shown(&entry.key.text)));
            }
            let about = about(reader, *kind, entry);
            facts.0.push(Fact { kind: *kind, name: entry.key.text.clone(), about });
        }
    }
    facts
}

/// `absent`, or what is there; without any facts it is nobody's: `{}`.
fn about<'t>(reader: &mut Reader<'_, 't>, kind: Target, entry: &'t Pair) -> About {
    let name = &entry.key.text;
    let Some(node) = reader.resolve(&entry.value) else { return About::Absent };
    let found = match &node.content {
        Content::Scalar(word) if word == "absent" => return About::Absent,
        Content::Map(pairs) if pairs.is_empty() => Object::default(),
        Content::Map(pairs) => {
            misfits(reader, kind, pairs);
            object(reader, entry, &shown(name), OBJECT.all)
        }
        _ => {
            let help = "write `absent`, or what the daemon would say: `{ label: [team=a] }`, or `{}`";
            reader.report.problem_with_help(entry.key.span, format!("nothing is said of {}", shown(name)), help);
            return About::Absent;
        }
    };
    let name = if found.name.is_empty() { name.clone() } else { found.name };
    About::Found(Box::new(Object { name, ..found }))
}

fn misfits<'t>(reader: &mut Reader<'_, 't>, kind: Target, pairs: &'t [Pair]) {
    for pair in pairs.iter().filter(|pair| !about::is_fact_of(kind, &pair.key.text)) {
        let message = format!("a {} has no {}", kind.word(), shown(&pair.key.text));
        reader.report.problem(pair.key.span, message);
    }
}
