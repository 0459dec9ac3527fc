//! Which container a process is in, as far as its control groups tell (cgroups(7)). Whoever may make
//! control groups of their own can give them any name, so that a name is only a hint: what counts
//! is that the process is below the very group of the container's own first process.

/// Hex digits of a container's ID.
const DIGITS: usize = 64;

/// One line of `/proc/PID/cgroup`: a hierarchy, and the path of the group in it.
type Line<'t> = (&'t str, &'t str);

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        rest.split_once(':')
    })
}

/// The ID that the outermost group of a container has in its name. A container inside of another
/// is that one's matter: the daemon knows the outer one.
pub(super) fn container_id(text: &str) -> Option<&str> {
    lines(text).find_map(|(_, path)| path.split('/').find_map(id))
}

/// `ID`, as runc's own driver has it, or `docker-ID.scope`, as systemd's has, with the engine's name.
fn id(segment: &str) -> Option<&str> {
    let scope = segment.strip_suffix(".scope").and_then(|scope| scope.rsplit_once('-')).map(|(_, id)| id);
    scope.into_iter().chain([segment]).find(|id| is_id(id))
}

/// Whether this is a whole ID of a container.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a process with these groups is in the container of this ID, whose first process has
/// those. In each hierarchy that knows the container, it must be in the container's group or
/// below, and one has to.
pub(super) fn is_inside(text: &str, id: &str, first: &str) -> bool {
    let named: Vec<Line<'_>> = lines(first).filter(|(_, path)| container_of(path) == Some(id)).collect();
    let below = |(hierarchy, of_first): &Line<'_>| {
        let group = upto(of_first, id);
        lines(text).any(|(other, path)| other == *hierarchy && is_below(path, group))
    };
    !named.is_empty() && named.iter().all(below)
}

fn container_of(path: &str) -> Option<&str> {
    path.split('/').find_map(id)
}

/// The path up to the group of the container: its first process may have gone to one below.
fn upto<'p>(path: &'p str, container: &str) -> &'p str {
    let mut end = 0;
    for segment in path.split_inclusive('/') {
        end += segment.len();
        if id(segment.trim_end_matches('/')) == Some(container) {
            break;
        }
    }
    path.get(..end).unwrap_or(path).trim_end_matches('/')
}

fn is_below(path: &str, group: &str) -> bool {
    path.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{container_id, is_inside};

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const OTHER: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    fn with(path: &str) -> String {
        path.replace("ID", ID).replace("OTHER", OTHER)
    }

    #[test]
    fn the_container_is_found_whatever_the_driver() {
        for path in [
            "0::/docker/ID\n",
            "0::/system.slice/docker-ID.scope\n",
            "0::/system.slice/docker-ID.scope/init.scope\n",
            "0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-ID.scope\n",
            "0::/machine.slice/libpod-ID.scope/container\n",
            "0::/../docker-ID.scope\n",
            "0::/custom.slice/parent/ID\n",
            "12:memory:/docker/ID\n11:cpu,cpuacct:/docker/ID\n1:name=systemd:/docker/ID\n0::/\n",
            "0::/docker/ID/docker/OTHER\n",
        ] {
            assert_eq!(container_id(&with(path)), Some(ID), "{path}");
        }
    }

    #[test]
    fn what_is_no_container_has_none() {
        for path in [
            "",
            "0::/\n",
            "0::/user.slice/user-1000.slice/session-3.scope\n",
            "0::/docker/0123456789abcdef\n",
            "0::/docker/IDa\n",
            "0::/system.slice/docker-.scope\n",
            "0::/system.slice/docker.service\n",
        ] {
            assert_eq!(container_id(&with(path)), None, "{path}");
        }
    }

    #[test]
    fn a_process_is_inside_at_the_container_s_own_group_and_below() {
        let first = with("0::/system.slice/docker-ID.scope\n");
        assert!(is_inside(&first, ID, &first));
        assert!(is_inside(&with("0::/system.slice/docker-ID.scope/below\n"), ID, &first));
        let moved = with("0::/system.slice/docker-ID.scope/init\n");
        assert!(is_inside(&with("0::/system.slice/docker-ID.scope/other\n"), ID, &moved));
    }

    #[test]
    fn a_group_of_the_same_name_elsewhere_is_not_the_container() {
        let first = with("0::/system.slice/docker-ID.scope\n");
        for forged in [
            "0::/user.slice/user-1000.slice/user@1000.service/docker-ID.scope\n",
            "0::/system.slice/docker-OTHER.scope/docker-ID.scope\n",
            "0::/system.slice/docker-ID.scope2\n",
            "0::/system.slice\n",
            "0::/\n",
            "1:name=systemd:/system.slice/docker-ID.scope\n",
            "",
        ] {
            assert!(!is_inside(&with(forged), ID, &first), "{forged}");
        }
    }

    #[test]
    fn every_hierarchy_of_the_container_counts() {
        let first = with("4:memory:/docker/ID\n3:cpu:/docker/ID\n0::/\n");
        assert!(is_inside(&first, ID, &first));
        assert!(!is_inside(&with("4:memory:/docker/ID\n3:cpu:/docker/OTHER\n"), ID, &first));
        assert!(!is_inside(&with("4:memory:/docker/ID\n"), ID, &first));
    }

    #[test]
    fn a_first_process_that_is_in_no_such_group_proves_nothing() {
        let forged = with("0::/user.slice/docker-ID.scope\n");
        assert!(!is_inside(&forged, ID, "0::/\n"));
        assert!(!is_inside(&forged, ID, &with("0::/docker/OTHER\n")));
    }
}
