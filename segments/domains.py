"""What the spelling of an address tells: roles and disposable mailboxes. Pure.

ROLES: names of functions, not of people (RFC 2142, and what companies use in practice).
DISPOSABLE: well-known services that hand out a mailbox for minutes. Nobody has a list
of all of them: no in the answer means that the domain is none of these.
"""

from __future__ import annotations

_ROLES = """
abuse accounting accounts admin administrator all billing board booking bookings
career careers compliance contact customercare customerservice dev dns enquiries
everyone finance ftp hello help helpdesk hostmaster hr info information inquiries
invoice invoices it jobs kontakt legal list list-request mail mailer-daemon marketing
media news newsletter no-reply noc noreply office operations order orders postmaster
press privacy purchasing reception recruiting registrar root sales security service
service-desk shop spam staff subscribe support sysadmin team tech unsubscribe usenet
uucp webmaster welcome www
"""
_DISPOSABLE = """
10minutemail.com 10minutemail.net 20minutemail.com 33mail.com discard.email
discardmail.com dispostable.com dropmail.me emailondeck.com fakeinbox.com fakemail.net
getairmail.com getnada.com grr.la guerrillamail.biz guerrillamail.com guerrillamail.de
guerrillamail.info guerrillamail.net guerrillamail.org guerrillamailblock.com
harakirimail.com inboxbear.com incognitomail.org jetable.org mail-temp.com
mailcatch.com maildrop.cc mailexpire.com mailinator.com mailinator.net mailnesia.com
mailnull.com mailsac.com mailtemp.info mintemail.com mohmal.com mytemp.email
mytrashmail.com nada.email one-time.email pokemail.net sharklasers.com smailpro.com
spam4.me spambog.com spambox.us spamex.com spamgourmet.com spamspot.com temp-mail.io
temp-mail.org tempail.com tempmail.com tempmail.de tempmail.dev tempmail.net
tempmailo.com tempr.email throwaway.email throwawaymail.com trash-mail.com
trashmail.com trashmail.de trashmail.me trashmail.net wegwerfemail.de wegwerfmail.de
wegwerfmail.net wegwerfmail.org yopmail.com yopmail.fr yopmail.net
"""
ROLES = frozenset(_ROLES.split())
DISPOSABLE = frozenset(_DISPOSABLE.split())
