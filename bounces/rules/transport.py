"""What servers say about the way there: domain, network, encryption, speed, size."""

from bounces.rules.row import row

POSTFIX = "Postfix: smtp client and DNS errors"
SENDMAIL = "Sendmail: deferral and DNS messages"
EXIM = "Exim: retry and router errors"
QMAIL = "qmail-remote: failure messages"
NULL_MX = "RFC 7505 and RFC 7504 (556, 521)"
LOOPS = "RFC 5321 6.3: loops"
TLS = "RFC 3207, RFC 8689 and replies in common use"
GREY = "RFC 6647: greylisting"
RATE = "RFC 5321 4.5.3.1.10 and replies in common use"
SIZE = "RFC 1870: message size"
SYSTEM = "RFC 3463 3.4: mail system status"

# Clear enough to be believed before X.1.2 is
NO_MAIL = (
    row(
        "null-mx",
        "domain_no_mail",
        NULL_MX,
        "domain is not used for mail / domain is not used for email / "
        "null mx / nullmx / mx or srv record indicated no smtp service",
    ),
)

DOMAIN = (
    row(
        "no-mail",
        "domain_no_mail",
        NULL_MX,
        "accepts no email / never accepts mail / never accepts email / "
        "takes no mail / accepts no mail / "
        "does not receive any / "
        "no mx record / does not accept mail / does not accept email / "
        "does not accept any mail / does not accept e-mail / doesn't accept mail / "
        "host/domain does not accept mail / domain does not accept mail / "
        "does not receive mail / does not receive email / doesn't receive mail / "
        "doesn't receive email / mail for this domain is not accepted / "
        "no mail is accepted / destination seem to reject all mails / "
        "rejected all mails / smtp protocol returned a permanent error / "
        "server does not accept mail / name server: .: host not found / "
        "we do not accept mail for this",
    ),
    row("no-name", "dns_failure", POSTFIX, "nxdomain"),
    row(
        "no-mx",
        "network_error",
        POSTFIX,
        "host is down / path loops / to make a connection / "
        "hung up / hang up / points back to / "
        "dns server returned answer with no data / no route to host / "
        "host is unreachable / host unreachable / network is unreachable / "
        "network unreachable / "
        "connection refused / connection was refused / refused the connection / "
        "connection reset / "
        "connection was dropped / connection dropped / connection closed by / "
        "lost connection / lost tcp connection / remote host is unavailable / "
        "unable to connect to host / failed to connect / could not connect to / "
        "couldn't connect to / address family mismatch on destination mxs / "
        "connections * failed / host seems to be down / no adequate servers / "
        "unexpected network error / an error was encountered while connecting / "
        "proxy connection problem / network error / host lookup did not complete",
    ),
    row(
        "dns-later",
        "network_error",
        SENDMAIL,
        "host not found, try again / host name lookup failure / "
        "dns not available / dns unavailable / name server: * lookup failure / "
        "name server timeout / "
        "name server * timed out / dns lookup timed out / dns timeout / "
        "malformed dns / malformed * name server reply / "
        "malformed name server reply",
    ),
    row(
        "no-domain",
        "dns_failure",
        POSTFIX,
        "domain name * not resolve / unknown recipient domain / "
        "no such recipient domain / dns has no entry / no dns entry / "
        "not exist in dns / not exist in the dns / domain no longer exist / "
        "domain * no longer exist / "
        "no a or mx / "
        "host or domain name not found / couldn't find any host by that name / "
        "couldn't find any host named / domain name not found / host not found / "
        "host * not found / domain not found / domain * not found / "
        "domain couldn't be found / domain * couldn't be found / host unknown / "
        "unknown host / unknown domain / domain unknown / domain is not reachable / "
        "domain does not exist / domain * does not exist / domain doesn't exist / "
        "domain * doesn't exist / no such domain / no such host / "
        "invalid domain / invalid mail domain / invalid recipient domain / "
        "bad destination host / name or service not known / "
        "dns lookup failure / dns failure / dns error / domain must resolve / "
        "domain mentioned in email address is unknown / domain name not registered / "
        "recipient domain must exist / no mail server / "
        "no ip address found / no address found for host / "
        "couldn't find a mail exchanger / couldn't find any mail exchanger / "
        "could not find a mail exchanger / no mx found / no mx or a record / "
        "mx record * not found / no valid mx / missing mx / unrouteable address / "
        "unroutable address / unrouteable mail domain / unrouteable domain / "
        "unroutable domain / all host address lookups failed / "
        "all relevant mx records point to non-existent hosts / "
        "smtpsend.dns.nonexistentdomain / host found but no data record / "
        "unable to look up host / no mx found for domain / "
        "lowest numbered mx record points to local host / illegal host/domain / "
        "cannot find the domain / can't find * domain / cannot resolve / "
        "could not resolve / unable to resolve / not a valid domain / "
        "delivery to the following recipient failed permanently: * dns / "
        "domain * has no mail exchangers / has no valid mail exchangers / "
        "verifying * domain * failed / domain lookup failed",
    ),
)

TIMED_OUT = (
    row(
        "timed-out",
        "timeout",
        SENDMAIL,
        "beyond its lifetime / given up after / "
        "no delivery within / "
        "delivered in time / no answer * days / no answer * hours / no answer after / "
        "in queue for too long / "
        "délai de livraison / délai dépassé / connection timed out / "
        "connection time out / timed out / timeout / time-out / "
        "operation timed / retry time not reached / retry timeout exceeded / "
        "delivery time expired / delivery expired / message expired / "
        "envelope expired / queue lifetime / has been in the queue too long / "
        "been queued too long / too long in queue / message too old / giving up on / "
        "giving up / give up / gave up / answer in time / respond in time / "
        "multiple retries / multiple attempts / several attempts / "
        "all * hosts have been failing / all hosts have been failing / "
        "message has been frozen / message * frozen / was frozen on arrival / "
        "stopped trying / no servers could be reached / max time without / "
        "maximum time / exceeded max time / |too old| / retries / "
        "failed * attempts / "
        "maximum number of attempts / "
        "was not reachable within the allowed queue period / not reachable within / "
        " "
        "could not be delivered within / could not be delivered for / "
        "could not be delivered after / "
        "could not be delivered since / has not yet been delivered / "
        "not yet been delivered / not been delivered yet / "
        "unable to deliver * hours / "
        "unable to deliver * day / unable to deliver * since / "
        "wasn't able to establish an smtp connection / host not reachable / "
        "message could not be delivered for more than / cannot send message within / "
        "cannot send message for / delivery attempts will continue / will be retried / "
        "will keep trying / continue to try / still being retried / message delayed / "
        "has been delayed / delivery delayed / delivery temporarily suspended / "
        "delivery aborted after / was aborted after / did not receive a response / "
        "not responding / no response / the service provider * did not respond",
    ),
)

LOOPED = (
    row(
        "loop",
        "network_error",
        LOOPS,
        "number of 'received / number of received / too many hops / "
        "hop count exceeded / maximum hop count / hop count / "
        "mail loop / routing loop / forwarding loop / loop detected / looping / "
        "loop count exceeded / forwarded more than the maximum allowed / "
        "possible loop / message is looping / too many received / delivered-to *loop",
    ),
)

ENCRYPTED = (
    row(
        "tls",
        "tls_failure",
        TLS,
        "negotiate tls / "
        "plaintext session / plaintext connection / cleartext / unencrypted / "
        "certificate of / "
        "pki-chain / establish trust / "
        "starttls is required / must issue a starttls / must use tls / tls required / "
        "tls is required / requires tls / requires encryption / "
        "encryption required / only accept encrypted / only over tls / "
        "encryption needed / tls handshake / tls connect failed / tls negotiation / "
        "tls error / tls session / tls failed / tls is not available / "
        "tls not available / starttls failed / starttls is mandatory / "
        "cannot start tls / server certificate / certificate verif / "
        "certificate has expired / untrusted certificate / ssl handshake / mta-sts / "
        "|dane| / requiretls / did not offer starttls",
    ),
)

SLOWER = (
    row(
        "greylist",
        "greylisted",
        GREY,
        "grau gelistet / graulist / lista gris / liste grise / "
        "triplet / first contact / "
        "first time sender / greylist / graylist / grey list / grey-list / gray-list / "
        "greylisting in action / first attempt * retry / you are being greylisted / "
        "postgrey",
    ),
    row(
        "throttle",
        "throttled",
        RATE,
        "recipients each / each hour / this hour / sending pace / sending too / "
        "limit of messages / "
        "sending rapidly / too much traffic / too many of you / more mail than / "
        "number of emails / number of mails / exceeds * rate / daily sending / "
        "sending allowance / "
        "too many connections / too many concurrent / too many simultaneous / "
        "too many sessions / too many messages / too many emails / too many mails / "
        "too many recipients / too many smtp / too many requests / "
        "too many bad commands / too many invalid recipients / too many errors from / "
        "too much mail / too fast / too quickly / too frequently / rate limit / "
        "rate-limit / rate control / ratelimit / rate exceeded / sending rate / "
        "submission rate / "
        "connection rate / "
        "throttl / exceeded the maximum number of * connections / "
        "maximum connections / max connections / connection limit / "
        "concurrent connection / concurrency limit / message limit / messages per / "
        "mails per hour / emails per hour / per hour / per day / daily limit / "
        "hourly * limit / daily * limit / hourly limit / sending limit / "
        "excessive volume / "
        "unexpected volume / unusual volume / high volume / try again slower / "
        "slow down / please try again slower / reduce * rate / "
        "deferred due to * volume / exceeded * rate / exceeded * per / "
        "recipients per / max number of recipients / maximum number of recipients",
    ),
)

# A quota, but ours: of what may be sent
SENDING = (
    row(
        "sending-quota",
        "throttled",
        RATE,
        "hourly quota / daily quota / outbound quota / "
        "quota * per hour / quota * per day / quota for sending / "
        "sending quota / exceeded threshold / exceeded the threshold / "
        "quota exceeded for sender / "
        "sender quota / thread limit / message quota",
    ),
)

TOO_BIG = (
    row(
        "too-large",
        "too_large",
        SIZE,
        "is over * mb / larger than * mb / bigger than * mb / "
        "longer than the * limit / "
        "message too large / message too big / message is too large / "
        "message is too big / message was too large / mail too large / "
        "mail is too large / email is too large / too large for / too large to / "
        "message size exceeds / message size limit / message size * exceed / "
        "message header size / message length exceeds / size exceeds / "
        "size limit exceeded / exceeds size limit / exceeded * size limit / "
        "exceeds the size limit / exceeds maximum * size / "
        "exceeds the maximum * size / exceeded maximum * message size / "
        "exceeds * maximum / exceeds fixed maximum / fixed maximum message size / "
        "maximum message size / max message size / larger than the maximum / "
        "larger than * limit / larger than allowed / larger than * bytes / "
        "bigger than * limit / size of the message / is too large or would exceed / "
        "line limit exceeded / over the maximum message size / too big / "
        "nachricht ist zu groß / message trop volumineux / taille maximale",
    ),
)

# Around the words of a program, which say more
WRAPPED = (
    row(
        "program-failed",
        "server_error",
        SENDMAIL,
        "command output / child process / x-unix; / mailer error / exit status",
    ),
)

PROGRAMS = (
    row(
        "lookup",
        "server_error",
        POSTFIX,
        "temporary lookup failure / rejected: service temporarily unavailable",
    ),
    row(
        "program",
        "server_error",
        SENDMAIL,
        "exited with / expansion error / shutting down / closing for maintenance / "
        "procmail: / exec /usr/local/bin/procmail / pipe to | / command died / "
        "command failed / "
        "exited with status / lmtp error after / "
        "unable to run / could not run / cannot run / could not execute / "
        "unable to execute / no space left on device / disk space on the server / "
        "space on the server / delivery to file forbidden / error opening mail / "
        "error writing to / "
        "not accepting network messages / disk full / file system full / "
        "filesystem full / error reading mail / local delivery failed / "
        "no such file / no such directory / "
        "license expired / license has expired",
    ),
    row(
        "syntax",
        "protocol_error",
        EXIM,
        "malformed address / angle-brackets nested too deep / "
        "domain missing in source-routed address",
    ),
)

SERVER = (
    row(
        "server",
        "server_error",
        SYSTEM,
        "overloaded / could not write / cannot write / "
        "system error / internal server error / internal error / "
        "local error in processing / local configuration error / "
        "configuration error / server configuration problem / "
        "system config error / server error / queue file write error / "
        "temporary failure / temporary system problem / "
        "temporary error / temporary local problem / temporarily unable / "
        "temporary problem / lookup failed / lookup error / can't create / "
        "can't open / can not open / problem with the recipient's mailbox / "
        "cannot open / could not open / unable to open / "
        "permission denied / deferred local / can't deliver to / "
        "service temporarily unavailable / server too busy / server busy / "
        "server is busy / system not accepting / system full / "
        "insufficient system storage / insufficient system resources / "
        "insufficient storage / out of memory / "
        "filesystem is full / insufficient disk space / not enough disk space / "
        "congest / resources temporarily unavailable / could not lock / "
        "timeout waiting for input from local / aliasing/forwarding loop broken / "
        "storedrv.submit / mail config / out of resources / "
        "interrupted system call / unable to store / "
        "loops back to myself / unable to process / resources restricted / "
        "mail server temporarily / error in processing / "
        "encountered an error while being processed / cannot queue / try later / "
        "backend / service currently unavailable / input/output error",
    ),
    row(
        "protocol",
        "protocol_error",
        "RFC 5321 4.2.4: syntax and sequence",
        "syntax error / command not recognized / command unrecognized / "
        "unrecognized command / unknown command / bad sequence of commands / "
        "bad syntax / command out of sequence / improper use of smtp / "
        "command not implemented / need rcpt command / need mail command / "
        "pipelining / protocol error / helo required / polite people say hello / "
        "smtputf8 / non-ascii address",
    ),
)
