"""What the interface wants of values."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from anlan.exchange import ciphers, fields, rules


def test_cycles_use_the_four_words() -> None:
    assert rules.cycle(1, "week") == (7, "天")
    assert rules.cycle(1, "quarter") == (3, "月")
    assert rules.cycle(1, "shift", 3) == (8, "小时")
    assert rules.clock(dt.time(8)) == "8:00:00"
    assert rules.clock(dt.time(0), is_end=True) == "23:59:59"


def test_conditions_of_fields() -> None:
    wrong = rules.wrong_in(fields.FINDING, {"dangerState": "9"})
    assert rules.Wrong("checkAcceptPerson", "missing") in wrong
    wrong = rules.wrong_in(fields.TASK, {"workType": "1", "taskNum": 10, "checkCycleUnit": "周"})
    assert rules.Wrong("taskNum", "item") in wrong
    assert rules.Wrong("checkCycleUnit", "code") in wrong


@given(st.binary(max_size=200), st.sampled_from(["aes-ecb", "aes-cbc", "aes-gcm"]),
       st.sampled_from(["base64", "hex"]))  # fmt: skip
def test_what_was_encrypted_opens_again(plain: bytes, mode: str, form: str) -> None:
    key = "0123456789abcdef"
    text = ciphers.encrypt(mode, form, key, key, plain)
    assert ciphers.decrypt(mode, form, key, key, text) == plain
