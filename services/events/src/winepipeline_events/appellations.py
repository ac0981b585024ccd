"""What the catalogue is made of: French appellations, who makes their wines, and what the labels add.

All appellations exist, each with its own region and colour; the estates are invented. The order and the number of the
entries decide which product has which id: the lists are frozen, as `tests/…/test_catalogue.py` holds them.
"""

from typing import NamedTuple

from winepipeline_events.product import Category

STILL = ("", "Vieilles Vignes", "Cuvée Tradition", "Cuvée Prestige", "Grande Réserve")
SPARKLING = ("Brut", "Extra Brut", "Brut Nature", "Brut Réserve", "Brut Millésimé")
AGED = ("VSOP", "Napoléon", "XO", "Extra", "Hors d'Âge")
"""What labels add to the appellation's name, from the plainest to the dearest; as many in each."""

# fmt: off
CHATEAUX = tuple(f"Château {name}" for name in (
    "Belair-Lagrave", "Clos-Fontaine", "de Brossac", "des Tourelles", "du Grand Cèdre", "Fonrousse", "Haut-Marsac",
    "La Garenne-Noble", "La Tour-Grise", "Lafargue-Dubois", "Larrivière", "Les Ormeaux", "Marceillac", "Montbrun",
    "Petit-Figeat", "Pontet-Labarde", "Roc-de-Saintonge", "Saint-Aubrac", "Terrefort-Duval", "Vieux-Colombier",
))
DOMAINES = tuple(f"Domaine {name}" for name in (
    "Beaufort-Ravier", "Berthelin & Fils", "Claude Marchandet", "de la Combe-aux-Loups", "de la Croix-Blanche",
    "des Trois Noyers", "du Clos-Perrin", "du Vieux Pressoir", "Fontagneux", "Gaston Rebourg", "Jacquelin-Morey",
    "Lamblin-Carrot", "Maître-Perraud", "Odile Chambard", "Père Antonin", "Philibert Vaudoisey", "Rousselin",
    "Saint-Vernier", "Tessandier", "Vincent Clairmont",
))
MAS = (
    "Bastide Saint-Elzéar", "Château de Malvallon", "Château Roque-Brune", "Clos des Micocouliers", "Clos Mistralou",
    "Domaine de la Garrigole", "Domaine des Cigalines", "Domaine du Puits-Vieux", "Domaine Les Oliverades",
    "Domaine Saint-Clément", "Domaine Terre-Rouge", "Mas Calandrette", "Mas de l'Escarène", "Mas de la Figuière",
    "Mas des Genêts", "Mas du Soulié", "Mas Font-Romane", "Mas Rocamaure", "Prieuré de Valcombe", "Vignobles Peyrolles",
)
FAMILIES = (
    "Aubertin", "Bellanger & Fils", "Charpentel", "Clément d'Arvigny", "Delaunoy", "Duchemin Père & Fils", "Fauconnet",
    "Gervais-Lambray", "Henri Thibaudin", "Jacquemard", "La Maison Verneuil", "Lecointre-Roy", "Marguerite Vallier",
    "Maurice Pellerin", "Nicolas Sorel", "Paul Gauthereau", "Raymond Villiers", "Robert Desmarets", "Simonnet-Hugues",
    "Veuve Clairembault",
)
# fmt: on
"""Who makes it; as many in each."""


class Appellation(NamedTuple):
    """A kind of wine as it is sold.

    Attributes:
        name: as it stands on the label.
        category: its colour or kind.
        region: where it comes from.
        makers: who makes it.
        cuvees: what the label may add.
        euros: a plain bottle's price, from and to.
        vintages: the years on the shelves, from and to.
    """

    name: str
    category: Category
    region: str
    makers: tuple[str, ...]
    cuvees: tuple[str, ...]
    euros: tuple[int, int]
    vintages: tuple[int, int]


def _reds() -> tuple[Appellation, ...]:
    found = [
        Appellation(name, Category.ROUGE, region, makers, STILL, (low, high), (2012, 2022))
        for name, region, makers, low, high in (
            ("Pauillac", "Bordeaux", CHATEAUX, 32, 140),
            ("Margaux", "Bordeaux", CHATEAUX, 30, 120),
            ("Saint-Julien", "Bordeaux", CHATEAUX, 32, 110),
            ("Saint-Estèphe", "Bordeaux", CHATEAUX, 24, 90),
            ("Saint-Émilion Grand Cru", "Bordeaux", CHATEAUX, 22, 95),
            ("Pomerol", "Bordeaux", CHATEAUX, 30, 150),
            ("Haut-Médoc", "Bordeaux", CHATEAUX, 11, 30),
            ("Fronsac", "Bordeaux", CHATEAUX, 9, 22),
            ("Gevrey-Chambertin", "Bourgogne", DOMAINES, 38, 110),
            ("Pommard", "Bourgogne", DOMAINES, 36, 90),
            ("Volnay", "Bourgogne", DOMAINES, 34, 85),
            ("Nuits-Saint-Georges", "Bourgogne", DOMAINES, 36, 95),
            ("Mercurey", "Bourgogne", DOMAINES, 18, 40),
            ("Morgon", "Beaujolais", DOMAINES, 10, 24),
            ("Moulin-à-Vent", "Beaujolais", DOMAINES, 11, 28),
            ("Châteauneuf-du-Pape", "Rhône", MAS, 26, 75),
            ("Gigondas", "Rhône", MAS, 16, 38),
            ("Côte-Rôtie", "Rhône", DOMAINES, 42, 120),
            ("Crozes-Hermitage", "Rhône", DOMAINES, 13, 32),
            ("Chinon", "Loire", DOMAINES, 8, 22),
            ("Saumur-Champigny", "Loire", DOMAINES, 8, 20),
            ("Bandol", "Provence", MAS, 18, 42),
            ("Pic Saint-Loup", "Languedoc", MAS, 11, 28),
            ("Minervois-La Livinière", "Languedoc", MAS, 10, 26),
            ("Collioure", "Roussillon", MAS, 12, 28),
            ("Cahors", "Sud-Ouest", CHATEAUX, 8, 26),
            ("Madiran", "Sud-Ouest", CHATEAUX, 9, 25),
            ("Arbois Trousseau", "Jura", DOMAINES, 15, 34),
            ("Patrimonio", "Corse", MAS, 13, 30),
        )
    ]
    return tuple(found)


def _whites() -> tuple[Appellation, ...]:
    found = [
        Appellation(name, Category.BLANC, region, makers, STILL, (low, high), vintages)
        for name, region, makers, low, high, vintages in (
            ("Sancerre", "Loire", DOMAINES, 16, 36, (2019, 2024)),
            ("Pouilly-Fumé", "Loire", DOMAINES, 15, 34, (2019, 2024)),
            ("Muscadet Sèvre et Maine sur Lie", "Loire", DOMAINES, 7, 15, (2021, 2024)),
            ("Vouvray Sec", "Loire", DOMAINES, 10, 24, (2018, 2023)),
            ("Chablis Premier Cru", "Bourgogne", DOMAINES, 22, 48, (2018, 2023)),
            ("Meursault", "Bourgogne", DOMAINES, 45, 110, (2016, 2022)),
            ("Puligny-Montrachet", "Bourgogne", DOMAINES, 55, 130, (2016, 2022)),
            ("Pouilly-Fuissé", "Bourgogne", DOMAINES, 19, 45, (2018, 2023)),
            ("Condrieu", "Rhône", DOMAINES, 32, 68, (2018, 2023)),
            ("Riesling Alsace Grand Cru", "Alsace", DOMAINES, 18, 44, (2015, 2022)),
            ("Gewurztraminer Alsace", "Alsace", DOMAINES, 11, 26, (2018, 2023)),
            ("Pessac-Léognan Blanc", "Bordeaux", CHATEAUX, 22, 70, (2016, 2022)),
            ("Sauternes", "Bordeaux", CHATEAUX, 25, 90, (2005, 2019)),
            ("Jurançon Moelleux", "Sud-Ouest", MAS, 13, 32, (2015, 2022)),
            ("Picpoul de Pinet", "Languedoc", MAS, 7, 14, (2021, 2024)),
            ("Cassis", "Provence", MAS, 16, 32, (2019, 2024)),
            ("Chignin-Bergeron", "Savoie", DOMAINES, 13, 26, (2019, 2024)),
            ("Château-Chalon Vin Jaune", "Jura", DOMAINES, 48, 85, (2008, 2017)),
        )
    ]
    return tuple(found)


def _others() -> tuple[Appellation, ...]:
    rose, bubbles, spirit = Category.ROSE, Category.EFFERVESCENT, Category.SPIRITUEUX
    return (
        Appellation("Tavel", rose, "Rhône", MAS, STILL, (9, 20), (2021, 2024)),
        Appellation("Côtes de Provence Rosé", rose, "Provence", MAS, STILL, (8, 24), (2022, 2024)),
        Appellation("Bandol Rosé", rose, "Provence", MAS, STILL, (16, 34), (2021, 2024)),
        Appellation("Rosé des Riceys", rose, "Champagne", FAMILIES, STILL, (18, 38), (2018, 2023)),
        Appellation("Rosé de Loire", rose, "Loire", DOMAINES, STILL, (6, 12), (2022, 2024)),
        Appellation("Champagne", bubbles, "Champagne", FAMILIES, SPARKLING, (27, 75), (2008, 2018)),
        Appellation("Champagne Premier Cru", bubbles, "Champagne", FAMILIES, SPARKLING, (32, 85), (2008, 2018)),
        Appellation("Champagne Grand Cru", bubbles, "Champagne", FAMILIES, SPARKLING, (38, 120), (2006, 2016)),
        Appellation("Champagne Rosé", bubbles, "Champagne", FAMILIES, SPARKLING, (34, 90), (2010, 2018)),
        Appellation("Crémant d'Alsace", bubbles, "Alsace", DOMAINES, SPARKLING, (9, 18), (2018, 2022)),
        Appellation("Crémant de Loire", bubbles, "Loire", DOMAINES, SPARKLING, (9, 18), (2018, 2022)),
        Appellation("Blanquette de Limoux", bubbles, "Languedoc", MAS, SPARKLING, (8, 16), (2019, 2023)),
        Appellation("Cognac", spirit, "Cognac", FAMILIES, AGED, (38, 160), (1988, 2012)),
        Appellation("Bas-Armagnac", spirit, "Gascogne", FAMILIES, AGED, (36, 140), (1985, 2012)),
        Appellation("Calvados Pays d'Auge", spirit, "Normandie", FAMILIES, AGED, (34, 110), (1992, 2015)),
        Appellation("Marc de Bourgogne", spirit, "Bourgogne", FAMILIES, AGED, (32, 80), (1998, 2014)),
        Appellation("Rhum Agricole de Martinique", spirit, "Martinique", FAMILIES, AGED, (36, 110), (2000, 2016)),
    )


APPELLATIONS = (*_reds(), *_whites(), *_others())
"""All of them: 29 reds, 18 whites, 5 rosés, 7 sparkling wines, 5 spirits."""
