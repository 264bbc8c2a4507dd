"""Harvest clients that others wrote, as they come from the package index, against a server of ours.

They keep the addresses that are written in them; see proxy.py. What they return is compared with what was
imported: a hundred pages of nothing would be no proof.
"""

import contextlib
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent)]

from proxy import Proxy  # noqa: E402

from latchkey import Admin, serve  # noqa: E402

JOBS = 250
NO_PERMISSION = '403 {"message":"This API Key does not have permission for this endpoint"}'
NO_KEY = '401 {"message":"Invalid Basic Auth credentials"}'
SECONDS = 300


def harvest(origin, key, path):
    """A list as it is, without a client."""
    password = urllib.request.HTTPPasswordMgrWithPriorAuth()
    password.add_password(None, origin, key, "", is_authenticated=True)
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(password))
    with opener.open(origin + path, timeout=30) as answer:
        return json.load(answer)


def more(jobs):
    """The jobs, and as many copies of them under other ids as are missing."""
    copies = list(jobs)
    for number in range(len(jobs), JOBS):
        job = copy.deepcopy(jobs[number % len(jobs)])
        job["id"] = 900_000_000 + number
        for place, opening in enumerate(job["openings"]):
            opening["id"] = 950_000_000 + number * 100 + place
        copies.append(job)
    return copies


def without_nulls(value):
    """As the connector hands records on."""
    if isinstance(value, dict):
        return {name: without_nulls(it) for name, it in value.items() if it is not None}
    return [without_nulls(it) for it in value] if isinstance(value, list) else value


class World:
    """A server with more jobs than a page can have, a key for all of it, and the way clients get there."""

    def __init__(self, stack, *arguments):
        self.origin = stack.enter_context(serve(*arguments))
        self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.admin = Admin(self.origin)
        self.admin.sign_in()
        self.credential, self.key = self.admin.issue()
        jobs = more(harvest(self.origin, self.key, "/v1/jobs?per_page=500"))
        self.admin.send("POST", "/api/import", {"jobs": jobs})
        self.jobs = {job["id"]: job for job in jobs}
        self.proxy = Proxy(self.origin, self.folder)
        stack.callback(self.proxy.close)

    def pages(self, path):
        """How often this list was asked for."""
        return sum(1 for call, _ in self.proxy.calls if call.split("?")[0] == path)


STACK = contextlib.ExitStack()


def setUpModule():
    global WORLD
    WORLD = World(STACK, "--rate-limit", "0")
    os.environ.update(WORLD.proxy.environment())


def tearDownModule():
    STACK.close()


class Wrapper(unittest.TestCase):
    """grnhse-api: takes `Link` apart by its own pattern, and reads times in one format only."""

    def client(self, key=None):
        from grnhse import Harvest

        return Harvest(key or WORLD.key)

    def every(self, endpoint, **params):
        """All pages, as its documentation shows."""
        found = endpoint.get(**params)
        while endpoint.records_remaining:
            found.extend(endpoint.get_next())
        return found

    def test_it_follows_every_page_and_misses_nothing(self):
        before = WORLD.pages("/v1/jobs")
        jobs = self.every(self.client().jobs, per_page=7)
        self.assertEqual(WORLD.pages("/v1/jobs") - before, -(-JOBS // 7))
        self.assertEqual(len(jobs), JOBS)
        self.assertEqual({job["id"] for job in jobs}, set(WORLD.jobs))

    def test_it_finds_the_last_page(self):
        endpoint = self.client().jobs
        every = endpoint.get(per_page=500)
        endpoint.get(per_page=40)
        self.assertEqual(endpoint.get_last(), every[240:])
        self.assertFalse(endpoint.records_remaining)

    def test_it_reads_every_time(self):
        from grnhse import strf_dt, strp_dt

        read = 0
        for job in self.every(self.client().jobs, per_page=100):
            for name in ("created_at", "opened_at", "closed_at", "updated_at"):
                if job[name] is not None:
                    self.assertEqual(strf_dt(strp_dt(job[name]))[:-4] + "Z", job[name])
                    read += 1
        self.assertGreater(read, 2 * JOBS)

    def test_its_filter_by_time_is_inclusive(self):
        from grnhse import strp_dt

        times = sorted(job["updated_at"] for job in WORLD.jobs.values())
        middle = times[len(times) // 2]
        jobs = self.every(self.client().jobs, per_page=100, updated_after=strp_dt(middle))
        self.assertEqual(len(jobs), sum(time >= middle for time in times))

    def test_it_reads_what_belongs_to_a_job(self):
        job_id, job = next(iter(WORLD.jobs.items()))
        self.assertEqual(self.client().jobs.get(job_id), job)
        openings = self.client().jobs(job_id).openings.get()
        self.assertEqual([it["id"] for it in openings], [it["id"] for it in job["openings"]])
        self.assertTrue(self.client().jobs(job_id).stages.get())

    def test_it_hears_what_is_refused(self):
        from grnhse.exceptions import HTTPError

        with self.assertRaises(HTTPError) as unknown:
            self.client().jobs.get(1)
        self.assertEqual(str(unknown.exception), '404 {"message":"Resource not found"}')
        _, key = WORLD.admin.issue(without=["jobs:list"])
        with self.assertRaises(HTTPError) as forbidden:
            self.client(key).jobs.get()
        self.assertEqual(str(forbidden.exception), NO_PERMISSION)

    def test_a_revoked_key_is_refused_at_once_and_works_again_once_re_enabled(self):
        from grnhse.exceptions import HTTPError

        credential, key = WORLD.admin.issue()
        endpoint = self.client(key).jobs
        endpoint.get(per_page=50)
        WORLD.admin.revoke(credential)
        with self.assertRaises(HTTPError) as revoked:
            endpoint.get_next()
        self.assertEqual(str(revoked.exception), NO_KEY)
        WORLD.admin.re_enable(credential)
        self.assertEqual(len(endpoint.get_next()), 50)


class Connector(unittest.TestCase):
    """airbyte-source-greenhouse: the connector of a data pipeline, as its command, page by page."""

    STREAMS = {
        "close_reasons": "/v1/close_reasons",
        "custom_fields": "/v1/custom_fields",
        "departments": "/v1/departments",
        "job_posts": "/v1/job_posts",
        "job_stages": "/v1/job_stages",
        "offices": "/v1/offices",
        "users": "/v1/users",
        "user_roles": "/v1/user_roles",
    }

    def run_it(self, world, command, key, streams=()):
        """What the connector printed, as messages, and whether it ended well."""
        files = {"config": {"api_key": key}}
        if streams:
            sync = {"sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
            stream = {"json_schema": {}, "supported_sync_modes": ["full_refresh"]}
            files["catalog"] = {"streams": [{**sync, "stream": {**stream, "name": name}} for name in streams]}
        arguments = []
        for name, content in files.items():
            path = world.folder / f"{name}.json"
            path.write_text(json.dumps(content))
            arguments += [f"--{name}", str(path)]
        program = pathlib.Path(sys.executable).with_name("source-greenhouse")
        environment = {**os.environ, **world.proxy.environment(), "PYTHONPATH": str(HERE / "trust")}
        ran = subprocess.run(
            [program, command, *arguments],
            cwd=world.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
        messages = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
        return messages, ran.returncode

    def records(self, messages):
        found = {}
        for message in messages:
            if message["type"] == "RECORD":
                found.setdefault(message["record"]["stream"], []).append(message["record"]["data"])
        return found

    def said(self, messages):
        return "\n".join(json.dumps(message) for message in messages if message["type"] != "RECORD")

    def test_it_checks_the_connection(self):
        messages, _ = self.run_it(WORLD, "check", WORLD.key)
        states = [it["connectionStatus"]["status"] for it in messages if it["type"] == "CONNECTION_STATUS"]
        self.assertEqual(states, ["SUCCEEDED"], self.said(messages))

    def test_it_follows_pages_and_reads_every_stream(self):
        before = WORLD.pages("/v1/jobs")
        messages, code = self.run_it(WORLD, "read", WORLD.key, ["jobs", *self.STREAMS])
        self.assertEqual(code, 0, self.said(messages))
        found = self.records(messages)
        self.assertEqual(WORLD.pages("/v1/jobs") - before, -(-JOBS // 100))
        self.assertEqual(len(found["jobs"]), JOBS)
        there = harvest(WORLD.origin, WORLD.key, "/v1/jobs?per_page=500")
        self.assertTrue(without_nulls(found["jobs"]) == without_nulls(there))
        for stream, path in self.STREAMS.items():
            there = harvest(WORLD.origin, WORLD.key, f"{path}?per_page=500")
            self.assertTrue(there, stream)
            self.assertTrue(without_nulls(found[stream]) == without_nulls(there), stream)

    def test_it_leaves_out_what_the_key_may_not_read(self):
        _, key = WORLD.admin.issue(without=["users:list"])
        messages, code = self.run_it(WORLD, "read", key, ["users", "offices"])
        self.assertEqual(code, 0, self.said(messages))
        self.assertEqual(set(self.records(messages)), {"offices"})

    def test_a_revoked_key_ends_it(self):
        credential, key = WORLD.admin.issue()
        WORLD.admin.revoke(credential)
        messages, code = self.run_it(WORLD, "read", key, ["offices"])
        self.assertNotEqual(code, 0)
        self.assertIn("401", self.said(messages))
        self.assertEqual(self.records(messages), {})

    def test_it_waits_when_it_was_too_fast(self):
        with contextlib.ExitStack() as stack:
            limited = World(stack, "--rate-limit", "1")
            messages, code = self.run_it(limited, "read", limited.key, ["jobs"])
            self.assertEqual(code, 0, self.said(messages))
            self.assertIn(429, [status for _, status in limited.proxy.calls])
            self.assertEqual(len(self.records(messages)["jobs"]), JOBS)


class Node(unittest.TestCase):
    """What runs in Node.js; see ../node/tests.mjs."""

    def test_clients_of_the_job_board_and_of_harvest(self):
        environment = {**os.environ, "LATCHKEY_ADDRESS": WORLD.origin, "LATCHKEY_KEY": WORLD.key}
        tests = os.environ["LATCHKEY_NODE_TESTS"]
        ran = subprocess.run(
            ["node", "--test", tests], env=environment, stdout=subprocess.PIPE, text=True, timeout=SECONDS
        )
        self.assertEqual(ran.returncode, 0, ran.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
