//! A container as its image could describe it.

use super::endpoint::ENDPOINT;
use super::host_config::HOST_CONFIG;
use super::resources::RESOURCES;

fields! {
    /// What an image can say, too.
    CONFIG {
        Hostname         Text          is Hostname;
        Domainname       Text          is Domainname;
        User             Text          is User;
        AttachStdin      Flag          harmless "what the client means to attach: attaching is a request of its own";
        AttachStdout     Flag          harmless "what the client means to attach: attaching is a request of its own";
        AttachStderr     Flag          harmless "what the client means to attach: attaching is a request of its own";
        ExposedPorts     {(EMPTY)}     keys Expose;
        Tty              Flag          harmless "a terminal in place of pipes";
        OpenStdin        Flag          harmless "the input stays open for whoever may attach";
        StdinOnce        Flag          harmless "the input closes after the first who attaches";
        Env              [Text]        is Env;
        Cmd              StrSlice      is Command;
        Healthcheck      (HEALTHCHECK) inner -;
        ArgsEscaped      Flag          harmless "how Windows quotes the command";
        Volumes          {(EMPTY)}     gather AnonymousVolumes;
        WorkingDir       Text          is WorkingDir;
        Entrypoint       StrSlice      is Entrypoint;
        NetworkDisabled  Flag          is NetworkDisabled;
        OnBuild          [Text]        is OnBuild;
        Labels           {Text}        is Labels;
        StopSignal       Text          is StopSignal;
        StopTimeout      Int           harmless "how long it may take to stop before it is killed";
        Shell            StrSlice      is Shell;
    }

    /// What stands beside it in a create.
    CONTAINER_PARTS {
        Image            Text                     is Image;
        MacAddress       Text                     is MacAddress;
        HostConfig       (HOST_CONFIG, RESOURCES) inner -;
        NetworkingConfig (NETWORKING_CONFIG)      inner -;
    }

    /// What stands beside it in a commit.
    COMMIT_PARTS {
        Image            Text          harmless "the image keeps it as text";
        MacAddress       Text          harmless "the image keeps it as text";
    }

    NETWORKING_CONFIG {
        EndpointsConfig  {(ENDPOINT)} keys Networks;
    }

    HEALTHCHECK {
        Test             [Text] is Healthcheck;
        Interval         Int    harmless "how often the command runs";
        Timeout          Int    harmless "how long the command may take";
        StartPeriod      Int    harmless "how long failures do not count";
        StartInterval    Int    harmless "how often the command runs at first";
        Retries          Int    harmless "how many failures count";
    }

    /// `{}`, where a key says all.
    EMPTY {}
}
