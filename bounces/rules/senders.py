"""What servers hold against the sender: network, address, signature, content."""

from bounces.rules.row import row

LISTS = "Block-list operators: Spamhaus, SpamCop, Barracuda, SORBS, UCEPROTECT, Abusix"
COMMON = "Replies in common use"
POSTFIX = "Postfix: smtpd access restrictions"
AUTH = "RFC 7372, RFC 7208, RFC 7489: authentication status codes"
PTR = "RFC 7372 3.3 and replies in common use: reverse DNS"
SENDER = "RFC 3463 3.2 (X.1.7, X.1.8) and replies in common use"
RELAY = "RFC 5321 3.6 and replies in common use: relaying"
FILTERS = "SpamAssassin, amavis, MailScanner, Barracuda, Proofpoint, Cloudmark: replies"
SCANNERS = "ClamAV and gateways: virus replies"
FORM = "RFC 5322 and gateways: form of a message"
LISTSERV = "Mailman, ezmlm, fml, Google Groups: replies of lists"

RELAYED = (
    row(
        "relay",
        "relay_denied",
        RELAY,
        "before you relay / take mail for that domain / take mail for this domain / "
        "one of our domains / n't serve that domain / not serve that domain / "
        "not serve this domain / "
        "not relayed here / not relaying for / not an open relay / "
        "relay access denied / relay denied / relaying denied / relay not permitted / "
        "relaying not permitted / relay not allowed / relaying not allowed / "
        "relaying mail to * is not allowed / relaying is prohibited / "
        "relay prohibited / relay operation rejected / relay rejected / "
        "relay is not permitted / not permitted to relay / not allowed to relay / "
        "unable to relay / cannot relay / can't relay / we do not relay / "
        "don't relay / no relaying / insecure mail relay / "
        "mail server requires authentication when attempting to send to a non-local / "
        "that domain isn't in my list of allowed rcpthosts / rcpthosts / "
        "n't handle mail for / not handle mail for / not responsible for / "
        "for relaying / before relaying / not a gateway / "
        "remote domains not supported / local user only / local users only / "
        "only allowed for local users / "
        "relaying to * not / "
        "is not hosted here / domain not hosted / domain isn't allowed to be relayed / "
        "this system is not configured to relay / "
        "as a relay, but i have not been configured / "
        "send to a non-local e-mail address",
    ),
)

AUTHENTICATED = (
    row(
        "auth",
        "auth",
        AUTH,
        "valid signature / "
        "|spf check / "
        "|dmarc| / spf fail / spf check fail / spf validation / "
        "spf (sender policy framework) / sender policy framework / spf record / "
        "spf policy / prohibited by spf / denied by spf / refused by spf / "
        "spf sender / spf softfail / spf: fail / spf- / failed spf / sender id (pra) / "
        "does not pass spf / permitted by spf / fails spf / dkim fail / "
        "dkim signature / dkim check / dkim verification / no dkim / dkim: fail / "
        "domainkeys / openspf. / why?s=mfrom / "
        "multiple authentication checks failed / authentication checks failed / "
        "authentication failed * spf / message failed authentication / "
        "not authorized to send from / is not authorized to send mail / "
        "not authorized to send on behalf / arc validation failure / arc seal / "
        "unauthenticated / sender authentication / could not be authenticated / "
        "is not signed / must be signed / not allowed to send mail from / "
        "not permitted to send mail from / does not designate / spoofed / spoofing /"
        "mismatches client ip / does not match client ip",
    ),
)

# Whoever sends spam is refused for what came from there, not for this content
SPAMMING = (
    row(
        "own-list",
        "filtered",
        COMMON,
        "user's block list / recipient's block list / user's blacklist / "
        "recipient's blacklist / personal blacklist / personal block list",
    ),
    row(
        "network-spam",
        "reputation",
        COMMON,
        "known for spam / spam from your / ban list / complaints about / "
        "mail from ip / email from ip / block database / seen sending / "
        "host is not trusted / mta is * trusted / distrust / naughty / "
        "previous abuse / abusers / "
        "mail from your server / bad sender ip / sender ip address rejected / "
        "looks suspiciously like spammer / open proxy / "
        "|ip * for spam / |ip * spamming / |ip * sending spam / "
        "|ip address * spam| / |server * sending spam / |spam* from your ip / "
        "|spam from your server / "
        "|spam * from your network / spam source / source of spam / "
        "|ip * por * spam / |ip * pour * spam / |ip * wegen spam / known spammer / "
        "|for sending junk / antispam blocklist / refused due to abuse / "
        "client host rejected: spam / "
        "email from * is currently blocked / too much spam / spam from this ip / "
        "spammer list / "
        "|client * spammer / |ip * unwanted",
    ),
)

ADDRESSED = (
    row(
        "ptr",
        "sender_dns",
        PTR,
        "has no name in / forward lookups / "
        "looks generic / not a fqdn / not an fqdn / "
        "unverif* sending ip / "
        "no dns a-data / ip must resolve / no reverse name / missing a dns entry / "
        "host can't be resolved / requires ptr / require ptr / address has no name / "
        "reverse dns / "
        "smtp mx only / reverse lookup / reverse mapping / reverse hostname / "
        "cannot find your hostname / cannot find your reverse / "
        "could not find your hostname / could not resolve ip address / "
        "can't find a valid hostname / no rdns / rdns / no ptr / ptr record / "
        "missing ptr / fix reverse / reverse record / reverse name / reverse entry / "
        "dns inverse / fcrdns / no dns a record for / "
        "helo/ehlo was syntactically invalid / helo command rejected / "
        "unresolvable relay host name / client host rejected: cannot find / "
        "ip name lookup failed / ip name possibly forged / dynamic ip / dynamic pool / "
        "generic hostname / all your * records are inconsistent",
    ),
    row(
        "lists",
        "reputation",
        LISTS,
        "spamhaus / mail-abuse.org / spamcop / sorbs / "
        "barracudanetworks.com/reputation / "
        "barracudacentral / uceprotect / abuseat / abusix / mailspike / psbl.surriel / "
        "backscatterer / dnsbl / dnswl / |rbl| / |rbl: / blocked using / blocklist / "
        "block list / black list / black-list / blacklist / blocklisted / blackhole / "
        "deny list / denylist / senderbase / senderscore / sender score / "
        "talosintelligence / ironport reputation / invaluement / spamrl / "
        "rejected: * listed at / is listed at / ip score / "
        "is listed in / is listed on / "
        "listed by / mxrate / "
        "trustedsource / trend micro email reputation / sender reputation / "
        "poor reputation / bad reputation / low reputation / reputation / "
        "is on a list / is on our list / is on the list",
    ),
    row(
        "network",
        "reputation",
        COMMON,
        "not like your network / not like your ip / not like your server / "
        "mail from your ip / email from your ip / use the smtp server of your / "
        "server requires confirmation / confirm this mail server / "
        "client host rejected / client host blocked / client host * blocked / "
        "host rejected / your ip * blocked / your ip has been / "
        "your ip address * blocked / your network * blocked / your server * blocked / "
        "your host * blocked / your mail server * blocked / your ip is blocked / "
        "your ip address / by your ip / your server ip / ip address blocked / "
        "ip blocked / "
        "ip * is blocked / ip * has been blocked / banned ip / ip banned / "
        "ip address has been / ip address * rejected / ip address rejected / "
        "no access from / host is blocked / host blocked / mail server * is blocked / "
        "blocked for spam / blocked for abuse / blocked by our / "
        "blocked from sending / |blocked - see / connection rejected / "
        "connection refused from / "
        "connection not authorized / refused to talk / refused connection / "
        "connections from this host / denied by ip / access denied. ip / "
        "no access from mail server / open relay / "
        "service not available, closing / not accepted from / "
        "not accepting mail from / we don't accept mail from / "
        "we do not accept mail from / do not accept mail from / refuse mail from / "
        "rejecting connections / you are not allowed to connect / "
        "you are not welcome / host is not allowed / not allowed to connect / "
        "access to submit messages / denyip / |ip* is filtered / :blocked) / "
        "bad ip profile / "
        "messages from * temporarily deferred / temporarily deferred / blacklisted / "
        "permanently deferred / your access to this mail system has been rejected / "
        "intrusion prevention / harvesting / service refuse / server's ip / "
        "domain has been blocked / mail from * blocked",
    ),
)

FROM = (
    row("sender-first", "sender_rejected", POSTFIX, "sender address rejected: "),
    row(
        "sender",
        "sender_rejected",
        SENDER,
        "approved senders / "
        "invalid return address / bad return address / "
        "sender is in / sender is on / sender is listed / sender is blacklisted / "
        "*@* is blacklisted / address that has been blacklisted / "
        "email address has been blacklisted / email address is blacklisted / "
        "senderfilterconfig / "
        "sender address rejected / sender rejected / sender * not in my domain / "
        "sender was rejected / "
        "sender denied / sender is not / sender not / sender domain / sender address / "
        "sender verify failed / sender verification / sender unknown / "
        "unknown sender / invalid sender / bad sender / domain of sender address / "
        "domain of sender / envelope sender / from address / "
        "mail from address / "
        "mail from * is not accepted / mails from * are not accepted / "
        "rejected mail from / unknown mail from / mail from invalid / "
        "invalid mail from / "
        "mail from * rejected / return path / "
        "backscatter protection / bounces are not accepted / "
        "empty envelope senders not allowed / null sender / does not accept bounces / "
        "we don't accept bounces / sender is blocked / your address * blocked / "
        "your email address has been blocked / mail from your domain / the sender / "
        "callout verification failure / unable to verify / verify your address / "
        "could not verify sender / "
        "is not authorized to send to / not authorised to send / "
        "you are not authorized / sender's / from field / denied [bouncedeny]",
    ),
    row(
        "lists-closed",
        "sender_rejected",
        LISTSERV,
        "approved list of senders / n't a member / are not a member / "
        "only subscribers / subscribers only / be subscribed to / "
        "be on the list to / must be a subscriber / "
        "not a member of this mailing list / are not member / "
        "is not a member of the list / "
        "is not a member of this list / "
        "only members / posting to this list / posting * not allowed / "
        "postings by non-members / non-member / not allowed to post / "
        "permission to post / closed list / allowed to send to this",
    ),
)

CONTENT = (
    row(
        "virus",
        "virus",
        SCANNERS,
        "dangerous / "
        "eicar / "
        "virus / malware / infected / trojan / clamav / phishing attempt / phish / "
        "suspicious attachment / malicious / worm / schadsoftware / вирус / wirus",
    ),
    row(
        "spam",
        "spam",
        FILTERS,
        "as unwanted / "
        "|bulk| / rubbish / flagged by / "
        "|spam| / spam-like / spamassassin / spam score / spam message / spammer / "
        "|junk| / indésirable / no deseado / unerwünscht / indesiderat / ongewenst / "
        "нежелательн / não solicitad / spamming / spammy / as spam / junk mail / "
        "junk email / |antispam| / antyspamow / spamtrap / "
        "spamfilter / "
        "considered unsolicited / unsolicited / unwanted bulk / bulk mail / "
        "bulk email / |ube| / spamblock / spam detected / spamdetected / "
        "high spam / message scored / scored as / hits= / bayes / razor / |dcc| / "
        "surbl / as bulk / antispam blocking / blacklisted url / blacklisted link / "
        "uribl / advertis / "
        "mail appears to be / looks like * spam / identified as spam / "
        "rejected due to spam / message filtered / content filter / spamfirewall / "
        "unsolicted / |uce| / 垃圾邮件 / 垃圾郵件 / 迷惑メール / 스팸 / спам",
    ),
    row(
        "content",
        "content",
        FORM,
        "nul character / null character / "
        "header too long / headers too long / no date header / no from header / "
        "no from line / "
        "|zip| / .exe / file ending / file name extension / "
        "duplicate * field / missing * field / duplicate from / "
        "content reject / content denied / content not allowed / content blocked / "
        "sensitive word / content restrictions / message content / content of / "
        "improper content / inappropriate / "
        "offensive / attachment / banned file / banned content / executable / "
        "file type / header error / header missing / missing header / "
        "missing * header / duplicate header / invalid header / bad header / "
        "header line / malformed / not compliant / non-compliant / not rfc / "
        "rfc compliant / rfc 2822 / rfc 5322 / "
        "rfc2822 / rfc5322 / rfc 822 / message format / bare lf / bare line feed / "
        "stray newline / 8bit / 8-bit / longer than 998 / 998 characters / "
        "encrypted archive / password protected / line too long / mime * invalid / "
        "invalid mime / "
        "well formed / well-formed / missing date / missing message-id / "
        "no subject / message-id / conversion / "
        "charset / character set / unacceptable content / prohibited content / "
        "url in / link in / type of file",
    ),
)

REFUSED = (
    row(
        "auth-named",
        "auth",
        AUTH,
        "|spf| / |dkim| / did not sign / not signed / unsigned",
    ),
    row(
        "greylist-wait",
        "greylisted",
        "RFC 6647: greylisting",
        "in * minutes / in * seconds / in 5 min / after * minutes / after * seconds / "
        "minutes later / seconds later / come back in",
        codes=("450", "451"),
    ),
    row(
        "policy-clear",
        "policy",
        COMMON,
        "company's filter / company filter / "
        "corporate rules / local rules / our rules / internal rules / "
        "policy violation / policy reason / security policy / security policies / "
        "site policy / local policy / company policy / by policy / "
        "organizational settings / organisational settings",
    ),
    row(
        "no-recipient",
        "unknown_user",
        "RFC 3463 3.2: X.1.0",
        "recipient rejected / recipient refused / address rejected",
        codes=("5.1.0",),
    ),
    row(
        "filtered",
        "filtered",
        COMMON,
        "has you on / only takes mail / chose to refuse / chose not to / "
        "accepting only from / accepts only / "
        "because the recipient is not accepting mail with / "
        "chosen not to / not wish to receive / not want your mail / "
        "not want your email / n't want your email / "
        "only accepting mail / nur emails von / user preferences / "
        "user's preferences / personal rule / own filter / "
        "blocked by this user / blocked by the user / by this recipient / "
        "user refuses to receive / user refuse / user has blocked / "
        "recipient refused / recipient rejected / refused by recipient / "
        "refused by mailbox / recipient does not accept / "
        "recipient * accepts mail only / only accepts mail from / "
        "not accepting messages from / is not accepting any mail / "
        "not accepting mail from you / user has rejected / rejected by user / "
        "rejected by the recipient / rejected by recipient / blocked by user / "
        "blocked by recipient / blocked by the recipient / mail was blocked by / "
        "recipient has blocked / filter / user reject / recipient not accepting / "
        "has been rejected by / failed to send to * mailbox / does not allow / "
        "undesirable mail / restricted / private address / reject mail from / "
        "due to extended inactivity new mail is not currently being accepted / "
        "listed in work domain / this account is protected by / "
        "domain * is not accepting",
    ),
    row(
        "policy",
        "policy",
        COMMON,
        "only authenticated / authenticated users only / "
        "authentication turned / "
        "policy / prohibited / "
        "not permitted / not allowed / access denied / access not allowed / "
        "administrative / administratively / banned / unauthorized / not authorized / "
        "not authorised / authentication required / authentication is required / "
        "authorization / security reasons / abuse / denied / rejected for / blocked",
    ),
)

LAST = (
    row(
        "unavailable",
        "unknown_user",
        "RFC 5321 4.2.2: 550",
        "mailbox unavaiable / mailbox unavailble / mailbox not present / "
        "mailbox unavailable / mailbox * unavailable / mailbox not available / "
        "unavailable mailbox / unavailable mail user / unavailable user / "
        "user unavailable / user is unavailable / user not available / "
        "recipient unavailable",
        codes=("550",),
    ),
    row("google-groups", "sender_rejected", LISTSERV, "google groups"),
    row(
        "rejected",
        "filtered",
        COMMON,
        "rejected by a remote mail server / address rejected",
    ),
)
