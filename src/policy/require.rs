//! `require:` what a request has to say for itself, for hardening.

use super::compile::Mode;
use super::reader::Reader;
use super::report::{Span, meant};
use super::text::{listed, shown};
use super::tree::Pair;
use crate::catalogue::{Facet, Op};
use crate::request::values::{capability, image, user};
use crate::request::{UseValue, Uses};

/// Something that a request has to say.
#[derive(Debug)]
pub(super) struct Requirement {
    /// The word of policies.
    pub(super) word: &'static str,
    /// The power that it is about: whatever can use it can be held to it.
    facet: Facet,
    /// Completes "may not ..." where it is missing.
    pub(super) sentence: &'static str,
    holds: fn(&Uses) -> bool,
}

/// Every requirement, by its word.
pub(super) static REQUIREMENTS: &[Requirement] = &[
    Requirement {
        word: "non_root",
        facet: Facet::User,
        sentence: "run as root, or as whom the image says",
        holds: non_root,
    },
    Requirement {
        word: "read_only",
        facet: Facet::ReadOnly,
        sentence: "write to the root file system",
        holds: read_only,
    },
    Requirement {
        word: "cap_drop_all",
        facet: Facet::CapDrop,
        sentence: "keep Docker's capabilities",
        holds: cap_drop_all,
    },
    Requirement {
        word: "no_new_privileges",
        facet: Facet::SecurityOpt,
        sentence: "gain privileges by what it executes",
        holds: no_new_privileges,
    },
    Requirement {
        word: "mem_limit",
        facet: Facet::MemLimit,
        sentence: "run without a limit on its memory",
        holds: |uses| is_limited(uses, Facet::MemLimit),
    },
    Requirement {
        word: "cpus",
        facet: Facet::Cpus,
        sentence: "run without a limit on its processors",
        holds: |uses| is_limited(uses, Facet::Cpus),
    },
    Requirement {
        word: "pids_limit",
        facet: Facet::PidsLimit,
        sentence: "run without a limit on its processes",
        holds: |uses| is_limited(uses, Facet::PidsLimit),
    },
    Requirement {
        word: "image_digest",
        facet: Facet::Image,
        sentence: "use an image without its digest",
        holds: digest,
    },
];

impl Requirement {
    /// The word of a denial: `require.non_root`.
    pub(super) fn denied_by(&self) -> String {
        format!("require.{}", self.word)
    }

    /// Whether requests for the operation can be held to it.
    pub(super) fn fits(&self, op: Op) -> bool {
        // an update and a push change what is there already
        self.facet.row().fits(op) && !matches!(op, Op::ContainerUpdate | Op::ImageCommit | Op::ImagePush)
    }

    /// Whether it is about this power.
    pub(super) fn is_about(&self, facet: Facet) -> bool {
        self.facet == facet
    }

    /// What the request lacks; completes "may not ...".
    pub(super) fn objection(&self, uses: &Uses) -> Option<String> {
        (!(self.holds)(uses)).then(|| format!("{} (require: {})", self.sentence, self.word))
    }
}

/// A user by a number that is not 0; what a name stands for, the image decides.
fn non_root(uses: &Uses) -> bool {
    let plain = |value: &UseValue| match value {
        UseValue::Text(text) => {
            let user = text.split(':').next().unwrap_or_default();
            user::is_number(user) && user != "0"
        }
        _ => false,
    };
    uses.of(Facet::User).next().is_some() && uses.of(Facet::User).all(plain)
}

fn read_only(uses: &Uses) -> bool {
    uses.of(Facet::ReadOnly).any(|value| *value == UseValue::Flag(true))
}

fn cap_drop_all(uses: &Uses) -> bool {
    uses.of(Facet::CapDrop).any(|value| *value == UseValue::text(capability::ALL))
}

/// Docker takes the last of several.
fn no_new_privileges(uses: &Uses) -> bool {
    let option = |value: &&UseValue| matches!(value, UseValue::Text(text) if text.starts_with("no-new-privileges="));
    uses.of(Facet::SecurityOpt).filter(option).last() == Some(&UseValue::text("no-new-privileges=true"))
}

fn is_limited(uses: &Uses, facet: Facet) -> bool {
    let bounded = |value: &UseValue| matches!(value, UseValue::Amount(Some(_)));
    uses.of(facet).next().is_some() && uses.of(facet).all(bounded)
}

fn digest(uses: &Uses) -> bool {
    let pinned = |value: &UseValue| match value {
        UseValue::Image(name) => image::Reference::parse(name).digest.is_some(),
        _ => false,
    };
    uses.of(Facet::Image).next().is_some() && uses.of(Facet::Image).all(pinned)
}

/// Reads the list, or nothing when its problems were reported.
pub(super) fn read<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair, mode: Mode) -> Option<Vec<&'static Requirement>> {
    if mode == Mode::Never {
        let help = "write it under `may`: it says what a request must have";
        reader.report.problem_with_help(pair.key.span, "`require` cannot stand under `never`", help);
        return None;
    }
    let nodes = reader.items(&pair.value);
    let found: Vec<&Requirement> = nodes
        .iter()
        .filter_map(|node| {
            let word = reader.word(node.span, node, "a requirement")?;
            let known = REQUIREMENTS.iter().find(|requirement| requirement.word == word);
            if known.is_none() {
                unknown(reader, node.span, word);
            }
            known
        })
        .collect();
    if nodes.is_empty() {
        reader.report.problem(pair.key.span, "`require` lists nothing");
    }
    (!nodes.is_empty() && found.len() == nodes.len()).then_some(found)
}

fn unknown(reader: &mut Reader<'_, '_>, span: Span, word: &str) {
    let words = || REQUIREMENTS.iter().map(|requirement| requirement.word);
    let all = || listed(&words().map(shown).collect::<Vec<_>>(), "and", REQUIREMENTS.len());
    let help = meant(word, words()).unwrap_or_else(|| format!("there are {}", all()));
    reader.report.problem_with_help(span, format!("nothing called {} can be required", shown(word)), help);
}

#[cfg(test)]
mod tests {
    use super::super::Decision;
    use super::super::testing::{denied, one_role, problems, role, with_body};

    const CREATE: &str = "POST /v1.47/containers/create";

    #[test]
    fn a_request_has_to_say_what_is_required() {
        let cases = [
            ("non_root", r#"{"User":"1000"}"#, r#"{"User":"root"}"#),
            ("non_root", r#"{"User":"1000:0"}"#, r#"{"User":"+0"}"#),
            ("non_root", r#"{"User":"01"}"#, r#"{"User":"node"}"#),
            ("non_root", r#"{"User":"7"}"#, "{}"),
            ("read_only", r#"{"HostConfig":{"ReadonlyRootfs":true}}"#, "{}"),
            ("cap_drop_all", r#"{"HostConfig":{"CapDrop":"all"}}"#, r#"{"HostConfig":{"CapDrop":["CHOWN"]}}"#),
            ("no_new_privileges", r#"{"HostConfig":{"SecurityOpt":["no-new-privileges"]}}"#, "{}"),
            ("mem_limit", r#"{"HostConfig":{"Memory":6291456}}"#, r#"{"HostConfig":{"Memory":0}}"#),
            ("cpus", r#"{"HostConfig":{"NanoCpus":1}}"#, r#"{"HostConfig":{"CpuQuota":-1}}"#),
            ("pids_limit", r#"{"HostConfig":{"PidsLimit":5}}"#, r#"{"HostConfig":{"PidsLimit":-1}}"#),
            ("image_digest", r#"{"Image":"a@sha256:0123"}"#, r#"{"Image":"a:1"}"#),
        ];
        for (word, good, bad) in cases {
            let role = role(&format!("may:\n- ContainerCreate: {{ require: [{word}] }}"));
            assert_eq!(denied(&role, CREATE, good), "", "{word} {good}");
            assert_eq!(denied(&role, CREATE, bad), format!("require.{word}"), "{word} {bad}");
        }
    }

    #[test]
    fn the_last_of_several_options_counts() {
        let role = role("may:\n- ContainerCreate: { require: no_new_privileges, security_opt: any }");
        let off = r#"{"HostConfig":{"SecurityOpt":["no-new-privileges","no-new-privileges=false"]}}"#;
        assert_eq!(denied(&role, CREATE, off), "require.no_new_privileges");
    }

    #[test]
    fn every_lack_is_told() {
        let role = role("may:\n- ContainerCreate: { require: [mem_limit, non_root] }");
        let Decision::Deny(denial) = role.decide(with_body(CREATE, "{}")) else { panic!() };
        let expected = "dockgate: ops may not run without a limit on its memory (require: mem_limit), \
                        nor run as root, or as whom the image says (require: non_root)";
        assert_eq!(denial.to_string(), expected);
    }

    #[test]
    fn what_cannot_be_required_is_a_problem() {
        let cases = [
            ("may:\n- ContainerCreate: { require: [non_rot] }", "did you mean `non_root`"),
            ("may:\n- ContainerList: { require: [non_root] }", "ContainerList cannot be held to `non_root`"),
            ("may:\n- ContainerCreate: { require: [] }", "`require` lists nothing"),
            ("may: [ping]\nnever:\n- ContainerCreate: { require: non_root }", "`require` cannot stand under `never`"),
        ];
        for (body, expected) in cases {
            let found = problems(&one_role(body));
            assert_eq!(found.len(), 1, "{body} {found:?}");
            assert!(found[0].contains(expected), "{body} {found:?}");
        }
    }
}
