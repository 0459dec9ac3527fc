//! Options of volume drivers: the `local` one hands them to mount(2), as root.

use super::super::{UseValue, Uses};
use super::path;
use crate::catalogue::Facet;

/// Words of `o` in front of paths that an overlay shows; with a `+` behind it, one more (Linux 6.8).
const LAYERS: &[&str] = &["lowerdir", "datadir", "upperdir", "workdir"];

/// How mounts on one side come to be seen on the other (mount(8)).
const PROPAGATION: &[&str] =
    &["private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable"];

/// File systems that show nothing of this host but what their options name. Others can: `proc`,
/// `sysfs`, `devtmpfs`, `cgroup`, whatever the device says.
const FOREIGN: &[&str] =
    &["", "none", "tmpfs", "ramfs", "nfs", "nfs3", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "overlay"];

/// Adds what a volume with this driver and these options uses.
pub fn gather<'a>(driver: &str, options: impl IntoIterator<Item = (&'a str, &'a str)>, uses: &mut Uses) {
    let options: Vec<(&str, &str)> = options.into_iter().collect();
    if !driver.is_empty() {
        uses.push_text(Facet::VolumeDriver, driver);
    }
    for (key, value) in &options {
        uses.push(Facet::VolumeOpts, UseValue::Pair { key: (*key).to_owned(), value: Some((*value).to_owned()) });
    }
    let words = options.iter().filter(|(key, _)| *key == "o").flat_map(|(_, o)| o.split(','));
    for word in words.filter(|word| PROPAGATION.contains(word)) {
        uses.push_text(Facet::BindOptions, word);
    }
    for path in host_paths(&options) {
        uses.push(Facet::Binds, path);
    }
}

/// The paths of the host that come to light, whatever the type says.
fn host_paths(options: &[(&str, &str)]) -> Vec<UseValue> {
    let find = |wanted: &'static str| options.iter().filter(move |(key, _)| *key == wanted).map(|(_, value)| *value);
    let flags: Vec<&str> = find("o").flat_map(|o| o.split(',')).collect();
    // the last one counts; `rbind` leaves what is mounted below writable
    let mode = flags.iter().rev().find(|flag| matches!(**flag, "ro" | "rw"));
    let read_only = mode == Some(&"ro") && !flags.contains(&"rbind");
    let binds = flags.iter().any(|flag| matches!(*flag, "bind" | "rbind"));
    // a device that is no path (`:/export` of NFS, `tmpfs`) is none of the host's, unless it is bound
    let devices = find("device").filter(|device| binds || device.starts_with('/'));
    let is_layer = |key: &str| LAYERS.contains(&key.strip_suffix('+').unwrap_or(key));
    let layers = flags.iter().filter_map(|flag| flag.split_once('=')).filter(|(key, _)| is_layer(key));
    let mut paths = devices.chain(layers.flat_map(|(_, paths)| paths.split(':'))).peekable();
    let shown = find("type").filter(|kind| !FOREIGN.contains(kind) && paths.peek().is_none());
    let shown: Vec<UseValue> = shown.map(|kind| UseValue::Odd(kind.to_owned())).collect();
    paths.map(|path| used(path, read_only)).chain(shown).collect()
}

fn used(path: &str, read_only: bool) -> UseValue {
    path::clean(path).map_or_else(|| UseValue::Odd(path.to_owned()), |path| UseValue::Path { path, read_only })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binds(options: &[(&str, &str)]) -> Vec<String> {
        let mut uses = Uses::default();
        gather("", options.iter().copied(), &mut uses);
        let said = |value: &UseValue| match value {
            UseValue::Path { path, read_only } => format!("{path}{}", if *read_only { " ro" } else { "" }),
            other => format!("{other:?}"),
        };
        assert_eq!(uses.of(Facet::VolumeOpts).count(), options.len());
        uses.of(Facet::Binds).map(said).collect()
    }

    #[test]
    fn a_volume_can_be_a_bind() {
        assert_eq!(binds(&[("type", "none"), ("o", "bind"), ("device", "/")]), ["/"]);
        assert_eq!(binds(&[("type", "none"), ("o", "bind,ro"), ("device", "/srv/../etc/")]), ["/etc ro"]);
        assert_eq!(binds(&[("type", "none"), ("o", "rbind,ro"), ("device", "/etc")]), ["/etc"]);
        assert_eq!(binds(&[("type", "none"), ("o", "bind,ro,rw"), ("device", "/etc")]), ["/etc"]);
        assert_eq!(binds(&[("type", "ext4"), ("device", "/dev/vda")]), ["/dev/vda"]);
        assert_eq!(binds(&[("o", "bind"), ("device", "etc")]), ["Odd(\"etc\")"]);
    }

    #[test]
    fn layers_of_an_overlay_are_paths_of_the_host() {
        let o = "lowerdir=/etc:/srv,upperdir=/up,workdir=/work";
        assert_eq!(binds(&[("type", "overlay"), ("device", "overlay"), ("o", o)]), ["/etc", "/srv", "/up", "/work"]);
        let o = "lowerdir=/srv,lowerdir+=/etc,datadir+=/root";
        assert_eq!(binds(&[("type", "overlay"), ("device", "overlay"), ("o", o)]), ["/srv", "/etc", "/root"]);
    }

    #[test]
    fn other_file_systems_show_no_path_but_their_options() {
        assert_eq!(binds(&[("type", "tmpfs"), ("device", "tmpfs"), ("o", "size=1m")]), [""; 0]);
        assert_eq!(binds(&[("type", "nfs"), ("device", ":/export"), ("o", "addr=192.0.2.1")]), [""; 0]);
        assert_eq!(binds(&[("size", "1g")]), [""; 0]);
        for kind in ["proc", "sysfs", "devtmpfs", "cgroup2", "9p"] {
            assert_eq!(binds(&[("type", kind), ("device", kind)]), [format!("Odd({kind:?})")]);
        }
    }

    #[test]
    fn propagation_is_an_option_of_the_bind() {
        let mut uses = Uses::default();
        gather("", [("o", "bind,rshared"), ("device", "/srv")], &mut uses);
        assert_eq!(uses.of(Facet::BindOptions).collect::<Vec<_>>(), [&UseValue::text("rshared")]);
    }

    #[test]
    fn a_driver_is_named() {
        let mut uses = Uses::default();
        gather("sshfs", [], &mut uses);
        gather("", [], &mut uses);
        assert_eq!(uses.of(Facet::VolumeDriver).collect::<Vec<_>>(), [&UseValue::text("sshfs")]);
    }
}
