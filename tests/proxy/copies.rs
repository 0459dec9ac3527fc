//! Copies of containers: what a role has removed, and who may make it anew.

use crate::common::{Answer, Client, Gate, ask, may};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

const MAY: &str = "ContainerStop, ContainerDelete, ContainerRename, ContainerCreate: { copy_of: any }";
const BODY: &str = r#"{"Image":"nginx:2","HostConfig":{"Binds":["/srv:/srv:ro"],"CapDrop":["ALL"]}}"#;

/// Containers by ID: names, and whether the daemon removes them for the asking. The imitation
/// forgets nothing that is removed, so there is a daemon here that does.
#[derive(Default)]
struct Daemon {
    names: Mutex<BTreeMap<String, String>>,
    received: Mutex<Vec<String>>,
    created: Mutex<Vec<String>>,
    busy: Mutex<bool>,
}

impl Daemon {
    fn start(path: &Path) -> Arc<Self> {
        let (daemon, listener) = (Arc::new(Self::default()), UnixListener::bind(path).unwrap());
        let shared = Arc::clone(&daemon);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let daemon = Arc::clone(&shared);
                std::thread::spawn(move || daemon.serve(&stream.unwrap()));
            }
        });
        daemon
    }

    fn has(&self, id: &str, name: &str) {
        self.names.lock().unwrap().insert(id.repeat(64), name.into());
    }

    fn serve(&self, stream: &UnixStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let before = head.len();
                if reader.read_line(&mut head).ok()? == 0 {
                    return None;
                }
                let line = head[before..].to_ascii_lowercase();
                length = line.strip_prefix("content-length: ").map_or(length, |n| n.trim().parse().unwrap());
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let line = head.lines().next()?.trim_end_matches(" HTTP/1.1").to_owned();
            if line.contains("/containers/create") {
                self.created.lock().unwrap().push(String::from_utf8(body).unwrap());
            }
            let (status, body) = self.answer(&line);
            let length = if line.starts_with("HEAD") { 0 } else { body.len() };
            write!(&*stream, "HTTP/1.1 {status} X\r\nApi-Version: 1.45\r\nContent-Length: {length}\r\n\r\n{body}")
                .ok()?;
        }
    }

    fn answer(&self, line: &str) -> (u16, String) {
        let path = line.split(' ').nth(1).unwrap().trim_start_matches("/v1.45");
        let mut names = self.names.lock().unwrap();
        let called = path.strip_prefix("/containers/").map(|rest| rest.split(['/', '?']).next().unwrap());
        let found = names.iter().find(|(id, name)| called.is_some_and(|it| it == *id || it == *name));
        let found = found.map(|(id, name)| (id.clone(), name.clone()));
        if !line.starts_with("GET") && !line.starts_with("HEAD") {
            self.received.lock().unwrap().push(line.to_owned());
        }
        match (line.split(' ').next().unwrap(), path, found) {
            ("HEAD", ..) => (200, String::new()),
            ("POST", path, _) if path.starts_with("/containers/create") => match *self.busy.lock().unwrap() {
                true => (400, r#"{"message":"invalid: KEY=secret"}"#.into()),
                false => (201, "{}".into()),
            },
            ("GET", _, Some((id, name))) => (200, described(&id, &name)),
            ("DELETE", _, Some(_)) if *self.busy.lock().unwrap() => (409, "{}".into()),
            ("DELETE", _, Some((id, _))) => {
                names.remove(&id);
                (204, String::new())
            }
            ("POST", path, Some((id, _))) if path.contains("/rename?name=") => {
                names.insert(id, path.split('=').nth(1).unwrap().into());
                (204, String::new())
            }
            ("POST", _, Some(_)) => (204, String::new()),
            _ => (404, r#"{"message":"no such container"}"#.into()),
        }
    }
}

fn described(id: &str, name: &str) -> String {
    format!(
        r#"{{"Id":"{id}","Name":"/{name}","Image":"sha256:ab","State":{{"Running":false,"Status":"exited","Pid":0}},
        "Config":{{"Image":"nginx:1","Env":["KEY=secret"],"Labels":{{}}}},
        "HostConfig":{{"Binds":["/srv:/srv:ro"],"CapDrop":["ALL"],"NetworkMode":"bridge"}},"NetworkSettings":{{"Networks":{{}}}}}}"#
    )
}

/// A gate with two listeners, each with a role of the same name, before a daemon.
fn stage() -> (Gate, Arc<Daemon>) {
    let builder = Gate::under(&may(MAY));
    let socket = builder.file("daemon.sock");
    let daemon = Daemon::start(&socket);
    daemon.has("a", "web");
    (builder.before(&socket).tcp(None, &may(MAY)).start(), daemon)
}

fn send(gate: &Gate, method: &str, target: &str) -> Answer {
    gate.ask(ask(method, &format!("/v1.45{target}")).bytes())
}

fn create(body: &str) -> Vec<u8> {
    let target = "/v1.45/containers/create?name=web";
    ask("POST", target).with("Content-Type", "application/json").body(body).bytes()
}

#[test]
fn who_removed_it_may_make_it_anew() {
    let (gate, daemon) = stage();
    assert_eq!(send(&gate, "DELETE", "/containers/web").status, 204);
    let id = "a".repeat(64);
    assert_eq!(*daemon.received.lock().unwrap(), [format!("DELETE /v1.45/containers/{id}")], "by its ID");
    let denied = gate.ask(create(&BODY.replace(":ro", "")));
    assert!(denied.status == 403 && denied.message().contains("binds: copy of `web`"), "{}", denied.text());
    assert_eq!(gate.ask(create(&BODY.replace("nginx", "httpd"))).status, 403);
    assert_eq!(gate.ask(create(&BODY.replace(r#""ALL""#, ""))).status, 403);
    assert_eq!(gate.ask(create(BODY)).status, 201);
}

#[test]
fn nobody_else_profits() {
    let (gate, _daemon) = stage();
    assert_eq!(send(&gate, "DELETE", "/containers/web").status, 204);
    let denied = Client::tcp(&gate.address(1)).send(create(BODY)).answer();
    assert!(denied.status == 403 && denied.message().contains("is no copy"), "{}", denied.text());
}

#[test]
fn what_was_not_removed_is_not_remembered() {
    let (gate, daemon) = stage();
    *daemon.busy.lock().unwrap() = true;
    assert_eq!(send(&gate, "DELETE", "/containers/web").status, 409);
    daemon.names.lock().unwrap().clear();
    assert_eq!(gate.ask(create(BODY)).status, 403, "somebody else has removed it");
    assert_eq!(send(&gate, "DELETE", "/containers/web").status, 404);
    assert_eq!(gate.ask(create(BODY)).status, 403);
}

#[test]
fn one_that_is_there_counts_more_than_one_that_was() {
    let (gate, daemon) = stage();
    assert_eq!(gate.ask(create(BODY)).status, 201, "it is there");
    assert_eq!(send(&gate, "DELETE", "/containers/web").status, 204);
    daemon.has("b", "other");
    assert_eq!(gate.ask(create(BODY)).status, 201);
}

#[test]
fn one_that_goes_by_another_name_counts_for_who_renamed_it() {
    let (gate, daemon) = stage();
    assert_eq!(send(&gate, "POST", "/containers/web/rename?name=old").status, 204);
    assert_eq!(gate.ask(create(BODY)).status, 201);
    assert_eq!(Client::tcp(&gate.address(1)).send(create(BODY)).answer().status, 403);
    daemon.has("a", "elsewhere");
    assert_eq!(gate.ask(create(BODY)).status, 403, "it has a third name by now");
}

#[test]
fn one_that_ended_with_its_stop_counts_once_it_is_gone() {
    let (gate, daemon) = stage();
    assert_eq!(send(&gate, "POST", "/containers/web/stop").status, 204);
    daemon.has("a", "moved");
    assert_eq!(gate.ask(create(BODY)).status, 403, "it is there, and is called something else");
    daemon.names.lock().unwrap().clear();
    assert_eq!(gate.ask(create(BODY)).status, 201);
}

#[test]
fn compose_makes_the_new_one_beside_the_old_one() {
    let (gate, _daemon) = stage();
    let create = |name: &str| {
        let target = format!("/v1.45/containers/create?name={name}");
        gate.ask(ask("POST", &target).with("Content-Type", "application/json").body(BODY).bytes()).status
    };
    assert_eq!(create("aaaaaaaaaaaa_web"), 201);
    for name in ["bbbbbbbbbbbb_web", "aaaaaaaaaaaa_db", "aaaaaaaaaaa_web", "aaaaaaaaaaaa"] {
        assert_eq!(create(name), 403, "{name}");
    }
}

/// Two roles of two listeners that are not shown variables; the first may also make copies alone.
fn hiding(create: &str) -> (Gate, Arc<Daemon>) {
    let rules = may(&format!("ContainerDelete, ContainerInspect: {{ hide: [env] }}, ContainerCreate: {create}"));
    let builder = Gate::under(&rules);
    let socket = builder.file("daemon.sock");
    let daemon = Daemon::start(&socket);
    daemon.has("a", "web");
    (builder.before(&socket).tcp(None, &rules).start(), daemon)
}

#[test]
fn what_was_hidden_comes_back_to_who_removed_it() {
    for limits in ["{ copy_of: any }", "{ binds: [/srv] }"] {
        let (gate, daemon) = hiding(limits);
        let shown = send(&gate, "GET", "/containers/web/json");
        assert!(shown.status == 200 && !shown.text().contains("KEY=secret"), "{}", shown.text());
        assert_eq!(send(&gate, "DELETE", "/containers/web").status, 204);
        assert_eq!(gate.ask(create(BODY)).status, 201, "{limits}");
        let created = daemon.created.lock().unwrap().clone();
        assert!(created[0].contains(r#""Env":["KEY=secret"]"#), "{created:?}");
    }
}

#[test]
fn what_docker_says_of_it_is_kept_back_if_it_fails() {
    let (gate, daemon) = hiding("{ copy_of: any }");
    assert_eq!(send(&gate, "DELETE", "/containers/web").status, 204);
    *daemon.busy.lock().unwrap() = true;
    let failed = gate.ask(create(BODY));
    assert!(failed.status == 400 && !failed.text().contains("secret"), "{}", failed.text());
    let given = gate.ask(create(&BODY.replacen('{', r#"{"Env":["KEY=secret"],"#, 1)));
    assert!(given.message().contains("KEY=secret"), "its own words: {}", given.text());
}

#[test]
fn nobody_else_gets_it_and_nothing_else() {
    let (gate, daemon) = hiding("{ binds: any }");
    assert_eq!(send(&gate, "DELETE", "/containers/web").status, 204);
    assert_eq!(Client::tcp(&gate.address(1)).send(create(BODY)).answer().status, 201, "another role");
    for body in [
        BODY.replace("nginx", "httpd"),
        BODY.replacen('{', r#"{"Cmd":["env"],"#, 1),
        BODY.replace("/srv:/srv:ro", "/evil:/bin"),
        BODY.replacen('{', r#"{"Env":["MINE=1"],"#, 1),
    ] {
        assert_eq!(gate.ask(create(&body)).status, 201, "{body}");
    }
    let other = create(BODY).iter().map(|b| char::from(*b)).collect::<String>().replace("name=web", "name=db");
    assert_eq!(gate.ask(other.into_bytes()).status, 201, "another name");
    let created = daemon.created.lock().unwrap().clone();
    assert!(created.len() == 6 && created.iter().all(|body| !body.contains("secret")), "{created:?}");
}

#[test]
fn a_role_that_is_gone_is_forgotten() {
    let (mut gate, _daemon) = stage();
    assert_eq!(send(&gate, "DELETE", "/containers/web").status, 204);
    let same = gate.planned("gate.sock", &may(MAY));
    gate.reload(vec![same]).unwrap();
    assert_eq!(gate.ask(create(BODY)).status, 201, "new rules for the same role");
    let other = gate.planned("gate.sock", &may(MAY).replace("tester", "other"));
    gate.reload(vec![other]).unwrap();
    let back = gate.planned("gate.sock", &may(MAY));
    gate.reload(vec![back]).unwrap();
    assert_eq!(gate.ask(create(BODY)).status, 403);
}
