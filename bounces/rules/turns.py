"""Turns of phrase that are read as one word of the vocabulary.

Each row: letters that must be in the text for the pattern to be tried, the pattern,
and what is read instead. The text is in lower case, without accents, names of hosts
and addresses ("@" stands for one). Asked in this order; patterns are bounded.
"""

from __future__ import annotations

from bounces.rules.around import AROUND, turn

NO = r"(?:\b(?:not|never|no longer|nor|cannot)|n't)"
BOXES = r"(?:user|recipient|mailbox|account|address|customer|subscriber|alias)"
MAIL = r"(?:e?-?mails?|messages?)"
ANY = r"(?:any |incoming |inbound |external |internet |more |new )*"
TAKE = r"(?:accept|receive|take|handle|want|get|process)"
BOOK = (
    r"(?:director\w*|database|tables?|book|ldap|roster|staff|users|recipients|rcptto)"
)
PLACE = r"(?:list|system|maps?|records|organi[sz]ation|company|domain|server|host|site)"
ALLOWED = r"(?:white|allow|approv|permit|author|safe|trust|sender|friend|contact)"
PLACES = r"(?:domain|server|host|system|site|service|machine|mta|office)"

FOUND = (
    NO + r" (?:(?:be|been|currently|present|contained|included|known|registered|entered"
    r"|found|listed|appears?|exists?|an? member|an? entry) ){0,3}"
    r"(?:in|on|to|with|within|among|of)"
    r" (?!(?:[a-z'-]{1,20} ){0,3}?" + ALLOWED + r")(?:[a-z'-]{1,20} ){0,3}?"
)

TURNS = (
    *AROUND,
    # There is no such thing
    turn(
        "n",
        r"(?:\bnot|n't any|n't an?) (?:an? |any )?(?=(?:local |known |existing )?"
        + BOXES
        + r"s?\b(?! who))",
        "no",
    ),
    turn("our", NO + r" (?:an? )?(?:one )?(?:of |among )?(?:our|ours|us)\b", "notours"),
    turn("longer", r"\bno longer (?:employed|with (?:us|the|this))\b", "notours"),
    turn("one of", NO + r" (?:one|part) of (?:the|my|these|those)\b", "notours"),
    turn(
        "one ",
        NO + r" (?:the |an? )?one (?:(?:that )?we (?:have|know|serve)|held|served)\b",
        "notours",
    ),
    turn(
        " of ",
        NO
        + r" (?:an? )?(?:member|user|part|employee|customer) of (?:this|our|the|that) "
        r"(?:domain|server|system|organi[sz]ation|company|site|school|university)\b",
        "user notours",
    ),
    turn("n", FOUND + BOOK + r"\b", "user notours"),
    turn("n", FOUND + PLACE + r"\b", "notours"),
    turn(
        "here",
        NO
        + r" (?:(?:live|work|works|employed|known|enrolled|reside|resides|located) )?"
        r"(?:in |around |at )?here\b",
        "notours",
    ),
    turn(
        "no such ",
        r"\bno such (?=(?:id|entry|one|customer|employee|maildrop|entity|target"
        r"|destination|login|object|identity|client|student)\b)",
        "no user",
    ),
    turn(
        "no match",
        r"\bno match(?:ing|es)?(?: found)?(?: for)?"
        r"(?= (?:this |that |the |your )?(?:e?mail )?" + BOXES + r"\b)",
        "no",
    ),
    turn(
        "returned no",
        r"\b(?:returned|gave|yielded) no (?:results?|match(?:es)?|records?|entry"
        r"|entries|answer)\b",
        "unknown",
    ),
    turn("nothing", r"\bnothing (?:is )?known (?:about|of)\b", "unknown"),
    turn("unheard", r"\bunheard of\b", "unknown"),
    turn("no ", r"\bno (?:trace|sign|knowledge|mention) of\b", "no user"),
    turn(
        " ",
        r"\b(?:zero|0) (?:matches|entries|results|hits|records)\b",
        "unknown",
    ),
    turn(
        "but ",
        r"\bbut (?:the |this |that )?"
        + BOXES
        + r" (?:does|is)(?: not|n't)(?= ?[.;,]|$)",
        "user unknown",
    ),
    turn(
        "domain ",
        r"\bdomain (?:part|name) (?:of|in) the (?:recipient |destination )?"
        r"(?:e?mail )?(?:address|recipient)\b",
        "domain",
    ),
    turn("lookup", r"\blookup (?:of|for) (?=@)", ""),
    turn(
        "no ",
        r"\bno (?:(?:pop3?|imap4?|local|mail|valid|active|known|working|registered)"
        r"[,/]? (?:or |and |nor )?){1,3}(?=" + BOXES + r"s?\b)",
        "no",
    ),
    turn(
        "ha", r"\bha(?:s|ve) no e?-?mail(?= (?:here|at|with|on|service)\b)", "no user"
    ),
    turn("undefined", r"\bundefined (?=" + BOXES + r"\b(?! status))", "unknown"),
    turn(
        "exist",
        r"\bno longer exists?\b|\bya no existe\b|\bnot existe plus\b"
        r"|\bnao existe mais\b|\bexistiert nicht mehr\b",
        "deleted",
    ),
    turn("esiste", r"\bnon esiste piu\b", "deleted"),
    turn("bestaat", r"\bbestaat niet (?:meer|langer)\b", "deleted"),
    turn("exist", r"\bceased? to exist\b|\bnever existed\b", "unknown"),
    turn("s ", r"\b(?:nobody|no ?one) (?:uses|owns|reads|has)\b", "no"),
    turn(" h", r"\b(?:nao ha|no hay|no hi ha)\b", "nenhum"),
    turn("nicht gibt", r"\bnicht (?:mehr )?gibt\b", "unbekannt"),
    turn("gibt", r"\bgibt (?:es )?(?:[a-z]{2,10} ){0,3}?nicht\b", "unbekannt"),
    turn("нет", r"(?<!\w)нет(?= ?(?:[.!;,]|$))", "неизвестн"),
    turn(
        "n",
        r"\b(?:nobody|no ?one|niemand|nessuno|nadie|personne|ninguem|nikdo|nikto)"
        r"(?= (?:(?:here|there|hier|is|known|was|with|found|not) ){0,2}"
        r"(?:by|with|named|called|of that|under|at th|here|goes|unter|con |lives"
        r"|works|home|hat|de ce|com |habit|wohnt|woont|vive|abita|mieszka))"
        r"(?: here| there)?|\b(?:nobody|no ?one) here\b",
        "no user",
    ),
    turn("nobody", r"\bnobody(?:'s| is) (?:home|here|there)\b", "no user"),
    turn("never", r"\bnever heard of\b", "unknown"),
    turn("kenn", r"\bkenn(?:en|t) (?:wij|wir|we) (?:niet|nicht)\b", "unbekannt"),
    turn("khong", r"\bkhong (?:tim thay|ton tai|co)\b", "unknown"),
    turn("없", r"(?:account|user|recipient|mailbox|address) +\w? ?없\w*", "no user"),
    turn("y a ", r"\b(?:il )?(?:not )?y a (?:pas|plus|aucune?)(?: de)?\b", "aucun"),
    turn(
        "t",
        r"\b(?:existiert|existieren|bestaat|bestaan|finns|findes|finnes)"
        r"(?: [a-z]{2,10}){1,3}? (?:nicht|niet|inte|ikke|ej)\b",
        "unbekannt",
    ),
    turn("fait ", r"\bfait (?:plus|pas) partie de\b", "notours"),
    turn("zde neni", r"\bzde neni\b", "neznamy"),
    turn("ei ole", r"\bei ole(?: enaa)?(?= ?(?:[.!;,]|$))", "tuntematon"),
    turn("olemassa", r"\bei (?:ole|loydy)(?: enaa)? olemassa\b", "tuntematon"),
    # Who has none: a mailbox is missing, or room
    turn("no tiene", r"\bno tiene (?:una? |ninguna? )?", "ningun"),
    turn("non ha", r"\bnon ha (?:piu )?(?:una? |nessuna? )?", "nessun"),
    turn("nao ", r"\bnao (?:tem|possui) (?:uma? |nenhuma? )?", "nenhum"),
    turn("not a p", r"\bnot a (?:pas|plus) (?:de |d')", "aucun"),
    turn("nie ma", r"\bnie ma (?!tak)", "brak"),
    turn("idea", r"\bno idea who\b", "unknown user"),
    turn(
        "any", r"\bany(?:body|one)(?= (?:named|called|by|with|of that|at th))", "user"
    ),
    turn("have", NO + r" have +user\b", "no user"),
    # A domain, or a mailbox, that takes no mail at all
    turn(
        "n",
        NO
        + r" (?:currently )?"
        + TAKE
        + r"(?:s|ing|ed)? "
        + ANY
        + MAIL
        + r"\b(?! (?:from|with|that|which|in|for|if|without|over|larger|to|sent|through"
        r"|via|unless|when|until|of|by|containing))",
        "nomail",
    ),
    turn("no ", r"\b" + TAKE + r"(?:s|ing)? no " + MAIL + r"\b(?! from)", "nomail"),
    turn(
        "all",
        r"\b(?:refuse|reject)(?:s|ing)? all (?:incoming )?" + MAIL + r"\b",
        "nomail",
    ),
    turn("service", r"\bno (?:smtp|mail|email) services?\b", "nomail"),
    # Names that lead nowhere
    turn(
        "no ",
        r"\bno (?:valid |usable |working |such )?(?:a|mx|aaaa|dns)"
        r"(?:(?: or | and | nor |/)(?:a|mx|aaaa))?"
        r" ?(?:records?|entry|entries|hosts?|servers?)?"
        r"(?= |$|[.,;:)])",
        "domain dnsless",
    ),
    turn(
        "mail ",
        r"\bno (?:valid )?mail (?:servers?|exchangers?|hosts?)\b",
        "domain dnsless",
    ),
    turn(
        "n ",
        r"\b(?:kein(?:en)?|aucun|ningun|nessun|nenhum|geen) (?:mail-?server|servidor"
        r"|serveur|server)\b",
        "domain dnsless",
    ),
    turn("dns", NO + r" (?:found )?in (?:the )?dns\b", "dnsless"),
    # Of a person who is elsewhere now
    turn(
        "l",
        r"\b(?:has|have|had) (?:now |recently )?(?:left|departed|resigned|quit)\b"
        r"|\bno longer (?:works?|working)\b"
        r"|\b(?:person|employee|user|owner|colleague|student|he|she) left\b"
        r"|\bleft (?:us|our|the (?:company|organi[sz]ation|firm|university)|this)\b",
        "user departed",
    ),
    turn(
        "new",
        r"\bnew (?:e?-?mail ?)?address(?: is| of)?\b|\bthe new one is\b",
        "user moved",
    ),
    turn(
        "n",
        r"\b(?:neue|nouvelle|nueva|nova|nuov[ao]|novo|nieuwe?|nowy|nye?|uusi)"
        r" (?:e?-?mail ?-?)?"
        r"(?:adresse|direccion|endereco|indirizzo|adres|adress|osoite)\b",
        "user moved",
    ),
    turn(
        " ",
        r"\b(?:a change|ha cambiado|mudou|trocou|ha cambiato)(?: +(?:de|d|o|il|son|su"
        r"|seu))? +(?:adresse|direccion|endereco|indirizzo)\b"
        r"|\b(?:a change) +(?:d')?adresse\b",
        "user moved",
    ),
    turn(
        "chang",
        r"\b(?:has |have )?changed (?:his|her|their|its) (?:e?-?mail ?)?address\b"
        r"|\baddress (?:has |was )?changed\b|\baddress has been changed\b",
        "user moved",
    ),
    turn("@", r"\bis now (?:at |reachable (?:at|under) )?(?=@)", "moved"),
    turn("instead", r"@ instead\b", "@ moved"),
    turn(
        "@",
        r"\b(?:use|verwenden sie|nutzen sie|utilise[rz]|utilice|usare|gebruik)"
        r" (?:the )?(?:new )?(?:e-?mail )?(?:address )?(?=@)",
        "moved",
    ),
    turn(
        "hat sich",
        r"\bhat sich geandert\b",
        "moved",
    ),
    # How many at once, how large
    turn(
        "per",
        r"\b(?:one|\d{1,6}|only) recipients? (?:per|for each|in each)\b",
        "toomany recipients",
    ),
    turn(
        "sending ",
        r"\bsending (?=limits?\b|quotas?\b|rates?\b|allowance|credits?\b|too )",
        "pace",
    ),
    turn("trop de", r"\btrop de\b", "toomany"),
    turn(
        "bl",
        r"\bhas (?:blocked|you blocked) you\b|\bhas you blocked\b"
        r"|\bhat sie (?:blockiert|gesperrt)\b|\bvous a bloque\b|\bte ha bloqueado\b",
        "refused",
    ),
    # "Blocked" of a mailbox is not what its owner does to a sender
    turn(
        " bloque",
        r"\b(cuenta|casilla|buzon|usuari[oa]|direccion|conta|caixa|utilizador"
        r"|destinatario|boite|adresse|compte|utilisateur|destinataire)"
        r"(?: (?:est|esta|foi|fue|sido|ete|postal|destinataire|destinatario"
        r"|tempora[a-z]{1,12})){0,3} bloque(?:ad[oa]|ee?)?\b",
        r"\1 suspended",
    ),
    turn("de passe", r"\bmots? de passe\b", "password"),
    turn("de baja", r"\bdad[oa] de baja\b", "disabled"),
    turn("bort", r"\b(?:tagits|tatts|tagen) bort\b", "deleted"),
    turn("devre", r"\bdevre disi\b", "disabled"),
    turn("alan", r"\b(?:etki )?alan adi\b|\betki alani\b", "domain"),
    # Vietnamese writes its words in syllables
    turn("khong hop", r"\bkhong hop le\b", "invalid"),
    turn("bi ", r"\bbi xoa\b", "deleted"),
    turn("bi ", r"\bbi (?:khoa|vo hieu hoa|dinh chi)\b", "disabled"),
    turn("da day", r"\bda day\b", "full"),
    turn("hop thu", r"\bhop thu\b", "mailbox"),
    turn("dia chi", r"\bdia chi\b", "address"),
    turn("tai khoan", r"\btai khoan\b", "account"),
    turn("ten mien", r"\bten mien\b", "domain"),
    # Room, and sleep
    turn(
        "reached",
        r"\b(?:only )?be reached (?=from|by|at|through|via)",
        "",
    ),
    turn(
        "out of",
        r"\b(?:run |ran |is |are )?out of (?:disk |storage |mailbox |mail |free )?"
        r"(?:space|quota|storage|room|disk|diskspace)\b",
        "space full",
    ),
    turn("used up", r"\bused up\b", "full"),
    turn("100", r"\bat 100 ?%|\b100 ?% full\b", "full"),
    turn("enough", NO + r" enough\b", "insufficient"),
    turn(
        "o",
        r"\b(?:turned|switched) off\b|\bput to sleep\b|\bon (?:vacation )?hold\b"
        r"|\b"
        + NO
        + r" (?:been |be )?(?:used|logged in|logged on|accessed) (?:for|since)\b"
        r"|" + NO + r" in service\b|\bout of (?:use|service)\b",
        "inactive",
    ),
    turn(
        "for ",
        r"\bfor (?:receiving |incoming )?(?:e?mails?|delivery|deliveries)(?= ?[.;,]|$)",
        "",
    ),
    # Where something is looked for says nothing of that place
    turn(
        " th",
        r"\b(?:in|at|on|within|under|of|to|by) (?:this|the|our|my|that|local|remote) "
        r"(?:mail |local |remote |e?mail |destination )?" + PLACES + r"\b",
        "",
    ),
)


def turned(text: str) -> str:
    text = " ".join(text.split())
    for letters, pattern, word in TURNS:
        if letters in text and pattern.search(text):
            text = " ".join(pattern.sub(word, text).split())
    return text
