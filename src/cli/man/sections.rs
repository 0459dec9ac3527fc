//! What only the first page says.

/// A word, and what it means.
type Entry = (&'static str, &'static str);

/// Titles of sections, and what stands there.
pub(super) const SECTIONS: &[(&str, &[Entry])] =
    &[("EXIT STATUS", EXIT_STATUS), ("FILES", FILES), ("ENVIRONMENT", ENVIRONMENT), ("SIGNALS", SIGNALS)];

const EXIT_STATUS: &[Entry] = &[
    ("0", "Fine: ended by a signal, no problem found, all passed."),
    ("1", "Something failed, such as a socket that cannot be made."),
    ("3", "A policy or the configuration is bad."),
    ("4", "A test that stands in a policy fails."),
];

const FILES: &[Entry] = &[
    ("/etc/dockgate/dockgate.yaml", "Where the service listens, and which policy holds there."),
    ("/etc/dockgate/policies/", "Policies to start from. Paths in dockgate.yaml are relative to its folder."),
    ("/etc/dockgate/tls/", "Certificates of `dockgate certs`."),
    ("/run/dockgate/", "The service's sockets: its listeners, and status.sock for `dockgate status`."),
    ("/var/log/dockgate/audit.jsonl", "The audit: who asked for what, and what came of it."),
    ("~/.config/dockgate/dockgate.yaml", "The configuration of the user service, before a rootless Docker or Podman."),
];

const ENVIRONMENT: &[Entry] = &[
    ("DOCKER_HOST", "The real socket, if it names a Unix socket and nothing else says where it is."),
    ("DOCKGATE_LOG", "What is logged, like --log-level."),
    ("DOCKGATE_CONFINE", "What the gate gives up at the start, like --confine."),
    ("DOCKGATE_STATUS", "The socket that status, health and reload ask, like --status."),
    ("DOCKGATE_METRICS", "Where numbers are told, like --metrics."),
    ("DOCKGATE_CERTS", "The folder of `dockgate certs`, like --dir."),
    ("NO_COLOR", "If it is set, nothing is coloured."),
    ("LISTEN_FDS, LISTEN_FDNAMES", "Sockets that systemd hands over, for listeners with `inherited`."),
    ("NOTIFY_SOCKET, WATCHDOG_USEC", "Where systemd hears that the gate is ready, and alive."),
];

const SIGNALS: &[Entry] = &[
    ("SIGTERM, SIGINT", "No new connections; what is under way may finish within `shutdown_grace`. Then it ends."),
    ("SIGHUP", "Configuration, policies and certificates are read anew, and the audit file is opened anew."),
];
