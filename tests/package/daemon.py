"""A Docker that can say that it is there: daemon.py SOCKET"""

import socketserver
import sys
from http.server import BaseHTTPRequestHandler


class Ping(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"OK"
        self.send_response(200)
        self.send_header("Api-Version", "1.47")
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass

    def address_string(self):
        return "gate"


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


Server(sys.argv[1], Ping).serve_forever()
