"""What stands around a reverse proxy: the API behind it, and the proxy itself, with the configuration that
docs/reverse-proxy.md shows. Of that only the addresses are changed.
"""

import base64
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "reverse-proxy.md"
# They start in a moment; on a busy machine it is a long one.
SECONDS = 30

# What nginx wants around a `server`: one process, and no file outside the folder it is started in.
NGINX = """
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include site.conf;
}
"""
# Without the second, a site of one address listens on all of them.
CADDY = "{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n"


def shown(language, addresses):
    """The document's one block in this language, with other addresses."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    if len(blocks) != 1:
        raise RuntimeError(f"{DOCUMENT} has {len(blocks)} blocks of {language}, not one")
    text = blocks[0]
    for old, new in addresses.items():
        if old not in text:
            raise RuntimeError(f"{DOCUMENT}: {old!r} is not in the block of {language}")
        text = text.replace(old, new)
    return text


def free_port():
    """Not one of those that the system gives to connections: one of these could have it a moment later."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as one:
            one.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def nginx(latchkey, upstream):
    """nginx in front of these two; answers its port."""
    port = free_port()
    addresses = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "127.0.0.1:8080": f"127.0.0.1:{latchkey}",
        "127.0.0.1:9000": f"127.0.0.1:{upstream}",
    }
    files = {"nginx.conf": NGINX, "site.conf": shown("nginx", addresses)}
    command = [os.environ["LATCHKEY_NGINX"], "-e", "stderr", "-c", "nginx.conf", "-p", "."]
    with running(command, files, port):
        yield port


@contextlib.contextmanager
def caddy(latchkey, upstream):
    """Caddy in front of these two; answers its port."""
    port = free_port()
    addresses = {
        "api.example.com {": f"http://127.0.0.1:{port} {{",
        "127.0.0.1:8080": f"127.0.0.1:{latchkey}",
        "127.0.0.1:9000": f"127.0.0.1:{upstream}",
    }
    files = {"Caddyfile": CADDY + shown("caddyfile", addresses)}
    command = [os.environ["LATCHKEY_CADDY"], "run", "--config", "Caddyfile", "--adapter", "caddyfile"]
    with running(command, files, port):
        yield port


@contextlib.contextmanager
def haproxy(latchkey, upstream):
    """HAProxy in front of these two; answers its port."""
    port = free_port()
    addresses = {
        "bind :80 ": f"bind 127.0.0.1:{port} ",
        "127.0.0.1:8080": f"127.0.0.1:{latchkey}",
        "127.0.0.1:9000": f"127.0.0.1:{upstream}",
        "/etc/haproxy/latchkey.lua": "latchkey.lua",
    }
    script = shown("lua", {"127.0.0.1:8080": f"127.0.0.1:{latchkey}"})
    files = {"haproxy.cfg": shown("haproxy", addresses), "latchkey.lua": script}
    command = [os.environ["LATCHKEY_HAPROXY"], "-db", "-f", "haproxy.cfg"]
    # Libraries that were unpacked beside it.
    with running(command, files, port, {"LD_LIBRARY_PATH": os.environ.get("LATCHKEY_HAPROXY_LIBRARIES", "")}):
        yield port


@contextlib.contextmanager
def running(command, files, port, variables=None):
    """A program in a folder of its own, from when it listens until it is told to end."""
    with tempfile.TemporaryDirectory(prefix="latchkey-proxies-") as name:
        folder = pathlib.Path(name)
        for file, text in files.items():
            (folder / file).write_text(text)
        # Caddy keeps certificates and its configuration where these say.
        folders = {"HOME": name, "XDG_DATA_HOME": name, "XDG_CONFIG_HOME": name}
        environment = {**os.environ, **folders, **(variables or {})}
        with open(folder / "log", "wb") as log:
            program = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            wait_for(port, program, folder / "log")
            yield
        finally:
            program.terminate()
            program.wait(SECONDS)


def wait_for(port, program, log):
    end = time.monotonic() + SECONDS
    while program.poll() is None and time.monotonic() < end:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.02)
    raise RuntimeError(f"it did not start: {log.read_text()}")


class Server(http.server.ThreadingHTTPServer):
    """Says nothing of connections that a proxy no longer wants."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Upstream:
    """Somebody's recruiting API: says what it was asked. `calls` has all of it."""

    def __init__(self, headers):
        self.calls = []
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def __getattr__(self, name):
                """Any method is served."""
                if not name.startswith("do_"):
                    raise AttributeError(name)
                return lambda: upstream.answer(self, headers)

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request, headers):
        chunked = "chunked" in (request.headers.get("Transfer-Encoding") or "")
        body = chunks(request.rfile) if chunked else request.rfile.read(int(request.headers.get("Content-Length") or 0))
        asked = {
            "method": request.command,
            # The request line itself: `path` has lost a second slash at its beginning.
            "uri": request.requestline.split(" ")[1],
            "headers": [[name.lower(), value] for name, value in request.headers.items()],
            "body": body.decode(),
        }
        self.calls.append(asked)
        content = json.dumps(asked).encode()
        request.send_response(200)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": len(content)}.items():
            request.send_header(name, str(value))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(content)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def chunks(file):
    body = b""
    while size := int(file.readline(), 16):
        body += file.read(size)
        file.readline()
    file.readline()
    return body


class Answer:
    """What came back, without what each hop says for itself."""

    HOP = {"connection", "date", "keep-alive", "server", "transfer-encoding"}

    def __init__(self, answer):
        self.status = answer.status
        self.body = answer.read()
        headers = ((name, value) for name, value in answer.getheaders() if name.lower() not in self.HOP)
        self.headers = sorted(headers)

    def header(self, name):
        """Every value it has."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def without(self, *names):
        """To be compared."""
        headers = [header for header in self.headers if header[0].lower() not in names]
        return self.status, headers, self.body


def basic(key):
    return "Authorization", "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def ask(port, method, uri, headers=(), body=None, source="127.0.0.1"):
    """One call, in exactly these words, on a connection of its own, from this address of the machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    with contextlib.closing(connection):
        headers = list(headers)
        connection.putrequest(method, uri, skip_accept_encoding=True)
        chunked = body is not None and not isinstance(body, bytes)
        if chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        elif body is not None:
            headers.append(("Content-Length", str(len(body))))
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body, encode_chunked=chunked)
        return Answer(connection.getresponse())
