//! Mounts as objects: `HostConfig.Mounts[]` and those of services.

use super::super::{UseValue, Uses};
use super::bind::Source;
use super::{path, volume_opts};
use crate::catalogue::Facet;

/// Whether Go's templates would make something else of the text.
pub fn is_template(text: &str) -> bool {
    text.contains("{{")
}

/// A mount as a request describes it; what is left out is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mount<'a> {
    /// `bind`, `volume`, `tmpfs`, `image`, ...; case-sensitive.
    pub kind: &'a str,
    /// Path, volume or image.
    pub source: &'a str,
    /// Where, in the container.
    pub target: &'a str,
    /// Whether it can only be read.
    pub read_only: bool,
    /// `BindOptions.Propagation`
    pub propagation: &'a str,
    /// Further options that are on, in the words of policies: `create_mountpoint`, `nocopy`.
    pub flags: Vec<&'a str>,
    /// `VolumeOptions.Subpath`
    pub subpath: &'a str,
    /// `VolumeOptions.DriverConfig.Name`
    pub driver: &'a str,
    /// `VolumeOptions.DriverConfig.Options`
    pub driver_opts: Vec<(&'a str, &'a str)>,
    /// `VolumeOptions.Labels`
    pub labels: Vec<(&'a str, &'a str)>,
    /// `TmpfsOptions.SizeBytes`
    pub tmpfs_size: Option<i64>,
    /// `TmpfsOptions.Options`, each joined by `=`
    pub tmpfs_options: Vec<String>,
}

impl Mount<'_> {
    /// Adds what the mount uses; options count whatever the type is.
    pub fn gather(&self, uses: &mut Uses) {
        uses.push_text(Facet::MountTypes, self.kind);
        if let Some(template) = self.template() {
            // what it becomes is told on the node: any path, any volume
            uses.push(Facet::Binds, UseValue::Odd(template.to_owned()));
            uses.push(Facet::Volumes, UseValue::Odd(template.to_owned()));
        }
        self.push_source(uses);
        for option in self.flags.iter().copied().chain(Some(self.propagation)).filter(|option| !option.is_empty()) {
            uses.push_text(Facet::BindOptions, option);
        }
        if !self.subpath.is_empty() {
            uses.push_read(Facet::VolumeSubpath, path::straight(self.subpath), self.subpath);
        }
        volume_opts::gather(self.driver, self.driver_opts.iter().copied(), uses);
        if let Some(size) = self.tmpfs_size {
            uses.push(Facet::TmpfsSize, UseValue::Amount((size > 0).then_some(size)));
        }
        for option in &self.tmpfs_options {
            uses.push_text(Facet::TmpfsOptions, option);
        }
    }

    /// What Swarm fills in on the node: source, target, and what is said of the volume (dockerd
    /// 26.1 and 28.5).
    fn template(&self) -> Option<&str> {
        let options = self.driver_opts.iter().flat_map(|(key, value)| [*key, *value]);
        let texts = [self.source, self.target, self.subpath].into_iter().chain(options);
        texts.chain(self.labels.iter().flat_map(|(key, value)| [*key, *value])).find(|text| is_template(text))
    }

    fn push_source(&self, uses: &mut Uses) {
        match self.kind {
            "bind" => match path::clean(self.source) {
                Some(path) => Source::Path(path).push(self.read_only, uses),
                None => uses.push(Facet::Binds, UseValue::Odd(self.source.to_owned())),
            },
            "volume" if self.source.is_empty() => Source::Unnamed.push(self.read_only, uses),
            "volume" => Source::Volume(self.source.to_owned()).push(self.read_only, uses),
            "image" => uses.push(Facet::ImageMounts, UseValue::Image(self.source.to_owned())),
            "tmpfs" => uses.push_read(Facet::Tmpfs, path::clean(self.target), self.target),
            // the type itself is judged, and no other is ordinary
            _ => {}
        }
    }
}

/// Adds what an entry of `HostConfig.Tmpfs` uses: a place and options after mount(8).
pub fn gather_tmpfs(target: &str, options: &str, uses: &mut Uses) {
    uses.push_read(Facet::Tmpfs, path::clean(target), target);
    let size = options.split(',').filter_map(|option| option.strip_prefix("size=")).next_back();
    uses.push(Facet::TmpfsSize, size.map_or(UseValue::Amount(None), tmpfs_size));
    if let Some(blocks) = options.split(',').find(|option| option.starts_with("nr_blocks")) {
        uses.push(Facet::TmpfsSize, UseValue::Odd(blocks.to_owned()));
    }
    for option in options.split(',').filter(|option| !option.is_empty() && !option.starts_with("size=")) {
        uses.push_text(Facet::TmpfsOptions, option);
    }
}

/// The kernel's `size=`: digits, perhaps with k, m, g, t; a share of memory (`50%`) is no amount.
fn tmpfs_size(text: &str) -> UseValue {
    let (digits, shift) = match text.to_ascii_lowercase().chars().last() {
        Some('k') => (text.get(..text.len() - 1), 10),
        Some('m') => (text.get(..text.len() - 1), 20),
        Some('g') => (text.get(..text.len() - 1), 30),
        Some('t') => (text.get(..text.len() - 1), 40),
        _ => (Some(text), 0),
    };
    let plain = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    // a leading zero is octal to the kernel
    let number = plain.filter(|digits| *digits == "0" || !digits.starts_with('0')).and_then(|d| d.parse::<i64>().ok());
    match number.and_then(|number| number.checked_mul(1 << shift)) {
        Some(size) => UseValue::Amount((size > 0).then_some(size)),
        None => UseValue::Odd(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(mount: &Mount<'_>) -> Vec<String> {
        let mut uses = Uses::default();
        mount.gather(&mut uses);
        uses.iter().skip(1).map(|used| format!("{} {:?}", used.facet.word(), used.value)).collect()
    }

    #[test]
    fn each_type_has_its_own_power() {
        let of = |kind, source| said(&Mount { kind, source, target: "/t/", ..Mount::default() });
        assert_eq!(of("bind", "/srv/../etc"), ["binds Path { path: \"/etc\", read_only: false }"]);
        assert_eq!(of("bind", "etc"), ["binds Odd(\"etc\")"]);
        assert_eq!(of("volume", "data"), ["volumes Text(\"data\")"]);
        assert_eq!(of("volume", ""), ["volumes Unnamed"]);
        assert_eq!(of("image", "alpine"), ["image_mounts Image(\"alpine\")"]);
        assert_eq!(of("tmpfs", ""), ["tmpfs Text(\"/t\")"]);
        assert_eq!(of("npipe", "x"), [""; 0]);
        assert_eq!(of("Bind", "/"), [""; 0], "the type is judged as it is written");
    }

    #[test]
    fn the_type_is_always_used() {
        for kind in ["", "bind", "npipe", "cluster"] {
            let mut uses = Uses::default();
            Mount { kind, ..Mount::default() }.gather(&mut uses);
            assert_eq!(uses.of(Facet::MountTypes).collect::<Vec<_>>(), [&UseValue::text(kind)]);
        }
    }

    #[test]
    fn options_count_whatever_the_type_is() {
        let mount = Mount {
            kind: "tmpfs",
            target: "/t",
            propagation: "rshared",
            flags: vec!["create_mountpoint"],
            subpath: "a",
            driver_opts: vec![("o", "bind"), ("device", "/")],
            tmpfs_size: Some(0),
            tmpfs_options: vec!["exec".into()],
            ..Mount::default()
        };
        let expected = [
            "tmpfs Text(\"/t\")",
            "bind_options Text(\"create_mountpoint\")",
            "bind_options Text(\"rshared\")",
            "volume_subpath Text(\"a\")",
            "volume_opts Pair { key: \"o\", value: Some(\"bind\") }",
            "volume_opts Pair { key: \"device\", value: Some(\"/\") }",
            "binds Path { path: \"/\", read_only: false }",
            "tmpfs_size Amount(None)",
            "tmpfs_options Text(\"exec\")",
        ];
        assert_eq!(said(&mount), expected);
    }

    #[test]
    fn file_systems_in_memory_have_a_size_or_none() {
        let size = |options| {
            let mut uses = Uses::default();
            gather_tmpfs("/run", options, &mut uses);
            uses.of(Facet::TmpfsSize).next().cloned()
        };
        let amount = |bytes| Some(UseValue::Amount(bytes));
        assert_eq!(size(""), amount(None));
        assert_eq!(size("rw,size=64m"), amount(Some(64 << 20)));
        assert_eq!(size("size=1G,size=2k"), amount(Some(2048)));
        assert_eq!(size("size=0"), amount(None));
        for odd in ["size=50%", "size=010", "size=x", "size=99999999999999999999", "size=-1", "size=9999999999999g"] {
            assert!(matches!(size(odd), Some(UseValue::Odd(_))), "{odd}");
        }
    }
}
