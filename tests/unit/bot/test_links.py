# ruff: noqa: F401, F811 - `server` is a fixture
"""Links are fetched from public addresses only, however they get there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import web

from personal_bot.handlers.permissions import refusal_of
from personal_bot.links import Fetched, fetch, is_public, public_or_in
from personal_bot.models import RefusedError
from personal_bot.settings import Settings
from personal_bot.telegram.intents import Link, Sender
from support.link_server import SMALL, server


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "224.0.0.1",
        "::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
        "ff02::1", "168.63.129.16", "::ffff:168.63.129.16", "fec0::1", "::10.0.0.1", "::8.8.8.8", "64:ff9b::808:808",
        "64:ff9b:1::a00:1", "2002:808:808::1", "2001::1", "2001:db8::1", "3fff::1", "4000::1", "192.0.0.9",
        "192.0.0.192", "192.88.99.1", "240.0.0.1", "255.255.255.255", "100.100.100.200", "fd00:ec2::254",
        "::ffff:0:127.0.0.1",
    ],
)  # fmt: skip
def test_addresses_inside_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


def test_networks_of_ones_own_are_allowed_beside_public_ones_and_nothing_else() -> None:
    allowed = public_or_in([ip_network("10.1.0.0/16"), ip_network("fd00:1::/32")])
    assert all(allowed(one) for one in ("10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5", "8.8.8.8"))
    assert not any(allowed(one) for one in ("10.2.0.1", "fd00:2::5", "127.0.0.1", "::10.1.2.3"))


def only_here(address: str) -> bool:
    return address == "127.0.0.1"


async def test_a_page_becomes_a_document_called_by_its_address(server: str, tmp_path: Path) -> None:
    fetched = await fetch(f"{server}/moved?to=/page", tmp_path / "a", allowed=only_here)
    assert fetched == Fetched(name="127.0.0.1/page.html", mime_type="text/html")
    assert (tmp_path / "a").read_text() == "<h1>Bread</h1>"


@pytest.mark.parametrize("path", ["/page", "/moved?to=/page"])
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "127．0．0．1",
        "①②⑦.0.0.1",
        "[::ffff:127.0.0.1]",
    ],
)
async def test_a_link_into_the_network_is_refused_however_it_is_written(
    server: str, tmp_path: Path, host: str, path: str
) -> None:
    with pytest.raises(RefusedError, match=r"link_private|link_unreachable"):  # aiohttp takes no host of digits alone
        await fetch(server.replace("127.0.0.1", host) + path, tmp_path / "a")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.2/",
        "http://[::1]/",
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "http://１６９.254.169.254/",
        "http://127。0。0。2/",
        "http://[::ffff:127.0.0.2]/",
    ],
)
async def test_a_redirect_into_the_network_is_refused(server: str, tmp_path: Path, to: str) -> None:
    with pytest.raises(RefusedError, match="link_private"):
        await fetch(f"{server}/moved?to={to}", tmp_path / "a", allowed=only_here)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/missing", "link_failed"), ("/large", "link_too_large"), ("/endless", "link_too_large"),
        ("/moved?to=/missing", "link_failed"),
    ],
)  # fmt: skip
async def test_what_cannot_be_fetched_is_refused(server: str, tmp_path: Path, path: str, key: str) -> None:
    with pytest.raises(RefusedError) as refused:
        await fetch(server + path, tmp_path / "a", allowed=only_here, largest=SMALL)
    assert refused.value.key == key


def test_links_are_off_unless_they_are_allowed() -> None:
    link = Link(sender=Sender(user_id=7, chat_id=7, message_id=5, language="en", private=True), url="https://a.org/x")
    assert refusal_of(link, Settings(user_id=7, collection="c")) == ("links_off", {})
    assert refusal_of(link, Settings(user_id=7, collection="c", allow_links=True)) is None
