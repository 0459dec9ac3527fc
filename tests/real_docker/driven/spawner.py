"""JupyterHub's DockerSpawner, with stand-ins for the Hub and the user around it.

    DOCKER_HOST=... spawner.py USER made|gone|NAME=VALUE...

It prints what the Hub would learn. NAME=VALUE are its settings, as JSON.
"""

import asyncio
import json
import sys
from types import SimpleNamespace

from dockerspawner import DockerSpawner

SETTINGS = {
    "image": "jupyter/base-notebook:test", "cmd": ["sh", "-c", "trap exit TERM; sleep 300 & wait"], "remove": True, "pull_policy": "never",
    "network_name": "jupyterhub", "use_internal_ip": True, "volumes": {"jupyter-{username}": "/home/jovyan"},
}


class Spawner(DockerSpawner):
    def get_env(self):
        return {"JUPYTERHUB_API_TOKEN": "token-of-the-test"}


def spawner(name, **settings):
    user = SimpleNamespace(name=name, escaped_name=name, settings={}, url=f"/user/{name}/")
    address = "http://hub:8081/hub/"
    hub = SimpleNamespace(api_url=f"{address}api", base_url="/hub/", url=address, port=8081, ip="hub", public_host="")
    return Spawner(user=user, hub=hub, orm_spawner=SimpleNamespace(name="", server=None, state=None), **{**SETTINGS, **settings})


async def main(name, wish):
    settings = {} if "=" not in wish else {wish.split("=")[0]: json.loads(wish.split("=", 1)[1])}
    server = spawner(name, **settings)
    if wish != "gone":
        print("at", await server.start())
    print("polled", await server.poll())
    if wish == "gone":
        await server.stop()
        print("then", await server.poll())


asyncio.run(main(*sys.argv[1:]))
