//! Commands in a container that runs.

fields! {
    EXEC_CONFIG {
        Container    Text   harmless "docker-py repeats the path here; Docker does not read it";
        User         Text   is User;
        Privileged   Flag   is Privileged;
        Tty          Flag   harmless "a terminal in place of pipes";
        ConsoleSize  [Int]  harmless "the size of a terminal";
        AttachStdin  Flag   harmless "whoever starts the exec may type into it";
        AttachStderr Flag   harmless "whoever starts the exec may read its output";
        AttachStdout Flag   harmless "whoever starts the exec may read its output";
        Detach       Flag   harmless "what the client means to do: the start says it again";
        DetachKeys   Text   harmless "the keys that leave the exec running";
        Env          [Text] is Env;
        WorkingDir   Text   is WorkingDir;
        Cmd          [Text] is Command;
    }

    EXEC_START_CONFIG {
        Detach       Flag   harmless "answers at once: the command is the same";
        Tty          Flag   harmless "a terminal in place of pipes";
        ConsoleSize  [Int]  harmless "the size of a terminal";
    }
}
