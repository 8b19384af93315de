"""Who lends machines: what every provider offers, and DigitalOcean."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from grt_platform.kernel.errors import BadInputError, UnavailableError

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineRequest
    from pydo import Client

MOST_USER_DATA_BYTES = 64 * 1024
_PER_PAGE = 200
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Order:
    """A machine that is wanted.

    Attributes:
        name: Its name, a host name, the same for the same work: who has it already gets no second one.
        user_data: What it is told at its first start; everybody on the machine can read it.
    """

    name: str
    user_data: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as its provider tells of it.

    Attributes:
        machine_id: The provider's id.
        name: The name it was ordered by.
        ip: Where it answers; None until it is active.
        is_active: Whether it runs.
        created_at: When it was made, UTC.
        price_usd_per_h: What it costs while it exists, running or not.
    """

    machine_id: str
    name: str
    ip: str | None
    is_active: bool
    created_at: datetime
    price_usd_per_h: Decimal


class Provider(Protocol):
    """Lends machines.

    Raises:
        UnavailableError: From every method, when it does not answer or has no more requests to give now.
        BadInputError: From every method, when it refuses: a wrong token, an unknown size.
    """

    name: str

    def create(self, order: Order) -> Machine:
        """The machine of that order, which begins to start; its address comes later."""

    def list(self) -> list[Machine]:
        """Every machine of this installation, also those that were created by an answer that was lost."""

    def get(self, machine_id: str) -> Machine | None:
        """The machine, or None when it is gone for good."""

    def destroy(self, machine_id: str) -> None:
        """The machine is asked to go; only `get` tells that it went."""

    def restart(self, machine_id: str, order: Order) -> None:
        """The machine's work begins again, from what it has already."""


class DigitalOcean:
    """Droplets of DigitalOcean, by its own client.

    Source: https://docs.digitalocean.com/reference/api, version 2.

    Args:
        token: With the right to create, read and delete droplets and to read sizes.
        url: Address of the API; plain HTTP is taken on this machine only, for a stand-in.
        tag: What all machines of this installation are tagged with.
        region, size, image: Slugs of DigitalOcean.
        ssh_keys: Fingerprints of keys that may sign in.
    """

    name = "digitalocean"

    def __init__(
        self, token: str, url: str, tag: str, *, region: str, size: str, image: str, ssh_keys: tuple[str, ...] = ()
    ) -> None:
        self._tag, self._size = tag, size
        self._wish = {"region": region, "size": size, "image": image, "ssh_keys": list(ssh_keys), "tags": [tag]}
        self._client = _client(token, url.rstrip("/"))

    def create(self, order: Order) -> Machine:
        """Ask for the droplet, unless one of its name is there already."""
        if len(order.user_data.encode()) > MOST_USER_DATA_BYTES:
            raise BadInputError(f"{order.name}: DigitalOcean takes at most {MOST_USER_DATA_BYTES} bytes of user data")
        held = next((machine for machine in self.list() if machine.name == order.name), None)
        if held is not None:
            return held
        body = {**self._wish, "name": order.name, "user_data": order.user_data, "monitoring": True}
        return _machine(self._ask(f"create {order.name}", lambda: self._client.droplets.create(body=body))["droplet"])

    def list(self) -> list[Machine]:
        """All pages of droplets with the installation's tag."""
        found: list[Machine] = []
        page = 1
        while True:
            answer = self._page(page)
            found += [_machine(droplet) for droplet in answer["droplets"]]
            if not answer.get("links", {}).get("pages", {}).get("next"):
                return found
            page += 1

    def get(self, machine_id: str) -> Machine | None:
        """The droplet; None at 404."""
        answer = self._ask(
            f"find {machine_id}", lambda: self._client.droplets.get(droplet_id=int(machine_id)), may_be_gone=True
        )
        return _machine(answer["droplet"]) if answer else None

    def destroy(self, machine_id: str) -> None:
        """Delete the droplet; one that is gone already is fine."""
        self._ask(
            f"destroy {machine_id}", lambda: self._client.droplets.destroy(droplet_id=int(machine_id)), may_be_gone=True
        )

    def restart(self, machine_id: str, order: Order) -> None:
        """Reboot the droplet, which begins its work at every start; what it was told at first cannot be changed."""
        self._ask(
            f"restart {order.name}",
            lambda: self._client.droplet_actions.post(droplet_id=int(machine_id), body={"type": "reboot"}),
        )

    def _page(self, page: int) -> Mapping[str, Any]:
        droplets = self._client.droplets
        return self._ask("list droplets", lambda: droplets.list(tag_name=self._tag, per_page=_PER_PAGE, page=page))

    def _ask(self, what: str, call: Callable[[], Any], *, may_be_gone: bool = False) -> Mapping[str, Any]:
        with _told_plainly(what):
            answer: Mapping[str, Any] = call() or {}
        if "id" not in answer or "message" not in answer:
            return answer
        if answer["id"] == "not_found" and may_be_gone:
            return {}
        raise BadInputError(f"DigitalOcean refused to {what}: {answer['message']}")


@contextmanager
def _told_plainly(what: str) -> Iterator[None]:
    """What the client raises, as errors of ours."""
    from azure.core.exceptions import AzureError, HttpResponseError

    try:
        yield
    except HttpResponseError as error:
        told = f"DigitalOcean refused to {what}: {error.status_code} {_first_line(error)}"
        status = error.status_code or 500
        if status == 429 or status >= 500:
            raise UnavailableError(told) from error
        raise BadInputError(f"{told}; check GRT_DIGITALOCEAN_TOKEN and the machine settings") from error
    except AzureError as error:
        raise UnavailableError(f"DigitalOcean did not answer ({what}): {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _client(token: str, url: str) -> "Client":
    from azure.core.pipeline.policies import SansIOHTTPPolicy
    from pydo import Client  # 0.3 s that only who rents machines pays

    class Bearer(SansIOHTTPPolicy[Any, Any]):
        """Sends the token without TLS: to a stand-in on this machine."""

        def on_request(self, request: "PipelineRequest[Any]") -> None:
            request.http_request.headers["Authorization"] = f"Bearer {token}"

    if url.startswith("http://127.0.0.1:"):
        return Client(token, endpoint=url, authentication_policy=Bearer())
    if not url.startswith("https://"):
        raise BadInputError(f"GRT_DIGITALOCEAN_URL is {url}: it must begin with https://, or the token could be read")
    return Client(token, endpoint=url)


def _machine(droplet: Mapping[str, Any]) -> Machine:
    addresses = [net["ip_address"] for net in droplet["networks"].get("v4", ()) if net.get("type") == "public"]
    is_active = droplet["status"] == "active"
    return Machine(
        machine_id=str(droplet["id"]),
        name=str(droplet["name"]),
        ip=str(addresses[0]) if is_active and addresses else None,
        is_active=is_active,
        created_at=datetime.fromisoformat(droplet["created_at"]),
        price_usd_per_h=Decimal(str(droplet.get("size", {}).get("price_hourly", 0))),
    )
