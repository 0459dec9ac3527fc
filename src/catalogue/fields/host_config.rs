//! What a container has of its host.

use super::mount::MOUNT;

fields! {
    /// All but the resources.
    HOST_CONFIG {
        Binds            [Text]             gather Binds;
        ContainerIDFile  Text               harmless "Docker keeps it and writes no file";
        LogConfig        (LOG_CONFIG)       inner -;
        NetworkMode      Text               gather NetworkMode;
        PortBindings     {[(PORT_BINDING)]} gather PortBindings;
        RestartPolicy    (RESTART_POLICY)   inner -;
        AutoRemove       Flag               is AutoRemove;
        VolumeDriver     Text               is VolumeDriver;
        VolumesFrom      [Text]             gather VolumesFrom;
        ConsoleSize      [Int]              harmless "the size of a terminal";
        Annotations      {Text}             is Annotations;
        CapAdd           StrSlice           is CapAdd;
        CapDrop          StrSlice           is CapDrop;
        Capabilities     [Text]             is CapAdd;
        CgroupnsMode     Text               is Cgroup;
        Dns              [Text]             is Dns;
        DnsOptions       [Text]             is DnsOpt;
        DnsSearch        [Text]             is DnsSearch;
        ExtraHosts       [Text]             is ExtraHosts;
        GroupAdd         [Text]             is GroupAdd;
        IpcMode          Text               is Ipc;
        Cgroup           Text               is CgroupOf;
        Links            [Text]             gather Links;
        OomScoreAdj      Int                is OomScoreAdj;
        PidMode          Text               is Pid;
        Privileged       Flag               is Privileged;
        PublishAllPorts  Flag               gather PublishAll;
        ReadonlyRootfs   Flag               is ReadOnly;
        SecurityOpt      [Text]             is SecurityOpt;
        StorageOpt       {Text}             is StorageOpt;
        Tmpfs            {Text}             gather Tmpfs;
        UTSMode          Text               is Uts;
        UsernsMode       Text               is UsernsMode;
        ShmSize          Int                is ShmSize;
        Sysctls          {Text}             is Sysctls;
        Runtime          Text               is Runtime;
        Isolation        Text               is Isolation;
        Mounts           [(MOUNT)]          gather Mounts;
        MaskedPaths      [Text]             given MaskedPaths;
        ReadonlyPaths    [Text]             given ReadonlyPaths;
        Init             Flag               is Init;
        Umask            Int                harmless "a process sets its own whenever it likes";
    }

    LOG_CONFIG {
        Type              Text   is Logging;
        Config            {Text} is LogOpts;
    }

    PORT_BINDING {
        HostIp            Text part -;
        HostPort          Text part -;
    }

    /// What an update takes beside resources.
    RESTART {
        RestartPolicy     (RESTART_POLICY) inner -;
    }

    RESTART_POLICY {
        Name              Text is Restart;
        MaximumRetryCount Int  harmless "how often, where the name says on failure";
    }
}
