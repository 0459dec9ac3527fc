//! A daemon that answers what it is told to, to the letter.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// What the rogue does with one request.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    /// Sends this and closes.
    Say(&'static str),
    /// Sends this and keeps the connection.
    SayAndStay(&'static str),
    /// Sends the first, and the second again and again until nobody takes it.
    Forever(&'static str, &'static str),
    /// Sends the first, so many times the second, and closes.
    Many(&'static str, &'static str, usize),
    /// Sends this byte by byte.
    Slowly(&'static str),
    /// Says nothing.
    Hang,
}

/// A whole answer, by which a gate is known to be in step.
pub(crate) const SANE: &str =
    "HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\": 1}";

/// The longest that a byte of a slow answer takes.
const PAUSE: Duration = Duration::from_millis(2);

/// Listens at this path until the test's process ends; the deed of a request is that of the
/// container that its path names, and a sane answer for all others.
pub(crate) fn listen(path: &Path, deeds: &'static [(&'static str, Deed)]) {
    let listener = UnixListener::bind(path).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || serve(stream, deeds));
        }
    });
}

/// A peer that goes away ends the thread, whatever it was at.
fn serve(mut stream: UnixStream, deeds: &[(&str, Deed)]) -> Option<()> {
    loop {
        let head = head(&mut stream)?;
        let named = |name: &str| head.contains(&format!("/containers/{name}/"));
        let deed = deeds.iter().find(|(name, _)| named(name)).map_or(Deed::SayAndStay(SANE), |(_, deed)| *deed);
        act(&mut stream, deed)?;
    }
}

fn head(stream: &mut UnixStream) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

/// Nothing, once the connection is done with.
fn act(stream: &mut UnixStream, deed: Deed) -> Option<()> {
    let mut say = |text: &str| stream.write_all(text.as_bytes()).ok();
    match deed {
        Deed::SayAndStay(text) => return say(text),
        Deed::Say(text) => say(text)?,
        Deed::Forever(first, again) => {
            say(first)?;
            while say(again).is_some() {}
        }
        Deed::Many(first, again, count) => {
            say(first)?;
            say(&again.repeat(count))?;
        }
        Deed::Slowly(text) => {
            for at in 0..text.len() {
                say(&text[at..=at])?;
                thread::sleep(PAUSE);
            }
            return Some(());
        }
        Deed::Hang => drop(stream.read(&mut [0])),
    }
    None
}
