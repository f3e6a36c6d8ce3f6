"""What single providers say, by their own documentation. Asked first: their words
are more exact than what is in common use, and now and then mean something else."""

from bounces.rules.big_providers import GOOGLE_ROWS, MICROSOFT_ROWS, YAHOO_ROWS
from bounces.rules.row import row

APPLE = "Apple Support: postmaster information for iCloud Mail"
COMCAST = "Xfinity: postmaster bounce messages"
ORANGE = "Orange: postmaster codes OFR and LPN"
GMX = "1&1, GMX and web.de: postmaster error messages"
TELEKOM = "Deutsche Telekom: postmaster FAQ of t-online.de"
FREE = "Free: postmaster"
SYMANTEC = "Broadcom: Symantec Email Security IP reputation"
NETEASE = "NetEase 163: codes of returned mail"
MAILRU = "Mail.ru and Yandex: postmaster error codes"
JAPAN = "NTT docomo, KDDI and SoftBank: replies of their gateways"
GODADDY = "GoDaddy: email bounce codes IB"
MIMECAST = "Mimecast: SMTP error codes"
PROOFPOINT = "Proofpoint: dynamic reputation and SMTP replies"
AMAZON = "Amazon SES: bounce messages and suppression list"
COX = "Cox and Spectrum: postmaster error codes"
FACEBOOK = "Facebook: postmaster SMTP response codes"
CLOUDFLARE = "Cloudflare Email Routing: SMTP errors"
ZOHO = "Zoho Mail: delivery failure messages"
TENCENT = "Tencent QQ Mail: bounce descriptions"
SENDING = "Twilio SendGrid, Mailgun, Mailjet: reasons why a mail is not sent"
# of addresses that are on a list because of what the person said
OPTED_OUT_THERE, COMPLAINED_THERE = "opted-out-there", "complained-there"

OTHER_ROWS = (
    row("cox-list", "reputation", COX, "|cxbl| / aup#cdrbl / aup#bl / |ipbl0 / |ipbl1"),
    row("cox-rate", "throttled", COX, "|cxthrt| / |cxcnct| / |cxmxrt| / aup#cnct"),
    row(
        "spectrum-rate",
        "throttled",
        COX,
        "aup#i-13 / aup#in-13 / aup#o-13 / aup#out-13 / aup#13",
    ),
    row("spectrum-list", "reputation", COX, "aup#i-10 / aup#in-10 / aup#in-12"),
    row("cox-rate-mx", "throttled", COX, "aup#mxrt / aup#cxmxrt / aup#o-"),
    row("cox-ptr", "sender_dns", COX, "|cxdns| / aup#dns"),
    row("cox-sender", "sender_rejected", COX, "|cxsndr| / aup#snd / aup#sndr"),
    row("postini-user", "unknown_user", "Postini: replies", "no such user - psmtp"),
    row("japan-refused", "filtered", JAPAN, "受信拒否 / 受信を拒否"),
    row("facebook-user", "unknown_user", FACEBOOK, "|rcp-p1| / |int-p1| / |int-p3|"),
    row("facebook-closed", "filtered", FACEBOOK, "|rcp-p2| / |int-p4|"),
    row("facebook-rate", "throttled", FACEBOOK, "|con-t1| / |con-t2| / |con-t3|"),
    row("facebook-spam", "spam", FACEBOOK, "|msg-p1| / |pol-p6| / |pol-p7|"),
    row("facebook-ip", "reputation", FACEBOOK, "|pol-p1| / |pol-p2| / |pol-p3|"),
    row("facebook-auth", "auth", FACEBOOK, "|pol-p5| / |pol-p4|"),
    row("facebook-dns", "sender_dns", FACEBOOK, "|dns-p1| / |dns-p2| / |dns-p3|"),
    row("facebook-form", "content", FACEBOOK, "|msg-p2|"),
    row(
        "hmail-relay",
        "relay_denied",
        "hMailServer: replies of its SMTP server",
        "delivery is not allowed to this address",
    ),
    row(
        "amavis-banned",
        "content",
        "amavisd-new: replies",
        "- banned / - bad_header / - bad-header / - unchecked",
    ),
    row("cloudflare-upstream", "server_error", CLOUDFLARE, "upstream error, please"),
    row("cloudflare-reject", "spam", CLOUDFLARE, "rejected reason: spam"),
    row("apple-full", "mailbox_full", APPLE, "user is over quota"),
    row("apple-spam", "spam", APPLE, "[cs01] / [hc4] / icloud.com * local policy"),
    row("comcast-reputation", "reputation", COMCAST, "bl000 / comcast block"),
    row("comcast-rate", "throttled", COMCAST, "rl0000"),
    row("comcast-ptr", "sender_dns", COMCAST, "dns10 / no ptr record found"),
    row(
        "orange-full", "mailbox_full", ORANGE, "destinataire pleine / recipient overquo"
    ),
    row("orange-closed", "mailbox_disabled", ORANGE, "destinataire archivee"),
    row("orange-sender", "sender_rejected", ORANGE, "emetteur invalide"),
    row("orange-size", "too_large", ORANGE, "taille limite du message"),
    row("orange-user", "unknown_user", ORANGE, "|ofr*_416| / |lpn*_416| / |lpn416|"),
    row(
        "orange-reputation",
        "reputation",
        ORANGE,
        "ofr004_102 / ofr004_103 / ofr006_1 / ofr_102 / ofr_103 / ofr004_104 / "
        "ofr_521 / ofr_999 / ofr_998 / "
        "ofr_105 / ofr_108 / ofr_109",
    ),
    row("orange-spam", "spam", ORANGE, "ofr_506 / ofr_515 / ofr_513 / lpn_506"),
    row("orange-server", "server_error", ORANGE, "ofr005_505"),
    row(
        "orange-rate",
        "throttled",
        ORANGE,
        "ofr_431 / ofr_503 / ofr_201 / trop de connexions",
    ),
    row("orange-auth", "auth", ORANGE, "ofr_519 / ofr_520 / ofr_510"),
    row(
        "gmx-ptr",
        "sender_dns",
        GMX,
        "mi:dns / &c=hi / &c=rdns / invalid dns mx / bad dns ptr resource record",
    ),
    row(
        "gmx-reputation",
        "reputation",
        GMX,
        "ip address is black listed / nemesis esmtp service not available / "
        "ip address is blocked / &c=bip / &c=bl",
    ),
    row("symantec-list", "reputation", SYMANTEC, "symantec zodiac"),
    row("telekom-network", "reputation", TELEKOM, "tosa@rx.t-online"),
    row("free-network", "reputation", FREE, "too many spams from your ip"),
    row("netease-spam", "spam", NETEASE, "dt:spm / mk:spm"),
    row("netease-sender", "sender_rejected", NETEASE, "dt:sum"),
    row(
        "netease-network",
        "reputation",
        NETEASE,
        "hl:ipb / cl:ipb / hl:ihu / hl:rep / hl:mep / dt:rbl / wm:bli / wm:blu",
    ),
    row("netease-auth", "auth", NETEASE, "mi:spf / mi:dkm"),
    row(
        "netease-rate",
        "throttled",
        NETEASE,
        "mi:sfq / mi:stc / rp:cel / rp:trc / rp:rcl / rp:drc / rp:qrc / rp:ccl / "
        "mi:cel / mi:ccl / mi:dmc / hl:itc / hl:ifc / hl:icc",
    ),
    row("gmx-spam", "spam", GMX, "mail rejected for spam reasons / &c=spam"),
    row("mailru-disabled", "mailbox_disabled", MAILRU, "unavailable: account is disab"),
    row("mailru-spam", "spam", MAILRU, "spam message rejected. please visit"),
    row(
        "mailru-user",
        "unknown_user",
        MAILRU,
        "no such user! / "
        "local mailbox * is unavailable: user not found / "
        "non-local recipient verification failed",
    ),
    row("mailru-ip", "reputation", MAILRU, "we do not accept mail from this ip"),
    row("mailru-auth", "auth", MAILRU, "rejected due to dmarc / dkim: quarantine"),
    row(
        "mail-local-user",
        "unknown_user",
        "Sendmail: mail.local",
        "mail.local: unknown user / mail.local: unknown name",
    ),
    row(
        "ironport-address",
        "unknown_user",
        "Cisco AsyncOS: recipient access and LDAP accept queries",
        "#5.1.0 address rejected",
    ),
    row(
        "interscan-user",
        "unknown_user",
        "Trend Micro InterScan: delivery failure",
        "(and other recipients in the same domain)",
    ),
    row(
        "mxlogic-domain",
        "dns_failure",
        "MXLogic and Lotus: delivery failure",
        "the account or domain may not exist, they may be blacklisted",
    ),
    row(
        "docomo-refused",
        "filtered",
        JAPAN,
        "other mail system problem * unknown user / the user(s) * is rejecting mail / "
        "your message was filtered",
    ),
    row("kddi-user", "unknown_user", JAPAN, "@ezweb.ne.jp>: user unknown"),
    row("kddi-user-au", "unknown_user", JAPAN, "@au.com>: user unknown"),
    row(
        "japan-full",
        "mailbox_full",
        JAPAN,
        "as their mailbox is full / the recipient's mail box is full",
    ),
    row(
        "godaddy-rate",
        "throttled",
        GODADDY,
        "|ib607| / |ib007| / |ib605| / |ib510| / |ib101|",
    ),
    row("godaddy-auth", "auth", GODADDY, "|ib508| / |ib509|"),
    row(
        "godaddy-sender",
        "sender_rejected",
        GODADDY,
        "|ib506| / from: domain is inv",
    ),
    row("godaddy-form", "content", GODADDY, "|ib501| / |ib502|"),
    row(
        "godaddy-reputation",
        "reputation",
        GODADDY,
        "|ib103| / |ib104| / |ib105| / |ib106| / |ib110| / |ib113|",
    ),
    row("godaddy-spam", "spam", GODADDY, "|ib212| / |ib511| / |ib602|"),
    row("godaddy-virus", "virus", GODADDY, "|ib705|"),
    row("godaddy-ptr", "sender_dns", GODADDY, "|ib108| / |ib111|"),
    row(
        "mimecast-signature",
        "virus",
        MIMECAST,
        "mcspamsignature / message detected as malware / a virus was detected",
    ),
    row(
        "mimecast-policy",
        "policy",
        MIMECAST,
        "administrative lockout / anti-spoofing policy",
    ),
    row(
        "mimecast-blocked",
        "reputation",
        MIMECAST,
        "sender address blocked",
        codes=("421",),
    ),
    row("mimecast-rbl", "reputation", MIMECAST, "local cbr / csi.mimecast.org"),
    row(
        "mimecast-user",
        "unknown_user",
        MIMECAST,
        "invalid recipient - https://community.mimecast",
    ),
    row(
        "proofpoint-reputation",
        "reputation",
        PROOFPOINT,
        "ipcheck.proofpoint.com / blocked - see https://support.proofpoint.com / "
        "bl-err / cloudmark sender intelligence / csi.cloudmark.com / "
        "cloudmark.com/reset-request",
    ),
    row(
        OPTED_OUT_THERE,
        "suppressed",
        SENDING,
        "unsubscribed address / unsubscribed recipient / previously unsubscribed / "
        "address unsubscribed / address is unsubscribed / recipient unsubscribed / "
        "unsubscribed earlier / recipient has unsubscribed / user has unsubscribed / "
        "contact has unsubscribed / contact is unsubscribed / recipient opted out",
    ),
    row(
        COMPLAINED_THERE,
        "suppressed",
        SENDING,
        "spam reporting address / reported as spam before / |spam reporter| / "
        "marked your messages as spam / previously complained / "
        "previously reported as spam",
    ),
    row(
        "amazon-suppressed",
        "suppressed",
        AMAZON,
        " / "
        "ses has suppressed sending to this address / "
        "suppression list / bounced address / "
        "previously hard bounced / sending to suppressed / "
        "and is suppressed / recipient is suppressed / address is suppressed / "
        "to previously bounced / has bounced before / have been marked as inactive",
    ),
    row("amazon-verify", "relay_denied", AMAZON, "email address is not verified"),
    row(
        "zoho-blocked",
        "reputation",
        ZOHO,
        "your mail server has been blocked / invalid ip for sending mail of domain",
    ),
    row("zoho-policy", "policy", ZOHO, "mailpolicy violation"),
    row("zoho-activity", "throttled", ZOHO, "unusual sending activity"),
    row("zoho-unreachable", "timeout", ZOHO, "error_code :421 * host not reachable"),
    row(
        "tencent-user",
        "unknown_user",
        TENCENT,
        "mailbox not found. http://service.mail",
    ),
    row("tencent-rate", "throttled", TENCENT, "frequency limited"),
    row("tencent-network", "reputation", TENCENT, "suspected spam"),
    row("tencent-filter", "filtered", TENCENT, "mail is rejected by recipients"),
    row("tencent-auth", "auth", TENCENT, "spf check failed / dkim check failed"),
    row(
        "tencent-content",
        "spam",
        TENCENT,
        "mail content denied",
    ),
)

PROVIDERS = GOOGLE_ROWS + MICROSOFT_ROWS + YAHOO_ROWS + OTHER_ROWS
