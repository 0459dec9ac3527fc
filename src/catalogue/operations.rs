//! THE TABLE: one row per operation, in the order in which dockerd tries its routes.

use super::fields;
use super::param::{boolean, filters, flag, int, json, path, signal, text};
use super::queries::*;
use super::shape::Shape;
use super::{Body, Operation, Param, Risk, Stream, Target, Verb};

macro_rules! operations {
    ($($name:ident $verb:ident $path:literal $risk:ident $target:tt $body:ident $stream:ident $query:tt $about:literal;)*) => {
        /// The name of an operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the names are Docker's own; the table says what they do")]
        pub enum Op { $($name),* }

        /// Every operation, in the order in which dockerd tries its routes.
        pub static OPERATIONS: &[Operation] = &[$(Operation {
            op: Op::$name,
            name: stringify!($name),
            verb: Verb::$verb,
            path: $path,
            risk: Risk::$risk,
            shape: Shape::of($path, operations!(@greedy $target)),
            target: operations!(@target $target),
            body: operations!(@body $body),
            stream: Stream::$stream,
            query: operations!(@query $query),
            about: $about,
        }),*];
    };
    (@target -) => { None };
    (@target $target:ident) => { Some(Target::$target) };
    (@greedy -) => { false };
    (@greedy $target:ident) => { Target::$target.is_greedy() };
    (@body None) => { Body::None };
    (@body Tar) => { Body::Tar };
    (@body $table:ident) => { Body::Json(&fields::$table) };
    (@query [$($param:expr),*]) => { { const QUERY: &[Param] = &[$($param),*]; QUERY } };
    (@query $list:ident) => { $list };
}

operations! {
    CheckpointList           Get     "/containers/{id}/checkpoints"              Reveal Container None               Plain     CHECKPOINT_LIST "list a container's checkpoints";
    CheckpointCreate         Post    "/containers/{id}/checkpoints"              Host   Container CHECKPOINT_CREATE  Plain     [] "write a container's memory to a checkpoint";
    CheckpointDelete         Delete  "/containers/{id}/checkpoints/{checkpoint}" Host   Container None               Plain     CHECKPOINT_DELETE "delete a container's checkpoint";
    ContainerArchiveInfo     Head    "/containers/{id}/archive"                  Reveal Container None               Plain     [path("path")] "look up a file inside a container";
    ContainerList            Get     "/containers/json"                          Reveal -         None               Plain     CONTAINER_LIST "list containers";
    ContainerExport          Get     "/containers/{id}/export"                   Reveal Container None               Response  [] "export a container's file system";
    ContainerChanges         Get     "/containers/{id}/changes"                  Reveal Container None               Plain     [] "list the files that a container changed";
    ContainerInspect         Get     "/containers/{id}/json"                     Reveal Container None               Plain     [flag("size")] "inspect a container";
    ContainerTop             Get     "/containers/{id}/top"                      Reveal Container None               Plain     CONTAINER_TOP "list a container's processes";
    ContainerLogs            Get     "/containers/{id}/logs"                     Reveal Container None               Response  CONTAINER_LOGS "read a container's logs";
    ContainerStats           Get     "/containers/{id}/stats"                    Read   Container None               Response  [flag("one-shot").since(41), flag("stream").or("true")] "read a container's resource usage";
    ContainerAttachWebsocket Get     "/containers/{id}/attach/ws"                Host   Container None               Websocket ATTACH_WEBSOCKET "attach to a container by websocket";
    ExecInspect              Get     "/exec/{id}/json"                           Reveal Exec      None               Plain     [] "inspect an exec";
    ContainerArchive         Get     "/containers/{id}/archive"                  Reveal Container None               Response  [path("path")] "copy files out of a container";
    ContainerCreate          Post    "/containers/create"                        Host   -         CONTAINER_CREATE   Plain     [text("name"), text("platform").since(41)] "create a container";
    ContainerKill            Post    "/containers/{id}/kill"                     Write  Container None               Plain     [signal("signal").or("KILL")] "send a signal to a container";
    ContainerPause           Post    "/containers/{id}/pause"                    Write  Container None               Plain     [] "pause a container";
    ContainerUnpause         Post    "/containers/{id}/unpause"                  Write  Container None               Plain     [] "resume a paused container";
    ContainerRestart         Post    "/containers/{id}/restart"                  Write  Container None               Plain     CONTAINER_STOP "restart a container";
    ContainerStart           Post    "/containers/{id}/start"                    Write  Container None               Plain     CONTAINER_START "start a container";
    ContainerStop            Post    "/containers/{id}/stop"                     Write  Container None               Plain     CONTAINER_STOP "stop a container";
    ContainerWait            Post    "/containers/{id}/wait"                     Read   Container None               Response  [text("condition").word().or("not-running").since(30)] "wait for a container to stop";
    ContainerResize          Post    "/containers/{id}/resize"                   Write  Container None               Plain     [int("h"), int("w")] "resize a container's terminal";
    ContainerAttach          Post    "/containers/{id}/attach"                   Host   Container None               Hijack    ATTACH "attach to a container";
    ContainerExec            Post    "/containers/{id}/exec"                     Host   Container CONTAINER_EXEC     Plain     [] "prepare a command to run in a container";
    ExecStart                Post    "/exec/{id}/start"                          Host   Exec      EXEC_START         Hijack    [] "run a prepared exec";
    ExecResize               Post    "/exec/{id}/resize"                         Write  Exec      None               Plain     [int("h"), int("w")] "resize an exec's terminal";
    ContainerRename          Post    "/containers/{id}/rename"                   Write  Container None               Plain     [text("name")] "rename a container";
    ContainerUpdate          Post    "/containers/{id}/update"                   Write  Container CONTAINER_UPDATE   Plain     [] "change a container's resource limits";
    ContainerPrune           Post    "/containers/prune"                         Write  -         None               Plain     PRUNE "delete all stopped containers";
    ImageCommit              Post    "/commit"                                   Host   -         CONTAINER_COMMIT   Plain     IMAGE_COMMIT "make an image out of a container";
    PutContainerArchive      Put     "/containers/{id}/archive"                  Host   Container Tar                Request   PUT_ARCHIVE "copy files into a container";
    ContainerDelete          Delete  "/containers/{id}"                          Write  Container None               Plain     [flag("force"), flag("link"), flag("v")] "delete a container";
    ImageList                Get     "/images/json"                              Read   -         None               Plain     IMAGE_LIST "list images";
    ImageSearch              Get     "/images/search"                            Host   -         None               Plain     [filters(), int("limit"), text("term")] "search a registry for images";
    ImageGetAll              Get     "/images/get"                               Reveal -         None               Response  [text("names").many().names(Target::Image), json("platform").many().since(48)] "save several images to an archive";
    ImageGet                 Get     "/images/{name}/get"                        Reveal Image     None               Response  [json("platform").many().since(48)] "save an image to an archive";
    ImageHistory             Get     "/images/{name}/history"                    Reveal Image     None               Plain     [json("platform").since(48)] "read an image's history";
    ImageInspect             Get     "/images/{name}/json"                       Reveal Image     None               Plain     [flag("manifests").since(48), json("platform").since(49)] "inspect an image";
    ImageAttestations        Get     "/images/{name}/attestations"               Read   Image     None               Plain     [json("platform"), flag("statement"), text("type").many()] "read an image's attestations";
    ImageLoad                Post    "/images/load"                              Host   -         Tar                Both      [json("platform").many().since(48), flag("quiet").or("true")] "load images from an archive";
    ImageCreate              Post    "/images/create"                            Host   -         Tar                Both      IMAGE_CREATE "pull an image";
    ImagePush                Post    "/images/{name}/push"                       Host   Image     None               Response  [json("platform").since(46), text("tag")] "push an image to a registry";
    ImageTag                 Post    "/images/{name}/tag"                        Write  Image     None               Plain     [flag("force"), text("repo"), text("tag")] "tag an image";
    ImagePrune               Post    "/images/prune"                             Write  -         None               Plain     PRUNE "delete unused images";
    ImageDelete              Delete  "/images/{name}"                            Write  Image     None               Plain     [flag("force"), flag("noprune"), json("platforms").many().since(50)] "delete an image";
    SystemOptions            Options "/{anyroute}"                               Read   -         None               Plain     [] "ask for the options of a path";
    SystemPing               Get     "/_ping"                                    Read   -         None               Plain     [] "ask whether the daemon is there";
    SystemPingHead           Head    "/_ping"                                    Read   -         None               Plain     [] "ask whether the daemon is there, by `HEAD`";
    SystemEvents             Get     "/events"                                   Reveal -         None               Response  [filters(), text("since"), text("until")] "follow the daemon's events";
    SystemInfo               Get     "/info"                                     Reveal -         None               Plain     [] "read about the daemon and its host";
    SystemVersion            Get     "/version"                                  Read   -         None               Plain     [] "read the daemon's version";
    SystemDataUsage          Get     "/system/df"                                Reveal -         None               Plain     [text("type").many().since(42), boolean("verbose").since(52)] "measure the disk usage";
    SystemAuth               Post    "/auth"                                     Host   -         SYSTEM_AUTH        Plain     [] "try credentials at a registry";
    VolumeList               Get     "/volumes"                                  Read   -         None               Plain     [filters()] "list volumes";
    VolumeInspect            Get     "/volumes/{name}"                           Read   Volume    None               Plain     [] "inspect a volume";
    VolumeCreate             Post    "/volumes/create"                           Host   -         VOLUME_CREATE      Plain     [] "create a volume";
    VolumePrune              Post    "/volumes/prune"                            Write  -         None               Plain     PRUNE "delete unused volumes";
    VolumeUpdate             Put     "/volumes/{name}"                           Write  Volume    VOLUME_UPDATE      Plain     [int("version")] "change a cluster volume";
    VolumeDelete             Delete  "/volumes/{name}"                           Write  Volume    None               Plain     [flag("force")] "delete a volume";
    ImageBuild               Post    "/build"                                    Host   -         Tar                Both      IMAGE_BUILD "build an image";
    BuildPrune               Post    "/build/prune"                              Write  -         None               Plain     BUILD_PRUNE "delete the build cache";
    BuildCancel              Post    "/build/cancel"                             Write  -         None               Plain     [text("id")] "cancel a build";
    Session                  Post    "/session"                                  Host   -         None               H2c       [] "open a BuildKit session";
    SwarmInit                Post    "/swarm/init"                               Host   -         SWARM_INIT         Plain     [] "make the host the first node of a swarm";
    SwarmJoin                Post    "/swarm/join"                               Host   -         SWARM_JOIN         Plain     [] "join the host to a swarm";
    SwarmLeave               Post    "/swarm/leave"                              Write  -         None               Plain     [flag("force")] "take the host out of its swarm";
    SwarmInspect             Get     "/swarm"                                    Reveal -         None               Plain     [] "inspect the swarm with its join tokens";
    SwarmUnlockkey           Get     "/swarm/unlockkey"                          Reveal -         None               Plain     [] "read the swarm's unlock key";
    SwarmUpdate              Post    "/swarm/update"                             Host   -         SWARM_UPDATE       Plain     SWARM_UPDATE "change the swarm";
    SwarmUnlock              Post    "/swarm/unlock"                             Host   -         SWARM_UNLOCK       Plain     [] "unlock a locked swarm manager";
    ServiceList              Get     "/services"                                 Reveal -         None               Plain     [filters(), boolean("status").or("false").since(41)] "list services";
    ServiceInspect           Get     "/services/{id}"                            Reveal Service   None               Plain     [boolean("insertDefaults").or("false")] "inspect a service";
    ServiceCreate            Post    "/services/create"                          Host   -         SERVICE_WRITE      Plain     [] "create a service";
    ServiceUpdate            Post    "/services/{id}/update"                     Host   Service   SERVICE_WRITE      Plain     SERVICE_UPDATE "change a service";
    ServiceDelete            Delete  "/services/{id}"                            Write  Service   None               Plain     [] "delete a service";
    ServiceLogs              Get     "/services/{id}/logs"                       Reveal Service   None               Response  SWARM_LOGS "read a service's logs";
    NodeList                 Get     "/nodes"                                    Reveal -         None               Plain     [filters()] "list the swarm's nodes";
    NodeInspect              Get     "/nodes/{id}"                               Reveal Node      None               Plain     [] "inspect a node";
    NodeDelete               Delete  "/nodes/{id}"                               Write  Node      None               Plain     [flag("force")] "remove a node from the swarm";
    NodeUpdate               Post    "/nodes/{id}/update"                        Host   Node      NODE_UPDATE        Plain     [int("version")] "change a node's role or availability";
    TaskList                 Get     "/tasks"                                    Reveal -         None               Plain     [filters()] "list tasks";
    TaskInspect              Get     "/tasks/{id}"                               Reveal Task      None               Plain     [] "inspect a task";
    TaskLogs                 Get     "/tasks/{id}/logs"                          Reveal Task      None               Response  SWARM_LOGS "read a task's logs";
    SecretList               Get     "/secrets"                                  Reveal -         None               Plain     [filters()] "list secrets";
    SecretCreate             Post    "/secrets/create"                           Write  -         SECRET_WRITE       Plain     [] "create a secret";
    SecretDelete             Delete  "/secrets/{id}"                             Write  Secret    None               Plain     [] "delete a secret";
    SecretInspect            Get     "/secrets/{id}"                             Reveal Secret    None               Plain     [] "inspect a secret";
    SecretUpdate             Post    "/secrets/{id}/update"                      Write  Secret    SECRET_WRITE       Plain     [int("version")] "change a secret's labels";
    ConfigList               Get     "/configs"                                  Reveal -         None               Plain     [filters()] "list configs with their content";
    ConfigCreate             Post    "/configs/create"                           Write  -         CONFIG_WRITE       Plain     [] "create a config";
    ConfigDelete             Delete  "/configs/{id}"                             Write  Config    None               Plain     [] "delete a config";
    ConfigInspect            Get     "/configs/{id}"                             Reveal Config    None               Plain     [] "inspect a config with its content";
    ConfigUpdate             Post    "/configs/{id}/update"                      Write  Config    CONFIG_WRITE       Plain     [int("version")] "change a config's labels";
    PluginList               Get     "/plugins"                                  Read   -         None               Plain     [filters()] "list plugins";
    PluginInspect            Get     "/plugins/{name}/json"                      Read   Plugin    None               Plain     [] "inspect a plugin";
    GetPluginPrivileges      Get     "/plugins/privileges"                       Host   -         None               Plain     PLUGIN_PRIVILEGES "ask a registry which privileges a plugin wants";
    PluginDelete             Delete  "/plugins/{name}"                           Write  Plugin    None               Plain     [flag("force")] "delete a plugin";
    PluginEnable             Post    "/plugins/{name}/enable"                    Host   Plugin    None               Plain     [int("timeout")] "enable a plugin";
    PluginDisable            Post    "/plugins/{name}/disable"                   Write  Plugin    None               Plain     [flag("force")] "disable a plugin";
    PluginPull               Post    "/plugins/pull"                             Host   -         PLUGIN_INSTALL     Response  [text("name"), text("remote")] "install a plugin";
    PluginPush               Post    "/plugins/{name}/push"                      Host   Plugin    None               Response  [] "push a plugin to a registry";
    PluginUpgrade            Post    "/plugins/{name}/upgrade"                   Host   Plugin    PLUGIN_INSTALL     Response  [text("remote")] "upgrade a plugin";
    PluginSet                Post    "/plugins/{name}/set"                       Host   Plugin    PLUGIN_SET         Plain     [] "change a plugin's settings";
    PluginCreate             Post    "/plugins/create"                           Host   -         Tar                Request   [text("name")] "create a plugin from an archive";
    DistributionInspect      Get     "/distribution/{name}/json"                 Host   Image     None               Plain     [] "look up an image at its registry";
    NetworkList              Get     "/networks"                                 Read   -         None               Plain     [filters()] "list networks";
    NetworkInspect           Get     "/networks/{id}"                            Read   Network   None               Plain     [text("scope").word(), boolean("verbose").or("false")] "inspect a network";
    NetworkCreate            Post    "/networks/create"                          Host   -         NETWORK_CREATE     Plain     [] "create a network";
    NetworkConnect           Post    "/networks/{id}/connect"                    Write  Network   NETWORK_CONNECT    Plain     [] "connect a container to a network";
    NetworkDisconnect        Post    "/networks/{id}/disconnect"                 Write  Network   NETWORK_DISCONNECT Plain     [] "disconnect a container from a network";
    NetworkPrune             Post    "/networks/prune"                           Write  -         None               Plain     PRUNE "delete unused networks";
    NetworkDelete            Delete  "/networks/{id}"                            Write  Network   None               Plain     [] "delete a network";
    DebugVars                Any     "/debug/vars"                               Reveal -         None               Plain     [] "read the daemon's internal counters";
    DebugPprofIndex          Any     "/debug/pprof/"                             Reveal -         None               Plain     [] "list the daemon's profiles";
    DebugPprof               Any     "/debug/pprof/{name}"                       Reveal -         None               Response  [int("debug"), int("gc"), int("seconds")] "dump the daemon's memory or measure its work";
    Grpc                     Post    "/grpc"                                     Host   -         None               H2c       [] "talk to BuildKit";
}
