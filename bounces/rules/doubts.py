"""Words beside "user unknown" that say whom that is about: somebody else."""

from bounces.rules.row import row
from bounces.rules.senders import COMMON, FORM, PTR, SENDER

DOUBTS = (
    row(
        "doubt-sender",
        "sender_rejected",
        SENDER,
        "you send from / return address / sender address has / sender domain has / "
        "sender verif / verify sender / verify the sender / verification of sender / "
        "verification of the sender / sender callout / sender callback / "
        "from unknown / unknown senders / your sender address / envelope-from / "
        "return-path / permissions to submit / "
        "allowed senders / no such right / no such permission / no such privilege / "
        "as sender / of contacts / not in * whitelist / "
        "known senders / among those allowed / "
        "not found in whitelist / "
        "not on * whitelist",
    ),
    row(
        "doubt-host",
        "sender_dns",
        PTR,
        "sender host / sender hostname / helo name / ehlo name / helo host / "
        "hostname of the client / hostname of your / sending host / your hostname / "
        "your host name / client host name / client hostname / "
        "your domain does not / your domain is not / sending domain does",
    ),
    row(
        "doubt-from",
        "filtered",
        COMMON,
        "not accept mail from / not accept email from / not accept any mail from / "
        "n't accept mail from / n't accept email from / not accept e-mail from / "
        "accepts no mail from / takes no mail from / accepts no email from / "
        "not receive any mail from / not receive any email from / "
        "not receive mail from / not receive email from / "
        "n't receive mail from / n't receive email from / "
        "no mail is accepted from / "
        "user does not accept / account does not accept / mailbox does not accept / "
        "recipient doesn't accept / user doesn't accept / accept mails in / "
        "accept mail with / accept mails with / accept messages with / "
        "accept mail only / accepts mail only / takes mail only",
    ),
    row(
        "doubt-login",
        "policy",
        COMMON,
        "wrong password / incorrect user / your login / bad password / "
        "invalid password / or password / "
        "and password / invalid credentials / username and / bad username",
        codes=("530", "535", "550", "554"),
    ),
    row(
        "doubt-many",
        "reputation",
        COMMON,
        "too many non-exist / too many nonexist / many non-exist / "
        "too many * unknown / too many * invalid / many unknown / many invalid / "
        "number of invalid / number of unknown / unknown users from / "
        "sent to unknown / sends to unknown / sending to unknown / sent to invalid / "
        "sends to invalid / sending to invalid / sent to nonexistent / "
        "sending to nonexistent / "
        "invalid recipients from / dictionary attack / directory harvest / "
        "harvesting attack",
    ),
    row(
        "doubt-closed",
        "mailbox_disabled",
        FORM,
        "currently disabled / currently suspended / temporarily disabled / "
        "temporarily closed / temporarily inactive",
    ),
    row(
        "doubt-content",
        "content",
        FORM,
        "content restriction / due to content / suspicious content / "
        "unknown or invalid attachment / unknown attachment / unknown link / "
        "link to an unknown / link to unknown / "
        "links to an unknown / url with unknown / "
        "header invalid / invalid header from",
    ),
)
