//! What is printed of certificates, and how to use them.

use crate::certs::{Certificate, Folder, Holder, Made, Moment, Name, is_root};
use crate::cli::say::say;
use std::path::Path;

/// A gate that nobody has named yet.
const SOME_HOST: &str = "HOST";

pub(super) fn authority(folder: &Folder, certificate: &Certificate) {
    say!("made an authority, until {}: {}", certificate.ends.day(), folder.ca().display());
    say!("  whoever has ca-key.pem beside it can make certificates; gates and clients do not need it");
}

pub(super) fn made(folder: &Folder, holder: &Holder, made: &Made) {
    let Made { certificate, shortened } = made;
    let names: Vec<_> = certificate.subject.names().collect();
    let named = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    let file = folder.of(holder).join("cert.pem");
    say!("made a certificate for {holder}{named}, until {}: {}", certificate.ends.day(), file.display());
    if *shortened {
        let days = Moment::now().days_until(certificate.ends);
        say!("  it ends with the authority, in {days} days");
    }
}

/// The entry of the gate's configuration, and who must be able to read the key.
pub(super) fn configuration(folder: &Folder) {
    let server = folder.of(&Holder::Server);
    let file = |name: &str| yaml(&server.join(name));
    say!("\nin dockgate.yaml, with a policy of yours:\nlisten:\n  - address: 0.0.0.0:2376\n    tls:");
    say!("      certificate: {}\n      key: {}", file("cert.pem"), file("key.pem"));
    say!("      client_ca: {}\n      crl: {}", file("ca.pem"), file("crl.pem"));
    say!("    policy: policies/reads.yaml");
    if is_root() {
        say!("\nthe gate's user has to read them:\n  chown -R dockgate: {}", shell(&server.display().to_string()));
    }
}

/// How a client connects, in docker's words.
pub(super) fn context(folder: &Folder, name: &Name, server: Option<&Certificate>) {
    let own = folder.of(&Holder::Client(name.clone()));
    let host = server.and_then(|server| server.subject.names().next()).unwrap_or_else(|| SOME_HOST.into());
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let file = |name: &str| own.join(name).display().to_string();
    let (ca, cert, key) = (file("ca.pem"), file("cert.pem"), file("key.pem"));
    let docker = shell(&format!("host=tcp://{host}:2376,ca={ca},cert={cert},key={key}"));
    say!("\nfor the client, which needs the folder's three files:");
    say!("  docker context create {name} --docker {docker}\n  docker --context {name} ps");
}

/// How a policy knows the client.
pub(super) fn policy(name: &Name) {
    say!("\nin a policy, for the client's role:\n  who: [{{ cert: {{ common_name: \"{name}\" }} }}]");
}

/// A path as a scalar of YAML.
fn yaml(path: &Path) -> String {
    let text = path.display().to_string();
    if text.chars().all(is_plain) { text } else { serde_json::Value::from(text).to_string() }
}

/// A word for a shell.
fn shell(text: &str) -> String {
    if text.chars().all(|c| is_plain(c) || "=:,".contains(c)) {
        text.into()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/._+-".contains(c)
}

#[cfg(test)]
mod tests {
    use super::{shell, yaml};
    use std::path::Path;

    #[test]
    fn odd_paths_are_quoted() {
        assert_eq!(yaml(Path::new("/etc/tls/key.pem")), "/etc/tls/key.pem");
        assert_eq!(yaml(Path::new("/a: b/#c")), "\"/a: b/#c\"");
        assert_eq!(shell("ca=/etc/tls,cert=x"), "ca=/etc/tls,cert=x");
        assert_eq!(shell("a b'c"), r"'a b'\''c'");
    }
}
