"""How long books and Asterisk differ is measured for each difference by itself."""

from acd.model import DeviceId
from acd.records import DeviceRecord, Records
from tests.double.parts import Phone
from tests.faults.day import Day
from tests.faults.drift import Repairs, drift
from tests.faults.programme import Programme

DESK = DeviceId("1001-desk")


def test_a_phone_that_goes_unheard_and_comes_back_unheard_is_two_differences() -> None:
    day = Day(Programme(seed=1, calls=1))
    day.run()
    scene = day.scene
    phone = scene.exchange.phones[DESK] = Phone(device=DESK)
    device = DeviceRecord(id=DESK, reachable=True)
    records, repairs = Records(device_records={DESK: device}), Repairs()
    assert repairs.look(drift(records, scene, lambda _: False), 0.0) is None
    assert repairs.look(drift(records, scene, lambda _: False), 5.0) is None
    phone.is_online, device.reachable = True, False  # both between two looks
    assert repairs.look(drift(records, scene, lambda _: False), 5.5) is None
    assert repairs.look(drift(records, scene, lambda _: False), 10.5) is None
    late = repairs.look(drift(records, scene, lambda _: False), 15.5)
    assert late is not None
    assert late.what == "a phone is registered in Asterisk only"
