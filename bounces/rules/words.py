"""The vocabulary of refusals: which word stands for which thing or state.

Servers say the same few things in many words and many languages. A reply is read as
a row of things (whose mailbox, which domain, what limit) and states (unknown, full,
refused); `families.py` says what a thing in a state means. "*" stands for the rest of
a word. Words are in lower case; those of scripts without spaces stand in `signs.py`,
"not" and what it makes of words in `nots.py`.
"""

from __future__ import annotations

Table = dict[str, str]

# What is spoken of
THINGS: Table = {
    "box": """
        box boxes customer's subscriber's
        user users username userid usernames usuario* usuário* utilis* utent*
        utilizad* użytkown* uživatel* benutzer* nutzer* gebruiker* bruker* bruger*
        användar* käyttäj* felhasznál* kullan* utilizator* пользовател* користувач*
        recipient recipients rcpt rcpts destinat* empfänger* empfaenger* ontvanger*
        mottagar* mottaker* modtager* vastaanottaj* odbiorc* adresat* adressat*
        příjem* címzett* получател* адресат* одержувач* addressee* mailbox mailboxes
        mailboxs mbox postfach* postfächer* anschrift mailkonto postbus* postvak*
        brevlåd*
        postkass* postilaatik* postituslaatik* postaláda* skrzynk* schránk* casella*
        caselle*
        buzón* buzon* caixa* boîte* boite* bal ящик* почтов* скриньк* kutusu account
        accounts acct konto kontos konta cuenta* conta compte* cont учетн* аккаунт*
        hesap* address addresses addr adresse* adress* adres adresu adresa
        dirección* direccion* endereço* endereco* indirizz* osoite* cím alamat
        адрес* alias aliases mailaddress maildrop inbox inboxes person persona
        customer subscriber maildir client's localpart username's mailbox's user's
        recipient's addressee's nickname employee employees subscription abonent*
        abonn* casilla* folder destin individual bustia* παραλήπτ* χρήστη* χρήστης
        γραμματοκιβώτιο διεύθυνση λογαριασμ* משתמש המשתמש נמען הנמען תיבה התיבה תיבת
        כתובת הכתובת חשבון החשבון المستخدم المستلم مستخدم الحساب العنوان صندوق
        الصندوق کاربر گیرنده صندوق آدرس người hộp pengguna penerima kotak
        потребител* кутия* korisnik* primatelj* primalac sanduč* uporabnik*
        prejemnik* nabiralnik* používateľ* prijemc* kasutaja* saaja* postkast*
        lietotāj* saņēmēj* pastkast* vartotoj* gavėj* dėžut* alici* skrzynka
        mailadr* emailadr* epostadr* postadr* mailacc* emailacc* emailkonto*
        epostkonto* mailbruker postboks* kontot kontoen kontoet tili tiliä
        sähköpostiosoit* sähköpostitil* postafiók* fiók cím* căsuț* contul adresi
        hesab* alici* скринька получатель абонент* учётн* отримувач* корисни* примаоц*
        пощенск*
        акаунт* račun* nalog* naslov* účet účtu príjemc* adresas adrese adresă
        adreça aadress* lahter* pašto paskyra konts akun حساب البريد بريد messagerie
        usuari usuària destinatari destinatària bústi* correu geadresseerd* kasutaj*
    """,
    "crowd": "recipients rcpts",
    # an address that stands there itself
    "person": "@",
    "domain": """
        domain domains domäne* domaene* domaine* dominio* domínio* domein* domän*
        domæne* domene* domena domeny doména domény домен* verkkotunnu* etki host
        hosts mailhost zone fqdn mx exchanger zieldomain empfängerdomain maildomain
        domænet domenet domänen domeniul domeniu domini domeen domenas domēns
        tartomány  النطاق نطاق دامنه הדומיין דומיין τομέας домейн* домена домену
         rechnername verkkotunnust*
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
    "proof": "spf dkim dmarc arc authenticity signature senderid domainkeys dmarc*",
    "login": "authenticated authenticate login",
    "secret": """
        authentication credentials password passwords passwort* kennwort* contraseñ*
        senha senhas wachtwoord* hasł* heslo hesla парол* şifre* parol* lösenord*
        adgangskod* passord* salasan* jelszó* passwd
    """,
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
        speicherplatz speicherlimit* speichergrenze espace espacio espaço spazio
        ruimte miejsca místo kvot* kvóta квот* место места capacity capacité
        capacidad kapazität* overquota cota cotas cuota cuotas kvoten kvotă kotasi
        kota kiintiö* lagring* lagerplads pojemność pojemnosc almacenamiento
        armazenamento stockage archiviazione opslag* opslagruimte kvote kvota
        квотата квоту plads plass utrymme tila
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
        mailserver* serveur serveurs servidor* serwer* szerver sunucu* сервер*
        serveri
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
        unknown nonexist* inexist* unrecognised unrecognized unregistered invalid
        invalide* invalido* inválid* bad illegal incorrect unbekannt* ungültig*
        ungueltig* inconnu* introuvable* inesist* sconosciut* desconoc* desconhec*
        onbekend* ongeldig* nieznan* nieistniej* niepraw* niewłaściw* nenalez*
        nenájd* neegzist* nerast* άγνωστ* נמצאה neznám* neexist* neplatn* neznam*
        неизвест* несуществ* недейств* неверн* невідом* неіснуюч* okänd* ogiltig*
        ukjent* ugyldig* ukendt* tuntemat* nepoznat* ismeretlen* érvénytelen
        geçersiz bilinmeyen necunoscut* invalid* errat* unkown unknow wrong uknown
        nosuchuser usernotfound recipientnotfound recipnotfound userunknown
        unknownuser mailboxnotfound nouser nomailbox unknownrecipient fictitious
        bulunam* yok misspelled misspelt mistyped fictional bogus unassigned purged
        gone vanished void dead unexisting
        missing unmatched defunct nosuch* erased withdrawn
        obsolete expunged abolished falsch nesprávn* deleted removed gelöscht*
        supprim* eliminad* borrad* excluíd* cancellat* verwijder* usunięt* smazan*
        smazán* удален* удалён* видален* borttag* slettet poistet* törölt* silin*
        falsche falsches falscher erroné* errone* erróne* errône* errad* incorrecte
        incorrecta incorrecto incorreto incorreta onjuist* verkeerd* foutief*
        felaktig* forkert* feil virheelli* niepoprawn* błędn* chybn* hibás* greșit*
        yanliş hatali* taninm* bulunmu* неправильн* ошибочн* невірн* помилков* λάθος
        שגוי* eliminat* skasowan* usuniet* zrušen* odstran* zmazan* odstránen*
        törölv* șters* șterg* silinm* silindi изтрит* obrisan* izbrisan* ištrint*
        dzēst* kustutatud fjernet fjernat* raderat* raderad* poistettu removid*
        rimoss* enlev* retiré retirée retirado отсутств* відсутн* обнаруж* sakna*
        mangler puudub neteising* nežinom* nezinam* nezinām* nederīg* vigane kehtetu
        neispravn* nevažeć* nevazec* neznan* neveljav* nierozpozn* nieprzypis*
        érvénytelen* incorectă incorect desconegu* inexisten* inexistent nenájden*
        nenalezen* nepatří نامعتبر dihapus disparu непознат* невалид* недійсн*
        διαγραφ* neeksist* εύρεση tundmatu tundmata nincsenek bulunma*
    """,
    # A part of "unknown": more than closed, whatever stands beside
    "deleted": """
        deleted removed purged erased expunged vanished gelöscht* entfernt supprim*
        eliminad* eliminat* borrad* excluíd* cancellat* verwijder* usunięt* usuniet*
        skasowan* smazan* smazán* zrušen* odstran* zmazan* удален* удалён* видален*
        borttag* slettet raderat* raderad* fjernet poistet* poistettu törölt* törölv*
        silin* silindi şters* изтрит* obrisan* izbrisan* ištrint* dzēst* kustutatud
        dihapus removid* rimoss* διαγραφ*
    """,
    "closed": """
        disabled inactive suspended suspend deactivated locked closed frozen dormant
        discontinued cancelled canceled terminated archived retired deprovisioned
        hibernat* parked barred shut inactif inactifs accountdisabled hangup offline
        mailboxdisabled gesperrt* deaktiviert* stillgelegt* abgeschaltet* désactiv*
        desactiv* suspendu* bloqué fermé* archivé* archivee clôtur* suspendid*
        deshabilit* inactiv* inativ* desativ* suspens* sospes* disattiv* disabilit*
        inattiv* geblokkeerd uitgeschakeld* opgeheven zablokowan* wyłączon*
        nieaktywn* zawieszon* zablokován* deaktivov* neaktivn* заблокирован* отключ*
        неактив* приостанов* заморож* avstäng* inaktiv* spärr* sperret spærret
        suljettu stoppad* lukittu letiltott* kapal* pasif blockiert inutiliz*
        bloccat* zamknięt* inaktivní ανενεργ* חסום מושבת معطل محظور fermée
        désactivée clôturé* verrouillé* verrouillée résilié* sommeil inhabilit*
        cerrad* clausurad* cancelad* anulad* pausad* vencid* encerrad* desabilitad*
        desligad* chius* cessat* geschlossen* gekündigt* abgemeldet* ruhend* ruht
        inactief gedeactiveer* gesloten afgesloten opgezegd* stängt* stängd*
        inaktivera* lukket stengt deaktiver* nedlagt suljet* lukit* zamknię*
        dezaktywow* wygas* wstrzym* uzavřen* zablokovan* uzavret* letiltv* inaktív*
        felfüggeszt* megszűn* zárolv* suspendat* dezactivat* blocat* închis*
        kapatil* kilitl* askiya pasif* devredişi заблоков* відключен* неактивн*
        призупинен* закрыт* закрит* деактив* блокиран* спрян* απενεργοποι* κλειδωμ*
        onemoguć* onemogoč* blokiran* deaktivir* išjungt* užblokuot* bloķēt*
        deaktiviz* deaktivēt* suletud blokeeritud dinonaktif* diblokir موقوف متوقف
        غیرفعال desactivat* suspès suspesa tancat*
    """,
    "ended": """
        expired ended lapsed abgelaufen expiré expirée expirad* caducad* scadut*
        verlopen
    """,
    "full": """
        full overquota insufficient insuffis* surpassed overflow* overflowed stuffed
        overdrawn plena ple mało πλήρ* γεμάτ* מלאה מלא ممتلئ ممتلئة penuh пълна pun
        puna täis pilna erschöpf* exhausted mailboxfull quotaexceeded voll überfüllt
        überschritt* ueberschritt* voller plein pleine pleins dépass* depass* satur*
        lleno llena exced* superad* cheia cheio esgotad* lotad* pieno piena esaurit*
        superat* vol overschreden overvol pełn* przepełn* przekroczon* plná plný
        překročen* prekročen* переполн* исчерпан* превышен* переповнен* fullt
        överskrid* overskrid* täynnä ylitty* megtelt betelt dolu asil* plină depăși*
        fulde fuld fyldt fyllt täysi tele telt túllép* plin dolmuş dolmus aşildi
        asildi doldu заповнен* заполнен* надвишен* пълен prekorač* prekorac* poln
        polna pilns pilnas perpildyt* pārsnie* saturad* repleta repleto abarrotad*
        sature saturé* saturée agotad* colma colmo esauri* insufficient* onvoldoende
        ontoereikend otillräck* utilstrække* riittämä* przeplnion* přeplněn*
        preplnen* kimerült insuficient* yetersiz недостаточн* недостатн* превыс*
        перевищен* перевищ* پر đầy overskred* ylitet*
    """,
    "exceeded": """
        exceeded exceeds exceed exceeding atteint* erreicht raggiunt* atingid*
        alcanzad* exceded reached überschreit* ueberschreit* dépasse excede supera*
        превыша* eccessiv* excesiv* excessiv* overschrijd* przekracza* překračuje
        excess excessive over overlimit limit limited limits maximum max toobig
        toolarge throttl* larger bigger greater high unusual unexpected atingiu
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
        reddedildi permission restrict* eingeschränkt* restreint* restringid*
        ograniczon* ограничен*
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
    "dnsless": "dnsless nxdomain unresolv* ",
    "unrouted": "unrout*",
    "fast": "fast quickly rapidly slow",
    "again": "again",
    "moved": """
        moved umgezogen déménagé migrated relocated departed
        remplac* reemplaz* sostituit* gewijzigd veranderd cambiad* cambiat* alterad*
        mudou zmieniony zmieniono изменил* изменен* replaced changed
    """,
}
