//! The policies that come with dockgate, and the programs that they are for.
//!
//! Data: each file of `policies/` has its row here, and a test holds the two against each other.

mod table;

pub use table::PRESETS;

/// A header's beginning that is shorter, as "Arcane, to look." is, goes on with the next sentence.
const SHORT: usize = 30;

/// A policy to start from.
#[derive(Debug)]
pub struct Preset {
    /// Its file in `policies/`, without the ending: `homelab/dozzle`.
    pub name: &'static str,
    /// The policy.
    pub text: &'static str,
    /// Images that run the program, by registry path without registry and tag: `amir20/dozzle`.
    pub images: &'static [&'static str],
    /// The narrowest preset for the program, where this one is another tier of it.
    pub wider_than: Option<&'static str>,
}

impl Preset {
    /// The first sentences of its header, as many as say something, in one line.
    pub fn about(&self) -> String {
        let header =
            self.text.lines().take_while(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#'));
        let header = header.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        let ends = header.match_indices(". ").map(|(at, _)| at + 1);
        let end = ends.into_iter().find(|end| *end >= SHORT).unwrap_or(header.len());
        header.get(..end).unwrap_or_default().to_owned()
    }

    /// What it is called in a configuration: the last part of its name.
    pub fn short(&self) -> &'static str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }
}

/// The preset of a name, with or without its folder.
pub fn preset_named(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name).or_else(|| PRESETS.iter().find(|preset| preset.short() == name))
}

/// The narrowest preset for whatever runs in the image.
pub fn preset_of_image(image: &str) -> Option<&'static Preset> {
    let path = path_of(image);
    PRESETS.iter().find(|preset| preset.wider_than.is_none() && preset.images.contains(&path.as_str()))
}

/// The presets for the same program, the narrowest first.
pub fn tiers(preset: &Preset) -> Vec<&'static Preset> {
    let first = preset.wider_than.unwrap_or(preset.name);
    PRESETS.iter().filter(|other| other.name == first || other.wider_than == Some(first)).collect()
}

/// `ghcr.io/a/b:1` is `a/b`, and `docker.io/library/traefik` is `traefik`.
fn path_of(image: &str) -> String {
    let name = crate::request::values::image::Reference::parse(image).normal_name();
    let path = name.split_once('/').map_or(name.as_str(), |(_, path)| path);
    path.strip_prefix("library/").unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn programs_are_known_by_their_images() {
        let name = |image| preset_of_image(image).map(|preset| preset.name);
        assert_eq!(name("traefik:v3.1"), Some("traefik"));
        assert_eq!(name("ghcr.io/amir20/dozzle@sha256:ab"), Some("homelab/dozzle"));
        assert_eq!(name("registry.example.com:5000/somebody/dozzle"), None);
        assert_eq!(name("sha256:abcdef"), None);
    }

    #[test]
    fn tiers_stand_behind_the_narrowest() {
        for preset in PRESETS.iter().filter(|preset| preset.wider_than.is_some()) {
            let all = tiers(preset);
            assert!(all.len() > 1 && all[0].wider_than.is_none(), "{}", preset.name);
        }
    }

    #[test]
    fn each_says_what_it_is_for_in_a_sentence() {
        for preset in PRESETS {
            let about = preset.about();
            assert!(about.len() > 20 && about.len() < 320 && about.ends_with(['.', ':']), "{}: {about}", preset.name);
        }
    }

    #[test]
    fn short_names_are_unique() {
        let names: BTreeSet<&str> = PRESETS.iter().map(Preset::short).collect();
        assert_eq!(names.len(), PRESETS.len());
    }
}
