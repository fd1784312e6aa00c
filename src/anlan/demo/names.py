"""Believable, invented names: enterprises, people, streets, codes."""

from random import Random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾"
)
GIVEN_FIRST = "启文志建国明晓海子思雨佳俊立永春秋书砚凡南景光德承宏振少云若一嘉天亦伯仲"
GIVEN_SECOND = "明华强军伟平林涛峰磊洋辉斌鹏龙航舟成松波亮宁静敏丽燕霞玲洁雪晴秋瑶彤琳岚萱"
BRAND_FIRST = "恒瑞丰华盛泰安永信嘉源宏达远润金茂天诚瀚博昊鼎科卓裕隆兴凯晟旭蓝明"
BRAND_SECOND = "泽达源润泰丰茂和盛兴邦科新隆康晟鑫通联华洋川安誉峰林成海锐德祥"
STREETS = (
    "临江大道",
    "望海路",
    "云溪路",
    "化工一路",
    "化工二路",
    "港前路",
    "工业大道",
    "滨河北路",
    "创业路",
    "新港路",
    "盐场路",
    "长堤路",
)

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def person_name(random: Random) -> str:
    """Return a Chinese name of two or three characters."""
    given = random.choice(GIVEN_FIRST)
    if random.random() < 0.8:
        given += random.choice(GIVEN_SECOND)
    return random.choice(SURNAMES) + given


def mobile_number(random: Random) -> str:
    """Return a number from a range that is not in use (1990000xxxx)."""
    return f"1990000{random.randrange(10_000):04d}"


def brand(number: int) -> str:
    """Return the `number`-th two-character brand; all differ up to about a thousand."""
    first = BRAND_FIRST[number % len(BRAND_FIRST)]
    second = BRAND_SECOND[(number // len(BRAND_FIRST) + number * 7) % len(BRAND_SECOND)]
    return first + second if first != second else first + "洲"


def credit_code(area_code: str, number: int) -> str:
    """Return a unified social credit code with correct check characters (GB 32100)."""
    body = f"{number:08d}"
    total = sum(
        CREDIT_ALPHABET.index(c) * weight
        for c, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)
    )
    check = (11 - total % 11) % 11
    code = f"91{area_code}{body}{'X' if check == 10 else check}"
    total = sum(CREDIT_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code))
    return code + CREDIT_ALPHABET[(31 - total % 31) % 31]
