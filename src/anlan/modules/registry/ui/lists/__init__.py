"""The lists of the registers."""

from anlan.modules.registry.ui import choosers  # noqa: F401 - registers what filters offer
from anlan.modules.registry.ui.lists.chemicals import CHEMICALS, INVENTORIES
from anlan.modules.registry.ui.lists.enterprises import ENTERPRISES, LICENCES, SITES
from anlan.modules.registry.ui.lists.people import PEOPLE, QUALIFICATIONS
from anlan.modules.registry.ui.lists.plant import EQUIPMENT, FACILITIES, UNITS

BY_KEY = {
    "enterprises": ENTERPRISES,
    "sites": SITES,
    "units": UNITS,
    "facilities": FACILITIES,
    "equipment": EQUIPMENT,
    "chemicals": CHEMICALS,
    "inventories": INVENTORIES,
    "licences": LICENCES,
    "people": PEOPLE,
    "qualifications": QUALIFICATIONS,
}
