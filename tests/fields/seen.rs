//! What a container turned out to be, held against what the gate said that its request uses.
//!
//! The reader is one of its own: it knows Docker's inspect, and none of the gate's tables. Whatever
//! an ordinary container does not have must be a use that the gate saw; and what the gate takes for
//! a limit must be one.

use dockgate::catalogue::{Facet, FacetKind};
use dockgate::request::values::port::Ports;
use dockgate::request::{UseValue, Uses};
use serde_json::Value;
use std::path::{Component, Path, PathBuf};

/// What a field of an inspect says.
enum Says {
    /// A text or a number is a use with this very value.
    Value(Facet),
    /// So is each text of a list.
    Each(Facet),
    /// Each entry of a map is a use.
    Pairs(Facet),
    /// Something else is a use of this, whatever it is.
    Any(Facet),
    /// A reader of its own looks at it.
    Own(fn(&mut Seen<'_>, &Value)),
    /// It has no power.
    Free,
}

use Says::{Any, Each, Free, Own, Pairs};

#[rustfmt::skip]
const HOST: &[(&str, Says)] = &[
    ("Annotations", Pairs(Facet::Annotations)),
    ("AutoRemove", Says::Value(Facet::AutoRemove)),
    ("Binds", Own(|seen, value| seen.binds(value))),
    ("BlkioDeviceReadBps", Any(Facet::BlkioConfig)),
    ("BlkioDeviceReadIOps", Any(Facet::BlkioConfig)),
    ("BlkioDeviceWriteBps", Any(Facet::BlkioConfig)),
    ("BlkioDeviceWriteIOps", Any(Facet::BlkioConfig)),
    ("BlkioWeight", Any(Facet::BlkioConfig)),
    ("BlkioWeightDevice", Any(Facet::BlkioConfig)),
    ("CapAdd", Own(|seen, value| seen.capabilities(Facet::CapAdd, value))),
    ("CapDrop", Own(|seen, value| seen.capabilities(Facet::CapDrop, value))),
    ("Cgroup", Says::Value(Facet::CgroupOf)),
    ("CgroupParent", Own(|seen, value| seen.path(Facet::CgroupParent, value))),
    ("CgroupnsMode", Says::Value(Facet::Cgroup)),
    ("ConsoleSize", Free),
    ("ContainerIDFile", Free),
    ("CpuCount", Free),
    ("CpuPercent", Free),
    ("CpuPeriod", Any(Facet::Cpus)),
    ("CpuQuota", Any(Facet::Cpus)),
    ("CpuRealtimePeriod", Says::Value(Facet::CpuRealtime)),
    ("CpuRealtimeRuntime", Says::Value(Facet::CpuRealtime)),
    ("CpuShares", Says::Value(Facet::CpuShares)),
    ("CpusetCpus", Says::Value(Facet::Cpuset)),
    ("CpusetMems", Says::Value(Facet::CpusetMems)),
    ("DeviceCgroupRules", Own(|seen, value| seen.device_rules(value))),
    ("DeviceRequests", Any(Facet::DeviceRequests)),
    ("Devices", Own(|seen, value| seen.devices(value))),
    ("DiskQuota", Free),
    ("Dns", Each(Facet::Dns)),
    ("DnsOptions", Each(Facet::DnsOpt)),
    ("DnsSearch", Each(Facet::DnsSearch)),
    ("ExtraHosts", Each(Facet::ExtraHosts)),
    ("GroupAdd", Own(|seen, value| seen.users(Facet::GroupAdd, value))),
    ("IOMaximumBandwidth", Any(Facet::BlkioConfig)),
    ("IOMaximumIOps", Any(Facet::BlkioConfig)),
    ("Init", Says::Value(Facet::Init)),
    ("IpcMode", Own(|seen, value| seen.namespace(Facet::Ipc, value))),
    ("Isolation", Says::Value(Facet::Isolation)),
    ("KernelMemory", Says::Value(Facet::KernelMemory)),
    ("KernelMemoryTCP", Says::Value(Facet::KernelMemory)),
    ("Links", Own(|seen, value| seen.links(value))),
    ("LogConfig", Own(|seen, value| seen.log(value))),
    ("MaskedPaths", Own(|seen, value| seen.replaced(Facet::MaskedPaths, value))),
    ("Memory", Says::Value(Facet::MemLimit)),
    ("MemoryReservation", Says::Value(Facet::MemReservation)),
    ("MemorySwap", Own(|seen, value| seen.memory_and_swap(value))),
    ("MemorySwappiness", Own(|seen, value| seen.swappiness(value))),
    ("Mounts", Own(|seen, value| seen.mounts(value))),
    ("NanoCpus", Says::Value(Facet::Cpus)),
    ("NetworkMode", Own(|seen, value| seen.network_mode(value))),
    ("OomKillDisable", Says::Value(Facet::OomKillDisable)),
    ("OomScoreAdj", Says::Value(Facet::OomScoreAdj)),
    ("PidMode", Own(|seen, value| seen.namespace(Facet::Pid, value))),
    ("PidsLimit", Own(|seen, value| seen.pids(value))),
    ("PortBindings", Own(|seen, value| seen.ports(value))),
    ("Privileged", Says::Value(Facet::Privileged)),
    ("PublishAllPorts", Own(|seen, value| seen.all_ports(value))),
    ("ReadonlyPaths", Own(|seen, value| seen.replaced(Facet::ReadonlyPaths, value))),
    ("ReadonlyRootfs", Says::Value(Facet::ReadOnly)),
    ("RestartPolicy", Own(|seen, value| seen.restart(value))),
    ("Runtime", Own(|seen, value| seen.runtime(value))),
    ("SecurityOpt", Own(|seen, value| seen.security(value))),
    ("ShmSize", Says::Value(Facet::ShmSize)),
    ("StorageOpt", Pairs(Facet::StorageOpt)),
    ("Sysctls", Own(|seen, value| seen.sysctls(value))),
    ("Tmpfs", Own(|seen, value| seen.tmpfs(value))),
    ("UTSMode", Says::Value(Facet::Uts)),
    ("Ulimits", Own(|seen, value| seen.ulimits(value))),
    ("UsernsMode", Says::Value(Facet::UsernsMode)),
    ("VolumeDriver", Says::Value(Facet::VolumeDriver)),
    ("VolumesFrom", Own(|seen, value| seen.volumes_from(value))),
];

#[rustfmt::skip]
const CONFIG: &[(&str, Says)] = &[
    ("ArgsEscaped", Free),
    ("AttachStderr", Free),
    ("AttachStdin", Free),
    ("AttachStdout", Free),
    ("Cmd", Own(|seen, value| seen.command(Facet::Command, value))),
    ("Domainname", Says::Value(Facet::Domainname)),
    ("Entrypoint", Own(|seen, value| seen.command(Facet::Entrypoint, value))),
    ("Env", Own(|seen, value| seen.env(value))),
    ("ExposedPorts", Own(|seen, value| seen.exposed(value))),
    ("Healthcheck", Own(|seen, value| seen.health(value))),
    ("Hostname", Own(|seen, value| seen.host_name(value))),
    ("Image", Own(|seen, value| seen.image(value))),
    ("Labels", Pairs(Facet::Labels)),
    ("MacAddress", Says::Value(Facet::MacAddress)),
    ("NetworkDisabled", Says::Value(Facet::NetworkDisabled)),
    ("OnBuild", Each(Facet::OnBuild)),
    ("OpenStdin", Free),
    ("Shell", Own(|seen, value| seen.command(Facet::Shell, value))),
    ("StdinOnce", Free),
    ("StopSignal", Says::Value(Facet::StopSignal)),
    ("StopTimeout", Free),
    ("Tty", Free),
    ("User", Own(|seen, value| seen.user(Facet::User, value))),
    ("Volumes", Own(|seen, value| seen.anonymous(value))),
    ("WorkingDir", Own(|seen, value| seen.working_dir(value))),
];

#[rustfmt::skip]
const ENDPOINT: &[(&str, Says)] = &[
    ("Aliases", Own(|seen, value| seen.aliases(value))),
    ("DNSNames", Free),
    ("DriverOpts", Pairs(Facet::EndpointOpts)),
    ("EndpointID", Free),
    ("Gateway", Free),
    ("GlobalIPv6Address", Free),
    ("GlobalIPv6PrefixLen", Free),
    ("GwPriority", Says::Value(Facet::GwPriority)),
    ("IPAMConfig", Own(|seen, value| seen.addresses(value))),
    ("IPAddress", Free),
    ("IPPrefixLen", Free),
    ("IPv6Gateway", Free),
    ("Links", Own(|seen, value| seen.links(value))),
    ("MacAddress", Says::Value(Facet::MacAddress)),
    ("NetworkID", Says::Value(Facet::Networks)),
];

/// A container as Docker shows it.
pub(crate) struct Seen<'a> {
    /// One of which nothing was asked.
    plain: &'a Value,
    shown: &'a Value,
    uses: &'a Uses,
    /// What the gate did not see.
    missed: Vec<String>,
}

/// What of a container the gate did not see in its request, or sees in vain.
pub(crate) fn missed(plain: &Value, shown: &Value, uses: &Uses) -> Vec<String> {
    let mut seen = Seen { plain, shown, uses, missed: Vec::new() };
    seen.fields("HostConfig", &shown["HostConfig"], &plain["HostConfig"], HOST);
    seen.fields("Config", &shown["Config"], &plain["Config"], CONFIG);
    seen.mounted();
    seen.networks();
    seen.beliefs();
    seen.missed
}

impl<'a> Seen<'a> {
    fn fields(&mut self, place: &str, shown: &'a Value, plain: &Value, table: &[(&str, Says)]) {
        for (name, value) in shown.as_object().into_iter().flatten().filter(|(name, value)| plain[*name] != **value) {
            match table.iter().find(|(known, _)| known == name) {
                Some((_, says)) => self.field(name, value, says),
                None if is_nothing(value) => {}
                None => self.missed.push(format!("{place}.{name}: nobody looks at {value}")),
            }
        }
    }

    fn field(&mut self, name: &str, value: &Value, says: &Says) {
        match says {
            Free => {}
            Own(read) => read(self, value),
            _ if is_nothing(value) => {}
            Says::Value(facet) => self.value(*facet, value),
            Any(facet) => self.need(*facet, &format!("{name} {value}"), |_| true),
            // an empty text says nothing
            Each(facet) => list(value).filter(|text| !text.is_empty()).for_each(|text| self.text(*facet, text)),
            Pairs(facet) => entries(value).for_each(|(key, value)| self.pair(*facet, key, value)),
        }
    }

    /// Asserts a use.
    fn need(&mut self, facet: Facet, what: &str, fits: impl Fn(&UseValue) -> bool) {
        if !self.uses.of(facet).any(fits) {
            let found: Vec<_> = self.uses.of(facet).collect();
            self.missed.push(format!("{}: {what}, not {found:?}", facet.word()));
        }
    }

    fn value(&mut self, facet: Facet, value: &Value) {
        match value {
            Value::Bool(on) => self.need(facet, &value.to_string(), |used| *used == UseValue::Flag(*on)),
            Value::Number(number) => {
                let number = number.as_i64();
                // a size below 0 is none at all
                let unlimited = facet.row().kind == FacetKind::Size && number < Some(0);
                let wanted = UseValue::Amount(if unlimited { None } else { number });
                self.need(facet, &value.to_string(), |used| *used == wanted);
            }
            value => self.text(facet, value.as_str().unwrap_or_default()),
        }
    }

    /// A text as it is; what the gate could not understand fits no list.
    fn text(&mut self, facet: Facet, text: &str) {
        let fits = |used: &UseValue| matches!(used, UseValue::Text(said) | UseValue::Odd(said) if said == text);
        self.need(facet, text, fits);
    }

    fn pair(&mut self, facet: Facet, key: &str, value: &str) {
        let wanted = UseValue::Pair { key: key.to_owned(), value: Some(value.to_owned()) };
        self.need(facet, &format!("{key}={value}"), |used| *used == wanted);
    }

    fn host_path(&mut self, facet: Facet, path: &str, writes: bool) {
        let clean = clean(path);
        self.need(facet, &format!("{clean}, written to: {writes}"), |used| match used {
            UseValue::Path { path, read_only } => *path == clean && !(writes && *read_only),
            UseValue::Odd(said) => said.contains(path),
            _ => false,
        });
    }

    fn path(&mut self, facet: Facet, value: &Value) {
        let path = value.as_str().unwrap_or_default();
        let clean = if path.starts_with('/') { clean(path) } else { path.to_owned() };
        let fits = |used: &UseValue| matches!(used, UseValue::Text(said) if *said == clean) || is_odd(used, path);
        if !path.is_empty() {
            self.need(facet, path, fits);
        }
    }

    fn host(&self, name: &str) -> &'a Value {
        &self.shown["HostConfig"][name]
    }

    fn binds(&mut self, value: &Value) {
        for spec in list(value) {
            let mut parts = spec.split(':');
            let (source, _, mode) = (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or_default());
            let writes = !mode.split(',').any(|word| word == "ro");
            if source.starts_with('/') && spec.contains(':') {
                self.host_path(Facet::Binds, source, writes);
            }
            for word in mode.split(',').filter(|word| !["", "ro", "rw"].contains(word)) {
                self.text(Facet::BindOptions, word);
            }
        }
    }

    /// `Mounts` beside the `HostConfig` is what came of all ways to mount.
    fn mounted(&mut self) {
        for mount in self.shown["Mounts"].as_array().into_iter().flatten() {
            let text = |name: &str| mount[name].as_str().unwrap_or_default();
            match text("Type") {
                "bind" => self.host_path(Facet::Binds, text("Source"), mount["RW"] == true),
                "volume" if text("Name").len() == 64 => {
                    let shared = self.uses.of(Facet::VolumesFrom).next().is_some();
                    self.need(Facet::Volumes, text("Destination"), |used| shared || *used == UseValue::Unnamed);
                }
                "volume" => self.text(Facet::Volumes, text("Name")),
                "tmpfs" => self.text(Facet::Tmpfs, &clean(text("Destination"))),
                kind => self.text(Facet::MountTypes, kind),
            }
        }
    }

    fn mounts(&mut self, value: &Value) {
        for mount in value.as_array().into_iter().flatten() {
            self.text(Facet::MountTypes, mount["Type"].as_str().unwrap_or_default());
            self.mount_options(&mount["BindOptions"], &mount["VolumeOptions"]);
            let driver = &mount["VolumeOptions"]["DriverConfig"];
            if let Some(name) = driver["Name"].as_str().filter(|name| !name.is_empty()) {
                self.text(Facet::VolumeDriver, name);
            }
            for (key, value) in entries(&driver["Options"]) {
                self.pair(Facet::VolumeOpts, key, value);
                if key == "device" && value.starts_with('/') {
                    self.host_path(Facet::Binds, value, true);
                }
            }
        }
    }

    fn mount_options(&mut self, bind: &Value, volume: &Value) {
        if let Some(word) = bind["Propagation"].as_str().filter(|word| !word.is_empty()) {
            self.text(Facet::BindOptions, word);
        }
        let words = [("NonRecursive", "non_recursive"), ("CreateMountpoint", "create_mountpoint")];
        for (_, word) in words.into_iter().filter(|(name, _)| bind[*name] == true) {
            self.text(Facet::BindOptions, word);
        }
        if volume["NoCopy"] == true {
            self.text(Facet::BindOptions, "nocopy");
        }
        if let Some(path) = volume["Subpath"].as_str().filter(|path| !path.is_empty()) {
            self.text(Facet::VolumeSubpath, path);
        }
        // 28 names what it made itself
        let asked = entries(&volume["Labels"]).filter(|(key, _)| *key != "com.docker.volume.anonymous");
        asked.for_each(|(key, value)| self.pair(Facet::Labels, key, value));
    }

    fn tmpfs(&mut self, value: &Value) {
        entries(value).for_each(|(place, _)| self.text(Facet::Tmpfs, &clean(place)));
    }

    fn anonymous(&mut self, value: &Value) {
        let used = entries(value).next().is_some();
        if used {
            self.need(Facet::Volumes, "a volume without a name", |used| *used == UseValue::Unnamed);
        }
    }

    fn volumes_from(&mut self, value: &Value) {
        for from in list(value) {
            let name = from.split(':').next().unwrap_or_default().trim_start_matches('/');
            self.text(Facet::VolumesFrom, name);
        }
    }

    fn links(&mut self, value: &Value) {
        for link in list(value) {
            let name = link.split(':').next().unwrap_or_default().trim_start_matches('/');
            self.text(Facet::Links, name);
        }
    }

    fn capabilities(&mut self, facet: Facet, value: &Value) {
        for name in list(value) {
            let name = name.to_uppercase();
            self.text(facet, name.strip_prefix("CAP_").unwrap_or(&name));
        }
    }

    fn devices(&mut self, value: &Value) {
        for device in value.as_array().into_iter().flatten() {
            let writes = device["CgroupPermissions"] != "r";
            self.host_path(Facet::Devices, device["PathOnHost"].as_str().unwrap_or_default(), writes);
        }
    }

    /// The letters come in any order.
    fn device_rules(&mut self, value: &Value) {
        let words = |rule: &str| {
            let mut words: Vec<String> = rule.split(' ').map(str::to_owned).collect();
            let last = words.pop().unwrap_or_default();
            (words, last.chars().collect::<std::collections::BTreeSet<_>>())
        };
        for rule in list(value) {
            let fits = |used: &UseValue| matches!(used, UseValue::Text(said) if words(said) == words(rule));
            self.need(Facet::DeviceCgroupRules, rule, |used| fits(used) || is_odd(used, rule));
        }
    }

    /// Docker turns labels off by itself where the container is the host's equal.
    fn security(&mut self, value: &Value) {
        let equal = self.host("Privileged") == true || self.host("PidMode") == "host" || self.host("IpcMode") == "host";
        for option in list(value).filter(|option| !(equal && *option == "label=disable")) {
            let (key, value) = option.split_once('=').or_else(|| option.split_once(':')).unwrap_or((option, "true"));
            let value = if key == "no-new-privileges" && value == "1" { "true" } else { value };
            let wanted = format!("{key}={value}");
            let fits =
                |used: &UseValue| matches!(used, UseValue::Text(said) if *said == wanted) || is_odd(used, option);
            self.need(Facet::SecurityOpt, option, fits);
        }
    }

    /// A list of one's own, or none at all; a privileged container has none anyway.
    fn replaced(&mut self, facet: Facet, value: &Value) {
        if !(value.is_null() && self.host("Privileged") == true) {
            self.need(facet, &value.to_string(), |used| *used == UseValue::Flag(true));
        }
    }

    fn namespace(&mut self, facet: Facet, value: &Value) {
        let mode = value.as_str().unwrap_or_default();
        match mode {
            "" => {}
            "none" => self.need(facet, mode, |used| *used == UseValue::Nothing),
            _ if mode.starts_with("container:") => {
                let fits = |used: &UseValue| matches!(used, UseValue::Text(said) if said.starts_with("container:"));
                self.need(facet, mode, fits);
            }
            mode => self.text(facet, mode),
        }
    }

    fn network_mode(&mut self, value: &Value) {
        let mode = value.as_str().unwrap_or_default();
        if mode.starts_with("container:") {
            let fits = |used: &UseValue| matches!(used, UseValue::Text(said) if said.starts_with("container:"));
            return self.need(Facet::NetworkMode, mode, fits);
        }
        self.network(mode);
    }

    fn network(&mut self, name: &str) {
        let by_mode = UseValue::text(name);
        match name {
            "default" | "bridge" => self.need(Facet::Networks, name, |used| *used == UseValue::Default),
            "none" => self.need(Facet::Networks, name, |used| *used == UseValue::Nothing),
            "host" if self.uses.of(Facet::NetworkMode).any(|used| *used == by_mode) => {}
            name => self.text(Facet::Networks, name),
        }
    }

    fn networks(&mut self) {
        let shown = self.shown;
        for (name, endpoint) in shown["NetworkSettings"]["Networks"].as_object().into_iter().flatten() {
            self.network(name);
            self.fields("Networks", endpoint, &Value::Null, ENDPOINT);
        }
    }

    /// Docker adds the name and the ID.
    fn aliases(&mut self, value: &Value) {
        let id = self.shown["Id"].as_str().unwrap_or_default();
        let name = self.shown["Name"].as_str().unwrap_or_default().trim_start_matches('/');
        let own = |alias: &&str| *alias != name && !id.starts_with(alias);
        list(value).filter(own).for_each(|alias| self.text(Facet::Aliases, alias));
    }

    fn addresses(&mut self, value: &Value) {
        let addresses = ["IPv4Address", "IPv6Address"].map(|name| value[name].as_str().unwrap_or_default());
        let local = list(&value["LinkLocalIPs"]);
        let all: Vec<&str> = addresses.into_iter().filter(|text| !text.is_empty()).chain(local).collect();
        all.into_iter().for_each(|address| self.text(Facet::IpAddress, address));
    }

    fn ports(&mut self, value: &Value) {
        for (port, bindings) in value.as_object().into_iter().flatten() {
            for binding in bindings.as_array().into_iter().flatten() {
                let host = binding["HostPort"].as_str().unwrap_or_default();
                let number = host.parse().ok().filter(|number: &u16| *number != 0);
                let ports = number.map_or(Ports::Random, |number| Ports::Range(number, number));
                let address = binding["HostIp"].as_str().unwrap_or_default();
                let fits = |used: &UseValue| match used {
                    UseValue::Port(used) => {
                        let there = used.address.map(|address| address.to_string()).unwrap_or_default();
                        used.ports == ports && there == address
                    }
                    UseValue::Odd(_) => true,
                    _ => false,
                };
                self.need(Facet::Ports, &format!("{address}:{host}:{port}"), fits);
            }
        }
    }

    fn all_ports(&mut self, value: &Value) {
        if *value == true {
            self.need(Facet::Ports, "every port", |used| *used == UseValue::All);
        }
    }

    fn exposed(&mut self, value: &Value) {
        for (port, _) in value.as_object().into_iter().flatten() {
            let fits = |used: &UseValue| matches!(used, UseValue::Text(said) if said.eq_ignore_ascii_case(port));
            self.need(Facet::Expose, port, fits);
        }
    }

    fn sysctls(&mut self, value: &Value) {
        for (key, value) in entries(value) {
            self.pair(Facet::Sysctls, &key.trim().replace('/', "."), value);
        }
    }

    fn ulimits(&mut self, value: &Value) {
        for limit in value.as_array().into_iter().flatten() {
            let bound = |name: &str| limit[name].as_i64().filter(|number| *number >= 0);
            let name = limit["Name"].as_str().unwrap_or_default().to_owned();
            let wanted = UseValue::Ulimit { name, soft: bound("Soft"), hard: bound("Hard") };
            self.need(Facet::Ulimits, &limit.to_string(), |used| *used == wanted);
        }
    }

    fn log(&mut self, value: &Value) {
        if value["Type"] != self.plain["HostConfig"]["LogConfig"]["Type"] {
            self.text(Facet::Logging, value["Type"].as_str().unwrap_or_default());
        }
        entries(&value["Config"]).for_each(|(key, value)| self.pair(Facet::LogOpts, key, value));
    }

    /// 20.10 writes its default down, or not.
    fn runtime(&mut self, value: &Value) {
        let name = value.as_str().unwrap_or_default();
        if !["", "runc"].contains(&name) {
            self.text(Facet::Runtime, name);
        }
    }

    fn restart(&mut self, value: &Value) {
        let (name, retries) = (value["Name"].as_str().unwrap_or_default(), value["MaximumRetryCount"].as_i64());
        let wanted = match (name, retries) {
            ("" | "no", _) => return,
            ("on-failure", Some(retries @ 1..)) => format!("on-failure:{retries}"),
            _ => name.to_owned(),
        };
        self.text(Facet::Restart, &wanted);
    }

    fn pids(&mut self, value: &Value) {
        let limit = value.as_i64().filter(|limit| *limit > 0);
        if limit.is_some() {
            self.need(Facet::PidsLimit, &value.to_string(), |used| *used == UseValue::Amount(limit));
        }
    }

    fn swappiness(&mut self, value: &Value) {
        if let Some(number) = value.as_i64().filter(|number| *number > 0) {
            self.need(Facet::MemSwappiness, &value.to_string(), |used| *used == UseValue::Amount(Some(number)));
        }
    }

    fn memory_and_swap(&mut self, value: &Value) {
        let both = value.as_i64().filter(|both| *both > 0);
        self.need(Facet::MemswapLimit, &value.to_string(), |used| *used == UseValue::Amount(both));
    }

    fn user(&mut self, facet: Facet, value: &Value) {
        if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
            let plain = text.replace('+', "");
            let fits = |used: &UseValue| matches!(used, UseValue::Text(said) if *said == plain) || is_odd(used, text);
            self.need(facet, text, fits);
        }
    }

    fn users(&mut self, facet: Facet, value: &Value) {
        value.as_array().into_iter().flatten().for_each(|user| self.user(facet, user));
    }

    fn env(&mut self, value: &Value) {
        let plain = &self.plain["Config"]["Env"];
        for variable in list(value).filter(|variable| list(plain).all(|known| known != *variable)) {
            let (key, value) = variable.split_once('=').map_or((variable, None), |(key, value)| (key, Some(value)));
            let wanted = UseValue::Pair { key: key.to_owned(), value: value.map(str::to_owned) };
            self.need(Facet::Env, variable, |used| *used == wanted);
        }
    }

    /// Every argument has its place in the line.
    fn command(&mut self, facet: Facet, value: &Value) {
        // another image, as `1` for what its ID begins with, has a command of its own
        if !self.shown["Config"]["Image"].as_str().unwrap_or_default().contains("busybox") {
            return;
        }
        let arguments: Vec<&str> = list(value).collect();
        let without_quotes = |text: &str| text.replace(['\'', '\\'], "");
        let wanted = without_quotes(&arguments.join(" "));
        if !arguments.is_empty() {
            let fits = |used: &UseValue| matches!(used, UseValue::Text(said) if without_quotes(said) == wanted);
            self.need(facet, &wanted, fits);
        }
    }

    fn health(&mut self, value: &Value) {
        let test: Vec<&str> = list(&value["Test"]).collect();
        let said = test.get(1..).unwrap_or_default().join(" ");
        match test.first() {
            None => {}
            Some(&"NONE") => self.need(Facet::Healthcheck, "none", |used| *used == UseValue::Nothing),
            Some(&("CMD" | "CMD-SHELL")) => self.text(Facet::Healthcheck, &said),
            Some(_) => self.need(Facet::Healthcheck, "odd", |used| matches!(used, UseValue::Odd(_))),
        }
    }

    /// By default it is of the ID; and it is the other's, where the network or the name is.
    fn host_name(&mut self, value: &Value) {
        let name = value.as_str().unwrap_or_default();
        let id = self.shown["Id"].as_str().unwrap_or_default();
        let shared = [self.host("NetworkMode"), self.host("UTSMode")].iter().any(|mode| {
            let mode = mode.as_str().unwrap_or_default();
            mode == "host" || mode.starts_with("container:")
        });
        if !shared && !name.is_empty() && !id.starts_with(name) {
            self.text(Facet::Hostname, name);
        }
    }

    fn image(&mut self, value: &Value) {
        let name = value.as_str().unwrap_or_default().to_owned();
        let wanted = if name.is_empty() { UseValue::Default } else { UseValue::Image(name.clone()) };
        self.need(Facet::Image, &name, |used| *used == wanted);
    }

    fn working_dir(&mut self, value: &Value) {
        let folder = value.as_str().unwrap_or_default();
        let fits = |used: &UseValue| matches!(used, UseValue::Text(said) if clean(said) == clean(folder));
        if !folder.is_empty() {
            self.need(Facet::WorkingDir, folder, fits);
        }
    }

    /// What a policy may take for a limit has to be one.
    fn beliefs(&mut self) {
        let host = &self.shown["HostConfig"];
        let number = |name: &str| host[name].as_i64().unwrap_or_default();
        let period = if number("CpuPeriod") > 0 { number("CpuPeriod") } else { 100_000 };
        let quota = i128::from(number("CpuQuota").max(0)) * 1_000_000_000 / i128::from(period);
        let cpus = if number("NanoCpus") > 0 { number("NanoCpus") } else { i64::try_from(quota).unwrap_or_default() };
        let limits = [
            (Facet::MemLimit, number("Memory")),
            (Facet::MemswapLimit, number("MemorySwap")),
            (Facet::PidsLimit, number("PidsLimit")),
            (Facet::Cpus, cpus),
        ];
        for (facet, real) in limits {
            // a policy that limits wants every use within the limit
            let believed = self.uses.of(facet).map(amount).max_by_key(|amount| amount.unwrap_or(i64::MAX));
            if let Some(Some(believed)) = believed
                && !(real > 0 && real <= believed)
            {
                self.missed.push(format!("{}: taken for {believed}, but it is {real}", facet.word()));
            }
        }
        self.hardening(host);
    }

    fn hardening(&mut self, host: &Value) {
        let (all, on) = (UseValue::text("ALL"), UseValue::Flag(true));
        let drops_all = list(&host["CapDrop"]).any(|name| name.eq_ignore_ascii_case("all"));
        let no_new = UseValue::text("no-new-privileges=true");
        let keeps = list(&host["SecurityOpt"]).any(|option| option.starts_with("no-new-privileges"));
        let beliefs = [
            (Facet::CapDrop, all, drops_all),
            (Facet::ReadOnly, on, host["ReadonlyRootfs"] == true),
            (Facet::SecurityOpt, no_new, keeps),
        ];
        for (facet, value, real) in beliefs {
            if self.uses.of(facet).any(|used| *used == value) && !real {
                self.missed.push(format!("{}: taken for {value:?}, and it is not", facet.word()));
            }
        }
    }
}

/// The amount, or none where it is without bound.
fn amount(used: &UseValue) -> Option<i64> {
    if let UseValue::Amount(amount) = used { *amount } else { None }
}

fn is_odd(used: &UseValue, given: &str) -> bool {
    matches!(used, UseValue::Odd(said) if said == given)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) => false,
    }
}

fn list(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Entries of a map; what is no text counts as an empty one.
fn entries(value: &Value) -> impl Iterator<Item = (&str, &str)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
}

fn clean(path: &str) -> String {
    let mut clean = PathBuf::from("/");
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::ParentDir => drop(clean.pop()),
            _ => {}
        }
    }
    clean.to_string_lossy().into_owned()
}
