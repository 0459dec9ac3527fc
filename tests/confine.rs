//! What a confined thread can still do, by trying. A thread gives up what it gives up for itself
//! alone, so each try runs twice: in a thread that did, and in one that did not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail")]

use dockgate::confine::{Part, Room, enter};
use rustix::net::{AddressFamily, SocketType};
use rustix::process::{Pid, geteuid, getppid, test_kill_process};
use rustix::thread::{CapabilitySet, LinkNameSpaceType, capabilities, move_into_link_name_space, set_capabilities};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// Folders of a gate, and servers that are not its.
struct World {
    folder: tempfile::TempDir,
    port: TcpListener,
    docker: UnixListener,
    _hidden: UnixListener,
    name: String,
    parent: Pid,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["read", "log", "run", "else"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at("read/policy.yaml"), "dockgate: 1\n").unwrap();
        fs::write(at("else/secret"), "secret").unwrap();
        let name = folder.path().display().to_string();
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let docker = UnixListener::bind(at("else/docker.sock")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let parent = getppid().unwrap();
        Self { port, parent, docker, _hidden: UnixListener::bind_addr(&address).unwrap(), name, folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn of_parent(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.parent.as_raw_nonzero())
    }

    fn room(&self) -> Room {
        let room = Room::default().read(&self.at("read/policy.yaml")).write(&self.at("log/audit.jsonl"));
        // whatever else `/etc` has is not the gate's
        room.names(false).port(0).socket(&self.at("run/docker.sock"))
    }
}

type Try = (&'static str, fn(&World) -> io::Result<()>);

fn append(path: PathBuf) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(path)?.write_all(b"line\n")
}

fn bind_and_move(world: &World, folder: &str) -> io::Result<()> {
    let (staged, placed) = (world.at(folder).join("staged"), world.at(folder).join("docker.sock"));
    let listener = UnixListener::bind(&staged)?;
    listener.set_nonblocking(true)?;
    fs::rename(staged, &placed)?;
    fs::remove_file(placed)
}

/// What a gate does all day.
const MAY: &[Try] = &[
    ("read its files", |world| File::open(world.at("read/policy.yaml")).map(drop)),
    ("read the groups of a process", |_| fs::read_to_string("/proc/1/status").map(drop)),
    ("count its descriptors", |_| fs::read_dir("/proc/self/fd").map(drop)),
    ("look where a link leads", |_| fs::read_link("/proc/self/ns/pid").map(drop)),
    ("write its log", |world| append(world.at("log/audit.jsonl"))),
    ("make, place and remove a socket", |world| bind_and_move(world, "run")),
    ("reach the daemon", |world| UnixStream::connect(world.at("else/docker.sock")).map(drop)),
    ("listen on a port", |_| TcpListener::bind("127.0.0.1:0").map(drop)),
    ("start a thread", |_| std::thread::Builder::new().spawn(|| ()).map(|thread| thread.join().unwrap())),
];

/// What only somebody else in its place would do.
const MAY_NOT: &[Try] = &[
    ("run a program", |_| Command::new("/bin/true").status().map(drop)),
    ("read other files", |world| File::open(world.at("else/secret")).map(drop)),
    ("read names of users that nobody asks for", |_| File::open("/etc/passwd").map(drop)),
    ("read the environment of a process", |world| fs::read(world.of_parent("environ")).map(drop)),
    ("look what a process has open", |world| fs::read_link(world.of_parent("fd/0")).map(drop)),
    ("list a folder", |world| fs::read_dir(world.at("read")).map(drop)),
    ("write what it reads", |world| append(world.at("read/policy.yaml"))),
    ("write elsewhere", |world| append(world.at("else/file"))),
    ("put a socket elsewhere", |world| bind_and_move(world, "else")),
    ("make a folder", |world| fs::create_dir(world.at("log/folder"))),
    ("make a link", |world| symlink("/etc/shadow", world.at("log/link"))),
    ("make a second name", |world| fs::hard_link(world.at("read/policy.yaml"), world.at("log/name"))),
    ("remove its log", |world| {
        fs::write(world.at("log/gone"), "").and_then(|()| fs::remove_file(world.at("log/gone")))
    }),
    ("make a socket of many paths", |_| {
        let many = rustix::net::Protocol::from_raw(std::num::NonZeroU32::new(262).unwrap());
        rustix::net::socket(AddressFamily::INET, SocketType::STREAM, Some(many)).map(drop).map_err(Into::into)
    }),
    ("send data with the first packet", |world| {
        let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None)?;
        let flags = rustix::net::SendFlags::from_bits_retain(0x2000_0000);
        rustix::net::sendto(&socket, b"x", flags, &world.port.local_addr()?).map(drop).map_err(Into::into)
    }),
    ("send datagrams", |_| UdpSocket::bind("127.0.0.1:0").map(drop)),
    ("talk to the kernel's network", |_| {
        rustix::net::socket(AddressFamily::NETLINK, SocketType::RAW, None).map(drop).map_err(Into::into)
    }),
    ("look for a process", |world| test_kill_process(world.parent).map_err(Into::into)),
];

/// The same, for what root alone could do.
const MAY_NOT_AS_ROOT: &[Try] = &[("enter a namespace", |_| {
    let here = File::open("/proc/self/ns/uts")?;
    move_into_link_name_space(here.as_fd(), Some(LinkNameSpaceType::HostNameAndNISDomainName)).map_err(Into::into)
})];

/// The same, for what older kernels cannot forbid.
const MAY_NOT_SINCE_6_12: &[Try] = &[
    ("connect to a port", |world| TcpStream::connect(world.port.local_addr()?).map(drop)),
    ("connect to a socket without a file", |world| {
        UnixStream::connect_addr(&SocketAddr::from_abstract_name(&world.name)?).map(drop)
    }),
];

fn in_a_thread<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}

/// Runs the tries in a confined thread and gives their names with what came of them.
fn confined(world: &World, tries: &[Try]) -> Vec<(&'static str, io::Result<()>)> {
    in_a_thread(|| {
        let parts = enter(&world.room());
        assert!(parts.iter().all(|part| part.holds.is_ok()), "{parts:#?}");
        tries.iter().map(|(name, attempt)| (*name, attempt(world))).collect()
    })
}

#[test]
fn a_gate_can_do_its_work() {
    let world = World::new();
    for (name, outcome) in confined(&world, MAY) {
        assert!(outcome.is_ok(), "cannot {name}: {outcome:?}");
    }
    drop(world.docker);
}

#[test]
fn nobody_in_its_place_can_do_more() {
    let world = World::new();
    let root = if geteuid().is_root() { MAY_NOT_AS_ROOT } else { &[] };
    let tries = [MAY_NOT, root, if is_new() { MAY_NOT_SINCE_6_12 } else { &[] }].concat();
    for (name, outcome) in confined(&world, &tries) {
        let error = outcome.err().map(|error| error.kind());
        assert_eq!(error, Some(io::ErrorKind::PermissionDenied), "could {name}");
    }
    for (name, attempt) in tries {
        let outcome = attempt(&world);
        assert!(outcome.is_ok(), "nobody could {name}, so that it proves nothing: {outcome:?}");
    }
}

/// Whether this kernel's Landlock knows ports and scopes.
fn is_new() -> bool {
    let parts: Vec<Part> = in_a_thread(|| enter(&Room::default()));
    let new = parts.iter().any(|part| part.to_string().contains("signals nobody"));
    if !new {
        eprintln!("SKIP: the kernel's Landlock is older than Linux 6.12: {parts:#?}");
    }
    new
}

#[test]
fn no_program_takes_the_place_of_the_gate() {
    let world = World::new();
    // were it possible, this test would end as `false` does
    let error = in_a_thread(|| {
        enter(&world.room());
        Command::new("/bin/false").exec()
    });
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
}

/// A set of capabilities of this thread, by its name in proc(5); a confined one may not ask otherwise.
fn set(name: &str) -> CapabilitySet {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    CapabilitySet::from_bits_retain(u64::from_str_radix(line.trim(), 16).unwrap())
}

#[test]
fn capabilities_are_gone_for_good() {
    let world = World::new();
    let had = capabilities(None).unwrap();
    let few = CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH | CapabilitySet::NET_BIND_SERVICE;
    let giving = few | CapabilitySet::CHOWN | CapabilitySet::FOWNER;
    for (owners, left) in [(false, few), (true, giving)] {
        let (kept, again) = in_a_thread(|| {
            enter(&world.room().owners(owners));
            (["CapEff", "CapPrm", "CapInh", "CapAmb"].map(set), set_capabilities(None, had))
        });
        let none = CapabilitySet::empty();
        assert_eq!(kept, [had.permitted & left, had.permitted & left, none, none]);
        assert!(again.is_err());
    }
}

#[test]
fn names_are_read_where_somebody_asks_for_them() {
    let opened = in_a_thread(|| {
        enter(&World::new().room().names(true));
        File::open("/etc/passwd").map(drop)
    });
    assert!(opened.is_ok(), "{opened:?}");
}

#[test]
fn threads_that_are_started_later_are_confined_too() {
    let world = World::new();
    let secret = world.at("else/secret");
    let outcome = in_a_thread(|| {
        enter(&world.room());
        in_a_thread(|| File::open(&secret).map(drop))
    });
    assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
}
