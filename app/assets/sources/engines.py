"""Every kind of source and the class that fetches from it."""

from __future__ import annotations

ENGINES: dict[str, str] = {
    "hub": "app.assets.sources.hub:HubFetcher",
    "link": "app.assets.sources.link:LinkFetcher",
    "local": "app.assets.sources.local:LocalFetcher",
    "package": "app.assets.sources.package:PackageFetcher",
}
NEEDS_NETWORK = {"hub", "link", "package"}
