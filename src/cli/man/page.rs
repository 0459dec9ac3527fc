//! One page.

use super::sections::SECTIONS;
use clap::Command;
use clap_mangen::roff::{Roff, bold, roman};
use std::io;

/// What a page is called: `dockgate-certs-list`.
pub(super) fn name(verb: &Command) -> &str {
    verb.get_display_name().unwrap_or_else(|| verb.get_name())
}

/// The page of a verb, and of the whole if it has no parent.
///
/// # Errors
/// None of its own: the page is written to memory.
pub(super) fn render(verb: &Command, parent: Option<&str>) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    by_clap(verb, &mut out)?;
    let mut roff = Roff::new();
    match parent {
        Some(parent) => of_verb(verb, parent, &mut roff),
        None => of_whole(&mut roff),
    }
    roff.to_writer(&mut out)?;
    Ok(out)
}

/// What clap knows as well as anyone.
fn by_clap(verb: &Command, out: &mut Vec<u8>) -> io::Result<()> {
    let source = concat!("dockgate ", env!("CARGO_PKG_VERSION"));
    // A date would make each build's page another; an empty one would move the rest to its place.
    let page = clap_mangen::Man::new(verb.clone()).date(" ").source(source).manual("dockgate");
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    if verb.has_subcommands() {
        page.render_subcommands_section(out)?;
    }
    Ok(())
}

fn of_whole(roff: &mut Roff) {
    for (title, entries) in SECTIONS {
        roff.control("SH", [*title]);
        for (word, meaning) in *entries {
            roff.control("TP", []).text([bold(*word)]).text([roman(*meaning)]);
        }
    }
}

/// The last lines of `--help`, and the way back.
fn of_verb(verb: &Command, parent: &str, roff: &mut Roff) {
    let after = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (before, codes) = after.split_once("Exit codes:").unwrap_or((&after, ""));
    if let Some(examples) = before.strip_prefix("Examples:\n") {
        roff.control("SH", ["EXAMPLES"]);
        literally(examples, roff);
    }
    if !codes.is_empty() {
        roff.control("SH", ["EXIT STATUS"]).text([roman(codes.replace('\n', " ").trim())]);
    }
    roff.control("SH", ["SEE ALSO"]).text([bold(parent), roman("(1)")]);
}

/// Line by line as they stand, for they are to be typed.
fn literally(lines: &str, roff: &mut Roff) {
    roff.control("nf", []);
    for line in lines.lines() {
        roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    roff.control("fi", []);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::{name, render};
    use crate::cli::Arguments;
    use clap::CommandFactory;

    fn page(of: &[&str]) -> String {
        let mut whole = Arguments::command();
        whole.build();
        let verb = of.iter().fold(&whole, |verb, name| verb.find_subcommand(name).unwrap());
        let parent = (!of.is_empty()).then_some("dockgate");
        String::from_utf8(render(verb, parent).unwrap()).unwrap()
    }

    #[test]
    fn the_first_page_says_what_no_verb_says() {
        let page = page(&[]);
        for title in ["\"EXIT STATUS\"", "FILES", "ENVIRONMENT", "SIGNALS"] {
            assert!(page.contains(&format!(".SH {title}\n")), "{title}");
        }
    }

    #[test]
    fn every_variable_of_the_help_has_its_line() {
        let mut whole = Arguments::command();
        whole.build();
        let verbs = whole.get_subcommands().flat_map(|verb| std::iter::once(verb).chain(verb.get_subcommands()));
        let named = verbs.flat_map(clap::Command::get_arguments).filter_map(clap::Arg::get_env);
        let page = page(&[]);
        for name in named {
            assert!(page.contains(name.to_str().unwrap()), "{name:?}");
        }
    }

    #[test]
    fn a_verb_within_a_verb_has_a_page_with_its_examples() {
        let mut whole = Arguments::command();
        whole.build();
        let verb = whole.find_subcommand("certs").and_then(|certs| certs.find_subcommand("list")).unwrap();
        assert_eq!(name(verb), "dockgate-certs-list");
        let page = page(&["certs", "list"]);
        assert!(page.contains(".SH EXAMPLES\n.nf\ndockgate certs list"), "{page}");
        assert!(page.contains("0 fine, 1 failure"), "{page}");
    }
}
