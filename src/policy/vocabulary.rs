//! The words of the language: those that the readers know, and the schema for editors tells.

/// Words that can stand in one place, with what they are for.
#[derive(Debug)]
pub(crate) struct Words {
    /// The words.
    pub(crate) all: &'static [&'static str],
    /// A line for people for each of them.
    about: &'static [&'static str],
}

impl Words {
    /// Each word with its line.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.all.iter().copied().zip(self.about.iter().copied())
    }
}

/// Tables of words.
macro_rules! words {
    ($($(#[$about:meta])* $name:ident { $($word:literal $line:literal;)* })*) => {
        $($(#[$about])* pub(crate) static $name: Words =
            Words { all: &[$($word),*], about: &[$($line),*] };)*
    };
}

words! {
    /// The top of a file.
    FILE {
        "version" "the version of the language";
        "let"     "names for values: `$NAME` stands for them";
        "parts"   "lists that roles include, by their names; never granted by themselves";
        "roles"   "who may do what, by the names of the roles";
        "never"   "what no role of any file of the policy may do, whatever is allowed";
        "tests"   "requests and what has to come of them: `dockgate test` runs them";
    }

    /// A part.
    PART {
        "may"      "what those who include it may do";
        "never"    "what they may not do, whatever is allowed";
        "includes" "a part cannot include another";
    }

    /// A role.
    ROLE {
        "who"      "for whom the role is";
        "tenant"   "the fence around it: what its holders make carries a label, and all else is not there";
        "shared"   "what is not the tenant's own and may be used, or looked at";
        "quotas"   "how much its holders may have in all, and do at once";
        "may"      "what its holders may do";
        "never"    "what they may not do, whatever is allowed";
        "includes" "parts whose lists are its own as well";
    }

    /// A client, in `who` and `as`.
    CLIENT {
        "uid"       "the number of the process's user, on a Unix socket";
        "gid"       "the number of any of its groups";
        "user"      "its user by the name on this machine";
        "group"     "any of its groups by the name on this machine";
        "container" "the container that the client runs in";
        "address"   "the client's address on TCP, or a range of them";
        "cert"      "the client's certificate, on TCP";
    }

    /// A client's certificate.
    CERT {
        "common_name"  "its common name";
        "dns"          "a DNS name in it";
        "uri"          "a URI in it";
        "email"        "an email address in it";
        "organization" "an organization in it";
        "sha256"       "the fingerprint of the certificate";
        "key_sha256"   "the fingerprint of its public key";
    }

    /// A client's container.
    CONTAINER {
        "id"      "all 64 digits of its ID";
        "name"    "its name";
        "image"   "its image, as it was asked for";
        "label"   "a label that is there, `KEY`, or says this, `KEY=VALUE`";
        "project" "its project of Compose";
        "service" "its service of Compose";
    }

    /// An object, in `target`, `show`, `copy_of`, `about` and `facts`.
    OBJECT {
        "name"    "what it is called";
        "id"      "all 64 digits of its ID";
        "label"   "a label that is there, `KEY`, or says this, `KEY=VALUE`";
        "image"   "a container's image, as it was asked for";
        "project" "its project of Compose";
        "service" "a container's service of Compose";
        "state"   "a container's state: `running`, `exited`, ...";
    }

    /// What events tell besides.
    EVENT {
        "type"   "the type of an event: `container`, `network`, ...";
        "action" "what happened: `start`, `die`, ...";
    }

    /// What a tenant shares.
    SHARED {
        "use"  "may be joined, mounted and run, though it is not the tenant's own";
        "read" "may be looked at alone";
    }

    /// Limits that are neither facets nor query parameters.
    LIMITS {
        "hide"    "which parts of the answer are left out";
        "show"    "which objects lists and events show; the same as `target`";
        "target"  "which objects the entry is about";
        "all_else" "`none`: what is not named stays as Docker would have it by itself";
        "copy_of" "what is made has to be a copy of a container that is or was there";
        "require" "hardening that a request has to ask for";
        "set"     "what is put into a request that leaves it out";
    }

    /// Values that are maps.
    VALUE {
        "from"      "a path of the host";
        "label"     "objects that carry this label";
        "max"       "the most";
        "min"       "the least";
        "name"      "exactly this, though it may look like a pattern or a word of the language";
        "project"   "objects of this project of Compose";
        "read_only" "whether it may only be read";
        "regex"     "a regular expression over the whole value";
    }

    /// A test.
    CASE {
        "it"     "what is tested";
        "usage"  "how much of the role's quotas is used up";
        "expect" "what has to come";
    }

    /// A request that is told.
    TOLD {
        "as"       "who asks: facts with single values, or `anyone`";
        "send"     "a method and a path: `GET /v1.47/containers/json?all=true`";
        "about"    "what the daemon would say of the object in the path, or `absent`";
        "facts"    "what the daemon would say of all that the request names, by kind and name";
        "original" "the container that is copied, as the body that would make it";
        "body"     "the body: JSON as a text, or a map that is read by the operation's own table";
        "headers"  "headers of the request";
    }

    /// What a test expects, beside `allow` and `absent`.
    EXPECT {
        "deny"  "the word of a denial: an operation, a facet, `target`, `query.NAME`, `never`, ...";
        "hides" "parts that the answer is without";
    }

    /// Denials that no operation, facet, parameter or quota gives its name to.
    DENIALS {
        "copy_of" "it is no copy";
        "never"   "it is never allowed";
        "require" "it lacks hardening";
        "target"  "it is about another object";
        "tenant"  "it is another's, or would become so";
        "who"     "no role is for who asks, or several are";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_line() {
        let tables = [&FILE, &PART, &ROLE, &CLIENT, &CERT, &CONTAINER, &OBJECT, &EVENT, &SHARED, &LIMITS, &VALUE];
        for table in tables.into_iter().chain([&CASE, &TOLD, &EXPECT, &DENIALS]) {
            assert_eq!(table.all.len(), table.about.len());
            assert!(table.rows().all(|(word, line)| !word.is_empty()
                && !line.is_empty()
                && (!line.ends_with('.') || line.ends_with("..."))));
        }
    }
}
