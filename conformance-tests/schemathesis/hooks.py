"""What no schema can say: who calls, which things exist, and which request waits for whose signature.

Schemathesis draws everything else. A case that is right in form gets the name of something that is there, more often
than not, and a fresh idempotency key; a case that is wrong on purpose is sent as it was drawn. Every answer is counted.
"""

import json
import os
import random
import urllib.error
import urllib.request
import uuid

import schemathesis

ISSUER = os.environ["CONTRACT_ISSUER"]
CALLER = os.environ["CONTRACT_CALLER"]
TOKENS = os.environ["CONTRACT_TOKENS"]
TALLY = os.environ["CONTRACT_TALLY"]

API = "/api/v1"
# Drawn apart from the cases themselves, so that hooks do not shift what a seed draws.
CHANCE = random.Random(os.environ.get("CONTRACT_SEED", "1"))
# Who made what the caller is to sign, and who signs what the caller reads the secret of.
MAKERS = {"maker": "maker", "checker": "maker", "operator": "other_operator"}
CHECKERS = {"maker": "checker", "checker": "checker", "operator": "other_operator"}
CALLERS = {"HKABC1X1", "HKABC1X2", "OPS001", "OPS002"}
USERS = {"maker": ["HKABC101", "HKABC102", "HKABC103", "HKABC104"], "operator": ["HKABC1X3", "HKDEF1X3"]}
COUNTS: dict[str, dict[str, int]] = {}


def token(of):
    with open(TOKENS, encoding="utf-8") as file:
        return json.load(file)[of]


def call(of, method, path, content=None, **headers):
    """Calls the API beside the cases; the answer, its ETag, and its status."""
    headers = {"Authorization": f"Bearer {token(of)}", **headers}
    body = None
    if method == "POST":
        headers |= {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": "application/json"}
        body = json.dumps(content or {}).encode()
    request = urllib.request.Request(ISSUER + API + path, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer), answer.headers.get("ETag"), answer.status
    except urllib.error.HTTPError as error:
        return {}, None, error.code


def new_user_id():
    letters = "".join(CHANCE.choice("ABCDEFGHJKLMNPQRSTUVW0123456789") for _ in range(2))
    return f"HKABC{CHANCE.randint(1, 4)}{letters}"


def draft():
    """A change that the caller may ask for."""
    if CALLER == "operator":
        return {
            "kind": "create_profile",
            "participant": {"clearing_house": "HKCC", "participant": "ABC"},
            "user_id": f"HKABC{CHANCE.randint(1, 4)}{CHANCE.choice('XYZ')}{CHANCE.randint(4, 9)}",
            "fields": {"surname": f"LEE {uuid.uuid4().hex[:8]}"},
        }
    return CHANCE.choice(
        [
            {"kind": "create_profile", "user_id": new_user_id(), "fields": {"surname": "CHAN"}},
            {
                "kind": "change_profile",
                "user_id": CHANCE.choice(USERS["maker"]),
                "fields": {"surname": f"WONG {uuid.uuid4().hex[:8]}"},
            },
        ]
    )


def pending(by):
    """A request of `by` that waits: one that is there, or a new one."""
    found, _, status = call(by, "GET", f"/change-requests?state=pending&limit=50&maker={who(by)}")
    waiting = found.get("items", []) if status == 200 else []
    if waiting and CHANCE.random() < 0.5:
        return CHANCE.choice(waiting)["id"]
    made, _, status = call(by, "POST", "/change-requests", {"change": draft(), "reason": "contract"})
    if status == 201:
        return made["id"]
    return CHANCE.choice(waiting)["id"] if waiting else None


def who(of):
    return {
        "maker": "HKABC1X1",
        "checker": "HKABC1X2",
        "operator": "OPS001",
        "other_operator": "OPS002",
    }[of]


def applied_with_secret():
    """An applied request whose secret nobody has seen."""
    if CALLER != "operator":
        return None
    change = {"kind": "issue_enrolment_code", "user_id": CHANCE.choice(USERS["operator"])}
    made, tag, status = call("operator", "POST", "/change-requests", {"change": change})
    if status != 201:
        return None
    call("other_operator", "POST", f"/change-requests/{made['id']}/approve", **{"If-Match": tag})
    return made["id"]


def any_request():
    found, _, _ = call(CALLER, "GET", "/change-requests?limit=50")
    items = found.get("items", [])
    return CHANCE.choice(items)["id"] if items else None


def any_record():
    found, _, _ = call(CALLER, "GET", "/audit?limit=50")
    items = found.get("items", [])
    return CHANCE.choice(items)["id"] if items else None


def name_for(path):
    """The name of something that is there, for an address that names something."""
    if path.endswith(("/approve", "/reject")):
        return pending(MAKERS[CALLER])
    if path.endswith(("/withdraw", "/approve-on-screen")):
        return pending(CALLER)
    if path.endswith("/secret"):
        return applied_with_secret()
    if path.endswith("/suspend"):
        return CHANCE.choice(USERS["maker"])
    if "/profiles/" in path:
        return CHANCE.choice(USERS["maker"] + ["HKABC1X1"])
    if "/audit/" in path:
        return any_record()
    return any_request()


def is_right(case):
    mode = case.meta.generation.mode if case.meta else None
    return mode is not None and mode.is_positive


@schemathesis.auth(refresh_interval=60)
class Bearer:
    def get(self, case, context):
        return token(CALLER)

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


def spare_the_callers(case):
    """Anybody may suspend themselves; a run in which somebody does would go on as nobody."""
    if case.path.endswith("/suspend"):
        named = str(case.path_parameters.get("user_id", "")).strip().upper()
        if named in CALLERS:
            case.path_parameters["user_id"] = CHANCE.choice(USERS["maker"])


@schemathesis.hook
def before_call(context, case, kwargs):
    spare_the_callers(case)
    if not is_right(case):
        return
    if case.method.upper() == "POST":
        case.headers["Idempotency-Key"] = uuid.uuid4().hex
    if case.path_parameters and CHANCE.random() < 0.8:
        name = name_for(case.path)
        if name:
            case.path_parameters[next(iter(case.path_parameters))] = name
            if "if-match" in {header.lower() for header in case.headers}:
                _, tag, _ = call(CALLER, "GET", f"/change-requests/{name}")
                if tag:
                    case.headers["if-match"] = tag
    if case.media_type == "application/json" and CHANCE.random() < 0.7:
        if case.path.startswith(API + "/change-requests") and case.path.endswith(("/change-requests", "/validate")):
            case.body = {"change": draft(), "reason": "contract"}
        elif case.path.startswith(API + "/batches"):
            case.body = {"lines": [draft()], "reason": "contract"}
            case.query = {}
        elif case.path.endswith(("/reject", "/suspend")):
            case.body = {"reason": "contract"}
        elif case.path.endswith("/approval-code"):
            case.body = {}
    if case.query and "cursor" in case.query:
        # Only the answer before says what a cursor is.
        del case.query["cursor"]


@schemathesis.hook
def after_call(context, case, response):
    key = f"{case.method.upper()} {case.path}"
    counts = COUNTS.setdefault(key, {})
    status = str(response.status_code)
    counts[status] = counts.get(status, 0) + 1
    with open(TALLY, "w", encoding="utf-8") as file:
        json.dump(COUNTS, file)
