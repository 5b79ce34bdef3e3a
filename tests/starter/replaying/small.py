"""The small invented log, and what is known of it by hand: `small.csv` holds nothing that ever happened.

Each case is there for something: 1 an acknowledgement and a resolution in the very instant of a limit; 2 a hold over
night; 3 nobody ever; 4 a hold that never ends; 5 ties at three days, and a reopening; 6 a row before the opening, an
unknown state, a step backwards, and two holds on end; 7 closed as it is new, a priority that changes and one that is
missing, a row without a time; 8 three rows in one instant; 9 cut.
"""

from pathlib import Path

FILE = Path(__file__).with_name("small.csv")
CASES = 8
EVENTS = 36
ACKNOWLEDGE = {"15m": 4, "30m": 3, "1h": 3, "4h": 3, "8h": 2, "24h": 2, "48h": 2, "72h": 1}
RESOLVE = {
    "wall": {"4h": 7, "8h": 5, "24h": 4, "72h": 2, "120h": 2, "240h": 2},
    "held": {"4h": 3, "8h": 2, "24h": 2, "72h": 1, "120h": 1, "240h": 1},
}
DIRTY = [
    (21, "sys_updated_at", "4/7/2031 09:30"),
    (22, "incident_state", "-100"),
    (25, "sys_updated_at", "4/7/2031 19:00"),
    (30, "sys_updated_at", "?"),
    (31, "priority", "?"),
]
