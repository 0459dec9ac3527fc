//! The parts of answers that a policy can hide.

macro_rules! parts {
    ($($name:ident $word:literal $about:literal;)*) => {
        /// A part of an answer, under one word wherever it stands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the table says what they are")]
        pub enum Part { $($name),* }

        /// Every part, with the word that policies use and a line for people.
        pub static PARTS: &[(Part, &str, &str)] = &[$((Part::$name, $word, $about)),*];
    };
}

parts! {
    Env           "env"            "environment variables";
    Command       "command"        "commands with their arguments, also those of execs and of processes";
    HealthChecks  "health_checks"  "the commands of health checks, and what they printed";
    Labels        "labels"         "all labels";
    SecretLabels  "secret_labels"  "labels whose key sounds like a secret";
    Mounts        "mounts"         "what is mounted where";
    Addresses     "addresses"      "IP and MAC addresses, gateways, ports of the host";
    HostPaths     "host_paths"     "where things lie on the host";
    LogOptions    "log_options"    "options of log drivers";
    DriverOptions "driver_options" "options of volume drivers, with passwords of shares, and of endpoints";
    History       "history"        "the commands that an image or the build cache was made by";
    Data          "data"           "the content of configs";
    Tokens        "tokens"         "what machines join and unlock a swarm with";
}

/// The word for all parts where secrets usually leak.
pub const SECRETS: &str = "secrets";

/// A set of parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PartSet(u16);

const _: () = assert!(PARTS.len() <= 16, "a PartSet has 16 places");

impl PartSet {
    /// Where secrets usually leak.
    pub const SECRETS: Self = Self::of(Part::Env)
        .union(Self::of(Part::Command))
        .union(Self::of(Part::HealthChecks))
        .union(Self::of(Part::SecretLabels))
        .union(Self::of(Part::LogOptions))
        .union(Self::of(Part::DriverOptions))
        .union(Self::of(Part::History))
        .union(Self::of(Part::Data))
        .union(Self::of(Part::Tokens));

    /// The parts that a word of `hide` means.
    pub fn named(word: &str) -> Option<Self> {
        let one = || PARTS.iter().find(|(_, known, _)| *known == word).map(|(part, ..)| Self::of(*part));
        if word == SECRETS { Some(Self::SECRETS) } else { one() }
    }

    /// A set of one.
    pub const fn of(part: Part) -> Self {
        Self(1 << part as u16)
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the part is in the set.
    pub const fn contains(self, part: Part) -> bool {
        self.0 & Self::of(part).0 != 0
    }

    /// Whether all of the other set is in this one.
    pub const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Their words, in the order of the table.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        PARTS.iter().filter(move |(part, ..)| self.contains(*part)).map(|(_, word, _)| *word)
    }
}

/// Whether the key of a label sounds like a secret.
pub fn is_secret_key(key: &str) -> bool {
    const SOUNDS: &[&str] = &[
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "secret",
        "token",
        "credential",
        "apikey",
        "accesskey",
        "privatekey",
        "auth",
        "htpasswd",
        "basicauth",
        "dsn",
        "webhook",
    ];
    // `api-key`, `api_key`, `API.Key` and `apiKey` are one
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    // who wrote an image says nothing secret
    let plain = plain.replace("authors", "").replace("author", "");
    SOUNDS.iter().any(|sound| plain.contains(sound))
}

/// Attributes that events have of their own; all others of a container or an image are its labels.
pub const EVENT_ATTRIBUTES: &[&str] = &[
    "comment",
    "container",
    "containerID",
    "destination",
    "driver",
    "execDuration",
    "execID",
    "exitCode",
    "height",
    "image",
    "imageID",
    "imageRef",
    "name",
    "oldName",
    "propagation",
    "read/write",
    "reclaimed",
    "signal",
    "type",
    "width",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_unique() {
        for (part, word, _) in PARTS {
            assert_eq!(PartSet::named(word), Some(PartSet::of(*part)), "{word}");
        }
        assert_eq!(PartSet::named("secrets"), Some(PartSet::SECRETS));
        assert_eq!(PartSet::named("secret"), None);
        assert!(!PartSet::SECRETS.contains(Part::Labels) && PartSet::SECRETS.contains(Part::Env));
    }

    #[test]
    fn keys_that_sound_like_secrets() {
        for key in ["DB_PASSWORD", "api-key", "com.example.apiKey", "x.Token", "traefik.basicauth.users", "private.key"]
        {
            assert!(is_secret_key(key), "{key}");
        }
        for key in ["tier", "com.docker.compose.project", "org.opencontainers.image.authors", "maintainer"] {
            assert!(!is_secret_key(key), "{key}");
        }
    }
}
