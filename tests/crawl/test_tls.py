"""Sites whose encryption or certificate is out of date."""

from __future__ import annotations

import datetime
import ssl
import threading
import warnings
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from local_site import LocalSite, crawl_settings, site_of

from gouji.crawl.start import crawl_site
from gouji.errors import CrawlError


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody signed but itself, with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    form = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(form)
    )
    return path


@pytest.fixture(params=["self-signed", "TLS 1.0"])
def port(request: pytest.FixtureRequest, local: LocalSite, certificate: Path) -> Iterator[int]:
    """The port on which the local site is served over old or self-signed TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if request.param == "TLS 1.0":
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(certificate)

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Clients that turn away are what is tested."""

    server = Server(("127.0.0.1", 0), local.handler())
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()
    thread.join()


def test_old_tls_has_its_word_and_its_key(local: LocalSite, port: int, tmp_path: Path) -> None:
    """Such a site is one clear error; with old_tls in its file what it sends is taken."""
    text = f'start = ["https://localhost:{port}/zwgk/"]\nhosts = ["localhost"]\n'
    with pytest.raises(CrawlError, match="tls"):
        crawl_site(site_of(local, tmp_path, text), tmp_path / "out", crawl_settings(), lambda *_: None)
    assert not local.asked
    old = site_of(local, tmp_path, text + "old_tls = true\n")
    assert crawl_site(old, tmp_path / "out", crawl_settings(), lambda *_: None).outcomes["new"] == 3
