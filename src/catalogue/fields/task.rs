//! What a service runs on its nodes.

use super::container::{EMPTY, HEALTHCHECK};
use super::mount::MOUNT;
use super::plugin::PLUGIN_SPEC;
use super::resources::ULIMIT;
use super::swarm::LOG_DRIVER;

fields! {
    TASK_SPEC {
        PluginSpec            (PLUGIN_SPEC)          inner -;
        ContainerSpec         (CONTAINER_SPEC)       inner -;
        NetworkAttachmentSpec (ATTACHMENT_SPEC)      inner -;
        Resources             (REQUIREMENTS)         inner -;
        RestartPolicy         (TASK_RESTART)         inner -;
        Placement             (PLACEMENT)            inner -;
        Networks              [(NETWORK_ATTACHMENT)] inner -;
        LogDriver             (LOG_DRIVER)           inner -;
        ForceUpdate           Int                    harmless "a counter: another value restarts the tasks";
        Runtime               Text                   is TaskRuntime;
    }

    ATTACHMENT_SPEC {
        ContainerID           Text                   is TaskRuntime;
    }

    CONTAINER_SPEC {
        Image                 Text           is Image;
        Labels                {Text}         is Labels;
        Command               [Text]         is Entrypoint;
        Args                  [Text]         is Command;
        Hostname              Text           is Hostname;
        Env                   [Text]         is Env;
        Dir                   Text           is WorkingDir;
        User                  Text           is User;
        Groups                [Text]         is GroupAdd;
        Privileges            (PRIVILEGES)   gather Privileges;
        Init                  Flag           is Init;
        StopSignal            Text           is StopSignal;
        TTY                   Flag           harmless "a terminal in place of pipes";
        OpenStdin             Flag           harmless "the input stays open for whoever may attach";
        ReadOnly              Flag           is ReadOnly;
        Mounts                [(MOUNT)]      gather Mounts;
        StopGracePeriod       Int            harmless "how long it may take to stop before it is killed";
        Healthcheck           (HEALTHCHECK)  inner -;
        Hosts                 [Text]         is ExtraHosts;
        DNSConfig             (DNS_CONFIG)   inner -;
        Secrets               [(SECRET_REF)] inner -;
        Configs               [(CONFIG_REF)] inner -;
        Isolation             Text           is Isolation;
        Sysctls               {Text}         is Sysctls;
        CapabilityAdd         [Text]         is CapAdd;
        CapabilityDrop        [Text]         is CapDrop;
        Ulimits               [(ULIMIT)]     gather Ulimits;
        OomScoreAdj           Int            is OomScoreAdj;
    }

    PRIVILEGES {
        CredentialSpec        (CREDENTIAL_SPEC) part -;
        SELinuxContext        (SELINUX_CONTEXT) part -;
        Seccomp               (SECCOMP)         part -;
        AppArmor              (APPARMOR)        part -;
        NoNewPrivileges       Flag              part -;
    }

    CREDENTIAL_SPEC {
        Config                Text   part -;
        File                  Text   part -;
        Registry              Text   part -;
    }

    SELINUX_CONTEXT {
        Disable               Flag   part -;
        User                  Text   part -;
        Role                  Text   part -;
        Type                  Text   part -;
        Level                 Text   part -;
    }

    SECCOMP {
        Mode                  Text   part -;
        Profile               Base64 part -;
    }

    APPARMOR {
        Mode                  Text   part -;
    }

    DNS_CONFIG {
        Nameservers           [Text] is Dns;
        Search                [Text] is DnsSearch;
        Options               [Text] is DnsOpt;
    }

    SECRET_REF {
        File                  (FILE_TARGET) inner -;
        SecretID              Text          is Secrets;
        SecretName            Text          is Secrets;
    }

    CONFIG_REF {
        File                  (FILE_TARGET) inner -;
        Runtime               (EMPTY)       harmless "the config is for a credential spec, which is judged";
        ConfigID              Text          is Configs;
        ConfigName            Text          is Configs;
    }

    FILE_TARGET {
        Name                  Text          harmless "where it stands in the container";
        UID                   Text          harmless "whose it is in the container";
        GID                   Text          harmless "whose it is in the container";
        Mode                  Int           harmless "its mode in the container";
    }

    REQUIREMENTS {
        Limits                (TASK_LIMITS)       inner -;
        Reservations          (TASK_RESERVATIONS) inner -;
        SwapBytes             Int                 gather SwapBytes;
        MemorySwappiness      Int                 is MemSwappiness;
    }

    TASK_LIMITS {
        NanoCPUs              Int                  gather Cpus;
        MemoryBytes           Int                  is MemLimit;
        Pids                  Int                  is PidsLimit;
        GenericResources      [(GENERIC_RESOURCE)] gather GenericResources;
    }

    TASK_RESERVATIONS {
        NanoCPUs              Int                  gather CpusReservation;
        MemoryBytes           Int                  is MemReservation;
        GenericResources      [(GENERIC_RESOURCE)] gather GenericResources;
    }

    GENERIC_RESOURCE {
        NamedResourceSpec     (NAMED_RESOURCE)    part -;
        DiscreteResourceSpec  (DISCRETE_RESOURCE) part -;
    }

    NAMED_RESOURCE {
        Kind                  Text part -;
        Value                 Text part -;
    }

    DISCRETE_RESOURCE {
        Kind                  Text part -;
        Value                 Int  part -;
    }

    TASK_RESTART {
        Condition             Text is Restart;
        Delay                 Int  harmless "the pace of restarts";
        MaxAttempts           Int  harmless "the number of restarts";
        Window                Int  harmless "the time in which restarts count";
    }

    PLACEMENT {
        Constraints           [Text]         is Placement;
        Preferences           [(PREFERENCE)] inner -;
        MaxReplicas           Int            harmless "how many tasks one node takes";
        Platforms             [(PLATFORM)]   inner -;
    }

    PREFERENCE {
        Spread                (SPREAD) inner -;
    }

    SPREAD {
        SpreadDescriptor      Text     is Placement;
    }

    PLATFORM {
        Architecture          Text     is Placement;
        OS                    Text     is Placement;
    }

    NETWORK_ATTACHMENT {
        Target                Text     gather NetworkMode;
        Aliases               [Text]   is Aliases;
        DriverOpts            {Text}   is EndpointOpts;
    }
}
