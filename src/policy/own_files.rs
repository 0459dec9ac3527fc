//! dockgate's own sockets, policies, keys and logs, and the real Docker socket: never a bind
//! source, a volume's device or a place for checkpoints, whatever a policy says, but for a copy of
//! what has them. Whoever has them
//! has the gate, or a way past it.

use super::denial::Why;
use super::facet_limit::FacetLimit;
use crate::catalogue::{Facet, Op};
use crate::request::Uses;
use std::sync::Arc;

/// The powers that show a path of the host.
const SHOWING: [Facet; 3] = [Facet::Binds, Facet::Devices, Facet::CheckpointDir];

/// Limits on paths that nobody gets.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnFiles(Arc<[FacetLimit]>);

impl OwnFiles {
    /// The files by their paths: absolute and clean.
    pub(super) fn new(paths: &[String]) -> Self {
        Self(SHOWING.into_iter().map(|facet| FacetLimit::paths(facet.row(), paths)).collect())
    }

    /// What of them a request for the operation would show that uses this.
    pub(super) fn touched(&self, uses: &Uses, op: Op) -> Option<Why> {
        let (limit, deed) = self.0.iter().find_map(|limit| Some((limit, limit.touched(uses, op)?)))?;
        let (word, sentence) = (
            limit.row.word.to_owned(),
            format!("ever {deed}, for files of dockgate or the Docker socket are or may be there"),
        );
        Some(Why { word, sentence, place: None })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Decision;
    use super::super::testing::{denied, one_role, policy, with_body};
    use crate::request::Original;
    use std::sync::Arc;

    const CREATE: &str = "POST /v1.47/containers/create";

    fn denied_bind(source: &str) -> bool {
        let paths = ["/run/dockgate/a.sock".to_owned(), "/etc/dockgate/policy.yaml".to_owned()];
        let policy = policy(&one_role("may:\n- ContainerCreate: { binds: any }")).guarding(&paths);
        let body = format!(r#"{{"HostConfig":{{"Binds":["{source}:/x:ro"]}}}}"#);
        match denied(&policy.roles()[0], CREATE, &body).as_str() {
            "" => false,
            word => word == "binds",
        }
    }

    #[test]
    fn what_shows_a_file_of_its_own_is_denied_under_any_policy() {
        for source in ["/", "/run", "/run/dockgate", "/run/dockgate/a.sock", "/etc/dockgate/", "/srv/../etc"] {
            assert!(denied_bind(source), "{source}");
        }
        for source in ["/srv", "/run/dockgate-other", "/run/dockgate/b.sock", "/etc/dockgate/policy.yaml.bak"] {
            assert!(!denied_bind(source), "{source}");
        }
    }

    #[test]
    fn a_copy_has_them_where_its_original_does() {
        let grant = "may:\n- ContainerCreate: { copy_of: any }";
        let policy = policy(&one_role(grant)).guarding(&["/run/dockgate/a.sock".to_owned()]);
        let allowed = |original: &str, copy: &str| {
            let body = |host: &str| format!(r#"{{"Image":"a","HostConfig":{{{host}}}}}"#);
            let mut request = with_body("POST /v1.47/containers/create?name=web", &body(copy));
            request.original = Some(Arc::new(Original::of_body(body(original).as_bytes(), &request).unwrap()));
            matches!(policy.roles()[0].decide(request), Decision::Allow(_))
        };
        let socket = r#""Binds":["/run/dockgate/a.sock:/s:ro"]"#;
        assert!(allowed(socket, socket) && allowed(r#""Privileged":true"#, r#""Privileged":true"#));
        assert!(!allowed("", socket) && !allowed(r#""Privileged":true"#, socket));
        assert!(!allowed(socket, r#""Binds":["/run:/s:ro"]"#));
    }

    #[test]
    fn everything_is_not_looked_into() {
        let free = policy(&one_role("may: [everything]")).guarding(&["/run/a.sock".to_owned()]);
        assert!(free.roles()[0].unexamined(crate::catalogue::Op::ContainerCreate));
    }
}
