//! Volumes, and the checkpoints of containers.

use super::container::EMPTY;

fields! {
    VOLUME_CREATE_REQUEST {
        Name                      Text             is Name;
        Driver                    Text             is VolumeDriver;
        DriverOpts                {Text}           gather VolumeOpts;
        Labels                    {Text}           is Labels;
        ClusterVolumeSpec         (CLUSTER_VOLUME) given ClusterVolume;
    }

    VOLUME_UPDATE_REQUEST {
        Spec                      (CLUSTER_VOLUME) given ClusterVolume;
    }

    CLUSTER_VOLUME {
        Group                     Text                         part -;
        AccessMode                (ACCESS_MODE, CLUSTER_NEEDS) part -;
        AccessibilityRequirements (TOPOLOGIES)                 part -;
        CapacityRange             (CAPACITY)                   part -;
        Secrets                   [(SECRET)]                   part -;
        Availability              Text                         part -;
    }

    ACCESS_MODE {
        Scope                     Text             part -;
        Sharing                   Text             part -;
        MountVolume               (TYPE_MOUNT)     part -;
        BlockVolume               (EMPTY)          part -;
    }

    /// Docker's lists of fields have them inside the access mode, Docker beside it.
    CLUSTER_NEEDS {
        Secrets                   [(SECRET)]       part -;
        AccessibilityRequirements (TOPOLOGIES)     part -;
        CapacityRange             (CAPACITY)       part -;
        Availability              Text             part -;
    }

    TYPE_MOUNT {
        FsType                    Text             part -;
        MountFlags                [Text]           part -;
    }

    TOPOLOGIES {
        Requisite                 [(TOPOLOGY)]     part -;
        Preferred                 [(TOPOLOGY)]     part -;
    }

    TOPOLOGY {
        Segments                  {Text}           part -;
    }

    CAPACITY {
        RequiredBytes             Int              part -;
        LimitBytes                Int              part -;
    }

    SECRET {
        Key                       Text             part -;
        Secret                    Text             part -;
    }

    CHECKPOINT {
        CheckpointID              Text             is Name;
        CheckpointDir             Text             is CheckpointDir;
        Exit                      Flag             harmless "the container stops once its memory is written";
    }
}
