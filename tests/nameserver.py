"""A name server of the tests' own: real UDP on 127.0.0.1, records in a dict."""

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from deliveries.dkim import record_of


class NameServer:
    """`records[("TXT", "name.example")] = ["v=spf1 -all"]`; other names do not exist.

    `broken` names get SERVFAIL; `silent` makes it answer nobody; `otherwise` is what
    is said of a kind about names without records: {"MX": ["10 mail.example."]}.
    """

    def __init__(self):
        self.records, self.broken, self.asked = {}, set(), []
        self.silent, self.otherwise = False, {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = self.socket.getsockname()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def stop(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as goodbye:
            goodbye.sendto(b"", self.address)
        self.thread.join(5)
        self.socket.close()

    def set(self, kind, name, *values):
        self.records[kind, name] = list(values)

    def _serve(self):
        while True:
            octets, sender = self.socket.recvfrom(4096)
            if not octets:
                return
            query = dns.message.from_wire(octets)
            question = query.question[0]
            name = question.name.to_text(omit_final_dot=True).lower()
            self.asked.append((dns.rdatatype.to_text(question.rdtype), name))
            if not self.silent:
                self.socket.sendto(self._answer(query).to_wire(), sender)

    def _answer(self, query):
        answer = dns.message.make_response(query, recursion_available=True)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        values = self.records.get((kind, name), [])
        known = {one for _, one in self.records}
        if name not in known:
            values = self.otherwise.get(kind, [])
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif values:
            texts = [quoted(one) if kind == "TXT" else one for one in values]
            answer.answer.append(
                dns.rrset.from_text_list(question.name, 60, "IN", kind, texts)
            )
        elif name not in known:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


def quoted(text):
    """A TXT record in pieces of at most 255 octets, as zone files have them."""
    pieces = [text[at : at + 255] for at in range(0, len(text), 255)] or [""]
    return " ".join('"' + one.replace('"', '\\"') + '"' for one in pieces)


def publish(names, domain, *keys):
    """Every record that the domain needs, and those of `keys`."""
    names.set("TXT", "bounce.brand.example", "v=spf1 ip4:127.0.0.1 -all")
    names.set("MX", "bounce.brand.example", "10 mail.brand.example.")
    names.set("TXT", f"_dmarc.{domain}", "v=DMARC1; p=none")
    names.set("MX", str(domain), "10 mail.brand.example.")
    for key in keys or domain.keys.all():
        names.set(
            "TXT", f"{key.selector}._domainkey.{domain}", record_of(key.public_key)
        )
