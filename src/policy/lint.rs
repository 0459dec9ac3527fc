//! What is no mistake in the language, and yet may not be what was meant.

use super::about;
use super::compile::Mode;
use super::load::Placed;
use super::names::Names;
use super::overlap::overlap;
use super::place::Spot;
use super::problem::Warning;
use super::report::{Report, Span};
use super::role::Role;
use super::rule::Rule;
use super::syntax::Entry;
use super::text::{listed, shown};
use super::who::Who;
use super::{lint_forged, lint_host, lint_view};
use crate::catalogue::chains::Outcome;
use crate::catalogue::{Facet, OPERATIONS, Op, OpSet, Operation};
use crate::request::UseValue;
use lint_host::Ways;

/// The most names that one warning lists.
const MOST: usize = 8;

/// Operations that lead to root on the host by what their requests carry.
const ROOT: &[Op] = &[
    Op::ContainerCreate,
    Op::ContainerExec,
    Op::ImageBuild,
    Op::PluginCreate,
    Op::PluginPull,
    Op::PluginSet,
    Op::PluginUpgrade,
    Op::ServiceCreate,
    Op::ServiceUpdate,
    Op::VolumeCreate,
];

/// Something that nothing uses.
pub(super) fn unused(report: &mut Report<'_>, span: Span, what: &str, name: &str) {
    let message = format!("nothing uses the {what} {}", shown(name));
    report.warn(span, message, "remove it, or check the spelling where it was meant");
}

/// An entry that cannot do what it seems to do.
pub(super) fn entry(report: &mut Report<'_>, entry: &Entry<'_>, rules: &[Rule], mode: Mode) {
    if mode == Mode::Never {
        return;
    }
    names_and_ids(report, entry, rules);
    facets_by_id(report, entry, rules);
    let limits = rules.iter().flat_map(|rule| rule.query.iter());
    if let Some(limit) = limits.into_iter().find(|limit| limit.fits_nothing()) {
        let message = format!("no request can fit `query.{}: none`", limit.param.name);
        report.warn(entry.span, message, "Docker takes its default where the parameter is left out");
    }
}

/// Names that Docker could take for IDs, and IDs that come where names are expected.
fn names_and_ids(report: &mut Report<'_>, entry: &Entry<'_>, rules: &[Rule]) {
    // of what the daemon is asked about, the true name is known
    let textual = |rule: &&Rule| !about::resolves(rule.op);
    let some = |is: fn(&Names) -> bool| rules.iter().filter(textual).filter_map(|rule| rule.target.as_ref()).any(is);
    if some(Names::fits_nothing) {
        let help = "a name of hex digits alone could be the ID of any object, so it is never taken for a name";
        report.warn(entry.span, "a name under this `target` can never fit", help);
    }
    if some(Names::is_doubtful) {
        let help = "while nothing has this name, Docker looks for an ID that begins so; \
                    names with a `-`, `_` or `.` are free of that";
        report.warn(entry.span, "a name under this `target` could also be the beginning of an ID", help);
    }
}

/// Names in facets that Docker could take for IDs.
fn facets_by_id(report: &mut Report<'_>, entry: &Entry<'_>, rules: &[Rule]) {
    if let Some(limit) = rules.iter().flat_map(|rule| rule.facets.iter()).find(|limit| limit.fits_nothing()) {
        let help = "a name of hex digits alone could be the ID of any object, so it is never taken for a name";
        report.warn(entry.span, format!("a name under {} can never fit", shown(limit.row.word)), help);
    }
}

/// Entries that say the same twice.
pub(super) fn repeated(report: &mut Report<'_>, entries: &[Entry<'_>]) {
    for (index, entry) in entries.iter().enumerate() {
        let same = |other: &&Entry<'_>| other.word == entry.word && other.limits == entry.limits;
        if let Some(first) = entries.iter().take(index).find(same) {
            let message = format!("{} is listed twice with the same limits", shown(entry.word));
            report.warn(entry.span, message, format!("remove it here or on line {}", first.span.line));
        }
    }
}

/// What shows when all roles are known.
pub(super) fn roles(roles: &[Placed]) -> Vec<Warning> {
    let mut found: Vec<Warning> = roles.iter().flat_map(alone).collect();
    for (index, placed) in roles.iter().enumerate() {
        let before = roles.iter().take(index);
        found
            .extend(before.filter(|other| overlap(&other.role.who, &placed.role.who)).map(|other| both(other, placed)));
    }
    found.extend(roles.iter().flat_map(|trusting| roles.iter().filter_map(|maker| posing(trusting, maker))));
    found
}

/// Containers that one role is for, and that another can make.
fn posing(trusting: &Placed, maker: &Placed) -> Option<Warning> {
    let marks = lint_forged::forged(&trusting.role, &maker.role);
    if marks.is_empty() || std::ptr::eq(trusting, maker) {
        return None;
    }
    let (role, other) = (trusting.role.name(), maker.role.name());
    let message = format!(
        "the role `{role}` is for containers by their {}, which the role `{other}` may give to containers that it creates",
        listed(&marks.iter().map(|mark| shown(mark)).collect::<Vec<_>>(), "and", MOST)
    );
    Some(warning(
        &trusting.who,
        message,
        "limit what `ContainerCreate` may give there, such as `labels`, `name` and `image`",
    ))
}

/// Operations that a role behind a fence is granted by name, and that no fence holds.
fn unheld(placed: &Placed) -> Option<Warning> {
    let tenant = placed.role.tenant()?;
    let named = |op: &Op| placed.role.grants_of(*op).iter().any(|rule| rule.place.path.ends_with(op.name()));
    let closed = OPERATIONS.iter().map(|row| row.op).filter(|op| tenant.closes(*op)).filter(named);
    let closed: Vec<String> = closed.map(|op| shown(op.name())).collect();
    let message = || {
        format!(
            "the role `{}` has a tenant, so that {} will always be denied",
            placed.role.name(),
            listed(&closed, "and", MOST)
        )
    };
    let help = "it reaches what nothing tells apart by tenant, or the host: leave it out, or grant it to a role without a tenant (`ImageBuild` needs `shared: { use: { images: any } }`)";
    (!closed.is_empty()).then(|| warning(&placed.name, message(), help))
}

/// Ways around a fence that the gate cannot see.
fn around(placed: &Placed) -> Vec<Warning> {
    let role = &placed.role;
    let Some(tenant) = role.tenant() else { return Vec::new() };
    let bridge = |rule: &Rule| rule.lets(Facet::Networks, &UseValue::Default);
    let ways = [
        (
            role.may_ever(Op::ImageBuild) && !tenant.closes(Op::ImageBuild),
            "may build images: from any on the host, other tenants' too, and into the cache that all builds on it share",
            "keep secrets out of images, or leave `ImageBuild` out",
        ),
        (
            role.grants_of(Op::ContainerCreate).iter().any(bridge),
            "may join Docker's default bridge, where containers of all tenants reach each other by address",
            "write `networks: own`, so that containers join networks of their tenant alone",
        ),
        (
            role.grants_of(Op::ContainerCreate).iter().any(|rule| rule.unexamined),
            "has a tenant and its `ContainerCreate` is not examined, so that its containers can reach the host, and there whatever is another's",
            "name the operations, and what containers may have",
        ),
    ];
    let told = |(_, what, help)| warning(&placed.name, format!("the role `{}` {what}", role.name()), help);
    ways.into_iter().filter(|(open, ..)| *open).map(told).collect()
}

fn alone(placed: &Placed) -> Vec<Warning> {
    [host(placed), tells(placed), blind(placed), moved(placed), anyone(placed), unheld(placed)]
        .into_iter()
        .flatten()
        .chain(forbidden(placed))
        .chain(told(placed))
        .chain(around(placed))
        .collect()
}

fn both(first: &Placed, second: &Placed) -> Warning {
    let (a, b) = (first.role.name(), second.role.name());
    let message = format!("some clients are both `{a}` and `{b}`, and will be refused");
    warning(&second.who, message, "make the roles' `who` exclude each other")
}

/// Roles that are root on the host, or can become it.
fn host(placed: &Placed) -> Option<Warning> {
    let role = &placed.role;
    let unexamined = unexamined(role);
    if unexamined.iter().any(|op| ROOT.contains(&op)) {
        let message = format!("the role `{}` is root on the host: it may {}", role.name(), unread(role, unexamined));
        return Some(warning(&placed.name, message, "name the operations that it needs, and what they may use"));
    }
    let Ways { alone, given } = lint_host::reached(role, Outcome::HostRoot);
    let (ways, how) = match alone.is_empty() {
        true => (given, " where the way is open already"),
        false => (alone, ""),
    };
    (!ways.is_empty()).then(|| {
        let (name, list) = (role.name(), listed(&ways, "and", MOST));
        let message = format!("the role `{name}` may do what can lead to root on the host{how}: {list}");
        warning(&placed.name, message, "`dockgate reach` shows each step, and which line allows it")
    })
}

/// Roles that have the daemon tell others what they like.
fn tells(placed: &Placed) -> Option<Warning> {
    let role = &placed.role;
    let Ways { alone, .. } = lint_host::reached(role, Outcome::SendOut);
    let is_root = unexamined(role).iter().any(|op| ROOT.contains(&op));
    (!alone.is_empty() && !is_root).then(|| {
        let (name, list) = (role.name(), listed(&alone, "and", MOST));
        let message = format!("the role `{name}` may have the daemon send data out of the host: {list}");
        warning(&placed.name, message, "limit `registries`, `image`, `remote_source`, `logging` and `log_opts` there")
    })
}

/// Operations whose requests nobody reads, where that is less than root.
fn blind(placed: &Placed) -> Option<Warning> {
    let unexamined = unexamined(&placed.role);
    let told = !unexamined.is_empty() && !unexamined.iter().any(|op| ROOT.contains(&op));
    let message = || format!("the role `{}` may {}", placed.role.name(), unread(&placed.role, unexamined));
    let help = "write what it may use instead: what is not read can be anything that a later Docker learns";
    told.then(|| warning(&placed.name, message(), help))
}

fn unexamined(role: &Role) -> OpSet {
    OPERATIONS.iter().map(|row| row.op).filter(|op| role.unexamined(*op)).collect()
}

/// `ContainerCreate and ImageTag, unexamined`
fn unread(role: &Role, operations: OpSet) -> String {
    let everything = operations.iter().flat_map(|op| role.grants_of(op)).any(is_everything);
    let all = || listed(&names(operations.iter().map(|op| op.operation())), "and", MOST);
    format!("{}, unexamined", if everything { shown("everything") } else { all() })
}

fn is_everything(rule: &Rule) -> bool {
    rule.place.path.ends_with(".everything")
}

/// An image is what its name stands for at the moment.
fn moved(placed: &Placed) -> Option<Warning> {
    let movers = lint_host::movers(&placed.role);
    (!movers.is_empty()).then(|| {
        let list = listed(&movers, "and", MOST);
        let message = format!(
            "the role `{}` may give the names that its `image` allows to other images: {list}",
            placed.role.name()
        );
        warning(&placed.name, message, "limit `tags` there; an archive that is loaded brings its own names")
    })
}

/// Parts that are hidden in one answer alone.
fn told(placed: &Placed) -> Vec<Warning> {
    let warn = |leak: lint_view::Leak| {
        let (role, hidden) = (placed.role.name(), leak.hidden.name());
        let message =
            format!("the role `{role}` hides `{}` in {hidden}, and yet may read it by {}", leak.part, leak.read);
        warning(&placed.name, message, "hide it there as well, or leave these out")
    };
    lint_view::leaks(&placed.role).into_iter().map(warn).collect()
}

fn anyone(placed: &Placed) -> Option<Warning> {
    let message = format!("the role `{}` is for anyone who can open the socket", placed.role.name());
    let help = "guard the socket's directory well, or say `who: [{ uid: 1001 }]`";
    matches!(placed.role.who, Who::Anyone).then(|| warning(&placed.who, message, help))
}

/// Operations that are granted and forbidden as a whole.
fn forbidden(placed: &Placed) -> Vec<Warning> {
    let role = &placed.role;
    let lost = |row: &&Operation| {
        let named = role.grants_of(row.op).iter().any(|rule| !is_everything(rule));
        let banned = role.bans_of(row.op).iter().any(Rule::is_unlimited);
        named && banned
    };
    let lost: OpSet = OPERATIONS.iter().filter(lost).map(|row| row.op).collect();
    if lost.is_empty() {
        return Vec::new();
    }
    let list = listed(&names(lost.iter().map(|op| op.operation())), "and", MOST);
    let message = format!("`never` forbids what the role `{}` may: {list}", role.name());
    vec![warning(&placed.name, message, "that may be meant; else remove one of the two")]
}

fn names<'o>(rows: impl Iterator<Item = &'o Operation>) -> Vec<String> {
    let mut names: Vec<String> = rows.map(|row| row.name.to_owned()).collect();
    names.dedup();
    names
}

fn warning(spot: &Spot, message: String, help: &str) -> Warning {
    Warning { spot: spot.clone(), message, help: Some(help.to_owned()) }
}

#[cfg(test)]
#[path = "lint_tests.rs"]
mod tests;
