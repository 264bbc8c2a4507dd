"""A server with the demo, and the demo's admin, for what is tried from outside."""

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request

COOKIE = "latchkey_session"


@contextlib.contextmanager
def serve(*arguments):
    """A server on a free port with a database of its own; answers where it listens."""
    with tempfile.TemporaryDirectory(prefix="latchkey-clients-") as folder:
        command = [os.environ["LATCHKEY_BIN"], "serve", "--demo", "--listen", "127.0.0.1:0", *arguments]
        with open(pathlib.Path(folder, "log"), "w+b") as log:
            server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                start = "listening on "
                for line in server.stdout:
                    if line.startswith(start):
                        yield line.removeprefix(start).strip()
                        break
                else:
                    log.seek(0)
                    raise RuntimeError(f"the server did not start: {log.read().decode()}")
            finally:
                server.terminate()
                server.wait(30)
                server.stdout.close()


class Admin:
    """ada, in a browser of her own: what is tried with her name elsewhere cannot lock her out."""

    def __init__(self, origin):
        self.origin = origin
        self.cookies = {}
        self.lock = threading.Lock()

    def send(self, method, path, body=None, headers=None):
        """Asks as the console does; answers the body and the headers."""
        headers = {
            "Content-Type": "application/json",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": self.origin,
            "X-Forwarded-For": "192.0.2.1",
            **(headers or {}),
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.origin + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, value = cookie.split(";")[0].split("=", 1)
                self.cookies[name] = value
            return json.load(answer), answer.headers

    def sign_in(self):
        """Begins a session, and answers its token."""
        with self.lock:
            self.cookies.pop(COOKIE, None)
            typed = {"email": "ada@example.com", "password": "latchkey-demo"}
            self.send("POST", "/api/session", typed)
            return self.cookies[COOKIE]

    def version(self, path):
        """The `ETag` of what a path names; none where it names nothing."""
        with self.lock:
            try:
                return self.send("GET", path)[1]["ETag"]
            except urllib.error.HTTPError:
                return None

    def ids(self, path, field):
        return [item[field] for item in self.send("GET", path)[0]["items"]]

    def catalogue(self):
        return self.send("GET", "/api/catalogue")[0]

    def issue(self, without=(), only=None):
        """Makes a Harvest key that may do everything, or all but this, or only this; answers the credential's id and
        the key."""
        new = {"api_type": "harvest", "partner": "custom_integration", "description": "From outside"}
        created, _ = self.send("POST", "/api/credentials", new)
        ids = only or [permission["permission_id"] for permission in self.catalogue()["permissions"]]
        path = f"/api/credentials/{created['credential']['id']}"
        changes = {"permissions": [it for it in ids if it not in without]}
        self.send("PATCH", path, changes, {"If-Match": self.version(path)})
        return created["credential"]["id"], created["api_key"]

    def revoke(self, credential):
        self.send("POST", f"/api/credentials/{credential}/revoke")

    def re_enable(self, credential):
        self.send("POST", f"/api/credentials/{credential}/re_enable")
