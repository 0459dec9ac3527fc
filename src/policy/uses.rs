//! How a request uses a query parameter: what it gives, leaves out, or gives to a deaf daemon.

use super::limit::{QueryLimit, is_used, typed};
use crate::catalogue::Param;
use crate::request::{Query, Request, Value};

/// One way in which a request uses a parameter.
pub(super) enum Use<'a> {
    /// It is left out, and what Docker then takes is no constant.
    Absent,
    /// It is left out.
    Default(&'a Value),
    /// The API version counts, whatever the request says.
    Forced(Value),
    /// The API version may not know it, and what Docker then takes is no constant.
    Ignored,
    Given(&'a Value),
}

impl Use<'_> {
    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Self::Absent | Self::Ignored => None,
            Self::Default(value) | Self::Given(value) => Some(value),
            Self::Forced(value) => Some(value),
        }
    }
}

/// All that has to be judged: what is given or else the default, and what the version implies.
pub(super) fn uses<'a>(request: &'a Request, limit: &'a QueryLimit) -> impl Iterator<Item = Use<'a>> {
    let param = limit.param;
    let absent = given(&request.query, param).next().is_none();
    let default = limit.default.as_ref().map_or(Use::Absent, Use::Default);
    given(&request.query, param).map(Use::Given).chain(absent.then_some(default)).chain(old(request, param))
}

/// What the API version makes of the parameter, if it may be too old for it.
fn old<'a>(request: &Request, param: &'static Param) -> Option<Use<'a>> {
    let ignored = || param.is_ignored(request.route.version).then_some(Use::Ignored);
    forced(request, param).map(Use::Forced).or_else(ignored)
}

/// The value that the request's API version implies.
fn forced(request: &Request, param: &'static Param) -> Option<Value> {
    typed(param.kind, param.forced(request.route.version)?)
}

/// The values that the query gives; empty filters are none.
fn given<'q>(query: &'q Query, param: &'static Param) -> impl Iterator<Item = &'q Value> {
    let empty = |value: &Value| matches!(value, Value::Filters(filters) if filters.is_empty());
    query.known.iter().filter(|(p, _)| p.name == param.name).map(|(_, value)| value).filter(move |v| !empty(v))
}

/// Why a dangerous parameter that no limit names is denied, if the request uses it.
pub(super) fn danger(request: &Request, param: &'static Param) -> Option<&'static str> {
    let sentence = param.danger?;
    let default = || param.default.and_then(|text| typed(param.kind, text));
    let used = |value: &Value| is_used(value) && default().as_ref() != Some(value);
    let given = given(&request.query, param).any(used);
    (given || forced(request, param).is_some_and(|value| used(&value))).then_some(sentence)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_verdicts, denial, role};

    #[test]
    fn what_the_version_does_not_know_counts_as_left_out() {
        let cases = [
            ("SystemDataUsage: { query.type: container }", "GET /v1.42/system/df?type=container", "allow"),
            ("SystemDataUsage: { query.type: container }", "GET /v1.41/system/df?type=container", "query.type"),
            ("SystemDataUsage: { query.type: container }", "GET /system/df?type=container", "query.type"),
            ("SystemDataUsage: { query.type: [default, container] }", "GET /v1.41/system/df?type=container", "allow"),
            ("SystemDataUsage: { query.type: any }", "GET /v1.41/system/df?type=container", "allow"),
            ("ContainerStop: { query.signal: USR1 }", "POST /v1.42/containers/web/stop?signal=USR1", "allow"),
            ("ContainerStop: { query.signal: USR1 }", "POST /v1.41/containers/web/stop?signal=USR1", "query.signal"),
            ("ContainerStop: { query.signal: USR1 }", "POST /containers/web/stop?signal=USR1", "query.signal"),
            ("BuildPrune: { query.max-used-space: 5 }", "POST /v1.48/build/prune?max-used-space=5", "allow"),
            (
                "BuildPrune: { query.max-used-space: 5 }",
                "POST /v1.45/build/prune?max-used-space=5",
                "query.max-used-space",
            ),
            ("ImageInspect: { query.manifests: true }", "GET /v1.47/images/a/json?manifests=1", "query.manifests"),
            ("ImageInspect: { query.manifests: true }", "GET /images/a/json?manifests=1", "query.manifests"),
            ("ImageInspect: { query.manifests: true }", "GET /v1.48/images/a/json?manifests=1", "allow"),
        ];
        for (limit, line, expected) in cases {
            assert_verdicts(&format!("may:\n- {limit}"), &[(line, expected)]);
        }
    }

    #[test]
    fn what_the_version_does_not_know_touches_the_default_of_a_never() {
        let body = "may: [everything]\nnever:\n- ContainerStop: { query.signal: default }";
        assert_verdicts(
            body,
            &[
                ("POST /v1.41/containers/web/stop?signal=USR1", "never"),
                ("POST /v1.42/containers/web/stop?signal=USR1", "allow"),
            ],
        );
    }

    #[test]
    fn the_sentence_says_which_versions_do_not_know_it() {
        let said = |limit: &str, line| denial(&role(&format!("may:\n- {limit}")), line).why[0].sentence.clone();
        let deaf = said("ContainerStop: { query.signal: USR1 }", "POST /v1.41/containers/web/stop?signal=USR1");
        assert_eq!(deaf, "have `signal` ignored, as API versions before 1.42 do (query.signal: only `USR1`)");
        let forced = said("ImageInspect: { query.manifests: true }", "GET /v1.47/images/a/json?manifests=1");
        assert!(forced.starts_with("have `manifests` as `false`, which API versions before 1.48 imply"), "{forced}");
    }
}
