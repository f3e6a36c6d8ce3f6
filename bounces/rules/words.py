"""The vocabulary of refusals: which word stands for which thing or state.

Servers say the same few things in many words and many languages. A reply is read as
a row of things (whose mailbox, which domain, what limit) and states (unknown, full,
refused); `families.py` says what a thing in a state means. "*" stands for the rest of
a word. Words are in lower case; those of scripts without spaces stand in SIGNS.
"""

from __future__ import annotations

Table = dict[str, str]

# Letters that are more than one with an accent
LETTERS = {
    **{"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss"},
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
}

# What is spoken of
THINGS: Table = {
    "box": """
        user users username userid usernames usuario* usuário* utilis* utent*
        utilizad* użytkown* uživatel* benutzer* nutzer* gebruiker* bruker* bruger*
        användar* käyttäj* felhasznál* kullan* utilizator* пользовател* користувач*
        recipient recipients rcpt rcpts destinat* empfänger* empfaenger* ontvanger*
        mottagar* mottaker* modtager* vastaanottaj* odbiorc* adresat* adressat*
        příjem* címzett* получател* адресат* одержувач* addressee* mailbox mailboxes
        mailboxs mbox postfach* postfächer* mailkonto postvak* brevlåd* postkass*
        postilaatik* postituslaatik* postaláda* skrzynk* schránk* casella* caselle*
        buzón* buzon*
        caixa* boîte* boite* bal ящик* почтов* скриньк* kutusu account accounts acct
        konto kontos konta cuenta* conta compte* cont учетн* аккаунт* hesap* address
        addresses addr adresse* adress* adres adresu adresa dirección* direccion*
        endereço* endereco* indirizz* osoite* cím alamat адрес* alias aliases
        mailaddress maildrop inbox inboxes person persona customer subscriber client's
        localpart username's mailbox's user's recipient's addressee's nickname
        employee employees subscription abonent* abonn* casilla* folder destin
        individual
        bustia*
        παραλήπτ* χρήστη* χρήστης γραμματοκιβώτιο διεύθυνση λογαριασμ* משתמש המשתמש
        נמען הנמען תיבה התיבה תיבת כתובת הכתובת חשבון החשבון المستخدم المستلم مستخدم
        الحساب العنوان صندوق الصندوق کاربر گیرنده صندوق آدرس người hộp pengguna penerima
        kotak потребител* кутия* korisnik* primatelj* primalac sanduč* uporabnik*
        prejemnik* nabiralnik* používateľ* prijemc* kasutaja* saaja* postkast* lietotāj*
        saņēmēj* pastkast* vartotoj* gavėj* dėžut* alici* skrzynka
    """,
    "crowd": "recipients rcpts",
    # an address that stands there itself
    "person": "@",
    "domain": """
        domain domains domäne* domaene* domaine* dominio* domínio* domein* domän*
        domæne* domene* domena domeny doména domény домен* verkkotunnu* etki host
        hosts mailhost zone fqdn mx exchanger
    """,
    "sender": """
        sender senders sender's absender* expéditeur* expediteur* mittent* remit*
        emetteur* émetteur* remet* afzender* nadawc* odesílatel* odosielate*
        отправител* відправник*
        avsändar* avsender* afsender* lähettäj* feladó* gönderen* envelope mailfrom
        originator author authors
    """,
    "network": """
        ip ips ipv4 ipv6 network subnet netblock range relayhost cidr asn client dynamic
        dialup residential
    """,
    "name": "ptr rdns fcrdns helo ehlo reverse hostname",
    "proof": "spf dkim dmarc arc authenticity signature senderid domainkeys",
    "login": "authenticated authenticate login",
    "secret": "authentication credentials password passwords",
    "route": "route routing gateway path nexthop smarthost",
    "dns": "dns nameserver lookup resolver resolution",
    "message": """
        message messages mail mails email emails msg nachricht* correo* courriel*
        mensaje* mensagem messaggio* bericht* wiadomoś* zpráv* správ* сообщени* письм*
        повідомлен* meddeland* melding* viesti* üzenet* mesaj* size taille größe
        groesse tamaño tamanho dimensione grootte rozmiar размер attachments
    """,
    "content": """
        content contents attachment extension extensions url urls link links header
        headers subject body charset encoding inhalt* anhang* contenu* contenid*
        conteúd* contenut* pièce* adjunt* anexo* allegat* вложени* содержим* mime
        filetype html tag tags word words image images
    """,
    "space": """
        quota quotas quota's diskquota storage space room disk diskspace speicher*
        speicherplatz speicherlimit* speichergrenze espace espacio espaço spazio ruimte
        miejsca místo kvot* kvóta
        квот* место места capacity capacité capacidad kapazität* overquota
    """,
    "pace": """
        rate rates connections sessions frequency volume throughput concurrency
        concurrent simultaneous hourly daily burst wysyłan* velocity requests ratelimit
        hour minute pace speed outbound outgoing submission
    """,
    "relay": "relay relaying relays relayed weiterleit* relais rcpthosts",
    "cipher": """
        tls starttls ssl encryption encrypted cipher certificate handshake key keys
        certificates
    """,
    "line": """
        connection connect connecting conversation socket verbindung* connexion*
        conexión* conexao
        conexão connessione verbinding połączen* spojen* соединени* port
    """,
    "tries": """
        retry retries attempts attempt queue queued lifetime retrying tentativ*
        versuche* intent* prób pokus* попыт* zustellversuch*
    """,
    "server": """
        server servers system service mailserver mta backend filesystem mailer
        procmail maildrop pipe lock database ldap configuration config transport
    """,
    "program": """
        procmail maildrop pipe lock locking program programs process processing memory
        command exited died daemon internal file files device fork resources vacation
        machine scanner overloaded
    """,
    "syntax": """
        command commands argument arguments parameter parameters protocol syntax
    """,
    "hop": "hop hops loop loops looping schleife boucle bucle petla",
    "list": "list group mailinglist newsgroup liste gruppe",
}

# What is said of it
STATES: Table = {
    "unknown": """
        unknown nonexist* inexist* unrecognised unrecognized unregistered
        invalid invalide* invalido* inválid* bad illegal incorrect
        unbekannt* ungültig* ungueltig* inconnu* introuvable* inesist*
        sconosciut* desconoc* desconhec* onbekend* ongeldig* nieznan* nieistniej*
        niepraw* niewłaściw* nenalez* nenájd* neegzist* nerast* άγνωστ* נמצאה neznám*
        neexist* neplatn* neznam* неизвест* несуществ* недейств*
        неверн* невідом* неіснуюч* okänd* ogiltig* ukjent* ugyldig* ukendt* tuntemat*
        nepoznat* ismeretlen* érvénytelen geçersiz bilinmeyen necunoscut* invalid*
        errat* unkown
        unknow
        wrong
        uknown nosuchuser usernotfound recipientnotfound recipnotfound userunknown
        unknownuser mailboxnotfound nouser nomailbox unknownrecipient fictitious
        bulunam* yok misspelled misspelt mistyped fictional bogus unassigned
        purged gone vanished void missing unmatched defunct
        nosuch* erased withdrawn obsolete expunged abolished
        falsch nesprávn*
        deleted removed gelöscht* supprim* eliminad* borrad* excluíd*
        cancellat* verwijder* usunięt* smazan* smazán* удален* удалён* видален*
        borttag* slettet poistet* törölt* silin*
    """,
    "closed": """
        disabled inactive suspended suspend deactivated locked closed frozen
        dormant discontinued cancelled canceled terminated archived retired
        deprovisioned hibernat* parked barred shut inactif inactifs accountdisabled
        hangup offline mailboxdisabled gesperrt*
        deaktiviert* stillgelegt* abgeschaltet* désactiv* desactiv* suspendu* bloqué
        fermé* archivé* archivee clôtur* suspendid* deshabilit* inactiv* inativ*
        desativ* suspens* sospes* disattiv* disabilit* inattiv* geblokkeerd
        uitgeschakeld* opgeheven zablokowan* wyłączon* nieaktywn* zawieszon*
        zablokován* deaktivov* neaktivn* заблокирован* отключ* неактив* приостанов*
        заморож* avstäng* inaktiv* spärr* sperret spærret suljettu stoppad* lukittu
        letiltott* kapal* pasif blockiert inutiliz* bloccat* zamknięt* inaktivní
        ανενεργ* חסום מושבת معطل محظور
    """,
    "ended": """
        expired ended lapsed abgelaufen expiré expirée expirad* caducad* scadut*
        verlopen
    """,
    "full": """
        full overquota insufficient insuffis* surpassed overflow* overflowed stuffed
        overdrawn plena ple
        mało πλήρ* γεμάτ* מלאה מלא ممتلئ ممتلئة penuh
        пълна pun puna täis pilna erschöpf* exhausted mailboxfull quotaexceeded voll
        überfüllt überschritt*
        ueberschritt* voller plein pleine pleins dépass* depass* satur* lleno llena
        exced* superad* cheia cheio esgotad* lotad* pieno piena esaurit* superat* vol
        overschreden overvol pełn* przepełn* przekroczon* plná plný překročen*
        prekročen* переполн* исчерпан* превышен* переповнен* fullt överskrid*
        overskrid* täynnä ylitty* megtelt betelt dolu asil* plină depăși*
    """,
    "exceeded": """
        exceeded exceeds exceed exceeding atteint* erreicht raggiunt* atingid*
        alcanzad* exceded
        reached überschreit* ueberschreit*
        dépasse excede supera* превыша* eccessiv* excesiv* excessiv* overschrijd*
        przekracza* překračuje excess
        excessive over overlimit limit limited limits maximum max toobig toolarge
        throttl* larger bigger greater high unusual unexpected
    """,
    "many": "toomany zuviel* demasiad*",
    "large": """
        trop troppo zbyt importante
        large big long huge dług* oversize* gros volumineu* grande grandes grosse groß
        gross
        groot veľk* velik* большой stor duży duża velká
    """,
    "refused": """
        rejected reject rejects rejecting refused refuse refuses refusing denied denies
        deny
        denying blocked block blocks forbids prohibits disallows
        blocking prohibited forbidden banned disallowed unauthorized unauthorised
        unacceptable interdit* prohibid* proibid* vietat* verboten zabron* abgelehnt*
        verweigert* zurückgewiesen* rejet* refus* bloqu* rechaz* deneg* recus* negad*
        rifiut* respint* negat* geweigerd* afgewezen odrzuc* odmow* odmít* zamiet*
        отклон* отказ* запрещ* відхил* avvis* nekad* afvist hylät* elutasít*
        reddedildi permission restrict*
    """,
    "listed": """
        black blacklist* blocklist* blackhole* denylist* czarn* noire negra rbl dnsbl
        reputation greymail
        spamhaus poor listed listing sbl xbl pbl sperrliste blockliste
    """,
    "failed": """
        failed fail fails failure failing mismatch missing broken forged inconsistent
        malformed error errors fehlgeschlagen* échou* fall* incorrectly misconfigur*
        problem violation corrupt crashed down overload*
    """,
    "late": """
        timeout timedout timed expired days hours tage tagen stunden jours heures días
        horas giorni dagen dni дней часов expire elapsed giving given gave
        zeitüberschreitung abgelaufen* délai agotado esgotado scadut* verlopen wygas*
        vypršel* истек* aborted aufgegeben
    """,
    "cut": """
        reset lost dropped closed unreachable broken broke died interrupted
        disconnected
        terminated
        injoignable nedostupn* nieosiągaln* недоступ* unerreichbar* inalcanz*
    """,
    "needed": """
        required requires require requiring mandatory must needed needs need
        erforderlich nötig requis* obligatoire requerid* necesari* necessári*
        obrigatóri* richiest* obbligatori* vereist verplicht wymagan* vyžad* требует*
        krävs kreves kræves vaaditaan
    """,
    "later": """
        busy tempor* vorübergehend provisoire* tijdelijk* tymczasow* dočasn* временн*
        тимчасов* tillfällig* midlertidig* tilapäis* servfail
    """,
    "absent": "unavailable indisponib*",
    "foreign": "notours",
    "suppressed": "suppressed suppression",
    "nomail": "nomail nullmx",
    "dnsless": "dnsless nxdomain unresolv*",
    "unrouted": "unrout*",
    "fast": "fast quickly rapidly slow",
    "again": "again",
    "moved": """
        moved umgezogen déménagé migrated relocated departed
        remplac* reemplaz* sostituit* gewijzigd veranderd cambiad* cambiat* alterad*
        mudou zmieniony zmieniono изменил* изменен* replaced changed
    """,
}

# "not", and the states it makes of other words: "does not exist", "not allowed"
NOT = """
    not nebyl nebyla nebylo no none never cannot do'nt does'nt can't couldn't doesn't
    don't didn't isn't wasn't aren't
    hasn't haven't won't wouldn't non nobody dosn't dosnt doesnt dont isnt cant
    nicht kein keine keinen keiner pas aucun aucune nessun nessuna ningún ningun
    ninguna não nao nenhum nenhuma niet geen nie brak není nemá žádn* neni не нет нету
    немає inte ingen inga ikke ei eikä nem nincs yok değil unable
    δεν לא אינו אינה אין غير لا ليس ندارد không tidak nu ne nije
"""
UNDONE: Table = {
    "unknown": """
        existent existant existante
        vorhanden exist exists existing existe existen
        exister existiert existieren exista esiste esistono bestaat istnieje existuje
        существует існує finns findes finnes löydy létezik mevcut found find finding
        gefunden trouv* trovat* encontr* gevonden znaleziono znaleźć nalezen* найден*
        знайдено hittades funnet fundet known know recognised recognized recognise
        recognize valid registered listed defined gültig gueltig bekannt valide válid*
        valido such used located locate record file customer use verify
        entry validate validated longer takiego takiej taki taka taką υπάρχει βρέθηκε
        קיים קיימת מוכר موجود موجودة معروف
        صالح وجود tồn ditemukan dikenal съществува намерен postoji pronađen obstaja
        najden
        leitud eksisteeri nájden verified match matches matched deliverable
        correct corretto correcto correcta corretta korrekt
        assigned
        vergeben asignad* attribu* registrad*
        registrat* eingetragen registriert*
        зарегистр* zarejestr* belong belongs
        present
    """,
    "foreign": "local hosted handled served",
    "dnsless": "resolve resolved resolves resolvable routable",
    "outside": "member members mitglied membre miembro membro członek člen",
    "closed": """
        active activated receive available enabled activated accepting aktiv activ*
        attiv* current
        activo ativo aktywn* aktivní активен
    """,
    "refused": """
        allowed allow allows permitted permit accept accepted accepts authorized
        authorised welcome erlaubt akzeptiert* zugelassen autorisé* accepté* permitid*
        acept* autoriz* aceit* consentit* accettat* toegestaan geaccepteerd dozwolon*
        povolen* разрешен* принима* принят* tillåt* tillat* tilladt* acceptable ok want
        wants wanted relay relays relaying relayed
    """,
    "full": """
        enough sufficient ausreichend* genug suffisant* suficient* sufficient*
        voldoende wystarczając* dostatek достаточн*
    """,
    "failed": """
        pass passed match verified verify signed available offered support* configured
        align*
    """,
    "cut": """
        reach reached reachable respond responding connect connected answer*
        established establish erreicht erreichbar contact contacted
    """,
}

# Of NOT, those that stand before a thing which is missing: "no mailbox"
NONE = """
    no kein keine keinen aucun aucune nessun nessuna ningún ningun ninguna nenhum
    nenhuma geen brak žádn* ingen inga нет incs
"""

# Beside which a state still stands alone: "sorry, not found here"
FILLERS = """
    sorry here is was are it this that the a an to us we by at in smtp reply hier ist
    leider ici est désolé aquí es lo siento qui
"""

# Scripts that set no spaces: an English word, and what is read as it
SIGNS: Table = {
    "exceeded": "超え 超過 上限",
    "toomany": "过高 过多 太多 過多 多すぎ",
    "size": "メールサイズ メールの容量 メールの大きさ 邮件大小 메일크기",
    "user": "ผู้ใช้ 用户 用戶 使用者 ユーザー ユーザ 사용자 사용자가",
    "recipient": "あて先 收件人 收信人 收件者 宛先 受信者 送信先 수신자 받는사람",
    "mailbox": """
        กล่องจดหมาย 邮箱 信箱 郵箱 邮件箱 メールボックス 受信箱 메일함 편지함 사서함
    """,
    "address": "地址 位址 アドレス 주소",
    "account": "账号 帐号 账户 帐户 帳號 帳戶 アカウント 계정",
    "unknown": """
        不正确 不正確 有误 有誤
        不存在 不明 無効 无效 無效 未找到 找不到 没有找到 未知 查无 存在しません
        存在しない 見つかりません 見つからない ございません 존재하지 已删除 已注销
        未开通 没有开通 未開通 いません 登録されて
        間違って ไม่พบ ไม่มีอยู่ 削除 찾을수없 찾을 유효하지
    """,
    "disabled": """
        停用 禁用 冻结 凍結 停止 休眠 锁定 关闭 利用できません 정지 휴면 차단된
    """,
    "full": """
        已满 已滿 满了 空间不足 容量不足 超出 超过 満杯 เต็ม いっぱい 一杯 容量オーバー
        あふれ 가득 초과
    """,
    "quota": "容量 配额 配額 용량",
    "domain": "域名 网域 網域 ドメイン 도메인",
    "sender": "发件人 發件人 寄件人 送信者 差出人 발신자 보내는사람",
    "rejected": "拒绝 拒絕 拒收 退回 拒否 受信拒否 거부 차단",
    "spam": "垃圾邮件 垃圾郵件 迷惑メール 스팸",
    "virus": "病毒 ウイルス ウィルス 바이러스",
    "blacklist": "黑名单 黑名單 ブラックリスト 블랙리스트",
    "timeout": "超时 逾時 タイムアウト 시간초과",
    "frequency": "频率 頻率",
}
