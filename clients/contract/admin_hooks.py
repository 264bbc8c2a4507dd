"""The run over the admin API: who asks, what is worth asking for, and which complaints are no mistakes.

Made-up ids and versions would all end in 404 and 412, so some of what is made up is replaced by what
there is. What is replaced depends on the made-up text alone: the same seed asks the same.
"""

import json
import os
import zlib

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import MissingHeaderNotRejected, RejectedPositiveData

from latchkey import COOKIE, Admin

ORIGIN = os.environ["LATCHKEY_ADDRESS"]


def things():
    """What there is: some of each, by where their ids stand in a path."""
    admin = Admin(ORIGIN)
    admin.sign_in()
    catalogue = admin.catalogue()
    partners = [partner["partner_id"] for partner in catalogue["partners"]]
    for number in range(4):
        new = {"api_type": "harvest", "partner": partners[number], "description": f"Key {number}"}
        admin.send("POST", "/api/credentials", new)
    return {
        "/api/boards/": admin.ids("/api/boards", "board_id"),
        "/api/credentials/": admin.ids("/api/credentials", "id"),
        "/api/users/": admin.ids("/api/users", "user_id"),
        "partner": partners,
        "permissions": [permission["permission_id"] for permission in catalogue["permissions"]],
    }


THINGS = things()
ADA = Admin(ORIGIN)


# A new session well before the ten minutes are over in which the password counts as just given; and
# whenever what is tried has ended this one.
@schemathesis.auth(refresh_interval=240, retry_on=[401])
class Session:
    def get(self, case, context):
        return ADA.sign_in()

    def set(self, case, token, context):
        case.cookies = {**(case.cookies or {}), COOKIE: token}


def draw(text, choices):
    """One of the choices for three texts of four, and otherwise the text itself."""
    number = zlib.crc32(str(text).encode())
    return choices[number // 4 % len(choices)] if number % 4 else text


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    made_up = (path_parameters or {}).get("id")
    for start, ids in THINGS.items():
        # What has another type is wrong on purpose.
        if context.operation.path.startswith(start) and type(made_up) is type(ids[0]):
            return {**path_parameters, "id": draw(made_up, ids)}
    return path_parameters


@schemathesis.hook
def map_body(context, body):
    if not isinstance(body, dict):
        return body
    if isinstance(body.get("partner"), str):
        body = {**body, "partner": draw(body["partner"], THINGS["partner"])}
    if isinstance(body.get("permissions"), list):
        ids = [draw(it, THINGS["permissions"]) if isinstance(it, str) else it for it in body["permissions"]]
        body = {**body, "permissions": ids}
    return body


@schemathesis.hook
def before_call(context, case, kwargs):
    versions = [name for name in case.headers or {} if name.lower() == "if-match"]
    if case.method.upper() == "PATCH" and versions:
        version = ADA.version(case.formatted_path)
        if version and zlib.crc32(repr(case.body).encode()) % 4:
            case.headers[versions[0]] = version


# What no form in the document can say, and `errors` therefore says in words: which fields can break which
# rule although they have the right form. A 422 about anything else is a mistake in the document.
PLAIN = ("Use one line of plain text", "Enter a ")
ADDRESS = ("Use one line of plain text", "Enter an address")
EMAIL = ("Use one line of plain text", "Enter an e-mail address", "There is a user with this e-mail already.")
HIGHEST = ("Only a Site Admin can hold",)
RULES = [
    ("PATCH /api/account", "/name", PLAIN),
    ("PATCH /api/boards/{id}", "/job_board_url", ADDRESS),
    ("PATCH /api/boards/{id}", "/job_posts_url", ADDRESS),
    ("PATCH /api/boards/{id}", "/token", ""),
    ("PATCH /api/credentials/{id}", "/description", PLAIN),
    ("PATCH /api/credentials/{id}", "/permissions", ""),
    ("PATCH /api/users/{id}", "/developer_permissions", HIGHEST),
    ("POST /api/credentials", "/description", PLAIN),
    ("POST /api/credentials", "/partner", "Choose one of the partners offered."),
    ("POST /api/import", "", ""),
    ("POST /api/users", "/developer_permissions", HIGHEST),
    ("POST /api/users", "/email", EMAIL),
    ("POST /api/users", "/name", PLAIN),
    # To JSON Schema 7.0 is an integer; to the reader of the body it is not.
    ("", "", "Invalid type: floating point"),
]


def is_a_rule(operation, error):
    """Whether this refusal is one of a rule that the document only says in words."""
    return any(
        of in ("", operation) and error["pointer"].startswith(pointer) and error["detail"].startswith(says)
        for of, pointer, says in RULES
    )


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Answers whether the complaint stands."""
    operation = f"{case.method.upper()} {case.operation.path}"
    try:
        problem = json.loads(response.content)
    except ValueError:
        return True
    code = problem.get("code")
    if isinstance(failure, RejectedPositiveData):
        if code == "invalid":
            errors = problem["errors"]
            return not errors or not all(is_a_rule(operation, error) for error in errors)
        # No text may have this character, as the document says at its beginning and not of every text.
        if code == "malformed" and "the character U+0000" in problem["title"]:
            return False
        # A cursor is a text of ours; no form tells ours from others.
        if code == "malformed" and "the cursor is none of ours" in problem["title"]:
            return False
        # Nor a key that another request had before from one that is new.
        if code == "idempotency_key_reused" and "Idempotency-Key" in case.headers:
            return False
        # Neither does one tell the current version from others.
        return not (code == "stale" and case.method.upper() == "PATCH")
    # The version is compared before the body is read, and 412 and 428 are refusals like 400.
    if isinstance(failure, AcceptedNegativeData):
        return code not in ("stale", "version_required")
    if isinstance(failure, MissingHeaderNotRejected):
        return code != "version_required"
    return True
