//! Signals by name or number, as moby's `signal.ParseSignal` reads them.

/// Linux signal numbers of x86-64 and arm64 (signal(7)), with the names that moby knows.
const SIGNALS: &[(u8, &str)] = &[
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (4, "ILL"),
    (5, "TRAP"),
    (6, "ABRT"),
    (7, "BUS"),
    (8, "FPE"),
    (9, "KILL"),
    (10, "USR1"),
    (11, "SEGV"),
    (12, "USR2"),
    (13, "PIPE"),
    (14, "ALRM"),
    (15, "TERM"),
    (16, "STKFLT"),
    (17, "CHLD"),
    (18, "CONT"),
    (19, "STOP"),
    (20, "TSTP"),
    (21, "TTIN"),
    (22, "TTOU"),
    (23, "URG"),
    (24, "XCPU"),
    (25, "XFSZ"),
    (26, "VTALRM"),
    (27, "PROF"),
    (28, "WINCH"),
    (29, "IO"),
    (30, "PWR"),
    (31, "SYS"),
];

/// Second names that moby takes for the same signals.
const ALIASES: &[(&str, &str)] = &[("CLD", "CHLD"), ("IOT", "ABRT"), ("POLL", "IO"), ("UNUSED", "SYS")];

/// The first and last real-time signal: `RTMIN` is 34, `RTMAX` 64.
const REAL_TIME: std::ops::RangeInclusive<u8> = 34..=64;

/// The normal name of a signal: `USR1` for `SIGUSR1`, `usr1` and `10`.
pub fn name(text: &str) -> Option<String> {
    if let Ok(number) = text.parse::<u8>() {
        return by_number(number);
    }
    let upper = text.to_ascii_uppercase();
    let bare = upper.strip_prefix("SIG").unwrap_or(&upper);
    let bare = ALIASES.iter().find(|(alias, _)| *alias == bare).map_or(bare, |(_, real)| real);
    let known = SIGNALS.iter().any(|(_, name)| *name == bare) || real_time(bare).is_some();
    known.then(|| bare.to_owned())
}

/// The normal names of all signals.
pub fn names() -> impl Iterator<Item = String> {
    (1..=*REAL_TIME.end()).filter_map(by_number)
}

fn by_number(number: u8) -> Option<String> {
    if REAL_TIME.contains(&number) {
        return Some(real_time_name(number));
    }
    SIGNALS.iter().find(|(n, _)| *n == number).map(|(_, name)| (*name).to_owned())
}

/// The lower half is counted up from `RTMIN`, the upper down from `RTMAX`, as in moby's table.
fn real_time_name(number: u8) -> String {
    match (number - REAL_TIME.start(), REAL_TIME.end() - number) {
        (0, _) => "RTMIN".to_owned(),
        (_, 0) => "RTMAX".to_owned(),
        (above @ 1..=15, _) => format!("RTMIN+{above}"),
        (_, below) => format!("RTMAX-{below}"),
    }
}

/// `RTMIN`, `RTMIN+1` to `+15`, `RTMAX`, `RTMAX-1` to `-14`.
fn real_time(name: &str) -> Option<u8> {
    let (base, rest, most) = if let Some(rest) = name.strip_prefix("RTMIN") {
        ('+', rest, 15)
    } else {
        ('-', name.strip_prefix("RTMAX")?, 14)
    };
    if rest.is_empty() {
        return Some(0);
    }
    let offset: u8 = rest.strip_prefix(base)?.parse().ok()?;
    (1..=most).contains(&offset).then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn every_spelling_is_one_name() {
        for text in ["USR1", "usr1", "SIGUSR1", "sigusr1", "10"] {
            assert_eq!(name(text).as_deref(), Some("USR1"), "{text}");
        }
        assert_eq!(name("SIGCLD").as_deref(), Some("CHLD"));
        assert_eq!(name("35").as_deref(), Some("RTMIN+1"));
        assert_eq!(name("50").as_deref(), Some("RTMAX-14"));
        assert_eq!(name("RTMAX-3").as_deref(), Some("RTMAX-3"));
    }

    #[test]
    fn what_is_no_signal_is_none() {
        for text in ["", "0", "-1", "99", "SIG", "KILLALL", "RTMIN+16", "RTMAX-15", "RTMIN-1"] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
