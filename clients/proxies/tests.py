"""nginx, Caddy and HAProxy as docs/reverse-proxy.md sets them up, between clients and somebody's recruiting API.

    LATCHKEY_BIN=target/debug/latchkey LATCHKEY_NGINX=nginx LATCHKEY_CADDY=caddy LATCHKEY_HAPROXY=haproxy \
        python clients/proxies/tests.py
"""

import contextlib
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent)]

import world  # noqa: E402
from world import Upstream, ask, basic  # noqa: E402

from latchkey import Admin, serve  # noqa: E402

# More than the catalogue has endpoints, so that one key can try them all in one window.
LIMIT = 300
# Counts are at most ten seconds old.
COUNTED = 30
CLIENT = "127.0.0.2"
USER = ("On-Behalf-Of", "3501001")
# What an API says that would like to be asked differently, or counts calls itself.
CHATTY = {"X-Accel-Redirect": "/elsewhere", "X-RateLimit-Limit": "7", "X-RateLimit-Remaining": "6"}


class Story:
    """Told once for each proxy."""

    SETTINGS = ()
    START = None
    # Whether it leaves the names of headers as they are.
    KEEPS_CASE = True

    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        origin = cls.stack.enter_context(serve("--rate-limit", str(LIMIT), *cls.SETTINGS))
        cls.latchkey = int(origin.rsplit(":", 1)[1])
        cls.admin = Admin(origin)
        cls.admin.sign_in()
        cls.upstream = Upstream(CHATTY)
        cls.stack.callback(cls.upstream.close)
        cls.proxy = cls.stack.enter_context(cls.START(cls.latchkey, cls.upstream.port))

    def setUp(self):
        self.upstream.calls.clear()

    def call(self, key, method, uri, *headers, body=None):
        """Through the proxy, as a client."""
        return ask(self.proxy, method, uri, [basic(key), *headers], body, CLIENT)

    def direct(self, key, method, uri, *headers):
        """What Latchkey says by itself."""
        return ask(self.latchkey, method, uri, [basic(key), *headers])

    def the_call(self):
        """The one that reached the API behind, with its headers by name; none has two values."""
        self.assertEqual(len(self.upstream.calls), 1)
        [asked] = self.upstream.calls
        names = [name for name, _ in asked["headers"]]
        self.assertEqual(len(names), len(set(names)), names)
        return asked, dict(asked["headers"])

    def exact(self, answer, *names):
        """Everything that came back, without these headers, to be compared."""
        status, headers, body = answer.without(*names)
        if not self.KEEPS_CASE:
            headers = sorted((name.lower(), value) for name, value in headers)
        return status, headers, body

    def calls_counted(self, credential):
        """Accepted and refused ones, and the addresses they came from."""
        usage, _ = self.admin.send("GET", f"/api/credentials/{credential}/usage")
        accepted = sum(it["calls_90d"] for it in usage["permissions"] if not it["denied"])
        denied = sum(it["calls_90d"] for it in usage["permissions"] if it["denied"])
        return accepted, denied, {it["address"] for it in usage["calls"]}

    def test_an_allowed_call_arrives_as_it_was_sent_without_its_key(self):
        credential, key = self.admin.issue()
        uri = "/v1/jobs?per_page=2&q=a%2Fb%20c&next=../users&x=//"
        answer = self.call(key, "GET", uri, ("X-Partner", "as it is"))
        self.assertEqual(answer.status, 200)
        asked, headers = self.the_call()
        self.assertEqual((asked["method"], asked["uri"], asked["body"]), ("GET", uri, ""))
        self.assertNotIn("authorization", headers)
        self.assertNotIn(key, str(asked))
        self.assertEqual(headers["latchkey-credential"], credential)
        self.assertEqual(headers["latchkey-permission"], "jobs:list")
        self.assertEqual(headers["x-partner"], "as it is")
        host = f"127.0.0.1:{self.proxy}"
        self.assertIn(headers["host"], (host, "127.0.0.1"))
        self.assertIn(headers["x-forwarded-host"], (host, "127.0.0.1"))
        self.assertEqual((headers["x-forwarded-for"], headers["x-forwarded-proto"]), (CLIENT, "http"))
        self.assertEqual(answer.header("X-RateLimit-Limit"), [str(LIMIT)])
        self.assertEqual(len(answer.header("X-RateLimit-Remaining")), 1)
        self.assertEqual(answer.header("Latchkey-Credential"), [])

    def test_bodies_of_any_size_arrive_whole(self):
        _, key = self.admin.issue()
        for size in (0, 3, 100_000, 5_000_000):
            body = ("0123456789" * (size // 10 + 1))[:size]
            pieces = [body[start : start + 70_000].encode() for start in range(0, size, 70_000)]
            for sent in (body.encode(), iter(pieces)):
                with self.subTest(size=size, chunked=not isinstance(sent, bytes)):
                    self.upstream.calls.clear()
                    self.assertEqual(self.call(key, "PATCH", "/v1/jobs/77?a=b", USER, body=sent).status, 200)
                    asked, headers = self.the_call()
                    self.assertEqual((asked["method"], asked["uri"]), ("PATCH", "/v1/jobs/77?a=b"))
                    self.assertTrue(asked["body"] == body, f"{len(asked['body'])} of {size}")
                    self.assertEqual(headers["on-behalf-of"], USER[1])

    def test_a_head_is_a_head(self):
        _, key = self.admin.issue()
        answer = self.call(key, "HEAD", "/v1/jobs")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(self.the_call()[0]["method"], "HEAD")
        self.assertEqual(self.call("lkh_wrong", "HEAD", "/v1/jobs").status, 401)

    def test_a_refusal_is_latchkeys_to_the_byte(self):
        _, key = self.admin.issue(without=["users:list"])
        for status, asked, said in [
            (401, ("lkh_wrong", "GET", "/v1/jobs"), "Www-Authenticate"),
            (403, (key, "GET", "/v1/users?page=2"), "Latchkey-Missing-Permission"),
            (404, (key, "GET", "/v1/no_such_thing"), "Content-Type"),
            (405, (key, "DELETE", "/v1/jobs"), "Allow"),
            (422, (key, "POST", "/v1/jobs"), "X-Ratelimit-Limit"),
        ]:
            with self.subTest(status=status):
                direct, through = self.direct(*asked), self.call(*asked)
                self.assertEqual(direct.status, status)
                self.assertTrue(direct.header(said))
                count = "x-ratelimit-remaining"
                self.assertEqual(self.exact(through, count), self.exact(direct, count))
                self.assertEqual(len(through.header(count)), len(direct.header(count)))
        self.assertEqual(self.upstream.calls, [])

    def test_too_many_calls_are_refused_to_the_byte(self):
        _, key = self.admin.issue()
        for _ in range(10 * LIMIT):
            before = self.direct(key, "GET", "/v1/jobs")
            if before.status != 429:
                continue
            through, after = self.call(key, "GET", "/v1/jobs"), self.direct(key, "GET", "/v1/jobs")
            # The seconds in `Retry-After` may have changed meanwhile.
            if before.without() == after.without():
                break
        self.assertEqual(before.status, 429)
        self.assertEqual(self.exact(through), self.exact(before))
        self.assertTrue(through.header("Retry-After") and through.header("X-RateLimit-Reset"))
        self.assertEqual(self.upstream.calls, [])

    def test_a_call_is_decided_and_counted_once_as_its_clients(self):
        credential, key = self.admin.issue(without=["users:list"])
        forged = ("X-Forwarded-For", "203.0.113.9")
        left = []
        for _ in range(5):
            left += self.call(key, "GET", "/v1/jobs", forged).header("X-RateLimit-Remaining")
            left += self.call(key, "POST", "/v1/jobs", USER, body=b"{}").header("X-RateLimit-Remaining")
            left += self.call(key, "GET", "/v1/users", forged).header("X-RateLimit-Remaining")
        left = [int(it) for it in left]
        self.assertEqual(len(left), 15)
        steps = [earlier - later for earlier, later in zip(left, left[1:], strict=False) if later != LIMIT - 1]
        self.assertEqual(set(steps), {1}, left)
        end = time.monotonic() + COUNTED
        while sum(self.calls_counted(credential)[:2]) < 15 and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual(self.calls_counted(credential), (10, 5, {CLIENT}))

    def test_whoever_writes_the_proxys_headers_gains_nothing(self):
        credential, key = self.admin.issue(only=["jobs:list"])
        for method, uri in (("GET", "/v1/jobs"), ("DELETE", "/v1/applications/1")):
            words = {
                "X-Original-Method": method,
                "X-Original-URI": uri,
                "X-Original-URL": uri,
                "X-Rewrite-URL": uri,
                "X-Forwarded-Method": method,
                "X-Forwarded-Uri": uri,
                "X-HTTP-Method": method,
                "X-HTTP-Method-Override": method,
                "X-Method-Override": method,
                "X_Original_Method": method,
                "X_Original_URI": uri,
                "X-Original_URI": uri,
                "X_HTTP_Method_Override": method,
                "X-HTTP_Method_Override": method,
                "X_Forwarded_For": "203.0.113.9",
                "X-Forwarded_For": "203.0.113.9",
                "Latchkey-Credential": "cred_somebody",
                "Latchkey-Permission": "applications:delete",
                "Latchkey_Credential": "cred_somebody",
                "X-Accel-Redirect": "@granted",
                "X-Forwarded-For": "203.0.113.9",
                "X-Forwarded-Proto": "https",
                "X-Forwarded-Host": "example.com",
                "Upgrade": "h2c",
            }
            hop = ", ".join(["Upgrade", "Latchkey-Credential", "X-Original-URI", "X-Forwarded-Uri"])
            for more in ([], [("Connection", hop)]):
                with self.subTest(uri=uri, more=more):
                    self.upstream.calls.clear()
                    refused = self.call(key, "GET", "/v1/users", *words.items(), *more)
                    self.assertEqual(refused.header("Latchkey-Missing-Permission"), ["users:list"])
                    self.assertEqual((refused.status, self.upstream.calls), (403, []))
                    allowed = self.call(key, "GET", "/v1/jobs", *words.items(), *more)
                    self.assertEqual(allowed.status, 200)
                    asked, headers = self.the_call()
                    self.assertEqual((asked["method"], asked["uri"]), ("GET", "/v1/jobs"))
                    self.assertEqual(headers["latchkey-credential"], credential)
                    self.assertEqual(headers["latchkey-permission"], "jobs:list")
                    self.assertEqual((headers["x-forwarded-for"], headers["x-forwarded-proto"]), (CLIENT, "http"))
                    others = {name.lower(): value for name, value in words.items() if name != "X-Accel-Redirect"}
                    self.assertEqual(set(others.items()) & set(headers.items()), set())
                    kept = {"latchkey-credential", "latchkey-permission"}
                    kept |= {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
                    self.assertEqual(set(others) & set(headers), kept)

    def test_an_address_with_two_readings_never_arrives(self):
        _, key = self.admin.issue()
        dots = ["/v1/jobs/../users", "/v1/jobs/..", "/v1/./jobs", "/v1/jobs/%2e%2e/users", "/v1/me/../jobs"]
        signs = ["//v1/jobs", "/v1//jobs", "/v1/jobs%2f1", "/v1/%6aobs", "/v1/jobs;/users", "/v1/jobs\\users"]
        for uri in [*dots, *signs, "/v1/jobs%00", "/verify", "/verify/v1/jobs", "/@granted"]:
            with self.subTest(uri=uri):
                self.assertIn(self.call(key, "GET", uri).status, (400, 404))
        for method in ("get", "TRACE", "PROPFIND", "OPTIONS"):
            with self.subTest(method=method):
                self.assertIn(self.call(key, method, "/v1/jobs").status, (400, 405))
        self.assertEqual(self.upstream.calls, [])

    def test_the_whole_address_in_the_request_line_is_read_as_its_path(self):
        _, key = self.admin.issue(only=["jobs:list"])
        here = f"http://127.0.0.1:{self.proxy}"
        self.assertEqual(self.call(key, "GET", f"{here}/v1/users").status, 403)
        self.assertEqual(self.upstream.calls, [])
        self.assertEqual(self.call(key, "GET", f"{here}/v1/jobs?x=1").status, 200)
        self.assertEqual(self.the_call()[0]["uri"], "/v1/jobs?x=1")

    def test_a_revoked_key_is_dead_at_once(self):
        credential, key = self.admin.issue()
        for _ in range(5):
            self.assertEqual(self.call(key, "GET", "/v1/jobs").status, 200)
            self.admin.revoke(credential)
            self.assertEqual(self.call(key, "GET", "/v1/jobs").status, 401)
            self.admin.re_enable(credential)

    def test_a_key_opens_its_own_endpoints_and_no_other(self):
        permissions = self.admin.catalogue()["permissions"]
        twofold = next(it["permission_id"] for it in permissions if len(it["endpoints"]) == 2)
        granted = ["jobs:list", "applications:delete", twofold]
        _, key = self.admin.issue(only=granted)
        expected, tried = [], 0
        for permission in permissions:
            for endpoint in permission["endpoints"]:
                parts = ["77" if it.startswith("{") else it for it in endpoint["path"].split("/")]
                method, uri = endpoint["method"], "/".join(parts)
                allowed = permission["permission_id"] in granted
                expected += [(method, uri)] if allowed else []
                tried += 1
                with self.subTest(method=method, uri=uri):
                    self.assertEqual(self.call(key, method, uri, USER).status, 200 if allowed else 403)
        self.assertEqual((tried, len(expected)), (143, 4))
        self.assertEqual([(it["method"], it["uri"]) for it in self.upstream.calls], expected)

    def test_a_key_learns_what_it_may_do(self):
        credential, key = self.admin.issue(only=["jobs:list"])
        answer = self.call(key, "GET", "/v1/me", ("X-Forwarded-For", "203.0.113.9"))
        self.assertEqual((answer.status, len(answer.header("X-RateLimit-Remaining"))), (200, 1))
        self.assertIn(b'"jobs:list"', answer.body)
        usage, _ = self.admin.send("GET", f"/api/credentials/{credential}/usage")
        self.assertEqual((usage["last_call_address"], self.upstream.calls), (CLIENT, []))

    def test_nothing_goes_on_when_latchkey_is_not_there(self):
        _, key = self.admin.issue()
        with type(self).START(world.free_port(), self.upstream.port) as proxy:
            self.assertEqual(ask(proxy, "GET", "/v1/jobs", [basic(key)]).status, 502)
        self.assertEqual(self.upstream.calls, [])

    def test_http_stays_http_whatever_the_client_says(self):
        with serve("--public-origin", "https://api.example.com", *self.SETTINGS) as origin:
            with type(self).START(int(origin.rsplit(":", 1)[1]), self.upstream.port) as proxy:
                answer = ask(proxy, "GET", "/v1/jobs", [basic("lkh_any"), ("X-Forwarded-Proto", "https")])
        self.assertEqual((answer.status, answer.body), (403, b'{"message":"HTTPS is required"}'))

    def test_somebody_elses_200_is_no_yes(self):
        _, key = self.admin.issue()
        other = Upstream({})
        with contextlib.closing(other), type(self).START(other.port, self.upstream.port) as proxy:
            ask(proxy, "GET", "/v1/jobs", [basic(key), ("Latchkey-Credential", "cred_x")])
        self.assertEqual([it["uri"] for it in other.calls], ["/verify"])
        self.assertEqual(self.upstream.calls, [])


class Nginx(Story, unittest.TestCase):
    SETTINGS = ("--verify-accel-redirect", "@granted")
    START = staticmethod(world.nginx)


class Caddy(Story, unittest.TestCase):
    SETTINGS = ("--verify-from", "caddy")
    START = staticmethod(world.caddy)


class HAProxy(Story, unittest.TestCase):
    SETTINGS = ("--verify-from", "haproxy")
    START = staticmethod(world.haproxy)
    KEEPS_CASE = False


if __name__ == "__main__":
    unittest.main(verbosity=2)
