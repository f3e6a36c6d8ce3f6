"""What servers say about the mailbox: not there, gone, closed, full."""

from bounces.rules.row import row

SENDMAIL = "Sendmail: error messages of its configuration and mail.local"
POSTFIX = "Postfix: smtpd, local, virtual and pipe replies"
EXIM = "Exim: router and transport errors"
QMAIL = "qmail and vpopmail: failure notices"
DOVECOT = "Dovecot LDA and LMTP, Cyrus lmtpd"
NOTES = "HCL Domino: delivery failure reports"
COURIER = "Courier: delivery failure messages"
GATEWAYS = "MDaemon, IMail, MailEnable, hMailServer, Groupwise: replies"
SINGLE = "RFC 5321 4.2.3 and replies in common use"
MOVED = "RFC 5321 3.4 (251, 551) and replies in common use"
LANGUAGES = "Replies in languages other than English"

FULL = (
    row(
        "full-quota",
        "mailbox_full",
        DOVECOT,
        "quota exceed / quota exceded / exceeded quota / exceeded * quota / "
        "exceeds * quota / exceed * quota / over quota / over disk quota / "
        "over the maximum allowed quota / over the allowed quota / "
        "over storage quota / quota is full / quota full / quota violation / "
        "quota limit / quota has been / diskquota / disk quota / disc quota / "
        "out of quota / storage quota / mailbox quota / mail quota / "
        "would be over quota / "
        "user quota / overquota / account is over / mailfolder is over",
    ),
    row(
        "full-mailbox",
        "mailbox_full",
        SINGLE,
        "recipient overflow / mailbox overflow / "
        "storage is at 100 / mailbox is at 100 / 100% full / "
        "out of space / "
        "remaining capacity / "
        "mailbox is full / mailbox full / mail box full / mail box is full / "
        "mailbox * is full / |inbox full / inbox is full / is full (mb / "
        "mail folder is full / mailbox has exceeded / mailbox exceeds / "
        "exceeded the * mailbox / mailbox holds / mailbox contains too many / "
        "insufficient room / insufficient mailbox / too many messages in * mailbox / "
        "too many messages on this mailbox / too much mail data / "
        "user's mailbox is full / user is overquota / user has exhausted / "
        "user has too many messages / mails auf dem server / account is full / "
        "account full / "
        "maildir over / mailbox over / mailbox size limit / mailbox limit / "
        "mailbox space / mail box space not enough / not enough storage space / "
        "not enough space / not enough disk space * user / "
        "no space left for * user / message storage * full / out of storage / "
        "out of disk space for / out of diskspace / storage limit / "
        "insufficient disk space * user / "
        "does not have enough space / used up / doesn't have enough * space / "
        "no room in * mailbox / stuffed / maximum * mailbox size / mailbox maximum / "
        "exceeded maximum inbound message storage / exceeded storage / "
        "exceeding allowed storage / box ist voll / delivery failed: over quota / "
        "has reached its limit / |mailfile is full / no room / "
        "error writing message: file too large / receive any more / take any more / "
        "hold any more / space available / "
        "maximum allowed number of messages / no storage remaining",
    ),
    row(
        "full-languages",
        "mailbox_full",
        LANGUAGES,
        "boîte aux lettres pleine / boite pleine / quota depasse / postfach ist voll / "
        "postfach voll / postfach * überfüllt / casella * piena / buzón * lleno / "
        "caixa postal cheia / caixa de entrada * cheia / mailbox van de * vol / "
        "ящик переполнен / メールボックス * いっぱい / 信箱已满",
    ),
)

GONE = (
    row(
        "full-disk",
        "mailbox_full",
        SENDMAIL,
        "insufficient disk space",
        codes=("452",),
    ),
    row(
        "deactivated",
        "unknown_user",
        SINGLE,
        "deactivated mailbox",
        codes=("551",),
    ),
    row(
        "absent",
        "unknown_user",
        "RFC 3463 3.2: X.1.1",
        "account not available / account unavailable / user not available / "
        "user unavailable / mailbox not available / recipient not available / "
        "recipient unavailable",
        codes=("5.1.1",),
    ),
    row(
        "deleted",
        "unknown_user",
        SINGLE,
        "address no longer accepts mail / address no longer accepts email / "
        "closed and removed / closed and deleted / expired and deleted / "
        "expired and removed / disabled and deleted / deactivated and deleted / "
        "cancelled and deleted / terminated and deleted / "
        "deactivated * no longer exist / disabled * no longer exist / "
        "closed * no longer exist / account has been deleted / "
        "account was deleted / mailbox has been deleted / mailbox was deleted",
    ),
    row(
        "moved",
        "address_moved",
        MOVED,
        "the new one is / "
        "changed his / changed her / changed their / "
        "address has changed / "
        "user has moved / user has moved to / recipient has moved / "
        "has moved; please try / has changed * e-mail address / "
        "has changed * email address / new address of * is / "
        "address has been replaced by / has been replaced by / "
        "write to * instead / use *@* instead / mail to * instead / "
        "has a new address / mailbox owner has changed / domain owner has changed / "
        "is now at / "
        "please use the new address / mailbox moved",
    ),
    row(
        "left",
        "address_moved",
        MOVED,
        "has left our / has left this / no longer works / has left the company",
    ),
    row(
        "moved-code",
        "address_moved",
        MOVED,
        "please try <",
        codes=("551", "5.1.6"),
    ),
)

CLOSED = (
    row(
        "closed",
        "mailbox_disabled",
        SINGLE,
        "user does not receive / account does not receive / "
        "recipient does not receive / mailbox does not receive / account paused / "
        "account is paused / account * stopped using / recipient stopped using / "
        "not logged in for / not been used for / not used for / put to sleep / "
        "has been revoked / "
        "user is on hold / account * on hold / mailbox * on hold / "
        "subscription has lapsed / "
        "account disabled / account is disabled / account has been disabled / "
        "account * is disabled / account * has been disabled / "
        "account * has been temporarily / account is temporarily / account is locked / "
        "account locked / account inactive / account is inactive / "
        "account is not active / account not active / account suspended / "
        "account * suspended / account * deactivated / account is closed / "
        "account closed / account expired / account has expired / "
        "account * unavailable / account is unavailable / account that * is disabled / "
        "account deactivated / account blocked / mailbox disabled / "
        "mailbox is disabled / mailbox * is disabled / mailbox has been disabled / "
        "mailbox inactive / mailbox is inactive / mailbox * inactive / "
        "mailbox not active / mailbox is locked / mailbox * locked / "
        "mailbox is frozen / mailbox frozen / mailbox suspended / "
        "mailbox is suspended / mailbox temporarily disabled / mailbox temporarily / "
        "mailbox currently suspended / mailbox currently unavailable / "
        "mailbox is blocked / user is disabled / user disabled / user is inactive / "
        "user inactive / user is suspended / user suspended / user is not active / "
        "user * is deactivated / user has been suspended / user * terminated / "
        "has been turned off / is turned off / switched off / "
        "account * terminated / account * frozen / user * frozen / "
        "user * temporarily disabled / recipient is disabled / recipient disabled / "
        "recipient is suspended / recipient suspend / recipient * suspended / "
        "recipient is inactive / recipient * temporarily unavailable / "
        "recipient temporarily unavailable / inactive user / inactive account / "
        "inactive recipient / inactive mailbox / inactive on this domain / "
        "suspended account / disabled account / disabled user / disabled mailbox / "
        "invalid/inactive user / is a deactivated / domain * currently suspended / "
        "domain * is suspended / domain is suspended / "
        "email account has been suspended / "
        "no longer accepts mail / has been suspended / temporarily suspended / "
        "vdelivermail: account is locked / boite du destinataire archivee / "
        "out of service / dormant / is not currently accepting / "
        "not accepting mail at this time / mailbox unavailable or access denied / "
        "has been discontinued / disabled or discontinued / is out of service / "
        "has been blocked by the administrator / user unknown or suspended / "
        "no recipient activity / noactivity / log in to enable / "
        "temporarily on hold / receiving disabled / for inactivity / "
        "due to inactivity / of inactivity / "
        "konto gesperrt / compte desactive / ящик заблокирован",
    ),
)

UNKNOWN = (
    row(
        "unknown-user",
        "unknown_user",
        SENDMAIL,
        "can't accept user / server rejected recipients / rcpt unknown / badrcptto / "
        "badrecipientto / envelope recipient has been denied / "
        "envelope recipient is unknown / envelope recipient is invalid / "
        "employee has left / "
        "user unknown / unknown user / unknown local / unknown recipient / "
        "unknown address / unknown mailbox / unknown account / unknown email address / "
        "unknown virtual / unknown-user / unknown or illegal alias / "
        "unknown or invalid / recipient unknown / recipient is unknown / "
        "recipient * unknown / addressee unknown / address unknown / account unknown / "
        "mailbox unknown / user * is unknown / user is unknown / user not known / "
        "user unkown / is not a known user / not known here / not known at this site / "
        "username not recognized / recipient not recognized / "
        "local part is not recognised / "
        "unrecognized recipient / unrecognised recipient / unrecognised o/r / "
        "unrecognized o/r / unrecognised-orname / unrecognized-orname / "
        "not on the staff / incorrectly addressed / "
        "not enrolled / not employed / no longer employed",
    ),
    row(
        "no-such-user",
        "unknown_user",
        SINGLE,
        "mailbox does not live / does not live here / undeliverable address / "
        "not a deliverable / anybody named / anyone named / "
        "no such local part / not in directory / not in the directory / "
        "find a match for / undefined recipient / recipient undefined / "
        "undefined user / user is gone / mailbox is gone / account is gone / "
        "mailbox has gone / address is not correct / "
        "does not work here / failed: no match / not correct address / "
        "match any account / match any user / matched to any / user matching / "
        "recipient matching / not on our system / exist on our system / "
        "user does not appear / "
        "recipient does not appear / "
        "not an active address / no one at this / no one at that / nobody at this / "
        "not one we have / missing home directory / recipient is not accepted / "
        "recipient not ok / "
        "no such user / no such mailbox / no such recipient / no such address / "
        "no such account / no such local user / no such person / "
        "no such email address / no such addressee / no such virtual user / "
        "no such domain user / no such contact / there is no such / "
        "there is no user / there is no one * by that name / "
        "there's no mailbox here / no mailbox here by that name / "
        "no mailbox by that name / no mailbox found / "
        "no mailbox available for this user / no mailbox / "
        "no mailbox with that name / no user here by that name / "
        "no user with that name / no account by that name / no account with that / "
        "no recipient mailbox / no valid recipient / no one * with that name / "
        "no matches to nameserver query / not one of our / no mail drop / "
        "no entry for / not know anybody / nobody by that name / "
        "nosuchuser / no thank you rejected: account unavailable / "
        "we don't have a user / we do not have a user / does not have an account / "
        "doesn't have an account / have a mailbox for / not have a mailbox / "
        "n't have a mailbox / no one here by / no one by that / "
        "isn't here / is not here / nobody here / nobody with / no one here / "
        "not in our system / not in our database / not in our directory / "
        "in the list of valid / in our list of valid / "
        "in the address book / not in my validrcptto / not in recipient list / "
        "not in my local list / not in our local list / not in the recipient list / "
        "not in list of recipients",
    ),
    row(
        "not-found",
        "unknown_user",
        SINGLE,
        "recipient verify / recipient validation / recipient verification problem / "
        "recipient verification failed / user not found / user * not found / "
        "recipient not found / "
        "recipient * not found / recipient address not found / mailbox not found / "
        "mailbox * not found / account not found / account * not found / "
        "address not found / address * not found / addressee not found / "
        "local user not found / local account not found / e-mail address not found / "
        "could not be found in / not found in directory / not found in * directory / "
        "name was not found / name could not be found / "
        "not listed in / not listed in domino directory / is not listed in / "
        "cannot find your recipient / name not found / user could not be found",
    ),
    row(
        "does-not-exist",
        "unknown_user",
        SINGLE,
        "user does not exist / user * does not exist / user doesn't exist / "
        "user * doesn't exist / users does not exist / user not exist / "
        "mailbox does not exist / mailbox * does not exist / mailbox doesn't exist / "
        "mailbox not exist / mailbox nonexistent / account does not exist / "
        "account * does not exist / account doesn't exist / account not exist / "
        "address does not exist / address * does not exist / address doesn't exist / "
        "recipient does not exist / recipient * does not exist / "
        "recipient doesn't exist / recipient not exist / nonexistent user / "
        "non-existent user / nonexistent recipient / non-existent recipient / "
        "nonexistent mailbox / non existent / does not exist here / "
        "does not exist on / does not exist in / who doesn't exist / non-existing",
    ),
    row(
        "invalid-recipient",
        "unknown_user",
        SINGLE,
        "invalid recipient / invalid user / invalid mailbox / invalid address / "
        "invalid username / invalid account / invalid final delivery userid / "
        "invalid local address / invalid e-mail address / "
        "invalid destination address / recipient is not valid / recipient invalid / "
        "mailbox invalid / mailbox name not allowed / user invalid / "
        "user not valid / not a valid user / not a valid mailbox / "
        "not a valid recipient / not a valid address / not a valid email / "
        "not valid recipient / is not a valid / are not a valid user / bad address / "
        "bad recipient / bad_recipient / bad destination mailbox address / "
        "bad destination email / bad local part / unacceptable local-part / "
        "destination addresses were unknown / unroutable mailbox / "
        "not our customer / not our user / not user of this / no longer valid / "
        "no longer in use / "
        "no longer active / no longer available / no longer exist / "
        "no longer on server / not a local user / not a local mailbox / "
        "not local user / recipient address rejected: need fully / "
        "is not a mailbox / is not local / "
        "delivery to this user not possible / we do not relay * no such",
    ),
    row(
        "unknown-languages",
        "unknown_user",
        LANGUAGES,
        "ユーザーは登録されていません / ユーザは登録されていません / "
        "계정이 없습니다 / 사용자가 없습니다 / 주소가 없습니다 / "
        "destinatario non è corretto / gibt es * nicht / "
        "таким именем нет / 該当するユーザー / "
        "あて先のメールアドレスが間違 / メールアドレスが間違 / "
        "adresse d au moins un destinataire invalide / adresse destinataire invalide / "
        "utilisateur inconnu / utente sconosciuto / "
        "usuario desconocido / usuario no existe / "
        "usuário inexistente / usuario inexistente / empfänger unbekannt / "
        "empfaenger unbekannt / benutzer unbekannt / unbekannter empfänger / "
        "konto existiert nicht / adressat unbekannt / пользователь не найден / "
        "ящик не существует / нет такого / アドレスが見つかりません / "
        "hay nadie / niemand unter / 宛先不明 / ユーザーが存在しません / "
        "用户不存在 / "
        "收件人不存在",
    ),
)

# Said beside much else
ADVISED = (
    row(
        "check-address",
        "unknown_user",
        SINGLE,
        "check the address and try / deliver mail to this user / "
        "deliver mail to that user / deliver message to this user",
    ),
)
