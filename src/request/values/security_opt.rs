//! Security options: `KEY=VALUE`, in older clients `KEY:VALUE`.

/// Keys that dockerd knows; case-sensitive.
const KEYS: &[&str] = &["apparmor", "label", "no-new-privileges", "seccomp", "writable-cgroups"];

/// The option as `KEY=VALUE`; nothing where dockerd would refuse it.
pub fn normal(option: &str) -> Option<String> {
    match option {
        "no-new-privileges" => return Some("no-new-privileges=true".into()),
        "disable" => return Some("label=disable".into()),
        _ => {}
    }
    // an `=` anywhere goes before a `:`
    let (key, value) = option.split_once('=').or_else(|| option.split_once(':'))?;
    let value = match key {
        "no-new-privileges" | "writable-cgroups" => go_bool(value)?.to_string(),
        _ => value.to_owned(),
    };
    KEYS.contains(&key).then(|| format!("{key}={value}"))
}

/// Go's `strconv.ParseBool`.
fn go_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_separators_are_one_option() {
        let cases = [
            ("seccomp=unconfined", "seccomp=unconfined"),
            ("seccomp:unconfined", "seccomp=unconfined"),
            ("seccomp={\"a\":1}", "seccomp={\"a\":1}"),
            ("apparmor:unconfined", "apparmor=unconfined"),
            ("label:disable", "label=disable"),
            ("disable", "label=disable"),
            ("label=type:x", "label=type:x"),
            ("label:type:x", "label=type:x"),
            ("no-new-privileges", "no-new-privileges=true"),
            ("no-new-privileges:true", "no-new-privileges=true"),
            ("no-new-privileges=T", "no-new-privileges=true"),
            ("no-new-privileges=0", "no-new-privileges=false"),
            ("writable-cgroups=1", "writable-cgroups=true"),
        ];
        for (option, expected) in cases {
            assert_eq!(normal(option).as_deref(), Some(expected), "{option}");
        }
    }

    #[test]
    fn what_the_daemon_refuses_is_odd() {
        for option in ["", "SECCOMP=unconfined", "seccomp", "seccomp:a=b", "no-new-privileges=yes", "x=y", " disable"] {
            assert_eq!(normal(option), None, "{option}");
        }
    }
}
