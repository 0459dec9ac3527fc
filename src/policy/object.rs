//! The objects that a request names, in its path and in its query.

use super::image::is_one_image;
use super::names::{Names, called};
use super::text::shown;
use crate::catalogue::{Op, Target};
use crate::request::{About, Request, Value};
use std::borrow::Cow;

/// An object as a request names it.
pub(super) struct Object<'r> {
    kind: Target,
    name: Cow<'r, str>,
    /// Whether Docker takes the image name, which has no tag, for every tag that there is.
    all_tags: bool,
}

impl<'r> Object<'r> {
    fn new(op: Op, kind: Target, name: Cow<'r, str>) -> Self {
        let takes_all = matches!(op, Op::ImageGet | Op::ImageGetAll | Op::ImagePush);
        let all_tags = takes_all && !is_one_image(&name);
        Self { kind, name, all_tags }
    }

    /// An image that the request names by this.
    pub(super) fn image(request: &Request, name: &'r str) -> Self {
        Self::new(request.operation().op, Target::Image, name.into())
    }

    /// What the path names, with the tag that the query says.
    pub(super) fn in_path(request: &'r Request) -> Option<Self> {
        let row = request.operation();
        Some(Self::new(row.op, row.target?, request.object()?))
    }

    /// What the query names, where the path names nothing.
    pub(super) fn in_query(request: &'r Request) -> impl Iterator<Item = Self> {
        request.query.known.iter().filter_map(|(param, value)| match (param.object, value) {
            (Some(kind), Value::Text(name)) => Some(Self::new(request.operation().op, kind, name.as_str().into())),
            _ => None,
        })
    }

    /// Whether it is every tag of a repository, and not the one image that the daemon tells of.
    pub(super) fn is_every_tag(&self, about: &About) -> bool {
        let digits = |id: &str| id.strip_prefix("sha256:").unwrap_or(id).to_owned();
        let by_id = matches!(about, About::Found(found) if digits(&found.id).starts_with(&digits(&self.name)));
        self.all_tags && !by_id
    }

    /// Whether it surely is on the list.
    pub(super) fn fits(&self, names: &Names) -> bool {
        if self.all_tags { names.fits_all_tags(&self.name) } else { names.fits(&self.name) }
    }

    /// Whether it may be on the list.
    pub(super) fn may_fit(&self, names: &Names) -> bool {
        self.is_listed(names) || names.may_fit(&self.name)
    }

    /// Whether its name is on the list, IDs aside.
    pub(super) fn is_listed(&self, names: &Names) -> bool {
        if self.all_tags { names.lists_some_tag(&self.name) } else { names.lists(&self.name) }
    }

    /// Whether it would fit, could its name not be the ID of another.
    pub(super) fn is_doubtful(&self, names: &Names) -> bool {
        names.doubts(&self.name)
    }

    /// `` the container `db` ``
    pub(super) fn said(&self) -> String {
        let tags = if self.all_tags { "all tags of " } else { "" };
        format!("{tags}the {} {}", called(self.kind), shown(&self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_verdicts, denial, role};

    #[test]
    fn a_push_is_of_the_tag_that_counts() {
        assert_verdicts(
            "may:\n- ImagePush: { target: { name: [me/app:v1, me/free, { regex: '.*/me/re:1' }] } }",
            &[
                ("POST /images/me/app:v1/push", "allow"),
                ("POST /images/me/app/push?tag=v1", "allow"),
                ("POST /images/me/app:v2/push?tag=v1", "allow"),
                ("POST /images/me/app:v1/push?tag=v2", "target"),
                ("POST /images/me/app/push?tag=v2", "target"),
                ("POST /images/me/app/push", "target"),
                ("POST /images/me/app/push?tag=", "target"),
                ("POST /images/me/free/push", "allow"),
                ("POST /images/me/free/push?tag=x", "allow"),
                ("POST /images/me/re/push?tag=1", "allow"),
                ("POST /images/me/re/push", "target"),
            ],
        );
    }

    #[test]
    fn a_push_of_all_tags_touches_each() {
        assert_verdicts(
            "may: [everything]\nnever:\n- ImagePush: { target: { name: [me/app:v1] } }",
            &[
                ("POST /images/me/app/push", "never"),
                ("POST /images/me/app/push?tag=v1", "never"),
                ("POST /images/me/app:v2/push?tag=v1", "never"),
                ("POST /images/me/app:v1/push?tag=v2", "allow"),
                ("POST /images/me/other/push", "allow"),
            ],
        );
        let body = "may: [everything]\nnever:\n- ImagePush: { target: { name: { regex: '.*/me/app:v1' } } }";
        assert_verdicts(body, &[("POST /images/me/app/push", "never"), ("POST /images/me/app:v2/push", "allow")]);
        let said = denial(&role(body), "POST /images/me/app/push").to_string();
        assert!(said.contains("touch all tags of the image `me/app`"), "{said}");
    }

    #[test]
    fn an_image_without_a_tag_is_saved_with_all_of_them() {
        let body = "may:\n- ImageGet: { target: { name: 'me/app:latest' } }";
        let lines = [("GET /images/me/app:latest/get", "allow"), ("GET /images/me/app/get", "target")];
        assert_verdicts(body, &lines);
    }

    #[test]
    fn everything_by_name_reaches_names_in_the_query() {
        assert_verdicts(
            "may: [everything]\nnever:\n- everything: { target: { name: ['vault:1', mail] } }",
            &[
                ("GET /images/get?names=nginx:1&names=vault:1", "never"),
                ("GET /images/get?names=nginx:1&names=vault", "never"),
                ("GET /images/get?names=3f4e", "never"),
                ("GET /images/get?names=nginx:1", "allow"),
                ("POST /commit?container=mail", "never"),
                ("POST /commit?container=/mail", "never"),
                ("POST /commit?container=cafe", "never"),
                ("POST /commit?container=web", "allow"),
                ("POST /commit", "allow"),
                ("GET /containers/json", "allow"),
            ],
        );
    }
}
