"""Ansible's modules for Docker, out of the package that has all collections: unpack.py WHEEL FOLDER."""

import sys
import zipfile

COLLECTIONS = ("ansible_collections/community/docker/", "ansible_collections/community/library_inventory_filtering_v1/")

with zipfile.ZipFile(sys.argv[1]) as wheel:
    names = [name for name in wheel.namelist() if name.startswith(COLLECTIONS) and "/tests/" not in name]
    wheel.extractall(sys.argv[2], names)
