//! Problems and warnings, drawn as a compiler draws them.

use super::Source;
use super::place::Spot;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt;

/// Why a policy cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub spot: Spot,
    /// What is wrong: lower case, no full stop, what was written in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What a policy does that its author may not want.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// Where.
    pub spot: Spot,
    /// What happens.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// The problem with its source line underlined.
    pub fn render(&self, sources: &[Source], color: bool) -> String {
        let title = Level::ERROR.primary_title(&self.message);
        draw(Group::with_title(title), &self.spot, self.help.as_deref(), sources, color)
    }
}

impl Warning {
    /// The warning with its source line underlined.
    pub fn render(&self, sources: &[Source], color: bool) -> String {
        let title = Level::WARNING.primary_title(&self.message);
        draw(Group::with_title(title), &self.spot, self.help.as_deref(), sources, color)
    }
}

fn draw<'a>(mut group: Group<'a>, spot: &Spot, help: Option<&str>, sources: &'a [Source], color: bool) -> String {
    if let Some(source) = sources.iter().find(|source| source.name == spot.file) {
        let range = spot.bytes.within(&source.text);
        let annotation = AnnotationKind::Primary.span(range);
        group = group.element(Snippet::source(&source.text).path(&*source.name).annotation(annotation));
    }
    if let Some(help) = help {
        group = group.element(Level::HELP.message(help.to_owned()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(f, &self.spot, &self.message, self.help.as_deref())
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(f, &self.spot, &self.message, self.help.as_deref())
    }
}

fn write_line(f: &mut fmt::Formatter<'_>, spot: &Spot, message: &str, help: Option<&str>) -> fmt::Result {
    write!(f, "{}:{}:{}: {message}", spot.file, spot.line, spot.column)?;
    help.map_or(Ok(()), |help| write!(f, "; {help}"))
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::super::place::BytesRange;
    use super::*;

    fn problem(start: usize, end: usize) -> Problem {
        Problem {
            spot: Spot { file: "p.yaml".into(), line: 2, column: 3, bytes: BytesRange { start, end } },
            message: "no operation is called `pong`".into(),
            help: Some("did you mean `ping`?".into()),
        }
    }

    fn source(text: &str) -> [Source; 1] {
        [Source { name: "p.yaml".into(), text: text.into() }]
    }

    #[test]
    fn the_line_is_underlined() {
        let drawn = problem(7, 11).render(&source("may:\n- pong\n"), false);
        assert!(drawn.starts_with("error: no operation is called `pong`"), "{drawn}");
        assert!(drawn.contains("--> p.yaml:2:3"), "{drawn}");
        assert!(drawn.contains("^^^^"), "{drawn}");
        assert!(drawn.contains("help: did you mean `ping`?"), "{drawn}");
    }

    #[test]
    fn one_line_says_it_too() {
        assert_eq!(problem(0, 0).to_string(), "p.yaml:2:3: no operation is called `pong`; did you mean `ping`?");
    }

    #[test]
    fn a_foreign_or_empty_source_does_not_hurt() {
        assert!(problem(7, 11).render(&[], false).contains("pong"));
        assert!(problem(7, 99).render(&source(""), true).contains("pong"));
        assert!(problem(1, 2).render(&source("ü"), false).contains("pong"));
    }
}
