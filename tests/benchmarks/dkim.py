"""What signing adds to a mail, beside a bare RSA signature and hash of its body."""

import hashlib
import statistics
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from django.utils import timezone

from deliveries.dkim import Signer, new_key
from deliveries.rendering import Compiled, Recipient, compile_message, render
from tests.benchmarks.frame import Result
from tests.factories import MessageFactory

SIZES = [2_000]
PARAGRAPH = "<p>{}</p>".format("A sentence that says something to somebody. " * 12)
ROUND = 100


def run(stack, size):
    stack.stop("worker", "beat")
    private, _ = new_key()
    compiled = compiled_letter()
    key = private_key(private)
    signer = Signer.of("brand.example", "lw1", private)
    mails = [recipient(n) for n in range(ROUND)]
    bodies = [
        render(compiled, one, now=timezone.now()).partition(b"\r\n\r\n")[2]
        for one in mails
    ]
    ways = (
        lambda: written(compiled, mails, None),
        lambda: written(compiled, mails, signer),
        lambda: bare(key, bodies),
    )
    rounds = [[seconds(way) for way in ways] for _ in range(max(1, size // ROUND))]
    added = statistics.median(signed - plain for plain, signed, _ in rounds)
    least = statistics.median(bare for _, _, bare in rounds)
    yield Result(
        "dkim",
        f"added to a mail of {len(bodies[0]) // 1024} kB",
        added / ROUND * 1e6,
        "microseconds",
        baseline=least / ROUND * 1e6,
        bar=1.3,
    )


def compiled_letter():
    """About 30 kB with 8 tracked links."""
    blocks = [
        {"id": f"b{n}", "kind": "text", "html": PARAGRAPH * 4 + link(n)}
        for n in range(8)
    ]
    message = MessageFactory(blocks=blocks)
    compile_message(message)
    return Compiled.of(message)


def link(number):
    return f'<p><a href="https://brand.example/{number}">Read on</a></p>'


def recipient(number):
    return Recipient(
        message_id=1,
        delivery_id=number,
        address_id=number,
        deliver_to=f"reader{number}@people.example",
        queued_at=timezone.now(),
        values={"first_name": "Anna"},
    )


def written(compiled, mails, signer):
    now = timezone.now()
    for one in mails:
        render(compiled, one, now=now, signer=signer)


def private_key(der):
    return serialization.load_der_private_key(der, None)


def bare(key, bodies):
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()
    for body in bodies:
        key.sign(hashlib.sha256(body).digest(), scheme, digest)


def seconds(work):
    """Of processor time, so that other programs do not count."""
    began = time.process_time()
    work()
    return time.process_time() - began
