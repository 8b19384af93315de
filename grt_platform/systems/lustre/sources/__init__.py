"""Who tells what no dump says: groups and people, quotas, which directories are archived; each behind one interface."""

from grt_platform.systems.lustre.sources.archived import Archived, probe
from grt_platform.systems.lustre.sources.groups import GroupsSource, groups_source
from grt_platform.systems.lustre.sources.quotas import QuotasSource, quotas_source

__all__ = ["Archived", "GroupsSource", "QuotasSource", "groups_source", "probe", "quotas_source"]
