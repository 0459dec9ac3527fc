//! `all_else: none`: what a grant does not name stays as Docker would have it.

use super::compile::Mode;
use super::facet_limit::{FacetLimit, left_out};
use super::reader::Reader;
use super::tree::Pair;
use crate::catalogue::{FACETS, FacetRow, Op};

/// The word in a policy.
pub(super) const WORD: &str = "all_else";

/// Whether the entry says it, and nothing else by it; what is wrong is reported.
pub(super) fn read<'t>(reader: &mut Reader<'_, 't>, pair: &'t Pair, mode: Mode) -> Option<&'t Pair> {
    if mode == Mode::Never {
        let help = "name what may never be used; all else is for `may` to allow";
        reader.report.problem_with_help(pair.key.span, "`all_else` cannot stand under `never`", help);
        return None;
    }
    let none = reader.resolve(&pair.value)?.text() == Some("none");
    if !none {
        let help = "write `all_else: none`; without it, what is not named is what the table of facets says";
        reader.report.problem_with_help(pair.key.span, "`all_else` can only be `none`", help);
    }
    none.then_some(pair)
}

/// Limits on whatever requests for the operation can use and the entry does not name.
pub(super) fn limits(op: Op, named: &[FacetLimit]) -> Vec<FacetLimit> {
    let is_named = |row: &FacetRow| {
        let names = |facet| named.iter().any(|limit| limit.row.facet == facet);
        names(row.facet) || row.facet.covered_by().is_some_and(names)
    };
    // where a request that says nothing changes nothing, to say Docker's default is a choice, too
    let limit = |row: &'static FacetRow| match left_out(row, op) {
        None => FacetLimit::none(row),
        Some(_) => FacetLimit::left_out(row),
    };
    FACETS.iter().filter(|row| row.fits(op) && !is_named(row)).map(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{policy, problems};

    fn denied(limits: &str, body: &str) -> Vec<String> {
        let policy = policy(&format!(
            "version: 1\nroles:\n  r:\n    who: anyone\n    may: [{{ ContainerCreate: {limits} }}]\ntests:\n  - it: x\n    send: POST /v1.47/containers/create\n    body: '{body}'\n    expect: allow\n"
        ));
        let result = policy.cases()[0].run(&policy);
        let came = result.failure.map(|failure| failure.came).unwrap_or_default();
        let words =
            came.strip_prefix("deny: ").and_then(|rest| rest.split_once(" (")).map(|(words, _)| words.to_owned());
        words.map(|words| words.split(", ").map(str::to_owned).collect()).unwrap_or_default()
    }

    const TIGHT: &str = "{ image: nginx, env: [A], all_else: none }";

    #[test]
    fn what_is_named_and_what_docker_takes_by_itself_is_allowed() {
        for body in [
            r#"{"Image":"nginx"}"#,
            r#"{"Image":"nginx","Env":["A=b"]}"#,
            r#"{"Image":"nginx","Tty":true,"HostConfig":{"Memory":0,"NetworkMode":"default","Privileged":false}}"#,
        ] {
            assert_eq!(denied(TIGHT, body), [""; 0], "{body}");
        }
    }

    #[test]
    fn all_else_is_denied_however_harmless() {
        for (body, word) in [
            (r#"{"Image":"nginx","User":"1000"}"#, "user"),
            (r#"{"Image":"nginx","Cmd":["id"]}"#, "command"),
            (r#"{"Image":"nginx","Labels":{"a":"b"}}"#, "labels"),
            (r#"{"Image":"nginx","Volumes":{"/x":{}}}"#, "volumes"),
            (r#"{"Image":"nginx","HostConfig":{"Memory":5}}"#, "mem_limit"),
            (r#"{"Image":"nginx","HostConfig":{"Tmpfs":{"/t":""}}}"#, "tmpfs"),
            (r#"{"Image":"nginx","HostConfig":{"AutoRemove":true}}"#, "auto_remove"),
            (r#"{"Image":"nginx","HostConfig":{"RestartPolicy":{"Name":"always"}}}"#, "restart"),
        ] {
            assert!(denied(TIGHT, body).contains(&word.to_owned()), "{body}: {:?}", denied(TIGHT, body));
            assert_eq!(denied("{ image: nginx }", body), [""; 0], "{body}");
        }
    }

    #[test]
    fn an_update_may_not_take_limits_off() {
        let text = "version: 1\nroles:\n  r:\n    who: anyone\n    may: [{ ContainerUpdate: { cpus: any, all_else: none } }]\ntests:\n";
        let case = |body: &str| {
            format!(
                "  - {{ it: x, send: POST /v1.47/containers/x/update, body: '{body}', expect: {{ deny: pids_limit }} }}\n"
            )
        };
        let policy = policy(&format!("{text}{}{}", case(r#"{"PidsLimit":-1}"#), case(r#"{"PidsLimit":5}"#)));
        assert!(policy.cases().iter().all(|case| case.run(&policy).passed()));
    }

    #[test]
    fn it_says_nothing_else() {
        let only_problem = |text: &str| problems(text).concat();
        let of = |may: &str| format!("version: 1\nroles:\n  r:\n    who: anyone\n    may: [{may}]\n");
        assert!(only_problem(&of("{ ContainerCreate: { all_else: any } }")).contains("can only be `none`"));
        assert!(only_problem(&of("{ ContainerList: { all_else: none } }")).contains("ContainerList"));
        assert!(only_problem(&of("{ ContainerCreate: { copy_of: any, all_else: none } }")).contains("copy_of"));
        let never = of("ping").replace("roles:", "never: [{ ContainerCreate: { all_else: none } }]\nroles:");
        assert!(only_problem(&never).contains("under `never`"));
    }
}
