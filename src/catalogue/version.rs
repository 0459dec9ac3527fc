//! API versions: `/vMAJOR.MINOR` and nothing else.

use std::fmt;

/// A version of the Docker Engine API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    /// Always 1 so far.
    pub major: u16,
    /// The number that counts.
    pub minor: u16,
}

/// The oldest version that is spoken: before it, `start` takes a HostConfig.
pub const FLOOR: ApiVersion = ApiVersion { major: 1, minor: 24 };

/// The newest version that the catalogue knows.
pub const CEILING: ApiVersion = ApiVersion { major: 1, minor: 56 };

impl ApiVersion {
    /// Reads `1.45`: digits, dot, digits, no leading zeros.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self { major: number(major)?, minor: number(minor)? })
    }
}

/// dockerd also takes `01` and `1.45.0`; one spelling is enough.
fn number(text: &str) -> Option<u16> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    if plain && canonical { text.parse().ok() } else { None }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
