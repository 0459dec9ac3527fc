//! One element held against the view.

use super::Broken;
use super::cut::Judge;
use super::known::Known;
use super::text::Text;
use crate::catalogue::answers::Section;
use crate::catalogue::parts::EVENT_ATTRIBUTES;
use crate::catalogue::{Element, PartSet, Target};
use crate::policy::{Happened, Seen, View};
use crate::request::Object;

/// What shows elements.
#[derive(Debug)]
pub(super) struct Viewer {
    pub(super) view: View,
    pub(super) known: Known,
}

impl Judge for Viewer {
    fn judge(&mut self, section: &'static Section, bytes: &[u8], out: &mut Vec<u8>) -> Result<bool, Broken> {
        let element = section.element;
        let mut text = Text::read(bytes)?;
        let Some(hidden) = self.view.of(&seen(element, &text)) else { return Ok(false) };
        if !self.known.holds(element, &text) {
            return Ok(false);
        }
        self.known.cut(element, &mut text);
        hide(element, hidden, &mut text);
        text.write(out);
        Ok(true)
    }
}

/// Leaves out what is hidden.
fn hide(element: &Element, hidden: PartSet, text: &mut Text<'_>) {
    for (_, paths) in element.parts.iter().filter(|(part, _)| hidden.contains(*part)) {
        paths.iter().for_each(|path| match path.strip_suffix(':') {
            Some(key) => text.shorten(key, EXECS),
            None => text.cut(path),
        });
    }
    if let Some((part, titles)) = element.columns
        && hidden.contains(part)
    {
        text.keep_columns(titles);
    }
}

/// Events that tell a command behind a colon.
const EXECS: &[&str] = &["exec_create", "exec_start"];

/// What an element says of itself.
pub(super) fn seen(element: &Element, text: &Text<'_>) -> Seen {
    match element.event {
        true => event(text),
        false => Seen { kind: element.kind, object: object(element, text), event: None },
    }
}

fn object(element: &Element, text: &Text<'_>) -> Object {
    let identity = &element.identity;
    let first = |path| text.texts(path).into_iter().next().unwrap_or_default();
    let mut names = text.texts(identity.name);
    if element.kind == Some(Target::Container) {
        // behind a second slash stands what an old link calls another container
        names =
            names.iter().map(|name| name.trim_start_matches('/').to_owned()).filter(|it| !it.contains('/')).collect();
    }
    // older daemons list what has no name so
    let mut names = names.into_iter().filter(|name| !name.contains("<none>"));
    let id = first(identity.id);
    Object {
        id: id.strip_prefix("sha256:").unwrap_or(&id).to_owned(),
        name: names.next().unwrap_or_default(),
        also: names.collect(),
        image: first(identity.image),
        state: first(identity.state),
        labels: text.entries(identity.labels).into_iter().collect(),
    }
}

fn event(text: &Text<'_>) -> Seen {
    let first = |path| text.texts(path).into_iter().next().unwrap_or_default();
    let (word, action, id) = (first("Type"), first("Action"), first("Actor.ID"));
    let kind = kind(&word);
    let labels = matches!(kind, Some(Target::Container | Target::Image));
    let attributes = text.entries("Actor.Attributes");
    let own = |key: &str| attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone());
    // a volume has no ID but its name
    let name = own("name").unwrap_or_else(|| if kind == Some(Target::Volume) { id.clone() } else { String::new() });
    let image = if kind == Some(Target::Container) { own("image").unwrap_or_default() } else { String::new() };
    let is_label = |(key, _): &(String, String)| labels && !EVENT_ATTRIBUTES.contains(&key.as_str());
    let labels_of = attributes.iter().filter(|pair| is_label(pair)).cloned().collect();
    let id = id.strip_prefix("sha256:").unwrap_or(&id).to_owned();
    let object = Object { id, name, image, labels: labels_of, ..Object::default() };
    let action = action.split(':').next().unwrap_or_default().to_owned();
    Seen { kind, object, event: Some(Happened { kind: word, action, labels }) }
}

/// The kind of object by Docker's word for it in events.
fn kind(word: &str) -> Option<Target> {
    Some(match word {
        "config" => Target::Config,
        "container" => Target::Container,
        "image" => Target::Image,
        "network" => Target::Network,
        "node" => Target::Node,
        "plugin" => Target::Plugin,
        "secret" => Target::Secret,
        "service" => Target::Service,
        "volume" => Target::Volume,
        _ => return None,
    })
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
