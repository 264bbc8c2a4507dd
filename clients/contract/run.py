"""Tries both documents against a server: every operation, with all of Schemathesis' checks.

    LATCHKEY_BIN=target/debug/latchkey python clients/contract/run.py
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from latchkey import serve  # noqa: E402

# So many cases at least, or the run says nothing.
CASES = 2000
# It takes a minute, on a busy machine some; after so many seconds something is wrong.
SECONDS = 600
PROFILES = {
    "admin": ("the admin API", "/api/openapi.json"),
    "v1": ("Harvest and Job Board", "/v1/openapi.json"),
}


def run(profile):
    name, document = PROFILES[profile]
    with serve("--rate-limit", "0") as origin, tempfile.TemporaryDirectory() as folder:
        command = [str(pathlib.Path(sys.executable).with_name("st"))]
        command += ["--config-file", str(HERE / f"{profile}.toml"), "run", origin + document]
        command += ["--header", f"Origin: {origin}"]
        environment = {**os.environ, "LATCHKEY_ADDRESS": origin, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}"}
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        # What it remembers between runs has no place in the clone.
        ran = subprocess.run(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, timeout=SECONDS
        )
    cases = re.search(r"(\d+) generated", ran.stdout)
    cases = int(cases[1]) if cases else 0
    if ran.returncode or cases < CASES:
        print(ran.stdout)
        sys.exit(f"{name}: failed, or fewer than {CASES} cases: {cases}")
    print(f"{name}: {cases} cases, no failure", flush=True)


for profile in sys.argv[1:] or PROFILES:
    run(profile)
