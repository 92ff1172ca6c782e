"""Who and what the demo company deals with: invented names on a domain that no one owns."""

from __future__ import annotations

from typing import NamedTuple


class Party(NamedTuple):
    """A customer. ``patience`` is how many days beyond the due date he pays on average; ``size`` scales amounts."""

    name: str
    country: str
    city: str
    term: str
    patience: int
    size: int


class Ware(NamedTuple):
    text: str
    account: str
    low: int
    high: int


PARTIES = (
    Party("Atelier Brun & Fils", "FR", "Lyon", "NET30", 4, 2),
    Party("Bäckerei Lindner", "DE", "Freiburg", "NET15", -2, 1),
    Party("Boréal Logistique", "FR", "Lille", "NET30EOM", 12, 4),
    Party("Brightwater Dental", "GB", "Bath", "NET30", 0, 2),
    Party("Café des Arts", "FR", "Nantes", "NOW", 3, 1),
    Party("Castellani Marmi", "IT", "Carrara", "NET60", 18, 5),
    Party("Clinique du Parc", "FR", "Tours", "NET30", 1, 4),
    Party("Coopérative des Deux Rives", "FR", "Strasbourg", "NET30EOM", 6, 3),
    Party("De Graaf Fietsen", "NL", "Utrecht", "NET30", -5, 2),
    Party("École Sainte-Anne", "FR", "Angers", "NET30", 9, 2),
    Party("Estudio Robledo", "ES", "Valencia", "NET30", 25, 2),
    Party("Fabrikam Werkzeuge", "DE", "Kassel", "NET30", 0, 5),
    Party("Garage Perrin", "FR", "Dijon", "NET15", 35, 1),
    Party("Harbour & Vine", "IE", "Cork", "NET30", 5, 2),
    Party("Hôtel Beau Rivage", "FR", "Nice", "NET30", 14, 3),
    Party("Imprimerie Moreau", "FR", "Rennes", "NET30EOM", 2, 3),
    Party("Jardins de Flandre", "BE", "Bruges", "NET30", -3, 2),
    Party("Kestrel Outdoor", "GB", "Kendal", "NET30", 7, 3),
    Party("Lumière & Co", "FR", "Paris", "NET60", 3, 4),
    Party("Maison Œillet", "FR", "Grasse", "NET30", 0, 2),
    Party("Möller Akustik", "DE", "Leipzig", "NET30", 2, 3),
    Party("Nordlys Design", "DK", "Aarhus", "NET15", -4, 2),
    Party("Olive & Thyme", "MT", "Valletta", "NET30", 45, 1),
    Party("Pharmacie Centrale", "FR", "Metz", "NET15", 0, 1),
    Party("Quercus Bois", "FR", "Limoges", "NET30EOM", 10, 3),
    Party("Rivière Architectes", "FR", "Bordeaux", "NET30", 16, 4),
    Party("Santini Nautica", "IT", "Genova", "NET60", 8, 5),
    Party("Terrasse du Lac", "CH", "Vevey", "NET30", 1, 2),
    Party("Ulrich Präzision", "AT", "Linz", "NET30", -1, 4),
    Party("Verger Saint-Loup", "FR", "Caen", "NET30", 20, 1),
)
WARES = (
    Ware("Consulting days", "706000", 400, 2400),
    Ware("Maintenance contract, monthly", "706000", 120, 780),
    Ware("Installation on site", "706000", 250, 1600),
    Ware("Training, two days", "706000", 600, 1400),
    Ware("Desk lamps", "707000", 45, 320),
    Ware("Office chairs", "707000", 180, 1900),
    Ware("Spare parts", "707000", 15, 260),
    Ware("Freight", "707000", 12, 90),
)
GIVEN_BACK = ("Returned goods", "Volume discount", "Correction of the previous invoice")
METHODS = ("transfer", "transfer", "transfer", "check", "card")
