//! The swarm itself, its nodes, secrets and configs.

fields! {
    /// What swarm objects have in common.
    ANNOTATIONS {
        Name                       Text   is Name;
        Labels                     {Text} is Labels;
    }

    SWARM_INIT_REQUEST {
        ListenAddr                 Text                      is SwarmAddresses;
        AdvertiseAddr              Text                      is SwarmAddresses;
        DataPathAddr               Text                      is SwarmAddresses;
        DataPathPort               Int                       is SwarmAddresses;
        ForceNewCluster            Flag                      is ForceNewCluster;
        Spec                       (ANNOTATIONS, SWARM_SPEC) inner -;
        AutoLockManagers           Flag                      is Autolock;
        Availability               Text                      is NodeAvailability;
        DefaultAddrPool            [Text]                    is SwarmAddresses;
        SubnetSize                 Int                       gather SwarmSettings;
    }

    JOIN_REQUEST {
        ListenAddr                 Text   is SwarmAddresses;
        AdvertiseAddr              Text   is SwarmAddresses;
        DataPathAddr               Text   is SwarmAddresses;
        RemoteAddrs                [Text] is SwarmAddresses;
        JoinToken                  Text   given JoinToken;
        Availability               Text   is NodeAvailability;
    }

    UNLOCK_REQUEST {
        UnlockKey                  Text   given UnlockKey;
    }

    SWARM_SPEC {
        Orchestration              (ORCHESTRATION) inner -;
        Raft                       (RAFT)          inner -;
        Dispatcher                 (DISPATCHER)    inner -;
        CAConfig                   (CA_CONFIG)     inner -;
        TaskDefaults               (TASK_DEFAULTS) inner -;
        EncryptionConfig           (ENCRYPTION)    inner -;
    }

    ORCHESTRATION {
        TaskHistoryRetentionLimit  Int    gather SwarmSettings;
    }

    RAFT {
        SnapshotInterval           Int    gather SwarmSettings;
        KeepOldSnapshots           Int    gather SwarmSettings;
        LogEntriesForSlowFollowers Int    gather SwarmSettings;
        ElectionTick               Int    gather SwarmSettings;
        HeartbeatTick              Int    gather SwarmSettings;
    }

    DISPATCHER {
        HeartbeatPeriod            Int    gather SwarmSettings;
    }

    CA_CONFIG {
        NodeCertExpiry             Int             gather SwarmSettings;
        ExternalCAs                [(EXTERNAL_CA)] gather SwarmCa;
        SigningCACert              Text            gather SwarmCa;
        SigningCAKey               Text            gather SwarmCa;
        ForceRotate                Int             gather SwarmCa;
    }

    EXTERNAL_CA {
        Protocol                   Text   part -;
        URL                        Text   part -;
        Options                    {Text} part -;
        CACert                     Text   part -;
    }

    TASK_DEFAULTS {
        LogDriver                  (LOG_DRIVER) inner -;
    }

    LOG_DRIVER {
        Name                       Text   is Logging;
        Options                    {Text} is LogOpts;
    }

    ENCRYPTION {
        AutoLockManagers           Flag   is Autolock;
    }

    NODE_SPEC {
        Name                       Text   is Name;
        Labels                     {Text} is Labels;
        Role                       Text   is NodeRole;
        Availability               Text   is NodeAvailability;
    }

    /// Beside name and labels.
    SECRET_SPEC {
        Data                       Base64          harmless "the secret itself";
        Driver                     (SECRET_DRIVER) inner -;
        Templating                 (TEMPLATING)    inner -;
    }

    /// Beside name and labels.
    CONFIG_SPEC {
        Data                       Base64          harmless "the config itself";
        Templating                 (TEMPLATING)    inner -;
    }

    SECRET_DRIVER {
        Name                       Text   is SecretDriver;
        Options                    {Text} given SecretDriver;
    }

    TEMPLATING {
        Name                       Text   is Templating;
        Options                    {Text} given Templating;
    }
}
