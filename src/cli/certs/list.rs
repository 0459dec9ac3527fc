//! `dockgate certs list`.

use super::At;
use crate::certs::{CertsError, Inventory, Moment, Row};
use crate::cli::say::say;
use crate::cli::sources::complain;
use crate::cli::{Exit, table};
use crate::record::visible;
use serde::Serialize;

/// Show who has certificates, until when, and which are revoked
///
/// A certificate is valid, replaced (it counts, but its holder has a newer
/// one), expired, revoked, or foreign: from another authority. The fingerprint
/// is what policies call `sha256`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dockgate certs list
  dockgate certs list --json | jq '.[] | select(.days_left < 30) | .name'
Exit codes: 0 fine, 1 failure.")]
pub(super) struct List {
    /// As JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl List {
    pub(super) fn run(self) -> Result<Exit, CertsError> {
        let Inventory { rows, problems } = Inventory::of(&self.at.folder())?;
        let text = if self.json { json(&rows) } else { plain(&rows) };
        say!("{}", text.trim_end());
        for problem in &problems {
            complain(&problem.to_string());
        }
        Ok(if problems.is_empty() { Exit::Fine } else { Exit::Failure })
    }
}

fn plain(rows: &[Row]) -> String {
    let mut cells = vec![["NAME", "KIND", "NAMES", "ENDS", "STATE", "SHA256"].map(str::to_owned).to_vec()];
    cells.extend(rows.iter().map(|row| {
        let certificate = &row.certificate;
        let ends = ends(row);
        let kind = certificate.kind.word().to_owned();
        vec![
            visible(&row.name),
            kind,
            visible(&names(row).join(", ")),
            ends,
            row.state.word().into(),
            certificate.sha256.clone(),
        ]
    }));
    table::aligned(&cells)
}

/// What tells a certificate from another that is called alike.
fn names(row: &Row) -> Vec<String> {
    let subject = &row.certificate.subject;
    let common = subject.common_name.iter().filter(|name| **name != row.name && subject.names().all(|n| n != **name));
    let organization = subject.organization.iter().map(|name| format!("O={name}"));
    common.map(|name| format!("CN={name}")).chain(organization).chain(subject.names()).collect()
}

fn ends(row: &Row) -> String {
    let ends = row.certificate.ends;
    match Moment::now().days_until(ends) {
        ..=-1 => format!("on {}", ends.day()),
        0 => "within a day".into(),
        1 => "in 1 day".into(),
        days => format!("in {days} days"),
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    kind: &'static str,
    state: &'static str,
    current: bool,
    common_name: Option<&'a str>,
    organization: Option<&'a str>,
    names: Vec<String>,
    starts: String,
    ends: String,
    days_left: i64,
    serial: String,
    sha256: &'a str,
}

fn entry(row: &Row) -> Entry<'_> {
    let certificate = &row.certificate;
    Entry {
        name: &row.name,
        kind: certificate.kind.word(),
        state: row.state.word(),
        current: row.current,
        common_name: certificate.subject.common_name.as_deref(),
        organization: certificate.subject.organization.as_deref(),
        names: certificate.subject.names().collect(),
        starts: certificate.starts.to_string(),
        ends: certificate.ends.to_string(),
        days_left: Moment::now().days_until(certificate.ends),
        serial: certificate.serial(),
        sha256: &certificate.sha256,
    }
}

fn json(rows: &[Row]) -> String {
    let entries: Vec<_> = rows.iter().map(entry).collect();
    serde_json::to_string_pretty(&entries).unwrap_or_default() + "\n"
}
