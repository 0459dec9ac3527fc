//! What a tenant has, as the daemon counts it by the label.
//!
//! Memory and processors are not in lists, so each container is inspected, every time: nothing is
//! kept that another gate or root could have changed meanwhile, and there are as few to inspect as
//! the quotas allow.

use super::super::objects::inspect;
use super::super::question;
use super::super::upstream::Upstream;
use crate::catalogue::Op;
use crate::policy::{ALL, Amounts, Demand, Quota, Quotas};
use crate::request::values::amount::processors;
use crate::request::{Refusal, Request, UseValue};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Containers of one tenant that are inspected to know what they are promised.
const MAX_INSPECTED: usize = 1024;

/// A container as it is listed.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    id: String,
    #[serde(default)]
    mounts: Vec<Mount>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mount {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Volumes {
    #[serde(default)]
    volumes: Option<Vec<Named>>,
}

/// A volume, of which no more is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
}

/// What a container is promised.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Promised {
    id: String,
    host_config: HostConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct HostConfig {
    memory: i64,
    nano_cpus: i64,
    cpu_quota: i64,
    cpu_period: i64,
}

impl HostConfig {
    fn memory(&self) -> i64 {
        if self.memory > 0 { self.memory } else { ALL }
    }

    fn cpus(&self) -> i64 {
        match processors(self.nano_cpus, self.cpu_quota, self.cpu_period) {
            UseValue::Amount(Some(cpus)) => cpus,
            _ => ALL,
        }
    }
}

/// The daemon, and the label to count by.
pub(super) struct Counter<'a> {
    pub(super) upstream: &'a Rc<Upstream>,
    pub(super) label: (&'a str, &'a str),
    pub(super) quotas: &'a Quotas,
}

impl Counter<'_> {
    /// What there is, and what the request adds to it.
    ///
    /// # Errors
    /// The daemon does not say, so that nothing can be counted.
    pub(super) async fn count(&self, request: &Request, demand: Demand) -> Result<(Amounts, Amounts), Refusal> {
        let counted = match request.operation().op {
            Op::ContainerUpdate => self.changed(request, demand.amounts).await,
            _ => self.added(demand).await,
        };
        counted.map_err(|why| Refusal { status: 502, message: why.into() })
    }

    async fn added(&self, demand: Demand) -> Result<(Amounts, Amounts), String> {
        let mut there = Amounts::default();
        let listed = self.listed().await?;
        there.containers = count(listed.len());
        if demand.amounts.containers > 0 && self.promises() {
            self.promised(&listed, None, &mut there).await?;
        }
        let mut more = demand.amounts;
        if self.has(Quota::Volumes) && demand.at_most().volumes > 0 {
            let volumes = self.volumes(&listed).await?;
            there.volumes = count(volumes.len());
            more.volumes += self.missing(&volumes, demand.named, there.volumes + more.volumes).await?;
        }
        Ok((there, more))
    }

    /// A limit that is not raised needs no room.
    async fn changed(&self, request: &Request, mut more: Amounts) -> Result<(Amounts, Amounts), String> {
        let mut there = Amounts::default();
        let name = request.params().object.as_deref().unwrap_or_default();
        let Some(now) = inspect::<Promised>(self.upstream, Op::ContainerInspect, name).await? else {
            return Ok((there, Amounts::default()));
        };
        let raised = |wanted, now| if wanted > now { wanted } else { 0 };
        more.mem_limit = raised(more.mem_limit, now.host_config.memory());
        more.cpus = raised(more.cpus, now.host_config.cpus());
        let listed = self.listed().await?;
        self.promised(&listed, Some(&now.id), &mut there).await?;
        Ok((there, more))
    }

    fn has(&self, quota: Quota) -> bool {
        self.quotas.most(quota).is_some()
    }

    fn promises(&self) -> bool {
        self.has(Quota::MemLimit) || self.has(Quota::Cpus)
    }

    async fn listed(&self) -> Result<Vec<Listed>, String> {
        self.ask(Op::ContainerList).await
    }

    /// Adds up what the containers are promised, but for one of them.
    async fn promised(&self, listed: &[Listed], but: Option<&str>, there: &mut Amounts) -> Result<(), String> {
        if listed.len() > MAX_INSPECTED {
            return Err(format!("the tenant has more than {MAX_INSPECTED} containers, which are not counted"));
        }
        for container in listed.iter().filter(|container| Some(container.id.as_str()) != but) {
            // one that is gone meanwhile is promised nothing
            if let Some(found) = inspect::<Promised>(self.upstream, Op::ContainerInspect, &container.id).await? {
                there.promise(found.host_config.memory(), found.host_config.cpus());
            }
        }
        Ok(())
    }

    /// The tenant's volumes: by the label, and those without a name of their own by its containers.
    async fn volumes(&self, listed: &[Listed]) -> Result<BTreeSet<String>, String> {
        let Volumes { volumes } = self.ask(Op::VolumeList).await?;
        let unnamed = listed.iter().flat_map(|container| &container.mounts).map(|mount| &mount.name);
        let unnamed = unnamed.filter(|name| is_by_chance(name)).cloned();
        Ok(volumes.unwrap_or_default().into_iter().map(|volume| volume.name).chain(unnamed).collect())
    }

    /// How many of the named volumes are not there yet; no more are asked about than are needed to
    /// know that there is no room.
    async fn missing(&self, own: &BTreeSet<String>, named: BTreeSet<String>, there: i64) -> Result<i64, String> {
        let most = self.quotas.most(Quota::Volumes).unwrap_or(ALL);
        let mut missing = 0;
        for name in named.difference(own) {
            if there + missing > most {
                break;
            }
            missing += i64::from(inspect::<Named>(self.upstream, Op::VolumeInspect, name).await?.is_none());
        }
        Ok(missing)
    }

    async fn ask<T: DeserializeOwned>(&self, op: Op) -> Result<T, String> {
        let asked = "the daemon was asked what the tenant has";
        let (status, body) =
            question::labelled(self.upstream, op, self.label).await.map_err(|error| format!("{asked}: {error}"))?;
        if status != StatusCode::OK {
            return Err(format!("{asked}, and answered {status}"));
        }
        serde_json::from_slice(&body).map_err(|error| format!("{asked}, and its answer cannot be read: {error}"))
    }
}

/// The name that Docker gives to a volume without one.
fn is_by_chance(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(ALL)
}
