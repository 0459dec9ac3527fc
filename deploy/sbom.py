"""Of all crates that a build takes, those that are in the binary:

    cargo tree ... --format '{p}' | sbom.py FILE.cdx.json PROJECT

Leaves out macros that ran at build time and crates that no feature asked for, and
names no folder of the machine that built it.
"""

import json
import sys


def shipped(lines):
    """Names and versions, out of lines such as `bytes v1.11.0`."""
    words = (line.split() for line in lines if line.strip())
    return {(name, version.removeprefix("v")) for name, version, *_ in words}


def without_the_rest(bom, names):
    kept = [c for c in bom["components"] if (c["name"], c["version"]) in names]
    refs = {c["bom-ref"] for c in kept} | {bom["metadata"]["component"]["bom-ref"]}
    links = [d for d in bom["dependencies"] if d["ref"] in refs]
    for link in links:
        if "dependsOn" in link:
            link["dependsOn"] = [ref for ref in link["dependsOn"] if ref in refs]
    return {**bom, "components": kept, "dependencies": links}


path, project = sys.argv[1:]
names = shipped(sys.stdin)
with open(path, encoding="utf-8") as file:
    bom = without_the_rest(json.load(file), names)
missing = names - {(c["name"], c["version"]) for c in bom["components"]} - {("dockgate", bom["metadata"]["component"]["version"])}
if missing:
    sys.exit(f"not in the list of crates: {sorted(missing)}")
text = json.dumps(bom, indent=2).replace(f"path+file://{project}#", "").replace("?download_url=file://.", "")
with open(path, "w", encoding="utf-8") as file:
    file.write(text + "\n")
