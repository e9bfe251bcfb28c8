"""What the portal tells Prometheus: open pages, its connections to the database, mails, webhooks. It changes
nothing.

Labels are roles and outcomes; never a user.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from acd.centre import Role
from portal.facts.webhooks import Webhooks
from portal.parts import Portal


class PortalGauges(Collector):
    """Of one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def collect(self) -> Iterator[Metric]:
        """One scrape; every series is there from the start."""
        portal = self._portal
        pages = GaugeMetricFamily("acd_portal_pages", "Open pages by their users' role.", labels=["role"])
        roles = portal.hub.roles()
        for role in Role:
            pages.add_metric([role], roles[role])
        yield pages
        connections = GaugeMetricFamily(
            "acd_portal_database_connections", "Connections of the portal to the database.", labels=["state"]
        )
        for state, count in portal.database.connections().items():
            connections.add_metric([state], count)
        yield connections
        mails = CounterMetricFamily(
            "acd_portal_mails", "Attempts to send a mail, by what came of them.", labels=["result"]
        )
        for result, is_sent in (("sent", True), ("failed", False)):
            mails.add_metric([result], portal.outbox.counts[is_sent])
        yield mails
        yield from self._webhooks(portal.webhooks)
        yield from portal.database.transactions.collect()

    def _webhooks(self, webhooks: Webhooks) -> Iterator[Metric]:
        standing = GaugeMetricFamily(
            "acd_webhooks", "Webhooks by whether their last message arrived.", labels=["state"]
        )
        standing.add_metric(["well"], webhooks.well)
        standing.add_metric(["failing"], webhooks.failing)
        yield standing
        yield GaugeMetricFamily(
            "acd_webhooks_behind_seconds",
            "The age of the oldest fact that has not arrived where a webhook sends it.",
            webhooks.behind(datetime.now(UTC)).total_seconds(),
        )
        posts = CounterMetricFamily(
            "acd_webhook_posts", "Attempts to send a message of a webhook, by what came of them.", labels=["result"]
        )
        for result, arrived in (("arrived", True), ("failed", False)):
            posts.add_metric([result], webhooks.posts[arrived])
        yield posts
        yield CounterMetricFamily(
            "acd_webhook_facts", "Facts that have arrived where webhooks send them.", webhooks.facts_total
        )
