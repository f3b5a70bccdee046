"""Hints where a tracker is not reached: which variable of the environment the HTTP client heeds, and no other."""

from __future__ import annotations

import urllib.request

import httpx

_DOWN = "see that the tracker is up; nothing is lost, and the next sync goes on where this one ended"
_CA = (
    "set SSL_CERT_FILE to a file (PEM) with its authority's certificate, or SSL_CERT_DIR to a folder of such: these two"
    " are heeded here, in this order, and REQUESTS_CA_BUNDLE is not"
)
_NAME = "name the tracker in tiers.yaml as its certificate does"
_OLD = "have the tracker's certificate renewed; and see that this machine's clock is right"
_NO_TLS = "see that the port of `tracker: url` speaks https, and that HTTPS_PROXY names its proxy by http://"


def hint_for(wrong: httpx.HTTPError, url: httpx.URL, *, proxied: bool) -> str:
    """The way to mend a connection that was not made; `proxied` is whether proxies of the environment are heeded."""
    said = str(wrong)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return _NAME if "mismatch" in said or "not valid for" in said else _OLD if "expired" in said else _CA
    if "[SSL" in said:
        return _NO_TLS
    if (variable := _proxy(url)) and proxied:
        told = f"it is asked through the proxy that {variable} names, whose user and password stand there, too"
        return f"{told}: mend that, or name {url.host} in NO_PROXY, where it is reached without"
    return _DOWN


def _proxy(url: httpx.URL) -> str:
    """The variable that names the proxy by which a URL is asked, as httpx reads them; empty where none does."""
    proxies = urllib.request.getproxies()
    name = next((each for each in (url.scheme, "all") if each in proxies), "")
    return f"{name.upper()}_PROXY" if name and not urllib.request.proxy_bypass(url.host) else ""
