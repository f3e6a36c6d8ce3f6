"""What Google, Microsoft and Yahoo say, by their own documentation."""

from bounces.rules.row import ending, row

GOOGLE = "Google Workspace Admin Help: SMTP errors and codes"
MICROSOFT = "Microsoft Learn: Exchange Online non-delivery reports"
OUTLOOK = "Outlook.com Postmaster: SMTP error codes"
YAHOO = "Yahoo Sender Hub: SMTP error codes"

GOOGLE_ROWS = (
    row(
        "google-dns",
        "network_error",
        GOOGLE,
        "responded with code servfail / responded with code refused / "
        "dns server returned general failure",
    ),
    row(
        "google-null-mx",
        "domain_no_mail",
        GOOGLE,
        "rfc-editor.org/info/rfc7505 / recipient domain doesn't accept mail",
    ),
    row(
        "google-no-domain",
        "dns_failure",
        GOOGLE,
        "responded with code nxdomain / because the domain * couldn't be found",
    ),
    row("google-group-spam", "spam", GOOGLE, "was rejected due to spam classification"),
    row("google-full", "mailbox_full", GOOGLE, "?p=overquota / ?p=quotaexceeded"),
    row("google-inbound-quota", "throttled", GOOGLE, "?p=receivingrate"),
    row("google-rate", "throttled", GOOGLE, "receiving mail at a rate"),
    row(
        "google-sending",
        "throttled",
        GOOGLE,
        "user sending quota / sending limit exc / smtp relay limit exc",
    ),
    row("google-too-quickly", "throttled", GOOGLE, "receiving email too quickly"),
    row("google-later", "throttled", GOOGLE, "try again later, closing connection"),
    row("google-no-user", "unknown_user", GOOGLE, "p=nosuchuser"),
    # Google gives a mailbox up only after years: nobody is there any more
    ending(
        row(
            "google-disabled",
            "mailbox_disabled",
            GOOGLE,
            "p=disableduser / account that you tried to reach is disabled / "
            "account that you tried to reach is inactive",
        )
    ),
    row(
        "google-no-account",
        "unknown_user",
        GOOGLE,
        "account that you tried to reach does not exist / "
        "the address couldn't be found, or is unable to receive mail / "
        "because the address couldn't be found",
    ),
    row(
        "google-full-account",
        "mailbox_full",
        GOOGLE,
        "account that you tried to reach is over quota / recipient's inbox is full / "
        "recipient's inbox is out of storage / "
        "the recipient's mailbox is full, or it's getting too much mail",
    ),
    row(
        "google-auth",
        "auth",
        GOOGLE,
        "?p=unauthorizedmessageerror / ?p=unauthenticatedmessage / "
        "unauthenticated email from / unauthenticated email is not accepted / "
        "has an spf record with a hard fail policy / "
        "is unauthenticated, which poses a security risk / "
        "our system has detected that this message does not meet * authentication / "
        "this mail has been blocked because the sender is unauthenticated",
    ),
    # Their 4.7.23 to 4.7.32 are not what those codes mean elsewhere: words first
    row(
        "google-limited-auth",
        "auth",
        GOOGLE,
        "spf authentication didn't pass / dkim authentication didn't pass / "
        "header isn't aligned with / sender hasn't authenticated",
    ),
    row("google-limited-tls", "tls_failure", GOOGLE, "wasn't sent over a tls conn"),
    row("google-ptr", "sender_dns", GOOGLE, "?p=badrdns / ?p=ipv6authentication"),
    row(
        "google-no-ptr",
        "sender_dns",
        GOOGLE,
        "sending this message does not have a ptr / "
        "sending this message doesn't have a ptr",
    ),
    row("google-whitelist", "reputation", GOOGLE, "ip not in whitelist"),
    row("google-relay", "relay_denied", GOOGLE, "invalid credentials for relay"),
    row("google-ptr-words", "sender_dns", GOOGLE, "guidelines regarding ptr records"),
    row(
        "google-unusual",
        "reputation",
        GOOGLE,
        "detected an unusual rate of unsolicited mail / "
        "detected an unusual rate of unsolicited email / "
        "unsolicited mail originating from your ip / "
        "due to the very low reputation / very low reputation of the sending / "
        "?p=lowreputation",
    ),
    row(
        "google-spam",
        "spam",
        GOOGLE,
        "?p=unsolicitedmessageerror / ?p=unsolicitedratelimiterror / "
        "our system has detected that this message is likely / "
        "this message is likely unsolicited mail / "
        "was detected as spam",
    ),
    row("google-content", "virus", GOOGLE, "?p=blockedmessage"),
    row("google-attachment", "virus", GOOGLE, "blocked * security issue"),
    row(
        "google-form",
        "content",
        GOOGLE,
        "?p=rfcmessagenoncompliant / this message is not rfc 5322 compliant / "
        "there are multiple * headers",
    ),
    row("google-size", "too_large", GOOGLE, "?p=maxsizeerror"),
    row(
        "google-group",
        "sender_rejected",
        GOOGLE,
        "the group you tried to contact * may not exist / "
        "you may not have permission to post messages to the group / "
        "?p=groupsnopermission",
    ),
    row(
        "google-policy",
        "policy",
        GOOGLE,
        "blocked by the recipient domain's policy / ?p=policyviolation",
    ),
    row(
        "google-timeout",
        "timeout",
        GOOGLE,
        "the recipient server did not accept our requests to connect / "
        "recipient server * did not respond",
    ),
)

MICROSOFT_ROWS = (
    row(
        "microsoft-edge",
        "unknown_user",
        MICROSOFT,
        "recipient address rejected: access denied",
        codes=("5.4.1",),
    ),
    row(
        "microsoft-no-recipient",
        "unknown_user",
        MICROSOFT,
        "recipientnotfound / resolver.adr.exrecipnotfound / "
        "resolver.adr.recipnotfound / resolver.adr.recipientnotfound / "
        "recipient not found by smtp address lookup / wasn't found at / "
        "couldn't be found * at / msexch:ims * (000c05a6) / "
        "the recipient name is not recognized / "
        "account does not exist at the organization this message was sent to / "
        "the email address you entered couldn't be found / "
        "the recipient's e-mail address was not found / "
        "the recipient's email address was not found / mapi_e_not_found",
    ),
    row(
        "microsoft-full",
        "mailbox_full",
        MICROSOFT,
        "storedrv.deliver; mailbox full / mapiexceptionshutoffquotaexceeded / "
        "quotaexceededexception / "
        "the recipient's mailbox is full and can't accept messages now",
    ),
    row(
        "microsoft-disabled",
        "mailbox_disabled",
        MICROSOFT,
        "mailbox disabled for this recipient / storedrv.deliver * mailbox disabled / "
        "accountdisabled",
    ),
    row(
        "microsoft-restricted",
        "policy",
        MICROSOFT,
        "resolver.rst.notauthorized / resolver.rst.authrequired / rstr.authrequired / "
        "you do not have permission to send to this recipient / "
        "does not have permission to send to / "
        "you do not have sufficient permissions / "
        "delivery not authorized, message refused / client was not authenticated / "
        "transport.rules.rejectmessage / restricted to authenticated / "
        "only accepts mail from its own / delivery restrictions / "
        "access denied, banned sender / tenant allow/block list",
    ),
    row(
        "microsoft-size",
        "too_large",
        MICROSOFT,
        "resolver.rst.sendsizelimit / resolver.rst.recipsizelimit / "
        "routing.sizelimit / "
        "this message is larger than the current system limit / "
        "this message is too large / larger than the size limit",
    ),
    row(
        "microsoft-loop",
        "network_error",
        MICROSOFT,
        "smtpsend.dns.mxloopback / resolver.fwd.loop / (00120270)",
    ),
    row("microsoft-form", "content", MICROSOFT, "(00050311) / (000502cc)"),
    row("microsoft-converted", "content", MICROSOFT, "conversionfailed / m2mcvt"),
    row("microsoft-routed", "dns_failure", MICROSOFT, "routing.noconnectorforaddress"),
    row("microsoft-limit", "throttled", MICROSOFT, "resolver.adr.reciplimit"),
    row(
        "microsoft-store",
        "server_error",
        MICROSOFT,
        "resolver.adr.badprimary / mailbox server is offline / "
        "storedrv.deliver.exception / (00010256) / (000d06b5)",
    ),
    row("microsoft-unable", "filtered", MICROSOFT, "(000c0595)"),
    row("microsoft-queue", "timeout", MICROSOFT, "queue.expired"),
    row("outlook-rate", "throttled", OUTLOOK, "ov-001 / rp-001 / rp-002 / rp-003"),
    row(
        "outlook-reputation",
        "reputation",
        OUTLOOK,
        "part of their network is on our block list / "
        "has been temporarily rate limited due to ip reputation / "
        "weren't sent. please contact your internet service provider since part / "
        "banned sending ip / blocked using blacklist / (s3140) / (s3150) / (s775) / "
        "|sc-002 / |sc-003 / |sc-004 / messages from * weren't sent / au-001 / "
        "mail from ip banned",
    ),
    row(
        "outlook-policy",
        "policy",
        OUTLOOK,
        "rejected by outlook.com for policy reasons / "
        "rejected by windows live hotmail for policy reasons / "
        "rejected for policy reasons. reasons for rejection may be / "
        "|sc-001",
    ),
    row("outlook-dns", "sender_dns", OUTLOOK, "dy-001 / dy-002 / ov-002"),
    row(
        "outlook-user",
        "unknown_user",
        OUTLOOK,
        "requested action not taken: mailbox unavailable",
        codes=("5.5.0",),
    ),
    row("outlook-full", "mailbox_full", OUTLOOK, "mailbox is full * (hotmail)"),
    row(
        "microsoft-auth",
        "auth",
        MICROSOFT,
        "does not meet the required authentication level / "
        "sending domain * does not pass dmarc verification / "
        "pass dmarc verification and has a dmarc policy",
    ),
    row("microsoft-spoof", "spam", MICROSOFT, "rejected as spam by content filtering"),
    row(
        "microsoft-dns",
        "network_error",
        MICROSOFT,
        "message expired, dns query failed",
        codes=("5.4.312", "4.4.312"),
    ),
    row(
        "microsoft-expired",
        "timeout",
        MICROSOFT,
        "message expired / cannot connect to remote host",
        codes=("5.4.300", "5.4.316", "4.4.316", "4.4.7", "5.4.7"),
    ),
    row(
        "microsoft-onward",
        "filtered",
        MICROSOFT,
        "remote server returned unknown recipient or mailbox unavailable",
        codes=("5.1.351",),
    ),
)

YAHOO_ROWS = (
    row("att-ptr", "sender_dns", "AT&T: postmaster", "fix reverse dns"),
    row(
        "yahoo-gone", "mailbox_disabled", YAHOO, "account has been disabled or discont"
    ),
    row("yahoo-disabled", "mailbox_disabled", YAHOO, "mailbox is disabled (554"),
    row("yahoo-dd", "unknown_user", YAHOO, "delivery error: dd / |dd this user does"),
    row("yahoo-au", "auth", YAHOO, "(au01) / [au01]"),
    row("aol-refused", "filtered", YAHOO, "they are not accepting mail from"),
    row("yahoo-policy", "policy", YAHOO, "not accepted for policy reasons"),
    row(
        "yahoo-reputation",
        "reputation",
        YAHOO,
        "[tss0 / [tss1 / [ts0 / [ts1 / [bl2 / [ph0 / [ip tss / "
        "temporarily deferred due to user complaints / "
        "unexpected volume or user complaints / mail from * not allowed - vs / "
        "connections will not be accepted from / "
        "connections not accepted from servers without a valid sender domain / "
        "not accepted from servers",
    ),
    row("yahoo-no-account", "filtered", YAHOO, "this user doesn't have a * account"),
    row("yahoo-dmarc", "auth", YAHOO, "per the author's domain's dmarc policy"),
    row(
        "aol-reputation",
        "reputation",
        YAHOO,
        "rtr:bl / rtr:ge / rtr:du / rly:bl / rly:b / dns:b / dyn:t",
    ),
    row("aol-spam", "spam", YAHOO, "hvu:b / cvu:b / con:b"),
    row("aol-date", "content", YAHOO, "(mff:"),
    row("aol-ptr", "sender_dns", YAHOO, "dns:nr / rtr:rd"),
)
