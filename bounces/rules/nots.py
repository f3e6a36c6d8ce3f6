"""The vocabulary of refusals: "not", and what it makes of words, in all languages."""

from __future__ import annotations

from bounces.rules.words import Table

# "not", and the states it makes of other words: "does not exist", "not allowed"
NOT = """
    not nebyl nebyla nebylo no none never cannot do'nt does'nt can't couldn't
    doesn't don't didn't isn't wasn't aren't hasn't haven't won't wouldn't non
    nobody dosn't dosnt doesnt dont isnt cant nicht kein keine keinen keiner pas
    aucun aucune nessun nessuna ningún ningun ninguna não nao nenhum nenhuma niet
    geen nie brak není nemá žádn* neni не нет нету немає inte ingen inga ikke ei
    eikä nem nincs yok değil unable δεν לא אינו אינה אין غير لا ليس ندارد không
    tidak nu ne nije impossible impossibile imposible impossível unmöglich
    onmogelijk niemożliwe невозможно sem sin sans senza bez ohne hiç nav nėra nera
    ezin لم عدم nisu niso nisi nebol nebola nebolo ni μη nincsen نشد няма
    удалось вдалося nepodařilo nepodarilo nelze nemožno nepavyko nevarēja neizdevās
    nemoguće nemogoče تعذر
"""
UNDONE: Table = {
    "unknown": """
        existent existant existante vorhanden exist exists existing existe existen
        exister existiert existieren exista esiste esistono bestaat istnieje
        existuje существует існує finns findes finnes löydy létezik mevcut found
        find finding gefunden trouv* trovat* encontr* gevonden znaleziono znaleźć
        nalezen* найден* знайдено hittades funnet fundet known know recognised
        recognized recognise recognize valid registered listed defined gültig
        gueltig bekannt valide válid* valido such used located locate record file
        customer use verify entry validate validated longer takiego takiej taki taka
        taką такъв kennen kennt ermitteln ermittelt постоји постои létező صحيح
        υπάρχει βρέθηκε קיים קיימת מוכר موجود موجودة معروف صالح وجود tồn
        ditemukan dikenal съществува намерен postoji pronađen obstaja najden leitud
        eksisteeri nájden verified match matches matched deliverable correct
        corretto correcto correcta corretta korrekt assigned vergeben asignad*
        attribu* registrad* registrat* eingetragen registriert* зарегистр*
        zarejestr* belong belongs present existed created eingerichtet angelegt
        hinterlegt verzeichnet zugeordnet zuordnen auffindbar anerkannt registrert
        registrerad registreret registriert geregistreerd bekend herkend toegewezen
        aanwezig reconnu* correspond attribué* attribue* enregistré* reconocid*
        encuentra encuentran localizad* hallad* hallar figura corresponde cadastrad*
        reconhecid* consta riconosciut* presente presenti esistente esistenti
        risulta registrato trovare existerar eksisterer eksisterar eksistere hittas
        kjent kjenner kendes kendt funnit fant finne löytynyt löytyny tunneta
        voimassa käytettävissä znaleziona znaleziony znalezione figuruje odnaleziono
        rozpoznan* przypisan* zarejestrowan* registrován* evidován* nalezn* nájden*
        registrovan* található talált megtalálh* regisztrál* găsit* gasit* există
        valabil* înregistrat* recunoscut* bulunam* kayitli taninan обнаружен*
        значится числится зареєстр* знайден* съществуващ βρεθηκε υφίσταται έγκυρ*
        pronađen* pronaden* nađen* naden* najden* registriran* rasta atrast* eksistē
        يوجد العثور یافت נמצאה ידוע trobat trobada existeix vàlid* ada ilyen bort ok
        נמצא provisioned identify identified veden vedena odnaleźć wyszukać hitta
        finna finner finde finden löytää nalézt najít nájsť găsi pronaći najti leida
        leitud atrast megtalálni найти знайти localiz* localis* εντοπισ* למצוא
        menemukan aufgeführt gelistet aufgelistet aufgenommen listad* listeret
        répertorié* repertorié* figure elencat* vermeld opgenomen uveden* wymienion*
        oppført указан* перечислен*
    """,
    "foreign": "local hosted handled served configured обслужив*",
    "dnsless": """
        resolve resolved resolves resolvable routable aufgelöst auflösen auflösbar
        résoudre résolu resolver resuelto resolvido risolvere risolto opgelost
        rozwiązać разрешить
    """,
    "outside": "member members mitglied membre miembro membro członek člen",
    "closed": """
        active activated receive available enabled activated accepting aktiv activ*
        attiv* current activo ativo aktywn* aktivní активен actif actief aktywny
        aktiivinen aktivan aktivna aktiven attivo attiva ativa aktif käytössä aktyvi
        aktīvs
    """,
    "refused": """
        allowed allow allows permitted permit accept accepted accepts authorized
        authorised welcome berechtigt* habilitad* uprawnion* oprávněn* erlaubt
        akzeptiert* zugelassen autorisé* accepté*
        permitid* acept* autoriz* aceit* consentit* accettat* toegestaan
        geaccepteerd dozwolon* povolen* разрешен* принима* принят* tillåt* tillat*
        tilladt* acceptable ok want wants wanted relay relays relaying relayed
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
    nenhuma geen brak žádn* ingen inga нет няма nemá nincs incs
    sin sem senza sans bez ohne
"""

# Beside which a state still stands alone: "sorry, not found here"
FILLERS = """
    sorry here is was are it this that the a an to us we by at in smtp reply hier ist
    leider ici est désolé aquí es lo siento qui
"""
