// What Homepage asks for with dockerode: dockerode.js SOCKET CONTAINER read|restart|exec
const Docker = require("dockerode");

const [socketPath, name, wish] = process.argv.slice(2);
const docker = new Docker({ socketPath });

async function read(container) {
  const listed = await docker.listContainers({ all: true });
  const inspected = await container.inspect();
  const usage = await container.stats({ stream: false, "one-shot": true });
  console.log(`${name} ${inspected.State.Status} ${usage.memory_stats.usage}`);
  console.log(JSON.stringify([listed, inspected]));
}

const wishes = {
  read,
  restart: (container) => container.restart(),
  exec: (container) => container.exec({ Cmd: ["env"], AttachStdout: true }),
};

wishes[wish](docker.getContainer(name)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
