//! Services of a swarm.

use super::container::EMPTY;
use super::task::{NETWORK_ATTACHMENT, TASK_SPEC};

fields! {
    /// Beside name and labels.
    SERVICE_SPEC {
        TaskTemplate     (TASK_SPEC)            inner -;
        Mode             (SERVICE_MODE)         gather ServiceMode;
        UpdateConfig     (UPDATE_CONFIG)        inner -;
        RollbackConfig   (UPDATE_CONFIG)        inner -;
        Networks         [(NETWORK_ATTACHMENT)] inner -;
        EndpointSpec     (ENDPOINT_SPEC)        inner -;
    }

    ENDPOINT_SPEC {
        Mode             Text            harmless "how the service's own name is resolved";
        Ports            [(PORT_CONFIG)] gather ServicePorts;
    }

    PORT_CONFIG {
        Name             Text part -;
        Protocol         Text part -;
        TargetPort       Int  part -;
        PublishedPort    Int  part -;
        PublishMode      Text part -;
    }

    SERVICE_MODE {
        Replicated       (REPLICATED)     part -;
        Global           (EMPTY)          part -;
        ReplicatedJob    (REPLICATED_JOB) part -;
        GlobalJob        (EMPTY)          part -;
    }

    REPLICATED {
        Replicas         Int part -;
    }

    REPLICATED_JOB {
        MaxConcurrent    Int part -;
        TotalCompletions Int part -;
    }

    UPDATE_CONFIG {
        Parallelism      Int   harmless "the pace of an update";
        Delay            Int   harmless "the pace of an update";
        FailureAction    Text  harmless "what an update does when tasks fail";
        Monitor          Int   harmless "how long an update watches for failures";
        MaxFailureRatio  Float harmless "how many failures an update takes";
        Order            Text  harmless "whether the new task or the old goes first";
    }
}
