"""Settings of the system lustre."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from grt_platform.settings.part import Part


def _a_date(text: str) -> str:
    date.fromisoformat(text)
    return text


class LustreSourceSettings(Part):
    """Where groups, people and quotas come from, and what is told of them."""

    lustre_groups_file: str = Field(
        "", description="CSV gid,name,pi,is_humgen that stands in for the directory of groups"
    )
    lustre_quotas_file: str = Field(
        "", description="CSV volume,group,block_limit_kib,inode_limit that stands in for `lfs quota`"
    )
    lustre_passwd_file: str = Field(
        "", description="passwd(5) file that goes with the groups file, for splits by group"
    )
    lustre_group_base: str = Field(
        "ou=group,dc=sanger,dc=ac,dc=uk", description="Entry of the directory below which groups are"
    )
    lustre_group_filter: str = Field("(objectClass=posixGroup)", description="Which entries there are groups")
    lustre_humgen_filter: str = Field(
        "(objectClass=sangerHumgenProjectGroup)", description="Which of them are groups of human genetics"
    )
    lustre_pi_attribute: str = Field("sangerProjectPI", description="Attribute that names a group's investigator")
    lustre_people_base: str = Field(
        "ou=people,dc=sanger,dc=ac,dc=uk", description="Entry of the directory below which people are"
    )
    lustre_people_filter: str = Field("(uid=*)", description="Which entries there are people")
    lustre_mounts: str = Field("/lustre/{volume}", description="Where a volume is mounted, `{volume}` for its name")
    lustre_lfs: str = Field("lfs", description="The program that tells quotas")
    lustre_lfs_timeout_s: float = Field(30, gt=0, description="Longest wait for one of its answers")
    lustre_lfs_at_once: int = Field(4, ge=1, description="How many of it run at once")
    lustre_archived_dirs: str = Field(
        "scratch114=/lustre/scratch114/teams /lustre/scratch114/projects; "
        "scratch115=/lustre/scratch115/teams /lustre/scratch115/projects; "
        "scratch118=/lustre/scratch118/humgen/old-team-data /lustre/scratch118/humgen/hgi/projects; "
        "scratch119=/lustre/scratch119/humgen/teams /lustre/scratch119/humgen/projects; "
        "scratch123=/lustre/scratch123/hgi/teams /lustre/scratch123/hgi/projects",
        description="Where groups' directories are looked at for `.imirrored`: `volume=folder folder; volume=...`",
    )
    lustre_warnings: str = Field(
        "OK; Kinda OK=3d>0.8 7d>0.8; Not OK=3d>0.95 7d>0.95",
        description="Warning levels, the worst last: after how many days which share of a quota is too much",
    )
    lustre_publication: str = Field(
        "volume",
        pattern="^(volume|full_set)$",
        description="When a date is published: with each `volume`, or once there is a `full_set` of dumps",
    )
    lustre_max_days_ago: int = Field(
        10, ge=1, description="Days back, today counted, that `grt lustre plan` looks and full sets are published"
    )
    lustre_archived_below_bytes: int = Field(
        104_857_600, ge=0, description="Only groups that use less are looked at so"
    )


class LustreDumpSettings(Part):
    """Which dumps are taken, and what is added up of them."""

    lustre_first_date: Annotated[str, AfterValidator(_a_date)] = Field(
        "2019-01-01", pattern=r"^\d{4}-\d{2}-\d{2}$", description="First date of which dumps are taken"
    )
    lustre_volumes: str = Field(
        "", description="Volumes expected each day, by commas; empty expects those of the last ten days"
    )
    lustre_areas: str = Field(
        "/lustre/scratch[0-9]+/(projects|teams); /lustre/scratch[0-9]+/realdata/mdt[0-9]/(projects|teams); "
        "/lustre/scratch118/humgen/hgi/projects; /lustre/scratch118/humgen/old-team-data; "
        "/lustre/scratch119/humgen/(projects|teams); /lustre/scratch123/hgi/(projects|teams)",
        description="Directories whose sub-directories are projects: a pattern each, `;` between them",
    )
    lustre_classes: str = Field(
        "BAM=.bam .sam .bam.gz .sam.gz; CRAM=.cram .cram.gz; VCF=.vcf .bcf .gvcf .vcf.gz .bcf.gz .gvcf.gz; "
        "PEDBED=.ped .bed .ped.gz .bed.gz",
        description="File classes in the order they are tried: `NAME=.suffix .suffix; NAME=...`",
    )
    lustre_depth: int = Field(2, ge=1, le=7, description="Levels of directories below an area told apart")
    lustre_special_prefixes: str = Field(
        "/lustre/scratch116/vr/projects /lustre/scratch116/humgen/projects /lustre/scratch116/tol/projects",
        description="Paths below which splits take the lines of every group, with blanks between them",
    )
    lustre_max_bad_share: float = Field(
        0.01, ge=0, le=1, description="Share of bad lines above which a dump is rejected"
    )
    lustre_max_tree_directories: int = Field(
        2_950_000, ge=1000, description="Directories summed in memory at a time, 170 bytes each; more go to disk"
    )
    lustre_shard_bytes: int = Field(
        500_000_000,
        ge=1,
        description="Packed bytes of a dump beyond which workers read it in steps, each about so many",
    )
    lustre_chunk_bytes: int = Field(
        256 * 1024**2,
        ge=2 * 1024**2,
        description="Text of a dump that is read as one; a row group of its entries ends behind each",
    )
    lustre_max_tree_depth: int = Field(
        1024, ge=1, le=1024, description="Deepest directories of the tree; what lies deeper counts for these"
    )
    lustre_snapshots_cron: str = Field(
        "0 5 * * *", pattern=r"^\S+( +\S+){4}$", description="When groups and quotas are asked for (UTC)"
    )
    lustre_freshness_days: int = Field(10, ge=1, description="Days without a dump after which a volume is late")
