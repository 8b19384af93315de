"""The stores, the lake, the warehouse and Dagster, as the settings of this process say."""

from typing import TYPE_CHECKING

from grt_platform.kernel.addresses import http_url
from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import settings

if TYPE_CHECKING:
    from grt_platform.adapters.dagster_api import DagsterApi
    from grt_platform.adapters.lake import Lake
    from grt_platform.adapters.objects import Objects
    from grt_platform.adapters.store import Store
    from grt_platform.adapters.uploads import Uploads
    from grt_platform.adapters.warehouse import Warehouse


def raw_store() -> "Store":
    """The store of raw objects."""
    from grt_platform.adapters.store import open_store

    return open_store(settings().raw, settings())


def products_store() -> "Store":
    """The store of files for people."""
    from grt_platform.adapters.store import open_store

    return open_store(settings().products, settings())


def objects() -> "Objects":
    """The objects of projects.

    Raises:
        UnavailableError: No platform was started here.
    """
    from grt_platform.adapters.objects import Objects

    return Objects(warehouse(), raw_store())


def uploads() -> "Uploads":
    """Uploads into projects.

    Raises:
        UnavailableError: No platform was started here.
    """
    from grt_platform.adapters.upload_limits import limits_of
    from grt_platform.adapters.uploads import Uploads

    return Uploads(warehouse(), raw_store(), limits_of(settings()))


def lake() -> "Lake":
    """The Parquet tables."""
    from grt_platform.adapters.lake import Lake
    from grt_platform.adapters.store import open_store

    return Lake(open_store(settings().lake, settings()))


def warehouse() -> "Warehouse":
    """The served tables.

    Raises:
        UnavailableError: No platform was started here.
    """
    from grt_platform.adapters.warehouse import Warehouse

    url = settings().warehouse_url.get_secret_value()
    if not url:
        raise UnavailableError(f"No platform in {settings().home}: start it with `grt up`, or set GRT_HOME")
    return Warehouse(url)


def dagster_api() -> "DagsterApi":
    """Dagster's API.

    Raises:
        UnavailableError: No platform was started here.
    """
    from grt_platform.adapters.dagster_api import DagsterApi

    if not settings().ui_port:
        raise UnavailableError(f"No platform in {settings().home}: start it with `grt up`, or set GRT_HOME")
    return DagsterApi(http_url(settings().ui_host, settings().ui_port) + settings().ui_path)
