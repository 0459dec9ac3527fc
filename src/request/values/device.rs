//! Devices of the host, and the rules that open them.

use super::super::UseValue;
use super::path;

/// A device by its path or CDI name; without permissions it has all three.
///
/// Making a node (`m`) is as good as writing: only `r` alone reads.
pub fn device(on_host: &str, permissions: &str) -> UseValue {
    let read_only = permissions == "r";
    let known = permissions.bytes().all(|b| b"rwm".contains(&b));
    let name = path::clean(on_host).or_else(|| is_cdi_name(on_host).then(|| on_host.to_owned()));
    match name.filter(|_| known) {
        Some(path) => UseValue::Path { path, read_only },
        None => UseValue::Odd(on_host.to_owned()),
    }
}

/// `vendor.example/class=name`
fn is_cdi_name(name: &str) -> bool {
    let word = |text: &str| {
        let letters = |b: u8| b.is_ascii_alphanumeric() || b"_-.:".contains(&b);
        text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric()) && text.bytes().all(letters)
    };
    let Some((class, device)) = name.split_once('=') else { return false };
    class.split_once('/').is_some_and(|(vendor, class)| word(vendor) && word(class)) && word(device)
}

/// A rule of the device cgroup: `c 1:3 rwm`, its permissions in one order.
pub fn rule(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(' ').collect();
    let [kind @ ("a" | "b" | "c"), numbers, permissions] = parts.as_slice() else { return None };
    let number = |n: &str| n == "*" || (!n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let (major, minor) = numbers.split_once(':').filter(|(major, minor)| number(major) && number(minor))?;
    let known = (1..=3).contains(&permissions.len()) && permissions.bytes().all(|b| b"rwm".contains(&b));
    let sorted: String = "rwm".chars().filter(|letter| permissions.contains(*letter)).collect();
    known.then(|| format!("{kind} {}:{} {sorted}", plain(major), plain(minor)))
}

/// A number without zeros in front.
fn plain(number: &str) -> &str {
    let trimmed = number.trim_start_matches('0');
    if trimmed.is_empty() { "0" } else { trimmed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str, read_only: bool) -> UseValue {
        UseValue::Path { path: path.into(), read_only }
    }

    #[test]
    fn devices_are_paths_or_cdi_names() {
        assert_eq!(device("/dev/sda", "rwm"), path("/dev/sda", false));
        assert_eq!(device("/dev/sda", ""), path("/dev/sda", false));
        assert_eq!(device("/dev/sda", "r"), path("/dev/sda", true));
        assert_eq!(device("/dev/sda", "rm"), path("/dev/sda", false));
        assert_eq!(device("/dev/snd/../sda", "r"), path("/dev/sda", true));
        assert_eq!(device("/dev/", "r"), path("/dev", true));
        assert_eq!(device("vendor.example/gpu=all", ""), path("vendor.example/gpu=all", false));
    }

    #[test]
    fn anything_else_is_odd() {
        for (name, permissions) in [("dev/sda", "r"), ("", ""), ("/dev/sda", "x"), ("a=b", ""), ("../x/y=z", "")] {
            assert_eq!(device(name, permissions), UseValue::Odd(name.into()));
        }
    }

    #[test]
    fn rules_have_one_spelling() {
        let read = |text| rule(text);
        assert_eq!(read("a *:* rwm").as_deref(), Some("a *:* rwm"));
        assert_eq!(read("c 1:3 mr").as_deref(), Some("c 1:3 rm"));
        assert_eq!(read("b 008:00 r").as_deref(), Some("b 8:0 r"));
        for bad in ["", "a", "d 1:3 r", "c 1:3", "c 1 r", "c 1:3 x", "c  1:3 r", "c 1:3 rwmr", "c -1:3 r", "c :3 r"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
