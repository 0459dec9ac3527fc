//! `KEY=VALUE`.

use super::super::UseValue;

/// A text with a key; without `=`, the key alone.
pub fn pair(text: &str) -> UseValue {
    let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
    UseValue::Pair { key: key.to_owned(), value: value.map(str::to_owned) }
}

/// An entry of a map.
pub fn entry(key: &str, value: &str) -> UseValue {
    UseValue::Pair { key: key.to_owned(), value: Some(value.to_owned()) }
}

/// A kernel parameter: `net/ipv4/ip_forward` is `net.ipv4.ip_forward`.
pub fn sysctl(key: &str, value: &str) -> UseValue {
    entry(&sysctl_key(key), value)
}

/// The one spelling of a kernel parameter. It is a path below `/proc/sys`, so that doubled and
/// trailing dots mean nothing.
pub fn sysctl_key(key: &str) -> String {
    key.trim().split(['.', '/']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_equals_sign_ends_the_key() {
        assert_eq!(pair("A=b=c"), entry("A", "b=c"));
        assert_eq!(pair("A="), entry("A", ""));
        assert_eq!(pair("A"), UseValue::Pair { key: "A".into(), value: None });
        assert_eq!(pair("=x"), entry("", "x"));
    }

    #[test]
    fn kernel_parameters_have_one_spelling() {
        assert_eq!(sysctl("net/ipv4/ip_forward", "1"), entry("net.ipv4.ip_forward", "1"));
        assert_eq!(sysctl("net.ipv4/ip_forward", "1"), entry("net.ipv4.ip_forward", "1"));
        assert_eq!(sysctl("kernel.shmmax", "1"), entry("kernel.shmmax", "1"));
        for odd in ["net..ipv4.ip_forward", "net.ipv4.ip_forward.", "net.//ipv4.ip_forward", ".net.ipv4.ip_forward"] {
            assert_eq!(sysctl(odd, "1"), entry("net.ipv4.ip_forward", "1"), "{odd}");
        }
    }
}
