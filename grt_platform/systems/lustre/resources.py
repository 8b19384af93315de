"""Dagster's handle to what only lustre asks: the directory of groups and the quotas of volumes."""

import dagster as dg

from grt_platform.settings import settings
from grt_platform.systems.lustre.sources import GroupsSource, QuotasSource, groups_source, quotas_source


class SourcesResource(dg.ConfigurableResource[None]):
    """Who knows groups and quotas, as the settings say; a password may be among them, so nothing is configured here."""

    def groups(self) -> GroupsSource | None:
        """The directory of groups; None where none is set."""
        return groups_source(settings())

    def quotas(self) -> QuotasSource | None:
        """Who tells quotas; None where nobody does."""
        return quotas_source(settings())
