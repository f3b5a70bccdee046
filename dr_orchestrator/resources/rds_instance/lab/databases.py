"""The databases of the sample company that stand on RDS instances. Plain data."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.lab.estate.company import RARELY, BusinessTable, CompanyDatabase

DATABASES = (
    CompanyDatabase(
        "platform",
        60,
        (BusinessTable("tenants", 600, {"name": "'tenant-' || i"}, RARELY),),
        copied_to="us-west-2",
        vault="platform",
    ),
    CompanyDatabase(
        "jira",
        100,
        (
            BusinessTable("projects", 40, {"key": "'PRJ' || i", "name": "'Project ' || i"}, RARELY),
            BusinessTable("issues", 4000, {"project": "'PRJ' || 1 + mod(i, 40)", "summary": "'Issue number ' || i"}),
        ),
    ),
    CompanyDatabase(
        "confluence",
        80,
        (
            BusinessTable("spaces", 60, {"key": "'SP' || i", "name": "'Space ' || i"}, RARELY),
            BusinessTable("pages", 3000, {"space": "'SP' || 1 + mod(i, 60)", "title": "'Page ' || i"}),
        ),
    ),
    CompanyDatabase(
        "bitbucket",
        90,
        (
            BusinessTable("repositories", 120, {"name": "'repository-' || i"}, RARELY),
            BusinessTable("commits", 5000, {"repository": "'repository-' || 1 + mod(i, 120)", "sha": "md5(i::text)"}),
        ),
    ),
    CompanyDatabase(
        "images",
        40,
        (
            BusinessTable(
                "images", 1500, {"repository": "'image-' || mod(i, 90)", "digest": "'sha256:' || md5(i::text)"}
            ),
        ),
        every=timedelta(hours=6),
        newest=timedelta(hours=2),
    ),
    CompanyDatabase(
        "analytics",
        120,
        (
            BusinessTable(
                "events",
                5000,
                {"kind": "(ARRAY['view','click','search'])[1 + mod(i, 3)]", "visitor": "'v' || mod(i, 700)"},
            ),
        ),
        rotates=timedelta(days=7),
        protected=False,
    ),
)
