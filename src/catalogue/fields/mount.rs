//! Mounts, of containers and of services.

use super::container::EMPTY;

fields! {
    MOUNT {
        Type                   Text              part -;
        Source                 Text              part -;
        Target                 Text              part -;
        ReadOnly               Flag              part -;
        Consistency            Text              part -;
        BindOptions            (BIND_OPTIONS)    part -;
        VolumeOptions          (VOLUME_OPTIONS)  part -;
        ImageOptions           (IMAGE_OPTIONS)   part -;
        TmpfsOptions           (TMPFS_OPTIONS)   part -;
        ClusterOptions         (EMPTY)           part -;
    }

    BIND_OPTIONS {
        Propagation            Text              part -;
        NonRecursive           Flag              part -;
        CreateMountpoint       Flag              part -;
        ReadOnlyNonRecursive   Flag              part -;
        ReadOnlyForceRecursive Flag              part -;
    }

    IMAGE_OPTIONS {
        Subpath                Text              part -;
    }

    TMPFS_OPTIONS {
        SizeBytes              Int               part -;
        Mode                   Int               part -;
        Options                [[Text]]          part -;
    }

    VOLUME_OPTIONS {
        NoCopy                 Flag              part -;
        Labels                 {Text}            part -;
        Subpath                Text              part -;
        DriverConfig           (DRIVER_CONFIG)   part -;
    }

    DRIVER_CONFIG {
        Name                   Text              part -;
        Options                {Text}            part -;
    }
}
