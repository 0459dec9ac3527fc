//! The container that a request is to be a copy of: the one of that name, or one that the same role
//! has removed or renamed a moment ago.

use super::connection::Link;
use super::objects::{self, Described};
use super::remembered::{Fate, Memory, Owner, Past};
use super::upstream::Upstream;
use crate::catalogue::Op;
use crate::policy::Role;
use crate::record::visible;
use crate::request::original::addresses;
use crate::request::{Object, Original, Refusal, Request};
use http::StatusCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

/// Of how many containers of one name the daemon is asked what became of them, for one request.
const MAX_ASKED: usize = 8;

/// A container that is about to go, or to lose its name.
#[derive(Debug)]
pub(super) struct Ending {
    past: Past,
    fate: Fate,
}

/// Adds the original to the request, where the role's rules look at it, and what was hidden of it.
///
/// # Errors
/// The daemon does not say, so that nothing can be judged.
pub(super) async fn ask(link: &Link, role: &Role, mut request: Request) -> Result<Request, Refusal> {
    if role.asks_for_original(request.operation().op) {
        request.original = find(link, role, &request).await?.map(Arc::new);
    }
    Ok(role.completed(request))
}

async fn find(link: &Link, role: &Role, request: &Request) -> Result<Option<Original>, Refusal> {
    let Some(name) = request.name().filter(|name| is_name(name)) else { return Ok(None) };
    let owner = owner(link, role);
    let Some((past, name)) = search(link, &owner, name).await? else { return Ok(None) };
    let mut original = Original::read(&past.inspected, request)?;
    if role.completes() {
        objects::image(&link.upstream, &original.image_id).await.iter().for_each(|image| original.is_of_image(image));
    }
    name.clone_into(&mut original.object.name);
    original.has_users_of_image = past.users_image.as_deref() == Some(original.user());
    let memories = link.gate.remembered.of(&owner, &past.id, Instant::now());
    let had = memories.iter().flat_map(|memory| addresses(&memory.past.inspected));
    had.for_each(|address| original.had_address(&address));
    name_sharers(link, &owner, &mut original).await?;
    Ok(Some(original))
}

/// The original by the name that the copy is to have, and the name that it has or had.
async fn search<'n>(link: &Link, owner: &Owner, name: &'n str) -> Result<Option<(Past, &'n str)>, Refusal> {
    if let Some(live) = called(&link.upstream, name).await? {
        return Ok(Some((live, name)));
    }
    if let Some((id, plain)) = of_compose(name)
        && let Some(live) = called(&link.upstream, plain).await?.filter(|live| live.id.starts_with(id))
    {
        return Ok(Some((live, plain)));
    }
    Ok(remembered(link, owner, name).await?.map(|past| (past, name)))
}

/// Compose gives a copy a name of the old one's ID and name, until that is removed: `0123456789ab_web`.
fn of_compose(name: &str) -> Option<(&str, &str)> {
    const DIGITS: usize = 12;
    let digits = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    name.split_once('_').filter(|(id, _)| id.len() == DIGITS && id.bytes().all(digits))
}

/// The live container of exactly this name: the daemon also takes an ID for a name.
async fn called(upstream: &Rc<Upstream>, name: &str) -> Result<Option<Past>, Refusal> {
    let found = described(upstream, name).await?;
    let Some((object, described)) = found.filter(|(object, _)| object.name == name) else { return Ok(None) };
    Ok(Some(past(upstream, &object, described).await))
}

/// What the role has done to a container of this name, where the daemon confirms it.
async fn remembered(link: &Link, owner: &Owner, name: &str) -> Result<Option<Past>, Refusal> {
    let all = link.gate.remembered.called(owner, name, Instant::now());
    for Memory { past, fate, .. } in all.into_iter().take(MAX_ASKED) {
        let now = match &fate {
            Fate::Removed => return Ok(Some(past)),
            Fate::Stopped | Fate::Renamed(_) => described(&link.upstream, &past.id).await?,
        };
        match (fate, now) {
            (Fate::Stopped, None) => return Ok(Some(past)),
            (Fate::Renamed(to), Some((object, described))) if object.id == past.id && object.name == to => {
                return Ok(Some(self::past(&link.upstream, &object, described).await));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// Who shares the namespaces of another container may name it, and the daemon tells its ID. It may
/// be gone as well, and made anew under its name.
async fn name_sharers(link: &Link, owner: &Owner, original: &mut Original) -> Result<(), Refusal> {
    let sharers: Vec<String> = original.shares_with().map(str::to_owned).collect();
    for id in sharers {
        let live = described(&link.upstream, &id).await?.map(|(object, _)| object.name);
        let gone = || link.gate.remembered.of(owner, &id, Instant::now()).first().map(|old| old.past.name.clone());
        if let Some(name) = live.or_else(gone) {
            original.shares_with_called(&id, &name);
        }
    }
    Ok(())
}

/// What the request is about to do to a container, for the role to make it anew.
pub(super) async fn before(
    link: &Link,
    role: &Role,
    request: &Request,
    object: &Object,
    described: Option<Described>,
) -> Option<Ending> {
    let op = request.operation().op;
    let described = described.filter(|_| role.remembers(op))?;
    let fate = match op {
        Op::ContainerDelete => Fate::Removed,
        Op::ContainerRename => Fate::Renamed(request.name()?.to_owned()),
        _ => Fate::Stopped,
    };
    Some(Ending { past: past(&link.upstream, object, described).await, fate })
}

/// Remembers it, if the daemon has done it.
pub(super) fn after(link: &Link, role: &Role, ending: Ending, status: StatusCode) {
    if !matches!(status, StatusCode::OK | StatusCode::NO_CONTENT) {
        return;
    }
    let (name, size) = (visible(&ending.past.name), ending.past.inspected.len());
    if !link.gate.remembered.keep(owner(link, role), ending.past, ending.fate, Instant::now()) {
        tracing::warn!("the container {name} is not remembered, so it has no copy: it is described in {size} bytes");
    }
}

/// Whose memory the role's is.
pub(super) fn owner(link: &Link, role: &Role) -> Owner {
    Owner { listener: Arc::clone(&link.listener.name), role: role.name().as_str().into() }
}

/// What an image that is gone by now says of its user, nobody knows: then a copy has to name it.
async fn past(upstream: &Rc<Upstream>, object: &Object, described: Described) -> Past {
    let Described { inspected, image, user } = described;
    let users_image = if user.is_empty() { None } else { objects::user_of_image(upstream, &image).await };
    Past { id: object.id.clone(), name: object.name.clone(), inspected, users_image }
}

async fn described(upstream: &Rc<Upstream>, name: &str) -> Result<Option<(Object, Described)>, Refusal> {
    objects::described(upstream, name).await.map_err(|why| Refusal { status: 502, message: why.into() })
}

/// Names that Docker gives to containers.
fn is_name(name: &str) -> bool {
    let letters = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric()) && name.bytes().all(letters)
}
