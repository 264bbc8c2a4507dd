"""Stands where a DNS entry and a TLS proxy would: whatever host a client asks for by https, it gets ours.

The clients keep the addresses that are written in them. They honour `HTTPS_PROXY` and a bundle of trusted
certificates, as they would in any company's network, and that is all they are told.
"""

import http.client
import http.server
import ssl
import threading
import urllib.parse

import trustme

KEPT = {"connection", "host", "proxy-connection", "keep-alive", "transfer-encoding", "content-length"}


class Proxy:
    """Listens on loopback until it is closed; `calls` has everything that was asked: path and status."""

    def __init__(self, origin, folder):
        self.origin = urllib.parse.urlsplit(origin)
        self.authority = trustme.CA()
        self.contexts = {}
        self.calls = []
        self.bundle = folder / "trusted.pem"
        self.authority.cert_pem.write_to_path(self.bundle)
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def do_CONNECT(self):
                host = self.path.rsplit(":", 1)[0]
                self.send_response(200)
                self.end_headers()
                self.connection = proxy.context(host).wrap_socket(self.connection, server_side=True)
                self.rfile = self.connection.makefile("rb")
                self.wfile = self.connection.makefile("wb", buffering=0)
                self.close_connection = False

            def do_GET(self):
                proxy.forward(self)

            do_POST = do_HEAD = do_GET

            def finish(self):
                super().finish()
                self.connection.close()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def context(self, host):
        if host not in self.contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.authority.issue_cert(host).configure_cert(context)
            self.contexts[host] = context
        return self.contexts[host]

    def forward(self, request):
        """As a TLS proxy does: the host that was asked for stays, and it came by https."""
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in request.headers.items() if name.lower() not in KEPT}
        headers |= {"Host": request.headers["Host"], "X-Forwarded-Proto": "https"}
        connection = http.client.HTTPConnection(self.origin.hostname, self.origin.port, timeout=60)
        connection.request(request.command, request.path, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.calls.append((request.path, answer.status))
        request.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in KEPT:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def environment(self):
        """What a client is told."""
        address = f"http://127.0.0.1:{self.server.server_port}"
        bundle = str(self.bundle)
        return {
            "HTTPS_PROXY": address,
            "https_proxy": address,
            "NO_PROXY": "",
            "no_proxy": "",
            "REQUESTS_CA_BUNDLE": bundle,
            "SSL_CERT_FILE": bundle,
            "NODE_EXTRA_CA_CERTS": bundle,
        }

    def close(self):
        self.server.shutdown()
        self.server.server_close()
