//! The questions.

use super::{Init, Plan, Program, failed, preset};
use crate::cli::sources::Bad;
use crate::presets::Preset;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;

/// How often a question is asked again before this gives up.
const PATIENCE: usize = 5;

/// What a person wants, beginning with what is proposed.
pub(super) fn plan(init: &Init, found: &[&'static Preset], upstream: PathBuf) -> Result<Plan, Bad> {
    let names: Vec<&str> = found.iter().map(|preset| preset.short()).collect();
    let presets = answer("Which presets, with commas between them", &names.join(","), list)?;
    let layout = match init.run_by {
        Some(layout) => layout,
        None => answer("What will run the gate, compose or systemd", "compose", str::parse)?,
    };
    let folder = given(init.folder.clone(), "Where to write", "dockgate")?;
    let sockets = given(init.sockets.clone(), "Where sockets go", "/run/dockgate")?;
    let programs = presets.into_iter().map(Program::from).collect();
    Ok(Plan { programs, folder, layout, sockets, upstream })
}

fn given(flag: Option<PathBuf>, question: &str, default: &str) -> Result<PathBuf, Bad> {
    flag.map_or_else(|| answer(question, default, |text| Ok(PathBuf::from(text))), Ok)
}

fn list(text: &str) -> Result<Vec<&'static Preset>, String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| preset(name).map_err(|why| format!("`{name}`: {why}"))).collect()
}

/// Asks until the answer can be read; nothing but Enter is the default.
fn answer<T>(question: &str, default: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<T, Bad> {
    for _ in 0..PATIENCE {
        let text = line(&format!("{question} [{default}]: ")).map_err(|error| failed(&error))?;
        match read(if text.is_empty() { default } else { &text }) {
            Ok(value) => return Ok(value),
            Err(why) => eprintln!("{why}"),
        }
    }
    Err(failed(&"no answer that could be read"))
}

fn line(question: &str) -> io::Result<String> {
    write!(io::stderr(), "{question}")?;
    let mut text = String::new();
    match io::stdin().lock().read_line(&mut text)? {
        0 => Err(io::Error::other("the answers have ended")),
        _ => Ok(text.trim().to_owned()),
    }
}
