//! What is written: configuration, policies, and what runs the gate.

use super::{Plan, Program};
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What runs the gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Layout {
    #[default]
    Compose,
    Systemd,
}

impl FromStr for Layout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "compose" => Ok(Self::Compose),
            "systemd" => Ok(Self::Systemd),
            _ => Err("choose compose or systemd".to_owned()),
        }
    }
}

/// A file and what is in it.
struct File {
    path: PathBuf,
    text: String,
    about: String,
}

/// Writes all of it, or, where a file is there already, none.
///
/// # Errors
/// A file is there, or cannot be written.
pub(super) fn write(plan: &Plan) -> Result<Vec<Vec<String>>, String> {
    let files = files(plan);
    if let Some(there) = files.iter().find(|file| file.path.exists()) {
        return Err(format!(
            "`{}` is there already, and nothing was written\n  help: choose another --folder",
            there.path.display()
        ));
    }
    for file in &files {
        one(file).map_err(|error| format!("cannot write `{}`: {error}", file.path.display()))?;
    }
    Ok(files.iter().map(|file| vec![file.path.display().to_string(), file.about.clone()]).collect())
}

fn one(file: &File) -> std::io::Result<()> {
    if let Some(folder) = file.path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(&file.path)?.write_all(file.text.as_bytes())
}

fn files(plan: &Plan) -> Vec<File> {
    let folder = &plan.folder;
    let policy = |program: &Program| File {
        path: folder.join("policies").join(format!("{}.yaml", program.name)),
        text: program.policy.clone(),
        about: program.about.clone(),
    };
    let mut files = vec![File {
        path: folder.join("dockgate.yaml"),
        text: configuration(plan),
        about: "where the gate listens, and whose policy holds there".to_owned(),
    }];
    files.extend(plan.programs.iter().map(policy));
    files.push(match plan.layout {
        Layout::Compose => File {
            path: folder.join("compose.yaml"),
            text: compose(plan),
            about: "runs the gate, and says what each program's service has to have".to_owned(),
        },
        Layout::Systemd => File {
            path: folder.join("dockgate.service.d/sockets.conf"),
            text: drop_in(plan),
            about: "a drop-in for the unit, which makes the folders of the sockets".to_owned(),
        },
    });
    files
}

/// Where the gate finds Docker's socket: in a container, in the folder that is mounted.
fn upstream(plan: &Plan) -> PathBuf {
    let name = plan.upstream.file_name().map_or_else(|| "docker.sock".into(), PathBuf::from);
    match plan.layout {
        Layout::Compose => Path::new("/host/run").join(name),
        Layout::Systemd => plan.upstream.clone(),
    }
}

fn configuration(plan: &Plan) -> String {
    let mut text =
        format!("# One socket and one policy for each program.\nupstream: {}\nlisten:\n", upstream(plan).display());
    for program in &plan.programs {
        let socket = plan.sockets.join(&program.name).join("docker.sock");
        // writing to a string cannot fail
        let _ = write!(
            text,
            "  # {}\n  - socket: {}\n    policy: policies/{}.yaml\n",
            program.about,
            socket.display(),
            program.name
        );
        if plan.layout == Layout::Compose {
            // its folder is the program's alone
            text.push_str("    mode: \"0666\"\n");
        }
    }
    text
}

fn compose(plan: &Plan) -> String {
    let sockets = plan.sockets.display();
    let docker = plan.upstream.parent().unwrap_or(Path::new("/var/run")).display();
    let mut text = format!(
        "# The gate. Beside this file:\n#   echo \"DOCKER_GID=$(stat -c %g {})\" >.env && docker compose up -d\n\
         # Of each program's own service, take docker.sock away, add what is said below for it, and tell the\n\
         # program where its socket is: unix:///run/dockgate/docker.sock, in a setting of its own (Traefik:\n\
         # providers.docker.endpoint, Homepage: docker.yaml) or as DOCKER_HOST, which many programs know. One\n\
         # that only ever looks at /var/run/docker.sock gets the folder mounted at /var/run instead.\n",
        plan.upstream.display()
    );
    for program in &plan.programs {
        let name = &program.name;
        // writing to a string cannot fail
        let _ = write!(text, "#\n# {name}:\n#   volumes: [\"dockgate-{name}:/run/dockgate:ro\"]\n");
    }
    let _ = write!(
        text,
        "services:\n  dockgate:\n    image: dockgate\n    command: [serve, --config=/etc/dockgate/dockgate.yaml]\n    volumes:\n      \
         # the folder, so that a socket that Docker makes anew is found\n      - {docker}:/host/run:ro\n      - ./:/etc/dockgate:ro\n"
    );
    for program in &plan.programs {
        let name = &program.name;
        let _ = writeln!(text, "      - dockgate-{name}:{sockets}/{name}");
    }
    text.push_str("    group_add: [\"${DOCKER_GID:?the group of Docker's socket}\"]\n    network_mode: none\n    read_only: true\n    cap_drop: [ALL]\n    security_opt: [\"no-new-privileges:true\"]\n    restart: unless-stopped\n\nvolumes:\n");
    for program in &plan.programs {
        let name = &program.name;
        let _ = write!(
            text,
            "  dockgate-{name}:\n    name: dockgate-{name}\n    # in memory, for the user that the gate runs as\n    driver_opts: {{ type: tmpfs, device: tmpfs, o: \"uid=65532,gid=65532,mode=0755\" }}\n"
        );
    }
    text
}

fn drop_in(plan: &Plan) -> String {
    let folder = |program: &Program| format!("dockgate/{}", program.name);
    let folders: Vec<String> = plan.programs.iter().map(folder).collect();
    let config = absolute(&plan.folder).join("dockgate.yaml");
    format!(
        "# /etc/systemd/system/dockgate.service.d/sockets.conf\n[Service]\n# one folder for each program, to be mounted instead of docker.sock\nRuntimeDirectory=dockgate {}\nExecStart=\nExecStart=/usr/local/bin/dockgate serve --config {}\n",
        folders.join(" "),
        config.display()
    )
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// What is left to do, in commands.
pub(super) fn next(plan: &Plan) -> String {
    let folder = plan.folder.display();
    let check = format!("Next: read the policies' first lines, then\n  dockgate check --config {folder}/dockgate.yaml");
    match plan.layout {
        Layout::Compose => format!(
            "{check}\n  docker compose -f {folder}/compose.yaml up -d    (its first lines say what each program gets)"
        ),
        Layout::Systemd => format!(
            "{check}\n  install -D {folder}/dockgate.service.d/sockets.conf /etc/systemd/system/dockgate.service.d/sockets.conf\n  systemctl daemon-reload && systemctl restart dockgate\nand mount {}/PROGRAM into each program at /run/dockgate in place of docker.sock, and tell it that its socket is\nunix:///run/dockgate/docker.sock: in a setting of its own, or as DOCKER_HOST, which many programs know; one that only\never looks at /var/run/docker.sock gets the folder at /var/run",
            plan.sockets.display()
        ),
    }
}
