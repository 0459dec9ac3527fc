//! Log drivers and their options.

use super::super::{UseValue, Uses};
use super::pair::entry;
use crate::catalogue::Facet;

/// Adds a driver and its options; no driver is the daemon's own.
pub fn gather<'a>(driver: &str, options: impl IntoIterator<Item = (&'a str, &'a str)>, uses: &mut Uses) {
    let driver = if driver.is_empty() { UseValue::Default } else { UseValue::text(driver) };
    uses.push(Facet::Logging, driver);
    for (key, value) in options {
        uses.push(Facet::LogOpts, entry(key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_is_the_daemons_own_unless_it_is_named() {
        let mut uses = Uses::default();
        gather("", [("max-size", "1m")], &mut uses);
        gather("gelf", [("gelf-address", "udp://192.0.2.1:1")], &mut uses);
        let drivers: Vec<_> = uses.of(Facet::Logging).cloned().collect();
        assert_eq!(drivers, [UseValue::Default, UseValue::text("gelf")]);
        assert_eq!(uses.of(Facet::LogOpts).count(), 2);
    }
}
