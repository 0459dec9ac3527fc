//! Instructions of a Dockerfile that a commit or an import applies (`changes`).

use super::super::{UseValue, Uses};
use super::pair;
use crate::catalogue::{Facet, Op};

/// What instructions are another way to say.
const POWERS: &[(&str, Facet)] = &[
    ("CMD", Facet::Command),
    ("ENTRYPOINT", Facet::Entrypoint),
    ("ENV", Facet::Env),
    ("HEALTHCHECK", Facet::Healthcheck),
    ("LABEL", Facet::Labels),
    ("ONBUILD", Facet::OnBuild),
    ("SHELL", Facet::Shell),
    ("STOPSIGNAL", Facet::StopSignal),
    ("USER", Facet::User),
    ("WORKDIR", Facet::WorkingDir),
];

/// The facets of those instructions.
pub fn powers() -> impl Iterator<Item = Facet> {
    POWERS.iter().map(|(_, facet)| *facet)
}

/// Adds the instruction, and the power that it is another way to. What Docker's reader would take for
/// more than one line can hold any instruction, and so every power.
pub fn gather(op: Op, text: &str, uses: &mut Uses) {
    let Some((word, rest)) = instruction(text) else {
        let powers = POWERS.iter().map(|(_, facet)| *facet).filter(|facet| facet.row().fits(op));
        return powers.chain([Facet::Changes]).for_each(|facet| uses.push(facet, UseValue::Odd(text.to_owned())));
    };
    uses.push_text(Facet::Changes, &format!("{word} {rest}"));
    match POWERS.iter().find(|(known, facet)| *known == word && facet.row().fits(op)) {
        Some((_, Facet::Labels)) => labels(rest, uses),
        Some((_, Facet::OnBuild)) => uses.push_text(Facet::OnBuild, rest),
        // Docker's shell syntax is not read here: a list that is not `any` holds none of it
        Some((_, facet)) => uses.push(*facet, UseValue::Odd(rest.to_owned())),
        None => {}
    }
}

/// The word and what follows it; nothing for what Docker's reader would take for more than one
/// line, or for less.
fn instruction(text: &str) -> Option<(String, &str)> {
    let text = text.trim();
    let one_line = !text.contains(char::is_control) && !text.starts_with('#') && !text.ends_with(['\\', '`']);
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    one_line.then(|| (word.to_ascii_uppercase(), rest.trim_start()))
}

/// `KEY=VALUE KEY=VALUE`; all else is one label that cannot be told.
fn labels(text: &str, uses: &mut Uses) {
    let plain = !text.contains(['"', '\'', '\\', '$', '`']);
    let entries: Option<Vec<UseValue>> =
        text.split_whitespace().map(|word| word.contains('=').then(|| pair::pair(word))).collect();
    match entries.filter(|entries| plain && !entries.is_empty()) {
        Some(entries) => entries.into_iter().for_each(|entry| uses.push(Facet::Labels, entry)),
        None => uses.push(Facet::Labels, UseValue::Odd(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(op: Op, text: &str) -> Vec<String> {
        let mut uses = Uses::default();
        gather(op, text, &mut uses);
        let said = |value: &UseValue| match value {
            UseValue::Pair { key, value } => format!("{key}={}", value.as_deref().unwrap_or("?")),
            UseValue::Text(text) => text.clone(),
            other => format!("{other:?}"),
        };
        uses.iter().map(|used| format!("{} {}", used.facet.word(), said(&used.value))).collect()
    }

    #[test]
    fn an_instruction_is_the_power_that_it_gives() {
        let cases: &[(&str, &[&str])] = &[
            ("EXPOSE 80", &["changes EXPOSE 80"]),
            ("  expose   80", &["changes EXPOSE 80"]),
            ("onbuild RUN x", &["changes ONBUILD RUN x", "onbuild RUN x"]),
            ("LABEL a=1 b=2", &["changes LABEL a=1 b=2", "labels a=1", "labels b=2"]),
            (
                "LABEL traefik.enable true",
                &["changes LABEL traefik.enable true", "labels Odd(\"traefik.enable true\")"],
            ),
            ("LABEL \"a\"=1", &["changes LABEL \"a\"=1", "labels Odd(\"\\\"a\\\"=1\")"]),
            ("User root", &["changes USER root", "user Odd(\"root\")"]),
        ];
        for (text, expected) in cases {
            assert_eq!(said(Op::ImageCommit, text), *expected, "{text}");
        }
    }

    #[test]
    fn what_is_more_than_one_line_to_docker_cannot_be_told() {
        for text in ["CMD a\nUSER root", "CMD a\r\nONBUILD x", "CMD a \\", "# escape=`", "CMD a `", "CMD a\u{b}b"] {
            let found = said(Op::ImageCreate, text);
            let odd = |word: &str| format!("{word} {:?}", UseValue::Odd(text.to_owned()));
            assert_eq!(found, [odd("labels"), odd("onbuild"), odd("changes")], "{text:?}");
            assert!(said(Op::ImageCommit, text).len() > found.len());
        }
    }

    #[test]
    fn an_import_has_the_powers_that_are_closed_elsewhere() {
        assert_eq!(said(Op::ImageCreate, "ONBUILD RUN x"), ["changes ONBUILD RUN x", "onbuild RUN x"]);
        assert_eq!(said(Op::ImageCreate, "LABEL a=1"), ["changes LABEL a=1", "labels a=1"]);
        assert_eq!(said(Op::ImageCreate, "USER root"), ["changes USER root"]);
    }
}
