//! Capabilities by name, as dockerd normalises them.

/// capabilities(7), without `CAP_`.
pub const CAPABILITIES: &[&str] = &[
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

/// Every capability at once.
pub const ALL: &str = "ALL";

/// The name without `CAP_`, in upper case as Unicode has it: that is what Go takes.
pub fn normal(name: &str) -> String {
    let upper = name.to_uppercase();
    upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_one_name() {
        for name in
            ["SYS_ADMIN", "sys_admin", "CAP_SYS_ADMIN", "cap_sys_admin", "Cap_Sys_Admin", "\u{17f}ys_adm\u{131}n"]
        {
            assert_eq!(normal(name), "SYS_ADMIN", "{name}");
        }
        assert_eq!(normal("all"), ALL);
        assert_eq!(normal("CAP_ALL"), ALL);
        assert_eq!(normal(" SYS_ADMIN"), " SYS_ADMIN", "dockerd does not trim");
    }

    #[test]
    fn the_list_is_in_order_and_in_its_own_spelling() {
        assert!(CAPABILITIES.is_sorted());
        assert!(CAPABILITIES.iter().all(|name| normal(name) == *name));
        assert_eq!(CAPABILITIES.len(), 41);
    }
}
