"""What kind of mail came back: the words that tell a report from a letter."""

from __future__ import annotations

import re

from bounces.rules.row import Phrases, split


def phrases(texts: str) -> Phrases:
    return Phrases(*split(texts))


# Programs that send reports, in From (RFC 3464 2, RFC 5321 4.5.5 and custom).
DAEMON = re.compile(
    r"mailer[-_ ]?daemon|post[-_ ]?master|mail delivery|mail[-_. ]?system|delivery sub"
    r"|mail administrator|system administrator|jetmail|mail gateway|internet mail"
    r"|mail-daemon|mailerdaemon|e-?mail admin|mail server|mailsystem|maildaemon|<>|^$"
    r"|pmdf|microsoft outlook|mail router|\bndr@|bounces?@|listserv|nobody@|mds-admin"
    r"|noreply@.*amazon|server-mail|-daemon",
    re.IGNORECASE,
)
SUBJECTS = phrases(
    "undeliver / undelivered / delivery fail / delivery status / delivery report / "
    "delivery notification / delivery problem / delivery error / delivery has failed / "
    "delivery unsuccessful / delivery delay / delivery warning / delivery incomplete / "
    "delivery suspended / mail delivery / mail error / mail failure / "
    "mail system error / mail not delivered / mail could not be delivered / "
    "mail status report / failure notice / failure delivery / failure notification / "
    "failed delivery / failed mail / failed:  / returned mail / returned message / "
    "returned email / returning message to sender / return to sender / "
    "message delivery / message status / message not delivered / message delayed / "
    "message you sent / could not send message / couldn't be delivered / "
    "could not be delivered / not delivered / nondeliverable / non-deliverable / "
    "teslim edilemedi / iletilemedi / "
    "non-delivery / nondelivery / non delivery / non remis / rejected mail / "
    "rejected: / mail rejected / automatically rejected / bounced mail / "
    "bounced message / bounce notif / warning: could not send / warning: message / "
    "warning: mail / delayed mail / delayed: / still being retried / waiting mail / "
    "processing error / unknown user / user unknown / unknown address / "
    "address unknown / considered unsolicited bulk / unzustellbar / nicht zugestellt / "
    "zustellung / fehlgeschlagen / remise / échec / non recapitab / mancato recapito / "
    "no se puede entregar / no entregado / não entreg / nao entreg / onbestelbaar / "
    "niet bezorg / kan ikke leveres / kunde inte levereras / niedostarcz / "
    "nie dostarcz / недоставлен / не доставлен / 配信 / "
    "配達 / 送信エラー / エラーメール / 退信 / "
    "are not member / there was an error sending / "
    "notification: inbound mail failure / email delivery / e-mail delivery / "
    "posting error"
)
LEADS = phrases(
    "could not be delivered / couldn't be delivered / can not be delivered / "
    "cannot be delivered / could not deliver / couldn't deliver / cannot deliver / "
    "can't deliver / was not delivered / wasn't delivered / were not delivered / "
    "has not been delivered / not yet been delivered / have not been delivered / "
    "unable to deliver / not able to deliver / wasn't able to deliver / "
    "was not able to be delivered / not be able to deliver / undeliverable / "
    "delivery failed / delivery has failed / delivery to the following / "
    "delevery to the following / delivery attempts / delivery status notification / "
    "delivery was aborted / failed to deliver / failed to send to / "
    "failed to be delivered / failure delivering / error delivering / "
    "problem delivering / problems delivering / had delivery problems / "
    "had permanent fatal errors / had transient / permanent fatal error / "
    "permanent error / did not reach / didn't reach / has been returned / "
    "was returned to / is being returned / is returned / returned to sender / "
    "returned mail / could not be sent / couldn't be sent / cannot be sent / "
    "could not send / could not be reached / following address* failed / "
    "addresses failed / following recipient* / following destination addresses / "
    "following addresses were not / not relayed / was rejected by / was rejected due / "
    "was rejected because / was rejected for / message to * was rejected / "
    "was refused / was blocked / has been blocked / was not accepted / "
    "message has not been / exceeded * quota / address * is not valid / "
    "not a valid user / has been rejected / was automatically rejected / "
    "rejected your message / message was rejected / message rejected / "
    "error message below / invalid user address / remote host said / "
    "unknown recipient / recipient unknown / bounced:  / "
    "server responded / server replied / server message / remote server returned / "
    "generated following response / the response was / transcript of session / "
    "transcript of the attempts / unknown user / user unknown / no such user / "
    "mailbox is full / mailbox full / invalid final delivery userid / "
    "not a member of this mailing list / user's mailbox / is not known at this site / "
    "non-deliverable / inbound mail failure / could not be processed / unbekannt / "
    "nicht zugestellt / konnte nicht / n'a pas pu être / n'a pu être / "
    "no se ha podido entregar / no se pudo entregar / non è stato possibile / "
    "não pôde ser / kon niet worden / 送信できません / 配信できません / "
    "お届けできません / 送信に失敗 / 配信に失敗 / "
    "届きません / teslim edilemedi / "
    "не удалось доставить / не может быть доставлено / 无法投递 / 无法送达"
)
# That it is still tried
DELAYS = phrases(
    "still in our queue / still in the queue / will be tried again / "
    "(delay) / not yet been delivered / has not been delivered yet / "
    "warning message only / this is a warning only / "
    "warning: could not send message for past / still being retried / "
    "will be retried / will keep trying / will continue to try / "
    "continue to attempt / delivery attempts will continue / do not need to resend / "
    "had transient non-fatal errors / transfer still in progress / "
    "noch nicht zugestellt / 遅れて / 配信遅延"
)
# That it may be, unless something is said that ends it
LATE = phrases(
    "delayed / delivery delay / message has not been delivered / will try again / "
    "transient failure / temporarily deferred / verzögert / retardé"
)
FINAL = re.compile(r"(?<![\d.])(?:55[0-6]|5\.[1-7]\.\d{1,3})(?![\d.])")
DONE = phrases(
    "successfully delivered / was successfully / "
    "delivery status notification (success) / successful mail delivery / "
    "delivery status notification (relay) / successfully relayed / was delivered to / "
    "return receipt"
)
AWAY = phrases(
    "out of office / out of the office / out-of-office / outofoffice / auto-reply / "
    "autoreply / auto reply / auto: / auto response / auto-response / auto-respond / "
    "autorespon / automatic reply / automatic response / automated reply / "
    "automated response / automatically generated reply / away from my mail / "
    "away from the office / away from my desk / am away / on vacation / on holiday / "
    "on leave / on annual leave / on maternity leave / on parental leave / "
    "on sick leave / vacation message / vacation reply / vacation response / "
    "vacation notice / currently away / currently out / i will be out / will be away / "
    "am currently unavailable / absence from / thank you for your e-mail / "
    "thank you for your email / thank you for contacting / we have received your / "
    "your message has been received / ticket received / abwesenheit / abwesend / "
    "automatische antwort / bin ich nicht im / nicht im büro / nicht im hause / "
    "im urlaub / réponse automatique / absence du bureau / absent du bureau / "
    "je suis absent / je serai absent / en congé / respuesta automática / "
    "respuesta automatica / fuera de la oficina / fuera de oficina / estoy ausente / "
    "estaré ausente / de vacaciones / risposta automatica / fuori sede / "
    "fuori ufficio / sono assente / in ferie / resposta automática / "
    "resposta automatica / fora do escritório / ausência temporária / estou ausente / "
    "de férias / automatisch antwoord / afwezig / niet op kantoor / met vakantie / "
    "autosvar / automatiskt svar / automatisk svar / frånvaro / inte på kontoret / "
    "på semester / fravær / ikke på kontoret / ikke til stede / på ferie / "
    "automaattinen vastaus / poissa toimistolta / lomalla / poissaolo / "
    "autoodpowiedź / automatyczna odpowiedź / odpowiedź automatyczna / nieobecność / "
    "poza biurem / na urlopie / automatická odpověď / automatická odpoveď / "
    "mimo kancelář / nepřítomnost / automatikus válasz / házon kívül / szabadságon / "
    "răspuns automat / în concediu / otomatik yan / izindeyim / "
    "αυτόματη απάντηση / εκτός γραφείου / автоответ / автоматический ответ / "
    "в отпуске / нет на месте / автоматична відповідь / "
    "відпустці / 自動返信 / 自動応答 / "
    "不在 / 自动回复 / 自动答复 / 自動答覆 / 休假 / 自動回覆 / 外出 / 부재중 / "
    "자동 회신 / 자동응답 / רד תשובה / תשובה אוטומטית / "
    "الرد التلقائي / رد تلقائي / trả lời tự động / balasan otomatis"
)
CHALLENGES = phrases(
    "bestätigung nötig / wurde zurückgehalten / confirmation needed / "
    "waiting in quarantine / bestätigen sie * absender / absender bestätigen / "
    "bestätigung erforderlich / "
    "authentification requise / prouver que vous êtes / message est en attente / "
    "pour que votre message soit * confirmer / verificación requerida / "
    "confirme que es una persona / confirme seu e-mail / confirme o envio / "
    "conferma di essere / bevestig dat u / potwierdź, że / подтвердите, что вы / "
    "confirm * you are human / confirm * human / you are a human / "
    "you are a real person / not a spammer / challenge/response / challenge-response / "
    "challenge response / spamarrest / spam arrest / spam blocker / spamblocker / "
    "boxtrapper / choicemail / mailblocks / bluebottle / knowspam / tmda / sendio / "
    "vanquish / qurb / 0spam / spamlion / uol anti / antispam uol / "
    "anti-spam * confirm / active spam killer / verify your e-mail address / "
    "verify that you / verify your message / verify yourself / verification required / "
    "sender verification / requires verification / confirm your message / "
    "confirm your e-mail / confirm your email / confirm that you sent / "
    "confirmation required / requires confirmation / request for confirmation / "
    "please confirm your / please reply to this * to / replying to this message / "
    "held until / held pending / is being held / has been held / being held because / "
    "to release your message / approved senders list / list of approved senders / "
    "allowed senders list / whitelist / one-time / first-time sender / "
    "just this once / permission to email / "
    "i'm protecting myself from receiving junk mail / "
    "click the link below to * deliver / click * to have your message delivered / "
    "complete * to have your * delivered"
)
# What people write in front when they answer or pass on
ANSWERED = re.compile(
    r"(?:re|r|aw|antw|sv|vs|odp|rif|ref|fwd?|wg|tr|rv|enc|doorst|vb|pd|i)(?:\[\d+\])?:"
)
COMPLAINTS = phrases(
    "this is an email abuse report / this is an e-mail abuse report / "
    "this is a spam report / complaint about message from / email feedback report / "
    "abuse report / spam complaint / reported * as spam / marked as spam by / "
    "junk mail report / feedback loop report"
)
ASIDE = phrases(
    "for further assist / require assistance / if you require / need assistance / "
    "scanned / virus-free / virus free / viruses and / confidential / "
    "please include this problem report / delete your own text / intended recipient / "
    "legally / click here / mime-capable / multi-part message / unsubscribe / "
    "check for typos / double-checking / disclaimer"
)
# Of what it may be: not said of this mail
ADVICE = re.compile(
    r"\b(?:possible|common|usual|frequent|typical|likely) (?:reason|cause)"
    r"|\breasons? (?:for this |may |might |could |include)"
    r"|\bcauses? (?:may|might|include)|\bwhat to do\b|\bhow to fix\b"
    r"|\bmake sure (?:that )?your\b"
    r"|\bthis (?:can|may|might|usually) (?:happen|mean|be)"
    r"|\bm(?:ö|oe)gliche (?:ursache|gr(?:ü|ue)nde)|\bh(?:ä|ae)ufige (?:ursache|gr)"
    r"|\b(?:raisons|causes) (?:possibles|fr(?:é|e)quentes)"
    r"|\b(?:posibles|possibili) (?:causas|cause)",
    re.IGNORECASE,
)
# RFC 3834 and what programs did before it
REPLIED = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-vacation",
)
REPLYING = re.compile(r"auto[-_ ]?repl|auto[-_ ]?respond|vacation", re.IGNORECASE)
