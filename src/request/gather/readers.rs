//! The values that mean more than their text, one reader each.

use super::{Fields, fields_of, flag, get, int, object, pairs, text, texts};
use crate::catalogue::fields::{Field, Gather};
use crate::catalogue::{Facet, Op};
use crate::request::values::bind::Bind;
use crate::request::values::mount::{Mount, gather_tmpfs};
use crate::request::values::pair::entry;
use crate::request::values::{amount, device, plain, port, ulimit, volume_opts};
use crate::request::{Tree, UseValue, Uses};

/// Reads a value by the reader that its row names.
pub(super) fn read(gather: Gather, op: Op, field: &'static Field, value: &Tree, beside: &Fields, uses: &mut Uses) {
    match gather {
        Gather::AnonymousVolumes => keys(value).for_each(|_| uses.push(Facet::Volumes, UseValue::Unnamed)),
        Gather::Binds => each_text(value, |spec| Bind::gather(spec, uses)),
        Gather::Blkio => each_object(value, |device| uses.push_text(Facet::BlkioConfig, &disk(device))),
        Gather::Cpus => cpus(op, beside, uses),
        Gather::CpusReservation => reserve(value, uses),
        Gather::DeviceRequests => each_object(value, |request| device_request(request, uses)),
        Gather::Devices => each_object(value, |device| uses.push(Facet::Devices, host_device(device))),
        Gather::GenericResources => each_object(value, |resource| generic_resource(resource, uses)),
        Gather::Links => each_text(value, |link| other_container(Facet::Links, link, uses)),
        Gather::MemorySwap => memory_swap(op, beside, uses),
        Gather::Mounts => each_object(value, |fields| mount(fields, uses)),
        Gather::NetworkMode => plain::gather_text(Facet::NetworkMode, value.text().unwrap_or_default(), uses),
        Gather::PluginPrivileges => plugin_privilege(beside, uses),
        Gather::PortBindings => port_bindings(value, uses),
        Gather::Privileges => privileges(fields_of(value), uses),
        Gather::PublishAll if *value == Tree::Flag(true) => uses.push(Facet::Ports, UseValue::All),
        Gather::PublishAll => {}
        Gather::ServiceMode => service_mode(fields_of(value), uses),
        Gather::ServicePorts => each_object(value, |port| service_port(port, uses)),
        Gather::SwapBytes => swap(value, beside, uses),
        Gather::SwarmCa => setting(Facet::SwarmCa, field, value, uses),
        Gather::SwarmSettings => setting(Facet::SwarmSettings, field, value, uses),
        Gather::Tmpfs => pairs(Some(value)).into_iter().for_each(|(at, options)| gather_tmpfs(at, options, uses)),
        Gather::Ulimits => each_object(value, |limit| uses.push(Facet::Ulimits, process_limit(limit))),
        // the driver is a field of its own
        Gather::VolumeOpts => volume_opts::gather("", pairs(Some(value)), uses),
        Gather::VolumesFrom => each_text(value, |from| other_container(Facet::VolumesFrom, from, uses)),
    }
}

fn each_text(value: &Tree, mut then: impl FnMut(&str)) {
    texts(value.items()).into_iter().for_each(&mut then);
}

fn each_object(value: &Tree, mut then: impl FnMut(&Fields)) {
    value.items().iter().map(fields_of).for_each(&mut then);
}

fn keys(value: &Tree) -> impl Iterator<Item = &str> {
    let entries = if let Tree::Map(entries) = value { entries.as_slice() } else { &[] };
    entries.iter().map(|(key, _)| key.as_str())
}

/// `["CMD", ...]`, `["CMD-SHELL", "..."]`, `["NONE"]`; an empty list is the image's own.
pub(super) fn health_check(test: &[Tree], uses: &mut Uses) {
    let value = match texts(test).as_slice() {
        [] => return,
        ["NONE", ..] => UseValue::Nothing,
        ["CMD", command @ ..] => plain::command(command),
        // the shell reads the text, so it is not quoted once more
        ["CMD-SHELL", script @ ..] => UseValue::Text(script.join(" ")),
        other => UseValue::Odd(other.join(" ")),
    };
    uses.push(Facet::Healthcheck, value);
}

/// A weight or speed: `/dev/sda:1048576`.
fn disk(fields: &Fields) -> String {
    let number = int(fields, "Rate").max(int(fields, "Weight"));
    format!("{}:{number}", text(fields, "Path"))
}

/// Processors by number, or by quota of a period.
fn cpus(op: Op, fields: &Fields, uses: &mut Uses) {
    let nano = int(fields, "NanoCpus").max(int(fields, "NanoCPUs"));
    let (quota, period) = (int(fields, "CpuQuota"), int(fields, "CpuPeriod"));
    if op == Op::ContainerUpdate {
        return cpus_changed(nano, quota, period, uses);
    }
    if [nano, quota, period].iter().any(|number| *number != 0) {
        uses.push(Facet::Cpus, amount::processors(nano, quota, period));
    }
}

/// An update keeps what it does not name, so a quota or a period alone says nothing of their ratio.
fn cpus_changed(nano: i64, quota: i64, period: i64, uses: &mut Uses) {
    match (nano, quota, period) {
        (0, 0, 0) => {}
        (0, _, 0) | (0, 0, _) => uses.push(Facet::Cpus, UseValue::Amount(None)),
        _ => uses.push(Facet::Cpus, amount::processors(nano, quota, period)),
    }
}

fn reserve(value: &Tree, uses: &mut Uses) {
    if let Tree::Int(nano) = value
        && *nano != 0
    {
        uses.push(Facet::CpusReservation, UseValue::Amount(Some(*nano)));
    }
}

/// `nvidia`, `nvidia:0`, or where no driver is named what it has to be capable of: `gpu`.
fn device_request(fields: &Fields, uses: &mut Uses) {
    let capable = || get(fields, "Capabilities").into_iter().flat_map(Tree::items).flat_map(Tree::items);
    let driver = match text(fields, "Driver") {
        "" => capable().filter_map(Tree::text).collect::<Vec<_>>().join(","),
        driver => driver.to_owned(),
    };
    let ids = texts(get(fields, "DeviceIDs").map_or(&[], Tree::items));
    for id in &ids {
        uses.push_text(Facet::DeviceRequests, &format!("{driver}:{id}"));
    }
    if ids.is_empty() {
        uses.push_text(Facet::DeviceRequests, &driver);
    }
    // what a driver makes of its options, nobody here knows
    for (key, _) in pairs(get(fields, "Options")) {
        uses.push(Facet::DeviceRequests, UseValue::Odd(format!("{driver}:{key}")));
    }
}

fn host_device(fields: &Fields) -> UseValue {
    device::device(text(fields, "PathOnHost"), text(fields, "CgroupPermissions"))
}

fn generic_resource(fields: &Fields, uses: &mut Uses) {
    let named = object(fields, "NamedResourceSpec");
    if !named.is_empty() {
        uses.push_text(Facet::GenericResources, &format!("{}={}", text(named, "Kind"), text(named, "Value")));
    }
    let counted = object(fields, "DiscreteResourceSpec");
    if !counted.is_empty() {
        uses.push_text(Facet::GenericResources, &format!("{}={}", text(counted, "Kind"), int(counted, "Value")));
    }
}

/// `web:alias`, `web:ro`, `/web`: the container is what stands before the first colon.
fn other_container(facet: Facet, spec: &str, uses: &mut Uses) {
    let name = spec.split(':').next().unwrap_or_default();
    uses.push_text(facet, name.strip_prefix('/').unwrap_or(name));
}

/// To an update 0 leaves the limit as it is.
fn memory_swap(op: Op, fields: &Fields, uses: &mut Uses) {
    let (memory, both) = (int(fields, "Memory"), int(fields, "MemorySwap"));
    if both != 0 || op != Op::ContainerUpdate {
        uses.push(Facet::MemswapLimit, amount::memory_and_swap(memory, both));
    }
}

/// Swap of a service's tasks, beside the memory that stands under `Limits`.
fn swap(value: &Tree, beside: &Fields, uses: &mut Uses) {
    let Tree::Int(swap) = value else { return };
    let memory = int(object(beside, "Limits"), "MemoryBytes");
    let both = if *swap < 0 || memory <= 0 { None } else { memory.checked_add(*swap) };
    uses.push(Facet::MemswapLimit, UseValue::Amount(both));
}

/// The options that widen a bind or say how a volume is filled, by the words of policies.
const MOUNT_FLAGS: &[(&str, &str, &str)] = &[
    ("BindOptions", "NonRecursive", "non_recursive"),
    ("BindOptions", "CreateMountpoint", "create_mountpoint"),
    ("BindOptions", "ReadOnlyNonRecursive", "read_only_non_recursive"),
    ("VolumeOptions", "NoCopy", "nocopy"),
];

fn mount(fields: &Fields, uses: &mut Uses) {
    let volume = object(fields, "VolumeOptions");
    let driver = object(volume, "DriverConfig");
    let memory = object(fields, "TmpfsOptions");
    let set = |(group, name, word): &(&str, &str, &'static str)| flag(object(fields, group), name).then_some(*word);
    let consistency = Some(text(fields, "Consistency")).filter(|word| *word != "default");
    let kind = text(fields, "Type");
    // a file system in memory without a size may take half of it
    let size = get(memory, "SizeBytes").map(|_| int(memory, "SizeBytes")).or((kind == "tmpfs").then_some(0));
    let options = get(memory, "Options").map_or(&[][..], Tree::items);
    Mount {
        kind,
        source: text(fields, "Source"),
        target: text(fields, "Target"),
        read_only: flag(fields, "ReadOnly"),
        propagation: text(object(fields, "BindOptions"), "Propagation"),
        flags: MOUNT_FLAGS.iter().filter_map(set).chain(consistency).collect(),
        subpath: text(volume, "Subpath"),
        driver: text(driver, "Name"),
        driver_opts: pairs(get(driver, "Options")),
        labels: pairs(get(volume, "Labels")),
        tmpfs_size: size,
        tmpfs_options: options.iter().map(|words| texts(words.items()).join("=")).collect(),
    }
    .gather(uses);
    for (key, value) in pairs(get(volume, "Labels")) {
        uses.push(Facet::Labels, entry(key, value));
    }
}

/// `network=host`; a privilege without values is its name alone.
fn plugin_privilege(fields: &Fields, uses: &mut Uses) {
    let name = text(fields, "Name");
    let values = texts(get(fields, "Value").map_or(&[], Tree::items));
    for value in &values {
        uses.push_text(Facet::PluginPrivileges, &format!("{name}={value}"));
    }
    if values.is_empty() {
        uses.push_text(Facet::PluginPrivileges, name);
    }
}

/// A port without bindings is not published.
fn port_bindings(value: &Tree, uses: &mut Uses) {
    let Tree::Map(entries) = value else { return };
    for (container, bindings) in entries {
        each_object(bindings, |binding| {
            let (address, host) = (text(binding, "HostIp"), text(binding, "HostPort"));
            uses.push(Facet::Ports, port::binding(container, address, host));
        });
    }
}

/// Security of a service's containers, in the words of `security_opt`.
fn privileges(fields: &Fields, uses: &mut Uses) {
    for (kind, value) in credentials(object(fields, "CredentialSpec")) {
        uses.push_text(Facet::CredentialSpec, &format!("{kind}={value}"));
    }
    for option in security_options(fields) {
        uses.push_text(Facet::SecurityOpt, &option);
    }
}

fn credentials(fields: &Fields) -> impl Iterator<Item = (&'static str, &str)> {
    let kinds = [("config", "Config"), ("file", "File"), ("registry", "Registry")];
    kinds.into_iter().map(|(word, name)| (word, text(fields, name))).filter(|(_, value)| !value.is_empty())
}

fn security_options(fields: &Fields) -> Vec<String> {
    let label = object(fields, "SELinuxContext");
    let parts = [("user", "User"), ("role", "Role"), ("type", "Type"), ("level", "Level")];
    let parts = parts.into_iter().map(|(word, name)| (word, text(label, name))).filter(|(_, value)| !value.is_empty());
    let mut options: Vec<String> = parts.map(|(word, value)| format!("label={word}:{value}")).collect();
    options.extend(flag(label, "Disable").then(|| "label=disable".to_owned()));
    options.extend(mode("seccomp", text(object(fields, "Seccomp"), "Mode")));
    options.extend(mode("apparmor", text(object(fields, "AppArmor"), "Mode")));
    options.extend(flag(fields, "NoNewPrivileges").then(|| "no-new-privileges=true".to_owned()));
    options
}

/// `default` and nothing are Docker's own; `disabled` is what containers call unconfined.
fn mode(option: &str, mode: &str) -> Option<String> {
    match mode {
        "" | "default" => None,
        "disabled" => Some(format!("{option}=unconfined")),
        mode => Some(format!("{option}={mode}")),
    }
}

fn service_mode(fields: &Fields, uses: &mut Uses) {
    for (field, value) in fields {
        let (word, counts): (&str, &[&str]) = match field.name {
            "Replicated" => ("replicated", &["Replicas"]),
            "ReplicatedJob" => ("replicated-job", &["MaxConcurrent", "TotalCompletions"]),
            "Global" => ("global", &[]),
            _ => ("global-job", &[]),
        };
        uses.push_text(Facet::ServiceMode, word);
        for count in counts.iter().filter(|count| get(fields_of(value), count).is_some()) {
            uses.push(Facet::Replicas, UseValue::Amount(Some(int(fields_of(value), count))));
        }
    }
}

fn service_port(fields: &Fields, uses: &mut Uses) {
    let mode = text(fields, "PublishMode");
    if !mode.is_empty() {
        uses.push_text(Facet::PublishMode, mode);
    }
    let container = format!("{}/{}", int(fields, "TargetPort"), text(fields, "Protocol"));
    uses.push(Facet::Ports, port::binding(&container, "", &int(fields, "PublishedPort").to_string()));
}

/// A setting that is given: its name is the value.
fn setting(facet: Facet, field: &Field, value: &Tree, uses: &mut Uses) {
    let nothing = [Tree::Int(0), Tree::Text(String::new()), Tree::List(Vec::new())];
    if !nothing.contains(value) {
        uses.push_text(facet, field.name);
    }
}

pub(super) fn process_limit(fields: &Fields) -> UseValue {
    ulimit::ulimit(text(fields, "Name"), int(fields, "Soft"), int(fields, "Hard"))
}
