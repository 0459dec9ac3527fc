//! `set: { docker_socket: own }`: who asks for the Docker socket gets the socket that it came in by,
//! so that whatever runs inside stays under the same policy.

use crate::catalogue::Facet;
use crate::request::values::bind::{Bind, Source};
use crate::request::values::path::clean;
use crate::request::{HostSocket, Request, Tree, Use, UseValue};

/// Puts the caller's own socket in the place of Docker's, in binds and mounts; false if there is no
/// such bind, or nobody knows where the host has the caller's socket.
pub(super) fn put(body: &mut Tree, socket: &HostSocket) -> bool {
    let Some(own) = &socket.own else { return false };
    let mut changed = false;
    for bind in list(body, "Binds") {
        if source(bind).is_some_and(|path| socket.is_dockers(&path)) {
            changed |= replace(bind, own);
        }
    }
    for mount in list(body, "Mounts") {
        if mounted(mount).is_some_and(|path| socket.is_dockers(&path)) {
            changed |= mount.put_text("Source", own);
        }
    }
    changed
}

/// Whether the use is a bind of the caller's own socket. A volume that shows it is another thing: it
/// stays, for others to use.
pub(super) fn is_bound(used: &Use, request: &Request) -> bool {
    let Some(own) = &request.who.socket.own else { return false };
    let shows =
        |used: &Use| used.facet == Facet::Binds && matches!(&used.value, UseValue::Path { path, .. } if path == own);
    let uses = request.uses.iter().flat_map(|uses| uses.iter()).filter(|used| shows(used)).count();
    shows(used) && uses == sources(request).filter(|path| path == own).count()
}

/// What keeps the socket from being put there: the host's path of the listener is not known.
pub(super) fn objection(request: &Request) -> Option<String> {
    let socket = &request.who.socket;
    let asked = sources(request).find(|path| socket.is_dockers(path))?;
    socket.own.is_none().then(|| {
        format!(
            "mount `{asked}`, for nobody knows where the host has the socket of this listener \
             (docker_socket: say `host_path` at the listener in the configuration)"
        )
    })
}

/// Where plain binds and mounts lead.
fn sources(request: &Request) -> impl Iterator<Item = String> {
    let host = request.body.as_ref().and_then(|body| body.get("HostConfig"));
    let items = move |name| host.and_then(|host| host.get(name)).map_or(&[][..], Tree::items);
    items("Binds").iter().filter_map(source).chain(items("Mounts").iter().filter_map(mounted))
}

fn list<'t>(body: &'t mut Tree, name: &str) -> &'t mut [Tree] {
    match body.find(&["HostConfig", name]) {
        Some(Tree::List(items)) => items,
        _ => &mut [],
    }
}

fn source(bind: &Tree) -> Option<String> {
    match Bind::read(bind.text()?)?.source {
        Source::Path(path) => Some(path),
        Source::Volume(_) | Source::Unnamed => None,
    }
}

fn mounted(mount: &Tree) -> Option<String> {
    let text = |name| mount.get(name).and_then(Tree::text);
    text("Type").filter(|kind| *kind == "bind").and_then(|_| clean(text("Source")?))
}

/// Everything behind the first colon stays.
fn replace(bind: &mut Tree, own: &str) -> bool {
    let rest = bind.text().and_then(|spec| spec.split_once(':')).map(|(_, rest)| rest.to_owned());
    let Some(rest) = rest.filter(|_| !own.contains(':')) else { return false };
    *bind = Tree::Text(format!("{own}:{rest}"));
    true
}

#[cfg(test)]
mod tests {
    use super::super::testing::{one_role, policy, with_body};
    use super::super::{Decision, Policy};
    use crate::request::{HostSocket, Identity, Request};
    use std::sync::Arc;

    const CREATE: &str = "POST /v1.47/containers/create";
    const OWN: &str = "/run/dockgate/ci.sock";
    const SET: &str = "may:\n- ContainerCreate: { set: { docker_socket: own } }";

    fn gate(body: &str) -> Policy {
        let own = [OWN, "/run/dockgate/other.sock", "/run/docker.sock", "/srv/real.sock"].map(str::to_owned);
        policy(&one_role(body)).guarding(&own)
    }

    fn from(own: Option<&str>, body: &str) -> Request {
        let mut request = with_body(CREATE, body);
        let socket = HostSocket { own: own.map(str::to_owned), upstream: Some("/srv/real.sock".into()) };
        request.who = Arc::new(Identity { socket: Arc::new(socket), ..(*request.who).clone() });
        request
    }

    /// The body that is forwarded, or why none is.
    fn sent(rules: &str, own: Option<&str>, body: &str) -> String {
        match gate(rules).roles()[0].decide(from(own, body)) {
            Decision::Allow(permit) => permit.request().canonical_body().unwrap(),
            Decision::Deny(denial) => denial.to_string(),
        }
    }

    fn binds(spec: &str) -> String {
        format!(r#"{{"HostConfig":{{"Binds":["{spec}"]}}}}"#)
    }

    fn mount(kind: &str, source: &str) -> String {
        format!(r#"{{"HostConfig":{{"Mounts":[{{"Type":"{kind}","Source":"{source}","Target":"/s"}}]}}}}"#)
    }

    #[test]
    fn a_bind_of_dockers_socket_becomes_one_of_the_callers_own() {
        let cases = [
            ("/var/run/docker.sock:/var/run/docker.sock", "/run/dockgate/ci.sock:/var/run/docker.sock"),
            ("/run/docker.sock:/s:ro", "/run/dockgate/ci.sock:/s:ro"),
            ("//var/run/x/../docker.sock/:/s", "/run/dockgate/ci.sock:/s"),
            ("/srv/real.sock:/s", "/run/dockgate/ci.sock:/s"),
        ];
        for (asked, got) in cases {
            assert_eq!(sent(SET, Some(OWN), &binds(asked)), binds(got), "{asked}");
        }
        assert_eq!(sent(SET, Some(OWN), &mount("bind", "/var/run/docker.sock")), mount("bind", OWN));
    }

    #[test]
    fn it_is_told_and_holds_when_it_is_judged_again() {
        let gate = gate(SET);
        let asked = from(Some(OWN), &binds("/run/docker.sock:/s"));
        let Decision::Allow(permit) = gate.roles()[0].decide(asked) else { panic!() };
        assert_eq!(permit.set(), ["docker_socket=own"]);
        let again = gate.roles()[0].decide(permit.request().clone());
        assert!(matches!(again, Decision::Allow(_)), "{again:?}");
    }

    #[test]
    fn nothing_else_of_the_gate_is_given() {
        let asked = [
            binds("/run/dockgate/other.sock:/s"),
            binds("/run/dockgate:/s"),
            binds("/var/run:/s"),
            binds("/run:/s"),
            binds("/var/run/docker.sock.bak:/s"),
            r#"{"HostConfig":{"Binds":["/run/docker.sock:/s","/run/dockgate:/t"]}}"#.into(),
            r#"{"HostConfig":{"VolumesFrom":["/run/docker.sock"]}}"#.into(),
            r#"{"HostConfig":{"Devices":[{"PathOnHost":"/run/docker.sock"}]}}"#.into(),
        ];
        for body in asked {
            let said = sent(SET, Some(OWN), &body);
            assert!(said.starts_with("dockgate: ops may not"), "{body}: {said}");
        }
    }

    #[test]
    fn a_volume_that_shows_the_socket_stays_denied() {
        let rules = "may:\n- ContainerCreate: { binds: any, volumes: any, volume_opts: any, mount_types: any, set: { docker_socket: own } }";
        for path in ["/run/docker.sock", OWN] {
            let body = format!(
                r#"{{"HostConfig":{{"Mounts":[{{"Type":"volume","Source":"v","Target":"/s","VolumeOptions":{{"DriverConfig":{{"Options":{{"type":"none","o":"bind","device":"{path}"}}}}}}}}]}}}}"#
            );
            assert!(sent(rules, Some(OWN), &body).contains("files of dockgate"), "{path}");
        }
    }

    #[test]
    fn without_the_setting_or_the_path_it_is_denied() {
        let body = binds("/var/run/docker.sock:/s");
        assert!(sent("may: [ContainerCreate]", Some(OWN), &body).contains("(binds"));
        assert!(sent(SET, None, &body).contains("say `host_path` at the listener"));
        let own = binds(&format!("{OWN}:/s"));
        assert!(sent("may:\n- ContainerCreate: { binds: any }", Some(OWN), &own).contains("files of dockgate"));
        let never = format!("{SET}\nnever:\n- ContainerCreate: {{ binds: ['/run/dockgate/**'] }}");
        assert!(sent(&never, Some(OWN), &body).contains("ever mount"), "{}", sent(&never, Some(OWN), &body));
    }
}
