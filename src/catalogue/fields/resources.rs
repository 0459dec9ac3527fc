//! How much of the host a container may take.

fields! {
    /// Beside the rest of a `HostConfig`, and the body of an update.
    RESOURCES {
        CpuShares            Int                 is CpuShares;
        Memory               Int                 is MemLimit;
        NanoCpus             Int                 gather Cpus;
        CgroupParent         Text                is CgroupParent;
        BlkioWeight          Int                 is BlkioConfig;
        BlkioWeightDevice    [(WEIGHT_DEVICE)]   gather Blkio;
        BlkioDeviceReadBps   [(THROTTLE_DEVICE)] gather Blkio;
        BlkioDeviceWriteBps  [(THROTTLE_DEVICE)] gather Blkio;
        BlkioDeviceReadIOps  [(THROTTLE_DEVICE)] gather Blkio;
        BlkioDeviceWriteIOps [(THROTTLE_DEVICE)] gather Blkio;
        CpuPeriod            Int                 gather Cpus;
        CpuQuota             Int                 gather Cpus;
        CpuRealtimePeriod    Int                 is CpuRealtime;
        CpuRealtimeRuntime   Int                 is CpuRealtime;
        CpusetCpus           Text                is Cpuset;
        CpusetMems           Text                is CpusetMems;
        Devices              [(DEVICE)]          gather Devices;
        DeviceCgroupRules    [Text]              is DeviceCgroupRules;
        DeviceRequests       [(DEVICE_REQUEST)]  gather DeviceRequests;
        DiskQuota            Int                 harmless "no daemon that speaks the API's floor acts on it";
        KernelMemory         Int                 is KernelMemory;
        KernelMemoryTCP      Int                 is KernelMemory;
        MemoryReservation    Int                 is MemReservation;
        MemorySwap           Int                 gather MemorySwap;
        MemorySwappiness     Int                 is MemSwappiness;
        OomKillDisable       Flag                is OomKillDisable;
        PidsLimit            Int                 is PidsLimit;
        Ulimits              [(ULIMIT)]          gather Ulimits;
        CpuCount             Int                 harmless "processors as Windows counts them, which limits nothing on Linux";
        CpuPercent           Int                 harmless "processors as Windows counts them, which limits nothing on Linux";
        IOMaximumIOps        Int                 is BlkioConfig;
        IOMaximumBandwidth   Int                 is BlkioConfig;
    }

    DEVICE {
        PathOnHost        Text part -;
        PathInContainer   Text part -;
        CgroupPermissions Text part -;
    }

    DEVICE_REQUEST {
        Driver            Text     part -;
        Count             Int      part -;
        DeviceIDs         [Text]   part -;
        Capabilities      [[Text]] part -;
        Options           {Text}   part -;
    }

    THROTTLE_DEVICE {
        Path              Text part -;
        Rate              Int  part -;
    }

    ULIMIT {
        Name              Text part -;
        Hard              Int  part -;
        Soft              Int  part -;
    }

    WEIGHT_DEVICE {
        Path              Text part -;
        Weight            Int  part -;
    }
}
