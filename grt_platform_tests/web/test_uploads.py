"""Uploads over HTTP: the whole way from asking to downloading, who may do what, hostile requests."""

import hashlib
from typing import Any

import httpx
import pytest

from grt_platform.kernel.identity import Role
from grt_platform_tests.fixtures.web import LiveWeb, Person

DATA = b">gene 1\nACGT\n"
MIB = 1 << 20
HIDDEN = {"type": "about:blank", "title": "Not Found", "status": 404}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def ann(live_web: LiveWeb) -> Person:
    return live_web.person("ann", alpha=Role.MANAGE)


class Client:
    """One person and one project."""

    def __init__(self, web: LiveWeb, person: Person, project: str = "alpha") -> None:
        self.web, self.headers, self.base = web, person.headers, f"/projects/{project}"

    def ask(self, method: str, path: str, **what: Any) -> httpx.Response:
        return self.web.client.request(method, f"{self.base}{path}", headers=self.headers, **what)

    def begin(self, data: bytes = DATA, name: str = "a.fa", **more: Any) -> httpx.Response:
        return self.ask(
            "POST", "/uploads", json={"name": name, "size_bytes": len(data), "sha256": sha256(data), **more}
        )

    def upload(self, data: bytes = DATA, name: str = "a.fa") -> dict[str, Any]:
        begun = self.begin(data, name).json()
        assert put(begun["put"], data).status_code == 200
        done = self.ask("POST", f"/uploads/{begun['version_id']}/complete")
        assert done.status_code == 200, done.text
        return done.json()


def put(signed: dict[str, Any], data: bytes) -> httpx.Response:
    return httpx.put(signed["url"], content=data, headers=signed["headers"])


@pytest.fixture
def client(live_web: LiveWeb, ann: Person) -> Client:
    return Client(live_web, ann)


def test_the_whole_way_from_asking_to_downloading(client: Client) -> None:
    begun = client.begin()
    assert begun.status_code == 201
    said = begun.json()
    assert (said["state"], said["parts_count"], said["put"]["headers"]) == ("pending", 0, {})
    complete = f"/uploads/{said['version_id']}/complete"
    early = client.ask("POST", complete)
    assert (early.status_code, early.headers["Content-Type"]) == (409, "application/problem+json")
    assert put(said["put"], DATA).status_code == 200
    done = client.ask("POST", complete)
    assert (done.status_code, done.json()["state"], done.json()["sha256"]) == (200, "stored", sha256(DATA))
    assert client.ask("POST", complete, json={}).json() == done.json()
    assert client.ask("GET", "/objects").json() == {"items": [done.json()], "after": None}
    assert client.ask("GET", "/objects/a.fa").json() == done.json()
    download = client.ask("GET", "/downloads", params={"name": "a.fa"}).json()
    part = httpx.get(download["url"], headers={"Range": "bytes=1-4"})
    assert (part.status_code, part.content) == (206, DATA[1:5])
    head = httpx.head(download["url"])
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(DATA)))
    assert head.headers["Content-Disposition"].endswith("a.fa")


def test_a_large_file_comes_in_parts_and_is_resumed_from_what_is_here(client: Client) -> None:
    data = b"ACGT" * (3 * MIB)
    begun = client.begin(data, "big.fa", part_bytes=5 * MIB).json()
    assert (begun["put"], begun["parts_count"]) == (None, 3)
    cut = [data[at : at + 5 * MIB] for at in range(0, len(data), 5 * MIB)]
    promised = [{"number": n, "size_bytes": len(each), "sha256": sha256(each)} for n, each in enumerate(cut, 1)]
    path = f"/uploads/{begun['version_id']}"
    for signed in client.ask("POST", f"{path}/parts", json=promised[:2]).json():
        assert put(signed, cut[signed["number"] - 1]).status_code == 200
    assert client.ask("GET", path).json()["parts"] == promised[:2]
    missing = client.ask("POST", f"{path}/complete")
    assert (missing.status_code, "the first is part 3" in missing.json()["detail"]) == (409, True)
    [last] = client.ask("POST", f"{path}/parts", json=promised[2:]).json()
    assert put(last, cut[2]).status_code == 200
    assert client.ask("POST", f"{path}/complete").json()["sha256"] == sha256(data)
    assert client.web.stored() == [f"raw/projects/alpha/{begun['version_id']}/big.fa"]


def test_objects_are_deleted_restored_and_purged(client: Client) -> None:
    first, second = client.upload(b"1"), client.upload(b"22")
    assert client.ask("DELETE", "/objects/a.fa").json() == second
    assert client.ask("GET", "/objects/a.fa").status_code == 404
    assert client.ask("GET", "/objects", params={"deleted": True}).json()["items"] == [second]
    assert client.ask("POST", "/restorations", json={"name": "a.fa"}).json() == second
    older = client.ask("POST", "/restorations", json={"name": "a.fa", "version_id": first["version_id"]})
    assert (older.json(), client.ask("GET", "/objects/a.fa").json()) == (first, first)
    assert client.ask("GET", "/object-versions", params={"name": "a.fa"}).json()["items"] == [second, first]
    purged = client.ask("POST", "/purges", json={"version_id": first["version_id"]})
    assert purged.json()["state"] == "purged"
    assert client.ask("GET", "/downloads", params={"version_id": first["version_id"]}).status_code == 410
    assert client.ask("GET", "/objects/a.fa").json() == second


def test_whoever_changes_or_fetches_something_stands_in_the_audit(client: Client) -> None:
    version = client.upload()
    client.ask("GET", "/downloads", params={"name": "a.fa"})
    client.ask("DELETE", "/objects/a.fa")
    client.ask("POST", "/restorations", json={"name": "a.fa"})
    client.ask("POST", "/purges", json={"version_id": version["version_id"]})
    client.ask("DELETE", f"/uploads/{client.begin().json()['version_id']}")
    client.ask("DELETE", "/objects/no-such")
    rows = client.web.warehouse.fetch("SELECT action, subject, project FROM identity.audit ORDER BY happened_at")
    told = [(row["action"], row["project"]) for row in rows]
    assert sorted(told) == sorted(
        (action, "alpha")
        for action in (
            *("upload.create", "upload.complete", "object.download", "object.delete", "object.restore"),
            *("object.purge", "upload.create", "upload.abort"),
        )
    )
    assert rows[0]["subject"] == version["version_id"]


def test_a_listing_goes_page_by_page(client: Client) -> None:
    for name in ("a", "b/1", "b/2", "c"):
        client.upload(b"x", name)
    first = client.ask("GET", "/objects", params={"limit": 3}).json()
    assert ([item["name"] for item in first["items"]], first["after"]) == (["a", "b/1", "b/2"], "b/2")
    rest = client.ask("GET", "/objects", params={"limit": 3, "after": "b/2"}).json()
    assert ([item["name"] for item in rest["items"]], rest["after"]) == (["c"], None)
    assert len(client.ask("GET", "/objects", params={"prefix": "b/"}).json()["items"]) == 2
    assert client.ask("GET", "/objects", params={"prefix": "\0"}).json()["items"] == []


def test_what_is_nobodys_business_is_answered_like_what_is_not_there(live_web: LiveWeb, client: Client) -> None:
    version = client.upload()
    eve = Client(live_web, live_web.person("eve", beta=Role.MANAGE))
    nowhere = Client(live_web, ann_of(client), "no-such-project")
    for method, path, body in every_route(version):
        answers = [each.ask(method, path, json=body) if body else each.ask(method, path) for each in (eve, nowhere)]
        told = [{**answer.json(), "request_id": ""} for answer in answers]
        assert [answer.status_code for answer in answers] == [404, 404], (method, path)
        assert told[0] == told[1]
    assert client.ask("GET", "/objects/a.fa").json() == version


def ann_of(client: Client) -> Any:
    return type("Somebody", (), {"headers": client.headers})


def every_route(version: dict[str, Any]) -> list[tuple[str, str, Any]]:
    version_id = version["version_id"]
    promise = {"name": "x", "size_bytes": 1, "sha256": "0" * 64}
    return [
        ("POST", "/uploads", promise),
        ("GET", "/uploads", None),
        ("GET", f"/uploads/{version_id}", None),
        ("POST", f"/uploads/{version_id}/url", None),
        ("POST", f"/uploads/{version_id}/parts", [{"number": 1, "size_bytes": 1, "sha256": "0" * 64}]),
        ("POST", f"/uploads/{version_id}/complete", None),
        ("DELETE", f"/uploads/{version_id}", None),
        ("GET", "/objects", None),
        ("GET", "/objects/a.fa", None),
        ("DELETE", "/objects/a.fa", None),
        ("GET", "/object-versions?name=a.fa", None),
        ("GET", "/downloads?name=a.fa", None),
        ("POST", "/restorations", {"name": "a.fa"}),
        ("POST", "/purges", {"version_id": version_id}),
        ("GET", "/quota", None),
    ]


@pytest.mark.parametrize(
    ("role", "asked", "body"),
    [
        (Role.READ, "POST /uploads", {"name": "x", "size_bytes": 1, "sha256": "0" * 64}),
        (Role.READ, "GET /uploads", None),
        (Role.QUERY, "DELETE /objects/a.fa", None),
        (Role.QUERY, "POST /restorations", {"name": "a.fa"}),
        (Role.EDIT, "POST /purges", {"version_id": "x"}),
        (Role.MANAGE, "PUT /quota", {"limit_bytes": 1}),
    ],
)
def test_a_lower_role_than_needed_is_told_so(client: Client, ann: Person, role: Role, asked: str, body: Any) -> None:
    low = Client(client.web, ann.with_token(role))
    assert low.ask(*asked.split(), json=body).status_code == 403


def test_only_an_administrator_gives_a_project_another_limit(live_web: LiveWeb, client: Client) -> None:
    client.upload()
    body = {"limit_bytes": len(DATA) + 1, "suffixes": [".fa"]}
    answer = live_web.client.put("/projects/alpha/quota", json=body, headers=live_web.admin)
    assert answer.json() == {"limit_bytes": len(DATA) + 1, "used_bytes": len(DATA), "suffixes": [".fa"]}
    assert client.ask("GET", "/quota").json() == answer.json()
    full = client.begin(b"22", "b.fa")
    assert (full.status_code, "room for 1 more bytes" in full.json()["detail"]) == (413, True)
    assert client.begin(b"1", "b.exe").status_code == 400
    assert live_web.client.put("/projects/no-such/quota", json=body, headers=live_web.admin).status_code == 404
    assert live_web.client.get("/projects/%00/quota", headers=live_web.admin).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "../x"},
        {"name": "a\0"},
        {"name": ""},
        {"name": "n" * 2000},
        {"size_bytes": -1},
        {"size_bytes": 10**30},
        {"size_bytes": "many"},
        {"sha256": "A" * 64},
        {"sha256": None},
        {"md5": "x"},
        {"part_bytes": 1},
        {"state": "stored"},
    ],
    ids=str,
)
def test_a_request_that_makes_no_sense_is_refused_and_leaves_nothing(client: Client, wrong: dict[str, Any]) -> None:
    answer = client.begin(**wrong) if "name" not in wrong else client.begin(name=wrong["name"])
    assert answer.status_code in {400, 413, 422}, answer.text
    assert client.ask("GET", "/uploads").json() == []


@pytest.mark.parametrize("name", [r"\ud800", r"a\u0000", r"\u202etxt.exe"])
def test_letters_that_no_name_may_have_are_refused_however_they_are_written(client: Client, name: str) -> None:
    body = f'{{"name": "{name}", "size_bytes": 1, "sha256": "{"0" * 64}"}}'
    headers = {**client.headers, "Content-Type": "application/json"}
    answer = client.web.client.post("/projects/alpha/uploads", content=body, headers=headers)
    assert answer.status_code in {400, 422}, answer.text


def test_an_aborted_upload_is_gone_and_an_announcement_of_it_too(client: Client) -> None:
    begun = client.begin().json()
    path = f"/uploads/{begun['version_id']}"
    assert client.ask("DELETE", path).json()["state"] == "aborted"
    assert client.ask("DELETE", path).status_code == 200
    assert client.ask("POST", f"{path}/complete").status_code == 410
    assert client.ask("POST", f"{path}/url").status_code == 410
    assert client.ask("DELETE", f"/uploads/{client.upload()['version_id']}").status_code == 410
