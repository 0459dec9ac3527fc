//! The container that a client of TCP comes from: the one that has the address. Unlike the control
//! groups of a process, an address proves little: who shares the network can take it.

use super::caller::{Caller, Life};
use super::limits::LOOK_AGAIN;
use super::objects::{Container, container};
use super::shape::{Broken, each};
use super::upstream::Upstream;
use crate::catalogue::Op;
use serde::Deserialize;
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

/// A running container, as lists tell of it, as far as it is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    id: String,
    #[serde(default)]
    network_settings: Option<Settings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    #[serde(default)]
    networks: Option<HashMap<String, Option<Endpoint>>>,
}

#[derive(Deserialize)]
struct Endpoint {
    #[serde(rename = "IPAddress", default)]
    v4: String,
    #[serde(rename = "GlobalIPv6Address", default)]
    v6: String,
}

impl Listed {
    /// Whether it has the address in one of its networks; that of the host it has in none.
    fn has(&self, address: IpAddr) -> bool {
        let networks = self.network_settings.iter().flat_map(|settings| &settings.networks);
        let given = networks.flatten().filter_map(|(_, endpoint)| endpoint.as_ref());
        given.flat_map(|endpoint| [&endpoint.v4, &endpoint.v6]).any(|text| text.parse() == Ok(address))
    }
}

/// Finds the one running container that has the address.
pub(super) async fn find(upstream: &Rc<Upstream>, address: IpAddr) -> Caller {
    match owners(upstream, address).await {
        Err(why) => Caller::Unseen(why),
        Ok(ids) => match ids.as_slice() {
            [] => Caller::Outside,
            [id] => told(upstream, id).await.unwrap_or_else(Caller::Unseen),
            _ => {
                tracing::warn!(%address, "a client comes from an address that several containers have, and counts as none");
                Caller::Outside
            }
        },
    }
}

/// The IDs of containers with the address; more than one says enough.
async fn owners(upstream: &Rc<Upstream>, address: IpAddr) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    each(upstream, Op::ContainerList, "", |_, bytes| {
        let listed: Listed = serde_json::from_slice(bytes).map_err(|_| Broken::Shape)?;
        if found.len() < 2 && listed.has(address) {
            found.push(listed.id);
        }
        Ok(())
    })
    .await?;
    Ok(found)
}

async fn told(upstream: &Rc<Upstream>, id: &str) -> Result<Caller, String> {
    let found = container(upstream, id).await?.filter(|found| found.state.running);
    let found = found.ok_or("its container has just ended")?;
    let life = Life::of_process(id, found.state.pid).unwrap_or_else(|| watched(upstream, id, found.state.pid));
    Ok(Caller::Inside(Arc::new(found.into()), life))
}

/// A container whose first process cannot be seen: the daemon is asked for it from time to time.
fn watched(upstream: &Rc<Upstream>, id: &str, pid: i32) -> Life {
    let goes_on = Arc::new(AtomicBool::new(true));
    tokio::task::spawn_local(watch(Rc::clone(upstream), id.to_owned(), pid, Arc::downgrade(&goes_on)));
    Life::Told(goes_on)
}

/// Looks until the container has ended or nobody cares. Where the daemon does not say, the next look counts.
async fn watch(upstream: Rc<Upstream>, id: String, pid: i32, goes_on: Weak<AtomicBool>) {
    let is_same = |found: &Container| found.state.running && found.state.pid == pid;
    loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        let Some(goes_on) = goes_on.upgrade() else { return };
        if container(&upstream, &id).await.is_ok_and(|found| !found.as_ref().is_some_and(is_same)) {
            return goes_on.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(networks: &str, address: &str) -> bool {
        let text = format!(r#"{{"Id":"a","Names":["/x"],"NetworkSettings":{networks}}}"#);
        serde_json::from_str::<Listed>(&text).unwrap().has(address.parse().unwrap())
    }

    #[test]
    fn a_container_has_the_addresses_of_its_networks() {
        let networks = r#"{"Networks":{"bridge":{"IPAddress":"172.17.0.2","GlobalIPv6Address":"","Gateway":"172.17.0.1"},
            "other":{"IPAddress":"10.0.0.2","GlobalIPv6Address":"fd00:0::2"},"none":null}}"#;
        for address in ["172.17.0.2", "10.0.0.2", "fd00::2"] {
            assert!(has(networks, address), "{address}");
        }
        for address in ["172.17.0.1", "127.0.0.1", "172.17.0.20", "::"] {
            assert!(!has(networks, address), "{address}");
        }
        let host = r#"{"Networks":{"host":{"IPAddress":"","GlobalIPv6Address":""}}}"#;
        assert!(!has(host, "0.0.0.0") && !has("null", "10.0.0.2") && !has(r#"{"Networks":null}"#, "10.0.0.2"));
    }
}
