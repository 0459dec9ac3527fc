//! Paths of query parameters: one spelling for each.

use super::text::shown;

/// The path from `/`, without empty and `.` segments; nothing where `..` leads elsewhere.
pub(super) fn normal(text: &str) -> Option<String> {
    let mut path = String::new();
    for segment in text.split('/').filter(|segment| !matches!(*segment, "" | ".")) {
        if segment == ".." {
            return None;
        }
        path.push('/');
        path.push_str(segment);
    }
    Some(if path.is_empty() { "/".to_owned() } else { path })
}

/// The path as a client wrote it.
pub(super) fn said(text: &str) -> String {
    let doubt = if normal(text).is_none() { ", which leads elsewhere" } else { "" };
    format!("{}{doubt}", shown(text))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_verdicts, denial, one_role, problems, role};
    use super::*;

    #[test]
    fn one_path_has_one_spelling() {
        for text in ["/etc/x", "etc/x", "//etc//x", "/./etc/./x/", "/etc/x/.", "./etc/x//"] {
            assert_eq!(normal(text).as_deref(), Some("/etc/x"), "{text}");
        }
        for text in ["/", "", ".", "//", "/."] {
            assert_eq!(normal(text).as_deref(), Some("/"), "{text}");
        }
        for text in ["..", "/etc/../x", "/etc/..", "../x"] {
            assert_eq!(normal(text), None, "{text}");
        }
        assert_eq!(normal("/..x/...").as_deref(), Some("/..x/..."));
    }

    #[test]
    fn a_grant_holds_in_every_spelling_of_a_path() {
        let body = "may:\n- ContainerArchive: { query.path: [/srv/data/, '/logs/**', { regex: '/a[0-9]' }] }";
        assert_verdicts(
            body,
            &[
                ("GET /containers/web/archive?path=/srv/data", "allow"),
                ("GET /containers/web/archive?path=srv//data/.", "allow"),
                ("GET /containers/web/archive?path=/logs/a/b/", "allow"),
                ("GET /containers/web/archive?path=a1", "allow"),
                ("GET /containers/web/archive?path=/logs/../etc/shadow", "query.path"),
                ("GET /containers/web/archive?path=/logs/..", "query.path"),
                ("GET /containers/web/archive?path=/srv/data/x", "query.path"),
                ("GET /containers/web/archive?path=/etc", "query.path"),
                ("GET /containers/web/archive", "query.path"),
            ],
        );
        let denial = denial(&role(body), "GET /containers/web/archive?path=/logs/../x");
        assert!(denial.to_string().contains("`/logs/../x`, which leads elsewhere"), "{denial}");
    }

    #[test]
    fn a_never_holds_in_every_spelling_of_a_path() {
        assert_verdicts(
            "may: [everything]\nnever:\n- container-files: { query.path: [/etc/shadow, 'root/**'] }",
            &[
                ("GET /containers/web/archive?path=/etc/shadow", "never"),
                ("GET /containers/web/archive?path=etc//./shadow/.", "never"),
                ("HEAD /containers/web/archive?path=/root/x", "never"),
                ("PUT /containers/web/archive?path=/srv/../etc/shadow", "never"),
                ("PUT /containers/web/archive?path=/srv", "allow"),
                ("GET /containers/web/export", "allow"),
            ],
        );
    }

    #[test]
    fn patterns_that_no_path_is_compared_with_are_problems() {
        let cases = [
            ("may:\n- ContainerArchive: { query.path: /a/../b }", "`/a/../b` leads elsewhere"),
            ("may:\n- ContainerArchive: { query.path: { max: 5 } }", "this parameter is a path"),
            (
                "may: [everything]\nnever:\n- ContainerArchive: { query.path: { regex: 'etc.*' } }",
                "no path fits this under `never`; paths are compared as `/etc/passwd`",
            ),
        ];
        for (body, expected) in cases {
            let found = problems(&one_role(body));
            assert_eq!(found.len(), 1, "{body} {found:?}");
            assert!(found[0].contains(expected), "{body} {found:?}");
        }
    }
}
