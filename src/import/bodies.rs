//! What an original reads of bodies, as limits of entries.

use super::text::quoted;
use crate::catalogue::{FACETS, Facet, Op, Unsaid};

/// A word of the language and its value, as YAML.
pub(super) type Limit = (String, String);

/// How an original looks at what requests carry.
#[derive(Clone, Debug)]
pub(super) enum Bodies {
    /// Not at all.
    Unread,
    /// Mounts of the host come from below these folders.
    BindsBelow(Vec<String>),
    /// By settings of its own, which are these limits; of an operation without any the facets that a
    /// grant opens by itself are what the original lets, too.
    Judged(Vec<(Op, Vec<Limit>)>),
}

/// Where an original looks for mounts of the host.
const MOUNTING: &[Op] =
    &[Op::ContainerCreate, Op::ContainerUpdate, Op::ServiceCreate, Op::ServiceUpdate, Op::VolumeCreate];

impl Bodies {
    /// Whether nothing of this operation's body is read.
    pub(super) fn is_unread(&self, op: Op) -> bool {
        match self {
            Self::Unread => true,
            Self::BindsBelow(_) => !MOUNTING.contains(&op),
            Self::Judged(_) => false,
        }
    }

    /// What the original says itself about the operation.
    pub(super) fn said(&self, op: Op) -> Vec<Limit> {
        match self {
            Self::BindsBelow(folders) if MOUNTING.contains(&op) && Facet::Binds.row().fits(op) => {
                let mut limits = vec![("binds".to_owned(), below(folders))];
                let from = Facet::VolumesFrom.row();
                limits.extend(from.fits(op).then(|| (from.word.to_owned(), "none".to_owned())));
                limits
            }
            Self::Judged(all) => {
                all.iter().filter(|(of, _)| *of == op).flat_map(|(_, limits)| limits.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it lets through all that it says nothing of.
    pub(super) fn opens_the_rest(&self) -> bool {
        !matches!(self, Self::Judged(_))
    }
}

/// `["/srv", "/srv/**"]`: a folder and all below it.
pub(super) fn below(folders: &[String]) -> String {
    let both = |folder: &String| {
        let folder = folder.trim_end_matches('/');
        format!("{}, {}", quoted(folder), quoted(&format!("{folder}/**")))
    };
    format!("[{}]", folders.iter().map(both).collect::<Vec<_>>().join(", "))
}

/// All that a grant of the operation holds back by itself, let go.
pub(super) fn open(op: Op) -> Vec<Limit> {
    let held = FACETS.iter().filter(|row| row.fits(op) && row.unsaid != Unsaid::Any).map(|row| row.word.to_owned());
    let dangers = op.operation().query.iter().filter(|param| param.danger.is_some());
    held.chain(dangers.map(|param| format!("query.{}", param.name))).map(|word| (word, "any".to_owned())).collect()
}
