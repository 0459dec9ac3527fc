//! What a client leaves out because it was never shown it.

use super::Original;
use crate::catalogue::fields::CONTAINER_CREATE;
use crate::request::Tree;

/// A part of a container that answers can leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenPart {
    /// Environment variables.
    Env,
    /// The command and the program that it goes to.
    Command,
    /// The command of the health check.
    HealthChecks,
    /// Every label.
    Labels,
    /// Mounts of every kind.
    Mounts,
    /// Options of the log driver.
    LogOptions,
}

impl HiddenPart {
    /// Where it stands in the body of a create.
    fn paths(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Env => &[&["Env"]],
            Self::Command => &[&["Cmd"], &["Entrypoint"]],
            Self::HealthChecks => &[&["Healthcheck"]],
            Self::Labels => &[&["Labels"]],
            Self::Mounts => &[
                &["HostConfig", "Binds"],
                &["HostConfig", "Mounts"],
                &["HostConfig", "VolumesFrom"],
                &["HostConfig", "Tmpfs"],
                &["Volumes"],
            ],
            Self::LogOptions => &[&["HostConfig", "LogConfig", "Config"]],
        }
    }
}

impl Original {
    /// Puts into the body of a copy what the original has of hidden parts, where the body says
    /// nothing of them. True if that changed something.
    pub fn complete(&self, copy: &mut Tree, hidden: &[HiddenPart]) -> bool {
        let paths = hidden.iter().flat_map(|part| part.paths());
        paths.filter(|path| self.complete_at(copy, path)).count() > 0
    }

    fn complete_at(&self, copy: &mut Tree, path: &[&str]) -> bool {
        let Some(own) = self.body.at(path).filter(|own| !own.is_empty()) else { return false };
        copy.put_where_empty(&CONTAINER_CREATE.shape, path, own.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{create, original};
    use super::HiddenPart::{self, Command, Env, HealthChecks, Labels, LogOptions, Mounts};

    const BODY: &str = r#"{"Env":["A=1"],"Cmd":["run"],"Healthcheck":{"Test":["CMD","x"]},"Labels":{"a":"b"},"Image":"nginx:1","HostConfig":{"Binds":["/srv:/srv"],"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}}}}"#;

    fn completed(copy: &str, hidden: &[HiddenPart]) -> String {
        let mut body = create(copy).body.unwrap();
        original(BODY).complete(&mut body, hidden);
        body.canonical()
    }

    #[test]
    fn what_was_hidden_and_left_out_is_put_back() {
        let shown = r#"{"Image":"nginx:2","HostConfig":{"LogConfig":{"Type":"json-file"}}}"#;
        let whole = BODY.replace("nginx:1", "nginx:2");
        assert_eq!(completed(shown, &[Env, Command, HealthChecks, Labels, Mounts, LogOptions]), whole);
        let empty = r#"{"Env":[],"Image":"nginx:2","Labels":{}}"#;
        assert_eq!(completed(empty, &[Env, Labels]), r#"{"Env":["A=1"],"Labels":{"a":"b"},"Image":"nginx:2"}"#);
    }

    #[test]
    fn what_is_said_or_was_shown_stays() {
        let said = r#"{"Env":["B=2"],"Image":"nginx:2"}"#;
        assert_eq!(completed(said, &[Env]), said);
        assert_eq!(completed(said, &[]), said);
        assert_eq!(completed(r#"{"Image":"nginx:2"}"#, &[Command]), r#"{"Cmd":["run"],"Image":"nginx:2"}"#);
    }
}
