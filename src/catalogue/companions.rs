//! What the docker CLI asks together with an operation, so that who is given one needs the others as
//! well: tried with the docker CLI 26.1, as policies/README.md tells by command.

use super::Op;

/// A command that is more than one operation.
#[derive(Debug)]
pub struct Command {
    /// How people call it: `docker run`.
    pub name: &'static str,
    /// What it is about.
    pub main: Op,
    /// What else it asks, `ping` aside, in the order in which it does.
    pub also: &'static [Op],
}

macro_rules! commands {
    ($($name:literal $main:ident [$($op:ident),*];)*) => {
        /// Commands that are more than one operation.
        pub static COMMANDS: &[Command] =
            &[$(Command { name: $name, main: Op::$main, also: &[$(Op::$op),*] }),*];
    };
}

commands! {
    "docker run -d" ContainerCreate [ContainerStart];
    "docker run" ContainerCreate [ContainerAttach, ContainerWait, ContainerStart];
    "docker run of an image that is not there" ContainerCreate [ImageCreate];
    "docker exec" ContainerExec [ContainerInspect, ExecStart, ExecInspect];
    "docker exec -t" ContainerExec [ContainerInspect, ExecStart, ExecResize, ExecInspect];
    "docker logs" ContainerLogs [ContainerInspect];
    "docker cp out of a container" ContainerArchive [ContainerInspect, ContainerArchiveInfo];
    "docker cp into a container" PutContainerArchive [ContainerInspect, ContainerArchiveInfo];
    "docker attach" ContainerAttach [ContainerInspect, ContainerWait];
    "docker build" ImageBuild [Session, Grpc];
}

impl Command {
    /// The commands that are about the operation.
    pub fn of(op: Op) -> impl Iterator<Item = &'static Self> {
        COMMANDS.iter().filter(move |command| command.main == op)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_created_container_is_started_and_an_exec_is_run() {
        let also = |op: Op| Command::of(op).flat_map(|command| command.also).copied().collect::<Vec<_>>();
        assert!(also(Op::ContainerCreate).contains(&Op::ContainerStart));
        assert!(also(Op::ContainerExec).contains(&Op::ExecStart));
        // what many commands begin with says nothing of what follows
        assert_eq!(also(Op::ContainerInspect), []);
    }

    #[test]
    fn a_command_asks_something_else_and_nothing_twice() {
        for command in COMMANDS {
            let mut ops: Vec<Op> = [command.also, &[command.main]].concat();
            let count = ops.len();
            ops.sort_unstable();
            ops.dedup();
            assert!(count > 1 && ops.len() == count, "{}", command.name);
        }
    }
}
