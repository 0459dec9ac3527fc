"""Just enough HTTP on a plain socket: every byte is ours, and so is its time."""

import os
import socket
import ssl
import struct

PATIENCE = 20
API = "/v1.41"


def connect(address=None):
    """To `unix://` or `tcp://`, with TLS if DOCKER_TLS_VERIFY says so."""
    scheme, _, place = (address or os.environ["DOCKER_HOST"]).partition("://")
    if scheme == "unix":
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(PATIENCE)
        plain.connect(place)
        return plain
    host, _, port = place.partition(":")
    plain = socket.create_connection((host, int(port)), PATIENCE)
    return secure(plain, host) if os.environ.get("DOCKER_TLS_VERIFY") else plain


def secure(plain, host):
    at = os.environ["DOCKER_CERT_PATH"]
    context = ssl.create_default_context(cafile=f"{at}/ca.pem")
    context.load_cert_chain(f"{at}/cert.pem", f"{at}/key.pem")
    return context.wrap_socket(plain, server_hostname=host)


def host():
    """As clients name it: the address on TCP, any word on a Unix socket."""
    scheme, _, place = os.environ["DOCKER_HOST"].partition("://")
    return place if scheme == "tcp" else "docker"


def head_of(method, path, body, headers):
    lines = [f"{method} {API}{path} HTTP/1.1", f"Host: {host()}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    if body:
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode()


def ask(connection, method, path, body=b"", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.sendall(head_of(method, path, body, headers) + body)


def read_head(stream):
    """Status and headers, byte for byte, so that what follows stays unread."""
    first = stream.readline()
    if not first:
        raise ConnectionError("closed without an answer")
    status, headers = int(first.split()[1]), {}
    while line := stream.readline().strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return status, headers


def answer(stream):
    """One whole answer, its body by its framing."""
    status, headers = read_head(stream)
    if status in (204, 304):
        return status, b""
    if headers.get("transfer-encoding") == "chunked":
        return status, read_chunks(stream)
    size = headers.get("content-length")
    return status, stream.read(int(size)) if size else stream.read()


def read_chunks(stream):
    body = b""
    while size := int(stream.readline(), 16):
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return body


def once(method, path, body=b"", address=None):
    """One request on a connection of its own: status and body."""
    with connect(address) as connection, connection.makefile("rb") as stream:
        ask(connection, method, path, body)
        return answer(stream)


def frames_of(stream):
    """The payloads of a multiplexed stream, to its end."""
    while head := stream.read(8):
        yield stream.read(struct.unpack(">xxxxI", head)[0])
