//! Runs of `dockgate certs` in a folder of their own.

use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, str};
use tempfile::TempDir;

/// A folder of certificates.
pub(crate) struct Tool(TempDir);

impl Tool {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With an authority, and a certificate for localhost.
    pub(crate) fn with_server() -> Self {
        let tool = Self::new();
        tool.fine("server localhost 127.0.0.1");
        tool
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.0.path().join("tls")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.file(name)).unwrap().permissions().mode() & 0o777
    }

    pub(crate) fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dockgate"));
        command.arg("certs").args(line.split_whitespace()).env("DOCKGATE_CERTS", self.root()).output().unwrap()
    }

    /// What it prints, when all is well.
    pub(crate) fn fine(&self, line: &str) -> String {
        let output = self.run(line);
        let (out, err) = (str::from_utf8(&output.stdout).unwrap(), str::from_utf8(&output.stderr).unwrap());
        assert_eq!((output.status.code(), err), (Some(0), ""), "{line}");
        for text in [out, err] {
            assert!(!text.contains("-----BEGIN"), "no key is ever shown: {text}");
        }
        out.to_owned()
    }

    /// What it complains of, when it fails.
    pub(crate) fn fails(&self, line: &str) -> String {
        let output = self.run(line);
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {err}");
        err
    }

    pub(crate) fn list(&self) -> Vec<Value> {
        serde_json::from_str(&self.fine("list --json")).unwrap()
    }

    /// The states of what a holder has and had.
    pub(crate) fn states(&self, name: &str) -> Vec<String> {
        let rows = self.list().into_iter().filter(|row| row["name"] == name);
        rows.map(|row| row["state"].as_str().unwrap().to_owned()).collect()
    }

    /// Runs openssl in the folder, which is made if it is not there.
    pub(crate) fn openssl(&self, line: &str) {
        fs::create_dir_all(self.root()).unwrap();
        let output = Command::new("openssl").args(line.split_whitespace()).current_dir(self.root()).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// What openssl says of a certificate for a purpose, held against the list.
    pub(crate) fn verify(&self, certificate: &Path, purpose: &str) -> String {
        let mut command = Command::new("openssl");
        command.args(["verify", "-x509_strict", "-crl_check", "-purpose", purpose]);
        command.arg("-CAfile").arg(self.file("ca.pem")).arg("-CRLfile").arg(self.file("crl.pem"));
        let output = command.arg(certificate).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }
}
