"""What the demo's people are called and where they live."""

FIRST = """
Amara Ben Carla Dmitri Elena Farid Greta Hana Ismael Jonas Kaisa Liam Mika Nadia
Oskar Priya Quentin Rosa Sami Tuula Uma Viktor Wanda Xenia Yusuf Zofia Anneli
Björn Chloé Daan Eeva Florian Giulia Hugo Ines Juhani Katri Lars Mathilde Noah
Olga Pekka Rania Sofia Tomás Ulrike Veera Wim Yara Zlatan
"""
LAST = """
Okafor Virtanen Mendes Petrov Rossi Haddad Lindqvist Yoshida Torres Berg
Korhonen Murphy Laine Benali Nowak Sharma Dubois Martín Nieminen Heikkinen Patel
Novák Kowalska Silva Demir Wójcik Mäkinen Åberg Lefèvre Visser Salo Keller Conti
Fernández Costa Lahtinen Hansen Moreau Brown Ivanova Saarinen Aziz Papadopoulos
García Schmidt Rantanen Janssens Ali Eriksen Bauer
"""
# mailbox domain, how many of a hundred people
DOMAINS = (
    ("mail.example", 28),
    ("post.example", 19),
    ("inbox.example", 12),
    ("northwind.example", 9),
    ("praia-verde.example", 8),
    ("granja.example", 7),
    ("mirai-print.example", 6),
    ("hallin-kauppa.example", 6),
    ("ateliers.example", 5),
)
# city, country, language, time zone
PLACES = (
    ("Helsinki", "Finland", "fi", "Europe/Helsinki"),
    ("Tampere", "Finland", "fi", "Europe/Helsinki"),
    ("Oslo", "Norway", "nb", "Europe/Oslo"),
    ("Berlin", "Germany", "de", "Europe/Berlin"),
    ("Lyon", "France", "fr", "Europe/Paris"),
    ("Kraków", "Poland", "pl", "Europe/Warsaw"),
    ("Porto", "Portugal", "pt", "Europe/Lisbon"),
    ("Lagos", "Nigeria", "en", "Africa/Lagos"),
    ("Osaka", "Japan", "ja", "Asia/Tokyo"),
    ("Toronto", "Canada", "en", "America/Toronto"),
    ("Auckland", "New Zealand", "en", "Pacific/Auckland"),
)
COMPANIES = (
    "",
    "",
    "Northwind Labs",
    "Praia Verde",
    "Granja los Robles",
    "Mirai Print",
    "Hallin kauppa",
    "Ateliers Réunis",
)
INTERESTS = ("Garden", "Kitchen", "Outdoors", "Workshop", "Gifts")
