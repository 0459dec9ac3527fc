//! The words of a configuration, which the reader knows and the schema for editors tells.

/// A word of a configuration.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) word: &'static str,
    pub(crate) value: Value,
    /// A line for people.
    pub(crate) about: &'static str,
}

/// How values are written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    /// `true` or `false`.
    Flag,
    /// A whole number from 1 on.
    Count,
    /// A time with its unit: `30s`.
    Duration,
    /// A size with its unit: `64MiB`.
    Size,
    /// An octal number.
    Mode,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A word or path.
    Text,
    /// One or several.
    Texts,
    /// A map of these words.
    Map(&'static [Key]),
    /// A list of listeners.
    Listeners,
}

macro_rules! keys {
    ($($(#[$about:meta])* $name:ident { $($word:literal $value:expr, $line:literal;)* })*) => {
        $($(#[$about])* pub(crate) static $name: &[Key] = {
            use Value::*;
            &[$(Key { word: $word, value: $value, about: $line }),*]
        };)*
    };
}

keys! {
    /// The top of the file.
    TOP {
        "upstream"       Text, "the real Docker socket; left out, DOCKER_HOST if it is a Unix socket, else Docker's own path";
        "listen"         Listeners, "where clients connect, and which policy they meet there";
        "audit"          Text, "the file that every decision is recorded in";
        "audit_full"     Choice(&["deny", "count"]), "what becomes of a decision that cannot be recorded";
        "audit_requests" Flag, "whether decisions are recorded with their requests, without what may be secret";
        "threads"        Count, "threads that serve; left out, one a core, at most 4";
        "host_files"     Choice(&["auto", "seen", "hidden"]), "whether links of bind sources can be followed";
        "status"         Text, "where `dockgate status` asks: /PATH or @NAME";
        "metrics"        Text, "where numbers are told: /PATH or HOST:PORT";
        "confine"        Choice(&["auto", "off", "require"]), "whether the gate gives up what it does not need";
        "limits"         Map(LIMITS), "bounds on what clients can make grow";
    }

    /// A listener at a Unix socket.
    UNIX {
        "socket"    Text, "the path of a Unix socket";
        "mode"      Mode, "its mode, octal; left out, 0660";
        "owner"     Text, "its owner, by name or number; left out, the gate's own user";
        "group"     Text, "its group, by name or number; left out, the gate's own";
        "policy"    Texts, "who may do what there: a file, or several that are one policy";
        "denials"   Choice(&["full", "short"]), "how much of a denial clients are told";
        "host_path" Text, "where the host has this socket, for `set: { docker_socket: own }`; left out, the same path";
    }

    /// A listener on TCP.
    TCP {
        "address"   Text, "address and port";
        "tls"       Map(TLS), "certificates on both sides";
        "plaintext" Flag, "whether it may do without TLS; it wants a reason";
        "because"   Text, "the reason";
        "hosts"     Texts, "names with a dot that clients call this host by";
        "policy"    Texts, "who may do what there: a file, or several that are one policy";
        "denials"   Choice(&["full", "short"]), "how much of a denial clients are told";
        "host_path" Text, "the path on the host of a Unix listener with the same policy";
    }

    /// A listener at sockets that are handed over.
    INHERITED {
        "inherited" Text, "the name of the sockets, `FileDescriptorName=` of a .socket unit";
        "tls"       Map(TLS), "certificates on both sides";
        "plaintext" Flag, "whether it may do without TLS; it wants a reason";
        "because"   Text, "the reason";
        "hosts"     Texts, "names with a dot that clients call this host by";
        "policy"    Texts, "who may do what there: a file, or several that are one policy";
        "denials"   Choice(&["full", "short"]), "how much of a denial clients are told";
        "host_path" Text, "where the host has this socket, for `set: { docker_socket: own }`";
    }

    /// The files of mutual TLS.
    TLS {
        "certificate" Text, "the gate's certificate";
        "key"         Text, "its key";
        "client_ca"   Text, "the authorities that sign clients' certificates";
        "crl"         Texts, "what is revoked: a list for each authority";
    }

    /// Bounds.
    LIMITS {
        "connections"        Count, "open connections of one listener";
        "connections_in_all" Count, "open connections of all listeners together";
        "header_timeout"     Duration, "how long the head of a request may take";
        "idle_timeout"       Duration, "how long a connection may wait for its next request";
        "handshake_timeout"  Duration, "how long a TLS handshake may take";
        "handshakes"         Count, "TLS handshakes of one listener at once";
        "buffered_bodies"    Size, "bytes of bodies that are held for judging, all requests together";
        "shutdown_grace"     Duration, "how long requests may go on after SIGTERM";
    }
}

/// The words alone.
pub(crate) fn words(keys: &[Key]) -> Vec<&'static str> {
    keys.iter().map(|key| key.word).collect()
}
